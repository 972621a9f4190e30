/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queries of claimd-schema(7), taken from the page itself, over what a claimd with the simulator has left behind.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define PAGE "man/claimd-schema.7.in"

/* What each query of the page, in its order, is to have: its columns, and at least one row. */
static const struct {
	const char *title;
	const char *columns;
} queries[] = {
	{ "Late approvals this week", "external_id due_at outcome price currency" },
	{ "From acceptance to pickup", "hour n minutes" },
	{ "Stuck claims", "external_id status seconds p90_s" },
	{ "Cost of paid cancellations", "month source n cost currency" },
	{ "By the shop's own order", "my_order claim_id status price currency" },
	{ "Lost callbacks", "day changes lost percent" },
	{ "Busiest hours", "hour changes shipments" },
	{ "Windows about to close", "source external_id kind due_at seconds_left" },
	{ "What operators did", "requested_by kind result n last_at" },
	{ "From push to transition", "source n mean_s max_s" },
	{ "Delivered on each day", "day delivered" },
	{ "Where the time goes", "source status n p50_min p90_min" },
	{ "Held back", "claim_id status reported_status kind at" },
	{ "Why orders were cancelled", "model substatus n" },
};

static const char scenario_text[] =
	"claim delivered-1\n\tlife happy\n"
	"claim delivered-2\n\tlife happy\n"
	"claim paid\n\tlife cancel_paid\n"
	"claim late\n\tbackdate 599500ms\n\tnew, estimating, ready_for_approval\n\tat 600s accepted\n"
	"claim waits\n\tnew, estimating, ready_for_approval\n"
	"claim stuck\n\tnew, estimating, ready_for_approval, accepted, performer_lookup\n"
	"claim untold\n\tnew, estimating lost, ready_for_approval lost, failed\n"
	"claim jumped\n\tnew, estimating, failed, pickuped\n"
	"order dbs 55000000001\n\tPROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED\n"
	"order dbs 55000000002\n\tPROCESSING/STARTED, CANCELLED/SHOP_FAILED\n"
	"order laas 56000000001\n\tRESERVED/AWAIT_CONFIRMATION\n";

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

static struct site site;
static struct upstream upstream;
static char *page;

static void play(void)
{
	char *scenario = NULL;
	char *callback = NULL;
	char *push = NULL;

	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&scenario, "%s/play.scn", site.folder), 0);
	ck_assert_int_gt(asprintf(&callback, "http://%s" SITE_PATH "?my_order_id=A-17&", site.address), 0);
	ck_assert_int_gt(asprintf(&push, "http://%s" SITE_SHOP, site.address), 0);
	site_write_file(scenario, scenario_text);
	upstream_start(&upstream, (const char *const[]){
		"--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback, "--push", push, NULL });
	free(scenario);
	free(callback);
	free(push);
}

/* What operators did, in so far as no simulator does it. */
static void act(void)
{
	site_sql(&site, "INSERT INTO action (source_id, shipment_id, kind, argument, price, requested_us, requested_by, state, finished_us,"
	                " result) SELECT source_id, id, 'cancel', 'paid', '12.50', first_seen_us, 'uid:0', 'ended', updated_us, 'done'"
	                " FROM shipment WHERE external_id = 'paid'");
}

/* The line behind AT. */
static const char *next_line(const char *at)
{
	return strchr(at, '\n') + 1;
}

/* The text between ".Bd -literal" and ".Ed" that follows TITLE; the caller's. */
static char *find_query(const char *title)
{
	char *heading = NULL;
	const char *at;

	ck_assert_int_gt(asprintf(&heading, "\n.Ss %s\n", title), 0);
	at = strstr(page, heading);
	ck_assert_msg(at, "%s has no query \"%s\"", PAGE, title);
	at = next_line(strstr(at, "\n.Bd -literal") + 1);
	free(heading);

	char *query = strndup(at, (size_t)(strstr(at, "\n.Ed") - at));

	ck_assert_msg(!strchr(query, '\\'), "%s", query); /* nothing that mandoc would write otherwise */
	return query;
}

/* Waits until COLUMN of the query of that title is WANT, where CONDITION holds. */
static void await_answer(const char *title, const char *column, const char *condition, const char *want)
{
	char *query = find_query(title);
	char *sql = NULL;

	query[strlen(query) - 1] = '\0'; /* the semicolon */
	ck_assert_int_gt(asprintf(&sql, "SELECT %s FROM (%s) WHERE %s", column, query, condition), 0);
	site_await(&site, sql, want);
	free(sql);
	free(query);
}

static void setup(void)
{
	page = suite_read_file(PAGE);
	site_open(&site);
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	site.market_keys = IN_A_HURRY "catch_up = 20ms\n";
	play();
	site.base_url = upstream.url;
	site_start(&site);
	site_await(&site, "SELECT group_concat(claim_id || ' ' || reported_status, ', ')"
	                  " FROM (SELECT * FROM report_claims ORDER BY claim_id)",
	           "delivered-1 delivered_finish, delivered-2 delivered_finish, jumped pickuped, late accepted,"
	           " paid cancelled_with_payment, stuck performer_lookup, untold failed, waits ready_for_approval");
	site_await(&site, "SELECT group_concat(order_id || ' ' || reported_status, ', ')"
	                  " FROM (SELECT * FROM report_orders ORDER BY order_id)",
	           "55000000001 DELIVERY/DELIVERY_SERVICE_RECEIVED, 55000000002 CANCELLED/SHOP_FAILED,"
	           " 56000000001 RESERVED/AWAIT_CONFIRMATION");
	act();
	/* A stay grows long by itself. */
	await_answer("Stuck claims", "status", "external_id = 'stuck'", "performer_lookup");
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
	free(page);
}

static void expect_columns(sqlite3_stmt *stmt, const char *want)
{
	struct buf found CLEANUP(buf_done) = { 0 };

	for (int i = 0; i < sqlite3_column_count(stmt); i++)
		ck_assert_int_eq(buf_addf(&found, "%s%s", i > 0 ? " " : "", sqlite3_column_name(stmt, i)), 0);
	ck_assert_str_eq(found.data, want);
}

/* Runs a query as a reporting tool does; it has its columns and a row. */
static void expect_answer(const char *title, const char *columns)
{
	char *query = find_query(title);
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_open_v2(site.database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, query, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", title, sqlite3_errmsg(db));
	expect_columns(stmt, columns);
	ck_assert_msg(sqlite3_step(stmt) == SQLITE_ROW, "%s: it has no row: %s", title, sqlite3_errmsg(db));
	for (int i = 0; i < sqlite3_column_count(stmt); i++)
		ck_assert_msg(sqlite3_column_type(stmt, i) != SQLITE_NULL, "%s: %s is NULL", title, sqlite3_column_name(stmt, i));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(query);
}

START_TEST(each_query_has_its_columns_and_an_answer)
{
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++)
		expect_answer(queries[i].title, queries[i].columns);
}
END_TEST

START_TEST(what_they_answer_is_so)
{
	await_answer("Late approvals this week", "group_concat(external_id || ' ' || outcome)", "1", "late late");
	await_answer("From acceptance to pickup", "sum(n)", "minutes > 0", "2");
	await_answer("Stuck claims", "status", "external_id = 'stuck' AND seconds > p90_s", "performer_lookup");
	await_answer("Cost of paid cancellations", "n || ' ' || cost || ' ' || currency", "source = 'main'", "1 12.5 RUB");
	await_answer("By the shop's own order", "count(*)", "my_order = 'A-17'", "8");
	await_answer("Lost callbacks", "sum(lost)", "1", "2");
	await_answer("Busiest hours", "sum(shipments) >= 11", "1", "1");
	await_answer("Windows about to close", "group_concat(external_id || ' ' || kind, ', ')", "seconds_left > 60",
	             "waits approval, 56000000001 reservation");
	await_answer("What operators did", "requested_by || ' ' || result || ' ' || n", "kind = 'cancel'", "uid:0 done 1");
	await_answer("From push to transition", "n >= 2 AND mean_s < max_s", "source = 'main'", "1");
	await_answer("Delivered on each day", "sum(delivered)", "1", "2");
	await_answer("Where the time goes", "n", "status = 'pickuped'", "2");
	await_answer("Held back", "claim_id || ' ' || kind", "reported_status = 'pickuped'", "jumped illegal_transition");
	await_answer("Why orders were cancelled", "substatus || ' ' || n", "model = 'dbs'", "SHOP_FAILED 1");
}
END_TEST

START_TEST(the_page_has_no_query_that_is_not_tried)
{
	const char *at = strstr(page, "\n.Sh EXAMPLES\n");
	size_t n = 0;

	for (at = strstr(at, "\n.Ss "); at; at = strstr(at + 1, "\n.Ss "), n++) {
		ck_assert_uint_lt(n, ARRAY_SIZE(queries));
		ck_assert_msg(strncmp(at + strlen("\n.Ss "), queries[n].title, strlen(queries[n].title)) == 0, "%.60s", at);
	}
	ck_assert_uint_eq(n, ARRAY_SIZE(queries));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("queries");
	TCase *tcase = tcase_create("queries");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, each_query_has_its_columns_and_an_answer);
	tcase_add_test(tcase, what_they_answer_is_so);
	tcase_add_test(tcase, the_page_has_no_query_that_is_not_tried);
	suite_add_tcase(suite, tcase);
	return suite;
}
