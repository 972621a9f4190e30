/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program on a terminal of its own, which the test looks at and types into.
 * System tests. It is killed with the test's process. A wait that gets nothing fails the test, and tells what the program wrote.
 */
#ifndef CLAIMD_TESTS_SYSTEM_PTY_H
#define CLAIMD_TESTS_SYSTEM_PTY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

struct pty {
	pid_t pid;
	int pidfd;
	int master;
	int slave;             /* kept open, so that the terminal outlives the program */
	struct termios before; /* how the terminal was set at the start */
	char *text;            /* all that was written */
	size_t len;
	size_t taken;          /* of it, by pty_await() */
};

/* ARGV[0] is a built program; ENVIRONMENT is NAME=VALUE to add, or NAME to take away. Both end with NULL. */
void pty_start(struct pty *pty, const char *const *argv, const char *const *environment);

/* What was written, up to and with TEXT, behind what was awaited before. Good until the next call. */
const char *pty_await(struct pty *pty, const char *text);

/* Takes what it writes in a little while; returns all that was written. */
const char *pty_read(struct pty *pty);

/* Types KEYS. */
void pty_type(struct pty *pty, const char *keys);

/* 24 rows of 100 columns at first. */
void pty_resize(struct pty *pty, unsigned short rows, unsigned short columns);

/* Whether the terminal is set as it was at the start. */
bool pty_is_restored(const struct pty *pty);

/* Waits until it is stopped, as by a terminal's Ctrl-Z. */
void pty_await_stop(struct pty *pty);

/* Waits for its end; returns the exit status, and fails the test when a signal ended it. All of the text is there then. */
int pty_wait(struct pty *pty);

/* Kills it if it runs still, and frees what it holds; nothing for one that was never started. */
void pty_done(struct pty *pty);

#endif
