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
	if (!timeline.steps)
		ck_abort_msg("no memory");
	memcpy(timeline.steps, &ledger->steps[start], n * sizeof(*timeline.steps));
	for (size_t i = 0; i < n; i++) {
		timeline.steps[i].window = (struct window){ .opened = WALL_NONE, .due = WALL_NONE, .closed = WALL_NONE };
		timeline.steps[i].violation = VIOLATION_NONE;
		timeline.steps[i].ruling_id = 0;
	}
	return timeline;
}

static bool is_same_window(const struct window *a, const struct window *b)
{
	return a->rule == b->rule && (!a->rule || (a->opened.us == b->opened.us && a->due.us == b->due.us &&
	                                           a->closed.us == b->closed.us && a->outcome == b->outcome));
}

static bool is_seen_alike(const struct step *a, const struct step *b)
{
	return strcmp(a->status, b->status) == 0 && order_key_cmp(&a->key, &b->key) == 0 && a->entered.us == b->entered.us &&
	       a->version == b->version && a->operation_id == b->operation_id && a->point_id == b->point_id &&
	       a->valid_until.us == b->valid_until.us && a->asked.us == b->asked.us && a->prepaid == b->prepaid &&
	       a->may_skip == b->may_skip && a->flagged == b->flagged && a->ruling == b->ruling;
}

static bool is_judged_alike(const struct step *a, const struct step *b)
{
	return a->verdict == b->verdict && strcmp(a->from, b->from) == 0 && a->from_entered.us == b->from_entered.us &&
	       a->seq == b->seq && is_same_window(&a->window, &b->window) && a->violation == b->violation && a->adopted == b->adopted;
}

static bool is_same_shipment(const struct shipment *a, const struct shipment *b)
{
	return strcmp(a->status, b->status) == 0 && a->entered.us == b->entered.us && strcmp(a->reported, b->reported) == 0 &&
	       order_key_cmp(&a->newest, &b->newest) == 0 && a->version == b->version && a->point_id == b->point_id &&
	       strcmp(a->resolution, b->resolution) == 0 && strcmp(a->class, b->class) == 0 && strcmp(a->suspect, b->suspect) == 0 &&
	       a->asked.us == b->asked.us;
}

bool ledger_is_same(const struct ledger *a, const struct ledger *b)
{
	if (a->n != b->n || !is_same_shipment(&a->shipment, &b->shipment))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!is_seen_alike(&a->steps[i], &b->steps[i]) || !is_judged_alike(&a->steps[i], &b->steps[i]))
			return false;
	return true;
}

size_t ledger_size(const struct ledger *ledger)
{
	return offsetof(struct ledger, steps) + ledger->n * sizeof(ledger->steps[0]);
}

static double seconds_of(struct wall time)
{
	return wall_is_set(time) ? (double)(time.us - EPOCH_US) / 1e6 : -1;
}

static void print_window(const struct window *window)
{
	if (window->rule)
		printf(", %s from %g to %g: %s at %g", window->rule->kind, seconds_of(window->opened), seconds_of(window->due),
		       outcome_text(window->outcome), seconds_of(window->closed));
}

/* Numbers that are not given are told as -1. */
static long long number_of(int64_t number)
{
	return number == NUMBER_NONE ? -1 : (long long)number;
}

static void print_step(const struct step *step)
{
	printf("  %lld. %s at %g (revision %lld at %g, operation %lld, version %lld): %s from \"%s\"", number_of(step->seq), step->status,
	       seconds_of(step->entered), number_of(step->key.revision), seconds_of(step->key.updated), number_of(step->operation_id),
	       number_of(step->version), verdict_text(step->verdict), step->from);
	if (step->violation != VIOLATION_NONE)
		printf(", %s", violation_text(step->violation));
	if (step->ruling != RULING_NONE)
		printf(", %s", ruling_text(step->ruling));
	if (step->adopted)
		printf(", applied all the same");
	print_window(&step->window);
	printf("\n");
}

void ledger_print(const struct ledger *ledger, const char *title)
{
	const struct shipment *shipment = &ledger->shipment;

	printf("%s: \"%s\" since %g, \"%s\" reported, \"%s\" suspected, version %lld\n", title, shipment->status,
	       seconds_of(shipment->entered), shipment->reported, shipment->suspect, number_of(shipment->version));
	for (size_t i = 0; i < ledger->n; i++)
		print_step(&ledger->steps[i]);
	fflush(stdout);
}

static int operation_cmp(int64_t a, int64_t b)
{
	if (a == b)
		return 0;
	if (a == NUMBER_NONE || b == NUMBER_NONE)
		return a == NUMBER_NONE ? 1 : -1;
	return a < b ? -1 : 1;
}

/* What follows is gone through millions of times, and each assertion that holds is told to Check's parent process: so it is told only
 * what fails. */

static void check_order(const struct timeline *timeline)
{
	for (size_t i = 1; i < timeline->n; i++) {
		const struct step *a = &timeline->steps[i - 1];
		const struct step *b = &timeline->steps[i];
		int cmp = order_key_cmp(&a->key, &b->key);

		if (cmp > 0 || (cmp == 0 && operation_cmp(a->operation_id, b->operation_id) > 0))
			ck_abort_msg("%s is not before %s", a->status, b->status);
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
		if (found != 1)
			ck_abort_msg("%s is there %zu times", step->status, found);
	}
}

static void put_back(struct ledger *ledger, const struct timeline *timeline, size_t start)
{
	enum violation of_anchor = ledger->steps[start].violation;

	if (start + timeline->n > LEDGER_STEPS_MAX)
		ck_abort_msg("%zu steps are more than a test needs", start + timeline->n);
	memcpy(&ledger->steps[start], timeline->steps, timeline->n * sizeof(*timeline->steps));
	if (timeline->anchored)
		ledger->steps[start].violation = of_anchor;
	ledger->n = start + timeline->n;
	for (size_t i = start; i < ledger->n; i++)
		if (ledger->steps[i].id == 0)
			ledger->steps[i].id = ++ledger->last_id;
}

/* Of what a stale observation leaves all, and a suspect one all but the suspicion. */
static void check_untouched(enum decision decision, const struct shipment *before, const struct shipment *after)
{
	struct shipment same = *after;

	if (decision == DECISION_SUSPECT)
		memcpy(same.suspect, before->suspect, sizeof(same.suspect));
	if (!is_same_shipment(before, &same))
		ck_abort_msg("a shipment in %s was touched, and is in %s", before->status, after->status);
}

enum decision ledger_take(struct ledger *ledger, const struct seen *seen)
{
	struct timeline timeline = cut(ledger, seen->snapshot ? INT64_MAX : seen->key.revision);
	size_t n = timeline.n;
	size_t start = ledger->n - n;
	const struct shipment before = ledger->shipment;
	enum decision decision = reconcile(ledger->policy, ledger->now, &ledger->shipment, &timeline, seen);

	if (timeline.n > timeline.size)
		ck_abort_msg("%zu steps in the room of %zu", timeline.n, timeline.size);
	check_order(&timeline);
	check_kept(ledger, &timeline, start);
	if (decision == DECISION_STALE || decision == DECISION_SUSPECT) {
		check_untouched(decision, &before, &ledger->shipment);
		if (timeline.n != n)
			ck_abort_msg("%zu steps have become %zu", n, timeline.n);
	}
	if (decision != DECISION_STALE)
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

/* The next step that reports show, from PLACE on; NULL behind the last. */
static const struct step *next_shown(const struct ledger *ledger, size_t *place)
{
	while (*place < ledger->n && ledger->steps[*place].verdict == VERDICT_SAME)
		(*place)++;
	return *place < ledger->n ? &ledger->steps[(*place)++] : NULL;
}

bool ledger_shows_same(const struct ledger *a, const struct ledger *b)
{
	size_t i = 0;
	size_t j = 0;
	const struct step *of_a;
	const struct step *of_b;

	do {
		of_a = next_shown(a, &i);
		of_b = next_shown(b, &j);
		if (of_a && of_b && (strcmp(of_a->status, of_b->status) != 0 || of_a->entered.us != of_b->entered.us ||
		                     !is_judged_alike(of_a, of_b)))
			return false;
	} while (of_a && of_b);
	return !of_a && !of_b && strcmp(a->shipment.status, b->shipment.status) == 0 &&
	       a->shipment.entered.us == b->shipment.entered.us && strcmp(a->shipment.reported, b->shipment.reported) == 0;
}

void ledger_check_equal(const struct ledger *ledger, const struct ledger *expected)
{
	if (ledger_shows_same(ledger, expected))
		return;
	ledger_print(ledger, "found");
	ledger_print(expected, "expected");
	ck_abort_msg("they don't show the same");
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
