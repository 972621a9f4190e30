/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How one shipment lives: its clock, its next step, and whom it waits for.
 * Simulator: a timer of the loop moves it from step to step.
 * What a change looks like is change.c's; who is told of it, the hooks'.
 */
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/change.h"
#include "sim/world-internal.h"

/* The most reads that a new status is hidden from, where chance decides. */
#define STALE_READS_MAX 3

/* What a snapshot reader needs to hold an illegal status: a second look that says the same. */
#define READS_OF_ILLEGAL 2

static uint64_t shipment_draw(const struct world_shipment *shipment, enum chance purpose)
{
	return chance_draw(shipment->world->rules.seed, purpose, shipment->index, shipment->n);
}

/* Its own clock runs behind until its first window is open. */
static struct wall shipment_now(const struct world_shipment *shipment)
{
	struct wall now = loop_now(shipment->world->loop);

	return wall_is_set(shipment->entry) ? now : wall_add(now, -shipment->plan.backdate_us);
}

/* The plan's next edit, if it comes before the next status; NULL otherwise. */
static const struct plan_edit *next_edit(const struct world_shipment *shipment)
{
	const struct plan *plan = &shipment->plan;
	const struct plan_edit *edit = shipment->n_edited < plan->n_edits ? &plan->edits[shipment->n_edited] : NULL;

	return edit && edit->behind <= shipment->n ? edit : NULL;
}

static struct plan_place place_of(const struct world_shipment *shipment)
{
	return (struct plan_place){ .n = shipment->n, .n_edits = shipment->n_edited };
}

static bool shipment_waits(const struct world_shipment *shipment)
{
	struct plan_place place = place_of(shipment);

	return plan_waits(&shipment->plan, &place);
}

/* For an act that nobody can do any more nothing waits. */
bool shipment_has_next(const struct world_shipment *shipment)
{
	if (shipment_waits(shipment))
		return !model_is_terminal(shipment->model, model_status(shipment->model, shipment->now.status));
	return shipment->n < shipment->plan.n || next_edit(shipment);
}

static struct wall due_at(const struct world_shipment *shipment, enum plan_when when, int64_t us)
{
	const struct world_rules *rules = &shipment->world->rules;
	struct wall now = loop_now(shipment->world->loop);
	int64_t pause;

	switch (when) {
	case PLAN_AFTER:
		return wall_add(now, us);
	case PLAN_ENTRY:
		return wall_is_set(shipment->entry) ? wall_add(shipment->entry, us) : now;
	case PLAN_PACED:
		break;
	}
	pause = backoff_spread_us(rules->step_min_us, rules->step_max_us, shipment_draw(shipment, CHANCE_PAUSE));
	return wall_add(now, pause);
}

/* Without a next step the timer fires once more, to close the shipment; one that waits for an act has none. */
void shipment_schedule(struct world_shipment *shipment)
{
	const struct plan_edit *edit = next_edit(shipment);
	const struct plan_step *step = shipment->n < shipment->plan.n ? &shipment->plan.steps[shipment->n] : NULL;

	if (!shipment_has_next(shipment))
		shipment->due = loop_now(shipment->world->loop);
	else if (shipment_waits(shipment))
		return;
	else if (edit)
		shipment->due = due_at(shipment, edit->when, edit->us);
	else if (step)
		shipment->due = due_at(shipment, step->when, step->us);
	loop_timer_at(shipment->timer, shipment->due);
}

void shipment_revive(struct world_shipment *shipment)
{
	shipment->world->n_done -= shipment->done;
	shipment->done = false;
}

/* Each step of the plan may bring a price. */
int shipment_reserve(struct world_shipment *shipment)
{
	const struct plan *plan = &shipment->plan;
	struct transition *transitions = reallocarray(shipment->transitions, plan->n + 1, sizeof(*transitions));

	if (!transitions)
		return ERR_NOMEM;
	shipment->transitions = transitions;

	struct priced *prices = reallocarray(shipment->prices, plan->n + plan->n_edits + 1, sizeof(*prices));

	if (!prices)
		return ERR_NOMEM;
	shipment->prices = prices;
	return 0;
}

/* The journal has no event for a price that came with a status. */
static bool price_is_told(const struct world_shipment *shipment)
{
	const struct priced *newest = shipment->n_prices > 0 ? &shipment->prices[shipment->n_prices - 1] : NULL;

	return !newest || !newest->alone || newest->events > 0;
}

static bool shipment_is_read(const struct world_shipment *shipment)
{
	if (!shipment->world->rules.wait_read || shipment->n == 0)
		return true;

	const struct transition *newest = &shipment->transitions[shipment->n - 1];
	bool by_info = newest->reads >= (newest->verdict == VERDICT_ILLEGAL ? READS_OF_ILLEGAL : 1);
	bool by_journal = newest->events > 0;

	switch (world_is_claim(shipment) ? shipment->world->rules.reader : READER_INFO) {
	case READER_INFO:
		return by_info;
	case READER_JOURNAL:
		return by_journal && price_is_told(shipment);
	case READER_EITHER:
		break;
	}
	return by_info || by_journal;
}

static unsigned shipment_stale_reads(const struct world_shipment *shipment, const struct plan_step *step)
{
	if (shipment->n == 0)
		return 0;
	if (step->stale_reads > 0)
		return step->stale_reads;
	if (!faults_hit(shipment->world->rules.faults, FAULT_STALE, shipment->index, shipment->n))
		return 0;
	return 1 + (unsigned)(shipment_draw(shipment, CHANCE_STALE_READS) % STALE_READS_MAX);
}

/* The time of what is made now: an appointed one is met to the microsecond. */
static struct wall shipment_moment(const struct world_shipment *shipment, enum plan_when when)
{
	return when == PLAN_ENTRY && wall_is_set(shipment->entry) ? shipment->due : shipment_now(shipment);
}

/* The shipment is now in a state with a price. BEFORE is its last one. */
static void note_price(struct world_shipment *shipment, const char *before, bool alone)
{
	if (strcmp(shipment->now.price, before) == 0)
		return;

	struct priced *priced = &shipment->prices[shipment->n_prices++];

	*priced = (struct priced){ .place = shipment->n - 1, .key = shipment->now.key, .alone = alone };
	memcpy(priced->price, shipment->now.price, sizeof(priced->price));
	memcpy(priced->currency, shipment->now.currency, sizeof(priced->currency));
}

static void shipment_begin(const struct world_shipment *shipment, const struct change *change, struct transition *ret)
{
	bool of_claim = world_is_claim(shipment);
	const struct newborn newborn = {
		.id = shipment->id,
		.model = shipment->model,
		.index = shipment->index,
		.campaign_id = of_claim ? NUMBER_NONE : shipment->campaign_id,
		.prepaid = !of_claim && shipment->prepaid,
	};

	change_first(change, &newborn, ret);
}

static void shipment_step(struct world_shipment *shipment)
{
	const struct world_rules *rules = &shipment->world->rules;
	const struct plan_step *step = &shipment->plan.steps[shipment->n];
	struct transition *transition = &shipment->transitions[shipment->n];
	const struct seen before = shipment->now;
	const struct change change = {
		.status = step->status,
		.at = shipment_moment(shipment, step->when),
		.before = shipment->n > 0 ? &before : NULL,
		.applied = shipment->applied,
		.offer_us = rules->offer_us,
		.revision_random = shipment_draw(shipment, CHANCE_REVISION),
		.price_random = shipment_draw(shipment, CHANCE_PRICE),
	};

	if (shipment->n == 0)
		shipment_begin(shipment, &change, transition);
	else
		change_next(&change, shipment->transitions, shipment->n, transition);
	transition->acted = step->acted;
	shipment->stale_reads = shipment_stale_reads(shipment, step);
	if (rules->stale_max_us > 0)
		shipment->fresh_at = wall_add(loop_now(shipment->world->loop), rules->stale_max_us);
	shipment->n++;
	shipment->now = transition->seen;
	note_price(shipment, before.price, false);
	if (change_is_applied(transition))
		memcpy(shipment->applied, transition->seen.status, sizeof(shipment->applied));
	if (change_is_applied(transition) && change_opens_window(transition))
		shipment->entry = transition->seen.entered;
	shipment->world->hooks.on_step(shipment, shipment->world->hooks.cls);
}

/* A price that is the same as before is no change. */
static void shipment_edit(struct world_shipment *shipment, const struct plan_edit *edit)
{
	uint64_t random = chance_draw(shipment->world->rules.seed, CHANCE_EDIT_REVISION, shipment->index, shipment->n_edited);
	const struct seen before = shipment->now;

	shipment->n_edited++;
	if (edit->kind == EDIT_PRICE && strcmp(before.price, edit->price) == 0)
		return;
	change_edit(&before, edit, shipment_moment(shipment, edit->when), random, &shipment->now);
	note_price(shipment, before.price, true);
	shipment->world->hooks.on_edit(shipment, edit, shipment->world->hooks.cls);
}

/* What comes in the same moment as an edit is made at once, before anybody can ask. */
static void shipment_move(struct world_shipment *shipment)
{
	const struct plan_edit *edit;

	while ((edit = next_edit(shipment)) != NULL) {
		shipment_edit(shipment, edit);
		shipment_schedule(shipment);
		if (!shipment_has_next(shipment) || shipment_waits(shipment) || !shipment_is_read(shipment) ||
		    wall_cmp(loop_now(shipment->world->loop), shipment->due) < 0)
			return;
	}
	shipment_step(shipment);
	shipment_schedule(shipment);
}

/* A shipment that waits to be read has no timer: world_told() sets it again, also where it waits for an act. */
void shipment_on_due(void *cls)
{
	struct world_shipment *shipment = cls;
	struct world *world = shipment->world;
	bool has_next = shipment_has_next(shipment);

	if (!shipment_is_read(shipment) || (has_next && shipment_waits(shipment)))
		return;
	if (has_next) {
		shipment_move(shipment);
		return;
	}
	shipment->done = true;
	world->n_done++;
	world->hooks.on_done(shipment, world->hooks.cls);
}

/* What is due at once is made here and now, so that the act's answer tells it. */
int world_act(struct world_shipment *shipment, const struct plan_act *act)
{
	struct plan_place place = place_of(shipment);
	int r = plan_turn(&shipment->plan, &place, act);

	if (r == 0)
		r = shipment_reserve(shipment);
	if (r < 0)
		return r;
	shipment_revive(shipment);
	shipment_schedule(shipment);
	if (!act->takes_time && wall_cmp(loop_now(shipment->world->loop), shipment->due) >= 0)
		shipment_on_due(shipment);
	return 0;
}
