/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sandbox of a service's unit, as far as a process can shut itself in: system calls, address families, memory, privileges,
 * capabilities, umask, and a file system that is read-only but for one folder.
 * System tests. What the unit answers by an error kills here, so that nothing that is forbidden goes unseen.
 */
#ifndef CLAIMD_TESTS_SYSTEM_SANDBOX_H
#define CLAIMD_TESTS_SYSTEM_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sandbox {
	char **calls;          /* names of the system calls that are allowed */
	size_t n_calls;
	int families[8];       /* address families that are allowed */
	size_t n_families;
	bool no_write_execute;
	bool read_only_root;
	mode_t umask;
	const char *folder;    /* that stays writable; of whoever opened it */
};

/* Reads UNIT. False where this machine has not what it takes: *RET_WHY says what. */
bool sandbox_open(struct sandbox *sandbox, const char *unit, const char *folder, const char **ret_why);
void sandbox_close(struct sandbox *sandbox);

/* Shuts this process in, for good: a child, before it becomes another program. Ends it where that can't be done. CLS is the
 * sandbox. */
void sandbox_enter(void *cls);

#endif
