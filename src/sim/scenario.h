/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scenario files: claims and orders whose every step is written down. The format is claimsim(1)'s section SCENARIOS.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_SCENARIO_H
#define CLAIMD_SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/seen.h"
#include "sim/plan.h"

struct scenario_shipment {
	char id[EXTERNAL_ID_SIZE];
	struct plan plan; /* which says whether it is a claim or an order */
	int64_t start_us;
	bool fake;        /* an order */
};

struct scenario {
	struct scenario_shipment *shipments;
	size_t n;
};

struct scenario_error {
	unsigned line;   /* from 1 */
	const char *why; /* static: what is wrong and what would be right */
};

/* WINDOW_US: what built-in lives with a short window leave of it. ERR_INVALID with RET_ERROR, ERR_NOMEM. */
int scenario_parse(const char *text, size_t len, int64_t window_us, struct scenario *ret, struct scenario_error *ret_error);
/* Takes an empty one. */
void scenario_done(struct scenario *scenario);

static inline ATTR_UNUSED void scenario_cleanup(struct scenario *scenario)
{
	scenario_done(scenario);
}

#endif
