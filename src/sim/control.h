/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator's own HTTP routes, which the upstreams don't have: GET /sim/truth, GET /sim/prices, GET /sim/stats,
 * POST /sim/claims?life=NAME, POST /sim/orders?model=MODEL&life=NAME and POST /sim/faults?spec=SPEC&conflict=CODE.
 * Simulator.
 */
#ifndef CLAIMD_SIM_CONTROL_H
#define CLAIMD_SIM_CONTROL_H

#include <stdbool.h>

#include "loop/server.h"

struct sim;

bool control_is_route(const char *target);
/* Answers a whole request at once. */
void control_serve(struct sim *sim, struct request *request);

#endif
