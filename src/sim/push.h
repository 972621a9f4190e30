/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which pushes Market makes of a change of an order, and what stands in them: upstream/market.md section 1.4.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_PUSH_H
#define CLAIMD_SIM_PUSH_H

#include "sim/world.h"

/* No more pushes tell of one change. */
#define PUSH_TYPES_MAX 2

struct push_types {
	const char *types[PUSH_TYPES_MAX]; /* notificationType */
	size_t n;
};

/* Those of the order's newest transition: a birth in RESERVED and a DBS order's way into PICKUP have none. */
void push_of_step(const struct world_shipment *order, struct push_types *ret);
/* Those of an edit that the order has just had. */
void push_of_edit(const struct world_shipment *order, const struct plan_edit *edit, struct push_types *ret);

/* The body of a push of TYPE about the order's newest change; SHUFFLE decides the order of its fields. *ret is owned by the caller,
 * free(). ERR_NOMEM. */
int push_encode(const struct world_shipment *order, const char *type, uint64_t shuffle, char **ret);
int push_encode_ping(struct wall now, char **ret);

#endif
