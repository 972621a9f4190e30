/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipment that somebody wants to act on: found by its id, and how it stands.
 * Component tests.
 */
#include <string.h>

#include "base/err.h"
#include "store/query.h"
#include "store/standing.h"
#include "store_bed.h"
#include "tests/suite.h"

static struct bed bed;

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

static void see(const char *claim, const char *status, int64_t revision, int64_t s)
{
	struct seen seen = bed_seen(claim, status, revision, bed_at(s));

	bed_apply(&bed, &seen, bed_at(s + 1), NULL);
}

/* A claim that was read in STATUS, a second after it came there. */
static int64_t make_claim(const char *claim, const char *status)
{
	bed_hint(&bed, claim, bed_at(0), bed_at(0));
	see(claim, status, 5, 0);
	return bed_shipment(&bed, claim);
}

/* --- How it stands -------------------------------------------------------------------------------------------------- */

static struct window standing_window(const char *id)
{
	struct shipment shipment;
	struct pending pending;
	struct window window;

	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, id), &shipment, &pending), ERR_OK);
	ck_assert_int_eq(store_standing_window(bed.store, &shipment, &window), ERR_OK);
	return window;
}

START_TEST(the_window_of_what_stands_is_open_and_then_expired)
{
	struct deadline deadline;
	struct window window;
	size_t n = 0;

	make_claim("c1", "ready_for_approval");
	window = standing_window("c1");
	ck_assert_ptr_eq(window.rule, model_window(&model_claims, model_status(&model_claims, "ready_for_approval")));
	ck_assert_int_eq(window.opened.us, bed_at(0).us);
	ck_assert_int_eq(window.due.us, bed_at(600).us);
	ck_assert_int_eq(window.outcome, OUTCOME_OPEN);
	ck_assert_int_eq(store_deadlines_passed(bed.store, bed.source.id, bed_at(600), &deadline, 1, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_window_expire(bed.store, &deadline, bed_at(601));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	window = standing_window("c1");
	ck_assert_int_eq(window.outcome, OUTCOME_EXPIRED);
	ck_assert_int_eq(window.closed.us, bed_at(600).us);
}
END_TEST

START_TEST(a_window_that_was_left_governs_nothing)
{
	make_claim("c1", "ready_for_approval");
	see("c1", "accepted", 6, 60);
	ck_assert_ptr_null(standing_window("c1").rule);
	make_claim("c2", "new");
	ck_assert_ptr_null(standing_window("c2").rule);
}
END_TEST

START_TEST(of_several_windows_the_newest_governs)
{
	make_claim("c1", "ready_for_approval");
	see("c1", "estimating", 6, 700);
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome FROM window"), "expired");
	ck_assert_ptr_null(standing_window("c1").rule);
	see("c1", "ready_for_approval", 7, 710);
	ck_assert_int_eq(standing_window("c1").due.us, bed_at(1310).us);
}
END_TEST

START_TEST(a_wish_to_cancel_is_a_window_of_what_stands)
{
	struct hint push = bed_push(&bed, "55000001", BED_CAMPAIGN_DBS, "DELIVERY/DELIVERY_SERVICE_RECEIVED", bed_at(0));
	struct seen seen = bed_order("55000001", "DELIVERY/DELIVERY_SERVICE_RECEIVED", bed_at(0));

	bed_fold(&bed, &push);
	bed_apply(&bed, &seen, bed_at(1), NULL);
	ck_assert_ptr_null(standing_window("55000001").rule);
	seen.key.updated = bed_at(60);
	seen.asked = bed_at(50);
	bed_apply(&bed, &seen, bed_at(61), NULL);
	ck_assert_uint_eq(standing_window("55000001").rule->flags, WINDOW_REQUEST);
	ck_assert_int_eq(standing_window("55000001").due.us, bed_at(50 + 48 * 3600).us);
}
END_TEST

START_TEST(an_order_without_a_model_has_no_window)
{
	struct hint push = bed_push(&bed, "55000009", 999, "DELIVERY/DELIVERY_SERVICE_RECEIVED", bed_at(0));

	bed_fold(&bed, &push);
	ck_assert_ptr_null(standing_window("55000009").rule);
}
END_TEST

static const char *status_at(const char *claim, struct wall at)
{
	static char status[STATUS_TEXT_SIZE];

	ck_assert_int_eq(store_status_at(bed.store, bed_shipment(&bed, claim), at, status), ERR_OK);
	return status;
}

START_TEST(the_status_at_a_time_is_what_was_known_and_stood_then)
{
	struct seen late = bed_seen("c1", "estimating", 4, bed_at(-60));

	make_claim("c1", "ready_for_approval");
	see("c1", "accepted", 6, 60);
	see("c1", "new", 7, 70); /* suspected, then held */
	see("c1", "new", 7, 71);
	late.snapshot = false;
	late.operation_id = 4;
	bed_apply(&bed, &late, bed_at(90), NULL);
	ck_assert_str_eq(status_at("c1", bed_at(0)), "");
	ck_assert_str_eq(status_at("c1", bed_at(1)), "ready_for_approval");
	ck_assert_str_eq(status_at("c1", bed_at(60)), "ready_for_approval");
	ck_assert_str_eq(status_at("c1", bed_at(61)), "accepted");
	ck_assert_str_eq(status_at("c1", bed_at(100)), "accepted");
}
END_TEST

static bool is_dismissed(const char *claim)
{
	bool dismissed = false;

	ck_assert_int_eq(store_standing_dismissed(bed.store, bed_shipment(&bed, claim), &dismissed), ERR_OK);
	return dismissed;
}

START_TEST(of_what_is_held_the_newest_counts_as_dismissed_or_not)
{
	make_claim("c1", "performer_found");
	ck_assert(!is_dismissed("c1"));
	see("c1", "new", 7, 70); /* suspected, then held */
	see("c1", "new", 7, 71);
	ck_assert(!is_dismissed("c1"));
	ck_assert_ptr_null(bed_try(&bed, "UPDATE violation SET state = 'dismissed', resolved_us = 1, resolved_by = 'uid:1000'"));
	ck_assert(is_dismissed("c1"));
	see("c1", "new", 8, 80);
	ck_assert(is_dismissed("c1"));
	see("c1", "estimating", 9, 90);
	see("c1", "estimating", 9, 91);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM violation"), "2");
	ck_assert(!is_dismissed("c1"));
}
END_TEST

/* --- Found ---------------------------------------------------------------------------------------------------------- */

static size_t find(const char *source, const char *external_id, struct shipment_found *ret)
{
	size_t n = 99;

	ck_assert_int_eq(store_shipment_find(bed.store, source, external_id, ret, &n), ERR_OK);
	return n;
}

START_TEST(a_shipment_is_found_by_its_id_with_or_without_its_source)
{
	int64_t id = make_claim("c1", "accepted");
	struct shipment_found found = { 0 };

	ck_assert_uint_eq(find(NULL, "c1", &found), 1);
	ck_assert_int_eq(found.shipment_id, id);
	ck_assert_int_eq(found.source_id, bed.source.id);
	ck_assert_str_eq(found.source_kind, "delivery");
	ck_assert_int_eq(found.version, 1);
	ck_assert_uint_eq(find("main", "c1", &found), 1);
	ck_assert_uint_eq(find("other", "c1", &found), 0);
	ck_assert_uint_eq(find(NULL, "c", &found), 0);
	ck_assert_uint_eq(find(NULL, "C1", &found), 0);
}
END_TEST

START_TEST(an_id_that_several_sources_know_is_found_by_the_name_of_one)
{
	int64_t id = make_claim("c1", "accepted");
	struct shipment_found found = { .shipment_id = -1 };

	ck_assert_ptr_null(bed_try(&bed, "INSERT INTO source (id, kind, name, since_us) VALUES (9, 'market', 'shop', 1);"
	                                 "INSERT INTO shipment (id, source_id, external_id, first_seen_us, via)"
	                                 " VALUES (90, 9, 'c1', 1, 'sweep')"));
	ck_assert_uint_eq(find(NULL, "c1", &found), 2);
	ck_assert_int_eq(found.shipment_id, -1);
	ck_assert_uint_eq(find("main", "c1", &found), 1);
	ck_assert_int_eq(found.shipment_id, id);
	ck_assert_uint_eq(find("shop", "c1", &found), 1);
	ck_assert_int_eq(found.shipment_id, 90);
	ck_assert_str_eq(found.source_kind, "market");
	ck_assert_int_eq(found.version, NUMBER_NONE);
}
END_TEST

START_TEST(no_verb_looks_at_what_it_does_not_want)
{
	static const enum stmt stmts[] = { STMT_WINDOW_STANDING, STMT_STANDING_DISMISSED, STMT_STATUS_AT, STMT_SHIPMENT_NAMED };

	for (size_t i = 0; i < ARRAY_SIZE(stmts); i++)
		bed_check_plan(&bed, stmt_text(stmts[i]), "SEARCH ");
}
END_TEST

/* Of windows that are open there may be few when somebody counts them, and many afterwards. */
START_TEST(an_open_window_is_found_by_its_claim_however_few_there_were)
{
	ck_assert_ptr_null(bed_try(&bed, "INSERT INTO sqlite_stat1 VALUES ('window', 'window_open', '7 7 1')"));
	bed_check_plan(&bed, stmt_text(STMT_WINDOW_OPEN), "SEARCH ");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("store_standing");
	TCase *claims = tcase_create("claims");
	TCase *orders = tcase_create("orders");

	tcase_add_checked_fixture(claims, setup, teardown);
	tcase_add_test(claims, the_window_of_what_stands_is_open_and_then_expired);
	tcase_add_test(claims, a_window_that_was_left_governs_nothing);
	tcase_add_test(claims, of_several_windows_the_newest_governs);
	tcase_add_test(claims, the_status_at_a_time_is_what_was_known_and_stood_then);
	tcase_add_test(claims, of_what_is_held_the_newest_counts_as_dismissed_or_not);
	tcase_add_test(claims, a_shipment_is_found_by_its_id_with_or_without_its_source);
	tcase_add_test(claims, an_id_that_several_sources_know_is_found_by_the_name_of_one);
	tcase_add_test(claims, no_verb_looks_at_what_it_does_not_want);
	tcase_add_test(claims, an_open_window_is_found_by_its_claim_however_few_there_were);
	tcase_add_checked_fixture(orders, setup_market, teardown);
	tcase_add_test(orders, a_wish_to_cancel_is_a_window_of_what_stands);
	tcase_add_test(orders, an_order_without_a_model_has_no_window);
	suite_add_tcase(suite, claims);
	suite_add_tcase(suite, orders);
	return suite;
}
