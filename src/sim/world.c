/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Has all shipments, gives them their names, and tells what is known of each.
 * Simulator.
 * Decides nothing about answers, callbacks and pushes: it is asked, and tells through its hooks.
 */
#include "sim/world.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/chance.h"
#include "sim/world-internal.h"

/* Order ids have 11 digits today (upstream/market.md section 4.2); one in so many is close to what an int64 holds. */
#define ORDER_ID_FIRST INT64_C(50000000000)
#define ORDER_ID_STEP 9000
#define ORDER_ID_LARGE 5

static int compare_ids(const void *a, const void *b)
{
	const struct world_shipment *x = a;
	const struct world_shipment *y = b;

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

static void shipment_free(struct world_shipment *shipment)
{
	loop_timer_free(shipment->timer);
	plan_done(&shipment->plan);
	free(shipment->transitions);
	free(shipment->prices);
	free(shipment);
}

struct world *world_free(struct world *world)
{
	if (!world)
		return NULL;
	for (size_t i = 0; i < world->n; i++) {
		tdelete(world->shipments[i], &world->by_id, compare_ids);
		shipment_free(world->shipments[i]);
	}
	free(world->shipments);
	free(world);
	return NULL;
}

size_t world_count(const struct world *world)
{
	return world->n;
}

struct world_shipment *world_at(const struct world *world, size_t i)
{
	return world->shipments[i];
}

struct world_shipment *world_find(const struct world *world, const char *id)
{
	struct world_shipment key = { 0 };
	void *found;

	if (strlen(id) >= sizeof(key.id))
		return NULL;
	snprintf(key.id, sizeof(key.id), "%s", id);
	found = tfind(&key, &world->by_id, compare_ids);
	return found ? *(struct world_shipment **)found : NULL;
}

bool world_is_claim(const struct world_shipment *shipment)
{
	return shipment->model == &model_claims;
}

bool world_is_done(const struct world *world)
{
	return world->n_done == world->n;
}

static int world_reserve(struct world *world)
{
	if (world->n < world->size)
		return 0;

	size_t size = world->size ? 2 * world->size : 64;
	struct world_shipment **shipments = realloc(world->shipments, size * sizeof(struct world_shipment *));

	if (!shipments)
		return ERR_NOMEM;
	world->shipments = shipments;
	world->size = size;
	return 0;
}

/* No two indices make one number. */
static void name_order(struct world_shipment *shipment)
{
	uint64_t random = chance_draw(shipment->world->rules.seed, CHANCE_ID, shipment->index, 0);
	int64_t index = (int64_t)shipment->index;
	int64_t number = ORDER_ID_FIRST + index * ORDER_ID_STEP + (int64_t)(random / ORDER_ID_LARGE % ORDER_ID_STEP);

	if (random % ORDER_ID_LARGE == 0)
		number = INT64_MAX - index;
	snprintf(shipment->id, sizeof(shipment->id), "%" PRId64, number);
}

static void name_claim(struct world_shipment *shipment)
{
	uint64_t seed = shipment->world->rules.seed;

	snprintf(shipment->id, sizeof(shipment->id), "%016" PRIx64 "%016" PRIx64, chance_draw(seed, CHANCE_ID, shipment->index, 0),
	         chance_draw(seed, CHANCE_ID, shipment->index, 1));
}

static void shipment_name(struct world_shipment *shipment, const struct world_birth *birth)
{
	if (birth->id)
		snprintf(shipment->id, sizeof(shipment->id), "%s", birth->id);
	else if (world_is_claim(shipment))
		name_claim(shipment);
	else
		name_order(shipment);
	snprintf(shipment->life, sizeof(shipment->life), "%s", birth->life);
}

static int world_enter(struct world *world, struct world_shipment *shipment)
{
	if (world_find(world, shipment->id))
		return ERR_INVALID;

	int r = world_reserve(world);

	if (r < 0)
		return r;
	if (!tsearch(shipment, &world->by_id, compare_ids))
		return ERR_NOMEM;
	world->shipments[world->n++] = shipment;
	return 0;
}

int world_add(struct world *world, struct world_birth *birth, struct world_shipment **ret)
{
	struct world_shipment *shipment = calloc(1, sizeof(*shipment));

	if (!shipment) {
		plan_done(&birth->plan);
		return ERR_NOMEM;
	}
	shipment->world = world;
	shipment->index = world->n;
	shipment->plan = birth->plan;
	shipment->model = plan_model(&birth->plan);
	shipment->campaign_id = birth->campaign_id;
	shipment->prepaid = birth->prepaid;
	shipment->fake = birth->fake;
	shipment->entry = WALL_NONE;
	shipment->fresh_at = WALL_NONE;
	birth->plan = (struct plan){ 0 };
	shipment_name(shipment, birth);

	int r = shipment_reserve(shipment);

	if (r == 0)
		r = loop_timer_new(world->loop, shipment_on_due, shipment, &shipment->timer);
	if (r == 0)
		r = world_enter(world, shipment);
	if (r < 0) {
		shipment_free(shipment);
		return r;
	}
	shipment->due = wall_add(loop_now(world->loop), birth->delay_us);
	loop_timer_at(shipment->timer, shipment->due);
	*ret = shipment;
	return 0;
}

int world_extend(struct world_shipment *shipment, const char *steps)
{
	bool stands_still = !shipment_has_next(shipment);
	const char *why;
	int r = plan_add(&shipment->plan, steps, strlen(steps), &why);

	if (r == 0)
		r = shipment_reserve(shipment);
	if (r < 0 || !stands_still)
		return r;
	shipment_revive(shipment);
	shipment_schedule(shipment);
	return 0;
}

static bool is_stale(const struct world_shipment *shipment)
{
	return shipment->stale_reads > 0 &&
	       (!wall_is_set(shipment->fresh_at) || wall_cmp(loop_now(shipment->world->loop), shipment->fresh_at) < 0);
}

int world_peek(const struct world_shipment *shipment, struct seen *ret, size_t *ret_place)
{
	if (shipment->n == 0)
		return ERR_NOT_FOUND;
	if (is_stale(shipment)) {
		*ret_place = shipment->n - 2;
		*ret = shipment->transitions[*ret_place].seen;
	} else {
		*ret = shipment->now;
		*ret_place = shipment->n - 1;
	}
	return 0;
}

int world_read(struct world_shipment *shipment, struct seen *ret, size_t *ret_place)
{
	int r = world_peek(shipment, ret, ret_place);

	if (r == 0 && shipment->stale_reads > 0)
		shipment->stale_reads--;
	return r;
}

void world_told(struct world_shipment *shipment, enum telling telling, size_t place)
{
	switch (telling) {
	case TELLING_SNAPSHOT:
		shipment->transitions[place].reads++;
		break;
	case TELLING_STATUS:
		shipment->transitions[place].events++;
		break;
	case TELLING_PRICE:
		shipment->prices[place].events++;
		break;
	}
	if (!shipment->done && !loop_timer_is_set(shipment->timer))
		loop_timer_at(shipment->timer, shipment->due);
}
