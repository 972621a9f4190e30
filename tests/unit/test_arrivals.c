/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By exhaustion: whatever the order in which the events of a claim arrive, they end in the same history and state.
 * Tests, unit ring. `make exhaust` goes further than `make check`.
 *
 * The theorem. Of a set of journal events, which all have a revision (wire/journal.h sees to that), every order of arrival, with
 * repeats, ends in what timeline_judge() makes of the events in the upstream's own order, judged at once: the same steps with the same
 * verdicts, windows with their outcomes, violations and rulings, the same current and reported status, the same newest. Nothing else is
 * kept of them, so what comes after goes on alike, too.
 *
 * A ruling of an operator's may stand anywhere behind the event that it is about, as long as there is a violation to rule on, and is
 * then as good as one that was known from the start. That is so where no two events tell the status that is ruled on; where two do, it
 * may matter when it is given: see test_reconcile_ruling.c.
 *
 * What can't be:
 * - Events with and without a revision mixed have no order among each other: one without is taken to be of the newest revision that is
 *   known when it arrives. So either all have one, or none.
 * - A claim's current point is what the newest of those that came in time says, and its resolution what an end that came last says.
 *   Neither is history, and an event of a place before the newest can't tell whether a read behind it knew more. These events have
 *   none.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/journals.h"

/* Edits, returns to the offer, its answer, and a word that nobody knows. */
static const char *const approval[] = { "estimating", "ready_for_approval", "accepted", "teleported", NULL };
static const char *const keyed[] = { "ready_for_approval", "accepted", "teleported", NULL };

/* Ends and revivals; an illegal step here heals when what came before it is known. */
static const char *const ended[] = { "returning", "cancelled", "return_arrived", "delivered", NULL };

#define SOON { 1, SECONDS(1) }
#define LATE { 1, SECONDS(700) }
#define SAME_REVISION { 0, SECONDS(1) }
#define SAME_KEY { 0, 0 }

static const struct alphabet alphabets[] = {
	{ "walks", NULL, 0, true, { SOON }, 1, POLICY_HOLD, SECONDS(300), 6, 6 },
	{ "walks that stray once", NULL, 1, true, { SOON }, 1, POLICY_HOLD, SECONDS(300), 2, 6 },
	{ "all words", NULL, ANY_WORDS, true, { SOON }, 1, POLICY_HOLD, SECONDS(300), 3, 4 },
	{ "all words, flagged", NULL, ANY_WORDS, true, { LATE }, 1, POLICY_FLAG, SECONDS(36000), 2, 4 },
	{ "approval", approval, ANY_WORDS, true, { SOON, LATE }, 2, POLICY_HOLD, SECONDS(36000), 4, 6 },
	{ "approval, flagged", approval, ANY_WORDS, true, { SOON, LATE }, 2, POLICY_FLAG, SECONDS(300), 3, 5 },
	{ "keys", keyed, ANY_WORDS, true, { SOON, SAME_REVISION, SAME_KEY }, 3, POLICY_HOLD, SECONDS(300), 4, 6 },
	{ "no revisions", keyed, ANY_WORDS, false, { LATE, SAME_REVISION, SAME_KEY }, 3, POLICY_HOLD, SECONDS(36000), 3, 5 },
	{ "ends", ended, ANY_WORDS, true, { SOON, SAME_KEY }, 2, POLICY_HOLD, SECONDS(300), 4, 6 },
};

/* --- Events ---------------------------------------------------------------------------------------------- */

/* An event that comes again finds nothing to do. */
static void check_repeats(const struct arrivals *arrivals, const struct ledger *expected)
{
	static struct ledger ledger;

	for (size_t i = 0; i < arrivals->n; i++) {
		memcpy(&ledger, expected, ledger_size(expected));
		if (ledger_take(&ledger, &arrivals->list[i].seen) != DECISION_SAME || !ledger_is_same(&ledger, expected))
			arrivals_fail(arrivals, arrivals_all(arrivals), &ledger, expected);
	}
}

/* Every ending of every set that has the last arrival is EXPECTED, which gets what the set of all comes to. The sets without it were
 * looked at before it was added. */
static void check_endings(const struct arrivals *arrivals, struct ledger *expected)
{
	for (unsigned set = 1u << (arrivals->n - 1); set <= arrivals_all(arrivals); set++) {
		const struct endings *endings = &arrivals->after[set];

		arrivals_judge(arrivals, set, expected);
		for (size_t i = 0; i < endings->n; i++)
			if (!ledger_is_same(endings->list[i].ledger, expected))
				arrivals_fail(arrivals, set, endings->list[i].ledger, expected);
	}
}

static void check_events(struct arrivals *arrivals)
{
	static struct ledger expected;

	check_endings(arrivals, &expected);
	check_repeats(arrivals, &expected);
	arrivals_count(arrivals);
}

START_TEST(events_end_alike_in_every_order)
{
	journals_each(&alphabets[_i], 0, check_events);
}
END_TEST

/* --- Rulings --------------------------------------------------------------------------------------------- */

static bool is_told_once(const struct arrivals *arrivals, size_t n, const char *status)
{
	size_t times = 0;

	for (size_t i = 0; i < n; i++)
		times += strcmp(arrivals->list[i].seen.status, status) == 0;
	return times == 1;
}

/* A ruling on event AT, beside the events. */
static void check_ruling(struct arrivals *arrivals, size_t at, enum ruling ruling)
{
	static struct ledger expected;
	const struct arrival arrival = { .seen = arrivals->list[at].seen, .ruling = ruling };

	arrivals_add(arrivals, &arrival);
	check_endings(arrivals, &expected);
	arrivals_count(arrivals);
	arrivals_drop(arrivals);
}

static void check_rulings(struct arrivals *arrivals)
{
	size_t n = arrivals->n;

	for (size_t at = 0; at < n; at++)
		for (enum ruling ruling = RULING_ADOPTED; ruling < RULING_MAX; ruling++)
			if (is_told_once(arrivals, n, arrivals->list[at].seen.status))
				check_ruling(arrivals, at, ruling);
}

START_TEST(a_ruling_ends_alike_wherever_it_is_given)
{
	journals_each(&alphabets[_i], 1, check_rulings);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("arrivals");
	TCase *tcase = tcase_create("arrivals");

	tcase_set_timeout(tcase, arrivals_exhausting() ? 0 : 180);
	tcase_add_loop_test(tcase, events_end_alike_in_every_order, 0, ARRAY_SIZE(alphabets));
	tcase_add_loop_test(tcase, a_ruling_ends_alike_wherever_it_is_given, 1, ARRAY_SIZE(alphabets));
	suite_add_tcase(suite, tcase);
	return suite;
}
