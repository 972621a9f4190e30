/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An operator's ruling among observations that arrive in any order: it must not matter when it was given.
 * Tests, unit ring.
 * The number of a test, which Check prints, is its seed: what failed once fails again.
 *
 * It does matter where the status that is ruled on was seen twice, and the event that tells of the first time and one that parts the
 * two come after the ruling: the first takes the ruling over only if it comes before the one that parts them. And a ruling may come
 * too late: what has healed by then is not ruled on, while what was ruled on before it healed is so for good.
 */
#include <string.h>

#include "suite.h"
#include "unit/walk.h"

#define N_SEEDS 12
#define N_ROUNDS 12

static void begin(struct ledger *ledger, const struct walk *walk, bool whole)
{
	ledger_init(ledger);
	ledger->now = walk->now;
	ledger->policy = walk->policy;
	ledger->whole = whole;
}

static size_t list_events(const struct walk *walk, const struct seen **ret)
{
	for (size_t i = 0; i < walk->n_events; i++)
		ret[i] = &walk->events[i];
	return walk->n_events;
}

static size_t count(const struct walk *walk, const char *status)
{
	size_t n = 0;

	for (size_t i = 0; i < walk->n_events; i++)
		n += strcmp(walk->events[i].status, status) == 0;
	return n;
}

static enum ruling pick_ruling(struct dice *dice)
{
	return dice_roll(dice, 3) > 0 ? RULING_ADOPTED : RULING_DISMISSED;
}

/* A walk, and the event of it that is ruled on, whose status comes once. */
static struct walk make_walk(struct dice *dice, size_t *ret_at)
{
	for (;;) {
		size_t n = 4 + dice_roll(dice, WALK_STEPS_MAX - 4);
		struct walk walk = walk_make_odd(dice_roll(dice, SIZE_MAX), n, dice_roll(dice, 4) > 0);

		*ret_at = dice_roll(dice, n);
		if (count(&walk, walk.events[*ret_at].status) == 1)
			return walk;
	}
}

/* Delivers SEEN with the ruling on RULED somewhere behind it: after WAIT more observations. */
static void deliver(struct ledger *ledger, const struct seen *const *seen, size_t n, const struct seen *ruled, enum ruling ruling,
                    size_t wait)
{
	bool arrived = false;

	for (size_t i = 0; i < n; i++) {
		ledger_take(ledger, seen[i]);
		arrived = arrived || seen[i] == ruled;
		if (arrived && wait-- == 0)
			ledger_rule_operation(ledger, ruled->operation_id, ruling);
	}
}

/* --- Properties ------------------------------------------------------------------------------------------ */

START_TEST(a_ruling_ends_alike_whenever_it_is_given)
{
	struct dice dice = { (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		size_t at;
		struct walk walk = make_walk(&dice, &at);
		const struct seen *seen[WALK_STEPS_MAX];
		size_t n = list_events(&walk, seen);
		enum ruling ruling = pick_ruling(&dice);
		struct ledger expected;

		begin(&expected, &walk, true);
		deliver(&expected, seen, n, &walk.events[at], ruling, n - 1 - at);
		dice_shuffle(&dice, seen, n);
		for (int whole = 0; whole < 2; whole++) {
			struct ledger ledger;
			size_t place = 0;

			while (seen[place] != &walk.events[at])
				place++;
			begin(&ledger, &walk, whole == 1);
			deliver(&ledger, seen, n, &walk.events[at], ruling, dice_roll(&dice, n - place));
			ledger_check_equal(&ledger, &expected);
		}
	}
}
END_TEST

/* Delivers SEEN[AT], and now and then rules as an operator does: on what is open. */
static void take_and_rule(struct ledger *ledger, struct dice *dice, const struct seen *const *seen, size_t at)
{
	ledger_take(ledger, seen[at]);
	if (dice_roll(dice, 3) == 0)
		ledger_rule(ledger, seen[dice_roll(dice, at + 1)]->status, pick_ruling(dice));
}

START_TEST(the_part_from_the_anchor_is_enough_for_every_ruling)
{
	struct dice dice = { 100 + (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		struct walk walk = walk_make_odd(dice_roll(&dice, SIZE_MAX), WALK_STEPS_MAX, round % 4 != 3);
		const struct seen *seen[WALK_STEPS_MAX];
		size_t n = list_events(&walk, seen);
		struct ledger whole;
		struct ledger part;

		dice_shuffle(&dice, seen, n);
		begin(&whole, &walk, true);
		begin(&part, &walk, false);
		for (size_t i = 0; i < n; i++) {
			struct dice same = dice;

			take_and_rule(&whole, &same, seen, i);
			take_and_rule(&part, &dice, seen, i);
			ledger_check_equal(&part, &whole);
		}
	}
}
END_TEST

/* RULINGS are those of each step so far, by its id. */
static void check_rulings(const struct ledger *ledger, enum ruling *rulings)
{
	for (size_t i = 0; i < ledger->n; i++) {
		const struct step *step = &ledger->steps[i];
		bool broken = step->verdict == VERDICT_ILLEGAL || step->verdict == VERDICT_LATE;

		if (rulings[step->id] != RULING_NONE)
			ck_assert_int_eq(step->ruling, rulings[step->id]);
		rulings[step->id] = step->ruling;
		ck_assert_int_eq(step->adopted, broken && step->ruling == RULING_ADOPTED);
	}
}

START_TEST(what_was_ruled_on_is_never_open_again)
{
	struct dice dice = { 200 + (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		struct walk walk = walk_make_odd(dice_roll(&dice, SIZE_MAX), WALK_STEPS_MAX, round % 4 != 3);
		const struct seen *seen[WALK_STEPS_MAX];
		size_t n = list_events(&walk, seen);
		enum ruling rulings[LEDGER_STEPS_MAX + 1] = { RULING_NONE };
		struct ledger ledger;

		walk.policy = POLICY_HOLD;
		dice_shuffle(&dice, seen, n);
		begin(&ledger, &walk, false);
		for (size_t i = 0; i < n; i++) {
			take_and_rule(&ledger, &dice, seen, i);
			check_rulings(&ledger, rulings);
		}
	}
}
END_TEST

/* --- A jump that was read before the journal told of what led there -------------------------------------- */

/* A legal walk of events, and behind it a status that nothing leads to, read at a later revision than it was entered at. */
struct jump {
	struct seen events[WALK_STEPS_MAX];
	size_t n;
	struct seen event;
	struct seen snapshot;
};

static int pick_unreachable(struct dice *dice, int from)
{
	for (;;) {
		int to = (int)dice_roll(dice, model_claims.n_statuses);

		if (to != from && !model_reaches(&model_claims, from, to))
			return to;
	}
}

static struct jump make_jump(struct dice *dice)
{
	struct jump jump = { .n = 0 };
	int current = 0;
	size_t n = 2 + dice_roll(dice, 12);
	int64_t revision = 1;

	while (current != STATUS_UNKNOWN && jump.n < n) {
		int next = walk_pick_successor(dice, current);

		jump.events[jump.n++] = make_event(walk_status_name(current), revision, SECONDS(revision));
		revision += 1 + (int64_t)dice_roll(dice, 3);
		if (next == STATUS_UNKNOWN || jump.n == n)
			break;
		current = next;
	}

	const char *status = walk_status_name(pick_unreachable(dice, current));

	jump.event = make_event(status, revision, SECONDS(revision));
	revision += (int64_t)dice_roll(dice, 3);
	jump.snapshot = make_snapshot(status, revision, SECONDS(revision));
	return jump;
}

/* The state before the jump is read, the jump is read twice, and the journal comes in SEEN's order; the ruling is given before or
 * after that. */
static void tell_jump(struct ledger *ledger, const struct jump *jump, const struct seen **seen, bool before, enum ruling ruling)
{
	const struct seen *last = &jump->events[jump->n - 1];

	ledger_init(ledger);
	ledger->now = moment(SECONDS(36000));
	ledger_read(ledger, last->status, last->key.revision, last->key.updated.us - moment(0).us);
	ck_assert_int_eq(ledger_take(ledger, &jump->snapshot), DECISION_SUSPECT);
	ck_assert_int_eq(ledger_take(ledger, &jump->snapshot), DECISION_CHANGED);
	if (before)
		ck_assert(ledger_rule(ledger, jump->snapshot.status, ruling));
	for (size_t i = 0; i < jump->n + 1; i++)
		ledger_take(ledger, seen[i]);
	ck_assert_int_eq(ledger_rule(ledger, jump->snapshot.status, ruling), !before);
}

START_TEST(a_jump_is_ruled_on_before_or_after_the_journal_has_told_of_it)
{
	struct dice dice = { 300 + (uint64_t)_i };

	for (int round = 0; round < N_ROUNDS; round++) {
		struct jump jump = make_jump(&dice);
		const struct seen *seen[WALK_STEPS_MAX + 1];
		enum ruling ruling = pick_ruling(&dice);
		struct ledger before;
		struct ledger after;

		for (size_t i = 0; i < jump.n; i++)
			seen[i] = &jump.events[i];
		seen[jump.n] = &jump.event;
		dice_shuffle(&dice, seen, jump.n + 1);
		tell_jump(&after, &jump, seen, false, ruling);
		dice_shuffle(&dice, seen, jump.n + 1);
		tell_jump(&before, &jump, seen, true, ruling);
		ledger_check_equal(&before, &after);
		ledger_check_status(&before, ruling == RULING_ADOPTED ? jump.event.status : jump.events[jump.n - 1].status,
		                    jump.event.status);
		ck_assert_uint_eq(ledger_count_shown(&before), jump.n + 1);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("reconcile_ruling");
	TCase *tcase = tcase_create("properties");

	tcase_add_loop_test(tcase, a_ruling_ends_alike_whenever_it_is_given, 0, N_SEEDS);
	tcase_add_loop_test(tcase, the_part_from_the_anchor_is_enough_for_every_ruling, 0, N_SEEDS);
	tcase_add_loop_test(tcase, what_was_ruled_on_is_never_open_again, 0, N_SEEDS);
	tcase_add_loop_test(tcase, a_jump_is_ruled_on_before_or_after_the_journal_has_told_of_it, 0, N_SEEDS);
	suite_add_tcase(suite, tcase);
	return suite;
}
