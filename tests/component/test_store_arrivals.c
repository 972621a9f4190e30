/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By exhaustion: whatever the order in which the events of a claim are stored, the reports show the same.
 * Component tests. `make exhaust` goes further than `make check`.
 *
 * What tests/unit/test_arrivals.c shows of the model, this shows of the file: that what store_timeline() loads of a history is
 * enough, and that what store_apply() leaves is what was judged. Each order of a set of events has a claim of its own; all of them must
 * read like the events judged at once, in the upstream's own order. Violations that healed on the way are dismissed by claimd and
 * no part of that: one order has had them, another has not.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "expected.h"
#include "store_bed.h"
#include "tests/suite.h"

#define EVENTS_MAX 6
#define OPERATION_FIRST 80

/* Sets of one transaction. */
#define SETS_MAX 64

/* From one event to the next. */
struct gap {
	int64_t revisions;
	int64_t seconds;
};

/* Sets of up to LENGTH events, of any of the words and gaps. */
struct alphabet {
	const char *name;
	const char *words[6];
	size_t n_words;
	struct gap gaps[3];
	size_t n_gaps;
	enum policy policy;
	bool read; /* one read is among the events, of the last of them */
	size_t length;
	size_t exhausting;
};

static const struct alphabet alphabets[] = {
	{ "approval", { "estimating", "ready_for_approval", "accepted", "failed", "teleported" }, 5, { { 1, 1 }, { 1, 700 } }, 2,
	  POLICY_HOLD, false, 3, 4 },
	{ "approval, flagged", { "estimating", "ready_for_approval", "accepted" }, 3, { { 1, 1 }, { 1, 700 } }, 2,
	  POLICY_FLAG, false, 3, 4 },
	{ "approval, read", { "estimating", "ready_for_approval", "accepted" }, 3, { { 1, 1 }, { 1, 700 } }, 2,
	  POLICY_HOLD, true, 2, 4 },
	{ "keys", { "ready_for_approval", "accepted" }, 2, { { 1, 1 }, { 0, 1 }, { 0, 0 } }, 3, POLICY_HOLD, false, 3, 4 },
	{ "ends", { "returning", "cancelled", "return_arrived", "delivered" }, 4, { { 1, 1 } }, 1, POLICY_HOLD, false, 3, 5 },
};

static struct bed bed;
static sqlite3 *eyes;

static void setup(void)
{
	bed_open(&bed);
	ck_assert_int_eq(sqlite3_open_v2(bed.path, &eyes, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
}

static void teardown(void)
{
	sqlite3_close(eyes);
	bed_close(&bed);
}

static bool is_exhausting(void)
{
	return getenv("EXHAUST") != NULL;
}

static struct wall now(void)
{
	return bed_at(36000);
}

/* --- Sets of events -------------------------------------------------------------------------------------- */

struct set {
	struct seen seen[EVENTS_MAX];
	size_t n; /* the read included, which is the last */
	size_t n_events;
};

/* The set that NUMBER stands for, digit by digit; false when it has more of them. */
static bool make_set(const struct alphabet *alphabet, size_t n, size_t number, struct set *ret)
{
	struct order_key key = { .revision = 1, .updated = bed_at(0) };

	*ret = (struct set){ .n = n, .n_events = n };
	for (size_t i = 0; i < n; i++) {
		const struct gap *gap = &alphabet->gaps[number % alphabet->n_gaps];

		if (i > 0) {
			number /= alphabet->n_gaps;
			key.revision += gap->revisions;
			key.updated = wall_add(key.updated, gap->seconds * USEC_PER_SEC);
		}
		ret->seen[i] = bed_seen("", alphabet->words[number % alphabet->n_words], key.revision, key.updated);
		ret->seen[i].model = &model_claims;
		ret->seen[i].snapshot = false;
		ret->seen[i].version = NUMBER_NONE;
		ret->seen[i].operation_id = OPERATION_FIRST + (int64_t)i;
		number /= alphabet->n_words;
	}
	if (alphabet->read) {
		ret->seen[n] = ret->seen[n - 1];
		ret->seen[n].snapshot = true;
		ret->seen[n].operation_id = NUMBER_NONE;
		ret->n++;
	}
	return number == 0;
}

/* --- What is expected, and what is there ----------------------------------------------------------------- */

static void describe_window(const struct step *step, struct buf *text)
{
	const struct window *window = &step->window;

	if (window->rule)
		ck_assert_int_eq(buf_addf(text, " %s %" PRId64 " %" PRId64 " %" PRId64 " %s", window->rule->kind, window->opened.us,
		                          window->due.us, wall_is_set(window->closed) ? window->closed.us : 0,
		                          outcome_text(window->outcome)), ERR_OK);
}

static void describe_step(const struct step *step, struct buf *text)
{
	if (step->verdict == VERDICT_SAME)
		return;
	ck_assert_int_eq(buf_addf(text, "\n%" PRId64 " %" PRId64 " %s %s %s %" PRId64, step->seq, step->operation_id, step->from,
	                          step->status, verdict_text(step->verdict), step->entered.us), ERR_OK);
	describe_window(step, text);
	if (step->violation != VIOLATION_NONE)
		ck_assert_int_eq(buf_addf(text, " %s", violation_text(step->violation)), ERR_OK);
}

/* The events judged at once, in the words of the statement below. */
static void describe_set(const struct alphabet *alphabet, const struct set *set, struct buf *text)
{
	struct step steps[EVENTS_MAX];
	struct standing end;

	for (size_t i = 0; i < set->n_events; i++)
		steps[i] = expected_step(&set->seen[i]);
	timeline_judge(&model_claims, alphabet->policy, now(), steps, set->n_events, false, &end);
	ck_assert_int_eq(buf_addf(text, "%s %s", end.name, set->seen[set->n_events - 1].status), ERR_OK);
	for (size_t i = 0; i < set->n_events; i++)
		describe_step(&steps[i], text);
}

static const char stored_sql[] =
	"SELECT s.external_id, coalesce(s.status, '') || ' ' || s.reported_status || ("
	" SELECT group_concat(line, '') FROM (SELECT char(10) || h.seq || ' ' || h.operation_id || ' ' || coalesce(h.from_status, '') ||"
	"  ' ' || h.status || ' ' || h.verdict || ' ' || h.at_us ||"
	"  coalesce(' ' || w.kind || ' ' || w.opened_us || ' ' || w.due_us || ' ' || coalesce(w.closed_us, 0) || ' ' || w.outcome, '') ||"
	"  coalesce(' ' || v.kind, '') AS line"
	" FROM history h LEFT JOIN window w ON w.history_id = h.id LEFT JOIN violation v ON v.history_id = h.id AND v.state = 'open'"
	" WHERE h.shipment_id = s.id AND h.verdict <> 'same' ORDER BY h.seq))"
	" FROM shipment s WHERE s.id > ?1 ORDER BY s.id";

/* Every claim behind AFTER, whose name begins with its set's number, reads like its set. Returns how many there are. */
static size_t check_stored(const struct buf *expected, int64_t after)
{
	sqlite3_stmt *stmt;
	size_t n = 0;

	ck_assert_int_eq(sqlite3_prepare_v2(eyes, stored_sql, -1, &stmt, NULL), SQLITE_OK);
	sqlite3_bind_int64(stmt, 1, after);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *claim = (const char *)sqlite3_column_text(stmt, 0);
		const char *text = (const char *)sqlite3_column_text(stmt, 1);
		const char *want = expected[strtoul(claim, NULL, 10) % SETS_MAX].data;

		if (!text || strcmp(text, want) != 0)
			ck_abort_msg("claim %s:\n%s\nexpected:\n%s", claim, text ? text : "nothing", want);
		n++;
	}
	sqlite3_finalize(stmt);
	return n;
}

/* --- Every order ----------------------------------------------------------------------------------------- */

static void exchange(size_t *a, size_t *b)
{
	size_t c = *a;

	*a = *b;
	*b = c;
}

/* The order after ORDER, as in a dictionary; false behind the last. */
static bool next_order(size_t *order, size_t n)
{
	size_t i = n - 1;
	size_t j = n - 1;

	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] < order[i - 1])
		j--;
	exchange(&order[i - 1], &order[j]);
	for (j = n - 1; i < j; i++, j--)
		exchange(&order[i], &order[j]);
	return true;
}

static void store_order(const struct alphabet *alphabet, const struct set *set, const size_t *order, const char *claim)
{
	struct changes changes;

	for (size_t i = 0; i < set->n; i++) {
		struct seen seen = set->seen[order[i]];

		snprintf(seen.external_id, sizeof(seen.external_id), "%s", claim);
		bed_take(&bed, alphabet->policy, &seen, now(), &changes);
	}
}

static size_t store_orders(const struct alphabet *alphabet, const struct set *set, size_t number)
{
	size_t order[EVENTS_MAX];
	size_t n = 0;
	char claim[32];

	for (size_t i = 0; i < set->n; i++)
		order[i] = i;
	do {
		snprintf(claim, sizeof(claim), "%zu-%zu", number, n++);
		store_order(alphabet, set, order, claim);
	} while (next_order(order, set->n));
	return n;
}

/* Sets that are stored together, and then looked at. */
struct batch {
	struct buf expected[SETS_MAX]; /* of each set, at its number's place */
	size_t n;
	size_t n_claims;
	int64_t after;   /* the last shipment before */

	/* Of all batches. */
	size_t n_sets;
	size_t n_orders;
};

static void batch_end(struct batch *batch)
{
	ck_assert_msg(store_commit(bed.store) == ERR_OK, "%s", store_error_text(bed.store));
	ck_assert_uint_eq(check_stored(batch->expected, batch->after), batch->n_claims);
	for (size_t i = 0; i < batch->n; i++)
		buf_done(&batch->expected[i]);
	batch->n_orders += batch->n_claims;
	batch->n = batch->n_claims = 0;
	batch->after = strtoll(bed_ask(&bed, "SELECT max(id) FROM shipment"), NULL, 10);
}

static void batch_add(struct batch *batch, const struct alphabet *alphabet, const struct set *set)
{
	if (batch->n == 0)
		ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	describe_set(alphabet, set, &batch->expected[batch->n]);
	batch->n_claims += store_orders(alphabet, set, batch->n_sets);
	batch->n_sets++;
	if (++batch->n == SETS_MAX)
		batch_end(batch);
}

START_TEST(events_read_alike_in_every_order)
{
	static struct batch batch;
	const struct alphabet *alphabet = &alphabets[_i];
	struct set set;

	for (size_t n = 1; n <= (is_exhausting() ? alphabet->exhausting : alphabet->length); n++)
		for (size_t number = 0; make_set(alphabet, n, number, &set); number++)
			batch_add(&batch, alphabet, &set);
	if (batch.n > 0)
		batch_end(&batch);
	if (is_exhausting())
		printf("%s, stored: %zu sets, %zu orders\n", alphabet->name, batch.n_sets, batch.n_orders);
	fflush(stdout);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("store_arrivals");
	TCase *tcase = tcase_create("arrivals");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, is_exhausting() ? 0 : 180);
	tcase_add_loop_test(tcase, events_read_alike_in_every_order, 0, ARRAY_SIZE(alphabets));
	suite_add_tcase(suite, tcase);
	return suite;
}
