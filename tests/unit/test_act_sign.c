/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read after an act, as a sign of whether it came about: in every status that may be reported.
 * Tests, unit ring.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/ledger.h"
#include "unit/stand.h"

/* Letters are easier to compare in lists: done, failed, none. */
static char letter_of(enum act_sign sign)
{
	switch (sign) {
	case ACT_SIGN_NONE:
		return '-';
	case ACT_SIGN_DONE:
		return 'D';
	case ACT_SIGN_FAILED:
		return 'F';
	}
	return '?';
}

/* --- Claims -------------------------------------------------------------------------------------------------------- */

/* What each status, read after an accept sent in ready_for_approval, and after a cancel sent before pick-up, is a sign of. */
static const struct {
	const char *status;
	char accept;
	char cancel;
} signs[] = {
	{ "new", 'F', '-' },
	{ "estimating", 'F', '-' },
	{ "estimating_failed", 'F', '-' },
	{ "ready_for_approval", '-', '-' },
	{ "accepted", 'D', '-' },
	{ "performer_lookup", 'D', '-' },
	{ "performer_draft", 'D', '-' },
	{ "performer_found", 'D', '-' },
	{ "performer_not_found", '-', 'F' },
	{ "pickup_arrived", 'D', '-' },
	{ "ready_for_pickup_confirmation", 'D', '-' },
	{ "pickuped", 'D', 'F' },
	{ "delivery_arrived", 'D', 'F' },
	{ "ready_for_delivery_confirmation", 'D', 'F' },
	{ "pay_waiting", 'D', 'F' },
	{ "delivered", 'D', 'F' },
	{ "delivered_finish", 'D', 'F' },
	{ "returning", 'D', 'F' },
	{ "return_arrived", 'D', 'F' },
	{ "ready_for_return_confirmation", 'D', 'F' },
	{ "returned", 'D', 'F' },
	{ "returned_finish", 'D', 'F' },
	{ "failed", 'F', 'F' },
	{ "cancelled", '-', 'D' },
	{ "cancelled_with_payment", 'D', 'D' },
	{ "cancelled_by_taxi", 'D', 'D' },
	{ "cancelled_with_items_on_hands", 'D', 'D' },
};

static char sign_of_claim(struct stand *stand, enum act_kind kind, int64_t version)
{
	const struct act act = { .kind = kind, .argument = kind == ACT_CANCEL ? "free" : NULL, .version = version };

	return letter_of(act_sign(&act, "ready_for_approval", &stand->standing));
}

START_TEST(each_status_of_a_claim_is_the_sign_that_the_list_says)
{
	struct stand stand;

	ck_assert_uint_eq(ARRAY_SIZE(signs), model_claims.n_statuses);
	stand_in(&stand, &model_claims, signs[_i].status);
	ck_assert_msg(sign_of_claim(&stand, ACT_ACCEPT, 1) == signs[_i].accept, "accept, %s", signs[_i].status);
	ck_assert_msg(sign_of_claim(&stand, ACT_CANCEL, 1) == signs[_i].cancel, "cancel, %s", signs[_i].status);
}
END_TEST

/* A late accept is held, and has come about all the same; a status that may be a stale replica's slip refutes nothing. */
START_TEST(what_is_held_shows_that_it_is_done_but_never_that_it_has_failed)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_hold(&stand, signs[_i].status);
	if (strcmp(signs[_i].status, "ready_for_approval") == 0)
		return;
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 1), signs[_i].accept == 'F' ? '-' : signs[_i].accept);
	ck_assert_int_eq(sign_of_claim(&stand, ACT_CANCEL, 1), signs[_i].cancel == 'F' ? '-' : signs[_i].cancel);
}
END_TEST

START_TEST(an_offer_of_a_newer_version_refutes_the_accept_of_an_older_one)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand.shipment.version = 2;
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 1), 'F');
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 2), '-');
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, NUMBER_NONE), '-');
	stand.shipment.version = NUMBER_NONE;
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 1), '-');
}
END_TEST

START_TEST(an_unknown_status_is_no_sign)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_hold(&stand, "teleported");
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 1), '-');
	ck_assert_int_eq(sign_of_claim(&stand, ACT_CANCEL, 1), '-');
	stand_in(&stand, &model_claims, "");
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 1), '-');
	stand.shipment.model = NULL;
	ck_assert_int_eq(sign_of_claim(&stand, ACT_ACCEPT, 1), '-');
}
END_TEST

START_TEST(what_only_asks_has_no_sign)
{
	static const enum act_kind kinds[] = { ACT_CANCEL_INFO, ACT_REFETCH, ACT_RESOLVE, ACT_PROBE, ACT_PRUNE, ACT_RETRY };
	struct stand stand;

	stand_in(&stand, &model_claims, "accepted");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		ck_assert_int_eq(sign_of_claim(&stand, kinds[i], 1), '-');
}
END_TEST

START_TEST(a_free_cancellation_that_ends_in_a_fee_is_charged)
{
	static const char *const fees[] = { "cancelled_with_payment", "cancelled_with_items_on_hands" };
	const struct act free_one = { .kind = ACT_CANCEL, .argument = "free", .version = 1 };
	const struct act paid_one = { .kind = ACT_CANCEL, .argument = "paid", .version = 1, .price = "10" };
	const struct act accept = { .kind = ACT_ACCEPT, .version = 1 };
	const char *status = signs[_i].status;
	struct stand stand;

	stand_in(&stand, &model_claims, status);
	ck_assert_int_eq(act_is_charged(&free_one, &stand.shipment), strcmp(status, fees[0]) == 0 || strcmp(status, fees[1]) == 0);
	ck_assert(!act_is_charged(&paid_one, &stand.shipment));
	ck_assert(!act_is_charged(&accept, &stand.shipment));
}
END_TEST

START_TEST(what_a_cancellation_in_an_unknown_status_costs_is_not_known)
{
	const struct act act = { .kind = ACT_CANCEL, .argument = "free", .version = 1 };
	struct stand stand;

	stand_in(&stand, &model_claims, "performer_found");
	stand_hold(&stand, "cancelled_with_fireworks");
	ck_assert(!act_is_charged(&act, &stand.shipment));
}
END_TEST

/* --- Orders -------------------------------------------------------------------------------------------------------- */

static char sign_of_order(const struct model *model, const char *before, const char *argument, const char *reported)
{
	const struct act act = { .kind = ACT_ORDER_STATUS, .argument = argument, .version = NUMBER_NONE };
	struct stand stand;

	stand_in(&stand, model, reported);
	return letter_of(act_sign(&act, before, &stand.standing));
}

START_TEST(a_status_that_was_set_is_reached_passed_or_out_of_reach)
{
	static const struct {
		const struct model *model;
		const char *before;
		const char *argument;
		const char *reported;
		char sign;
	} rows[] = {
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERY", "PROCESSING/STARTED", '-' },
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERY", "DELIVERY/DELIVERY_SERVICE_RECEIVED", 'D' },
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERY", "PICKUP/PICKUP_SERVICE_RECEIVED", 'D' },
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERY", "DELIVERED/DELIVERY_SERVICE_DELIVERED", 'D' },
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERY", "PROCESSING/READY_TO_SHIP", '-' },
		/* Before or after it was set, who knows. */
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERY", "CANCELLED/USER_CHANGED_MIND", '-' },
		{ &model_dbs, "PROCESSING/STARTED", "PROCESSING/READY_TO_SHIP", "DELIVERY/DELIVERY_SERVICE_RECEIVED", '-' },
		{ &model_dbs, "PROCESSING/STARTED", "CANCELLED/SHOP_FAILED", "CANCELLED/SHOP_FAILED", 'D' },
		{ &model_dbs, "PROCESSING/STARTED", "CANCELLED/SHOP_FAILED", "CANCELLED/USER_CHANGED_MIND", 'D' },
		{ &model_dbs, "PROCESSING/STARTED", "CANCELLED/SHOP_FAILED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", '-' },
		{ &model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "CANCELLED/SHOP_FAILED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", 'F' },
		{ &model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP", "DELIVERED/DELIVERY_SERVICE_DELIVERED", '-' },
		{ &model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP", "DELIVERY/DELIVERY_USER_NOT_RECEIVED", 'F' },
		{ &model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP", "PICKUP/PICKUP_SERVICE_RECEIVED", 'D' },
		{ &model_dbs, "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERED", "CANCELLED/PICKUP_EXPIRED", '-' },
		{ &model_dbs, "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERED", "RETURNED/UNKNOWN", 'D' },
		{ &model_dbs, "PROCESSING/STARTED", "DELIVERED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", '-' },
		{ &model_dbs, "", "DELIVERY", "DELIVERY/DELIVERY_SERVICE_RECEIVED", '-' },
		{ &model_laas, "RESERVED/X", "PROCESSING", "RESERVED/Y", '-' },
		{ &model_laas, "RESERVED/X", "PROCESSING", "PROCESSING/STARTED", 'D' },
		{ &model_laas, "RESERVED/X", "PROCESSING", "PROCESSING/PACKAGING", 'D' },
		{ &model_laas, "RESERVED/X", "PROCESSING", "CANCELLED/RESERVATION_EXPIRED", '-' },
		{ &model_laas, "PROCESSING/STARTED", "CANCELLED", "CANCELLED/SHOP_FAILED", 'D' },
		{ &model_laas, "PROCESSING/STARTED", "CANCELLED", "PROCESSING/PACKAGING", '-' },
		{ &model_laas, "PROCESSING/STARTED", "CANCELLED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", 'F' },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char sign = sign_of_order(rows[i].model, rows[i].before, rows[i].argument, rows[i].reported);

		ck_assert_msg(sign == rows[i].sign, "%s in %s, then %s: %c", rows[i].argument, rows[i].before, rows[i].reported, sign);
	}
}
END_TEST

/* Each move, followed by each status: where it is said to have come about or failed, the graph leaves no other way. */
START_TEST(no_move_is_taken_for_done_that_could_have_been_left_out)
{
	const struct model *model = models[_i];

	for (size_t i = 0; i < model->n_moves; i++)
		for (int reported = 0; reported < (int)model->n_statuses; reported++) {
			int from = model->moves[i].from;
			int to = model_status(model, model->moves[i].status);
			char sign = sign_of_order(model, name_in_node(model, from), model->moves[i].status, model->statuses[reported].name);
			bool around = model_reaches_through(model, from, reported, ~(UINT64_C(1) << to));

			if (reported == to)
				ck_assert_int_eq(sign, 'D');
			else if (sign == 'D')
				ck_assert(model_reaches(model, to, reported) && !around);
			else if (sign == 'F')
				ck_assert(!model_reaches(model, to, reported));
		}
}
END_TEST

/* --- A buyer's wish to cancel -------------------------------------------------------------------------------------- */

static char sign_of_answer(const char *argument, const char *reported, bool asked)
{
	const struct act act = { .kind = ACT_CANCELLATION, .argument = argument, .version = NUMBER_NONE };
	struct stand stand;

	stand_in(&stand, &model_dbs, reported);
	if (asked)
		stand_window(&stand, true, SECONDS(1));
	return letter_of(act_sign(&act, "DELIVERY/DELIVERY_SERVICE_RECEIVED", &stand.standing));
}

START_TEST(a_wish_is_granted_when_the_order_is_cancelled_and_rejected_when_it_is_gone)
{
	static const char *const on_its_way = "DELIVERY/DELIVERY_SERVICE_RECEIVED";
	static const char *const cancelled = "CANCELLED/USER_CHANGED_MIND";
	static const char *const reject = "reject ORDER_DELIVERED";

	ck_assert_int_eq(sign_of_answer("accept", on_its_way, true), '-');
	ck_assert_int_eq(sign_of_answer("accept", cancelled, false), 'D');
	ck_assert_int_eq(sign_of_answer("accept", on_its_way, false), 'F');
	ck_assert_int_eq(sign_of_answer("accept", "DELIVERED/DELIVERY_SERVICE_DELIVERED", false), 'F');
	ck_assert_int_eq(sign_of_answer(reject, on_its_way, true), '-');
	ck_assert_int_eq(sign_of_answer(reject, on_its_way, false), 'D');
	ck_assert_int_eq(sign_of_answer(reject, "DELIVERED/DELIVERY_SERVICE_DELIVERED", false), 'D');
	ck_assert_int_eq(sign_of_answer(reject, cancelled, false), 'F');
}
END_TEST

START_TEST(only_the_window_of_the_wish_shows_that_it_still_waits)
{
	const struct act act = { .kind = ACT_CANCELLATION, .argument = "reject ORDER_IN_DELIVERY", .version = NUMBER_NONE };
	struct stand stand;

	stand_in(&stand, &model_dbs, "RESERVED/BOOKED");
	stand_window(&stand, false, SECONDS(1));
	ck_assert_int_eq(act_sign(&act, "DELIVERY/DELIVERY_SERVICE_RECEIVED", &stand.standing), ACT_SIGN_DONE);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("act_sign");
	TCase *claims = tcase_create("claims");
	TCase *orders = tcase_create("orders");

	tcase_add_loop_test(claims, each_status_of_a_claim_is_the_sign_that_the_list_says, 0, (int)ARRAY_SIZE(signs));
	tcase_add_loop_test(claims, what_is_held_shows_that_it_is_done_but_never_that_it_has_failed, 0, (int)ARRAY_SIZE(signs));
	tcase_add_loop_test(claims, a_free_cancellation_that_ends_in_a_fee_is_charged, 0, (int)ARRAY_SIZE(signs));
	tcase_add_test(claims, an_offer_of_a_newer_version_refutes_the_accept_of_an_older_one);
	tcase_add_test(claims, an_unknown_status_is_no_sign);
	tcase_add_test(claims, what_only_asks_has_no_sign);
	tcase_add_test(claims, what_a_cancellation_in_an_unknown_status_costs_is_not_known);
	tcase_add_test(orders, a_status_that_was_set_is_reached_passed_or_out_of_reach);
	tcase_add_loop_test(orders, no_move_is_taken_for_done_that_could_have_been_left_out, 1, MODEL_MAX);
	tcase_add_test(orders, a_wish_is_granted_when_the_order_is_cancelled_and_rejected_when_it_is_gone);
	tcase_add_test(orders, only_the_window_of_the_wish_shows_that_it_still_waits);
	suite_add_tcase(suite, claims);
	suite_add_tcase(suite, orders);
	return suite;
}
