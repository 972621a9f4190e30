/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reports that claimctl asks for beside the views as they are: what is on its way, what is new, a day in numbers; and that those
 * which are asked often look through no table that grows.
 * Component tests.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })
#define T0_TEXT "1790000000000000"

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open(&bed);
}

static void setup_market(void)
{
	bed_open_market(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

/* --- Short ways ---------------------------------------------------------------------------------------------------- */

/* CLAIM's next status, seen at that second. */
static void see(const char *claim, const char *status, int64_t revision, int64_t second)
{
	struct seen seen = bed_seen(claim, status, revision, at_s(second));

	bed_apply(&bed, &seen, at_s(second), NULL);
}

static void see_twice(const char *claim, const char *status, int64_t revision, int64_t second)
{
	see(claim, status, revision, second);
	see(claim, status, revision, second);
}

static void see_order(const char *order, int64_t campaign_id, const char *status, int64_t second)
{
	struct hint push = bed_push(&bed, order, campaign_id, status, at_s(second));
	struct seen seen = bed_order(order, status, at_s(second));

	bed_fold(&bed, &push);
	bed_apply(&bed, &seen, at_s(second), NULL);
}

/* The rows of a report with one argument, or none, "a b c; d e f", and "-" for NULL. Good until the next call. */
static const char *rows_of(enum report_query query, const char *arg)
{
	static char text[2048];
	struct report *report CLEANUP(report_cleanup) = NULL;
	FILE *out = fmemopen(text, sizeof(text), "w");
	bool any = false;

	text[0] = '\0';
	ck_assert_int_eq(store_report(bed.store, query, &arg, arg != NULL, &report), ERR_OK);
	for (int row = 0; report_next(report, &any) == ERR_OK && any; row++) {
		fputs(row > 0 ? "; " : "", out);
		for (size_t i = 0; i < report_columns(report); i++)
			fprintf(out, "%s%s", i > 0 ? " " : "",
			        report_kind(report, i) == REPORT_NULL ? "-" : report_text(report, i));
	}
	fclose(out);
	return text;
}

static const char *ask_active(const char *columns)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
	         "SELECT group_concat(%s, '; ') FROM (SELECT * FROM report_active ORDER BY external_id)", columns);
	return bed_ask(&bed, sql);
}

/* --- What is on its way -------------------------------------------------------------------------------------------- */

START_TEST(an_active_claim_has_status_time_and_window)
{
	bed_hint(&bed, "waits", T0, T0);
	bed_hint(&bed, "ended", T0, T0);
	bed_hint(&bed, "unread", T0, T0);
	see("waits", "estimating", 1, 0);
	see("waits", "ready_for_approval", 2, 60);
	see("ended", "cancelled", 1, 0);
	ck_assert_str_eq(ask_active("source || ' ' || model || ' ' || external_id || ' ' || status || ' ' || phase || ' ' || held"),
	                 "main claims waits ready_for_approval create 0");
	ck_assert_str_eq(ask_active("entered_at || ' ' || window_kind || ' ' || window_opened_at || ' ' || window_due_at"),
	                 "2026-09-21T14:14:20.000000Z approval 2026-09-21T14:14:20.000000Z 2026-09-21T14:24:20.000000Z");
	ck_assert_str_eq(ask_active("window_due_at_us - entered_at_us"), "600000000");
}
END_TEST

START_TEST(a_held_claim_stays_active)
{
	bed_hint(&bed, "held", T0, T0);
	see("held", "pickuped", 1, 0);
	see_twice("held", "new", 2, 60);
	ck_assert_str_eq(ask_active("external_id || ' ' || status || ' ' || reported_status || ' ' || held || ' ' || "
				    "coalesce(window_kind, '-')"),
	                 "held pickuped new 1 -");
}
END_TEST

/* By their own node, by a family and by a stranger, each once; and not what was delivered, though it may come back. */
START_TEST(active_orders_are_found_by_whichever_node_they_have)
{
	see_order("1", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", 0);
	see_order("2", BED_CAMPAIGN_DBS, "DELIVERY/DRONE_LAUNCHED", 0);
	see_order("3", BED_CAMPAIGN_DBS, "RESERVED/", 0);
	see_order("4", BED_CAMPAIGN_DBS, "DELIVERED/DELIVERY_SERVICE_DELIVERED", 0);
	see_order("5", BED_CAMPAIGN_DBS, "CANCELLED/USER_CHANGED_MIND", 0);
	see_order("6", BED_CAMPAIGN_LAAS, "PROCESSING/STARTED", 0);
	see_order("7", BED_CAMPAIGN_LAAS, "DELIVERY/DELIVERY_SERVICE_DELIVERED", 0);
	ck_assert_str_eq(ask_active("external_id || ' ' || model || ' ' || status"),
	                 "1 dbs PROCESSING/STARTED; 2 dbs DELIVERY/DRONE_LAUNCHED; 3 dbs RESERVED/; 6 laas PROCESSING/STARTED");
}
END_TEST

START_TEST(the_most_urgent_comes_first_and_all_are_counted)
{
	bed_hint(&bed, "held", T0, T0);
	bed_hint(&bed, "old", T0, T0);
	bed_hint(&bed, "young", T0, T0);
	bed_hint(&bed, "later", T0, T0);
	bed_hint(&bed, "sooner", T0, T0);
	see("held", "pickuped", 1, 0);
	see_twice("held", "new", 2, 10);
	see("old", "accepted", 1, 0);
	see("young", "accepted", 1, 90);
	see("later", "ready_for_approval", 1, 60);
	see("sooner", "ready_for_approval", 1, 30);

	char first[8] = "sooner";

	for (int i = 0; i < 5; i++) {
		static const char *const order[] = { "sooner", "later", "held", "young", "old" };
		char limit[8];
		const char *rows;

		snprintf(limit, sizeof(limit), "%d", i + 1);
		rows = rows_of(REPORT_ACTIVE, limit);
		ck_assert_ptr_nonnull(strstr(rows, first));
		ck_assert_msg(strstr(rows, order[i]), "%s", rows);
		ck_assert_str_eq(rows + strlen(rows) - strlen(" 5 1"), " 5 1");
		for (int j = i + 1; j < 5; j++)
			ck_assert_msg(!strstr(rows, order[j]), "%s", rows);
	}
}
END_TEST

START_TEST(statuses_are_counted_by_model_and_in_the_order_of_a_life)
{
	bed_hint(&bed, "a", T0, T0);
	bed_hint(&bed, "b", T0, T0);
	bed_hint(&bed, "c", T0, T0);
	bed_hint(&bed, "unread", T0, T0);
	see("a", "accepted", 1, 0);
	see("b", "new", 1, 0);
	see("c", "accepted", 1, 0);
	ck_assert_str_eq(rows_of(REPORT_STATUSES, "claims"), "claims - - 0 1; claims new create 0 1; claims accepted search 0 2");
	ck_assert_str_eq(rows_of(REPORT_STATUSES, "dbs"), "");
}
END_TEST

START_TEST(statuses_of_orders_have_the_phase_of_their_node)
{
	see_order("1", BED_CAMPAIGN_DBS, "DELIVERY/DRONE_LAUNCHED", 0);
	see_order("2", BED_CAMPAIGN_DBS, "CANCELLED/USER_CHANGED_MIND", 0);
	see_order("3", BED_CAMPAIGN_DBS, "CANCELLED/SHOP_FAILED", 0);
	ck_assert_str_eq(rows_of(REPORT_STATUSES, "dbs"),
	                 "dbs DELIVERY/DRONE_LAUNCHED delivery 0 1; dbs CANCELLED/SHOP_FAILED cancel 1 1; "
	                 "dbs CANCELLED/USER_CHANGED_MIND cancel 1 1");
}
END_TEST

/* --- What is new --------------------------------------------------------------------------------------------------- */

START_TEST(news_are_what_was_stored_after_an_id)
{
	bed_hint(&bed, "a", T0, T0);
	see("a", "new", 1, 0);
	see("a", "estimating", 2, 10);

	char *last = strdup(rows_of(REPORT_LAST_ID, NULL));

	ck_assert_str_eq(rows_of(REPORT_NEWS, last), "");
	see("a", "ready_for_approval", 3, 20);
	see("a", "accepted", 4, 30);

	const char *news = rows_of(REPORT_NEWS, last);

	ck_assert_msg(strstr(news, "estimating ready_for_approval "), "%s", news);
	ck_assert_msg(strstr(news, "; main claims a 4 ready_for_approval accepted "), "%s", news);
	ck_assert_msg(strstr(rows_of(REPORT_LATEST, "1"), "main claims a 4 ready_for_approval accepted "), "%s", news);
	ck_assert_ptr_null(strstr(rows_of(REPORT_LATEST, "1"), ";"));
	free(last);
}
END_TEST

START_TEST(an_empty_history_has_no_last_id)
{
	ck_assert_str_eq(rows_of(REPORT_LAST_ID, NULL), "0");
}
END_TEST

static int64_t data_version(void)
{
	int64_t version = 0;

	ck_assert_int_eq(store_data_version(bed.store, &version), ERR_OK);
	return version;
}

START_TEST(the_data_version_changes_with_what_others_commit)
{
	int64_t before = data_version();

	ck_assert_int_eq(data_version(), before);
	ck_assert_ptr_null(bed_try(&bed, "UPDATE fold SET inbox_id = inbox_id + 1"));
	ck_assert_int_ne(data_version(), before);
}
END_TEST

/* --- A day in numbers ---------------------------------------------------------------------------------------------- */

/* Ids with holes, and several rows at one time. */
static const char some_rows[] =
	"WITH row (id, at) AS (VALUES (3, 100), (4, 100), (9, 100), (10, 200), (500, 300), (501, 300), (7000, 400))"
	" INSERT INTO inbox (id, source_id, kind, owes, received_us, quirks, asks_to_cancel)"
	" SELECT id, 1, 'callback', 0, at, 0, 0 FROM row";

START_TEST(what_came_since_a_time_is_found_by_halving)
{
	static const char *const counts[] = { "7 0 0", "7 0 0", "4 0 0", "4 0 0", "3 0 0", "3 0 0", "1 0 0", "1 0 0", "0 0 0" };
	char time[8];

	ck_assert_ptr_null(bed_try(&bed, some_rows));
	for (int i = 0; i < (int)ARRAY_SIZE(counts); i++) {
		snprintf(time, sizeof(time), "%d", 50 + 50 * i);
		ck_assert_str_eq(rows_of(REPORT_NOTIFICATIONS_SINCE, time), counts[i]);
	}
}
END_TEST

START_TEST(a_day_counts_what_happened_in_it)
{
	bed_hint(&bed, "a", T0, T0);
	bed_hint(&bed, "b", T0, T0);
	see("a", "new", 1, -20);
	see("a", "estimating", 2, -10);
	see("b", "new", 1, -5);
	see("a", "ready_for_approval", 3, 10);
	see("a", "accepted", 4, 20);
	see("b", "estimating", 2, 20);
	see_twice("b", "delivered_finish", 3, 30);
	ck_assert_str_eq(rows_of(REPORT_VERDICTS_SINCE, T0_TEXT), "0 3 1 0 0 0");
	ck_assert_str_eq(rows_of(REPORT_STEPS_SINCE, T0_TEXT),
	                 "claims estimating delivered_finish gap 1; claims estimating ready_for_approval legal 1; "
	                 "claims new estimating legal 1; claims ready_for_approval accepted legal 1");
	ck_assert_str_eq(rows_of(REPORT_OUTCOMES_SINCE, T0_TEXT), "1 0 0 0 0");
}
END_TEST

START_TEST(a_day_counts_windows_by_how_they_ended)
{
	bed_hint(&bed, "a", T0, T0);
	bed_hint(&bed, "b", T0, T0);
	bed_hint(&bed, "c", T0, T0);
	see("a", "ready_for_approval", 1, -700);
	see_twice("a", "accepted", 2, 0);
	see("b", "ready_for_approval", 1, 0);
	see("b", "cancelled", 2, 30);
	see("c", "ready_for_approval", 1, 0);
	ck_assert_str_eq(rows_of(REPORT_OUTCOMES_SINCE, T0_TEXT), "0 1 1 0 1");
	ck_assert_str_eq(rows_of(REPORT_VIOLATIONS_LEFT, NULL), "1");
}
END_TEST

START_TEST(a_day_counts_notifications_by_their_state)
{
	struct hint hint = bed_blank(&bed);

	bed_hint(&bed, "a", T0, T0);
	bed_settle(&bed, "a", T0);
	bed_hint(&bed, "b", T0, T0);
	hint.reason = "no claim id";
	bed_fold(&bed, &hint);
	ck_assert_str_eq(rows_of(REPORT_NOTIFICATIONS_SINCE, "0"), "1 1 1");
	ck_assert_ptr_nonnull(strstr(rows_of(REPORT_PENDING, NULL), "1 "));
}
END_TEST

START_TEST(nothing_at_all_is_counted_as_zeros)
{
	ck_assert_str_eq(rows_of(REPORT_VERDICTS_SINCE, T0_TEXT), "0 0 0 0 0 0");
	ck_assert_str_eq(rows_of(REPORT_STEPS_SINCE, T0_TEXT), "");
	ck_assert_str_eq(rows_of(REPORT_OUTCOMES_SINCE, T0_TEXT), "0 0 0 0 0");
	ck_assert_str_eq(rows_of(REPORT_NOTIFICATIONS_SINCE, T0_TEXT), "0 0 0");
	ck_assert_str_eq(rows_of(REPORT_PENDING, NULL), "0 -");
	ck_assert_str_eq(rows_of(REPORT_RESULTS_SINCE, T0_TEXT), "0 0 0 0 0 0");
	ck_assert_str_eq(rows_of(REPORT_OUTBOX_WAITING, NULL), "0 0 - -");
	ck_assert_str_eq(rows_of(REPORT_VIOLATIONS_LEFT, NULL), "0");
}
END_TEST

START_TEST(actions_and_messages_are_counted)
{
	static const char rows[] =
		"INSERT INTO action (source_id, kind, requested_us, requested_by, state, due_us, finished_us, result) VALUES"
		" (1, 'probe', 1, 'uid:0', 'wanted', 1, NULL, NULL),"
		" (1, 'probe', 1, 'uid:0', 'ended', NULL, " T0_TEXT ", 'done'),"
		" (1, 'probe', 1, 'uid:0', 'ended', NULL, " T0_TEXT ", 'in_doubt'),"
		" (1, 'probe', 1, 'uid:0', 'ended', NULL, 5, 'refused');"
		"INSERT INTO outbox (channel, kind, message_id, summary, body, created_us, due_us, tries) VALUES"
		" ('alert', 'violation', 'a', 's', '{}', " T0_TEXT ", 1, 0),"
		" ('alert', 'violation', 'b', 's', '{}', " T0_TEXT " + 5000000, 1, 3)";

	ck_assert_ptr_null(bed_try(&bed, rows));
	ck_assert_str_eq(rows_of(REPORT_RESULTS_SINCE, T0_TEXT), "1 0 0 0 1 1");
	ck_assert_str_eq(rows_of(REPORT_OUTBOX_WAITING, NULL), "2 1 2026-09-21T14:13:20.000000Z " T0_TEXT);
}
END_TEST

START_TEST(the_size_is_that_of_the_files)
{
	struct store_size size;

	ck_assert_int_eq(store_size(bed.store, &size), ERR_OK);
	ck_assert_int_gt(size.database_bytes, 0);
	ck_assert_int_eq(size.free_bytes, 0);
	ck_assert_int_gt(size.log_bytes, 0);
}
END_TEST

/* --- Speed --------------------------------------------------------------------------------------------------------- */

/* What is asked while somebody waits, of one shipment or again and again. */
static const enum stmt quick[] = {
	STMT_REPORT_SHOW, STMT_REPORT_SHOW_ORDER, STMT_REPORT_HISTORY, STMT_REPORT_CLAIM_WINDOWS, STMT_REPORT_CLAIM_VIOLATIONS,
	STMT_REPORT_CLAIM_ACTIONS, STMT_REPORT_CLAIM_PRICES, STMT_REPORT_WINDOWS_DUE, STMT_REPORT_ACTIVE, STMT_REPORT_LAST_ID,
	STMT_REPORT_NEWS, STMT_REPORT_STATUSES, STMT_REPORT_STEPS_SINCE,
	STMT_REPORT_VERDICTS_SINCE, STMT_REPORT_NOTIFICATIONS_SINCE, STMT_REPORT_DURATIONS, STMT_REPORT_SOURCES,
};

/* Without an index: "SCAN h", and not "SCAN h USING INDEX history_gap". */
static bool scans(const char *step, const char *table)
{
	return strncmp(step, "SCAN ", 5) == 0 && strcmp(step + 5, table) == 0;
}

START_TEST(what_is_asked_often_looks_through_no_table_that_grows)
{
	static const char *const grow[] = {
		"h", "history", "s", "shipment", "i", "inbox", "a", "action", "p", "price", "w", "window", "o",
	};
	char *sql = NULL;
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_gt(asprintf(&sql, "EXPLAIN QUERY PLAN %s", stmt_text(quick[_i])), 0);
	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, sql, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (size_t i = 0; i < ARRAY_SIZE(grow); i++)
			ck_assert_msg(!scans((const char *)sqlite3_column_text(stmt, 3), grow[i]), "%s: scans %s",
			              stmt_text(quick[_i]), grow[i]);
	sqlite3_finalize(stmt);
	free(sql);
}
END_TEST

static TCase *tcase_claims(void)
{
	TCase *tcase = tcase_create("claims");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_active_claim_has_status_time_and_window);
	tcase_add_test(tcase, a_held_claim_stays_active);
	tcase_add_test(tcase, the_most_urgent_comes_first_and_all_are_counted);
	tcase_add_test(tcase, statuses_are_counted_by_model_and_in_the_order_of_a_life);
	tcase_add_test(tcase, news_are_what_was_stored_after_an_id);
	tcase_add_test(tcase, an_empty_history_has_no_last_id);
	tcase_add_test(tcase, the_data_version_changes_with_what_others_commit);
	tcase_add_test(tcase, what_came_since_a_time_is_found_by_halving);
	tcase_add_test(tcase, a_day_counts_what_happened_in_it);
	tcase_add_test(tcase, a_day_counts_windows_by_how_they_ended);
	tcase_add_test(tcase, a_day_counts_notifications_by_their_state);
	tcase_add_test(tcase, nothing_at_all_is_counted_as_zeros);
	tcase_add_test(tcase, actions_and_messages_are_counted);
	tcase_add_test(tcase, the_size_is_that_of_the_files);
	tcase_add_loop_test(tcase, what_is_asked_often_looks_through_no_table_that_grows, 0, ARRAY_SIZE(quick));
	return tcase;
}

static TCase *tcase_orders(void)
{
	TCase *tcase = tcase_create("orders");

	tcase_add_checked_fixture(tcase, setup_market, teardown);
	tcase_add_test(tcase, active_orders_are_found_by_whichever_node_they_have);
	tcase_add_test(tcase, statuses_of_orders_have_the_phase_of_their_node);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("report_queries");

	suite_add_tcase(suite, tcase_claims());
	suite_add_tcase(suite, tcase_orders());
	return suite;
}
