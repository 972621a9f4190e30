/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes wrong in the course of the month, of trouble.def: planned by the seed, and done to simulator and claimd when its time comes.
 * The soak.
 */
#ifndef CLAIMD_TESTS_SOAK_TROUBLE_H
#define CLAIMD_TESTS_SOAK_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/sim.h"
#include "soak/daemon.h"

enum trouble_kind {
#define TROUBLE(id, name, every_days, min, max, explanation) TROUBLE_##id,
#include "soak/trouble.def"
	TROUBLE_MAX,
};

struct trouble {
	enum trouble_kind kind;
	struct wall begin;
	struct wall end;
};

const char *trouble_name(enum trouble_kind kind);
const char *trouble_explanation(enum trouble_kind kind);
bool trouble_starts_anew(enum trouble_kind kind); /* claimd */

/* What goes wrong all the time, a little. */
#define TROUBLE_USUAL \
	"stale=0.02,duplicate=0.02,reorder=0.01,lost=0.02,delay=0.05,429=0.002,500=0.002,cut=0.001,late=0.01,shuffle=0.02,repeat=0.02"

struct troubles;

struct troubles_plan {
	struct loop *loop;
	struct sim *sim;
	struct daemon *daemon;
	uint64_t seed;
	struct wall start;
	int64_t span_us;
	void (*on_failure)(const char *what, void *cls); /* claimd could not be started, or its files not be written */
	void *cls;
};

/* The plan is copied. ERR_NOMEM. */
int troubles_new(const struct troubles_plan *plan, struct troubles **ret);
void troubles_free(struct troubles *troubles);

/* claimd has ended: it is started again when its time has come, at once if nobody has planned that. */
void troubles_bury(struct troubles *troubles);

/* All that there are, by their begin. */
const struct trouble *troubles_list(const struct troubles *troubles, size_t *ret_n);

#endif
