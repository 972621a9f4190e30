/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Market carries out by and by: the operations that were begun, and how far each is.
 * Simulator.
 */
#ifndef CLAIMD_SIM_OPERATIONS_H
#define CLAIMD_SIM_OPERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/world.h"

struct operations;

int operations_new(uint64_t seed, struct operations **ret);
struct operations *operations_free(struct operations *operations); /* takes NULL, returns NULL */

/* One that leads ORDER to STATUS by its next step, or with FAILS, nowhere. RET_ID is good as long as OPERATIONS. ERR_NOMEM. */
int operations_begin(struct operations *operations, const struct world_shipment *order, const char *status, bool fails,
                     const char **ret_id);

/* "IN_PROGRESS", "DONE" or "FAILED", by what has become of the order; NULL for an id that was never given. One that fails says
 * so from the second time on that it is asked for. */
const char *operations_state(struct operations *operations, const char *id);

DEFINE_CLEANUP(operations, struct operations *, operations_free)

#endif
