/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes errands of changes, lets some be lost, doubled, delayed or overtaken, and hands the rest to the sender.
 * Simulator.
 * Which pushes there are is push.c's, how they are repeated sender.c's.
 */
#include "sim/teller.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/push.h"

/* What chance decides about edits begins here, behind all transitions. */
#define EDITS_FROM (UINT64_C(1) << 32)

/* More than there are copies of anything. */
#define COPIES_ROOM 1024

struct teller {
	struct loop *loop;
	struct teller_rules rules;
	struct sender *sender;
	char *callback_url;
	char *push_url;
	size_t n_callbacks_lost;
	size_t n_pushes_lost;
};

/* One change, and what is bound to befall the telling of it. */
struct event {
	const struct world_shipment *shipment;
	uint64_t number; /* of the shipment's events */
	unsigned fate;
	unsigned times;
};

int teller_new(struct loop *loop, const struct teller_rules *rules, void (*on_idle)(void *cls), void *cls, struct teller **ret)
{
	struct teller *teller = calloc(1, sizeof(*teller));

	if (!teller)
		return ERR_NOMEM;
	teller->loop = loop;
	teller->rules = *rules;

	int r = sender_new(loop, &rules->sender, on_idle, cls, &teller->sender);

	if (r < 0) {
		free(teller);
		return r;
	}
	*ret = teller;
	return 0;
}

struct teller *teller_free(struct teller *teller)
{
	if (!teller)
		return NULL;
	sender_free(teller->sender);
	free(teller->callback_url);
	free(teller->push_url);
	free(teller);
	return NULL;
}

static int set_url(char **io_url, const char *url)
{
	char *copy = url ? strdup(url) : NULL;

	if (url && !copy)
		return ERR_NOMEM;
	free(*io_url);
	*io_url = copy;
	return 0;
}

int teller_set_callback(struct teller *teller, const char *url)
{
	return set_url(&teller->callback_url, url);
}

int teller_set_push(struct teller *teller, const char *url)
{
	return set_url(&teller->push_url, url);
}

static bool meets(const struct teller *teller, const struct event *event, enum fault fault)
{
	return faults_hit(teller->rules.faults, fault, event->shipment->index, event->number);
}

/* Where nothing else tells of a shipment, its first event is lost only if a scenario says so. */
static bool is_lost(const struct teller *teller, const struct event *event)
{
	bool may_be = event->number > 1 || teller->rules.journal_reader;

	return (event->fate & PLAN_LOST) || (may_be && meets(teller, event, FAULT_LOST));
}

static bool is_behind(const struct teller *teller, const struct event *event)
{
	return (event->fate & PLAN_BEHIND) || meets(teller, event, FAULT_REORDER);
}

static unsigned n_copies(const struct teller *teller, const struct event *event)
{
	if (event->times > 0)
		return event->times;
	return (event->fate & PLAN_TWICE) || meets(teller, event, FAULT_DUPLICATE) ? 2 : 1;
}

static int64_t delay_us(const struct teller *teller, const struct event *event)
{
	uint64_t random = chance_draw(teller->rules.seed, CHANCE_DELAY_CALLBACK, event->shipment->index, event->number);

	if (is_behind(teller, event))
		return teller->rules.behind_max_us;
	return meets(teller, event, FAULT_DELAY) ? backoff_spread_us(0, teller->rules.delay_max_us, random) : 0;
}

/* The errand that tells of EVENT, but for where it goes and what it says. */
static struct errand errand_of(const struct teller *teller, const struct event *event)
{
	return (struct errand){
		.id = event->shipment->id,
		.updated = event->shipment->now.key.updated,
		.delay_us = delay_us(teller, event),
		.behind = is_behind(teller, event),
	};
}

/* Short of memory, a callback is lost, as it may be at any time. */
static void send_callbacks(struct teller *teller, const struct event *event)
{
	struct errand errand = errand_of(teller, event);

	if (is_lost(teller, event)) {
		teller->n_callbacks_lost++;
		return;
	}
	errand.kind = ERRAND_CALLBACK;
	errand.url = teller->callback_url;
	for (unsigned i = 0; i < n_copies(teller, event); i++)
		teller->n_callbacks_lost += sender_send(teller->sender, &errand) < 0;
	if (!errand.behind)
		sender_release(teller->sender, errand.id);
}

/* Copies of a push don't say the same in the same order. */
static int send_push(struct teller *teller, const struct event *event, const char *type, unsigned copy)
{
	uint64_t shuffle = chance_draw(teller->rules.seed, CHANCE_PUSH, event->shipment->index, event->number * COPIES_ROOM + copy);
	struct errand errand = errand_of(teller, event);
	char *body;
	int r = push_encode(event->shipment, type, shuffle, &body);

	if (r < 0)
		return r;
	errand.kind = ERRAND_PUSH;
	errand.url = teller->push_url;
	errand.body = body;
	r = sender_send(teller->sender, &errand);
	free(body);
	return r;
}

static void send_pushes(struct teller *teller, const struct event *event, const struct push_types *types)
{
	if (is_lost(teller, event)) {
		teller->n_pushes_lost += types->n;
		return;
	}
	for (size_t i = 0; i < types->n; i++)
		for (unsigned copy = 0; copy < n_copies(teller, event); copy++)
			teller->n_pushes_lost += send_push(teller, event, types->types[i], copy) < 0;
	if (types->n > 0 && !is_behind(teller, event))
		sender_release(teller->sender, event->shipment->id);
}

void teller_tell_step(struct teller *teller, const struct world_shipment *shipment)
{
	const struct plan_step *step = &shipment->plan.steps[shipment->n - 1];
	const struct event event = { .shipment = shipment, .number = shipment->n, .fate = step->fate, .times = step->times };
	struct push_types types;

	if (world_is_claim(shipment)) {
		if (teller->callback_url)
			send_callbacks(teller, &event);
		return;
	}
	push_of_step(shipment, &types);
	if (teller->push_url)
		send_pushes(teller, &event, &types);
}

/* Whether Delivery calls back for a price is not documented, so it does not. */
void teller_tell_edit(struct teller *teller, const struct world_shipment *shipment, const struct plan_edit *edit)
{
	const struct event event = {
		.shipment = shipment,
		.number = EDITS_FROM + shipment->n_edited,
		.fate = edit->fate,
		.times = edit->times,
	};
	struct push_types types;

	push_of_edit(shipment, edit, &types);
	if (teller->push_url)
		send_pushes(teller, &event, &types);
}

int teller_ping(struct teller *teller)
{
	char *body;
	int r = push_encode_ping(loop_now(teller->loop), &body);

	if (r < 0)
		return r;
	r = sender_send(teller->sender, &(struct errand){ .kind = ERRAND_PING, .url = teller->push_url, .id = "", .body = body });
	free(body);
	return r;
}

bool teller_is_idle(const struct teller *teller)
{
	return sender_is_idle(teller->sender);
}

void teller_stats(const struct teller *teller, struct teller_stats *ret)
{
	*ret = (struct teller_stats){ .callbacks_lost = teller->n_callbacks_lost, .pushes_lost = teller->n_pushes_lost };
	for (int kind = 0; kind < ERRAND_MAX; kind++)
		ret->sent[kind] = *sender_stats(teller->sender, (enum errand_kind)kind);
}
