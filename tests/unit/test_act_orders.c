/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant may set an order to, and when a buyer's wish to cancel may be answered.
 * Tests, unit ring.
 * What is set is compared with golden/dbs.moves and laas.moves, which were copied from upstream/market.md sections 3.1, 3.2 and 2.2.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/golden.h"
#include "unit/ledger.h"
#include "unit/stand.h"

/* The two models of orders. */
#define FIRST_MODEL 1

static const struct model *const dbs = &model_dbs;
static const struct model *const laas = &model_laas;

static const char *permit(const struct model *model, const char *status, const char *argument)
{
	static struct stand stand;

	stand_in(&stand, model, status);
	if (model_window(model, model_status(model, status)))
		stand_window(&stand, false, SECONDS(1));
	return stand_permit(&stand, ACT_ORDER_STATUS, argument);
}

static const char *target(const struct model *model, const char *status, const char *argument)
{
	const struct act act = { .kind = ACT_ORDER_STATUS, .argument = argument };
	struct stand stand;
	const char *name;

	stand_in(&stand, model, status);
	name = act_target(&act, &stand.shipment);
	return name ? name : "";
}

/* --- The moves ----------------------------------------------------------------------------------------------------- */

START_TEST(each_move_stands_in_the_golden_list_and_follows_an_edge)
{
	const struct model *model = models[_i];
	struct golden_moves golden;

	golden_read_moves(model, &golden);
	for (size_t i = 0; i < model->n_moves; i++) {
		const struct move *move = &model->moves[i];
		int to = model_status(model, move->status);

		ck_assert_msg(golden_has_move(&golden, move->from, move->status), "%s", move->status);
		ck_assert_msg(model_has_edge(model, move->from, to), "%s to %s", model->statuses[move->from].name, move->status);
		ck_assert(!model_is_stranger(model, to) && !model_is_foreign(model, to));
		ck_assert(act_argument_is_valid(ACT_ORDER_STATUS, move->status));
	}
	ck_assert_uint_eq(model_claims.n_moves, 0);
}
END_TEST

/* Each status that is ever set, and some that never are, tried in each node: just what the list has is permitted. */
START_TEST(in_each_status_just_what_the_golden_list_says_may_be_set)
{
	static const char *const others[] = {
		"PROCESSING/STARTED", "PROCESSING/PACKAGING", "PROCESSING/SHIPPED", "PROCESSING/SOMETHING", "DELIVERY/USER_RECEIVED",
		"DELIVERED/DELIVERED_USER_NOT_RECEIVED", "CANCELLED/RESERVATION_EXPIRED", "CANCELLED/LOST", "RETURNED/UNKNOWN",
		"ASLEEP/IN_A_BOX",
	};
	const struct model *model = models[_i];
	struct golden_moves golden;

	golden_read_moves(model, &golden);
	for (int from = 0; from < (int)model->n_statuses; from++) {
		for (size_t i = 0; i < golden.n; i++) {
			const char *code = permit(model, name_in_node(model, from), golden.list[i].status);
			bool listed = golden_has_move(&golden, from, golden.list[i].status);

			ck_assert_msg((strcmp(code, "ok") == 0) == listed, "%s to %s: %s", model->statuses[from].name,
			              golden.list[i].status, code);
		}
		for (size_t i = 0; i < ARRAY_SIZE(others); i++)
			if (!golden_has_move(&golden, from, others[i]))
				ck_assert_str_ne(permit(model, name_in_node(model, from), others[i]), "ok");
	}
}
END_TEST

START_TEST(each_status_of_an_order_allows_what_only_asks_and_nothing_of_claims)
{
	const struct model *model = models[_i];
	struct stand stand;

	for (int node = 0; node < (int)model->n_statuses; node++) {
		stand_in_node(&stand, model, node);
		ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "not_a_claim");
		ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "not_a_claim");
		ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL_INFO, NULL), "not_a_claim");
		ck_assert_str_eq(stand_permit(&stand, ACT_REFETCH, NULL), "ok");
		ck_assert_str_eq(stand_permit(&stand, ACT_RESOLVE, "dismiss"), "ok");
	}
}
END_TEST

/* --- Bare statuses ------------------------------------------------------------------------------------------------- */

START_TEST(a_bare_status_means_the_one_that_can_be_set)
{
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "DELIVERY"), "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "PROCESSING"), "PROCESSING/READY_TO_SHIP");
	ck_assert_str_eq(target(dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP"), "PICKUP/PICKUP_SERVICE_RECEIVED");
	ck_assert_str_eq(target(dbs, "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERED"), "DELIVERED/DELIVERY_SERVICE_DELIVERED");
	ck_assert_str_eq(target(dbs, "PROCESSING/OF_TOMORROW", "DELIVERY"), "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert_str_eq(target(laas, "RESERVED/AWAIT_CONFIRMATION", "PROCESSING"), "PROCESSING/STARTED");
	ck_assert_str_eq(target(laas, "PROCESSING/PACKAGING", "CANCELLED"), "CANCELLED/SHOP_FAILED");
	ck_assert_str_eq(permit(dbs, "PROCESSING/STARTED", "DELIVERY"), "ok");
	ck_assert_str_eq(permit(laas, "PROCESSING/PACKAGING", "CANCELLED"), "ok");
}
END_TEST

START_TEST(a_full_status_means_itself_and_what_can_not_be_set_means_nothing)
{
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "CANCELLED/USER_UNREACHABLE"), "CANCELLED/USER_UNREACHABLE");
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "CANCELLED/PICKUP_EXPIRED"), "");
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "CANCELLED"), "");
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "DELIVER"), "");
	ck_assert_str_eq(target(dbs, "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE"), "");
	ck_assert_str_eq(target(dbs, "", "DELIVERY"), "");
}
END_TEST

START_TEST(a_cancellation_in_dbs_needs_a_reason_and_the_refusal_names_those_of_the_status)
{
	struct stand stand;

	stand_in(&stand, dbs, "PICKUP/PICKUP_SERVICE_RECEIVED");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "CANCELLED"), "reason_needed");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "CANCELLED/SHOP_FAILED, CANCELLED/USER_CHANGED_MIND, "
	                                                    "CANCELLED/USER_UNREACHABLE, CANCELLED/PICKUP_EXPIRED"));
	stand_in(&stand, dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "CANCELLED"), "reason_needed");
	ck_assert_ptr_null(strstr(stand.refusal.message, "PICKUP_EXPIRED"));
	stand_in(&stand, dbs, "PROCESSING/SOMETHING");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "CANCELLED"), "reason_needed");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "CANCELLED/INCORRECT_PERSONAL_DATA"));
}
END_TEST

/* --- Why not ------------------------------------------------------------------------------------------------------- */

START_TEST(a_refusal_says_whose_the_step_is_or_that_there_is_none)
{
	static const struct {
		const struct model *model;
		const char *status;
		const char *argument;
		const char *code;
	} rows[] = {
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERED", "no_path" },
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", "no_path" },
		{ &model_dbs, "PROCESSING/STARTED", "PICKUP", "no_path" },
		{ &model_dbs, "PROCESSING/STARTED", "CANCELLED/PICKUP_EXPIRED", "not_yours" },
		{ &model_dbs, "PROCESSING/STARTED", "CANCELLED/RESERVATION_EXPIRED", "not_yours" },
		{ &model_dbs, "PROCESSING/STARTED", "PROCESSING/STARTED", "wrong_status" },
		{ &model_dbs, "PROCESSING/READY_TO_SHIP", "PROCESSING", "wrong_status" },
		{ &model_dbs, "PROCESSING/STARTED", "ASLEEP", "not_yours" },
		{ &model_dbs, "UNPAID/WAITING_USER_INPUT", "PROCESSING/STARTED", "not_yours" },
		{ &model_dbs, "UNPAID/WAITING_USER_INPUT", "CANCELLED/SHOP_FAILED", "not_yours" },
		{ &model_dbs, "DELIVERY/USER_RECEIVED", "DELIVERED", "not_yours" },
		{ &model_dbs, "DELIVERY/USER_RECEIVED", "CANCELLED/SHOP_FAILED", "no_path" },
		{ &model_dbs, "DELIVERY/DELIVERY_USER_NOT_RECEIVED", "CANCELLED/SHOP_FAILED", "not_yours" },
		{ &model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/USER_RECEIVED", "not_yours" },
		{ &model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY", "wrong_status" },
		{ &model_dbs, "DELIVERY/WITH/SLASHES", "DELIVERY/WITH", "not_yours" },
		{ &model_dbs, "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERY", "no_path" },
		{ &model_dbs, "DELIVERED/DELIVERY_SERVICE_DELIVERED", "CANCELLED/SHOP_FAILED", "no_path" },
		{ &model_dbs, "CANCELLED/SHOP_FAILED", "CANCELLED/USER_CHANGED_MIND", "ended" },
		{ &model_laas, "PROCESSING/STARTED", "PROCESSING/PACKAGING", "not_yours" },
		{ &model_laas, "PROCESSING/STARTED", "DELIVERY", "not_yours" },
		{ &model_laas, "PROCESSING/STARTED", "CANCELLED/USER_CHANGED_MIND", "not_yours" },
		{ &model_laas, "PROCESSING/PACKAGING", "PROCESSING/STARTED", "no_path" },
		{ &model_laas, "DELIVERED/DELIVERY_SERVICE_DELIVERED", "CANCELLED/SHOP_FAILED", "ended" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *code = permit(rows[i].model, rows[i].status, rows[i].argument);

		ck_assert_msg(strcmp(code, rows[i].code) == 0, "%s to %s: %s", rows[i].status, rows[i].argument, code);
	}
}
END_TEST

START_TEST(a_refusal_names_what_can_be_set_instead)
{
	struct stand stand;

	stand_in(&stand, dbs, "PROCESSING/STARTED");
	stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERED");
	ck_assert_str_eq(stand.refusal.message,
	                 "no step leads from PROCESSING/STARTED to DELIVERED; you can set PROCESSING/READY_TO_SHIP, "
	                 "DELIVERY/DELIVERY_SERVICE_RECEIVED, CANCELLED/SHOP_FAILED, CANCELLED/USER_CHANGED_MIND, "
	                 "CANCELLED/USER_UNREACHABLE, CANCELLED/INCORRECT_PERSONAL_DATA");
	stand_in(&stand, dbs, "DELIVERY/USER_RECEIVED");
	stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERED");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "you can set nothing"));
}
END_TEST

START_TEST(what_several_nodes_of_a_stranger_s_status_allow_is_named_once)
{
	struct stand stand;

	stand_in(&stand, dbs, "PROCESSING/SOMETHING");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "CANCELLED"), "reason_needed");
	ck_assert_str_eq(stand.refusal.message,
	                 "CANCELLED needs a reason; you can set CANCELLED/SHOP_FAILED, CANCELLED/USER_CHANGED_MIND, "
	                 "CANCELLED/USER_UNREACHABLE, CANCELLED/INCORRECT_PERSONAL_DATA");
}
END_TEST

START_TEST(a_held_order_is_settled_first)
{
	struct stand stand;

	stand_in(&stand, dbs, "PROCESSING/STARTED");
	stand_hold(&stand, "PICKUP/PICKUP_SERVICE_RECEIVED");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERY"), "held");
}
END_TEST

/* --- Windows ------------------------------------------------------------------------------------------------------- */

START_TEST(a_draft_is_confirmed_until_the_last_microsecond_and_cancelled_at_any_time)
{
	struct stand stand;

	stand_in(&stand, laas, "RESERVED/AWAIT_CONFIRMATION");
	stand_window(&stand, false, SECONDS(3600));
	stand.standing.now = moment(SECONDS(3600) - 1);
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "PROCESSING"), "ok");
	stand.standing.now = moment(SECONDS(3600));
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "PROCESSING"), "window_closed");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "CANCELLED"), "ok");
}
END_TEST

START_TEST(a_wish_to_cancel_is_answered_until_the_last_microsecond)
{
	static const char *const answers[] = { "accept", "reject ORDER_DELIVERED", "reject ORDER_IN_DELIVERY" };
	struct stand stand;

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		stand_in(&stand, dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
		stand_window(&stand, true, SECONDS(48 * 3600));
		stand.standing.now = moment(SECONDS(48 * 3600) - 1);
		ck_assert_str_eq(stand_permit(&stand, ACT_CANCELLATION, answers[i]), "ok");
		stand.standing.now = moment(SECONDS(48 * 3600));
		ck_assert_str_eq(stand_permit(&stand, ACT_CANCELLATION, answers[i]), "window_closed");
	}
}
END_TEST

START_TEST(where_nobody_asks_there_is_nothing_to_answer)
{
	struct stand stand;

	for (size_t m = FIRST_MODEL; m < MODEL_MAX; m++)
		for (int node = 0; node < (int)models[m]->n_statuses; node++) {
			bool terminal = model_is_terminal(models[m], node);

			stand_in_node(&stand, models[m], node);
			if (model_window(models[m], node))
				stand_window(&stand, false, SECONDS(1));
			ck_assert_str_eq(stand_permit(&stand, ACT_CANCELLATION, "accept"), terminal ? "ended" : "no_request");
		}
}
END_TEST

START_TEST(a_wish_that_waits_keeps_nothing_from_being_set)
{
	struct stand stand;

	stand_in(&stand, dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	stand_window(&stand, true, SECONDS(1));
	stand.standing.now = moment(SECONDS(2));
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERED"), "ok");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("act_orders");
	TCase *moves = tcase_create("moves");
	TCase *bare = tcase_create("bare");
	TCase *why = tcase_create("why");
	TCase *windows = tcase_create("windows");

	tcase_add_loop_test(moves, each_move_stands_in_the_golden_list_and_follows_an_edge, FIRST_MODEL, MODEL_MAX);
	tcase_add_loop_test(moves, in_each_status_just_what_the_golden_list_says_may_be_set, FIRST_MODEL, MODEL_MAX);
	tcase_add_loop_test(moves, each_status_of_an_order_allows_what_only_asks_and_nothing_of_claims, FIRST_MODEL, MODEL_MAX);
	tcase_add_test(bare, a_bare_status_means_the_one_that_can_be_set);
	tcase_add_test(bare, a_full_status_means_itself_and_what_can_not_be_set_means_nothing);
	tcase_add_test(bare, a_cancellation_in_dbs_needs_a_reason_and_the_refusal_names_those_of_the_status);
	tcase_add_test(why, a_refusal_says_whose_the_step_is_or_that_there_is_none);
	tcase_add_test(why, a_refusal_names_what_can_be_set_instead);
	tcase_add_test(why, what_several_nodes_of_a_stranger_s_status_allow_is_named_once);
	tcase_add_test(why, a_held_order_is_settled_first);
	tcase_add_test(windows, a_draft_is_confirmed_until_the_last_microsecond_and_cancelled_at_any_time);
	tcase_add_test(windows, a_wish_to_cancel_is_answered_until_the_last_microsecond);
	tcase_add_test(windows, where_nobody_asks_there_is_nothing_to_answer);
	tcase_add_test(windows, a_wish_that_waits_keeps_nothing_from_being_set);
	suite_add_tcase(suite, moves);
	suite_add_tcase(suite, bare);
	suite_add_tcase(suite, why);
	suite_add_tcase(suite, windows);
	return suite;
}
