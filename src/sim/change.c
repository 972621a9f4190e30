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

/* upstream/delivery.md section 7: point ids of about 1.7e13 broke integrators. Each claim has room for so many points. */
#define POINT_FIRST INT64_C(17594193737507)
#define POINTS_EACH 512

/* Revisions have gaps: changes that are no change of status count too. */
#define REVISION_STEP_MAX 3

#define PRICE_MIN 200
#define PRICE_RANGE 1800
#define CURRENCY "RUB"

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

/* The end of the newest open window: ten minutes from its entry, or the offer's end where that is earlier. */
static struct wall window_due(const struct transition *transitions, size_t n, const struct window_rule *rule)
{
	const struct seen *opener = &transitions[n - 1].seen;

	for (size_t i = n; i-- > 0;) {
		if (!change_is_applied(&transitions[i]))
			continue;
		opener = &transitions[i].seen;
		break;
	}

	struct wall due = wall_add(opener->entered, rule->length_us);

	if (wall_is_set(opener->valid_until) && wall_cmp(opener->valid_until, due) < 0)
		return opener->valid_until;
	return due;
}

static enum verdict judge(int from, const struct seen *seen, const struct transition *transitions, size_t n)
{
	int to = model_status(&model_claims, seen->status);
	const struct window_rule *rule;

	if (n > 0 && strcmp(transitions[n - 1].seen.status, seen->status) == 0)
		return VERDICT_SAME;
	if (to == STATUS_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (from == STATUS_UNKNOWN)
		return VERDICT_FIRST;
	if (to == from)
		return VERDICT_SAME;
	rule = model_window(&model_claims, from);
	if (rule && to == rule->answer && wall_cmp(seen->entered, window_due(transitions, n, rule)) >= 0)
		return VERDICT_LATE;
	if (model_has_edge(&model_claims, from, to))
		return VERDICT_LEGAL;
	return model_reaches(&model_claims, from, to) ? VERDICT_GAP : VERDICT_ILLEGAL;
}

/* Moves on to the key of the next change. */
static void set_key(struct seen *seen, struct wall at, uint64_t revision_random)
{
	struct wall soonest = wall_add(seen->key.updated, 1);

	seen->key.revision += 1 + (int64_t)(revision_random % REVISION_STEP_MAX);
	seen->key.updated = wall_cmp(at, soonest) < 0 ? soonest : at;
}

/* The fields that the status decides, on top of those that the claim keeps. */
static void fill(const struct change *change, struct seen *seen)
{
	int status = model_status(&model_claims, change->status);

	snprintf(seen->status, sizeof(seen->status), "%s", change->status);
	set_key(seen, change->at, change->revision_random);
	seen->entered = seen->key.updated;
	set_resolution(seen, status);
	if (moves_on(change->status))
		seen->point_id++;
	if (model_window(&model_claims, status)) {
		set_price(seen, change->price_random);
		seen->valid_until = change->offer_us > 0 ? wall_add(seen->entered, change->offer_us) : WALL_NONE;
	}
}

void change_first(const struct change *change, uint64_t index, const char *id, struct transition *ret)
{
	*ret = (struct transition){
		.seen = {
			.via = VIA_SWEEP,
			.snapshot = true,
			.key = { .revision = 0, .updated = wall_add(change->at, -1) },
			.version = 1,
			.operation_id = NUMBER_NONE,
			.point_id = POINT_FIRST + (int64_t)index * POINTS_EACH,
			.valid_until = WALL_NONE,
		},
	};
	snprintf(ret->seen.external_id, sizeof(ret->seen.external_id), "%s", id);
	fill(change, &ret->seen);
	ret->verdict = judge(STATUS_UNKNOWN, &ret->seen, NULL, 0);
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
	fill(change, &ret->seen);
	ret->verdict = judge(change->applied, &ret->seen, transitions, n);
}

void change_price(const struct seen *before, const char *price, struct wall at, uint64_t revision_random, struct seen *ret)
{
	*ret = *before;
	set_key(ret, at, revision_random);
	snprintf(ret->price, sizeof(ret->price), "%s", price);
	snprintf(ret->currency, sizeof(ret->currency), CURRENCY);
}

bool change_is_applied(const struct transition *transition)
{
	return transition->verdict == VERDICT_FIRST || transition->verdict == VERDICT_LEGAL || transition->verdict == VERDICT_GAP;
}

bool change_opens_window(const struct transition *transition)
{
	return model_window(&model_claims, model_status(&model_claims, transition->seen.status)) != NULL;
}
