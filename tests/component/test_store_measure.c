/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What metrics ask the store: that the numbers are right, and that none costs more the longer the histories grow.
 * Component tests.
 */
#include "store/measure.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

static void run(const char *sql)
{
	const char *error = bed_try(&bed, sql);

	ck_assert_msg(!error, "%s: %s", sql, error);
}

static struct source_measure measure(void)
{
	struct source_measure measure;

	ck_assert_int_eq(store_measure_source(bed.store, bed.source.id, &measure), ERR_OK);
	return measure;
}

static void see(const char *claim, const char *status, int64_t revision)
{
	struct seen seen = bed_seen(claim, status, revision, at_s(revision));

	bed_apply(&bed, &seen, at_s(revision), NULL);
}

/* --- A source ----------------------------------------------------------------------------------------------------------- */

START_TEST(a_new_source_has_nothing_and_knows_little)
{
	struct source_measure m = measure();

	ck_assert_str_eq(m.state, "ok");
	ck_assert_int_eq(m.skew_us, NUMBER_NONE);
	ck_assert_int_eq(m.pending, 0);
	ck_assert(!wall_is_set(m.pending_since) && !wall_is_set(m.cursor_read));
	ck_assert_int_eq(m.journal_events + m.gaps_healed + m.gaps_open, 0);
	ck_assert_int_eq(store_measure_source(bed.store, 99, &m), ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_source_is_measured_as_its_report_says)
{
	struct hint hint = bed_blank(&bed);

	hint.owes_read = true;
	hint.external_id = "unfolded";
	hint.received = at_s(3);
	bed_hint(&bed, "folded", WALL_NONE, at_s(5));
	bed_hint(&bed, "served", WALL_NONE, at_s(1));
	bed_settle(&bed, "served", at_s(2));
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_hint_add(bed.store, &hint);
	hint.owes_read = false;
	store_hint_add(bed.store, &hint);
	store_cursor_save(bed.store, bed.source.id, "c", 42, at_s(7));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	run("UPDATE source SET silent = 1, skew_us = -2500000");

	struct source_measure m = measure();

	ck_assert_str_eq(m.state, "silent");
	ck_assert_int_eq(m.skew_us, -2500000);
	ck_assert_int_eq(m.pending, 2);
	ck_assert_int_eq(m.pending_since.us, at_s(3).us);
	ck_assert_int_eq(m.cursor_read.us, at_s(7).us);
	ck_assert_int_eq(m.journal_events, 42);
	ck_assert_str_eq(bed_ask(&bed, "SELECT pending || ' ' || journal_events || ' ' || state FROM report_sources"), "2 42 silent");
	run("UPDATE source SET state = 'locked_out'");
	ck_assert_str_eq(measure().state, "locked_out");
}
END_TEST

START_TEST(what_pends_is_its_own_sources)
{
	bed_hint(&bed, "c1", WALL_NONE, at_s(5));
	run("INSERT INTO source (kind, name, since_us) VALUES ('delivery', 'other', 1);"
	    "INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	    " SELECT id, 'callback', 1, 'c2', 1, 0, 0 FROM source WHERE name = 'other'");
	ck_assert_int_eq(measure().pending, 1);
	ck_assert_int_eq(measure().pending_since.us, at_s(5).us);
}
END_TEST

START_TEST(of_hints_that_are_not_folded_the_next_ten_thousand_count)
{
	run("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)"
	    " INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	    " SELECT 1, 'callback', 1, 'c' || i, 1000 + i, 0, 0 FROM n");
	ck_assert_int_eq(measure().pending, 10000);
	ck_assert_int_eq(measure().pending_since.us, 1001);
	ck_assert_str_eq(bed_ask(&bed, "SELECT pending FROM report_sources"), "10500");
}
END_TEST

/* --- What is counted as it comes about --------------------------------------------------------------------------------- */

START_TEST(what_waits_for_a_read_is_counted_when_it_begins_ends_and_goes)
{
	static const char counted[] = "SELECT owed FROM source";

	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	bed_hint(&bed, "c1", WALL_NONE, at_s(1));
	bed_hint(&bed, "c2", WALL_NONE, at_s(2));
	ck_assert_str_eq(bed_ask(&bed, counted), "2");
	bed_settle(&bed, "c1", at_s(3));
	bed_settle(&bed, "c1", at_s(4));
	ck_assert_str_eq(bed_ask(&bed, counted), "1");
	bed_hint(&bed, "c1", WALL_NONE, at_s(5));
	ck_assert_str_eq(bed_ask(&bed, counted), "2");
	run("DELETE FROM shipment WHERE external_id = 'c2'");
	ck_assert_str_eq(bed_ask(&bed, counted), "1");
	ck_assert_int_eq(measure().pending, 1);
	ck_assert_int_eq(measure().pending_since.us, at_s(5).us);
}
END_TEST

START_TEST(gaps_are_counted_when_they_open_heal_and_go)
{
	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	bed_hint(&bed, "c2", WALL_NONE, at_s(0));
	see("c1", "new", 1);
	see("c1", "performer_found", 13);
	see("c2", "new", 1);
	see("c2", "accepted", 20);
	ck_assert_int_eq(measure().gaps_open, 2);
	run("UPDATE history SET verdict = 'same' WHERE verdict = 'gap' AND status = 'accepted'");
	ck_assert_int_eq(measure().gaps_open, 1);
	ck_assert_int_eq(measure().gaps_healed, 1);
	run("UPDATE history SET verdict = 'gap' WHERE status = 'accepted'");
	ck_assert_int_eq(measure().gaps_open, 2);
	run("UPDATE history SET verdict = 'gap' WHERE status = 'accepted'");
	ck_assert_int_eq(measure().gaps_open, 2);
	run("DELETE FROM price; DELETE FROM history WHERE status = 'performer_found'");
	ck_assert_int_eq(measure().gaps_open, 1);
}
END_TEST

static int64_t ended(enum act_kind kind, enum action_result result)
{
	int64_t n = -1;

	ck_assert_int_eq(store_measure_results(bed.store, kind, result, &n), ERR_OK);
	return n;
}

static int64_t add_action(enum act_kind kind)
{
	const struct action_wish wish = {
		.source_id = NUMBER_NONE,
		.shipment_id = NUMBER_NONE,
		.kind = kind,
		.target_id = NUMBER_NONE,
		.version = NUMBER_NONE,
		.requested_by = "uid:0",
	};
	int64_t id;

	store_action_add(bed.store, &wish, at_s(0), &id);
	return id;
}

static void do_action(enum act_kind kind, enum action_result result)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_action_end(bed.store, add_action(kind), &(struct action_end){ .result = result }, at_s(1));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

START_TEST(ended_actions_are_counted_for_good)
{
	ck_assert_int_eq(ended(ACT_PRUNE, ACTION_DONE), 0);
	do_action(ACT_PRUNE, ACTION_DONE);
	do_action(ACT_PRUNE, ACTION_DONE);
	do_action(ACT_RETRY, ACTION_REFUSED);
	run("DELETE FROM action");
	ck_assert_int_eq(ended(ACT_PRUNE, ACTION_DONE), 2);
	ck_assert_int_eq(ended(ACT_RETRY, ACTION_REFUSED), 1);
	ck_assert_int_eq(ended(ACT_RETRY, ACTION_DONE), 0);
}
END_TEST

START_TEST(an_end_that_is_undone_does_not_count)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_action_end(bed.store, add_action(ACT_PRUNE), &(struct action_end){ .result = ACTION_DONE }, at_s(1));
	store_rollback(bed.store);
	ck_assert_int_eq(ended(ACT_PRUNE, ACTION_DONE), 0);
}
END_TEST

START_TEST(actions_are_open_until_they_end)
{
	int64_t n = -1;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	add_action(ACT_PRUNE);
	add_action(ACT_PROBE);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	do_action(ACT_PRUNE, ACTION_DONE);
	ck_assert_int_eq(store_measure_actions(bed.store, ACT_PRUNE, &n), ERR_OK);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(store_measure_actions(bed.store, ACT_ACCEPT, &n), ERR_OK);
	ck_assert_int_eq(n, 0);
}
END_TEST

/* --- What is counted where it stands ------------------------------------------------------------------------------------ */

START_TEST(windows_are_open_and_some_of_them_warned_of)
{
	struct window_measure windows;

	for (int i = 0; i < 3; i++) {
		char claim[8];

		snprintf(claim, sizeof(claim), "c%d", i);
		bed_hint(&bed, claim, WALL_NONE, at_s(0));
		see(claim, "ready_for_approval", 1);
	}
	see("c0", "accepted", 2);
	run("UPDATE window SET warned = 1 WHERE history_id <= 2");
	ck_assert_int_eq(store_measure_windows(bed.store, bed.source.id, &model_claims, "approval", &windows), ERR_OK);
	ck_assert_int_eq(windows.open, 2);
	ck_assert_int_eq(windows.warned, 1);
	ck_assert_int_eq(store_measure_windows(bed.store, bed.source.id, &model_claims, "payment", &windows), ERR_OK);
	ck_assert_int_eq(windows.open + windows.warned, 0);
	ck_assert_int_eq(store_measure_windows(bed.store, bed.source.id, &model_dbs, "approval", &windows), ERR_OK);
	ck_assert_int_eq(windows.open + windows.warned, 0);
	ck_assert_int_eq(store_measure_windows(bed.store, bed.source.id + 1, &model_claims, "approval", &windows), ERR_OK);
	ck_assert_int_eq(windows.open + windows.warned, 0);
}
END_TEST

START_TEST(violations_are_open_by_their_kind)
{
	int64_t n;

	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	see("c1", "new", 1);
	see("c1", "no_such_status", 2);
	see("c1", "another_one", 3);
	run("UPDATE violation SET state = 'dismissed' WHERE id = 1");
	ck_assert_int_eq(store_measure_violations(bed.store, VIOLATION_UNKNOWN_STATUS, &n), ERR_OK);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(store_measure_violations(bed.store, VIOLATION_CONFLICT, &n), ERR_OK);
	ck_assert_int_eq(n, 0);
}
END_TEST

START_TEST(messages_wait_and_fail_by_their_channel)
{
	struct outbox_measure outbox;

	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	run("INSERT INTO outbox (channel, kind, message_id, summary, body, created_us, due_us, tries, logged, shipment_id) VALUES"
	    " ('alert', 'k', 'm1', '', '{}', 1, 1, 0, 0, NULL), ('alert', 'k', 'm2', '', '{}', 1, 1, 2, 1, 1),"
	    " ('alert', 'k', 'm3', '', '{}', 1, 1, 0, 1, NULL), ('forward', 'k', 'm4', '', '{}', 1, NULL, 0, 0, 1)");
	ck_assert_int_eq(store_measure_outbox(bed.store, CHANNEL_ALERT, &outbox), ERR_OK);
	ck_assert_int_eq(outbox.waiting, 3);
	ck_assert_int_eq(outbox.failing, 1);
	ck_assert_int_eq(store_measure_outbox(bed.store, CHANNEL_FORWARD, &outbox), ERR_OK);
	ck_assert_int_eq(outbox.waiting, 1);
	ck_assert_int_eq(outbox.failing, 0);
}
END_TEST

START_TEST(the_disk_has_a_size_and_room)
{
	int64_t bytes, free_bytes;

	ck_assert_int_eq(store_measure_disk(bed.store, &bytes, &free_bytes), ERR_OK);
	ck_assert_int_gt(free_bytes, 0);
	ck_assert_int_ge(bytes, free_bytes);
}
END_TEST

/* --- What it costs ------------------------------------------------------------------------------------------------------ */

/* All that a page of metrics asks. */
static void measure_all(void)
{
	struct window_measure windows;
	struct outbox_measure outbox;
	int64_t a;

	measure();
	ck_assert_int_eq(store_source_unanswered(bed.store, bed.source.id, T0, &a), ERR_OK);
	ck_assert_int_eq(store_measure_windows(bed.store, bed.source.id, &model_claims, "approval", &windows), ERR_OK);
	ck_assert_int_eq(store_measure_violations(bed.store, VIOLATION_ILLEGAL_TRANSITION, &a), ERR_OK);
	ck_assert_int_eq(store_measure_actions(bed.store, ACT_ACCEPT, &a), ERR_OK);
	ck_assert_int_eq(store_measure_results(bed.store, ACT_ACCEPT, ACTION_DONE, &a), ERR_OK);
	for (enum channel channel = 0; channel < CHANNEL_MAX; channel++)
		ck_assert_int_eq(store_measure_outbox(bed.store, channel, &outbox), ERR_OK);
	ck_assert_int_eq(store_size(bed.store, &(struct store_size){ 0 }), ERR_OK);
}

/* Instructions of SQLite's machine that these statements have run since they were asked last. */
static long long count_steps(void)
{
	long long n = 0;

	for (size_t i = 0; i < STMT_MAX; i++)
		if (bed.store->prepared[i])
			n += sqlite3_stmt_status(bed.store->prepared[i], SQLITE_STMTSTATUS_VM_STEP, 1);
	return n;
}

/* N claims that have ended long ago, with all that may be left of such. */
static void add_past(int n)
{
	char sql[2048];

	snprintf(sql, sizeof(sql),
	         "BEGIN;"
	         "CREATE TEMP TABLE old AS"
	         " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n;"
	         "INSERT INTO shipment (source_id, model, external_id, first_seen_us, via, updated_us)"
	         " SELECT 1, 'claims', 'old' || i, 1, 'callback', 1 FROM old;"
	         "INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	         " SELECT s.id, i, i, i, i, 'callback', 'new', 0, iif(i = 2, 'gap', 'first'), i"
	         " FROM shipment s, (SELECT i FROM old LIMIT 5) WHERE s.external_id LIKE 'old%%';"
	         "INSERT INTO window (history_id, source_id, kind, opened_us, due_us, closed_us, outcome)"
	         " SELECT id, 1, 'approval', 1, 2, 2, 'met' FROM history WHERE seq = 3;"
	         "INSERT INTO violation (history_id, kind, state)"
	         " SELECT id, 'illegal_transition', 'dismissed' FROM history WHERE seq = 3;"
	         "INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	         " SELECT 1, 'callback', 1, 'old' || i, 1, 0, 0 FROM old;"
	         "UPDATE fold SET inbox_id = (SELECT max(id) FROM inbox);"
	         "INSERT INTO action (source_id, kind, requested_us, requested_by, state, finished_us, result)"
	         " SELECT 1, 'accept', 1, 'policy', 'ended', 1, 'done' FROM old;"
	         "COMMIT", n);
	run(sql);
}

START_TEST(no_measure_costs_more_the_longer_the_histories_grow)
{
	long long before;

	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	see("c1", "ready_for_approval", 1);
	measure_all();
	count_steps();
	measure_all();
	before = count_steps();
	add_past(5000);
	measure_all();
	count_steps();
	measure_all();
	ck_assert_int_eq(count_steps(), before);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM history"), "25001");
	ck_assert_int_eq(measure().gaps_open, 5000);
}
END_TEST

static const enum stmt measures[] = {
	STMT_MEASURE_SOURCE, STMT_MEASURE_OWED, STMT_MEASURE_UNFOLDED, STMT_MEASURE_WINDOWS, STMT_MEASURE_VIOLATIONS,
	STMT_MEASURE_ACTIONS, STMT_MEASURE_RESULTS, STMT_MEASURE_ALERTS, STMT_MEASURE_FORWARDS, STMT_MEASURE_FAILING,
	STMT_SOURCE_UNANSWERED,
};

/* What is open or waits is few, and may be walked through, as the next few hints may; the fold has one row. */
static bool is_cheap(const char *step)
{
	static const char *const cheap[] = {
		"SEARCH ", "SCALAR SUBQUERY", "SCAN CONSTANT ROW", "SCAN fold", "SCAN action USING INDEX action_due",
		"SCAN outbox USING COVERING INDEX ", "SCAN outbox USING INDEX outbox_unlogged", "CO-ROUTINE ", "SCAN (subquery",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cheap); i++)
		if (strncmp(step, cheap[i], strlen(cheap[i])) == 0)
			return true;
	return false;
}

START_TEST(every_measure_goes_by_an_index)
{
	const char *sql = stmt_text(measures[_i]);
	char explain[1024];
	sqlite3_stmt *stmt = NULL;

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, explain, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);

		ck_assert_msg(is_cheap(step), "%s: %s", sql, step);
	}
	sqlite3_finalize(stmt);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("store_measure");
	TCase *tcase = tcase_create("measure");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_new_source_has_nothing_and_knows_little);
	tcase_add_test(tcase, a_source_is_measured_as_its_report_says);
	tcase_add_test(tcase, what_pends_is_its_own_sources);
	tcase_add_test(tcase, of_hints_that_are_not_folded_the_next_ten_thousand_count);
	tcase_add_test(tcase, what_waits_for_a_read_is_counted_when_it_begins_ends_and_goes);
	tcase_add_test(tcase, gaps_are_counted_when_they_open_heal_and_go);
	tcase_add_test(tcase, ended_actions_are_counted_for_good);
	tcase_add_test(tcase, an_end_that_is_undone_does_not_count);
	tcase_add_test(tcase, actions_are_open_until_they_end);
	tcase_add_test(tcase, windows_are_open_and_some_of_them_warned_of);
	tcase_add_test(tcase, violations_are_open_by_their_kind);
	tcase_add_test(tcase, messages_wait_and_fail_by_their_channel);
	tcase_add_test(tcase, the_disk_has_a_size_and_room);
	tcase_add_test(tcase, no_measure_costs_more_the_longer_the_histories_grow);
	tcase_add_loop_test(tcase, every_measure_goes_by_an_index, 0, (int)ARRAY_SIZE(measures));
	suite_add_tcase(suite, tcase);
	return suite;
}
