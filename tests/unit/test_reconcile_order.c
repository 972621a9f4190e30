/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order in which observations arrive must not matter: random walks, in any order, end in the same history.
 * Tests, unit ring.
 * The number of a test, which Check prints, is its seed: what failed once fails again.
 */
#include <string.h>

#include "suite.h"
#include "unit/walk.h"

#define SEEN_MAX (3 * WALK_STEPS_MAX)
#define N_SEEDS 12
#define N_ROUNDS 6

/* --- True walks with snapshots --------------------------------------------------------------------------- */

/* An edit of the claim: what brings it back to its estimate has a higher version. */
static bool is_edit(const char *from, const char *to)
{
	return strcmp(to, "estimating") == 0 && strcmp(from, "new") != 0;
}

static void make_true_events(struct dice *dice, struct walk *walk, int64_t versions[WALK_STEPS_MAX])
{
	int current = 0;
	int64_t revision = 1;
	int64_t us = 0;
	int64_t version = 1;

	while (walk->n_events < WALK_STEPS_MAX && current != STATUS_UNKNOWN) {
		walk->events[walk->n_events] = make_event(walk_status_name(current), revision, us);
		versions[walk->n_events++] = version;

		int next = walk_pick_successor(dice, current);

		version += next != STATUS_UNKNOWN && is_edit(walk_status_name(current), walk_status_name(next));
		current = next;
		revision += 1 + (int64_t)dice_roll(dice, 4);
		us += SECONDS(1) * (1 + (int64_t)dice_roll(dice, 599));
	}
}

/* Offers end shortly after the claim moved on. */
static struct wall offer_end(const struct walk *walk, size_t i)
{
	return wall_add(walk->events[i + (i + 1 < walk->n_events)].entered, SECONDS(1));
}

/* The claim as it stood between event I and the next: read at its revision or at one that some other change made.
 * The times of both may be all that the answer has: then the status seems to have been entered at the time of the
 * other change. */
static struct seen make_true_snapshot(struct dice *dice, const struct walk *walk, size_t i, int64_t version)
{
	const struct seen *event = &walk->events[i];
	struct seen snapshot = make_snapshot(event->status, event->key.revision, 0);
	int64_t room = i + 1 < walk->n_events ? walk->events[i + 1].key.revision - event->key.revision : 4;
	int64_t span = i + 1 < walk->n_events ? walk->events[i + 1].key.updated.us - event->key.updated.us : SECONDS(600);
	int64_t later = (int64_t)dice_roll(dice, (size_t)room);

	snapshot.key.revision += later;
	snapshot.key.updated = wall_add(event->key.updated, later > 0 ? (int64_t)dice_roll(dice, (size_t)span) : 0);
	snapshot.entered = dice_roll(dice, 3) > 0 ? event->entered : snapshot.key.updated;
	snapshot.version = dice_roll(dice, 4) > 0 ? version : NUMBER_NONE;
	if (dice_roll(dice, 2) == 0)
		snapshot.valid_until = offer_end(walk, i);
	return snapshot;
}

static struct walk make_true_walk(uint64_t seed)
{
	struct dice dice = { seed };
	struct walk walk = { .now = moment(SECONDS(36000)), .policy = POLICY_HOLD };
	int64_t versions[WALK_STEPS_MAX];

	/* Of many walks, one that goes on for a while. */
	while (walk.n_events < 6) {
		walk.n_events = 0;
		make_true_events(&dice, &walk, versions);
	}
	walk.n_snapshots = 1 + dice_roll(&dice, WALK_STEPS_MAX);
	for (size_t i = 0; i < walk.n_snapshots; i++) {
		size_t at = dice_roll(&dice, walk.n_events);

		walk.snapshots[i] = make_true_snapshot(&dice, &walk, at, versions[at]);
	}
	return walk;
}

/* --- Delivery -------------------------------------------------------------------------------------------- */

static void begin(struct ledger *ledger, const struct walk *walk, bool whole)
{
	ledger_init(ledger);
	ledger->now = walk->now;
	ledger->policy = walk->policy;
	ledger->whole = whole;
}

static void deliver(struct ledger *ledger, const struct seen *const *seen, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ledger_take(ledger, seen[i]);
}

/* The events alone and in their order, with the whole history at hand: what must come out of any other way too. */
static void deliver_plainly(struct ledger *ledger, const struct walk *walk)
{
	begin(ledger, walk, true);
	for (size_t i = 0; i < walk->n_events; i++)
		ledger_take(ledger, &walk->events[i]);
}

static void check_delivery(const struct walk *walk, const struct ledger *expected, const struct seen *const *seen, size_t n)
{
	for (int whole = 0; whole < 2; whole++) {
		struct ledger ledger;

		begin(&ledger, walk, whole == 1);
		deliver(&ledger, seen, n);
		ledger_check_equal(&ledger, expected);
	}
}

static size_t list_events(const struct walk *walk, const struct seen **ret)
{
	for (size_t i = 0; i < walk->n_events; i++)
		ret[i] = &walk->events[i];
	return walk->n_events;
}

/* Delivers SEEN with [at..n) in each order, by exchanging. */
static void check_each_order(const struct walk *walk, const struct ledger *expected, const struct seen **seen, size_t at)
{
	size_t n = walk->n_events;

	if (at == n) {
		struct ledger ledger;

		begin(&ledger, walk, false);
		deliver(&ledger, seen, n);
		ledger_check_equal(&ledger, expected);
		return;
	}
	for (size_t i = at; i < n; i++) {
		const struct seen *first = seen[at];

		seen[at] = seen[i];
		seen[i] = first;
		check_each_order(walk, expected, seen, at + 1);
		seen[i] = seen[at];
		seen[at] = first;
	}
}

/* --- Properties ------------------------------------------------------------------------------------------ */

START_TEST(up_to_six_events_end_alike_in_each_of_their_orders)
{
	struct walk walk = walk_make_odd((uint64_t)_i, 1 + (size_t)_i % 6, _i % 4 != 3);
	const struct seen *seen[SEEN_MAX];
	struct ledger expected;

	deliver_plainly(&expected, &walk);
	list_events(&walk, seen);
	check_each_order(&walk, &expected, seen, 0);
}
END_TEST

START_TEST(many_events_end_alike_in_random_orders)
{
	struct dice dice = { (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		size_t n_events = 7 + dice_roll(&dice, WALK_STEPS_MAX - 7);
		struct walk walk = walk_make_odd((uint64_t)(1000 + N_ROUNDS * _i + round), n_events, round % 4 != 3);
		const struct seen *seen[SEEN_MAX];
		struct ledger expected;
		size_t n = list_events(&walk, seen);

		deliver_plainly(&expected, &walk);
		dice_shuffle(&dice, seen, n);
		check_delivery(&walk, &expected, seen, n);
	}
}
END_TEST

START_TEST(events_that_come_twice_change_nothing)
{
	struct dice dice = { (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		size_t n_events = 2 + dice_roll(&dice, 20);
		struct walk walk = walk_make_odd((uint64_t)(2000 + N_ROUNDS * _i + round), n_events, round % 4 != 3);
		const struct seen *seen[SEEN_MAX];
		struct ledger expected;
		size_t n = list_events(&walk, seen);

		deliver_plainly(&expected, &walk);
		n += list_events(&walk, seen + n);
		dice_shuffle(&dice, seen, n);
		check_delivery(&walk, &expected, seen, n);
	}
}
END_TEST

static void check_all_legal(const struct ledger *ledger, const struct walk *walk)
{
	ck_assert_uint_eq(ledger_count_shown(ledger), walk->n_events);
	for (size_t i = 0; i < walk->n_events; i++) {
		const char *from = i == 0 ? "" : walk->events[i - 1].status;

		ledger_check_step(ledger, (int64_t)i + 1, walk->events[i].status, i == 0 ? VERDICT_FIRST : VERDICT_LEGAL, from);
		ck_assert_int_eq(ledger_shown(ledger, (int64_t)i + 1)->entered.us, walk->events[i].entered.us);
	}
}

/* A window is due after its length, or when its own offer ended if a snapshot that was not stale told of that. */
static void check_windows(const struct ledger *ledger, const struct walk *walk)
{
	for (size_t i = 0; i < walk->n_events; i++) {
		const struct step *step = ledger_shown(ledger, (int64_t)i + 1);

		if (!step->window.rule)
			continue;

		struct wall end = offer_end(walk, i);
		struct wall due = wall_add(walk->events[i].entered, SECONDS(600));

		ck_assert(wall_cmp(step->window.due, due) == 0 ||
		          (wall_cmp(end, due) < 0 && wall_cmp(step->window.due, end) == 0));
		ck_assert_int_ne(step->window.outcome, OUTCOME_OPEN);
		ck_assert_int_ne(step->window.outcome, OUTCOME_LATE);
	}
}

static void check_true(const struct ledger *ledger, const struct walk *walk)
{
	const char *last = walk->events[walk->n_events - 1].status;

	check_all_legal(ledger, walk);
	check_windows(ledger, walk);
	ledger_check_status(ledger, last, last);
}

START_TEST(events_with_true_snapshots_among_them_end_in_the_walk_itself)
{
	struct dice dice = { (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		struct walk walk = make_true_walk((uint64_t)(3000 + N_ROUNDS * _i + round));
		const struct seen *seen[SEEN_MAX];
		size_t n = list_events(&walk, seen);
		struct ledger ledger;

		for (size_t i = 0; i < walk.n_snapshots; i++)
			seen[n++] = &walk.snapshots[i];
		dice_shuffle(&dice, seen, n);
		begin(&ledger, &walk, round % 2 == 0);
		deliver(&ledger, seen, n);
		check_true(&ledger, &walk);
	}
}
END_TEST

/* Reads in the order of their revisions, as a daemon without the journal sees a claim. */
static void deliver_in_order(struct ledger *ledger, const struct walk *walk)
{
	const struct seen *last = NULL;

	for (;;) {
		const struct seen *next = NULL;

		for (size_t i = 0; i < walk->n_snapshots; i++) {
			const struct seen *seen = &walk->snapshots[i];

			if (last && order_key_cmp(&seen->key, &last->key) <= 0)
				continue;
			if (!next || order_key_cmp(&seen->key, &next->key) < 0)
				next = seen;
		}
		if (!next)
			return;
		ledger_take(ledger, next);
		last = next;
	}
}

START_TEST(true_snapshots_alone_are_never_held_and_the_journal_later_completes_them)
{
	for (int round = 0; round < N_ROUNDS; round++) {
		struct walk walk = make_true_walk((uint64_t)(9000 + N_ROUNDS * _i + round));
		struct ledger ledger;

		begin(&ledger, &walk, false);
		deliver_in_order(&ledger, &walk);
		for (size_t i = 0; i < ledger.n; i++)
			ck_assert_int_ne(ledger.steps[i].verdict, VERDICT_ILLEGAL);
		for (size_t i = 0; i < walk.n_events; i++)
			ledger_take(&ledger, &walk.events[i]);
		check_true(&ledger, &walk);
	}
}
END_TEST

/* --- Anything at all ------------------------------------------------------------------------------------- */

/* The ends of what the fields can hold; times are those that timefmt_parse() gives. */
static int64_t pick_number(struct dice *dice)
{
	static const int64_t numbers[] = { NUMBER_NONE, NUMBER_NONE + 1, -1, 0, 1, 2, 3, INT64_MAX - 1, INT64_MAX };

	return numbers[dice_roll(dice, sizeof(numbers) / sizeof(numbers[0]))];
}

static struct wall pick_time(struct dice *dice)
{
	static const int64_t times[] = { 0, 1, INT64_C(253402300799999999) };
	size_t i = dice_roll(dice, 6);

	return i < 3 ? (struct wall){ times[i] } : moment(SECONDS(1) * (int64_t)dice_roll(dice, 1200));
}

#define LONGEST                                                                                                        \
	"a name that is as long as what is kept of a status that no model knows, "                                              \
	"which is room for the longest that any order has so far"

_Static_assert(sizeof(LONGEST) == STATUS_TEXT_SIZE, "no longer name is kept");

static struct seen make_anything(struct dice *dice)
{
	static const char *const odd[] = { "", "x/", LONGEST };
	size_t kind = dice_roll(dice, 10);
	const char *status = kind < 3 ? odd[kind] : walk_status_name((int)dice_roll(dice, kind < 6 ? 6 : model_claims.n_statuses));
	struct seen seen = dice_roll(dice, 2) ? make_snapshot(status, 0, 0) : make_event(status, 0, 0);

	seen.key = (struct order_key){ .revision = pick_number(dice), .updated = pick_time(dice) };
	seen.entered = pick_time(dice);
	seen.version = pick_number(dice);
	seen.operation_id = seen.snapshot ? NUMBER_NONE : pick_number(dice);
	seen.valid_until = dice_roll(dice, 2) ? pick_time(dice) : WALL_NONE;
	return seen;
}

/* ledger_take() looks whether anything is lost or out of its order; the sanitizers look at the rest. */
START_TEST(no_observations_break_what_is_kept)
{
	struct dice dice = { (uint64_t)(7000 + _i) };

	for (int round = 0; round < N_ROUNDS; round++) {
		struct ledger ledger;

		ledger_init(&ledger);
		ledger.policy = round % 2 ? POLICY_FLAG : POLICY_HOLD;
		for (size_t i = 0; i < WALK_STEPS_MAX; i++) {
			struct seen seen = make_anything(&dice);

			ledger.now = pick_time(&dice);
			ledger_take(&ledger, &seen);
			ck_assert_str_eq(ledger.shipment.reported, ledger.steps[ledger.n - 1].status);
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("reconcile_order");
	TCase *tcase = tcase_create("properties");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, up_to_six_events_end_alike_in_each_of_their_orders, 0, N_SEEDS);
	tcase_add_loop_test(tcase, many_events_end_alike_in_random_orders, 0, N_SEEDS);
	tcase_add_loop_test(tcase, events_that_come_twice_change_nothing, 0, N_SEEDS);
	tcase_add_loop_test(tcase, events_with_true_snapshots_among_them_end_in_the_walk_itself, 0, N_SEEDS);
	tcase_add_loop_test(tcase, true_snapshots_alone_are_never_held_and_the_journal_later_completes_them, 0, N_SEEDS);
	tcase_add_loop_test(tcase, no_observations_break_what_is_kept, 0, N_SEEDS);
	suite_add_tcase(suite, tcase);
	return suite;
}
