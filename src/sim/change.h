/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One change of a claim's status, as upstream would publish it: revision, version, times, price, point; and its verdict.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_CHANGE_H
#define CLAIMD_SIM_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/world.h"

struct change {
	const char *status;
	struct wall at;   /* moved on by a microsecond where the claim's last change is not before it */
	const struct seen *before; /* what info tells before it; NULL at the claim's birth */
	int applied;      /* the status that a checker takes for the current one; STATUS_UNKNOWN before any */
	int64_t offer_us; /* 0: no valid_until */
	uint64_t revision_random;
	uint64_t price_random;
};

/* A claim's birth. INDEX makes its point ids, which lie past 2^32 as in the field. */
void change_first(const struct change *change, uint64_t index, const char *id, struct transition *ret);
/* The change behind TRANSITIONS[0..n), n >= 1. */
void change_next(const struct change *change, const struct transition *transitions, size_t n, struct transition *ret);

/* A change of nothing but the price, as info tells it afterwards: BEFORE, with a later revision and time. */
void change_price(const struct seen *before, const char *price, struct wall at, uint64_t revision_random, struct seen *ret);

/* Whether a checker of the graph makes its status the current one. */
bool change_is_applied(const struct transition *transition);
bool change_opens_window(const struct transition *transition);

#endif
