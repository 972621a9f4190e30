/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The service manager's end of sd_notify(3): a socket that a daemon tells of itself.
 * Tests: linked into each program of each ring; knows no layer.
 */
#ifndef CLAIMD_TESTS_MANAGER_H
#define CLAIMD_TESTS_MANAGER_H

#include <stdbool.h>

#define MANAGER_TEXT_SIZE 2048

struct manager {
	int fd;
	char variable[160]; /* NOTIFY_SOCKET=..., for the daemon's environment */
	char text[MANAGER_TEXT_SIZE]; /* the last message */
};

void manager_open(struct manager *manager);
void manager_close(struct manager *manager); /* nothing for one that was never opened */

/* Takes messages until one has this text, for MS at most; false when none had. */
bool manager_hears(struct manager *manager, const char *text, int ms);

/* The same, with patience, and fails the test when it never comes. Returns the whole message, good until the next call. */
const char *manager_await(struct manager *manager, const char *text);

/* Puts empty messages in, until it takes no further one before one is taken out. */
void manager_fill(const struct manager *manager);

#endif
