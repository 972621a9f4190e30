/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The built-in lives of lives.def, and the choice among them.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_LIVES_H
#define CLAIMD_SIM_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/plan.h"

#define LIFE_NAME_SIZE 65

struct life {
	const char *name;
	const struct model *model;
	unsigned weight;
	bool short_window;
	const char *steps;
	const char *meaning;
};

enum {
#define LIFE(name, model, weight, short_window, steps, meaning) LIFE_##name,
#include "sim/lives.def"
	LIFE_MAX,
};

extern const struct life lives[LIFE_MAX];

/* NULL when there is none of that name. */
const struct life *life_by_name(const char *name);

/* How often each life is chosen, relative to the others of its model. */
struct life_weights {
	double weight[LIFE_MAX];
};

void life_weights_default(struct life_weights *ret);
/* Only the lives in SPEC, "happy=3,edit=1", of each model that it names lives of; the default for the others. ERR_INVALID when
 * it gives none of a model that it names a weight above 0. */
int life_weights_parse(const char *spec, struct life_weights *ret);

const struct life *life_choose(const struct life_weights *weights, const struct model *model, uint64_t random);

/* Adds LIFE's steps to PLAN, which is of the life's model from then on; it must be empty or of that model. With a short
 * window, WINDOW_US are left of the window of the first status that has one, when that is entered. ERR_NOMEM. */
int life_plan(const struct life *life, int64_t window_us, struct plan *plan);

#endif
