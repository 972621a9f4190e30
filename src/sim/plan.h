/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one claim will go through: a list of steps, written as text.
 * Simulator, pure. The text is the language of scenario files and of the built-in lives; claimsim(1) describes it.
 */
#ifndef CLAIMD_SIM_PLAN_H
#define CLAIMD_SIM_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "model/graph.h"
#include "model/seen.h"

enum plan_when {
	PLAN_PACED, /* after the simulation's usual pause */
	PLAN_AFTER, /* us after the step before it */
	PLAN_ENTRY, /* us after ready_for_approval was last entered, to the microsecond, in the claim's own time */
};

/* What is bound to happen to a step's callback, on top of what chance does. */
enum plan_fate {
	PLAN_LOST = 1 << 0,
	PLAN_TWICE = 1 << 1,
	PLAN_BEHIND = 1 << 2, /* sent behind the next one */
};

struct plan_step {
	char status[STATUS_TEXT_SIZE];
	enum plan_when when;
	int64_t us;
	unsigned fate;        /* enum plan_fate */
	unsigned stale_reads; /* so many reads still get the status before it; 0: chance decides */
};

/* A change of the price between two steps. */
struct plan_price {
	size_t behind; /* so many steps come before it */
	enum plan_when when;
	int64_t us;
	char price[DECIMAL_SIZE];
};

struct plan {
	struct plan_step *steps; /* owned */
	size_t n;
	size_t size;
	struct plan_price *prices; /* owned; by `behind` */
	size_t n_prices;
	int64_t backdate_us; /* the claim's clock runs so much behind until it has entered ready_for_approval */
};

/* Adds the steps of LEN bytes of text: steps between commas, each "[+SPAN | at SPAN] STATUS [lost] [twice] [behind] [stale N]" or
 * "[+SPAN | at SPAN] price AMOUNT", the latter behind a status only. Any other name of [a-z_] is a status, so
 * that unknown ones can be played. ERR_INVALID (nothing added) with RET_WHY, a static phrase. */
int plan_add(struct plan *plan, const char *text, size_t len, const char **ret_why);

/* ERR_NOMEM. */
int plan_copy(const struct plan *plan, struct plan *ret);

void plan_done(struct plan *plan);

#endif
