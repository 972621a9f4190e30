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
#define LIFE(name_, of_, weight_, short_window_, steps_, meaning_)                                                     \
	[LIFE_##name_] = {                                                                                             \
		.name = #name_,                                                                                        \
		.model = &model_##of_,                                                                                 \
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

static double weights_sum(const struct life_weights *weights, const struct model *model)
{
	double sum = 0;

	for (size_t i = 0; i < LIFE_MAX; i++)
		sum += lives[i].model == model ? weights->weight[i] : 0;
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

/* What no pair was given for is below 0: nothing for the lives of a model of which some was given, else the default. */
static int settle_model(struct life_weights *weights, const struct model *model)
{
	bool given = false;

	for (size_t i = 0; i < LIFE_MAX; i++)
		given = given || (lives[i].model == model && weights->weight[i] >= 0);
	for (size_t i = 0; i < LIFE_MAX; i++)
		if (lives[i].model == model && weights->weight[i] < 0)
			weights->weight[i] = given ? 0 : lives[i].weight;
	return weights_sum(weights, model) > 0 ? 0 : ERR_INVALID;
}

int life_weights_parse(const char *spec, struct life_weights *ret)
{
	struct life_weights weights;

	for (size_t i = 0; i < LIFE_MAX; i++)
		weights.weight[i] = -1;

	int r = spec_parse(spec, take_pair, &weights);

	for (size_t i = 0; r == 0 && i < MODEL_MAX; i++)
		r = settle_model(&weights, models[i]);
	if (r == 0)
		*ret = weights;
	return r;
}

const struct life *life_choose(const struct life_weights *weights, const struct model *model, uint64_t random)
{
	double point = (double)random / RANDOM_RANGE * weights_sum(weights, model);
	const struct life *chosen = &lives[0];

	for (size_t i = 0; i < LIFE_MAX; i++) {
		if (lives[i].model != model || weights->weight[i] <= 0)
			continue;
		chosen = &lives[i];
		if (point < weights->weight[i])
			break;
		point -= weights->weight[i];
	}
	return chosen;
}

/* The first window that PLAN enters; NULL when there is none. */
static const struct window_rule *first_window(const struct plan *plan)
{
	const struct window_rule *rule = NULL;

	for (size_t i = 0; !rule && i < plan->n; i++)
		rule = model_window(plan->model, model_status(plan->model, plan->steps[i].status));
	return rule;
}

int life_plan(const struct life *life, int64_t window_us, struct plan *plan)
{
	const struct window_rule *rule;
	const char *why;
	int r;

	plan->model = life->model;
	r = plan_add(plan, life->steps, strlen(life->steps), &why);
	if (r < 0)
		return r;
	rule = first_window(plan);
	if (life->short_window && rule && window_us < rule->length_us)
		plan->backdate_us = rule->length_us - window_us;
	return 0;
}
