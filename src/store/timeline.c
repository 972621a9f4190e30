/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Histories: loading the part that an observation can change, and the one door through which every state change is
 * stored.
 * Store layer. Decides nothing: verdicts, windows and violations come judged from the model.
 */
#include <stdlib.h>

#include "base/err.h"
#include "store/message.h"
#include "store/query.h"
#include "store/words.h"

/* Rooms are added in steps of this many; most claims have fewer rows behind their anchor. */
#define TIMELINE_ROOM 16

struct anchor {
	struct order_key key;
	int64_t id; /* 0: none, the history is taken from its start */
};

/* What goes through the one door. */
struct passage {
	struct store *store;
	const struct shipment *shipment;
	struct timeline *timeline;
	struct wall now;
	bool forwards; /* transitions are told */
	struct changes changes;
};

static int find_anchor(struct store *store, int64_t shipment_id, const struct order_key *key, struct anchor *ret)
{
	struct query q = query_start(store, STMT_ANCHOR_BEFORE);

	*ret = (struct anchor){ .key = { .revision = INT64_MIN + 1, .updated = { INT64_MIN + 1 } } };
	query_bind_number(&q, shipment_id);
	query_bind_number(&q, key ? key->revision : INT64_MAX);
	if (query_next(&q)) {
		ret->key.revision = query_number(&q);
		ret->key.updated = query_time(&q);
		ret->id = query_number(&q);
	}
	return query_end(&q);
}

static struct step read_step(struct query *q)
{
	struct step step = { 0 };

	step.id = query_number(q);
	step.key.revision = query_number(q);
	step.key.updated = query_time(q);
	step.operation_id = query_number(q);
	step.entered = query_time(q);
	step.seen_at = query_time(q);
	step.via = words_via(query_text(q));
	query_copy(q, step.status, sizeof(step.status));
	step.version = query_number(q);
	step.point_id = query_number(q);
	step.valid_until = query_time(q);
	step.asked = query_time(q);
	step.prepaid = query_number(q) == 1;
	step.may_skip = query_number(q) == 1;
	step.adopted = query_number(q) == 1;
	step.verdict = words_verdict(query_text(q));
	query_copy(q, step.from, sizeof(step.from));
	step.from_entered = query_time(q);
	step.seq = query_number(q);
	step.flagged = query_number(q) == 1;
	step.ruling = words_ruling(query_text(q));
	return step;
}

/* Room for one more step now and for two more at the end. */
static int make_room(struct timeline *timeline)
{
	if (timeline->n + 3 <= timeline->size)
		return ERR_OK;

	size_t size = timeline->size + TIMELINE_ROOM;
	struct step *steps = realloc(timeline->steps, size * sizeof(*steps));

	if (!steps)
		return ERR_NOMEM;
	timeline->steps = steps;
	timeline->size = size;
	return ERR_OK;
}

static int read_steps(struct query *q, const struct anchor *anchor, struct timeline *timeline)
{
	bool reached = anchor->id == 0;
	int r = make_room(timeline);

	while (!r && query_next(q)) {
		struct step step = read_step(q);

		/* Rows of the anchor's own key that stand before it can't change any more. */
		reached = reached || step.id == anchor->id;
		if (!reached)
			continue;
		timeline->steps[timeline->n++] = step;
		r = timeline->n > TIMELINE_MAX ? ERR_REFUSED : make_room(timeline);
	}
	return r;
}

void store_timeline_done(struct timeline *timeline)
{
	free(timeline->steps);
	*timeline = (struct timeline){ 0 };
}

int store_timeline(struct store *store, int64_t shipment_id, const struct order_key *key, struct timeline *ret)
{
	struct anchor anchor;
	int r = find_anchor(store, shipment_id, key, &anchor);

	if (r)
		return r;

	struct timeline timeline = { .anchored = anchor.id != 0 };
	struct query q = query_start(store, STMT_TIMELINE_FROM);

	query_bind_number(&q, shipment_id);
	query_bind_number(&q, anchor.key.revision);
	query_bind_time(&q, anchor.key.updated);
	query_bind_number(&q, TIMELINE_MAX + 1);
	r = read_steps(&q, &anchor, &timeline);

	int end = query_end(&q);

	if (r || end) {
		free(timeline.steps);
		return r ? r : end;
	}
	*ret = timeline;
	return ERR_OK;
}

/* The parameters that adding and saving a step share, in their order. */
static void bind_step(struct query *q, int64_t id, const struct step *step)
{
	query_bind_number(q, id);
	query_bind_number(q, step->key.revision);
	query_bind_time(q, step->key.updated);
	query_bind_number(q, step->operation_id);
	query_bind_time(q, step->entered);
	query_bind_number(q, step->version);
	query_bind_time(q, step->valid_until);
	query_bind_time(q, step->asked);
	query_bind_number(q, step->prepaid);
	query_bind_number(q, step->may_skip);
	query_bind_number(q, step->adopted);
	query_bind_text(q, verdict_text(step->verdict));
	query_bind_text(q, step->from);
	query_bind_time(q, step->from_entered);
	query_bind_number(q, step->seq);
}

static void add_step(struct store *store, int64_t shipment_id, struct step *step)
{
	struct query q = query_start(store, STMT_STEP_ADD);

	bind_step(&q, shipment_id, step);
	query_bind_time(&q, step->seen_at);
	query_bind_text(&q, via_text(step->via));
	query_bind_text(&q, step->status);
	query_bind_number(&q, step->point_id);
	if (query_run(&q) == ERR_OK)
		step->id = sqlite3_last_insert_rowid(store->handle);
}

static void save_step(struct store *store, const struct step *step)
{
	struct query q = query_start(store, STMT_STEP_SAVE);

	bind_step(&q, step->id, step);
	query_run(&q);
}

static void save_window(struct store *store, int64_t source_id, const struct step *step)
{
	const struct window *window = &step->window;

	if (!window->rule) {
		struct query drop = query_start(store, STMT_WINDOW_DROP);

		query_bind_number(&drop, step->id);
		query_run(&drop);
		return;
	}

	struct query q = query_start(store, STMT_WINDOW_SAVE);

	query_bind_number(&q, step->id);
	query_bind_number(&q, source_id);
	query_bind_text(&q, window->rule->kind);
	query_bind_time(&q, window->opened);
	query_bind_time(&q, window->due);
	query_bind_time(&q, window->closed);
	query_bind_text(&q, outcome_text(window->outcome));
	query_bind_number(&q, step->version);
	query_run(&q);
}

static size_t open_violation(struct store *store, const struct step *step, struct wall now)
{
	struct query q = query_start(store, STMT_VIOLATION_OPEN);

	query_bind_number(&q, step->id);
	query_bind_text(&q, violation_text(step->violation));
	if (query_run(&q) != ERR_OK || query_changes(store) == 0)
		return 0;
	message_alert(store, ALERT_VIOLATION, step->id, NULL, now);
	return 1;
}

static size_t heal_violation(struct store *store, const struct step *step, struct wall now)
{
	struct query q = query_start(store, STMT_VIOLATION_HEAL);

	query_bind_number(&q, step->id);
	query_bind_time(&q, now);
	return query_run(&q) == ERR_OK ? query_changes(store) : 0;
}

/* It is resolved as that of its repeat was. */
static void take_violation(struct store *store, const struct step *step)
{
	struct query q = query_start(store, STMT_VIOLATION_TAKE);

	query_bind_number(&q, step->id);
	query_bind_text(&q, violation_text(step->violation));
	query_bind_number(&q, step->ruling_id);
	query_run(&q);
}

static void apply_violation(struct passage *passage, const struct step *step)
{
	if (step->violation == VIOLATION_NONE)
		passage->changes.healed += heal_violation(passage->store, step, passage->now);
	else if (step->ruling_id != 0)
		take_violation(passage->store, step);
	else
		passage->changes.violations += open_violation(passage->store, step, passage->now);
}

/* Whether a stored step becomes one that reports show, or is applied after all. */
static bool becomes_news(struct store *store, const struct step *step)
{
	struct query q = query_start(store, STMT_STEP_SHOWN);
	struct step before = { .verdict = VERDICT_SAME };

	query_bind_number(&q, step->id);
	if (query_next(&q)) {
		before.verdict = words_verdict(query_text(&q));
		before.adopted = query_number(&q) == 1;
	}
	query_end(&q);
	return step->verdict != VERDICT_SAME &&
	       (before.verdict == VERDICT_SAME || (step_is_applied(step) && !step_is_applied(&before)));
}

static void apply_step(struct passage *passage, struct step *step)
{
	struct store *store = passage->store;
	const struct shipment *shipment = passage->shipment;
	bool is_new = step->id == 0;
	bool news = is_new ? step->verdict != VERDICT_SAME : passage->forwards && becomes_news(store, step);

	if (is_new)
		add_step(store, shipment->id, step);
	else
		save_step(store, step);
	passage->changes.transitions += is_new && news;
	passage->changes.verdicts[step->verdict] += is_new;
	if (news && passage->forwards)
		message_transition(store, step->id, shipment->status, passage->now);
	save_window(store, shipment->source_id, step);
}

/* The step whose window stands open in the file; 0 for none. */
static int64_t find_open_window(struct store *store, int64_t shipment_id)
{
	struct query q = query_start(store, STMT_WINDOW_OPEN);
	int64_t history_id = 0;

	query_bind_number(&q, shipment_id);
	if (query_next(&q))
		history_id = query_number(&q);
	query_end(&q);
	return history_id;
}

static bool is_expired(const struct step *step)
{
	return step->window.rule && step->window.outcome == OUTCOME_EXPIRED;
}

/* The window that stands open in the file although it has expired, by its step's id; 0 for none. It is looked for only where one has
 * expired at all. */
static int64_t find_expiring(const struct passage *passage)
{
	const struct timeline *timeline = passage->timeline;

	for (size_t i = 0; i < timeline->n; i++)
		if (is_expired(&timeline->steps[i]))
			return find_open_window(passage->store, passage->shipment->id);
	return 0;
}

/* Its step still has the window, or the one that took it over has. */
static void tell_expired(struct passage *passage, int64_t history_id)
{
	const struct step *step = passage->timeline->steps;
	const struct step *end = step + passage->timeline->n;

	while (step < end && step->id != history_id)
		step++;
	while (step < end && !step->window.rule)
		step++;
	if (step == end || !is_expired(step))
		return;
	message_alert(passage->store, ALERT_WINDOW_EXPIRED, step->id, NULL, passage->now);
	passage->changes.expired = step->window.rule->kind;
}

static void save_shipment(struct store *store, const struct shipment *shipment)
{
	struct query q = query_start(store, STMT_SHIPMENT_SAVE);

	query_bind_number(&q, shipment->id);
	query_bind_text(&q, shipment->status);
	query_bind_time(&q, shipment->entered);
	query_bind_text(&q, shipment->reported);
	query_bind_number(&q, shipment->newest.revision);
	query_bind_time(&q, shipment->newest.updated);
	query_bind_number(&q, shipment->version);
	query_bind_number(&q, shipment->point_id);
	query_bind_text(&q, shipment->resolution);
	query_bind_text(&q, shipment->suspect);
	query_bind_text(&q, words_model_text(shipment->model));
	query_bind_time(&q, shipment->asked);
	query_bind_text(&q, shipment->class);
	query_run(&q);
}

void store_apply(struct store *store, struct shipment *shipment, struct timeline *timeline, struct wall now,
                 struct changes *ret_changes)
{
	struct passage passage = {
		.store = store,
		.shipment = shipment,
		.timeline = timeline,
		.now = now,
		.forwards = timeline->n > 0 && message_is_forwarded(store, shipment->source_id),
	};
	int64_t expiring_id = find_expiring(&passage);

	for (size_t i = 0; i < timeline->n; i++) {
		apply_step(&passage, &timeline->steps[i]);
		/* An anchor was not judged again: its violation, if it has one, is as it was. */
		if (i > 0 || !timeline->anchored)
			apply_violation(&passage, &timeline->steps[i]);
	}
	save_shipment(store, shipment);
	if (expiring_id != 0)
		tell_expired(&passage, expiring_id);
	*ret_changes = passage.changes;
}
