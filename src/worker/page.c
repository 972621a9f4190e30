/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One page of the journal.
 * Worker layer. The model decides where an event belongs and what it means; the order in which a page names its
 * events does not matter.
 */
#include "worker/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/err.h"
#include "model/reconcile.h"
#include "worker/settle.h"
#include "worker/take.h"
#include "worker/tell.h"

/* What an event did, told once its page is stored. */
struct note {
	enum decision decision;
	struct changes changes;
	struct step step;
	struct wall owed_since;
};

struct turn {
	const struct kit *kit;
	struct wire_journal *page;
	struct wall now;
	struct note *notes; /* one for each event */
	size_t at;          /* the event that is being stored */
	struct wall newest; /* of the status events so far */
};

static const struct step *find_step(const struct timeline *timeline, const struct seen *seen)
{
	for (size_t i = 0; i < timeline->n; i++)
		if (timeline->steps[i].operation_id == seen->operation_id && strcmp(timeline->steps[i].status, seen->status) == 0)
			return &timeline->steps[i];
	return NULL;
}

static void settle(const struct turn *turn, const struct shipment *shipment, const struct step *step,
                   struct pending *pending)
{
	const struct settle_pass pass = {
		.conf = turn->kit->conf,
		.now = turn->now,
		.random = backoff_random(),
	};
	bool window = step && step->window.rule && step->window.outcome == OUTCOME_OPEN;

	settle_event(&pass, window, shipment_is_closed(shipment), pending);
	store_pending_save(turn->kit->store, shipment->id, pending, WALL_NONE);
}

static int reconcile_event(const struct turn *turn, struct shipment *shipment, struct pending *pending,
                           const struct seen *seen, struct note *note)
{
	const struct kit *kit = turn->kit;
	struct wall upstream_now = wall_add(turn->now, gate_skew_us(kit->gate));
	CLEANUP(store_timeline_done) struct timeline timeline = { 0 };
	int r = store_timeline(kit->store, shipment->id, &seen->key, &timeline);

	if (r)
		return r;
	note->owed_since = pending->owed_since;
	note->decision = reconcile(kit->policy, upstream_now, shipment, &timeline, seen);
	if (note->decision != DECISION_CHANGED)
		return ERR_OK;
	store_apply(kit->store, shipment, &timeline, turn->now, &note->changes);

	const struct step *step = find_step(&timeline, seen);

	if (step)
		note->step = *step;
	settle(turn, shipment, step, pending);
	return ERR_OK;
}

/* The row of the event's claim, made if it is new. */
static int find_claim(const struct turn *turn, const struct seen *seen, int64_t *ret)
{
	const struct shipment_name name = {
		.source_id = gate_source_id(turn->kit->gate),
		.model = &model_claims,
		.campaign_id = NUMBER_NONE,
		.external_id = seen->external_id,
		.via = VIA_JOURNAL,
	};

	return store_shipment_id(turn->kit->store, &name, turn->now, ret);
}

/* What is older than the newest that is known came before whatever is under way. */
static int see_action(const struct turn *turn, const struct shipment *shipment, struct seen *seen)
{
	if (order_key_cmp(&seen->key, &shipment->newest) <= 0)
		return ERR_OK;
	return take_via(turn->kit, shipment->id, seen->via, &seen->via);
}

static int take_status(struct turn *turn, struct seen *seen, struct note *note)
{
	struct store *store = turn->kit->store;
	struct shipment shipment;
	struct pending pending;
	int64_t id;
	int r = find_claim(turn, seen, &id);

	if (!r)
		r = store_shipment(store, id, &shipment, &pending);
	if (!r)
		r = see_action(turn, &shipment, seen);
	if (!r)
		r = reconcile_event(turn, &shipment, &pending, seen, note);
	if (wall_cmp(seen->key.updated, turn->newest) > 0)
		turn->newest = seen->key.updated;
	return r;
}

static int take_price(struct turn *turn, const struct seen *seen)
{
	struct store *store = turn->kit->store;
	int64_t id;
	int r = find_claim(turn, seen, &id);

	if (!r)
		store_price(store, id, seen);
	return r;
}

static int take_event(struct turn *turn, struct wire_event *event, struct note *note)
{
	*note = (struct note){ .decision = DECISION_SAME, .owed_since = WALL_NONE };
	event->seen.via = VIA_JOURNAL;
	event->seen.seen_at = turn->now;
	switch (event->change) {
	case WIRE_CHANGE_STATUS:
		return take_status(turn, &event->seen, note);
	case WIRE_CHANGE_PRICE:
		return take_price(turn, &event->seen);
	case WIRE_CHANGE_OTHER:
		store_odd_event(turn->kit->store, gate_source_id(turn->kit->gate), event->change_type, &event->seen);
		return ERR_OK;
	}
	return ERR_OK;
}

/* The page's one transaction; when it fails, turn->at is the event that it failed with. */
static int store_all(struct turn *turn)
{
	const struct kit *kit = turn->kit;
	struct store *store = kit->store;
	int r = store_begin(store);

	if (r)
		return r;
	turn->newest = WALL_NONE;
	for (turn->at = 0; !r && turn->at < turn->page->n; turn->at++) {
		r = take_event(turn, &turn->page->events[turn->at], &turn->notes[turn->at]);
		r = r ? r : store_failed(store);
	}
	if (r) {
		turn->at--;
		store_rollback(store);
		return r;
	}
	if (kit->conf->callbacks && wall_is_set(turn->newest))
		store_source_silent(store, gate_source_id(kit->gate), wall_add(turn->newest, -kit->conf->sweep_after_us), turn->now);
	store_cursor_save(store, gate_source_id(kit->gate), turn->page->cursor, turn->page->n, turn->now);
	return store_commit(store);
}

/* Keeps the event that was refused as an odd one; the page is then tried again without it. */
static void set_aside(struct turn *turn, int error)
{
	struct wire_event *event = &turn->page->events[turn->at];

	tell_shipment(LOG_LEVEL_ERROR, turn->kit->conf, event->seen.external_id, "journal operation %lld can't be stored: %s: %s",
	              (long long)event->seen.operation_id, err_text(error), store_error_text(turn->kit->store));
	event->change = WIRE_CHANGE_OTHER;
}

/* What they told of is found by the next read, or as a gap. */
static void tell_unreadable(const struct turn *turn)
{
	if (turn->page->n_unreadable > 0)
		tell_source(LOG_LEVEL_WARNING, turn->kit->conf, "%zu events of a page of the journal can't be read",
		            turn->page->n_unreadable);
}

static void sum_up(const struct turn *turn, bool quiet, struct page_result *result)
{
	for (size_t i = 0; i < turn->page->n; i++) {
		const struct note *note = &turn->notes[i];

		result->n_news += note->decision == DECISION_CHANGED;
		result->changes.transitions += note->changes.transitions;
		result->changes.violations += note->changes.violations;
		result->changes.healed += note->changes.healed;
		tell_changes(turn->kit, turn->page->events[i].seen.external_id, &note->step, &note->changes,
		             quiet);
		counts_changes(&turn->kit->counts, &model_claims, &note->changes, note->owed_since, turn->now);
	}
}

int page_store(const struct kit *kit, struct wire_journal *page, bool quiet, struct page_result *ret)
{
	struct turn turn = { .kit = kit, .page = page, .now = loop_now(kit->loop) };
	struct page_result result = { 0 };
	int r;

	turn.notes = calloc(page->n + 1, sizeof(*turn.notes));
	if (!turn.notes)
		return ERR_NOMEM;
	r = store_all(&turn);
	while (r && !err_may_pass(r) && turn.at < page->n && page->events[turn.at].change != WIRE_CHANGE_OTHER) {
		set_aside(&turn, r);
		r = store_all(&turn);
	}
	if (!r) {
		tell_unreadable(&turn);
		sum_up(&turn, quiet, &result);
		*ret = result;
	}
	free(turn.notes);
	return r;
}
