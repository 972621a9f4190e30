/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The truth as text: one JSON object per line for each transition of each shipment, so that it can be compared with a database.
 * Simulator.
 */
#ifndef CLAIMD_SIM_TRUTH_H
#define CLAIMD_SIM_TRUTH_H

#include "base/buf.h"
#include "sim/world.h"

/* Appends the truth so far to TEXT, shipment by shipment, each oldest first. "claim_id" holds an order's id too. */
int truth_write(const struct world *world, struct buf *text);
/* The same for each price that a claim had. */
int truth_write_prices(const struct world *world, struct buf *text);

#endif
