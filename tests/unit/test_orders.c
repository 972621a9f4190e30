/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's orders, read one snapshot after another: jumps, families, strangers, and times of whole seconds.
 * Tests, unit ring. Whole lives and every pair are test_orders_life.c's, windows test_orders_window.c's.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/ledger.h"

/* --- Jumps ----------------------------------------------------------------------------------------------- */

/* Section 3.1, "Not in the diagram", and whether a path of the diagram leads there all the same. */
static const struct {
	const char *from;
	const char *to;
	bool has_path;
} jumps[] = {
	{ "PROCESSING/STARTED", "PICKUP/PICKUP_SERVICE_RECEIVED", true },
	{ "PROCESSING/STARTED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", true },
	{ "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", false },
	{ "DELIVERY/USER_RECEIVED", "CANCELLED/USER_CHANGED_MIND", true },
	{ "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERY/DELIVERY_USER_NOT_RECEIVED", false },
	{ "DELIVERED/DELIVERY_SERVICE_DELIVERED", "CANCELLED/USER_REFUSED_QUALITY", true },
	{ "CANCELLED/SHOP_FAILED", "PROCESSING/STARTED", false },
	{ "CANCELLED/SHOP_FAILED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", false },
	{ "CANCELLED/SHOP_FAILED", "PICKUP/PICKUP_SERVICE_RECEIVED", false },
	{ "CANCELLED/SHOP_FAILED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", false },
	{ "CANCELLED/SHOP_FAILED", "RETURNED/", false },
};

static void check_held(struct ledger *ledger, const char *from, const char *to)
{
	ck_assert_str_eq(ledger->shipment.suspect, to);
	ledger_check_status(ledger, from, from);
	ck_assert_int_eq(ledger_read_order(ledger, to, SECONDS(60)), DECISION_CHANGED);
	ledger_check_step(ledger, 2, to, VERDICT_ILLEGAL, from);
	ck_assert_int_eq(ledger_shown(ledger, 2)->violation, VIOLATION_ILLEGAL_TRANSITION);
	ledger_check_status(ledger, from, to);
}

START_TEST(each_jump_that_is_not_in_the_diagram_is_held)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, jumps[_i].from, 0);
	ck_assert_int_eq(ledger_read_order(&ledger, jumps[_i].to, SECONDS(60)), DECISION_SUSPECT);
	check_held(&ledger, jumps[_i].from, jumps[_i].to);
}
END_TEST

START_TEST(a_jump_along_a_path_whose_steps_may_have_gone_by_is_a_gap)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, jumps[_i].from, 0);
	ck_assert_int_eq(ledger_read_skipping(&ledger, jumps[_i].to, SECONDS(60)),
	                 jumps[_i].has_path ? DECISION_CHANGED : DECISION_SUSPECT);
	if (jumps[_i].has_path)
		ledger_check_step(&ledger, 2, jumps[_i].to, VERDICT_GAP, jumps[_i].from);
	else
		check_held(&ledger, jumps[_i].from, jumps[_i].to);
}
END_TEST

START_TEST(a_step_that_may_skip_stays_a_gap_when_it_is_judged_again)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger.whole = true;
	ledger_read_order(&ledger, "PROCESSING/STARTED", 0);
	ledger_read_skipping(&ledger, "PICKUP/PICKUP_SERVICE_RECEIVED", SECONDS(60));
	ledger_read_order(&ledger, "DELIVERED/DELIVERY_SERVICE_DELIVERED", SECONDS(120));
	ledger_check_step(&ledger, 2, "PICKUP/PICKUP_SERVICE_RECEIVED", VERDICT_GAP, "PROCESSING/STARTED");
	ledger_check_step(&ledger, 3, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_LEGAL, "PICKUP/PICKUP_SERVICE_RECEIVED");
}
END_TEST

START_TEST(a_laas_order_that_jumps_along_a_path_is_a_gap)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, "PROCESSING/STARTED", 0);
	ck_assert_int_eq(ledger_read_order(&ledger, "DELIVERED/DELIVERY_SERVICE_DELIVERED", SECONDS(60)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_GAP, "PROCESSING/STARTED");
}
END_TEST

/* --- The pair that only LaaS has ------------------------------------------------------------------------- */

#define DELIVERED_IN_DELIVERY "DELIVERY/DELIVERY_SERVICE_DELIVERED"

START_TEST(delivered_in_delivery_is_legal_in_laas)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, "DELIVERY/DELIVERY_SERVICE_RECEIVED", 0);
	ck_assert_int_eq(ledger_read_order(&ledger, DELIVERED_IN_DELIVERY, SECONDS(60)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, DELIVERED_IN_DELIVERY, VERDICT_LEGAL, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert(shipment_is_closed(&ledger.shipment));
}
END_TEST

START_TEST(delivered_in_delivery_is_held_in_dbs_wherever_it_comes_from)
{
	static const char *const from[] = {
		"PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/COURIER_FOUND", "PICKUP/PICKUP_SERVICE_RECEIVED",
	};

	for (size_t i = 0; i < ARRAY_SIZE(from); i++) {
		struct ledger ledger;

		ledger_init_of(&ledger, &model_dbs);
		ledger_read_order(&ledger, from[i], 0);
		ck_assert_int_eq(ledger_read_skipping(&ledger, DELIVERED_IN_DELIVERY, SECONDS(60)), DECISION_SUSPECT);
		check_held(&ledger, from[i], DELIVERED_IN_DELIVERY);
	}
}
END_TEST

START_TEST(a_dbs_order_first_seen_delivered_in_delivery_begins_with_what_follows)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ck_assert_int_eq(ledger_read_order(&ledger, DELIVERED_IN_DELIVERY, 0), DECISION_SUSPECT);
	ck_assert_int_eq(ledger_read_order(&ledger, DELIVERED_IN_DELIVERY, 0), DECISION_CHANGED);
	ledger_check_step(&ledger, 1, DELIVERED_IN_DELIVERY, VERDICT_ILLEGAL, "");
	ledger_check_status(&ledger, "", DELIVERED_IN_DELIVERY);
	ledger_read_order(&ledger, "DELIVERED/DELIVERY_SERVICE_DELIVERED", SECONDS(60));
	ledger_check_step(&ledger, 2, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_FIRST, "");
}
END_TEST

START_TEST(a_foreign_status_read_once_is_not_current_even_where_it_would_be_flagged)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger.policy = POLICY_FLAG;
	ck_assert_int_eq(ledger_read_order(&ledger, DELIVERED_IN_DELIVERY, 0), DECISION_SUSPECT);
	ledger_check_status(&ledger, "", "");
	ck_assert_int_eq(ledger_read_order(&ledger, DELIVERED_IN_DELIVERY, 0), DECISION_CHANGED);
	ledger_check_status(&ledger, DELIVERED_IN_DELIVERY, DELIVERED_IN_DELIVERY);
	ck_assert_int_eq(ledger_shown(&ledger, 1)->violation, VIOLATION_ILLEGAL_TRANSITION);
}
END_TEST

/* --- Families and strangers ------------------------------------------------------------------------------ */

START_TEST(a_family_keeps_the_upstreams_words_and_repeats_only_the_very_same)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, "RESERVED/AWAIT_CONFIRMATION", 0);
	ck_assert_int_eq(ledger_read_order(&ledger, "RESERVED/AWAIT_CONFIRMATION", SECONDS(1)), DECISION_SAME);
	ck_assert_int_eq(ledger_read_order(&ledger, "RESERVED/BRAND_NEW", SECONDS(2)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "RESERVED/BRAND_NEW", VERDICT_LEGAL, "RESERVED/AWAIT_CONFIRMATION");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_NONE);
	ledger_check_status(&ledger, "RESERVED/BRAND_NEW", "RESERVED/BRAND_NEW");
}
END_TEST

START_TEST(a_reason_that_is_corrected_leaves_the_order_closed)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "PROCESSING/STARTED", 0);
	ledger_read_order(&ledger, "CANCELLED/USER_UNREACHABLE", SECONDS(1));
	ck_assert(shipment_is_closed(&ledger.shipment));
	ledger_read_order(&ledger, "CANCELLED/SOMETHING_OF_TOMORROW", SECONDS(2));
	ledger_check_step(&ledger, 3, "CANCELLED/SOMETHING_OF_TOMORROW", VERDICT_LEGAL, "CANCELLED/USER_UNREACHABLE");
	ck_assert_int_eq(ledger_shown(&ledger, 3)->violation, VIOLATION_NONE);
	ck_assert(shipment_is_closed(&ledger.shipment));
}
END_TEST

START_TEST(a_stranger_is_applied_and_flagged_once)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "PROCESSING/STARTED", 0);
	ck_assert_int_eq(ledger_read_order(&ledger, "PROCESSING/PACKED_BY_ROBOTS", SECONDS(1)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "PROCESSING/PACKED_BY_ROBOTS", VERDICT_LEGAL, "PROCESSING/STARTED");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_UNKNOWN_STATUS);
	ledger_check_status(&ledger, "PROCESSING/PACKED_BY_ROBOTS", "PROCESSING/PACKED_BY_ROBOTS");
	ck_assert_int_eq(ledger_read_order(&ledger, "PROCESSING/PACKED_BY_ROBOTS", SECONDS(2)), DECISION_SAME);
	ledger_read_order(&ledger, "DELIVERY/DELIVERY_SERVICE_RECEIVED", SECONDS(3));
	ledger_check_step(&ledger, 3, "DELIVERY/DELIVERY_SERVICE_RECEIVED", VERDICT_LEGAL, "PROCESSING/PACKED_BY_ROBOTS");
	ck_assert_int_eq(ledger_shown(&ledger, 3)->violation, VIOLATION_NONE);
}
END_TEST

START_TEST(a_stranger_gives_way_to_another_of_its_status)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "DELIVERY/COURIER_SEARCH", 0);
	ck_assert_int_eq(ledger_shown(&ledger, 1)->violation, VIOLATION_UNKNOWN_STATUS);
	ledger_check_step(&ledger, 1, "DELIVERY/COURIER_SEARCH", VERDICT_FIRST, "");
	ledger_read_order(&ledger, "DELIVERY/COURIER_FOUND", SECONDS(1));
	ledger_check_step(&ledger, 2, "DELIVERY/COURIER_FOUND", VERDICT_LEGAL, "DELIVERY/COURIER_SEARCH");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_UNKNOWN_STATUS);
}
END_TEST

START_TEST(a_stranger_that_its_status_does_not_lead_to_is_held_as_illegal)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "PICKUP/PICKUP_SERVICE_RECEIVED", 0);
	ck_assert_int_eq(ledger_read_skipping(&ledger, "DELIVERY/COURIER_SEARCH", SECONDS(60)), DECISION_SUSPECT);
	check_held(&ledger, "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERY/COURIER_SEARCH");
}
END_TEST

START_TEST(a_status_that_no_node_has_is_held_as_unknown)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, "PROCESSING/STARTED", 0);
	ck_assert_int_eq(ledger_read_order(&ledger, "UNPAID/WAITING_USER_INPUT", SECONDS(1)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "UNPAID/WAITING_USER_INPUT", VERDICT_UNKNOWN, "PROCESSING/STARTED");
	ledger_check_status(&ledger, "PROCESSING/STARTED", "UNPAID/WAITING_USER_INPUT");
}
END_TEST

START_TEST(the_longest_text_survives_from_status_to_from)
{
	char status[STATUS_TEXT_SIZE] = "PROCESSING/";
	struct ledger ledger;

	memset(status + strlen(status), 'X', sizeof(status) - 1 - strlen(status));
	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, status, 0);
	ledger_read_order(&ledger, "PROCESSING/SHIPPED", SECONDS(1));
	ledger_check_step(&ledger, 2, "PROCESSING/SHIPPED", VERDICT_LEGAL, status);
}
END_TEST

START_TEST(an_order_without_a_model_is_not_closed)
{
	struct ledger ledger;

	ledger_init_of(&ledger, NULL);
	ck_assert(!shipment_is_closed(&ledger.shipment));
}
END_TEST

START_TEST(a_delivered_dbs_order_is_not_closed)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "DELIVERED/DELIVERY_SERVICE_DELIVERED", 0);
	ck_assert(!shipment_is_closed(&ledger.shipment));
}
END_TEST

/* --- Whole seconds --------------------------------------------------------------------------------------- */

START_TEST(of_two_statuses_of_one_second_the_one_read_later_stands)
{
	for (size_t m = 1; m < MODEL_MAX; m++) {
		struct ledger ledger;

		ledger_init_of(&ledger, models[m]);
		ledger_read_order(&ledger, "DELIVERY/DELIVERY_SERVICE_RECEIVED", 0);
		ck_assert_int_eq(ledger_read_order(&ledger, "PICKUP/PICKUP_SERVICE_RECEIVED", 0), DECISION_CHANGED);
		ck_assert_int_eq(ledger_read_order(&ledger, "DELIVERED/DELIVERY_SERVICE_DELIVERED", 0), DECISION_CHANGED);
		ledger_check_step(&ledger, 2, "PICKUP/PICKUP_SERVICE_RECEIVED", VERDICT_LEGAL, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
		ledger_check_step(&ledger, 3, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_LEGAL, "PICKUP/PICKUP_SERVICE_RECEIVED");
		ledger_check_status(&ledger, "DELIVERED/DELIVERY_SERVICE_DELIVERED", "DELIVERED/DELIVERY_SERVICE_DELIVERED");
	}
}
END_TEST

START_TEST(an_illegal_status_of_the_same_second_is_no_conflict_but_illegal)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "CANCELLED/SHOP_FAILED", SECONDS(60));
	ck_assert_int_eq(ledger_read_order(&ledger, "PROCESSING/STARTED", SECONDS(60)), DECISION_SUSPECT);
	check_held(&ledger, "CANCELLED/SHOP_FAILED", "PROCESSING/STARTED");
}
END_TEST

START_TEST(an_older_order_never_moves_a_newer_one_back)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "DELIVERY/DELIVERY_SERVICE_RECEIVED", SECONDS(60));
	ck_assert_int_eq(ledger_read_order(&ledger, "PROCESSING/STARTED", SECONDS(59)), DECISION_STALE);
	ck_assert_uint_eq(ledger.n, 1);
}
END_TEST

static TCase *jumped(void)
{
	TCase *tcase = tcase_create("jumps");

	tcase_add_loop_test(tcase, each_jump_that_is_not_in_the_diagram_is_held, 0, (int)ARRAY_SIZE(jumps));
	tcase_add_loop_test(tcase, a_jump_along_a_path_whose_steps_may_have_gone_by_is_a_gap, 0, (int)ARRAY_SIZE(jumps));
	tcase_add_test(tcase, a_step_that_may_skip_stays_a_gap_when_it_is_judged_again);
	tcase_add_test(tcase, a_laas_order_that_jumps_along_a_path_is_a_gap);
	tcase_add_test(tcase, delivered_in_delivery_is_legal_in_laas);
	tcase_add_test(tcase, delivered_in_delivery_is_held_in_dbs_wherever_it_comes_from);
	tcase_add_test(tcase, a_dbs_order_first_seen_delivered_in_delivery_begins_with_what_follows);
	tcase_add_test(tcase, a_foreign_status_read_once_is_not_current_even_where_it_would_be_flagged);
	return tcase;
}

static TCase *named(void)
{
	TCase *tcase = tcase_create("families and strangers");

	tcase_add_test(tcase, a_family_keeps_the_upstreams_words_and_repeats_only_the_very_same);
	tcase_add_test(tcase, a_reason_that_is_corrected_leaves_the_order_closed);
	tcase_add_test(tcase, a_stranger_is_applied_and_flagged_once);
	tcase_add_test(tcase, a_stranger_gives_way_to_another_of_its_status);
	tcase_add_test(tcase, a_stranger_that_its_status_does_not_lead_to_is_held_as_illegal);
	tcase_add_test(tcase, a_status_that_no_node_has_is_held_as_unknown);
	tcase_add_test(tcase, the_longest_text_survives_from_status_to_from);
	tcase_add_test(tcase, an_order_without_a_model_is_not_closed);
	tcase_add_test(tcase, a_delivered_dbs_order_is_not_closed);
	return tcase;
}

static TCase *timed(void)
{
	TCase *tcase = tcase_create("whole seconds");

	tcase_add_test(tcase, of_two_statuses_of_one_second_the_one_read_later_stands);
	tcase_add_test(tcase, an_illegal_status_of_the_same_second_is_no_conflict_but_illegal);
	tcase_add_test(tcase, an_older_order_never_moves_a_newer_one_back);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("orders");

	suite_add_tcase(suite, jumped());
	suite_add_tcase(suite, named());
	suite_add_tcase(suite, timed());
	return suite;
}
