/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retention on a real file: what goes, what stays whatever its age, and how much of it in one transaction.
 * Component tests.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "store/action.h"
#include "store/keep.h"
#include "store/outbox.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })
#define DAY_S (24 * 3600)
#define DAYS 400

#define LEFT "SELECT group_concat(external_id, ' ') FROM (SELECT external_id FROM shipment ORDER BY id)"
#define HINTS "SELECT count(*) FROM inbox"

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

/* Just old enough, a second too young, and all that came since. */
#define OLD (-DAYS * DAY_S - 1)
#define YOUNG (-DAYS * DAY_S)

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
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA foreign_key_check"), "");
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA integrity_check"), "ok");
	bed_close(&bed);
}

static void begin(void)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
}

static void commit(void)
{
	ck_assert_msg(store_commit(bed.store) == ERR_OK, "%s", store_error_text(bed.store));
}

static void prune_some(struct prune *prune)
{
	begin();
	store_prune(bed.store, prune);
	commit();
}

/* A whole pass, at T0. */
static struct prune prune_all(void)
{
	struct prune prune = store_prune_start(T0, DAYS);

	while (prune.stage != PRUNE_DONE)
		prune_some(&prune);
	return prune;
}

static void assert_left(const char *ids)
{
	ck_assert_str_eq(bed_ask(&bed, LEFT), ids);
}

/* A claim that a callback told of at AT_S, which then walked STATUSES until then, and is waited for no more. */
static void live(const char *claim, int64_t at, const char *const *statuses, size_t n)
{
	bed_hint(&bed, claim, at_s(at), at_s(at));
	for (size_t i = 0; i < n; i++) {
		struct seen seen = bed_seen(claim, statuses[i], (int64_t)i + 1, at_s(at - (int64_t)(n - 1 - i) * 10));

		snprintf(seen.price, sizeof(seen.price), "%zu", 100 + i);
		bed_apply(&bed, &seen, at_s(at), NULL);
	}
	bed_settle(&bed, claim, at_s(at));
}

static const char *const cancelled[] = { "new", "estimating", "ready_for_approval", "cancelled" };

static void end(const char *claim, int64_t at)
{
	live(claim, at, cancelled, ARRAY_SIZE(cancelled));
}

/* --- Shipments ----------------------------------------------------------------------------------------------------- */

START_TEST(test_what_has_ended_goes_with_all_that_hangs_on_it)
{
	static const char *const held[] = { "new", "unheard_of", "cancelled" };

	end("old", OLD);
	live("flagged", OLD, held, ARRAY_SIZE(held));
	end("young", YOUNG);
	begin();
	store_action_add(bed.store, &(struct action_wish){
		.source_id = bed.source.id, .shipment_id = bed_shipment(&bed, "old"), .kind = ACT_REFETCH, .target_id = NUMBER_NONE,
		.version = NUMBER_NONE, .requested_by = "uid:0" }, at_s(OLD), &(int64_t){ 0 });
	store_action_end(bed.store, 1, &(struct action_end){ .result = ACTION_DONE }, at_s(OLD));
	commit();
	ck_assert_ptr_null(bed_try(&bed, "DELETE FROM outbox"));

	struct prune pruned = prune_all();

	assert_left("young");
	ck_assert_int_eq(pruned.n_shipments, 2);
	ck_assert_int_eq(pruned.n_notifications, 2);
	ck_assert_str_eq(bed_ask(&bed, "SELECT (SELECT count(*) FROM history) || ' ' || (SELECT count(*) FROM window) || ' ' ||"
	                               " (SELECT count(*) FROM violation) || ' ' || (SELECT count(*) FROM price) || ' ' ||"
	                               " (SELECT count(*) FROM action)"), "4 1 0 4 0");
	ck_assert_int_eq(prune_all().n_shipments, 0);
	bed_check(&bed);
}
END_TEST

/* Else those that get its ids would count as counted. */
START_TEST(test_what_goes_is_counted_before_with_its_last_step)
{
	struct prune prune = store_prune_start(T0, DAYS);
	struct seen last = bed_seen("old", "cancelled", 3, at_s(OLD));

	end("young", YOUNG);
	live("old", OLD, cancelled, 2);
	while (prune.stage == PRUNE_STAYS)
		prune_some(&prune);
	bed_apply(&bed, &last, at_s(OLD), NULL);
	while (prune.stage != PRUNE_DONE)
		prune_some(&prune);
	assert_left("young");
	end("another", YOUNG);
	bed_count_stays(&bed);
	bed_check(&bed);
}
END_TEST

START_TEST(test_what_is_open_stays_whatever_its_age)
{
	live("open", 10 * OLD, cancelled, 2);
	prune_all();
	assert_left("open");
}
END_TEST

START_TEST(test_what_is_held_stays)
{
	struct seen revived = bed_seen("held", "performer_lookup", 9, at_s(OLD));

	end("held", OLD);
	bed_apply(&bed, &revived, at_s(OLD), NULL);
	bed_apply(&bed, &revived, at_s(OLD), NULL);
	ck_assert_ptr_null(bed_try(&bed, "DELETE FROM outbox"));
	ck_assert_str_eq(bed_ask(&bed, "SELECT held FROM report_claims"), "1");
	prune_all();
	assert_left("held");
}
END_TEST

START_TEST(test_what_is_still_read_or_owed_a_read_stays)
{
	end("read", OLD);
	ck_assert_ptr_null(bed_try(&bed, "UPDATE shipment SET due_us = 1"));
	end("owed", OLD);
	ck_assert_ptr_null(bed_try(&bed, "UPDATE shipment SET served_id = 0 WHERE external_id = 'owed'"));
	prune_all();
	assert_left("read owed");
}
END_TEST

START_TEST(test_what_a_message_or_an_action_waits_for_stays)
{
	int64_t id = 0;

	begin();
	store_source_forwards(bed.store, bed.source.id, true);
	commit();
	end("told", OLD);
	ck_assert_ptr_null(bed_try(&bed, "DELETE FROM outbox WHERE id > 1"));
	begin();
	store_source_forwards(bed.store, bed.source.id, false);
	commit();
	end("acted", OLD);
	begin();
	store_action_add(bed.store, &(struct action_wish){
		.source_id = bed.source.id, .shipment_id = bed_shipment(&bed, "acted"), .kind = ACT_REFETCH, .target_id = NUMBER_NONE,
		.version = NUMBER_NONE, .requested_by = "uid:0" }, at_s(OLD), &id);
	commit();
	prune_all();
	assert_left("told acted");
	ck_assert_ptr_null(bed_try(&bed, "DELETE FROM outbox"));
	begin();
	store_action_end(bed.store, id, &(struct action_end){ .result = ACTION_DONE }, at_s(OLD));
	commit();
	prune_all();
	assert_left("");
}
END_TEST

/* The report of a notification looks at its shipment. */
START_TEST(test_a_young_notification_keeps_its_shipment)
{
	end("c1", OLD);
	bed_hint(&bed, "c1", at_s(OLD), at_s(-5));
	bed_settle(&bed, "c1", at_s(-5));
	prune_all();
	assert_left("c1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(state) FROM report_notifications"), "done");
}
END_TEST

START_TEST(test_what_never_became_more_goes_too)
{
	bed_hint(&bed, "unknown", WALL_NONE, at_s(OLD));
	bed_settle(&bed, "unknown", WALL_NONE);
	bed_hint(&bed, "waits", WALL_NONE, at_s(OLD));
	bed_hint(&bed, "young", WALL_NONE, at_s(YOUNG));
	bed_settle(&bed, "young", WALL_NONE);
	ck_assert_int_eq(prune_all().n_shipments, 1);
	assert_left("waits young");
}
END_TEST

/* --- Orders -------------------------------------------------------------------------------------------------------- */

static void read_order(const char *order, int64_t campaign_id, const char *status, int64_t at)
{
	struct hint hint = bed_push(&bed, order, campaign_id, NULL, at_s(at));
	struct seen seen = bed_order(order, status, at_s(at));

	bed_fold(&bed, &hint);
	bed_apply(&bed, &seen, at_s(at), NULL);
	bed_settle(&bed, order, at_s(at));
}

/* No DBS status but the cancelled and the returned is final. */
START_TEST(test_a_delivered_order_has_ended_when_it_can_not_be_returned_any_more)
{
	struct prune prune = store_prune_start(T0, 30);

	read_order("1", BED_CAMPAIGN_DBS, "DELIVERED/DELIVERY_SERVICE_DELIVERED", -181 * DAY_S);
	read_order("2", BED_CAMPAIGN_DBS, "DELIVERED/DELIVERY_SERVICE_DELIVERED", -179 * DAY_S);
	read_order("3", BED_CAMPAIGN_LAAS, "DELIVERED/DELIVERY_SERVICE_DELIVERED", -31 * DAY_S);
	read_order("4", BED_CAMPAIGN_DBS, "DELIVERY/DELIVERY_SERVICE_RECEIVED", -500 * DAY_S);
	read_order("5", BED_CAMPAIGN_DBS, "CANCELLED/SHOP_FAILED", -31 * DAY_S);
	while (prune.stage != PRUNE_DONE) {
		begin();
		store_prune(bed.store, &prune);
		commit();
	}
	assert_left("2 4");
}
END_TEST

/* --- Notifications and the rest ------------------------------------------------------------------------------------ */

START_TEST(test_notifications_go_when_they_are_old_and_have_had_their_read)
{
	struct hint rejected = bed_blank(&bed);
	struct hint unfolded = bed_blank(&bed);

	rejected.reason = "no claim_id";
	rejected.received = at_s(OLD);
	bed_fold(&bed, &rejected);
	bed_hint(&bed, "pending", WALL_NONE, at_s(OLD));
	end("done", OLD);
	bed_hint(&bed, "young", WALL_NONE, at_s(YOUNG));
	begin();
	unfolded.received = at_s(OLD);
	store_hint_add(bed.store, &unfolded);
	commit();
	ck_assert_int_eq(prune_all().n_notifications, 2);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(coalesce(external_id, '-'), ' ') FROM (SELECT * FROM inbox ORDER BY id)"),
	                 "pending young -");
	assert_left("pending young");
}
END_TEST

START_TEST(test_old_odd_events_and_ended_actions_go)
{
	struct seen seen = bed_seen("c1", "", 1, at_s(OLD));
	int64_t id = 0;

	seen.operation_id = 1;
	begin();
	store_odd_event(bed.store, bed.source.id, "moved", &seen);
	seen.operation_id = 2;
	seen.key.updated = at_s(YOUNG);
	store_odd_event(bed.store, bed.source.id, "moved", &seen);
	for (int i = 0; i < 2; i++)
		store_action_add(bed.store, &(struct action_wish){
			.source_id = NUMBER_NONE, .shipment_id = NUMBER_NONE, .kind = ACT_PRUNE, .target_id = NUMBER_NONE,
			.version = NUMBER_NONE, .requested_by = "uid:0" }, at_s(OLD), &id);
	store_action_end(bed.store, id, &(struct action_end){ .result = ACTION_DONE }, at_s(OLD));
	commit();
	prune_all();
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM odd_event"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(state) FROM report_actions"), "wanted");
}
END_TEST

/* --- Much ---------------------------------------------------------------------------------------------------------- */

/* So many ended claims and notifications, and as many open ones, all of them old. */
static void fill(int n)
{
	char sql[2048];
	const char *words;

	snprintf(sql, sizeof(sql),
	         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
	         " INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	         "  SELECT 1, 'callback', 1, 'c' || i, i, 0, 0 FROM n;"
	         "UPDATE fold SET inbox_id = (SELECT max(id) FROM inbox);"
	         "INSERT INTO shipment (source_id, model, external_id, updated_us, first_seen_us, via, hint_id, served_id)"
	         " SELECT 1, 'claims', external_id, received_us, 1, 'callback', id, id FROM inbox;"
	         "INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	         " SELECT id, 1, updated_us, updated_us, updated_us, 'callback', iif(id %% 2, 'cancelled', 'new'), 0, 'first', 1"
	         "  FROM shipment;"
	         "INSERT INTO price (shipment_id, at_us, price, revision) SELECT id, 1, '1', 1 FROM shipment;"
	         "UPDATE shipment SET status = iif(id %% 2, 'cancelled', 'new'), reported_status = iif(id %% 2, 'cancelled', 'new')",
	         2 * n);
	words = bed_try(&bed, sql);
	ck_assert_msg(!words, "%s", words);
}

START_TEST(test_ten_thousand_go_a_few_at_a_time)
{
	struct prune prune = store_prune_start(T0, DAYS);
	int64_t n_transactions = 0;

	fill(10000);
	while (prune.stage != PRUNE_DONE) {
		struct prune before = prune;

		begin();
		store_prune(bed.store, &prune);
		commit();
		ck_assert_int_le(prune.n_notifications - before.n_notifications, 500);
		ck_assert_int_le(prune.n_shipments - before.n_shipments, 64);
		ck_assert_int_lt(n_transactions++, 1000);
	}
	ck_assert_int_eq(prune.n_shipments, 10000);
	ck_assert_int_eq(prune.n_notifications, 20000);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) || ' ' || count(*) FILTER (WHERE status = 'new') FROM shipment"), "10000 10000");
	ck_assert_str_eq(bed_ask(&bed, HINTS), "0");
}
END_TEST

START_TEST(test_a_pass_goes_on_from_before_a_commit_that_failed)
{
	struct prune prune = store_prune_start(T0, DAYS);

	fill(300);
	for (int i = 0; prune.stage != PRUNE_DONE; i++) {
		struct prune next = prune;

		begin();
		store_prune(bed.store, &next);
		if (i % 2 == 0) {
			store_rollback(bed.store);
			continue;
		}
		commit();
		prune = next;
	}
	ck_assert_int_eq(prune.n_shipments, 300);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "300");
}
END_TEST

static const enum stmt by_index[] = {
	STMT_PRUNE_HINTS_END, STMT_PRUNE_HINTS, STMT_PRUNE_ODD_EVENTS, STMT_PRUNE_ACTIONS, STMT_PRUNE_IDLE, STMT_PRUNE_UNREAD,
	STMT_PRUNE_IN_USE, STMT_PRUNE_WINDOWS, STMT_PRUNE_VIOLATIONS, STMT_PRUNE_PRICES, STMT_PRUNE_WITNESSES,
	STMT_PRUNE_SHIPMENT_ACTIONS, STMT_PRUNE_HISTORY, STMT_PRUNE_SHIPMENT, STMT_DUE_LIST, STMT_DEADLINES_PASSED, STMT_SHIPMENT_FIND,
	STMT_ANCHOR_BEFORE, STMT_TIMELINE_FROM, STMT_OUTBOX_FORWARDS_DUE, STMT_FORWARD_ADD, STMT_CAMPAIGN_READ,
};

/* Scans of the few rows that a subquery gives are none; nor are those of all that is empty. */
static bool is_scan(const char *detail)
{
	static const char *const tables[] = { "inbox", "shipment", "history", "window", "violation", "price", "action", "outbox" };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (strncmp(detail, "SCAN ", 5) == 0 && strncmp(detail + 5, tables[i], strlen(tables[i])) == 0)
			return true;
	return false;
}

START_TEST(test_statements_go_by_index_before_and_after_statistics)
{
	fill(3000);
	if (_i % 2 == 1)
		ck_assert_ptr_null(bed_try(&bed, "ANALYZE"));

	enum stmt stmt = by_index[_i / 2];
	sqlite3_stmt *plan = NULL;
	char sql[4096];

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", stmt_text(stmt));
	/* As the daemon would see it at its next start. */
	bed.store = store_close(bed.store);
	ck_assert_int_eq(store_open(bed.path, &bed.store, NULL), ERR_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, sql, -1, &plan, NULL), SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *detail = (const char *)sqlite3_column_text(plan, 3);

		ck_assert_msg(!is_scan(detail), "%s: %s", stmt_text(stmt), detail);
	}
	sqlite3_finalize(plan);
}
END_TEST

static void add(Suite *suite, const char *name, void (*set_up)(void), const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, teardown);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("store_keep");
	const TTest *const claims[] = {
		test_what_has_ended_goes_with_all_that_hangs_on_it, test_what_goes_is_counted_before_with_its_last_step,
		test_what_is_open_stays_whatever_its_age, test_what_is_held_stays,
		test_what_is_still_read_or_owed_a_read_stays, test_what_a_message_or_an_action_waits_for_stays,
		test_a_young_notification_keeps_its_shipment, test_what_never_became_more_goes_too,
		test_notifications_go_when_they_are_old_and_have_had_their_read, test_old_odd_events_and_ended_actions_go,
		test_ten_thousand_go_a_few_at_a_time, test_a_pass_goes_on_from_before_a_commit_that_failed,
	};
	const TTest *const orders[] = { test_a_delivered_order_has_ended_when_it_can_not_be_returned_any_more };
	TCase *plans = tcase_create("plans");

	add(suite, "claims", setup, claims, ARRAY_SIZE(claims));
	add(suite, "orders", setup_market, orders, ARRAY_SIZE(orders));
	tcase_add_checked_fixture(plans, setup, teardown);
	tcase_add_loop_test(plans, test_statements_go_by_index_before_and_after_statistics, 0, 2 * (int)ARRAY_SIZE(by_index));
	suite_add_tcase(suite, plans);
	return suite;
}
