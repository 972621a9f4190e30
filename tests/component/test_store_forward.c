/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transitions in the outbox: which become messages, what they say, in which order they are due, and that all of it goes by index.
 * Component tests.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "store/outbox.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

#define DUE_MAX 8

static struct bed bed;
static struct outbox_queue queue;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void begin(void)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
}

static void commit(void)
{
	ck_assert_msg(store_commit(bed.store) == ERR_OK, "%s", store_error_text(bed.store));
}

static void forward(bool on)
{
	begin();
	store_source_forwards(bed.store, bed.source.id, on);
	commit();
}

static void setup(void)
{
	bed_open(&bed);
	queue.source_id = bed.source.id;
	forward(true);
}

static void setup_market(void)
{
	bed_open_market(&bed);
	queue.source_id = bed.source.id;
	forward(true);
}

static void teardown(void)
{
	bed_close(&bed);
}

/* A step of CLAIM, of that revision and operation, entered ten seconds after the one before. */
static struct seen event(const char *claim, const char *status, int64_t revision)
{
	struct seen seen = bed_seen(claim, status, revision, at_s(revision * 10));

	seen.snapshot = false;
	seen.via = VIA_JOURNAL;
	seen.operation_id = revision;
	return seen;
}

static void take(const char *claim, const char *status, int64_t revision, int64_t now_s)
{
	struct seen seen = event(claim, status, revision);

	bed_apply(&bed, &seen, at_s(now_s), NULL);
}

static void take_three(const char *claim)
{
	bed_hint(&bed, claim, T0, T0);
	take(claim, "new", 1, 11);
	take(claim, "estimating", 2, 21);
	take(claim, "ready_for_approval", 3, 31);
}

/* What is in the outbox: whose it is, where it goes, and whether it is due. */
static const char *messages(void)
{
	return bed_ask(&bed, "SELECT group_concat(external_id || ' ' || json_extract(body, '$.data.to_status') || ' ' || state, ', ')"
	                     " FROM (SELECT r.*, o.body FROM report_outbox r JOIN outbox o ON o.id = r.id"
	                     "  WHERE r.channel = 'forward' ORDER BY o.id)");
}

static size_t due(struct message_due ret[static DUE_MAX], struct wall now)
{
	size_t n = 0;

	ck_assert_int_eq(store_outbox_due(bed.store, &queue, now, ret, DUE_MAX, &n), ERR_OK);
	return n;
}

static struct message_due only_due(struct wall now)
{
	struct message_due list[DUE_MAX];

	ck_assert_uint_eq(due(list, now), 1);
	return list[0];
}

static void deliver(const struct message_due *message, struct wall now)
{
	begin();
	store_outbox_delivered(bed.store, &queue, message, now);
	commit();
}

/* --- What becomes a message ---------------------------------------------------------------------------------------- */

START_TEST(test_a_source_that_does_not_forward_has_no_messages)
{
	forward(false);
	take_three("c1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM outbox"), "0");
}
END_TEST

START_TEST(test_each_transition_is_a_message_and_the_first_is_due)
{
	take_three("c1");
	ck_assert_str_eq(messages(), "c1 new due, c1 estimating waits, c1 ready_for_approval waits");
	/* What is seen again is none. */
	take("c1", "ready_for_approval", 3, 40);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM outbox"), "3");
}
END_TEST

START_TEST(test_a_message_says_what_the_report_says)
{
	struct hint hint = bed_blank(&bed);

	hint.owes_read = true;
	hint.external_id = "c1";
	hint.own_params = "{\"my_order\":\"A-17\"}";
	bed_fold(&bed, &hint);
	take("c1", "new", 1, 11);
	take("c1", "estimating", 2, 21);
	ck_assert_str_eq(bed_ask(&bed, "SELECT body FROM outbox ORDER BY id DESC"),
	                 "{\"type\":\"claimd.transition\",\"timestamp\":\"2026-09-21T14:13:41.000000Z\",\"data\":{"
	                 "\"source\":\"main\",\"model\":\"claims\",\"campaign_id\":null,\"external_id\":\"c1\",\"seq\":2,"
	                 "\"from_status\":\"new\",\"to_status\":\"estimating\",\"at\":\"2026-09-21T14:13:40.000000Z\","
	                 "\"seen_at\":\"2026-09-21T14:13:41.000000Z\",\"via\":\"journal\",\"verdict\":\"legal\",\"held\":false,"
	                 "\"revision\":2,\"operation_id\":2,\"point_id\":null,\"seconds_in_from\":10.0,"
	                 "\"own_params\":{\"my_order\":\"A-17\"},\"status\":\"estimating\"}}");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM report_outbox ORDER BY id DESC"), "main: claim c1: new -> estimating (legal)");
}
END_TEST

START_TEST(test_an_order_names_its_shop)
{
	const struct hint hint = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, T0);
	struct seen seen = bed_order("1", "PROCESSING/STARTED", at_s(10));

	bed_fold(&bed, &hint);
	bed_apply(&bed, &seen, at_s(11), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT json_extract(body, '$.data.campaign_id', '$.data.model', '$.data.status') FROM outbox"),
	                 "[111,\"dbs\",\"PROCESSING/STARTED\"]");
}
END_TEST

/* A member of what the last message says. */
static const char *last(const char *member)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT json_extract(body, '$.data.%s') FROM outbox WHERE channel = 'forward' ORDER BY id DESC", member);
	return bed_ask(&bed, sql);
}

static void accept_late(void)
{
	struct seen accepted = event("c1", "accepted", 90);

	take_three("c1");
	bed_apply(&bed, &accepted, at_s(901), NULL);
}

START_TEST(test_a_held_status_says_so_and_what_stands)
{
	accept_late();
	ck_assert_str_eq(last("to_status"), "accepted");
	ck_assert_str_eq(last("verdict"), "late");
	ck_assert_str_eq(last("held"), "1");
	ck_assert_str_eq(last("status"), "ready_for_approval");
}
END_TEST

/* An edit that comes to light late opens another window, so that the acceptance was in time: it is told again, as what stands now. */
START_TEST(test_what_is_applied_after_all_is_told_again)
{
	accept_late();
	take("c1", "ready_for_approval", 80, 902);
	ck_assert_str_eq(messages(), "c1 new due, c1 estimating waits, c1 ready_for_approval waits, c1 accepted waits");
	take("c1", "estimating", 70, 903);
	ck_assert_str_eq(messages(), "c1 new due, c1 estimating waits, c1 ready_for_approval waits, c1 accepted waits, "
	                             "c1 estimating waits, c1 ready_for_approval waits, c1 accepted waits");
	ck_assert_str_eq(last("verdict"), "legal");
	ck_assert_str_eq(last("held"), "0");
	ck_assert_str_eq(last("status"), "accepted");
}
END_TEST

/* Reads told of a status, of something else that was missed between, and of the status again: the late event parts them. */
START_TEST(test_a_repeat_that_becomes_a_change_is_told)
{
	const struct hint hint = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, T0);
	struct seen seen = bed_order("1", "DELIVERY/DELIVERY_SERVICE_RECEIVED", at_s(10));

	bed_fold(&bed, &hint);
	bed_apply(&bed, &seen, at_s(11), NULL);
	seen.key.updated = at_s(30);
	seen.asked = at_s(30);
	bed_apply(&bed, &seen, at_s(31), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) || ' ' || count(*) FILTER (WHERE verdict = 'same') FROM history"), "2 1");
	ck_assert_str_eq(messages(), "1 DELIVERY/DELIVERY_SERVICE_RECEIVED due");

	struct seen between = bed_order("1", "DELIVERY/BRAND_NEW", at_s(20));

	between.snapshot = false;
	between.operation_id = 5;
	bed_apply(&bed, &between, at_s(40), NULL);
	ck_assert_str_eq(messages(), "1 DELIVERY/DELIVERY_SERVICE_RECEIVED due, 1 DELIVERY/BRAND_NEW waits, "
	                             "1 DELIVERY/DELIVERY_SERVICE_RECEIVED waits");
}
END_TEST

START_TEST(test_own_params_that_are_no_json_do_no_harm)
{
	bed_hint(&bed, "c1", T0, T0);
	ck_assert_ptr_null(bed_try(&bed, "UPDATE shipment SET own_params = '{broken'"));
	take("c1", "new", 1, 11);
	ck_assert_str_eq(bed_ask(&bed, "SELECT json_type(body, '$.data.own_params') FROM outbox"), "null");
}
END_TEST

/* --- The queue ----------------------------------------------------------------------------------------------------- */

START_TEST(test_what_is_delivered_makes_the_next_one_due)
{
	take_three("c1");

	struct message_due first = only_due(at_s(31));

	ck_assert_int_eq(first.shipment_id, bed_shipment(&bed, "c1"));
	deliver(&first, at_s(50));
	ck_assert_str_eq(messages(), "c1 estimating due, c1 ready_for_approval waits");

	struct message_due second = only_due(at_s(50));

	ck_assert_int_gt(second.id, first.id);
	deliver(&second, at_s(51));
	deliver(&(struct message_due){ .id = only_due(at_s(51)).id, .shipment_id = first.shipment_id }, at_s(52));
	ck_assert_str_eq(messages(), "");
	/* A new one is due at once. */
	take("c1", "accepted", 4, 60);
	ck_assert_str_eq(messages(), "c1 accepted due");
}
END_TEST

START_TEST(test_a_message_that_fails_holds_up_its_own_shipment_alone)
{
	struct message_due list[DUE_MAX];
	struct wall next;

	take_three("c1");
	take_three("c2");

	size_t n = due(list, at_s(40));

	ck_assert_uint_eq(n, 2);
	begin();
	store_outbox_failed(bed.store, list[0].id, "HTTP 400", at_s(100));
	commit();
	ck_assert_str_eq(messages(), "c1 new failing, c1 estimating waits, c1 ready_for_approval waits, c2 new due, c2 estimating waits, "
	                             "c2 ready_for_approval waits");
	ck_assert_str_eq(bed_ask(&bed, "SELECT tries || error || due_at FROM report_outbox WHERE tries > 0"),
	                 "1HTTP 4002026-09-21T14:15:00.000000Z");
	ck_assert_int_eq(only_due(at_s(99)).id, list[1].id);
	ck_assert_int_eq(store_outbox_next(bed.store, &queue, at_s(40), &next), ERR_OK);
	ck_assert_int_eq(next.us, at_s(100).us);
	ck_assert_uint_eq(due(list, at_s(100)), 2);
	ck_assert_int_eq(list[1].tries, 1);
}
END_TEST

START_TEST(test_what_is_sent_is_what_was_stored)
{
	struct message message;

	take_three("c1");
	ck_assert_int_eq(store_outbox_message(bed.store, only_due(at_s(40)).id, &message), ERR_OK);
	ck_assert_str_eq(message.body, bed_ask(&bed, "SELECT body FROM outbox ORDER BY id"));
	ck_assert_str_eq(message.id, bed_ask(&bed, "SELECT message_id FROM outbox ORDER BY id"));
	free(message.body);
	ck_assert_int_eq(store_outbox_message(bed.store, 4711, &message), ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_queues_do_not_mix)
{
	const struct outbox_queue alerts = { .source_id = NUMBER_NONE };
	struct message_due list[DUE_MAX];
	struct alert alert;
	size_t n = 0;

	take_three("c1");
	begin();
	store_storage_trouble(bed.store, T0, at_s(1), "full");
	commit();
	only_due(at_s(40));
	ck_assert_int_eq(store_outbox_due(bed.store, &alerts, at_s(40), list, DUE_MAX, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	/* What is not logged yet is not sent yet. */
	ck_assert_int_eq(store_alerts_unlogged(bed.store, &alert, 1, &n), ERR_OK);
	begin();
	store_alert_logged(bed.store, alert.id);
	commit();
	ck_assert_int_eq(store_outbox_due(bed.store, &alerts, at_s(40), list, DUE_MAX, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(list[0].id, alert.id);
}
END_TEST

START_TEST(test_what_waits_for_nobody_is_stopped)
{
	take_three("c1");
	forward(false);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(DISTINCT state) FROM report_outbox"), "stopped");
	forward(true);
	only_due(at_s(40));
}
END_TEST

START_TEST(test_a_retry_is_due_now_and_of_a_shipment_the_first)
{
	take_three("c1");
	begin();
	store_outbox_failed(bed.store, only_due(at_s(40)).id, "HTTP 400", at_s(3000));
	ck_assert(!store_outbox_retry(bed.store, 4711, at_s(50)));
	ck_assert(store_outbox_retry(bed.store, 3, at_s(50)));
	commit();
	ck_assert_int_eq(only_due(at_s(50)).id, 1);
	begin();
	store_outbox_failed(bed.store, 1, "HTTP 400", at_s(3000));
	ck_assert_uint_eq(store_outbox_retry_some(bed.store, 10, at_s(60)), 1);
	ck_assert_uint_eq(store_outbox_retry_some(bed.store, 10, at_s(60)), 0);
	commit();
	ck_assert_int_eq(only_due(at_s(60)).id, 1);
}
END_TEST

START_TEST(test_what_a_wrong_clock_put_off_is_pulled_in)
{
	take_three("c1");
	begin();
	store_outbox_failed(bed.store, 1, "HTTP 400", at_s(31536000));
	store_outbox_pull(bed.store, &queue, at_s(40 + 3600), at_s(40));
	commit();
	only_due(at_s(40));
}
END_TEST

/* --- By index ------------------------------------------------------------------------------------------------------ */

static const enum stmt by_index[] = {
	STMT_ALERT_ADD, STMT_FORWARD_ADD, STMT_FORWARD_IS_ON, STMT_STEP_SHOWN, STMT_WINDOW_OPEN, STMT_ALERTS_UNLOGGED, STMT_ALERT_LOGGED,
	STMT_ALERTS_DROP, STMT_OUTBOX_ALERTS_DUE, STMT_OUTBOX_FORWARDS_DUE, STMT_OUTBOX_ALERTS_NEXT, STMT_OUTBOX_FORWARDS_NEXT,
	STMT_OUTBOX_ALERTS_PULL, STMT_OUTBOX_FORWARDS_PULL, STMT_OUTBOX_GET, STMT_OUTBOX_DELETE, STMT_OUTBOX_FOLLOW, STMT_OUTBOX_FAILED,
	STMT_OUTBOX_RETRY, STMT_OUTBOX_RETRY_SOME,
};

/* A scan through an index that holds just what is looked for is none: its name says which. */
static bool is_scan(const char *detail)
{
	return strncmp(detail, "SCAN", 4) == 0 && !strstr(detail, "USING INDEX outbox_unlogged") &&
	       !strstr(detail, "INDEX outbox_alert") && !strstr(detail, "CONSTANT ROW") && strcmp(detail, "SCAN m") != 0 &&
	       strcmp(detail, "SCAN message") != 0;
}

START_TEST(test_no_statement_scans)
{
	char sql[4096];
	sqlite3_stmt *stmt = NULL;
	unsigned n = 0;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", stmt_text(by_index[_i]));
	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, sql, -1, &stmt, NULL), SQLITE_OK);
	for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
		const char *detail = (const char *)sqlite3_column_text(stmt, 3);

		ck_assert_msg(!is_scan(detail) && !strstr(detail, "TEMP B-TREE"), "%s: %s", stmt_text(by_index[_i]), detail);
	}
	sqlite3_finalize(stmt);
	ck_assert_uint_gt(n, 0);
}
END_TEST

static void add(Suite *suite, const char *name, void (*set_up)(void), const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("store_forward");
	const TTest *const claims[] = {
		test_a_source_that_does_not_forward_has_no_messages, test_each_transition_is_a_message_and_the_first_is_due,
		test_a_message_says_what_the_report_says, test_a_held_status_says_so_and_what_stands,
		test_what_is_applied_after_all_is_told_again, test_own_params_that_are_no_json_do_no_harm,
		test_what_is_delivered_makes_the_next_one_due, test_a_message_that_fails_holds_up_its_own_shipment_alone,
		test_what_is_sent_is_what_was_stored, test_queues_do_not_mix, test_what_waits_for_nobody_is_stopped,
		test_a_retry_is_due_now_and_of_a_shipment_the_first, test_what_a_wrong_clock_put_off_is_pulled_in,
	};
	const TTest *const orders[] = { test_an_order_names_its_shop, test_a_repeat_that_becomes_a_change_is_told };
	TCase *plans = tcase_create("plans");

	add(suite, "claims", setup, claims, ARRAY_SIZE(claims));
	add(suite, "orders", setup_market, orders, ARRAY_SIZE(orders));
	tcase_add_checked_fixture(plans, setup, teardown);
	tcase_add_loop_test(plans, test_no_statement_scans, 0, ARRAY_SIZE(by_index));
	suite_add_tcase(suite, plans);
	return suite;
}
