/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that appears under its name once it is whole and on disk, or not at all.
 * Ctl layer: names, folders, durability; not what is written.
 */
#ifndef CLAIMD_CTL_TARGET_H
#define CLAIMD_CTL_TARGET_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "ctl/console.h"

struct target {
	const char *name; /* as it will be called; borrowed */
	char *temporary;  /* what it is called until then, in the same folder; NULL: no longer */
	int fd;
	sigset_t mask; /* the signal mask to go back to */
};

/* Makes an empty file, of mode 0640, that is to become NAME. NAME must be neither DATABASE nor a file that belongs to it, nor a
 * database that is in use. From here to target_done(), signals that would end the program only wait: see
 * target_is_interrupted(). 0, or an exit status after an error line. */
int target_open(const struct console *console, const char *name, const char *database, struct target *ret);

/* Whether a signal waits to end the program. */
bool target_is_interrupted(const struct target *target);

/* Syncs the file, gives it its name, in place of what had that before, and syncs the folder; *ret_bytes is its size. Likewise. */
int target_keep(const struct console *console, struct target *target, int64_t *ret_bytes);

/* Removes it, and what SQLite may have left beside it, unless it was kept. A signal that has waited then ends the program. */
void target_done(struct target *target);

#endif
