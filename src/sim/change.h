/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One change of a shipment, as upstream would publish it: of a claim revision, version, times, price, point; of an order its times;
 * and the verdict on a change of status.
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
	struct wall at;   /* moved on by the shortest time that upstream tells where the last change is not before it */
	const struct seen *before; /* what a snapshot tells before it; NULL at the shipment's birth */
	const char *applied; /* the status that a checker takes for the current one; "" before any */
	int64_t offer_us; /* 0: no valid_until; with the next two, of a claim */
	uint64_t revision_random;
	uint64_t price_random;
};

/* What stays as it was at birth. */
struct newborn {
	const char *id;
	const struct model *model;
	uint64_t index;      /* makes a claim's point ids, which lie past 2^32 as in the field, and its class of vehicle */
	int64_t campaign_id; /* of an order, as the next */
	bool prepaid;
};

void change_first(const struct change *change, const struct newborn *newborn, struct transition *ret);
/* The change behind TRANSITIONS[0..n), n >= 1. */
void change_next(const struct change *change, const struct transition *transitions, size_t n, struct transition *ret);

/* A change of nothing but EDIT, as a snapshot tells it afterwards: BEFORE, with a later time, and a claim with a later revision. */
void change_edit(const struct seen *before, const struct plan_edit *edit, struct wall at, uint64_t revision_random, struct seen *ret);

/* When the deadline is that the newest applied one of TRANSITIONS[0..n) has opened, if it binds; else WALL_NONE. */
struct wall change_deadline(const struct transition *transitions, size_t n);

/* Whether a checker of the graph makes its status the current one. */
bool change_is_applied(const struct transition *transition);
bool change_opens_window(const struct transition *transition);

#endif
