/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The daemon's control socket, behind which nobody does anything: what is asked for is recorded as ended at once.
 * Component tests: a process of its own, which ends with the test's.
 */
#ifndef CLAIMD_TESTS_COMPONENT_FAKE_DOOR_H
#define CLAIMD_TESTS_COMPONENT_FAKE_DOOR_H

#include <sys/types.h>

/* How it ends; texts may be NULL. */
struct fake_end {
	const char *result; /* NULL: it does not */
	const char *code;
	const char *message;
};

/* Serves at PATH (mode 0660) until the end: records an action in DATABASE for each source that is there, of kind probe and with that
 * END. */
pid_t fake_door_open(const char *path, const char *database, const struct fake_end *end);
void fake_door_close(pid_t pid);

#endif
