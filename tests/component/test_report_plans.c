/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which way SQLite goes for what people ask the views: in a file as claimd makes it, and whatever else SQLite may have been told of the
 * sizes of its tables. So a small file shows what a large one does.
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

static struct bed bed;

static void setup(void)
{
	bed_open(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

/* What people ask the views, and the step that leads there. */
struct lead {
	const char *sql;
	const char *step;
};

/* Whatever SQLite is told of the sizes of tables. */
static const struct lead leads[] = {
	{ "SELECT * FROM report_transitions ORDER BY id DESC LIMIT 100", "SCAN h" },
	{ "SELECT * FROM report_transitions WHERE id > 5 ORDER BY id LIMIT 100", "SEARCH h USING INTEGER PRIMARY KEY (rowid>?)" },
	{ "SELECT * FROM report_transitions WHERE verdict = 'illegal' ORDER BY id DESC LIMIT 100", "SCAN h" },
	{ "SELECT * FROM report_transitions WHERE at_us >= 5", "SEARCH h USING INDEX history_at (at_us>?)" },
	{ "SELECT * FROM report_transitions WHERE at_us >= 5 ORDER BY id", "SEARCH h USING INDEX history_at (at_us>?)" },
	{ "SELECT * FROM report_transitions WHERE seen_at_us >= 5", "SEARCH h USING INDEX history_seen (seen_us>?)" },
	{ "SELECT * FROM report_transitions WHERE model = 'dbs' AND at_us >= 5", "SEARCH h USING INDEX history_at (at_us>?)" },
	{ "SELECT * FROM report_transitions WHERE source = 'main' AND at_us >= 5", "SEARCH h USING INDEX history_at (at_us>?)" },
	{ "SELECT * FROM report_transitions WHERE unlikely(at_us >= 1000000 * strftime('%s', 'now', '-7 days'))",
	  "SEARCH h USING INDEX history_at (at_us>?)" },
	{ "SELECT * FROM report_transitions ORDER BY at_us DESC LIMIT 100", "SCAN h USING INDEX history_at" },
	{ "SELECT * FROM report_transitions ORDER BY seen_at_us DESC LIMIT 100", "SCAN h USING INDEX history_seen" },
	{ "SELECT * FROM report_transitions WHERE external_id = 'x' ORDER BY seq", "SEARCH h USING INDEX history_order (shipment_id=?)" },
	{ "SELECT * FROM report_transitions WHERE external_id = 'x' AND source = 'main' ORDER BY id DESC LIMIT 100",
	  "SEARCH h USING INDEX history_order (shipment_id=?)" },
	{ "SELECT * FROM report_transitions WHERE external_id IN ('x', 'y')", "SEARCH h USING INDEX history_order (shipment_id=?)" },
	{ "SELECT * FROM report_transitions WHERE external_id GLOB 'x*'", "SEARCH h USING INDEX history_order (shipment_id=?)" },
	{ "SELECT * FROM report_windows WHERE external_id = 'x'", "SEARCH h USING COVERING INDEX history_order (shipment_id=?)" },
	{ "SELECT * FROM report_windows WHERE due_at_us >= 5", "SEARCH w USING INDEX window_due (due_us>?)" },
	{ "SELECT * FROM report_windows WHERE outcome = 'open'", "SCAN w USING INDEX window_open" },
	{ "SELECT * FROM report_windows ORDER BY due_at_us LIMIT 100", "SCAN w USING INDEX window_due" },
	{ "SELECT * FROM report_violations WHERE external_id = 'x'", "SEARCH h USING INDEX history_order (shipment_id=?)" },
	{ "SELECT * FROM report_violations WHERE state = 'open'", "SCAN v USING INDEX violation_open" },
	{ "SELECT * FROM report_violations ORDER BY id DESC LIMIT 100", "SCAN v" },
	{ "SELECT * FROM report_prices WHERE external_id = 'x'", "SEARCH p USING INDEX price_shipment (shipment_id=?)" },
	{ "SELECT * FROM report_actions WHERE external_id = 'x'", "SEARCH a USING INDEX action_shipment (shipment_id=?)" },
	{ "SELECT * FROM report_actions WHERE kind = 'cancel' AND result = 'done'",
	  "SEARCH a USING INDEX action_kind (kind=? AND result=?)" },
	{ "SELECT * FROM report_actions ORDER BY id DESC LIMIT 100", "SCAN a" },
	{ "SELECT * FROM report_notifications ORDER BY id DESC LIMIT 100", "SCAN i" },
	{ "SELECT * FROM report_claims WHERE status = 'new'", "SEARCH s USING INDEX shipment_status (model=? AND status=?)" },
	{ "SELECT * FROM report_claims WHERE claim_id = 'x'", "SEARCH w USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ "SELECT * FROM report_orders WHERE order_id = 'x'", "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)" },
	{ "SELECT * FROM report_active", "SEARCH s USING INDEX shipment_status (model=? AND status>? AND status<?)" },
};

/* As long as it is told what the schema says. */
static const struct lead straight[] = {
	{ "SELECT * FROM report_transitions", "SCAN h" },
	{ "SELECT * FROM report_transitions WHERE model = 'dbs' ORDER BY id DESC LIMIT 100", "SCAN h" },
	{ "SELECT * FROM report_transitions WHERE source = 'main' ORDER BY id DESC LIMIT 100", "SCAN h" },
	{ "SELECT * FROM report_transitions t JOIN report_claims c ON c.source = t.source AND c.claim_id = t.external_id"
	  " WHERE t.at_us >= 5",
	  "SEARCH h USING INDEX history_at (at_us>?)" },
	{ "SELECT * FROM report_violations v JOIN report_claims c ON c.source = v.source AND c.claim_id = v.external_id"
	  " WHERE v.state = 'open'",
	  "SCAN v USING INDEX violation_open" },
	{ "SELECT * FROM report_windows", "SCAN w" },
	{ "SELECT * FROM report_prices", "SCAN p" },
	{ "SELECT * FROM report_claims WHERE claim_id IN ('x', 'y')", "SEARCH s USING INDEX sqlite_autoindex_shipment_1 (external_id=?)" },
	{ "SELECT * FROM report_active WHERE external_id = 'x'", "SEARCH s USING INDEX sqlite_autoindex_shipment_1 (external_id=?)" },
};

#define STATISTICS "DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES "

/* What others may have told it: what ANALYZE says of ten million transitions, measured in whole, and in samples, which contradict one
 * another; or nothing. */
static const char *const told[] = {
	STATISTICS
	"('history', 'history_at', '9999359 1'), ('history', 'history_seen', '9999359 1'),"
	" ('history', 'history_order', '9999359 12 1 1 1 1'),"
	" ('shipment', 'shipment_status', '858226 286076 25242'), ('shipment', 'shipment_idle', '852965 1'),"
	" ('shipment', 'shipment_due', '5261 2631 75'), ('shipment', 'shipment_owed', '6 3 1'),"
	" ('shipment', 'sqlite_autoindex_shipment_1', '858226 1 1'), ('window', 'window_due', '762063 1'),"
	" ('window', 'window_open', '7 7 1'), ('window', 'window_unwarned', '7 7 1'), ('violation', 'violation_open', '67 34 34'),"
	" ('violation', 'sqlite_autoindex_violation_1', '5149 1'), ('price', 'price_shipment', '743185 1 1 1'),"
	" ('action', 'action_kind', '101266 50633 50633'), ('action', 'action_shipment', '101266 1'), ('inbox', NULL, '9535955'),"
	" ('status', 'status', '63 21 1'), ('campaign', 'campaign', '2 2 1'), ('source', 'sqlite_autoindex_source_1', '2 1 1')",
	STATISTICS
	"('history', 'history_at', '3983208 1'), ('history', 'history_seen', '3983208 1'),"
	" ('history', 'history_order', '11520840 13 1 1 1 1'),"
	" ('shipment', 'shipment_status', '512904 401 267'), ('shipment', 'shipment_idle', '920046 1'),"
	" ('shipment', 'shipment_due', '5018 401 37'), ('shipment', 'shipment_owed', '6 3 1'),"
	" ('shipment', 'sqlite_autoindex_shipment_1', '456192 1 1'), ('window', 'window_due', '804384 1'),"
	" ('window', 'window_open', '7 7 1'), ('window', 'window_unwarned', '7 7 1'), ('price', 'price_shipment', '891072 1 1 1'),"
	" ('action', 'action_kind', '90210 401 401'), ('action', 'action_shipment', '50220 1'),"
	" ('source', 'sqlite_autoindex_source_1', '2 1 1')",
	"DROP TABLE sqlite_stat1",
};

/* The place of its step in the plan, from 0. */
static int expect_step(const struct lead *lead)
{
	char *explain = NULL;
	sqlite3_stmt *stmt = NULL;
	int place = -1;

	ck_assert_int_gt(asprintf(&explain, "EXPLAIN QUERY PLAN %s", lead->sql), 0);
	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, explain, -1, &stmt, NULL), SQLITE_OK);
	for (int i = 0; place < 0 && sqlite3_step(stmt) == SQLITE_ROW; i++)
		if (strcmp((const char *)sqlite3_column_text(stmt, 3), lead->step) == 0)
			place = i;
	sqlite3_finalize(stmt);
	free(explain);
	ck_assert_msg(place >= 0, "%s: no %s", lead->sql, lead->step);
	return place;
}

/* What it was told counts for who opens the file. */
static void open_again(void)
{
	bed.store = store_close(bed.store);
	ck_assert_int_eq(store_open(bed.path, &bed.store, NULL), ERR_OK);
}

START_TEST(what_an_index_leads_to_goes_by_it)
{
	expect_step(&leads[_i]);
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		ck_assert_ptr_null(bed_try(&bed, told[i]));
		open_again();
		expect_step(&leads[_i]);
	}
}
END_TEST

/* Its source stands in its row; its status also in the index that leads there. */
START_TEST(whether_a_claim_has_ended_is_known_before_its_row_is_read)
{
	static const char open[] = "SELECT * FROM report_claims WHERE NOT terminal";
	static const struct lead status = { open, "SEARCH st USING PRIMARY KEY (model=? AND name=?) LEFT-JOIN" };
	static const struct lead source = { open, "SEARCH src USING INTEGER PRIMARY KEY (rowid=?)" };

	ck_assert_int_lt(expect_step(&status), expect_step(&source));
}
END_TEST

START_TEST(who_made_the_file_and_who_opens_it_go_the_same_way)
{
	expect_step(&straight[_i]);
	open_again();
	expect_step(&straight[_i]);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("report_plans");
	TCase *plans = tcase_create("plans");

	tcase_add_checked_fixture(plans, setup, teardown);
	tcase_add_loop_test(plans, what_an_index_leads_to_goes_by_it, 0, ARRAY_SIZE(leads));
	tcase_add_loop_test(plans, who_made_the_file_and_who_opens_it_go_the_same_way, 0, ARRAY_SIZE(straight));
	tcase_add_test(plans, whether_a_claim_has_ended_is_known_before_its_row_is_read);
	suite_add_tcase(suite, plans);
	return suite;
}
