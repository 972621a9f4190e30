/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal for programs under test: the socket of journald's own protocol, where they look for it, in a mount namespace of the
 * test's. What is sent to it is kept byte for byte.
 * System tests.
 */
#ifndef CLAIMD_TESTS_SYSTEM_JOURNALD_H
#define CLAIMD_TESTS_SYSTEM_JOURNALD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process.h"

struct journald {
	pid_t pid;  /* who takes the entries, so that nobody who sends them has to wait for the test */
	int socket; /* to it */
	int synced; /* from it: a byte for each SYNC */
	char *file;
	char *text; /* what was last returned */
	size_t taken;
};

/* From now on the test's process and its children see an empty /run with nothing but this journal. False, with the reason, where the
 * machine does not allow that. */
bool journald_open(struct journald *journald, const char *folder, const char **ret_why);
void journald_close(struct journald *journald);

/* For struct process_plan: makes the child's standard error a stream of the journal. */
void journald_enter(void *cls);

/* All entries that were sent so far: fields in lines as they came, and an empty line after each entry. Good until the next call, as
 * the others. */
const char *journald_text(struct journald *journald);

/* The first entry behind the last one that was awaited so which has the field LINE ("NAME=value"), whole. */
const char *journald_await(struct journald *journald, struct process *process, const char *line);

/* Whether an entry has this field; LINE that ends with '=': whatever its value is. */
bool journald_has(const char *entry, const char *line);

#endif
