/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The large shop: what its claims and orders go through, and when each is born, by day and night.
 * The soak.
 */
#ifndef CLAIMD_TESTS_SOAK_SHOP_H
#define CLAIMD_TESTS_SOAK_SHOP_H

#include <stdint.h>

#include "sim/sim.h"

struct shop;

struct shop_plan {
	uint64_t seed;
	int64_t claims;         /* so many are born in all, at an even pace, as the next */
	int64_t orders;
	struct wall start;
	int64_t span_us;
	int64_t keep_events_us; /* how long the journal keeps them */
	void (*on_failure)(const char *what, void *cls);
	void *cls;
};

/* The simulator's configuration, but for keys, URLs and hooks. */
void shop_configure(const struct shop_plan *plan, struct sim_config *ret);

/* The first is born when LOOP runs; the plan is copied. ERR_NOMEM. */
int shop_new(struct loop *loop, struct sim *sim, const struct shop_plan *plan, struct shop **ret);
void shop_free(struct shop *shop);

/* Real time is spent on what lives. REAL_S of it have gone, in which N were born, and LEFT_S are left: where these do not do for all that
 * are to come, fewer are born from now on. */
void shop_set_pace(struct shop *shop, double real_s, double left_s, size_t n);

#endif
