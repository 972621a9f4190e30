/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By exhaustion: reads of a claim among the events of its journal change nothing of what the events end in.
 * Tests, unit ring. `make exhaust` goes further than `make check`.
 *
 * The theorem. Let a read say what the claim was in between two events of its journal, or after the last, however its own times
 * are kept. Then whatever the order in which reads and events arrive, once all events are in, the reports show what the events alone end
 * in: steps, verdicts, windows with their outcomes, open violations, the current and the reported status. And all the way there what is
 * reported is what the newest of those says that came in time, and what the history ends with.
 *
 * One revision does not tell the same status twice, here as at the upstream, which makes one of every change. Where it did, which of
 * the two had been read could not be told, and the other might get what the read knew.
 *
 * Before all events are in, the history can't but depend on what was read: a read may be many steps on, or come too late. Nor is it
 * part of this when an offer ends, which only reads tell, and one that comes too late tells nobody: see test_reconcile_order.c.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/journals.h"

/* How a claim may read between an event and the next. */
static const struct form {
	int64_t revisions; /* behind the event's, unless the next event has the same */
	int64_t us;
	bool own_time;     /* it does not tell when the status was entered, but for the time of its own */
	bool versioned;
} forms[] = {
	{ 0, 0, false, true },                /* the event's own change */
	{ 0, SECONDS(-0.5), true, true },     /* the same by another clock, as who keeps claims and who writes the journal may be two */
	{ 0, SECONDS(0.5), true, true },
	{ 1, SECONDS(1), false, true },       /* some other change since */
	{ 1, SECONDS(1), true, false },
};

static const char *const approval[] = { "estimating", "ready_for_approval", "accepted", "failed", NULL };

/* Between two events there is room for a read. */
#define SOON { 2, SECONDS(2) }
#define LATE { 2, SECONDS(700) }
#define SAME_REVISION { 0, SECONDS(2) }

static const struct alphabet alphabets[] = {
	{ "walks", NULL, 0, true, { SOON }, 1, POLICY_HOLD, SECONDS(300), 3, 5 },
	{ "all words", NULL, ANY_WORDS, true, { SOON }, 1, POLICY_HOLD, SECONDS(300), 2, 3 },
	{ "approval", approval, ANY_WORDS, true, { SOON, LATE }, 2, POLICY_HOLD, SECONDS(36000), 3, 4 },
	{ "approval, flagged", approval, ANY_WORDS, true, { SOON, LATE }, 2, POLICY_FLAG, SECONDS(300), 2, 4 },
	{ "keys", approval, ANY_WORDS, true, { SOON, SAME_REVISION }, 2, POLICY_HOLD, SECONDS(300), 3, 4 },
};

/* Each estimate but the first is of an edit, which makes a new version. */
static int64_t version_after(const struct arrivals *arrivals, size_t at)
{
	int64_t version = 0;

	for (size_t i = 0; i <= at; i++)
		version += i == 0 || strcmp(arrivals->list[i].seen.status, "estimating") == 0;
	return version;
}

/* The claim as it stood between event AT and the next. */
static struct arrival make_read(const struct arrivals *arrivals, size_t n_events, size_t at, const struct form *form)
{
	const struct seen *event = &arrivals->list[at].seen;
	bool same_revision = at + 1 < n_events && arrivals->list[at + 1].seen.key.revision == event->key.revision;
	struct arrival arrival = { .seen = make_snapshot(event->status, event->key.revision, 0) };
	struct seen *seen = &arrival.seen;

	seen->key.revision += same_revision ? 0 : form->revisions;
	seen->key.updated = wall_add(event->key.updated, form->us);
	seen->entered = form->own_time ? seen->key.updated : event->entered;
	seen->version = form->versioned ? version_after(arrivals, at) : NUMBER_NONE;
	return arrival;
}

/* The newest that LEDGER knows of is what it reports, and what its history ends with, held or not; and no event of SET is newer. A read
 * that is newer may be: one that is illegal counts only when a second one says the same. */
static bool knows_newest(const struct arrivals *arrivals, unsigned set, const struct ledger *ledger)
{
	const struct shipment *shipment = &ledger->shipment;
	const char *newest = "";

	for (size_t i = 0; i < arrivals->n; i++) {
		const struct seen *seen = &arrivals->list[i].seen;
		int cmp = order_key_cmp(&seen->key, &shipment->newest);

		if (!(set >> i & 1))
			continue;
		if (cmp > 0 && !seen->snapshot)
			return false;
		if (cmp == 0)
			newest = seen->status;
	}
	return strcmp(shipment->reported, newest) == 0 &&
	       (ledger->n == 0 || strcmp(ledger->steps[ledger->n - 1].status, newest) == 0);
}

static void check_endings(const struct arrivals *arrivals, size_t n_events, const struct ledger *expected)
{
	unsigned events = (1u << n_events) - 1;

	for (unsigned set = 1u << (arrivals->n - 1); set <= arrivals_all(arrivals); set++) {
		const struct endings *endings = &arrivals->after[set];

		for (size_t i = 0; i < endings->n; i++) {
			const struct ledger *ledger = endings->list[i].ledger;
			bool is_whole = (set & events) == events;

			if (!knows_newest(arrivals, set, ledger) || (is_whole && !ledger_shows_same(ledger, expected)))
				arrivals_fail(arrivals, set, ledger, expected);
		}
	}
}

/* Adds up to N_MORE reads, none of which is before read FROM of all that there are. */
static void add_reads(struct arrivals *arrivals, size_t n_events, size_t from, size_t n_more)
{
	static struct ledger expected;

	for (size_t i = from; n_more > 0 && i < n_events * ARRAY_SIZE(forms); i++) {
		struct arrival read = make_read(arrivals, n_events, i / ARRAY_SIZE(forms), &forms[i % ARRAY_SIZE(forms)]);

		arrivals_add(arrivals, &read);
		arrivals_judge(arrivals, (1u << n_events) - 1, &expected);
		check_endings(arrivals, n_events, &expected);
		arrivals_count(arrivals);
		add_reads(arrivals, n_events, i, n_more - 1);
		arrivals_drop(arrivals);
	}
}

static bool tells_twice(const struct arrivals *arrivals)
{
	for (size_t i = 0; i < arrivals->n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct seen *a = &arrivals->list[i].seen;
			const struct seen *b = &arrivals->list[j].seen;

			if (a->key.revision == b->key.revision && strcmp(a->status, b->status) == 0)
				return true;
		}
	return false;
}

static void check_one_read(struct arrivals *arrivals)
{
	if (!tells_twice(arrivals))
		add_reads(arrivals, arrivals->n, 0, 1);
}

static void check_two_reads(struct arrivals *arrivals)
{
	if (!tells_twice(arrivals))
		add_reads(arrivals, arrivals->n, 0, 2);
}

START_TEST(a_read_changes_nothing_that_the_events_say)
{
	journals_each(&alphabets[_i], 0, check_one_read);
}
END_TEST

START_TEST(two_reads_change_nothing_that_the_events_say)
{
	journals_each(&alphabets[_i], 1, check_two_reads);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("arrivals_reads");
	TCase *tcase = tcase_create("reads");

	tcase_set_timeout(tcase, arrivals_exhausting() ? 0 : 180);
	tcase_add_loop_test(tcase, a_read_changes_nothing_that_the_events_say, 0, ARRAY_SIZE(alphabets));
	tcase_add_loop_test(tcase, two_reads_change_nothing_that_the_events_say, 0, ARRAY_SIZE(alphabets));
	suite_add_tcase(suite, tcase);
	return suite;
}
