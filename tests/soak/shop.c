/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lives and births.
 * The soak.
 */
#include "soak/shop.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/chance.h"

#define USEC_PER_HOUR (3600 * USEC_PER_SEC)

/* The old file's orders have the numbers of a simulator's first shipments: ours are born later. */
#define CLAIMS_FIRST 50

/* Many a courier of a large shop has several recipients: with these a claim makes 15 transitions on average. */
#define MULTIDROP_WEIGHT 70

/* Of lives that break the rules; those of the documents have 2 to 30. */
#define BROKEN_WEIGHT 0.5

/* The first part of the whole tells little about the pace. */
#define PACE_FROM 0.02
#define PACE_MIN 0.01

/* How busy each hour of the day is; 24 in all. */
static const double rush[24] = {
	0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 0.5, 0.8, 1.1, 1.4, 1.6, 1.7, 1.7, 1.5, 1.4, 1.4, 1.5, 1.7, 1.7, 1.5, 1.2, 0.9, 0.6, 0.4,
};

struct shop {
	struct shop_plan plan;
	struct loop *loop;
	struct sim *sim;
	struct loop_timer *birth;
	double pace; /* 1: as planned */
};

/* --- Lives */

/* All that a reader of callbacks and journal can follow, those that break the rules too. An order that begins in the past is in no list,
 * nor is one that goes on after its end when that push is lost. */
static void choose_lives(struct life_weights *weights)
{
	life_weights_default(weights);
	for (size_t i = 0; i < LIFE_MAX; i++) {
		bool waits = strstr(lives[i].steps, ", act") != NULL;

		if (lives[i].model == &model_claims && weights->weight[i] <= 0 && !waits)
			weights->weight[i] = BROKEN_WEIGHT;
		if (lives[i].model != &model_claims && lives[i].short_window)
			weights->weight[i] = 0;
	}
	weights->weight[LIFE_multidrop] = MULTIDROP_WEIGHT;
}

/* As the upstreams are: minutes between two steps, replicas that lag for seconds, Market's own schedule of repeats. */
void shop_configure(const struct shop_plan *plan, struct sim_config *ret)
{
	sim_config_default(ret);
	ret->seed = plan->seed;
	ret->fake = 0.05;
	choose_lives(&ret->weights);
	ret->step_min_us = 20 * USEC_PER_SEC;
	ret->step_max_us = 9 * 60 * USEC_PER_SEC;
	ret->window_us = 60 * USEC_PER_SEC;
	ret->stale_max_us = 30 * USEC_PER_SEC;
	ret->retry_after_s = 5;
	ret->keep_us = plan->keep_events_us;
	ret->journal_reader = true;
	ret->behind_max_us = 60 * USEC_PER_SEC;
	ret->sender.push_speedup = 1;
}

/* --- Births */

static int64_t next_birth_us(const struct shop *shop)
{
	const struct shop_plan *plan = &shop->plan;
	int64_t hour = (loop_now(shop->loop).us - plan->start.us) / USEC_PER_HOUR % 24;

	return (int64_t)((double)plan->span_us / (double)(plan->claims + plan->orders) / rush[hour] / shop->pace);
}

static const struct model *choose_model(const struct shop *shop)
{
	size_t n = world_count(sim_world(shop->sim));
	uint64_t random = chance_draw(shop->plan.seed, CHANCE_FAKE, n, 1);
	uint64_t all = (uint64_t)(shop->plan.claims + shop->plan.orders);

	if (n < CLAIMS_FIRST || (int64_t)(random % all) < shop->plan.claims)
		return &model_claims;
	return random / all % 2 == 0 ? &model_dbs : &model_laas;
}

static void on_birth(void *cls)
{
	struct shop *shop = cls;
	const struct model *model = choose_model(shop);
	struct wall now = loop_now(shop->loop);
	const char *id;
	int r = model == &model_claims ? sim_add_claim(shop->sim, NULL, &id) : sim_add_order(shop->sim, model, NULL, &id);

	if (r != ERR_OK)
		shop->plan.on_failure("a claim or order could not be made", shop->plan.cls);
	if (wall_cmp(now, wall_add(shop->plan.start, shop->plan.span_us)) < 0)
		loop_timer_at(shop->birth, wall_add(now, next_birth_us(shop)));
}

void shop_set_pace(struct shop *shop, double real_s, double left_s, size_t n)
{
	double done = (double)(loop_now(shop->loop).us - shop->plan.start.us) / (double)shop->plan.span_us;
	double planned = (1 - done) * (double)(shop->plan.claims + shop->plan.orders);
	double affordable = left_s / real_s * (double)n;

	if (done < PACE_FROM || planned < 1)
		return;
	shop->pace = affordable >= planned ? 1 : affordable / planned;
	if (shop->pace < PACE_MIN)
		shop->pace = PACE_MIN;
}

int shop_new(struct loop *loop, struct sim *sim, const struct shop_plan *plan, struct shop **ret)
{
	struct shop *shop = calloc(1, sizeof(*shop));

	if (!shop)
		return ERR_NOMEM;
	*shop = (struct shop){ .plan = *plan, .loop = loop, .sim = sim, .pace = 1 };
	if (loop_timer_new(loop, on_birth, shop, &shop->birth) != ERR_OK) {
		free(shop);
		return ERR_NOMEM;
	}
	loop_timer_at(shop->birth, loop_now(loop));
	*ret = shop;
	return ERR_OK;
}

void shop_free(struct shop *shop)
{
	if (!shop)
		return;
	loop_timer_free(shop->birth);
	free(shop);
}
