/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts in the outbox: which facts make one, once, in the transaction of the fact, and what they say.
 * Component tests.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "store/outbox.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })
#define HOUR_US (3600 * USEC_PER_SEC)
#define DAY_US (24 * HOUR_US)

#define KINDS "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM outbox WHERE channel = 'alert' ORDER BY id)"
#define IN_DELIVERY "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define AT_PICKUP "PICKUP/PICKUP_SERVICE_RECEIVED"

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

/* Each status is entered and read ten seconds after the one before it. */
static void walk(const char *claim, const char *const *statuses, size_t n)
{
	bed_hint(&bed, claim, T0, T0);
	for (size_t i = 0; i < n; i++) {
		struct seen seen = bed_seen(claim, statuses[i], (int64_t)i + 1, at_s((int64_t)i * 10));

		bed_apply(&bed, &seen, at_s((int64_t)i * 10), NULL);
	}
}

static const char *const to_approval[] = { "new", "estimating", "ready_for_approval" };

static void commit(void)
{
	ck_assert_msg(store_commit(bed.store) == ERR_OK, "%s", store_error_text(bed.store));
}

static void begin(void)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
}

static void assert_alerts(const char *kinds)
{
	ck_assert_str_eq(bed_ask(&bed, KINDS), kinds);
}

/* What the only alert says: a member of its data. */
static const char *data(const char *member)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT json_extract(body, '$.data.%s') FROM outbox", member);
	return bed_ask(&bed, sql);
}

/* --- Violations ---------------------------------------------------------------------------------------------------- */

static void hold_one(void)
{
	static const char *const statuses[] = { "new", "estimating", "cancelled" };
	struct seen seen = bed_seen("c1", "performer_lookup", 9, at_s(90));

	walk("c1", statuses, ARRAY_SIZE(statuses));
	bed_apply(&bed, &seen, at_s(91), NULL);
	assert_alerts("");
	for (int64_t again = 92; again < 95; again++)
		bed_apply(&bed, &seen, at_s(again), NULL);
}

START_TEST(test_a_violation_is_told_once)
{
	hold_one();
	assert_alerts("violation");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM report_outbox"),
	                 "main: claim c1: cancelled -> performer_lookup is illegal, held");
	ck_assert_str_eq(bed_ask(&bed, "SELECT json_extract(body, '$.type') || ' ' || json_extract(body, '$.timestamp') FROM outbox"),
	                 "claimd.violation 2026-09-21T14:14:52.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT json_extract(body, '$.data.summary') = summary FROM outbox"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT source || ' ' || external_id || ' ' || state || ' ' || created_at FROM report_outbox"),
	                 "main c1 due 2026-09-21T14:14:52.000000Z");
}
END_TEST

START_TEST(test_its_fields_are_those_of_the_report)
{
	hold_one();
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(key, ' ') FROM outbox, json_each(body, '$.data') j WHERE j.value IS"
	                               " (SELECT CASE key WHEN 'id' THEN v.id WHEN 'source' THEN v.source WHEN 'model' THEN v.model"
	                               "  WHEN 'external_id' THEN v.external_id WHEN 'kind' THEN v.kind"
	                               "  WHEN 'from_status' THEN v.from_status WHEN 'to_status' THEN v.to_status WHEN 'at' THEN v.at"
	                               "  WHEN 'seen_at' THEN v.seen_at WHEN 'state' THEN v.state END FROM report_violations v)"),
	                 "id source model external_id kind from_status to_status at seen_at state");
}
END_TEST

START_TEST(test_a_message_id_is_random_and_its_own)
{
	hold_one();
	ck_assert_str_eq(bed_ask(&bed, "SELECT message_id GLOB 'msg_[0-9a-f]*' AND length(message_id) FROM outbox"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT length(message_id) FROM outbox"), "36");
}
END_TEST

START_TEST(test_an_unknown_status_says_so)
{
	static const char *const statuses[] = { "new", "picking_up" };

	walk("c1", statuses, ARRAY_SIZE(statuses));
	assert_alerts("violation");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM outbox"), "main: claim c1: new -> picking_up is unknown, held");
}
END_TEST

START_TEST(test_what_is_undone_tells_nothing)
{
	struct source source = bed.source;

	source.state = SOURCE_LOCKED_OUT;
	begin();
	store_source_save(bed.store, &source, "HTTP 401", T0);
	store_rollback(bed.store);
	assert_alerts("");
}
END_TEST

/* --- Windows ------------------------------------------------------------------------------------------------------- */

static struct deadline deadline(void)
{
	struct deadline found;
	size_t n = 0;

	ck_assert_int_eq(store_deadlines_passed(bed.store, bed.source.id, at_s(DAY_US), &found, 1, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	return found;
}

static void expire(const struct deadline *passed, struct wall now)
{
	begin();
	store_window_expire(bed.store, passed, now);
	commit();
}

START_TEST(test_a_warning_tells_how_much_is_left)
{
	walk("c1", to_approval, ARRAY_SIZE(to_approval));

	const struct deadline open = deadline();

	begin();
	store_window_warn(bed.store, &open, 119900 * USEC_PER_MS, at_s(500));
	commit();
	assert_alerts("window_warning");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM outbox"),
	                 "main: claim c1: the approval window closes at 2026-09-21T14:23:40.000000Z, in 119 s");
	ck_assert_str_eq(data("kind"), "approval");
	ck_assert_str_eq(data("due_at"), "2026-09-21T14:23:40.000000Z");
	ck_assert_str_eq(data("outcome"), "open");
}
END_TEST

START_TEST(test_a_window_that_the_clock_closes_is_told_once)
{
	struct seen again = bed_seen("c1", "ready_for_approval", 3, at_s(20));

	walk("c1", to_approval, ARRAY_SIZE(to_approval));

	const struct deadline open = deadline();

	expire(&open, at_s(620));
	expire(&open, at_s(621));
	bed_apply(&bed, &again, at_s(622), NULL);
	assert_alerts("window_expired");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM outbox"),
	                 "main: claim c1: the approval window expired at 2026-09-21T14:23:40.000000Z without an answer");
	ck_assert_str_eq(data("closed_at"), "2026-09-21T14:23:40.000000Z");
	ck_assert_str_eq(data("outcome"), "expired");
}
END_TEST

/* Of an open claim, what is read of it when its window is over: the same again, or what it became. */
static const char *const after_the_end[] = { "ready_for_approval", "failed" };

START_TEST(test_a_window_that_a_read_closes_is_told_once)
{
	struct seen seen = bed_seen("c1", after_the_end[_i], 3 + _i, at_s(20 + _i * 800));

	walk("c1", to_approval, ARRAY_SIZE(to_approval));
	assert_alerts("");
	bed_apply(&bed, &seen, at_s(821), NULL);
	assert_alerts("window_expired");
	bed_apply(&bed, &seen, at_s(822), NULL);
	assert_alerts("window_expired");
}
END_TEST

START_TEST(test_a_window_that_was_over_when_it_was_seen_alerts_nobody)
{
	struct seen seen = bed_seen("c1", "ready_for_approval", 3, T0);

	bed_hint(&bed, "c1", T0, T0);
	bed_apply(&bed, &seen, at_s(601), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome FROM report_windows"), "expired");
	assert_alerts("");
}
END_TEST

START_TEST(test_a_window_that_is_met_alerts_nobody)
{
	struct seen seen = bed_seen("c1", "accepted", 4, at_s(619));

	walk("c1", to_approval, ARRAY_SIZE(to_approval));
	bed_apply(&bed, &seen, at_s(700), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome FROM report_windows"), "met");
	assert_alerts("");
}
END_TEST

/* The wish to cancel stands while the order goes on: the window goes over to the new step. */
START_TEST(test_a_window_that_was_taken_over_is_told_once)
{
	const struct hint hint = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, T0);
	struct seen seen = bed_order("1", IN_DELIVERY, at_s(10));

	bed_fold(&bed, &hint);
	seen.asked = at_s(20);
	bed_apply(&bed, &seen, at_s(21), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind || ' ' || outcome FROM report_windows"), "cancel_answer open");

	struct seen moved = bed_order("1", AT_PICKUP, at_s(30));

	moved.asked = at_s(20);
	bed_apply(&bed, &moved, wall_add(T0, 49 * HOUR_US), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind || ' ' || outcome FROM report_windows"), "cancel_answer expired");
	assert_alerts("window_expired");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM outbox"),
	                 "shop: order 1: the cancel_answer window expired at 2026-09-23T14:13:40.000000Z without an answer");
}
END_TEST

/* --- Sources and storage ------------------------------------------------------------------------------------------- */

static void save_state(enum source_state state)
{
	struct source source = bed.source;

	source.state = state;
	begin();
	store_source_save(bed.store, &source, state == SOURCE_OK ? "" : "HTTP 401", T0);
	commit();
}

START_TEST(test_a_lockout_is_told_when_it_begins)
{
	save_state(SOURCE_LIMITED);
	assert_alerts("");
	save_state(SOURCE_LOCKED_OUT);
	save_state(SOURCE_LOCKED_OUT);
	assert_alerts("locked_out");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM outbox"),
	                 "main: locked out: HTTP 401; callbacks go on being stored; check token_file, then reload or restart");
	ck_assert_str_eq(data("reason"), "HTTP 401");
	save_state(SOURCE_OK);
	save_state(SOURCE_LOCKED_OUT);
	assert_alerts("locked_out locked_out");
}
END_TEST

START_TEST(test_silence_and_the_disconnect_are_told_once_a_spell)
{
	const struct hint push = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, T0);

	bed_fold(&bed, &push);
	begin();
	ck_assert(!store_source_disconnect(bed.store, bed.source.id, "twelve days", wall_add(T0, 12 * DAY_US)));
	store_source_silent(bed.store, bed.source.id, at_s(100), at_s(101));
	store_source_silent(bed.store, bed.source.id, at_s(100), at_s(101));
	ck_assert(store_source_disconnect(bed.store, bed.source.id, "twelve days", wall_add(T0, 12 * DAY_US)));
	ck_assert(!store_source_disconnect(bed.store, bed.source.id, "thirteen days", wall_add(T0, 13 * DAY_US)));
	commit();
	assert_alerts("silent disconnect_near");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(summary, '; ') FROM outbox"),
	                 "shop: pushes have stopped while orders change; check the URL in the cabinet, and allow_from; shop: twelve days");

	const struct hint later = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, wall_add(T0, 20 * DAY_US));

	bed_fold(&bed, &later);
	begin();
	store_source_silent(bed.store, bed.source.id, wall_add(T0, 21 * DAY_US), wall_add(T0, 21 * DAY_US));
	ck_assert(store_source_disconnect(bed.store, bed.source.id, "again", wall_add(T0, 32 * DAY_US)));
	commit();
	assert_alerts("silent disconnect_near silent disconnect_near");
}
END_TEST

START_TEST(test_storage_trouble_tells_from_when_to_when)
{
	begin();
	store_storage_trouble(bed.store, T0, at_s(90), "database or disk is full");
	commit();
	assert_alerts("storage_trouble");
	ck_assert_str_eq(bed_ask(&bed, "SELECT summary FROM outbox"), "the database could not be written from 2026-09-21T14:13:20.000000Z"
	                                                              " to 2026-09-21T14:14:50.000000Z: database or disk is full");
	ck_assert_str_eq(data("from_at"), "2026-09-21T14:13:20.000000Z");
	ck_assert_str_eq(data("to_at"), "2026-09-21T14:14:50.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT coalesce(source, '-') || state FROM report_outbox"), "-due");
}
END_TEST

/* --- For the journal ----------------------------------------------------------------------------------------------- */

START_TEST(test_the_journal_gets_what_was_not_logged_yet)
{
	struct alert alerts[4];
	size_t n = 0;

	hold_one();
	begin();
	store_storage_trouble(bed.store, T0, at_s(90), "full");
	commit();
	ck_assert_int_eq(store_alerts_unlogged(bed.store, alerts, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(alerts[0].kind, ALERT_VIOLATION);
	ck_assert_str_eq(alerts[0].source, "main");
	ck_assert_str_eq(alerts[0].source_kind, "delivery");
	ck_assert_str_eq(alerts[0].external_id, "c1");
	ck_assert_str_eq(alerts[0].from, "cancelled");
	ck_assert_str_eq(alerts[0].to, "performer_lookup");
	ck_assert_str_eq(alerts[0].violation, "illegal_transition");
	ck_assert_str_eq(alerts[0].window, "");
	ck_assert_str_eq(alerts[0].message_id, bed_ask(&bed, "SELECT message_id FROM outbox ORDER BY id"));
	ck_assert_int_eq(alerts[1].kind, ALERT_STORAGE_TROUBLE);
	ck_assert_str_eq(alerts[1].source, "");
	ck_assert_str_eq(alerts[1].reason, "full");
	begin();
	store_alert_logged(bed.store, alerts[0].id);
	commit();
	ck_assert_int_eq(store_alerts_unlogged(bed.store, alerts, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	begin();
	ck_assert_uint_eq(store_alerts_drop(bed.store, 10), 1);
	commit();
	assert_alerts("storage_trouble");
}
END_TEST

START_TEST(test_of_a_window_its_kind_is_logged)
{
	struct alert alert;
	size_t n = 0;

	walk("c1", to_approval, ARRAY_SIZE(to_approval));

	const struct deadline open = deadline();

	expire(&open, at_s(620));
	ck_assert_int_eq(store_alerts_unlogged(bed.store, &alert, 1, &n), ERR_OK);
	ck_assert_str_eq(alert.window, "approval");
	ck_assert_str_eq(alert.from, "");
	ck_assert_str_eq(alert.violation, "");
}
END_TEST

/* --- What becomes of transactions ---------------------------------------------------------------------------------- */

static struct {
	unsigned n;
	int result;
	size_t n_messages;
} told;

static void on_end(int result, size_t n_messages, void *cls ATTR_UNUSED)
{
	told.n++;
	told.result = result;
	told.n_messages = n_messages;
}

START_TEST(test_the_end_of_each_transaction_is_told)
{
	struct hint orphan = bed_blank(&bed);

	orphan.source_id = 4711;
	store_set_watch(bed.store, &(struct store_watch){ .on_end = on_end });
	save_state(SOURCE_OK);
	ck_assert(told.n == 1 && told.result == ERR_OK && told.n_messages == 0);
	save_state(SOURCE_LOCKED_OUT);
	ck_assert(told.n == 2 && told.result == ERR_OK && told.n_messages == 1);
	begin();
	store_hint_add(bed.store, &orphan);
	ck_assert_int_eq(store_commit(bed.store), ERR_REFUSED);
	ck_assert(told.n == 3 && told.result == ERR_REFUSED && told.n_messages == 0);
	begin();
	store_hint_add(bed.store, &orphan);
	store_rollback(bed.store);
	ck_assert(told.n == 4 && told.result == ERR_REFUSED);
	begin();
	store_rollback(bed.store);
	ck_assert_uint_eq(told.n, 4);
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
	Suite *suite = suite_create("store_alerts");
	const TTest *const claims[] = {
		test_a_violation_is_told_once, test_its_fields_are_those_of_the_report, test_a_message_id_is_random_and_its_own,
		test_an_unknown_status_says_so, test_what_is_undone_tells_nothing, test_a_warning_tells_how_much_is_left,
		test_a_window_that_the_clock_closes_is_told_once, test_a_window_that_was_over_when_it_was_seen_alerts_nobody,
		test_a_window_that_is_met_alerts_nobody, test_a_lockout_is_told_when_it_begins,
		test_storage_trouble_tells_from_when_to_when, test_the_journal_gets_what_was_not_logged_yet,
		test_of_a_window_its_kind_is_logged, test_the_end_of_each_transaction_is_told,
	};
	const TTest *const orders[] = {
		test_a_window_that_was_taken_over_is_told_once, test_silence_and_the_disconnect_are_told_once_a_spell,
	};
	TCase *reads = tcase_create("reads");

	add(suite, "claims", setup, claims, ARRAY_SIZE(claims));
	add(suite, "orders", setup_market, orders, ARRAY_SIZE(orders));
	tcase_add_checked_fixture(reads, setup, teardown);
	tcase_add_loop_test(reads, test_a_window_that_a_read_closes_is_told_once, 0, ARRAY_SIZE(after_the_end));
	suite_add_tcase(suite, reads);
	return suite;
}
