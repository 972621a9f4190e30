/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes transitions.
 * Simulator, pure.
 * The verdict is worked out here anew, from the truth alone and with no look at the daemon's own reasoning: a test compares the two.
 */
#include "sim/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/* upstream/delivery.md section 7: point ids of about 1.7e13 broke integrators. Each claim has room for so many points. */
#define POINT_FIRST INT64_C(17594193737507)
#define POINTS_EACH 512

/* Revisions have gaps: changes that are no change of status count too. */
#define REVISION_STEP_MAX 3

/* The shortest time that an order's times tell. */
#define ORDER_TICK_US USEC_PER_MS

/* What claims were made for, in turn. */
static const char *const classes[] = { "express", "courier", "cargo" };

#define PRICE_MIN 200
#define PRICE_RANGE 1800
#define CURRENCY "RUB"

static bool is_order(const struct seen *seen)
{
	return seen->model != NULL;
}

static const struct model *model_of(const struct seen *seen)
{
	return is_order(seen) ? seen->model : &model_claims;
}

/* The steps at which a courier sets out for the next point. */
static bool moves_on(const char *status)
{
	return strcmp(status, "delivery_arrived") == 0 || strcmp(status, "returning") == 0;
}

/* Upstream gives prices with and without a fraction. */
static void set_price(struct seen *seen, uint64_t random)
{
	uint64_t price = PRICE_MIN + random % PRICE_RANGE;
	uint64_t tenths = random / PRICE_RANGE % 10;

	if (tenths == 0)
		snprintf(seen->price, sizeof(seen->price), "%" PRIu64, price);
	else
		snprintf(seen->price, sizeof(seen->price), "%" PRIu64 ".%" PRIu64, price, tenths);
	snprintf(seen->currency, sizeof(seen->currency), CURRENCY);
}

/* None is documented for the two ends in the middle. */
static void set_resolution(struct seen *seen, int status)
{
	const char *resolution = "failed";

	if (!model_is_terminal(&model_claims, status))
		resolution = "";
	else if (strcmp(seen->status, "delivered_finish") == 0)
		resolution = "success";
	else if (strcmp(seen->status, "returned_finish") == 0 || strcmp(seen->status, "performer_not_found") == 0)
		resolution = "";
	snprintf(seen->resolution, sizeof(seen->resolution), "%s", resolution);
}

/* What the newest applied one of TRANSITIONS[0..n) tells, or the newest of all. */
static const struct seen *last_applied(const struct transition *transitions, size_t n)
{
	for (size_t i = n; i-- > 0;)
		if (change_is_applied(&transitions[i]))
			return &transitions[i].seen;
	return &transitions[n - 1].seen;
}

/* The end of the newest open window: ten minutes from its entry, or the offer's end where that is earlier. */
static struct wall window_due(const struct transition *transitions, size_t n, const struct window_rule *rule)
{
	const struct seen *opener = last_applied(transitions, n);
	struct wall due = wall_add(opener->entered, rule->length_us);

	if (wall_is_set(opener->valid_until) && wall_cmp(opener->valid_until, due) < 0)
		return opener->valid_until;
	return due;
}

/* Market goes by its own rules where a deadline binds nobody. */
static bool is_late(int from, int to, const struct seen *seen, const struct transition *transitions, size_t n)
{
	const struct window_rule *rule = model_window(model_of(seen), from);

	return rule && (rule->flags & WINDOW_BINDING) && to == rule->answer &&
	       wall_cmp(seen->entered, window_due(transitions, n, rule)) >= 0;
}

/* Every step is told of, so none has gone by unseen: who must not skip any, has skipped none that would excuse a jump. */
static enum verdict judge_jump(const struct model *model, int from, int to)
{
	if (model_has_edge(model, from, to))
		return VERDICT_LEGAL;
	return !(model->traits & MODEL_ORDERED) && model_reaches(model, from, to) ? VERDICT_GAP : VERDICT_ILLEGAL;
}

static enum verdict judge(const char *applied, const struct seen *seen, const struct transition *transitions, size_t n)
{
	const struct model *model = model_of(seen);
	int from = model_status(model, applied);
	int to = model_status(model, seen->status);

	if (n > 0 && strcmp(transitions[n - 1].seen.status, seen->status) == 0)
		return VERDICT_SAME;
	if (to == STATUS_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (from == STATUS_UNKNOWN)
		return VERDICT_FIRST;
	if (strcmp(applied, seen->status) == 0)
		return VERDICT_SAME;
	return is_late(from, to, seen, transitions, n) ? VERDICT_LATE : judge_jump(model, from, to);
}

/* Moves on to the key of the next change. */
static void set_key(struct seen *seen, struct wall at, uint64_t revision_random)
{
	int64_t tick_us = is_order(seen) ? ORDER_TICK_US : 1;
	struct wall soonest = wall_add(seen->key.updated, tick_us);

	if (wall_cmp(at, soonest) < 0)
		at = soonest;
	seen->key.updated = wall_add(at, -(at.us % tick_us));
	if (!is_order(seen))
		seen->key.revision += 1 + (int64_t)(revision_random % REVISION_STEP_MAX);
}

/* The fields that the status decides, on top of those that the claim keeps. */
static void fill_claim(const struct change *change, struct seen *seen)
{
	int status = model_status(&model_claims, change->status);

	set_resolution(seen, status);
	if (moves_on(change->status))
		seen->point_id++;
	if (model_window(&model_claims, status)) {
		set_price(seen, change->price_random);
		seen->valid_until = change->offer_us > 0 ? wall_add(seen->entered, change->offer_us) : WALL_NONE;
	}
}

/* A wish to cancel lasts as long as somebody could grant it. */
static void fill_order(struct seen *seen)
{
	if (!model_request_window(seen->model, model_status(seen->model, seen->status)))
		seen->asked = WALL_NONE;
}

/* Market counts from an order's creation in what it can be born in; WALL_NONE where not. */
static struct wall born_at(const struct seen *seen, const struct transition *transitions, size_t n)
{
	static const char *const births[] = { "PLACING/", "RESERVED/", "UNPAID/" };

	for (size_t i = 0; is_order(seen) && i < ARRAY_SIZE(births); i++)
		if (strncmp(seen->status, births[i], strlen(births[i])) == 0)
			return n > 0 ? transitions[0].seen.key.updated : seen->key.updated;
	return WALL_NONE;
}

static void fill(const struct change *change, const struct transition *transitions, size_t n, struct transition *ret)
{
	struct seen *seen = &ret->seen;
	struct wall born;

	snprintf(seen->status, sizeof(seen->status), "%s", change->status);
	set_key(seen, change->at, change->revision_random);
	born = born_at(seen, transitions, n);
	seen->entered = wall_is_set(born) ? born : seen->key.updated;
	if (is_order(seen))
		fill_order(seen);
	else
		fill_claim(change, seen);
	ret->verdict = judge(change->applied, seen, transitions, n);
}

void change_first(const struct change *change, const struct newborn *newborn, struct transition *ret)
{
	bool of_claim = newborn->model == &model_claims;

	*ret = (struct transition){
		.seen = {
			.via = VIA_SWEEP,
			.snapshot = true,
			/* So that what comes next is the birth. */
			.key = { .revision = of_claim ? 0 : NUMBER_NONE, .updated = wall_add(change->at, -ORDER_TICK_US) },
			.version = of_claim ? 1 : NUMBER_NONE,
			.operation_id = NUMBER_NONE,
			.point_id = of_claim ? POINT_FIRST + (int64_t)newborn->index * POINTS_EACH : NUMBER_NONE,
			.valid_until = WALL_NONE,
			.model = of_claim ? NULL : newborn->model,
			.campaign_id = newborn->campaign_id,
			.asked = WALL_NONE,
			.prepaid = newborn->prepaid,
		},
	};
	snprintf(ret->seen.external_id, sizeof(ret->seen.external_id), "%s", newborn->id);
	if (of_claim)
		snprintf(ret->seen.class, sizeof(ret->seen.class), "%s", classes[newborn->index % ARRAY_SIZE(classes)]);
	fill(change, NULL, 0, ret);
}

/* A second estimate comes from an edit, which makes a new version. */
static bool is_edit(const struct change *change, const struct transition *transitions, size_t n)
{
	if (strcmp(change->status, "estimating") != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(transitions[i].seen.status, "estimating") == 0)
			return true;
	return false;
}

void change_next(const struct change *change, const struct transition *transitions, size_t n, struct transition *ret)
{
	*ret = (struct transition){ .seen = *change->before };
	if (is_edit(change, transitions, n))
		ret->seen.version++;
	fill(change, transitions, n, ret);
}

void change_edit(const struct seen *before, const struct plan_edit *edit, struct wall at, uint64_t revision_random, struct seen *ret)
{
	*ret = *before;
	set_key(ret, at, revision_random);
	switch (edit->kind) {
	case EDIT_PRICE:
		memcpy(ret->price, edit->price, sizeof(ret->price));
		snprintf(ret->currency, sizeof(ret->currency), CURRENCY);
		break;
	case EDIT_UPDATE:
		break;
	case EDIT_ASK:
		ret->asked = ret->key.updated;
		break;
	case EDIT_UNASK:
		ret->asked = WALL_NONE;
		break;
	}
}

struct wall change_deadline(const struct transition *transitions, size_t n)
{
	const struct seen *opener = last_applied(transitions, n);
	const struct model *model = model_of(opener);
	const struct window_rule *rule = model_window(model, model_status(model, opener->status));

	return rule && (rule->flags & WINDOW_BINDING) ? window_due(transitions, n, rule) : WALL_NONE;
}

bool change_is_applied(const struct transition *transition)
{
	return transition->verdict == VERDICT_FIRST || transition->verdict == VERDICT_LEGAL || transition->verdict == VERDICT_GAP;
}

bool change_opens_window(const struct transition *transition)
{
	const struct model *model = model_of(&transition->seen);

	return model_window(model, model_status(model, transition->seen.status)) != NULL;
}
