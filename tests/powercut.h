/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite's disk with a switch: a VFS over the real one which knows of every file in a folder what is synced and what is only
 * written, and where the power can be cut at any write, truncation, sync or deletion.
 * Tests: linked into each program of each ring; knows no layer.
 */
#ifndef CLAIMD_TESTS_POWERCUT_H
#define CLAIMD_TESTS_POWERCUT_H

#include <stdbool.h>
#include <stddef.h>

#include "suite.h"

/* Of so many operations one is where tests cut; odd, because chance has every other cut. Sanitizers slow all of it down, and look at what
 * runs, which is the same at each. */
#define POWERCUT_STRIDE (SUITE_IS_SANITIZED ? 5 : 1)

#define POWERCUT_NEVER ((size_t)-1)

struct powercut;

/* SQLite's default from now on, for what is in FOLDER (borrowed); what is opened elsewhere passes by. What stands there already is safe. */
struct powercut *powercut_open(const char *folder);
struct powercut *powercut_close(struct powercut *cut); /* every connection is closed; takes NULL, returns NULL */

/* The power fails at the Nth operation from now on, 0 being the next: from then on every operation fails, and every read. */
void powercut_set(struct powercut *cut, size_t n);
bool powercut_is_off(const struct powercut *cut);
/* Operations since powercut_set(), and how often some of them became safe: between two of these, what is safe alone is the same. */
size_t powercut_count(const struct powercut *cut);
size_t powercut_syncs(const struct powercut *cut);

/* The Nth sync from now on, 0 being the next, fails once, and what it should have made safe never lands unless it is written again. */
void powercut_spoil_sync(struct powercut *cut, size_t n);

/* FN sees the disk before each operation, which is only written by then; it may land it elsewhere. NULL: none does. */
void powercut_watch(struct powercut *cut, void (*fn)(void *cls), void *cls);

/* Makes of ANOTHER folder what would stand on the disk if the power failed now; SEED as in platter_land(). */
void powercut_land(struct powercut *cut, unsigned seed, const char *folder);

/* The power comes back, and that is what stands in the folder now. Every connection to it is closed. */
void powercut_restore(struct powercut *cut, unsigned seed);

#endif
