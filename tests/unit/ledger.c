/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store in memory: cuts the part of the history that an observation can change, and takes it back judged.
 * Tests, unit ring.
 * Cuts like store_timeline(), and forgets what store_timeline() does not load.
 */
#include "unit/ledger.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2026-09-23T07:44:04Z */
#define EPOCH_US INT64_C(1790149444000000)

struct wall moment(int64_t us)
{
	return (struct wall){ EPOCH_US + us };
}

static struct seen make_seen(const char *status, int64_t revision, int64_t us)
{
	struct seen seen = {
		.external_id = "01a0cd38be93807496944ebfc9654d02",
		.key = { .revision = revision, .updated = moment(us) },
		.entered = moment(us),
		.version = NUMBER_NONE,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
		.campaign_id = NUMBER_NONE,
		.asked = WALL_NONE,
	};

	ck_assert_uint_lt(strlen(status), sizeof(seen.status));
	snprintf(seen.status, sizeof(seen.status), "%s", status);
	return seen;
}

struct seen make_snapshot(const char *status, int64_t revision, int64_t us)
{
	struct seen seen = make_seen(status, revision, us);

	seen.via = VIA_CALLBACK;
	seen.snapshot = true;
	return seen;
}

struct seen make_event(const char *status, int64_t revision, int64_t us)
{
	struct seen seen = make_seen(status, revision, us);

	seen.via = VIA_JOURNAL;
	seen.operation_id = revision;
	return seen;
}

void ledger_init(struct ledger *ledger)
{
	ledger_init_of(ledger, &model_claims);
}

void ledger_init_of(struct ledger *ledger, const struct model *model)
{
	*ledger = (struct ledger){
		.policy = POLICY_HOLD,
		.now = moment(0),
		.shipment = {
			.model = model,
			.entered = WALL_NONE,
			.newest = { .revision = NUMBER_NONE, .updated = WALL_NONE },
			.version = NUMBER_NONE,
			.point_id = NUMBER_NONE,
			.asked = WALL_NONE,
		},
	};
}

/* The place of the last applied step that what is of REVISION can't reach behind; n when there is none. */
static size_t find_anchor(const struct ledger *ledger, int64_t revision)
{
	for (size_t i = ledger->n; i-- > 0;) {
		const struct step *step = &ledger->steps[i];

		if (step_is_applied(step) && step->key.revision < revision)
			return i;
	}
	return ledger->n;
}

/* Allocated to the byte, so that a sanitizer sees a step too many. */
static struct timeline cut(const struct ledger *ledger, int64_t revision)
{
	size_t anchor = ledger->whole ? ledger->n : find_anchor(ledger, revision);
	size_t start = anchor < ledger->n ? anchor : 0;
	size_t n = ledger->n - start;
	struct timeline timeline = { .n = n, .size = n + 2, .anchored = anchor < ledger->n };

	timeline.steps = malloc(timeline.size * sizeof(*timeline.steps));
	ck_assert_ptr_nonnull(timeline.steps);
	memcpy(timeline.steps, &ledger->steps[start], n * sizeof(*timeline.steps));
	for (size_t i = 0; i < n; i++) {
		timeline.steps[i].window = (struct window){ .opened = WALL_NONE, .due = WALL_NONE, .closed = WALL_NONE };
		timeline.steps[i].violation = VIOLATION_NONE;
		timeline.steps[i].ruling_id = 0;
	}
	return timeline;
}

static int operation_cmp(int64_t a, int64_t b)
{
	if (a == b)
		return 0;
	if (a == NUMBER_NONE || b == NUMBER_NONE)
		return a == NUMBER_NONE ? 1 : -1;
	return a < b ? -1 : 1;
}

static void check_order(const struct timeline *timeline)
{
	for (size_t i = 1; i < timeline->n; i++) {
		const struct step *a = &timeline->steps[i - 1];
		const struct step *b = &timeline->steps[i];
		int cmp = order_key_cmp(&a->key, &b->key);

		ck_assert_msg(cmp < 0 || (cmp == 0 && operation_cmp(a->operation_id, b->operation_id) <= 0),
		              "%s is not before %s", a->status, b->status);
	}
}

/* Every stored step is still there, once, and says what it said. */
static void check_kept(const struct ledger *ledger, const struct timeline *timeline, size_t start)
{
	for (size_t i = start; i < ledger->n; i++) {
		const struct step *step = &ledger->steps[i];
		size_t found = 0;

		for (size_t j = 0; j < timeline->n; j++)
			if (timeline->steps[j].id == step->id && strcmp(timeline->steps[j].status, step->status) == 0)
				found++;
		ck_assert_msg(found == 1, "%s is there %zu times", step->status, found);
	}
}

static void put_back(struct ledger *ledger, const struct timeline *timeline, size_t start)
{
	enum violation of_anchor = ledger->steps[start].violation;

	ck_assert_uint_le(start + timeline->n, LEDGER_STEPS_MAX);
	memcpy(&ledger->steps[start], timeline->steps, timeline->n * sizeof(*timeline->steps));
	if (timeline->anchored)
		ledger->steps[start].violation = of_anchor;
	ledger->n = start + timeline->n;
	for (size_t i = start; i < ledger->n; i++)
		if (ledger->steps[i].id == 0)
			ledger->steps[i].id = ++ledger->last_id;
}

static void check_untouched(const struct shipment *before, const struct shipment *after)
{
	ck_assert_str_eq(after->status, before->status);
	ck_assert_str_eq(after->reported, before->reported);
	ck_assert_int_eq(after->entered.us, before->entered.us);
	ck_assert_int_eq(order_key_cmp(&after->newest, &before->newest), 0);
	ck_assert_int_eq(after->version, before->version);
	ck_assert_int_eq(after->point_id, before->point_id);
	ck_assert_str_eq(after->resolution, before->resolution);
}

enum decision ledger_take(struct ledger *ledger, const struct seen *seen)
{
	struct timeline timeline = cut(ledger, seen->snapshot ? INT64_MAX : seen->key.revision);
	size_t n = timeline.n;
	size_t start = ledger->n - n;
	const struct shipment before = ledger->shipment;
	enum decision decision = reconcile(ledger->policy, ledger->now, &ledger->shipment, &timeline, seen);

	ck_assert_uint_le(timeline.n, timeline.size);
	check_order(&timeline);
	check_kept(ledger, &timeline, start);
	if (decision == DECISION_STALE || decision == DECISION_SUSPECT) {
		ck_assert_uint_eq(timeline.n, n);
		check_untouched(&before, &ledger->shipment);
	}
	if (decision == DECISION_STALE)
		ck_assert_str_eq(before.suspect, ledger->shipment.suspect);
	else
		put_back(ledger, &timeline, start);
	free(timeline.steps);
	return decision;
}

static void rule(struct ledger *ledger, size_t at, enum ruling ruling)
{
	struct timeline timeline = cut(ledger, ledger->steps[at].key.revision);
	size_t start = ledger->n - timeline.n;

	timeline.steps[at - start].ruling = ruling;
	reconcile_again(ledger->policy, ledger->now, &ledger->shipment, &timeline);
	check_order(&timeline);
	check_kept(ledger, &timeline, start);
	put_back(ledger, &timeline, start);
	free(timeline.steps);
}

bool ledger_rule(struct ledger *ledger, const char *status, enum ruling ruling)
{
	for (size_t i = 0; i < ledger->n; i++) {
		const struct step *step = &ledger->steps[i];

		if (step->violation != VIOLATION_NONE && step->ruling == RULING_NONE && strcmp(step->status, status) == 0) {
			rule(ledger, i, ruling);
			return true;
		}
	}
	return false;
}

void ledger_rule_operation(struct ledger *ledger, int64_t operation_id, enum ruling ruling)
{
	for (size_t i = 0; i < ledger->n; i++)
		if (ledger->steps[i].operation_id == operation_id) {
			rule(ledger, i, ruling);
			return;
		}
	ck_abort_msg("operation %lld is not there", (long long)operation_id);
}

enum decision ledger_read(struct ledger *ledger, const char *status, int64_t revision, int64_t us)
{
	struct seen seen = make_snapshot(status, revision, us);

	return ledger_take(ledger, &seen);
}

enum decision ledger_hear(struct ledger *ledger, const char *status, int64_t revision, int64_t us)
{
	struct seen seen = make_event(status, revision, us);

	return ledger_take(ledger, &seen);
}

enum decision ledger_read_order(struct ledger *ledger, const char *status, int64_t us)
{
	return ledger_read(ledger, status, NUMBER_NONE, us);
}

enum decision ledger_read_skipping(struct ledger *ledger, const char *status, int64_t us)
{
	struct seen seen = make_snapshot(status, NUMBER_NONE, us);

	seen.may_skip = true;
	return ledger_take(ledger, &seen);
}

size_t ledger_count_shown(const struct ledger *ledger)
{
	size_t n = 0;

	for (size_t i = 0; i < ledger->n; i++)
		n += ledger->steps[i].verdict != VERDICT_SAME;
	return n;
}

const struct step *ledger_shown(const struct ledger *ledger, int64_t seq)
{
	const struct step *found = NULL;

	for (size_t i = 0; i < ledger->n; i++) {
		if (ledger->steps[i].verdict == VERDICT_SAME || ledger->steps[i].seq != seq)
			continue;
		ck_assert_msg(!found, "two steps are number %d", (int)seq);
		found = &ledger->steps[i];
	}
	ck_assert_msg(found != NULL, "no step is number %d", (int)seq);
	return found;
}

void ledger_check_step(const struct ledger *ledger, int64_t seq, const char *status, enum verdict verdict, const char *from)
{
	const struct step *step = ledger_shown(ledger, seq);

	ck_assert_str_eq(step->status, status);
	ck_assert_str_eq(verdict_text(step->verdict), verdict_text(verdict));
	ck_assert_str_eq(step->from, from);
}

void ledger_check_status(const struct ledger *ledger, const char *status, const char *reported)
{
	ck_assert_str_eq(ledger->shipment.status, status);
	ck_assert_str_eq(ledger->shipment.reported, reported);
}

void ledger_check_window(const struct ledger *ledger, int64_t seq, int64_t due_us, enum outcome outcome)
{
	const struct window *window = &ledger_shown(ledger, seq)->window;

	ck_assert_ptr_nonnull(window->rule);
	ck_assert_int_eq(window->due.us, moment(due_us).us);
	ck_assert_str_eq(outcome_text(window->outcome), outcome_text(outcome));
}

static void check_equal_windows(const struct window *window, const struct window *expected)
{
	ck_assert_ptr_eq(window->rule, expected->rule);
	if (!expected->rule)
		return;
	ck_assert_int_eq(window->opened.us, expected->opened.us);
	ck_assert_int_eq(window->due.us, expected->due.us);
	ck_assert_int_eq(window->closed.us, expected->closed.us);
	ck_assert_str_eq(outcome_text(window->outcome), outcome_text(expected->outcome));
}

static void check_equal_steps(const struct step *step, const struct step *expected)
{
	ck_assert_str_eq(step->status, expected->status);
	ck_assert_str_eq(verdict_text(step->verdict), verdict_text(expected->verdict));
	ck_assert_str_eq(step->from, expected->from);
	ck_assert_int_eq(step->from_entered.us, expected->from_entered.us);
	ck_assert_int_eq(step->entered.us, expected->entered.us);
	ck_assert_int_eq(step->adopted, expected->adopted);
	ck_assert_int_eq(step->violation, expected->violation);
	check_equal_windows(&step->window, &expected->window);
}

void ledger_check_equal(const struct ledger *ledger, const struct ledger *expected)
{
	size_t n = ledger_count_shown(expected);

	ck_assert_uint_eq(ledger_count_shown(ledger), n);
	for (size_t i = 1; i <= n; i++)
		check_equal_steps(ledger_shown(ledger, (int64_t)i), ledger_shown(expected, (int64_t)i));
	ck_assert_str_eq(ledger->shipment.status, expected->shipment.status);
	ck_assert_int_eq(ledger->shipment.entered.us, expected->shipment.entered.us);
	ck_assert_str_eq(ledger->shipment.reported, expected->shipment.reported);
}

/* splitmix64 */
static uint64_t dice_next(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

size_t dice_roll(struct dice *dice, size_t sides)
{
	return (size_t)(dice_next(dice) % sides);
}

void dice_shuffle(struct dice *dice, const struct seen **seen, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = dice_roll(dice, i);
		const struct seen *other = seen[j];

		seen[j] = seen[i - 1];
		seen[i - 1] = other;
	}
}
