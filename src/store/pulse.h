/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the work stands, in a few numbers: what a status line says every few seconds.
 * Store layer. Asked by index alone, whatever the file has grown to.
 */
#ifndef CLAIMD_STORE_PULSE_H
#define CLAIMD_STORE_PULSE_H

#include "store/store.h"

/* Nothing is counted further, of one source: more than that is many. */
#define PULSE_COUNT_MAX 10000

struct pulse {
	size_t n_sources;
	size_t n_limited, n_locked_out, n_silent; /* of these, as report_sources has it */
	int64_t pending;           /* claims and orders that wait for a read that a hint asked for, and hints not yet folded */
	struct wall pending_since; /* the oldest of them; WALL_NONE: none */
	struct wall cursor;        /* when the journal, or the list, that is furthest behind was read last; WALL_NONE: none yet */
	int64_t windows;           /* open */
	struct wall next_due;      /* when the first of them ends, by our clock; WALL_NONE: none */
	int64_t violations;        /* open, of all sources there ever were */
};

/* Of these sources, by their ids. */
int store_pulse(struct store *store, const int64_t *source_ids, size_t n, struct pulse *ret);

#endif
