/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random walks of a claim, to be delivered in any order.
 * Tests, unit ring.
 */
#ifndef CLAIMD_TESTS_UNIT_WALK_H
#define CLAIMD_TESTS_UNIT_WALK_H

#include "unit/ledger.h"

#define WALK_STEPS_MAX 40

/* What upstream did, in its order, and what of it is delivered. */
struct walk {
	struct seen events[WALK_STEPS_MAX];
	size_t n_events;
	struct seen snapshots[WALK_STEPS_MAX];
	size_t n_snapshots;
	struct wall now;
	enum policy policy;
};

/* N events that break rules now and then, with operations numbered from 80. Mostly the next key has another revision, sometimes only
 * another time, sometimes only another operation; without REVISIONS none has one. */
struct walk walk_make_odd(uint64_t seed, size_t n, bool revisions);

/* A status that follows FROM by one edge; STATUS_UNKNOWN where none does. */
int walk_pick_successor(struct dice *dice, int from);
const char *walk_status_name(int status);

#endif
