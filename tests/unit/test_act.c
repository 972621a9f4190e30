/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts by name, and which of them a claim allows: in every status, at the edge of its window, for its version, at its fee.
 * Tests, unit ring.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/ledger.h"
#include "unit/stand.h"

/* --- Words --------------------------------------------------------------------------------------------------------- */

START_TEST(kinds_are_found_by_the_words_of_the_table)
{
	static const char *const words[ACT_MAX] = {
		"accept", "cancel", "cancel_info", "order_status", "cancellation", "refetch", "resolve", "probe", "prune", "retry",
	};
	enum act_kind kind = ACT_MAX;

	for (int i = 0; i < ACT_MAX; i++) {
		ck_assert_str_eq(act_kind_text((enum act_kind)i), words[i]);
		ck_assert(act_kind_parse(words[i], &kind));
		ck_assert_int_eq(kind, i);
	}
	ck_assert(!act_kind_parse("", &kind));
	ck_assert(!act_kind_parse("Accept", &kind));
	ck_assert(!act_kind_parse("accept ", &kind));
	ck_assert_int_eq(kind, ACT_MAX - 1);
}
END_TEST

START_TEST(only_what_changes_something_upstream_is_sent_once)
{
	for (int i = 0; i < ACT_MAX; i++)
		ck_assert_int_eq(act_is_sent_once((enum act_kind)i),
		                 i == ACT_ACCEPT || i == ACT_CANCEL || i == ACT_ORDER_STATUS || i == ACT_CANCELLATION);
}
END_TEST

static const struct {
	enum act_kind kind;
	const char *argument;
	bool valid;
} arguments[] = {
	{ ACT_ACCEPT, NULL, true },
	{ ACT_ACCEPT, "", true },
	{ ACT_ACCEPT, "free", false },
	{ ACT_CANCEL, "free", true },
	{ ACT_CANCEL, "paid", true },
	{ ACT_CANCEL, NULL, false },
	{ ACT_CANCEL, "", false },
	{ ACT_CANCEL, "unavailable", false },
	{ ACT_CANCEL_INFO, NULL, true },
	{ ACT_CANCEL_INFO, "paid", false },
	{ ACT_ORDER_STATUS, "DELIVERY", true },
	{ ACT_ORDER_STATUS, "DELIVERY/DELIVERY_SERVICE_RECEIVED", true },
	{ ACT_ORDER_STATUS, "CANCELLED/REASON_2", true },
	{ ACT_ORDER_STATUS, NULL, false },
	{ ACT_ORDER_STATUS, "", false },
	{ ACT_ORDER_STATUS, "/", false },
	{ ACT_ORDER_STATUS, "DELIVERY/", false },
	{ ACT_ORDER_STATUS, "/DELIVERED", false },
	{ ACT_ORDER_STATUS, "delivery", false },
	{ ACT_ORDER_STATUS, "DELIVERY/A/B", false },
	{ ACT_ORDER_STATUS, "DELIVERY/A B", false },
	{ ACT_ORDER_STATUS, "DELIVERY/*", false },
	{ ACT_ORDER_STATUS, "DELIVERY\n", false },
	{ ACT_CANCELLATION, "accept", true },
	{ ACT_CANCELLATION, "reject ORDER_DELIVERED", true },
	{ ACT_CANCELLATION, "reject ORDER_IN_DELIVERY", true },
	{ ACT_CANCELLATION, NULL, false },
	{ ACT_CANCELLATION, "reject", false },
	{ ACT_CANCELLATION, "reject SHOP_FAILED", false },
	{ ACT_RESOLVE, "adopt", true },
	{ ACT_RESOLVE, "dismiss", true },
	{ ACT_RESOLVE, NULL, false },
	{ ACT_RESOLVE, "open", false },
	{ ACT_REFETCH, NULL, true },
	{ ACT_PROBE, NULL, true },
	{ ACT_PRUNE, NULL, true },
	{ ACT_RETRY, NULL, true },
	{ ACT_RETRY, "all", false },
};

START_TEST(arguments_have_the_form_of_their_kind)
{
	const char *argument = arguments[_i].argument;

	ck_assert_msg(act_argument_is_valid(arguments[_i].kind, argument) == arguments[_i].valid, "%s %s",
	              act_kind_text(arguments[_i].kind), argument ? argument : "-");
}
END_TEST

START_TEST(a_status_that_no_column_could_hold_is_no_argument)
{
	char name[STATUS_TEXT_SIZE + 1];

	memset(name, 'A', sizeof(name));
	name[STATUS_TEXT_SIZE - 1] = '\0';
	ck_assert(act_argument_is_valid(ACT_ORDER_STATUS, name));
	name[STATUS_TEXT_SIZE - 1] = 'A';
	name[STATUS_TEXT_SIZE] = '\0';
	ck_assert(!act_argument_is_valid(ACT_ORDER_STATUS, name));
}
END_TEST

START_TEST(a_bad_argument_is_refused_before_all_else)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "cancelled");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "maybe"), "bad_argument");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, NULL), "bad_argument");
}
END_TEST

/* --- Every status -------------------------------------------------------------------------------------------------- */

/* What accept and cancel come to in each of claims' statuses, in the window and with the version that is current. */
static const struct {
	const char *status;
	const char *accept;
	const char *cancel;
} outcomes[] = {
	{ "new", "wrong_status", "ok" },
	{ "estimating", "wrong_status", "ok" },
	{ "estimating_failed", "wrong_status", "ok" },
	{ "ready_for_approval", "ok", "ok" },
	{ "accepted", "wrong_status", "ok" },
	{ "performer_lookup", "wrong_status", "ok" },
	{ "performer_draft", "wrong_status", "ok" },
	{ "performer_found", "wrong_status", "ok" },
	{ "performer_not_found", "ended", "ended" },
	{ "pickup_arrived", "wrong_status", "ok" },
	{ "ready_for_pickup_confirmation", "wrong_status", "ok" },
	{ "pickuped", "wrong_status", "after_pickup" },
	{ "delivery_arrived", "wrong_status", "after_pickup" },
	{ "ready_for_delivery_confirmation", "wrong_status", "after_pickup" },
	{ "pay_waiting", "wrong_status", "after_pickup" },
	{ "delivered", "wrong_status", "after_pickup" },
	{ "delivered_finish", "ended", "ended" },
	{ "returning", "wrong_status", "after_pickup" },
	{ "return_arrived", "wrong_status", "after_pickup" },
	{ "ready_for_return_confirmation", "wrong_status", "after_pickup" },
	{ "returned", "wrong_status", "after_pickup" },
	{ "returned_finish", "ended", "ended" },
	{ "failed", "ended", "ended" },
	{ "cancelled", "ended", "ended" },
	{ "cancelled_with_payment", "ended", "ended" },
	{ "cancelled_by_taxi", "ended", "ended" },
	{ "cancelled_with_items_on_hands", "ended", "ended" },
};

START_TEST(each_status_of_a_claim_allows_what_the_list_says)
{
	struct stand stand;

	ck_assert_uint_eq(ARRAY_SIZE(outcomes), model_claims.n_statuses);
	stand_in(&stand, &model_claims, outcomes[_i].status);
	if (model_window(&model_claims, model_status(&model_claims, outcomes[_i].status)))
		stand_window(&stand, false, SECONDS(1));
	ck_assert_msg(strcmp(stand_permit(&stand, ACT_ACCEPT, NULL), outcomes[_i].accept) == 0, "accept in %s", outcomes[_i].status);
	ck_assert_msg(strcmp(stand_permit(&stand, ACT_CANCEL, "free"), outcomes[_i].cancel) == 0, "cancel in %s", outcomes[_i].status);
	ck_assert_msg(strcmp(stand_permit(&stand, ACT_CANCEL, "paid"), outcomes[_i].cancel) == 0, "cancel in %s", outcomes[_i].status);
}
END_TEST

START_TEST(each_status_of_a_claim_allows_what_only_asks_and_nothing_of_orders)
{
	struct stand stand;

	stand_in_node(&stand, &model_claims, _i);
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL_INFO, NULL), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_REFETCH, NULL), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_RESOLVE, "adopt"), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERY"), "not_an_order");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCELLATION, "accept"), "not_an_order");
}
END_TEST

START_TEST(what_concerns_no_shipment_needs_none)
{
	const struct act acts[] = { { .kind = ACT_PROBE }, { .kind = ACT_PRUNE }, { .kind = ACT_RETRY } };
	struct act_refusal refusal;

	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		ck_assert(act_permit(&acts[i], NULL, &refusal));
}
END_TEST

/* --- What is known ------------------------------------------------------------------------------------------------- */

START_TEST(what_was_never_read_is_not_acted_on_but_may_be_asked_about)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "");
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "not_read");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "not_read");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL_INFO, NULL), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_REFETCH, NULL), "ok");
}
END_TEST

START_TEST(what_has_no_model_is_not_acted_on)
{
	struct stand stand;

	stand_in(&stand, &model_dbs, "");
	stand.shipment.model = NULL;
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERY"), "not_read");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCELLATION, "accept"), "not_read");
	ck_assert_str_eq(stand_permit(&stand, ACT_REFETCH, NULL), "ok");
}
END_TEST

START_TEST(what_is_held_is_settled_first)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(1));
	stand_hold(&stand, "accepted");
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "held");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "accepted is reported, ready_for_approval stands"));
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "held");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL_INFO, NULL), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_REFETCH, NULL), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_RESOLVE, "adopt"), "ok");
}
END_TEST

START_TEST(what_was_dismissed_leaves_what_stands_to_be_judged)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(1));
	stand_hold(&stand, "pickuped");
	stand.standing.dismissed = true;
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "ok");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "ok");
	stand_in(&stand, &model_claims, "pickuped");
	stand_hold(&stand, "ready_for_approval");
	stand.standing.dismissed = true;
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "after_pickup");
	stand_in(&stand, &model_dbs, "PROCESSING/STARTED");
	stand_hold(&stand, "UNPAID/WAITING_USER_INPUT");
	stand.standing.dismissed = true;
	ck_assert_str_eq(stand_permit(&stand, ACT_ORDER_STATUS, "DELIVERY"), "ok");
}
END_TEST

START_TEST(what_was_dismissed_beside_nothing_leaves_nothing_to_judge)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "");
	stand_hold(&stand, "teleported");
	stand.standing.dismissed = true;
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "held");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "use the cabinet"));
}
END_TEST

START_TEST(an_unknown_status_seen_first_is_held_beside_nothing)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "");
	stand_hold(&stand, "teleported");
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "held");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "teleported is reported, nothing stands"));
}
END_TEST

/* --- The window ---------------------------------------------------------------------------------------------------- */

START_TEST(an_offer_is_accepted_until_the_last_microsecond_and_refused_at_the_deadline)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(600));
	stand.standing.now = moment(SECONDS(600) - 1);
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "ok");
	stand.standing.now = moment(SECONDS(600));
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "window_closed");
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "2026-09-23T07:54:04.000000Z"));
	ck_assert_ptr_nonnull(strstr(stand.refusal.message, "edit the claim"));
	stand.standing.now = moment(SECONDS(600) + 1);
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "window_closed");
}
END_TEST

START_TEST(a_window_that_has_expired_stays_closed)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(1));
	stand.window.outcome = OUTCOME_EXPIRED;
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "window_closed");
}
END_TEST

START_TEST(without_a_window_there_is_nothing_to_accept)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	ck_assert_str_eq(stand_permit(&stand, ACT_ACCEPT, NULL), "window_closed");
}
END_TEST

START_TEST(a_claim_is_cancelled_past_its_window)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(600));
	stand.standing.now = moment(SECONDS(900));
	ck_assert_str_eq(stand_permit(&stand, ACT_CANCEL, "free"), "ok");
}
END_TEST

/* --- The version --------------------------------------------------------------------------------------------------- */

static const char *permit_version(struct stand *stand, enum act_kind kind, int64_t version)
{
	const struct act act = { .kind = kind, .argument = kind == ACT_CANCEL ? "free" : NULL, .version = version };

	return act_permit(&act, &stand->standing, &stand->refusal) ? "ok" : stand->refusal.code;
}

START_TEST(what_is_meant_for_another_version_is_refused)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(1));
	stand.shipment.version = 2;
	for (int i = 0; i < 2; i++) {
		enum act_kind kind = i == 0 ? ACT_ACCEPT : ACT_CANCEL;

		ck_assert_str_eq(permit_version(&stand, kind, NUMBER_NONE), "ok");
		ck_assert_str_eq(permit_version(&stand, kind, 2), "ok");
		ck_assert_str_eq(permit_version(&stand, kind, 1), "version_changed");
		ck_assert_ptr_nonnull(strstr(stand.refusal.message, "at version 2 now, not 1"));
		ck_assert_str_eq(permit_version(&stand, kind, 3), "version_changed");
	}
}
END_TEST

START_TEST(what_carries_a_version_waits_until_it_is_known)
{
	struct stand stand;

	stand_in(&stand, &model_claims, "ready_for_approval");
	stand_window(&stand, false, SECONDS(1));
	stand.shipment.version = NUMBER_NONE;
	ck_assert_str_eq(permit_version(&stand, ACT_ACCEPT, NUMBER_NONE), "not_read");
	ck_assert_str_eq(permit_version(&stand, ACT_CANCEL, 1), "not_read");
}
END_TEST

/* --- The fee ------------------------------------------------------------------------------------------------------- */

START_TEST(no_more_is_paid_than_was_agreed_to)
{
	static const struct {
		const char *argument;
		const char *agreed;
		enum act_fee fee;
		const char *price;
		const char *code;
	} rows[] = {
		{ "free", NULL, ACT_FEE_FREE, "0", "ok" },
		{ "free", NULL, ACT_FEE_PAID, "12.50", "not_paid_for" },
		{ "free", NULL, ACT_FEE_UNAVAILABLE, "", "unavailable" },
		{ "free", "20", ACT_FEE_PAID, "12.50", "not_paid_for" },
		{ "paid", "12.50", ACT_FEE_FREE, "0", "ok" },
		{ "paid", "12.50", ACT_FEE_PAID, "12.50", "ok" },
		{ "paid", "12.50", ACT_FEE_PAID, "12.5", "ok" },
		{ "paid", "12.50", ACT_FEE_PAID, "12.4999", "ok" },
		{ "paid", "12.50", ACT_FEE_PAID, "12.5001", "price_changed" },
		{ "paid", "12.50", ACT_FEE_PAID, "", "price_changed" },
		{ "paid", "12.50", ACT_FEE_PAID, NULL, "price_changed" },
		{ "paid", "12.50", ACT_FEE_PAID, "much", "price_changed" },
		{ "paid", "12.50", ACT_FEE_UNAVAILABLE, "", "unavailable" },
		{ "paid", "nothing", ACT_FEE_PAID, "1", "price_changed" },
		{ "paid", NULL, ACT_FEE_PAID, "12.50", "ok" },
		{ "paid", "", ACT_FEE_PAID, NULL, "ok" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct act act = { .kind = ACT_CANCEL, .argument = rows[i].argument, .version = 1, .price = rows[i].agreed };
		struct act_refusal refusal = { .code = "ok" };

		ck_assert_int_eq(act_permit_fee(&act, rows[i].fee, rows[i].price, &refusal), strcmp(rows[i].code, "ok") == 0);
		ck_assert_msg(strcmp(refusal.code, rows[i].code) == 0, "row %zu: %s", i, refusal.code);
	}
}
END_TEST

START_TEST(a_refused_fee_is_told)
{
	const struct act free_one = { .kind = ACT_CANCEL, .argument = "free" };
	const struct act paid_one = { .kind = ACT_CANCEL, .argument = "paid", .price = "10" };
	struct act_refusal refusal;

	ck_assert(!act_permit_fee(&free_one, ACT_FEE_PAID, "12.50", &refusal));
	ck_assert_ptr_nonnull(strstr(refusal.message, "cancelling costs 12.50 now"));
	ck_assert(!act_permit_fee(&paid_one, ACT_FEE_PAID, "12.50", &refusal));
	ck_assert_ptr_nonnull(strstr(refusal.message, "costs 12.50 now, and only 10 was agreed to"));
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("act");
	TCase *forms = tcase_create("arguments");
	TCase *statuses = tcase_create("statuses");
	const TTest *const words[] = {
		kinds_are_found_by_the_words_of_the_table, only_what_changes_something_upstream_is_sent_once,
		a_status_that_no_column_could_hold_is_no_argument, a_bad_argument_is_refused_before_all_else,
		what_concerns_no_shipment_needs_none,
	};
	const TTest *const known[] = {
		what_was_never_read_is_not_acted_on_but_may_be_asked_about, what_has_no_model_is_not_acted_on,
		what_is_held_is_settled_first, what_was_dismissed_leaves_what_stands_to_be_judged,
		what_was_dismissed_beside_nothing_leaves_nothing_to_judge, an_unknown_status_seen_first_is_held_beside_nothing,
	};
	const TTest *const windows[] = {
		an_offer_is_accepted_until_the_last_microsecond_and_refused_at_the_deadline, a_window_that_has_expired_stays_closed,
		without_a_window_there_is_nothing_to_accept, a_claim_is_cancelled_past_its_window,
	};
	const TTest *const versions[] = { what_is_meant_for_another_version_is_refused, what_carries_a_version_waits_until_it_is_known };
	const TTest *const fees[] = { no_more_is_paid_than_was_agreed_to, a_refused_fee_is_told };

	add(suite, "words", words, ARRAY_SIZE(words));
	tcase_add_loop_test(forms, arguments_have_the_form_of_their_kind, 0, (int)ARRAY_SIZE(arguments));
	suite_add_tcase(suite, forms);
	tcase_add_loop_test(statuses, each_status_of_a_claim_allows_what_the_list_says, 0, (int)ARRAY_SIZE(outcomes));
	tcase_add_loop_test(statuses, each_status_of_a_claim_allows_what_only_asks_and_nothing_of_orders, 0, (int)model_claims.n_statuses);
	suite_add_tcase(suite, statuses);
	add(suite, "known", known, ARRAY_SIZE(known));
	add(suite, "windows", windows, ARRAY_SIZE(windows));
	add(suite, "versions", versions, ARRAY_SIZE(versions));
	add(suite, "fees", fees, ARRAY_SIZE(fees));
	return suite;
}
