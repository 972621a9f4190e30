/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market orders on a real file: the one door with "STATUS/SUBSTATUS", what the file itself refuses of it, and report_orders.
 * Component tests.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

#define STARTED "PROCESSING/STARTED"
#define IN_DELIVERY "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define DELIVERED "DELIVERED/DELIVERY_SERVICE_DELIVERED"

#define LAST_ID "9223372036854775807"

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open_market(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

static void push(const char *order, int64_t campaign_id)
{
	const struct hint hint = bed_push(&bed, order, campaign_id, NULL, T0);

	bed_fold(&bed, &hint);
}

/* Each status is read ten seconds after the one before it. */
static void walk(const char *order, const char *const *statuses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen seen = bed_order(order, statuses[i], at_s((int64_t)i * 10));

		bed_apply(&bed, &seen, at_s((int64_t)i * 10 + 1), NULL);
	}
}

/* --- The one door -------------------------------------------------------------------------------------------------- */

START_TEST(test_a_life_becomes_transitions)
{
	static const char *const statuses[] = { STARTED, STARTED, IN_DELIVERY, DELIVERED };

	push("1", BED_CAMPAIGN_DBS);
	walk("1", statuses, ARRAY_SIZE(statuses));
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(model || ' ' || coalesce(from_status, '-') || '>' || to_status || ' '"
	                               " || verdict, ', ') FROM (SELECT * FROM report_transitions ORDER BY seq)"),
	                 "dbs ->" STARTED " first, dbs " STARTED ">" IN_DELIVERY " legal, dbs " IN_DELIVERY ">" DELIVERED " legal");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(model || ' ' || status || ' ' || p50_s, ', ') FROM"
	                               " (SELECT * FROM report_durations ORDER BY status)"),
	                 "dbs " IN_DELIVERY " 10.0, dbs " STARTED " 20.0");
}
END_TEST

START_TEST(test_a_reason_of_a_cancellation_may_be_corrected)
{
	static const char *const statuses[] = { STARTED, "CANCELLED/SHOP_FAILED", "CANCELLED/BRAND_NEW" };

	push("1", BED_CAMPAIGN_DBS);
	walk("1", statuses, ARRAY_SIZE(statuses));
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(verdict, ' ') FROM (SELECT * FROM report_transitions ORDER BY seq)"),
	                 "first legal legal");
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || substatus || ' ' || phase || ' ' || terminal FROM report_orders"),
	                 "CANCELLED BRAND_NEW cancel 1");
}
END_TEST

START_TEST(test_a_read_brings_the_model_that_no_campaign_told)
{
	struct seen seen = bed_order("1", "PROCESSING/PACKAGING", at_s(1));
	struct shipment shipment;
	struct pending pending;

	seen.model = &model_laas;
	push("1", 4711);
	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, "1"), &shipment, &pending), ERR_OK);
	ck_assert_ptr_null(shipment.model);
	bed_apply(&bed, &seen, at_s(2), NULL);
	ck_assert_int_eq(store_shipment(bed.store, shipment.id, &shipment, &pending), ERR_OK);
	ck_assert_ptr_eq(shipment.model, &model_laas);
	ck_assert_str_eq(shipment.status, "PROCESSING/PACKAGING");
}
END_TEST

START_TEST(test_an_empty_timeline_saves_the_shipment_alone)
{
	struct timeline none = { 0 };
	struct changes changes;
	struct shipment shipment;
	struct pending pending;

	push("1", BED_CAMPAIGN_DBS);
	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, "1"), &shipment, &pending), ERR_OK);
	ck_assert_ptr_eq(shipment.model, &model_dbs);
	shipment.model = NULL;
	shipment.asked = at_s(5);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_apply(bed.store, &shipment, &none, T0, &changes);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(store_shipment(bed.store, shipment.id, &shipment, &pending), ERR_OK);
	ck_assert_ptr_null(shipment.model);
	ck_assert_int_eq(shipment.asked.us, at_s(5).us);
}
END_TEST

START_TEST(test_a_step_keeps_what_an_order_tells)
{
	struct seen seen = bed_order("1", IN_DELIVERY, at_s(10));
	struct timeline timeline;

	push("1", BED_CAMPAIGN_DBS);
	seen.asked = at_s(10);
	seen.prepaid = true;
	seen.may_skip = true;
	bed_apply(&bed, &seen, at_s(11), NULL);
	ck_assert_int_eq(store_timeline(bed.store, bed_shipment(&bed, "1"), NULL, &timeline), ERR_OK);
	ck_assert_uint_eq(timeline.n, 1);
	ck_assert_int_eq(timeline.steps[0].asked.us, at_s(10).us);
	ck_assert(timeline.steps[0].prepaid);
	ck_assert(timeline.steps[0].may_skip);
	store_timeline_done(&timeline);
}
END_TEST

START_TEST(test_a_step_tells_nothing_that_was_not_told)
{
	struct seen seen = bed_order("1", IN_DELIVERY, at_s(10));
	struct timeline timeline;

	push("1", BED_CAMPAIGN_DBS);
	bed_apply(&bed, &seen, at_s(11), NULL);
	ck_assert_int_eq(store_timeline(bed.store, bed_shipment(&bed, "1"), NULL, &timeline), ERR_OK);
	ck_assert(!wall_is_set(timeline.steps[0].asked));
	ck_assert(!timeline.steps[0].prepaid);
	ck_assert(!timeline.steps[0].may_skip);
	store_timeline_done(&timeline);
}
END_TEST

START_TEST(test_a_wish_to_cancel_opens_a_window_while_the_status_stays)
{
	struct seen wish = bed_order("1", IN_DELIVERY, at_s(30));
	struct seen plain = bed_order("1", IN_DELIVERY, at_s(10));
	struct deadline deadline[2];
	size_t n = 0;

	push("1", BED_CAMPAIGN_DBS);
	bed_apply(&bed, &plain, at_s(11), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_windows"), "0");
	wish.asked = at_s(25);
	bed_apply(&bed, &wish, at_s(31), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT model || ' ' || kind || ' ' || outcome || ' ' || opened_at || ' ' || due_at"
	                               " FROM report_windows"),
	                 "dbs cancel_answer open 2026-09-21T14:13:45.000000Z 2026-09-23T14:13:45.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT window_kind || ' ' || window_due_at FROM report_orders"),
	                 "cancel_answer 2026-09-23T14:13:45.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_transitions"), "1");
	ck_assert_int_eq(store_deadlines_passed(bed.store, bed.source.id, at_s(48 * 3600 + 25), deadline, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(deadline[0].kind, "cancel_answer");
	ck_assert_str_eq(deadline[0].external_id, "1");
	ck_assert_int_eq(deadline[0].due.us, at_s(48 * 3600 + 25).us);
}
END_TEST

START_TEST(test_a_reservation_expires)
{
	struct seen reserved = bed_order(LAST_ID, "RESERVED/", at_s(0));
	struct deadline deadline;
	struct wall due;
	struct wall unwarned;
	size_t n = 0;

	push(LAST_ID, BED_CAMPAIGN_LAAS);
	bed_apply(&bed, &reserved, at_s(1), NULL);
	ck_assert_int_eq(store_next_deadlines(bed.store, bed.source.id, &due, &unwarned), ERR_OK);
	ck_assert_int_eq(due.us, at_s(3600).us);
	ck_assert_int_eq(store_deadlines_passed(bed.store, bed.source.id, due, &deadline, 1, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_window_expire(bed.store, &deadline, due);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT external_id || ' ' || kind || ' ' || outcome FROM report_windows"),
	                 LAST_ID " reservation expired");
	ck_assert_str_eq(bed_ask(&bed, "SELECT window_kind IS NULL AND window_due_at IS NULL FROM report_orders"), "1");
}
END_TEST

START_TEST(test_a_listed_order_gets_the_name_it_lacked)
{
	struct shipment_name name = { bed.source.id, &model_laas, BED_CAMPAIGN_LAAS, "1", VIA_SWEEP };
	int64_t id = 0;

	push("1", NUMBER_NONE);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_shipment_id(bed.store, &name, T0, &id), ERR_OK);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(id, bed_shipment(&bed, "1"));
	ck_assert_str_eq(bed_ask(&bed, "SELECT campaign_id || coalesce(model, '') FROM shipment"), "112");
	name.campaign_id = BED_CAMPAIGN_DBS;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_shipment_id(bed.store, &name, T0, &id), ERR_OK);
	name.external_id = LAST_ID;
	ck_assert_int_eq(store_shipment_id(bed.store, &name, T0, &id), ERR_OK);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(external_id || ' ' || coalesce(model, '-') || ' ' || campaign_id || ' '"
	                               " || via, ', ') FROM shipment"), "1 - 112 callback, " LAST_ID " laas 111 sweep");
}
END_TEST

/* --- What the file refuses, whoever writes ------------------------------------------------------------------------- */

/* A history row marked legal, and whether the file takes it. */
struct edge_try {
	int64_t campaign_id;
	const char *from;
	const char *to;
	bool taken;
};

static const struct edge_try edge_tries[] = {
	{ BED_CAMPAIGN_DBS, STARTED, IN_DELIVERY, true },
	{ BED_CAMPAIGN_DBS, STARTED, "PICKUP/PICKUP_SERVICE_RECEIVED", false },
	{ BED_CAMPAIGN_DBS, STARTED, "CANCELLED/ANYTHING", true },
	{ BED_CAMPAIGN_DBS, STARTED, "CANCELLED/", true },
	{ BED_CAMPAIGN_DBS, STARTED, "CANCELLED", false },
	{ BED_CAMPAIGN_DBS, "CANCELLED/ONE", "CANCELLED/OTHER", true },
	{ BED_CAMPAIGN_DBS, "CANCELLED/ONE", STARTED, false },
	/* A node of its own takes nothing from its family, and a stranger of the same family does. */
	{ BED_CAMPAIGN_DBS, DELIVERED, "CANCELLED/SHOP_FAILED", false },
	{ BED_CAMPAIGN_DBS, "DELIVERED/BRAND_NEW", "CANCELLED/SHOP_FAILED", true },
	{ BED_CAMPAIGN_DBS, STARTED, "PROCESSING/BRAND_NEW", true },
	{ BED_CAMPAIGN_DBS, "PROCESSING/BRAND_NEW", IN_DELIVERY, true },
	{ BED_CAMPAIGN_DBS, "PROCESSING/BRAND_NEW", DELIVERED, false },
	{ BED_CAMPAIGN_DBS, STARTED, "NEVER/HEARD_OF", false },
	{ BED_CAMPAIGN_DBS, "NEVER/HEARD_OF", "CANCELLED/SHOP_FAILED", false },
	{ BED_CAMPAIGN_DBS, IN_DELIVERY, "DELIVERY/DELIVERY_SERVICE_DELIVERED", false },
	{ BED_CAMPAIGN_LAAS, IN_DELIVERY, "DELIVERY/DELIVERY_SERVICE_DELIVERED", true },
	{ BED_CAMPAIGN_LAAS, STARTED, IN_DELIVERY, false },
	{ 4711, STARTED, IN_DELIVERY, false }, /* of no model */
};

#define STEP_INSERT                                                                                                      \
	"INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict,"         \
	" from_status, seq) VALUES (1, 0, 9, 9, 9, 'manual', '%s', 0, '%s', '%s', 1)"

static void assert_taken(const char *sql, bool taken)
{
	const char *words = bed_try(&bed, sql);

	if (taken)
		ck_assert_msg(!words, "%s: %s", sql, words);
	else
		ck_assert_msg(words && strstr(words, "no such edge"), "%s: %s", sql, words ? words : "taken");
}

START_TEST(test_the_file_knows_the_edges_of_orders)
{
	const struct edge_try *try = &edge_tries[_i];
	char sql[512];

	push("1", try->campaign_id);
	snprintf(sql, sizeof(sql), STEP_INSERT, try->to, "legal", try->from);
	assert_taken(sql, try->taken);
	ck_assert_ptr_null(bed_try(&bed, "DELETE FROM history"));
	snprintf(sql, sizeof(sql), STEP_INSERT, try->to, "gap", try->from);
	ck_assert_ptr_null(bed_try(&bed, sql));
	assert_taken("UPDATE history SET verdict = 'legal'", try->taken);
}
END_TEST

/* --- report_orders ------------------------------------------------------------------------------------------------- */

START_TEST(test_an_order_is_reported_from_its_first_push_on)
{
	push(LAST_ID, BED_CAMPAIGN_DBS);
	ck_assert_str_eq(bed_ask(&bed, "SELECT source || ' ' || model || ' ' || campaign_id || ' ' || order_id || ' ' || held || ' '"
	                               " || terminal || ' ' || placement FROM report_orders WHERE status IS NULL AND substatus IS NULL"
	                               " AND phase IS NULL AND updated_at IS NULL AND last_read_at IS NULL AND reported_status IS NULL"
	                               " AND window_kind IS NULL"),
	                 "shop dbs 111 " LAST_ID " 0 0 DBS");
}
END_TEST

START_TEST(test_a_brand_new_substatus_reaches_the_report)
{
	struct seen seen = bed_order(LAST_ID, "PROCESSING/BRAND_NEW", at_s(10));

	push(LAST_ID, BED_CAMPAIGN_DBS);
	bed_apply(&bed, &seen, at_s(11), NULL);
	bed_settle(&bed, LAST_ID, at_s(11));
	ck_assert_str_eq(bed_ask(&bed, "SELECT order_id || ' ' || status || ' ' || substatus || ' ' || phase || ' ' || terminal || ' '"
	                               " || reported_status || ' ' || held FROM report_orders"),
	                 LAST_ID " PROCESSING BRAND_NEW pickup 0 PROCESSING/BRAND_NEW 0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT updated_at || ' ' || first_seen_at || ' ' || last_read_at FROM report_orders"),
	                 "2026-09-21T14:13:30.000000Z 2026-09-21T14:13:21.000000Z 2026-09-21T14:13:31.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind || ' ' || to_status FROM report_violations"), "unknown_status PROCESSING/BRAND_NEW");
}
END_TEST

START_TEST(test_a_status_without_substatus_has_none)
{
	struct seen seen = bed_order("1", "RETURNED/", at_s(10));

	push("1", BED_CAMPAIGN_DBS);
	bed_apply(&bed, &seen, at_s(11), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || phase FROM report_orders WHERE substatus IS NULL"), "RETURNED return");
}
END_TEST

START_TEST(test_a_held_status_stands_beside_the_current_one)
{
	static const char *const statuses[] = { STARTED, IN_DELIVERY, DELIVERED, "CANCELLED/SHOP_FAILED", "CANCELLED/SHOP_FAILED" };

	push("1", BED_CAMPAIGN_DBS);
	walk("1", statuses, ARRAY_SIZE(statuses));
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || substatus || ' ' || terminal || ' ' || reported_status || ' ' || held"
	                               " FROM report_orders"),
	                 "DELIVERED DELIVERY_SERVICE_DELIVERED 0 CANCELLED/SHOP_FAILED 1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT model || ' ' || kind || ' ' || from_status || ' ' || to_status FROM report_violations"),
	                 "dbs illegal_transition " DELIVERED " CANCELLED/SHOP_FAILED");
}
END_TEST

START_TEST(test_what_has_no_model_is_in_no_report)
{
	push("1", 4711);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_orders"), "0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_claims"), "0");
}
END_TEST

START_TEST(test_claims_are_no_orders)
{
	struct source delivery;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_source(bed.store, "delivery", "main", T0, &delivery), ERR_OK);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	push("1", BED_CAMPAIGN_DBS);
	bed.source = delivery;
	bed_hint(&bed, "c1", T0, T0);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(order_id) FROM report_orders"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(claim_id) FROM report_claims"), "c1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(kind || ' ' || source, ', ') FROM"
	                               " (SELECT * FROM report_sources ORDER BY source)"), "delivery main, market shop");
}
END_TEST

/* The orders that a report lists, by their ids. */
static const char *listed(enum report_query query, const char *const *args, size_t n_args)
{
	static char ids[128];
	struct report *report = NULL;
	bool any = false;

	ids[0] = '\0';
	ck_assert_int_eq(store_report(bed.store, query, args, n_args, &report), ERR_OK);
	while (report_next(report, &any) == ERR_OK && any)
		snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s ", report_text(report, 3));
	ck_assert_str_eq(report_name(report, 3), "order_id");
	report_free(report);
	return ids;
}

struct order_query {
	const char *args[4];
	const char *ids;
};

static const struct order_query order_queries[] = {
	{ { NULL, NULL, "0", "0" }, "1 2 3 4 " },
	{ { "CANCELLED", NULL, NULL, NULL }, "2 " },
	{ { "CANCELLED/LOST", NULL, NULL, NULL }, "2 " },
	{ { "CANCELLED/", NULL, NULL, NULL }, "" },
	{ { "CANCELLED/SHOP_FAILED", NULL, NULL, NULL }, "" },
	{ { "PROCESSING", NULL, NULL, NULL }, "1 3 " },
	{ { STARTED, NULL, NULL, NULL }, "1 3 " },
	{ { "STARTED", NULL, NULL, NULL }, "" },
	{ { "RETURNED/", NULL, NULL, NULL }, "4 " },
	{ { NULL, "shop", NULL, NULL }, "1 2 3 4 " },
	{ { NULL, "other", NULL, NULL }, "" },
	{ { NULL, NULL, "1", NULL }, "1 3 " },
	{ { NULL, NULL, NULL, "1" }, "3 " },
};

START_TEST(test_orders_are_listed_by_what_is_asked)
{
	static const char *const lost[] = { STARTED, "CANCELLED/LOST" };
	static const char *const held[] = { STARTED, DELIVERED, DELIVERED };
	static const char *const returned[] = { STARTED, DELIVERED, DELIVERED, "RETURNED/" };
	const struct order_query *query = &order_queries[_i];

	for (int order = 1; order <= 3; order++)
		push((const char[]){ (char)('0' + order), '\0' }, BED_CAMPAIGN_DBS);
	push("4", BED_CAMPAIGN_LAAS);
	walk("1", held, 1);
	walk("2", lost, ARRAY_SIZE(lost));
	walk("3", held, ARRAY_SIZE(held));
	walk("4", returned, ARRAY_SIZE(returned));
	ck_assert_str_eq(listed(REPORT_LIST_ORDERS, query->args, 4), query->ids);
}
END_TEST

START_TEST(test_an_order_tells_its_campaign)
{
	int64_t campaign_id = 0;

	push("1", BED_CAMPAIGN_LAAS);
	push("2", NUMBER_NONE);
	ck_assert_int_eq(store_shipment_campaign(bed.store, bed_shipment(&bed, "1"), &campaign_id), ERR_OK);
	ck_assert_int_eq(campaign_id, BED_CAMPAIGN_LAAS);
	ck_assert_int_eq(store_shipment_campaign(bed.store, bed_shipment(&bed, "2"), &campaign_id), ERR_OK);
	ck_assert_int_eq(campaign_id, NUMBER_NONE);
	ck_assert_int_eq(store_shipment_campaign(bed.store, 77, &campaign_id), ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_one_order_is_shown)
{
	const char *const args[] = { LAST_ID };

	push("1", BED_CAMPAIGN_DBS);
	push(LAST_ID, BED_CAMPAIGN_DBS);
	ck_assert_str_eq(listed(REPORT_SHOW_ORDER, args, 1), LAST_ID " ");
}
END_TEST

START_TEST(test_a_source_tells_of_its_last_list)
{
	ck_assert_str_eq(bed_ask(&bed, "SELECT cursor_at IS NULL FROM report_sources"), "1");
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_cursor_save(bed.store, bed.source.id, "1790000000", 3, at_s(10));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT cursor_at || ' ' || journal_events FROM report_sources"), "2026-09-21T14:13:30.000000Z 3");
}
END_TEST

static TCase *add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("orders");
	const TTest *const door[] = {
		test_a_life_becomes_transitions, test_a_reason_of_a_cancellation_may_be_corrected,
		test_an_order_tells_its_campaign, test_a_read_brings_the_model_that_no_campaign_told,
		test_an_empty_timeline_saves_the_shipment_alone,
		test_a_step_keeps_what_an_order_tells, test_a_step_tells_nothing_that_was_not_told,
		test_a_wish_to_cancel_opens_a_window_while_the_status_stays, test_a_reservation_expires,
		test_a_listed_order_gets_the_name_it_lacked,
	};
	const TTest *const reports[] = {
		test_an_order_is_reported_from_its_first_push_on, test_a_brand_new_substatus_reaches_the_report,
		test_a_status_without_substatus_has_none, test_a_held_status_stands_beside_the_current_one,
		test_what_has_no_model_is_in_no_report, test_claims_are_no_orders, test_one_order_is_shown,
		test_a_source_tells_of_its_last_list,
	};

	add(suite, "door", door, ARRAY_SIZE(door));
	tcase_add_loop_test(add(suite, "guards", NULL, 0), test_the_file_knows_the_edges_of_orders, 0, ARRAY_SIZE(edge_tries));
	tcase_add_loop_test(add(suite, "reports", reports, ARRAY_SIZE(reports)), test_orders_are_listed_by_what_is_asked, 0,
	                    ARRAY_SIZE(order_queries));
	return suite;
}
