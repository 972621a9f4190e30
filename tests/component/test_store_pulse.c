/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the work stands, by few and cheap questions; and what of a store is stuck.
 * Component tests.
 */
#include "store/pulse.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
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

static struct pulse pulse_of(const int64_t *source_ids, size_t n)
{
	struct pulse pulse;

	ck_assert_msg(store_pulse(bed.store, source_ids, n, &pulse) == ERR_OK, "%s", store_error_text(bed.store));
	return pulse;
}

static struct pulse pulse(void)
{
	return pulse_of(&bed.source.id, 1);
}

static void store_unfolded(const char *claim, bool owes_read, struct wall received)
{
	struct hint hint = bed_blank(&bed);

	hint.external_id = claim;
	hint.owes_read = owes_read;
	hint.received = received;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_hint_add(bed.store, &hint);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

START_TEST(a_new_file_is_calm)
{
	struct pulse p = pulse();

	ck_assert_uint_eq(p.n_sources, 1);
	ck_assert_uint_eq(p.n_limited + p.n_locked_out + p.n_silent, 0);
	ck_assert_int_eq(p.pending + p.windows + p.violations, 0);
	ck_assert(!wall_is_set(p.pending_since));
	ck_assert(!wall_is_set(p.cursor));
	ck_assert(!wall_is_set(p.next_due));
}
END_TEST

START_TEST(pending_is_what_report_sources_says)
{
	bed_hint(&bed, "c1", WALL_NONE, at_s(5));
	bed_hint(&bed, "c1", WALL_NONE, at_s(9));
	bed_hint(&bed, "c2", WALL_NONE, at_s(3));
	store_unfolded("c3", true, at_s(7));
	store_unfolded("c4", false, at_s(1));
	ck_assert_int_eq(pulse().pending, 3);
	ck_assert_int_eq(pulse().pending_since.us, at_s(3).us);
	ck_assert_str_eq(bed_ask(&bed, "SELECT pending FROM report_sources"), "3");
	bed_settle(&bed, "c2", at_s(10));
	ck_assert_int_eq(pulse().pending, 2);
	ck_assert_int_eq(pulse().pending_since.us, at_s(5).us);
}
END_TEST

START_TEST(what_is_not_folded_yet_is_dated)
{
	struct wall since;

	ck_assert_int_eq(store_unfolded_since(bed.store, &since), ERR_OK);
	ck_assert(!wall_is_set(since));
	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	store_unfolded("rejected", false, at_s(1));
	ck_assert_int_eq(store_unfolded_since(bed.store, &since), ERR_OK);
	ck_assert(!wall_is_set(since));
	store_unfolded("c2", true, at_s(2));
	store_unfolded("c3", true, at_s(3));
	ck_assert_int_eq(store_unfolded_since(bed.store, &since), ERR_OK);
	ck_assert_int_eq(since.us, at_s(2).us);
}
END_TEST

START_TEST(states_cursors_and_violations_are_counted)
{
	struct source other;
	struct changes changes;
	struct seen seen = bed_seen("c1", "delivered_finish", 1, at_s(0));

	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	bed_apply(&bed, &seen, at_s(0), &changes);
	seen = bed_seen("c1", "no_such_status", 2, at_s(1));
	bed_apply(&bed, &seen, at_s(1), &changes);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_source(bed.store, "market", "shop", T0, &other), ERR_OK);
	bed.source.state = SOURCE_LIMITED;
	store_source_save(bed.store, &bed.source, "busy", T0);
	store_cursor_save(bed.store, bed.source.id, "x", 1, at_s(8));
	store_cursor_save(bed.store, other.id, "y", 1, at_s(4));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);

	struct pulse p = pulse_of((const int64_t[]){ bed.source.id, other.id }, 2);

	ck_assert_uint_eq(p.n_sources, 2);
	ck_assert_uint_eq(p.n_limited, 1);
	ck_assert_int_eq(p.cursor.us, at_s(4).us);
	ck_assert_int_eq(p.violations, 1);
	/* One that is no longer configured counts for nothing, but for its violations. */
	p = pulse_of(&other.id, 1);
	ck_assert_uint_eq(p.n_limited, 0);
	ck_assert_int_eq(p.pending, 0);
	ck_assert_int_eq(p.violations, 1);
}
END_TEST

START_TEST(windows_end_by_our_clock)
{
	struct changes changes;
	struct seen seen = bed_seen("c1", "ready_for_approval", 1, at_s(0));

	bed_hint(&bed, "c1", WALL_NONE, at_s(0));
	bed_apply(&bed, &seen, at_s(0), &changes);
	ck_assert_int_eq(pulse().windows, 1);
	ck_assert_int_eq(pulse().next_due.us, at_s(600).us);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	bed.source.skew_us = 60 * USEC_PER_SEC;
	store_source_save(bed.store, &bed.source, "", T0);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(pulse().next_due.us, at_s(540).us);
}
END_TEST

/* More of what is pending, of windows and of violations than anybody wants to read. */
START_TEST(nothing_is_counted_to_the_end_of_time)
{
	ck_assert_ptr_null(bed_try(&bed, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)"
	                                 " INSERT INTO shipment (source_id, external_id, first_seen_us, owed_since_us, via)"
	                                 " SELECT 1, 'c' || i, 1, i, 'callback' FROM n"));
	ck_assert_int_eq(pulse().pending, PULSE_COUNT_MAX);
	ck_assert_int_eq(pulse().pending_since.us, 1);
}
END_TEST

static const enum stmt questions[] = { STMT_PULSE_SOURCE, STMT_PULSE_INBOX, STMT_PULSE_VIOLATIONS, STMT_HINT_UNFOLDED };

/* Scanned is only what was found by an index. */
START_TEST(each_question_goes_by_an_index)
{
	char sql[2048];
	sqlite3_stmt *stmt = NULL;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", stmt_text(questions[_i]));
	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, sql, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);
		bool scans_table = strncmp(step, "SCAN ", 5) == 0 && !strstr(step, "subquery") && !strstr(step, " INDEX ") &&
		                   strcmp(step, "SCAN fold") != 0;

		ck_assert_msg(!scans_table, "%s", step);
	}
	sqlite3_finalize(stmt);
}
END_TEST

START_TEST(a_transaction_that_is_left_open_is_stuck)
{
	ck_assert(!store_is_stuck(bed.store));
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert(store_is_stuck(bed.store));
	store_rollback(bed.store);
	ck_assert(!store_is_stuck(bed.store));
}
END_TEST

START_TEST(a_question_that_is_left_open_is_stuck)
{
	struct report *report;
	bool any;

	ck_assert_int_eq(store_report(bed.store, REPORT_SOURCES, NULL, 0, &report), ERR_OK);
	ck_assert_int_eq(report_next(report, &any), ERR_OK);
	ck_assert(store_is_stuck(bed.store));
	report_free(report);
	ck_assert(!store_is_stuck(bed.store));
}
END_TEST

START_TEST(a_lock_of_somebody_else_is_not_stuck)
{
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(bed.path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store_begin(bed.store), ERR_BUSY);
	ck_assert(!store_is_stuck(bed.store));
	sqlite3_close(other);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("store_pulse");
	TCase *tcase = tcase_create("pulse");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_new_file_is_calm);
	tcase_add_test(tcase, pending_is_what_report_sources_says);
	tcase_add_test(tcase, what_is_not_folded_yet_is_dated);
	tcase_add_test(tcase, states_cursors_and_violations_are_counted);
	tcase_add_test(tcase, windows_end_by_our_clock);
	tcase_add_test(tcase, nothing_is_counted_to_the_end_of_time);
	tcase_add_loop_test(tcase, each_question_goes_by_an_index, 0, (int)ARRAY_SIZE(questions));
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("stuck");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_transaction_that_is_left_open_is_stuck);
	tcase_add_test(tcase, a_question_that_is_left_open_is_stuck);
	tcase_add_test(tcase, a_lock_of_somebody_else_is_not_stuck);
	suite_add_tcase(suite, tcase);
	return suite;
}
