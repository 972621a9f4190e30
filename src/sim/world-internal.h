/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the two halves of the world share: world.c has all shipments, shipment.c the life of each.
 * Simulator; nobody else includes this.
 */
#ifndef CLAIMD_SIM_WORLD_INTERNAL_H
#define CLAIMD_SIM_WORLD_INTERNAL_H

#include "sim/world.h"

struct world {
	struct loop *loop;
	struct world_rules rules;
	struct world_hooks hooks;
	struct world_shipment **shipments;
	size_t n;
	size_t size;
	size_t n_done;
	void *by_id; /* tsearch(3) tree of the shipments */
};

/* Makes room for all of the plan. ERR_NOMEM. */
int shipment_reserve(struct world_shipment *shipment);
bool shipment_has_next(const struct world_shipment *shipment);
/* It is not done any more. */
void shipment_revive(struct world_shipment *shipment);
/* Sets the timer to the next step; without one it fires once more, to close the shipment. */
void shipment_schedule(struct world_shipment *shipment);
/* The timer's. */
void shipment_on_due(void *cls);

#endif
