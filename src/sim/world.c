/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lets the claims live.
 * Simulator: timers of the loop move each claim from step to step.
 * Decides nothing about answers and callbacks: it is asked, and tells through its hooks.
 */
#include "sim/world.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/change.h"

/* The most reads that a new status is hidden from, where chance decides. */
#define STALE_READS_MAX 3

/* What a snapshot reader needs to hold an illegal status: a second look that says the same. */
#define READS_OF_ILLEGAL 2

struct world {
	struct loop *loop;
	struct world_rules rules;
	struct world_hooks hooks;
	struct world_claim **claims;
	size_t n;
	size_t size;
	size_t n_done;
	void *by_id; /* tsearch(3) tree of the claims */
};

static int compare_ids(const void *a, const void *b)
{
	const struct world_claim *x = a;
	const struct world_claim *y = b;

	return strcmp(x->id, y->id);
}

int world_new(struct loop *loop, const struct world_rules *rules, const struct world_hooks *hooks, struct world **ret)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		return ERR_NOMEM;
	world->loop = loop;
	world->rules = *rules;
	world->hooks = *hooks;
	*ret = world;
	return 0;
}

static void claim_free(struct world_claim *claim)
{
	loop_timer_free(claim->timer);
	plan_done(&claim->plan);
	free(claim->transitions);
	free(claim->prices);
	free(claim);
}

struct world *world_free(struct world *world)
{
	if (!world)
		return NULL;
	for (size_t i = 0; i < world->n; i++) {
		tdelete(world->claims[i], &world->by_id, compare_ids);
		claim_free(world->claims[i]);
	}
	free(world->claims);
	free(world);
	return NULL;
}

size_t world_count(const struct world *world)
{
	return world->n;
}

struct world_claim *world_at(const struct world *world, size_t i)
{
	return world->claims[i];
}

struct world_claim *world_find(const struct world *world, const char *id)
{
	struct world_claim key = { 0 };
	void *found;

	if (strlen(id) >= sizeof(key.id))
		return NULL;
	snprintf(key.id, sizeof(key.id), "%s", id);
	found = tfind(&key, &world->by_id, compare_ids);
	return found ? *(struct world_claim **)found : NULL;
}

bool world_is_done(const struct world *world)
{
	return world->n_done == world->n;
}

static uint64_t claim_draw(const struct world_claim *claim, enum chance purpose)
{
	return chance_draw(claim->world->rules.seed, purpose, claim->index, claim->n);
}

/* Its own clock runs behind until the approval window is open. */
static struct wall claim_now(const struct world_claim *claim)
{
	struct wall now = loop_now(claim->world->loop);

	return wall_is_set(claim->entry) ? now : wall_add(now, -claim->plan.backdate_us);
}

/* The plan's next price, if it comes before the next status; NULL otherwise. */
static const struct plan_price *next_price(const struct world_claim *claim)
{
	const struct plan *plan = &claim->plan;
	const struct plan_price *price = claim->n_priced < plan->n_prices ? &plan->prices[claim->n_priced] : NULL;

	return price && price->behind <= claim->n ? price : NULL;
}

static bool has_next(const struct world_claim *claim)
{
	return claim->n < claim->plan.n || next_price(claim);
}

static struct wall due_at(const struct world_claim *claim, enum plan_when when, int64_t us)
{
	const struct world_rules *rules = &claim->world->rules;
	struct wall now = loop_now(claim->world->loop);
	int64_t pause;

	switch (when) {
	case PLAN_AFTER:
		return wall_add(now, us);
	case PLAN_ENTRY:
		return wall_is_set(claim->entry) ? wall_add(claim->entry, us) : now;
	case PLAN_PACED:
		break;
	}
	pause = backoff_spread_us(rules->step_min_us, rules->step_max_us, claim_draw(claim, CHANCE_PAUSE));
	return wall_add(now, pause);
}

/* Without a next step the timer fires once more, to close the claim. */
static void claim_schedule(struct world_claim *claim)
{
	const struct plan_price *price = next_price(claim);
	const struct plan_step *step = claim->n < claim->plan.n ? &claim->plan.steps[claim->n] : NULL;

	if (price)
		claim->due = due_at(claim, price->when, price->us);
	else if (step)
		claim->due = due_at(claim, step->when, step->us);
	else
		claim->due = loop_now(claim->world->loop);
	loop_timer_at(claim->timer, claim->due);
}

/* Room for all of the plan: each of its steps may bring a price. */
static int claim_reserve(struct world_claim *claim)
{
	const struct plan *plan = &claim->plan;
	struct transition *transitions = reallocarray(claim->transitions, plan->n + 1, sizeof(*transitions));

	if (!transitions)
		return ERR_NOMEM;
	claim->transitions = transitions;

	struct priced *prices = reallocarray(claim->prices, plan->n + plan->n_prices + 1, sizeof(*prices));

	if (!prices)
		return ERR_NOMEM;
	claim->prices = prices;
	return 0;
}

/* The journal has no event for a price that came with a status. */
static bool price_is_told(const struct world_claim *claim)
{
	const struct priced *newest = claim->n_prices > 0 ? &claim->prices[claim->n_prices - 1] : NULL;

	return !newest || !newest->alone || newest->events > 0;
}

static bool claim_is_read(const struct world_claim *claim)
{
	if (!claim->world->rules.wait_read || claim->n == 0)
		return true;

	const struct transition *newest = &claim->transitions[claim->n - 1];
	bool by_info = newest->reads >= (newest->verdict == VERDICT_ILLEGAL ? READS_OF_ILLEGAL : 1);
	bool by_journal = newest->events > 0;

	switch (claim->world->rules.reader) {
	case READER_INFO:
		return by_info;
	case READER_JOURNAL:
		return by_journal && price_is_told(claim);
	case READER_EITHER:
		break;
	}
	return by_info || by_journal;
}

static unsigned claim_stale_reads(const struct world_claim *claim, const struct plan_step *step)
{
	if (claim->n == 0)
		return 0;
	if (step->stale_reads > 0)
		return step->stale_reads;
	if (!faults_hit(claim->world->rules.faults, FAULT_STALE, claim->index, claim->n))
		return 0;
	return 1 + (unsigned)(claim_draw(claim, CHANCE_STALE_READS) % STALE_READS_MAX);
}

/* The time of what is made now: an appointed one is met to the microsecond. */
static struct wall claim_moment(const struct world_claim *claim, enum plan_when when)
{
	return when == PLAN_ENTRY && wall_is_set(claim->entry) ? claim->due : claim_now(claim);
}

/* The claim is now in a state with a price. BEFORE is its last one. */
static void note_price(struct world_claim *claim, const char *before, bool alone)
{
	if (strcmp(claim->now.price, before) == 0)
		return;

	struct priced *priced = &claim->prices[claim->n_prices++];

	*priced = (struct priced){ .place = claim->n - 1, .key = claim->now.key, .alone = alone };
	memcpy(priced->price, claim->now.price, sizeof(priced->price));
	memcpy(priced->currency, claim->now.currency, sizeof(priced->currency));
}

static void claim_step(struct world_claim *claim)
{
	const struct world_rules *rules = &claim->world->rules;
	const struct plan_step *step = &claim->plan.steps[claim->n];
	struct transition *transition = &claim->transitions[claim->n];
	const struct seen before = claim->now;
	const struct change change = {
		.status = step->status,
		.at = claim_moment(claim, step->when),
		.before = claim->n > 0 ? &before : NULL,
		.applied = claim->applied,
		.offer_us = rules->offer_us,
		.revision_random = claim_draw(claim, CHANCE_REVISION),
		.price_random = claim_draw(claim, CHANCE_PRICE),
	};

	if (claim->n == 0)
		change_first(&change, claim->index, claim->id, transition);
	else
		change_next(&change, claim->transitions, claim->n, transition);
	claim->stale_reads = claim_stale_reads(claim, step);
	claim->n++;
	claim->now = transition->seen;
	note_price(claim, before.price, false);
	if (change_is_applied(transition))
		claim->applied = model_status(&model_claims, transition->seen.status);
	if (change_is_applied(transition) && change_opens_window(transition))
		claim->entry = transition->seen.entered;
	claim->world->hooks.on_step(claim, claim->world->hooks.cls);
}

/* A price that is the same as before is no change. */
static void claim_price(struct world_claim *claim, const struct plan_price *price)
{
	uint64_t random = chance_draw(claim->world->rules.seed, CHANCE_PRICE_REVISION, claim->index, claim->n_priced);
	const struct seen before = claim->now;

	claim->n_priced++;
	if (strcmp(before.price, price->price) == 0)
		return;
	change_price(&before, price->price, claim_moment(claim, price->when), random, &claim->now);
	note_price(claim, before.price, true);
	claim->world->hooks.on_price(claim, claim->world->hooks.cls);
}

/* What comes in the same moment as a price is made at once, before anybody can ask. */
static void claim_move(struct world_claim *claim)
{
	const struct plan_price *price;

	while ((price = next_price(claim)) != NULL) {
		claim_price(claim, price);
		claim_schedule(claim);
		if (!has_next(claim) || !claim_is_read(claim) || wall_cmp(loop_now(claim->world->loop), claim->due) < 0)
			return;
	}
	claim_step(claim);
	claim_schedule(claim);
}

/* A claim that waits to be read has no timer: world_told() sets it again. */
static void on_due(void *cls)
{
	struct world_claim *claim = cls;
	struct world *world = claim->world;

	if (!claim_is_read(claim))
		return;
	if (has_next(claim)) {
		claim_move(claim);
		return;
	}
	claim->done = true;
	world->n_done++;
	world->hooks.on_done(claim, world->hooks.cls);
}

static int world_reserve(struct world *world)
{
	if (world->n < world->size)
		return 0;

	size_t size = world->size ? 2 * world->size : 64;
	struct world_claim **claims = realloc(world->claims, size * sizeof(struct world_claim *));

	if (!claims)
		return ERR_NOMEM;
	world->claims = claims;
	world->size = size;
	return 0;
}

static void claim_name(struct world_claim *claim, const struct world_birth *birth)
{
	uint64_t seed = claim->world->rules.seed;

	if (birth->id)
		snprintf(claim->id, sizeof(claim->id), "%s", birth->id);
	else
		snprintf(claim->id, sizeof(claim->id), "%016" PRIx64 "%016" PRIx64,
		         chance_draw(seed, CHANCE_ID, claim->index, 0), chance_draw(seed, CHANCE_ID, claim->index, 1));
	snprintf(claim->life, sizeof(claim->life), "%s", birth->life);
}

static int world_enter(struct world *world, struct world_claim *claim)
{
	if (world_find(world, claim->id))
		return ERR_REFUSED;

	int r = world_reserve(world);

	if (r < 0)
		return r;
	if (!tsearch(claim, &world->by_id, compare_ids))
		return ERR_NOMEM;
	world->claims[world->n++] = claim;
	return 0;
}

int world_add(struct world *world, struct world_birth *birth, struct world_claim **ret)
{
	struct world_claim *claim = calloc(1, sizeof(*claim));

	if (!claim) {
		plan_done(&birth->plan);
		return ERR_NOMEM;
	}
	claim->world = world;
	claim->index = world->n;
	claim->plan = birth->plan;
	claim->applied = STATUS_UNKNOWN;
	claim->entry = WALL_NONE;
	birth->plan = (struct plan){ 0 };
	claim_name(claim, birth);

	int r = claim_reserve(claim);

	if (r == 0)
		r = loop_timer_new(world->loop, on_due, claim, &claim->timer);
	if (r == 0)
		r = world_enter(world, claim);
	if (r < 0) {
		claim_free(claim);
		return r;
	}
	claim->due = wall_add(loop_now(world->loop), birth->delay_us);
	loop_timer_at(claim->timer, claim->due);
	*ret = claim;
	return 0;
}

int world_extend(struct world_claim *claim, const char *steps)
{
	bool stands_still = !has_next(claim);
	const char *why;
	int r = plan_add(&claim->plan, steps, strlen(steps), &why);

	if (r == 0)
		r = claim_reserve(claim);
	if (r < 0 || !stands_still)
		return r;
	if (claim->done) {
		claim->done = false;
		claim->world->n_done--;
	}
	claim_schedule(claim);
	return 0;
}

int world_read(struct world_claim *claim, struct seen *ret, size_t *ret_place)
{
	if (claim->n == 0)
		return ERR_NOT_FOUND;
	if (claim->stale_reads > 0) {
		claim->stale_reads--;
		*ret_place = claim->n - 2;
		*ret = claim->transitions[*ret_place].seen;
	} else {
		*ret = claim->now;
		*ret_place = claim->n - 1;
	}
	return 0;
}

void world_told(struct world_claim *claim, enum telling telling, size_t place)
{
	switch (telling) {
	case TELLING_SNAPSHOT:
		claim->transitions[place].reads++;
		break;
	case TELLING_STATUS:
		claim->transitions[place].events++;
		break;
	case TELLING_PRICE:
		claim->prices[place].events++;
		break;
	}
	if (!claim->done && !loop_timer_is_set(claim->timer))
		loop_timer_at(claim->timer, claim->due);
}
