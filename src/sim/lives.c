/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of lives, and the weighted choice.
 * Simulator, pure.
 */
#include "sim/lives.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "sim/spec.h"

/* Where chance is the whole range of 64 bits. */
#define RANDOM_RANGE 0x1p64

#define WEIGHT_MAX 1e6

const struct life lives[LIFE_MAX] = {
#define LIFE(name_, weight_, short_window_, steps_, meaning_)                                                          \
	[LIFE_##name_] = {                                                                                             \
		.name = #name_,                                                                                        \
		.weight = (weight_),                                                                                   \
		.short_window = (short_window_),                                                                       \
		.steps = steps_,                                                                                       \
		.meaning = (meaning_),                                                                                 \
	},
#include "sim/lives.def"
};

const struct life *life_by_name(const char *name)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		if (strcmp(lives[i].name, name) == 0)
			return &lives[i];
	return NULL;
}

void life_weights_default(struct life_weights *ret)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		ret->weight[i] = lives[i].weight;
}

static double weights_sum(const struct life_weights *weights)
{
	double sum = 0;

	for (size_t i = 0; i < LIFE_MAX; i++)
		sum += weights->weight[i];
	return sum;
}

static int take_pair(const char *name, double weight, void *cls)
{
	struct life_weights *weights = cls;
	const struct life *life = life_by_name(name);

	/* Written so that NaN is refused too. */
	if (!life || !(weight >= 0 && weight <= WEIGHT_MAX))
		return ERR_INVALID;
	weights->weight[life - lives] = weight;
	return 0;
}

int life_weights_parse(const char *spec, struct life_weights *ret)
{
	struct life_weights weights = { 0 };
	int r = spec_parse(spec, take_pair, &weights);

	if (r < 0)
		return r;
	if (weights_sum(&weights) <= 0)
		return ERR_INVALID;
	*ret = weights;
	return 0;
}

const struct life *life_choose(const struct life_weights *weights, uint64_t random)
{
	double point = (double)random / RANDOM_RANGE * weights_sum(weights);
	const struct life *chosen = &lives[0];

	for (size_t i = 0; i < LIFE_MAX; i++) {
		if (weights->weight[i] <= 0)
			continue;
		chosen = &lives[i];
		if (point < weights->weight[i])
			break;
		point -= weights->weight[i];
	}
	return chosen;
}

int life_plan(const struct life *life, int64_t window_us, struct plan *plan)
{
	const struct window_rule *rule = model_window(&model_claims, model_status(&model_claims, "ready_for_approval"));
	const char *why;
	int r = plan_add(plan, life->steps, strlen(life->steps), &why);

	if (r < 0)
		return r;
	if (life->short_window && window_us < rule->length_us)
		plan->backdate_us = rule->length_us - window_us;
	return 0;
}
