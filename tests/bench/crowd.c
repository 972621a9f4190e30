/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The invented claims and orders.
 * Benchmarks. Chance comes from a generator with a fixed seed.
 */
#include "bench/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define MINUTE_US (60 * USEC_PER_SEC)

/* From one step to the next, on average: couriers of Delivery hurry, parcels do not. */
#define CLAIM_STEP_US (4 * MINUTE_US)
#define ORDER_STEP_US (20 * MINUTE_US)

/* An offer is answered well within its ten minutes, but for one that is missed. */
#define ANSWER_US (3 * MINUTE_US)
#define MISSED_US (10 * MINUTE_US + 2 * USEC_PER_SEC)

#define OFFERED "new", "estimating", "ready_for_approval"
#define FOUND OFFERED, "accepted", "performer_lookup", "performer_draft", "performer_found"
#define CARRIED FOUND, "pickup_arrived", "ready_for_pickup_confirmation", "pickuped"
#define BROUGHT CARRIED, "delivery_arrived", "ready_for_delivery_confirmation", "delivered"

#define SENT "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define DELIVERED "DELIVERED/DELIVERY_SERVICE_DELIVERED"
#define SHIPPED "PROCESSING/STARTED", "PROCESSING/PACKAGING", "PROCESSING/READY_TO_SHIP", "PROCESSING/SHIPPED"

#define STEPS_MAX 20

struct life {
	const struct model *model;
	unsigned weight;
	const char *steps[STEPS_MAX]; /* up to NULL */
};

/* Four of five are claims. One life in some hundred breaks the graph. */
static const struct life lives[] = {
	{ &model_claims, 120, { BROUGHT, "delivered_finish" } },
	{ &model_claims, 24, { BROUGHT, "delivery_arrived", "ready_for_delivery_confirmation", "delivered", "delivered_finish" } },
	{ &model_claims, 24, { FOUND, "pickup_arrived", "pickuped", "delivery_arrived", "delivered", "delivered_finish" } },
	{ &model_claims, 16, { CARRIED, "delivery_arrived", "returning", "return_arrived", "returned", "returned_finish" } },
	{ &model_claims, 8, { OFFERED, "estimating", "ready_for_approval", "accepted", "performer_lookup", "performer_not_found" } },
	{ &model_claims, 6, { OFFERED, "cancelled" } },
	{ &model_claims, 6, { FOUND, "pickup_arrived", "cancelled_with_payment" } },
	{ &model_claims, 4, { OFFERED, "failed" } },
	{ &model_claims, 1, { BROUGHT, "delivered_finish", "performer_lookup" } },
	{ &model_claims, 1, { FOUND, "picking_up", "pickup_arrived", "pickuped", "delivery_arrived", "delivered", "delivered_finish" } },
	{ &model_dbs, 16, { SENT, DELIVERED } },
	{ &model_dbs, 8, { SENT, "PICKUP/PICKUP_SERVICE_RECEIVED", DELIVERED } },
	{ &model_dbs, 4, { SENT, "CANCELLED/SHOP_FAILED" } },
	{ &model_dbs, 2, { "PROCESSING/STARTED", "CANCELLED/USER_CHANGED_MIND" } },
	{ &model_laas, 12, { SHIPPED, "DELIVERY/DELIVERY_SERVICE_RECEIVED", DELIVERED } },
	{ &model_laas, 6, { "RESERVED/AWAIT_CONFIRMATION", SHIPPED, "DELIVERY/DELIVERY_SERVICE_RECEIVED", DELIVERED } },
	{ &model_laas, 2, { SHIPPED, "CANCELLED/LOST" } },
};

struct member {
	const struct life *life; /* NULL: none any more */
	size_t n_done;
	struct seen seen;        /* as it is now */
	struct wall next;        /* when its next step comes */
};

struct crowd {
	uint64_t random;
	size_t n_begun;
	int64_t n_operations;
	bool closed;
	size_t n;
	struct member members[];
};

/* xorshift64, by G. Marsaglia. */
static uint64_t draw(struct crowd *crowd)
{
	crowd->random ^= crowd->random << 13;
	crowd->random ^= crowd->random >> 7;
	crowd->random ^= crowd->random << 17;
	return crowd->random;
}

bool crowd_chance(struct crowd *crowd, unsigned one_in)
{
	return draw(crowd) % one_in == 0;
}

static const struct life *draw_life(struct crowd *crowd)
{
	unsigned sum = 0;
	size_t i = 0;

	for (size_t l = 0; l < ARRAY_SIZE(lives); l++)
		sum += lives[l].weight;
	for (unsigned at = (unsigned)(draw(crowd) % sum); at >= lives[i].weight; i++)
		at -= lives[i].weight;
	return &lives[i];
}

/* Between a quarter and seven quarters of it. */
static int64_t around(struct crowd *crowd, int64_t us)
{
	return us / 4 + (int64_t)(draw(crowd) % (uint64_t)(us * 3 / 2));
}

static const char *next_step(const struct member *member)
{
	return member->n_done < STEPS_MAX ? member->life->steps[member->n_done] : NULL;
}

static int64_t draw_stay(struct crowd *crowd, const struct member *member)
{
	if (strcmp(member->seen.status, "ready_for_approval") == 0)
		return strcmp(next_step(member), "failed") == 0 ? MISSED_US : around(crowd, ANSWER_US);
	return around(crowd, member->life->model == &model_claims ? CLAIM_STEP_US : ORDER_STEP_US);
}

/* Ids of claims are random, as upstream's are: that is what makes the index over them hard to grow. */
static void draw_id(struct crowd *crowd, bool claim, char ret[static EXTERNAL_ID_SIZE])
{
	unsigned long long high = draw(crowd), low = draw(crowd);

	if (claim)
		snprintf(ret, EXTERNAL_ID_SIZE, "%016llx%016llx", high, low);
	else
		snprintf(ret, EXTERNAL_ID_SIZE, "%llu", 50000000000ULL + crowd->n_begun);
}

static void begin_life(struct crowd *crowd, struct member *member, struct wall at)
{
	const struct life *life = draw_life(crowd);
	bool claim = life->model == &model_claims;

	crowd->n_begun++;
	*member = (struct member){
		.life = life,
		.next = at,
		.seen = {
			.snapshot = true,
			.model = life->model,
			.key = { .revision = claim ? 0 : NUMBER_NONE },
			.version = claim ? 1 : NUMBER_NONE,
			.point_id = NUMBER_NONE,
			.valid_until = WALL_NONE,
			.campaign_id = life->model == &model_dbs ? CROWD_CAMPAIGN_DBS :
			               life->model == &model_laas ? CROWD_CAMPAIGN_LAAS : NUMBER_NONE,
			.asked = WALL_NONE,
		},
	};
	draw_id(crowd, claim, member->seen.external_id);
}

int crowd_new(uint64_t seed, size_t alive, struct wall begin, struct crowd **ret)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd) + alive * sizeof(struct member));

	if (!crowd)
		return ERR_NOMEM;
	crowd->random = seed;
	crowd->n = alive;
	for (size_t i = 0; i < alive; i++)
		begin_life(crowd, &crowd->members[i], wall_add(begin, around(crowd, CLAIM_STEP_US)));
	*ret = crowd;
	return ERR_OK;
}

struct crowd *crowd_free(struct crowd *crowd)
{
	free(crowd);
	return NULL;
}

void crowd_close(struct crowd *crowd)
{
	crowd->closed = true;
}

size_t crowd_begun(const struct crowd *crowd)
{
	return crowd->n_begun;
}

/* NULL: all lives have ended. */
static const struct member *find_first(const struct crowd *crowd)
{
	const struct member *first = NULL;

	for (size_t i = 0; i < crowd->n; i++)
		if (crowd->members[i].life && (!first || wall_cmp(crowd->members[i].next, first->next) < 0))
			first = &crowd->members[i];
	return first;
}

struct wall crowd_next_at(const struct crowd *crowd)
{
	const struct member *first = find_first(crowd);

	return first ? first->next : WALL_NONE;
}

static void draw_price(struct crowd *crowd, struct seen *seen)
{
	unsigned rubles = 150 + (unsigned)(draw(crowd) % 1000);

	snprintf(seen->price, sizeof(seen->price), "%u.50", rubles);
	snprintf(seen->offer, sizeof(seen->offer), "%u.50", rubles);
	snprintf(seen->currency, sizeof(seen->currency), "RUB");
	snprintf(seen->class, sizeof(seen->class), "courier");
}

/* Revisions have holes, as upstream's have. */
static void take_step(struct crowd *crowd, struct member *member)
{
	struct seen *seen = &member->seen;

	snprintf(seen->status, sizeof(seen->status), "%s", next_step(member));
	seen->key.updated = seen->entered = member->next;
	seen->operation_id = ++crowd->n_operations;
	if (member->life->model == &model_claims)
		seen->key.revision += 1 + (int64_t)(draw(crowd) % 2);
	if (strcmp(seen->status, "ready_for_approval") == 0)
		draw_price(crowd, seen);
	member->n_done++;
}

void crowd_next(struct crowd *crowd, struct crowd_event *ret)
{
	struct member *member = &crowd->members[find_first(crowd) - crowd->members];

	take_step(crowd, member);
	*ret = (struct crowd_event){ .seen = member->seen, .last = !next_step(member) };
	if (!ret->last)
		member->next = wall_add(member->next, draw_stay(crowd, member));
	else if (crowd->closed)
		member->life = NULL;
	else
		begin_life(crowd, member, wall_add(member->next, around(crowd, CLAIM_STEP_US)));
}
