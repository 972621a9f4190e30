/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant who acts: what is accepted, cancelled and set, against a simulator that does what it is asked to, or goes wrong.
 * Scenario tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "stage.h"
#include "tests/suite.h"

#define CLAIMS 60

static struct stage_config config;
static struct stage *stage;

static void setup(void)
{
	stage_market_defaults(&config);
	config.market.market.catch_up_us = 3600 * USEC_PER_SEC;
}

static void teardown(void)
{
	stage_close(stage);
}

/* Where some requests are not answered at all: time enough for one to leave. */
static void give_up_soon(void)
{
	config.delivery.request_timeout_us = USEC_PER_SEC;
}

static struct endpoint_stats answers(void)
{
	struct sim_stats stats;

	sim_stats(stage_sim(stage), &stats);
	return stats.answers;
}

static void act(enum act_kind kind, const char *id, const char *argument)
{
	stage_act(stage, &(struct stage_wish){ .kind = kind, .id = id, .argument = argument });
}

/* The claim or order of a life that waits for an act, once it has come to STATUS and that is known. */
static const char *bring(const struct model *model, const char *life, const char *status)
{
	const char *id;

	if (model == &model_claims)
		ck_assert_int_eq(sim_add_claim(stage_sim(stage), life, &id), 0);
	else
		ck_assert_int_eq(sim_add_order(stage_sim(stage), model, life, &id), 0);
	stage_await(stage, "SELECT to_status FROM report_transitions ORDER BY at DESC, seq DESC LIMIT 1", status);
	return id;
}

/* --- Claims ----------------------------------------------------------------------------------------------------------------- */

START_TEST(an_accept_in_time_starts_the_search)
{
	stage = stage_open(&config);
	act(ACT_ACCEPT, bring(&model_claims, "approve", "ready_for_approval"), NULL);
	stage_await_act(stage, "done -");
	stage_await(stage, "SELECT status FROM report_claims", "delivered_finish");
	ck_assert_str_eq(stage_ask(stage, "SELECT outcome FROM report_windows"), "met");
	ck_assert_str_eq(stage_ask(stage, "SELECT via FROM report_transitions WHERE from_status = 'ready_for_approval'"), "action");
	ck_assert_uint_eq(answers().accept, 1);
}
END_TEST

/* To the microsecond: the clock stands at the window's end; or before it, by as much as a slow machine may take. */
START_TEST(at_the_windows_end_nothing_is_sent)
{
	const char *id;
	int64_t due_us;

	stage = stage_open(&config);
	id = bring(&model_claims, "approve", "ready_for_approval");
	due_us = strtoll(stage_ask(stage, "SELECT due_at_us FROM report_windows"), NULL, 10);
	stage_set_clock(stage, due_us - (_i == 0 ? 0 : STAGE_PATIENCE_US) - stage_now(stage).us);
	act(ACT_ACCEPT, id, NULL);
	stage_await_act(stage, _i == 0 ? "refused window_closed" : "done -");
	stage_settle(stage);
	ck_assert_uint_eq(answers().accept, _i == 0 ? 0 : 1);
}
END_TEST

static const struct {
	const char *faults;
	const char *end;
	const char *status;
} doubts[] = {
	{ "doubt=1", "done -", "accepted" },
	{ "fail=1", "not_done -", "ready_for_approval" },
	{ "mute=1", "done -", "accepted" },
	{ "deaf=1", "not_done -", "ready_for_approval" },
};

START_TEST(an_accept_that_nobody_answers_for_is_sent_once_and_found_out)
{
	give_up_soon();
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, estimating, ready_for_approval, act accepted"), 0);
	stage_await(stage, "SELECT status FROM report_claims", "ready_for_approval");
	ck_assert_int_eq(sim_set_faults(stage_sim(stage), doubts[_i].faults), 0);
	act(ACT_ACCEPT, "claim-1", NULL);
	stage_await_act(stage, doubts[_i].end);
	ck_assert_str_eq(stage_ask(stage, "SELECT status FROM report_claims"), doubts[_i].status);
	ck_assert_uint_eq(answers().accept, 1);
}
END_TEST

START_TEST(a_conflict_comes_back_by_its_name)
{
	stage = stage_open(&config);
	ck_assert_int_eq(sim_set_conflict(stage_sim(stage), "offer_already_used"), 0);
	ck_assert_int_eq(sim_set_faults(stage_sim(stage), "conflict=1"), 0);
	act(ACT_ACCEPT, bring(&model_claims, "approve", "ready_for_approval"), NULL);
	stage_await_act(stage, "rejected offer_already_used");
	ck_assert_uint_eq(answers().acts, 0);
}
END_TEST

START_TEST(a_free_cancellation_is_free)
{
	stage = stage_open(&config);
	act(ACT_CANCEL, bring(&model_claims, "give_up_search", "performer_draft"), "free");
	stage_await_act(stage, "done -");
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || resolution FROM report_claims"), "cancelled failed");
	ck_assert_uint_eq(answers().cancel, 1);
	stage_assert_no_lies(stage);
}
END_TEST

static const struct {
	const char *argument;
	const char *price;
	const char *fee; /* in the moment of sending */
	const char *end;
	size_t sent;
} fees[] = {
	{ "free", NULL, "149.90", "refused not_paid_for", 0 },
	{ "paid", "149.9", "149.90", "done -", 1 },
	{ "paid", "149.9", "150", "refused price_changed", 0 },
};

START_TEST(a_cancellation_costs_what_was_agreed_to)
{
	const char *id;

	stage = stage_open(&config);
	id = bring(&model_claims, "give_up_pickup", "pickup_arrived");
	act(ACT_CANCEL_INFO, id, NULL);
	stage_await_act(stage, "done paid");
	ck_assert_str_eq(stage_ask(stage, "SELECT message FROM report_actions"), "149.90 RUB");
	sim_set_fee(stage_sim(stage), fees[_i].fee);
	stage_act(stage, &(struct stage_wish){ ACT_CANCEL, id, fees[_i].argument, fees[_i].price });
	stage_await_act(stage, fees[_i].end);
	ck_assert_uint_eq(answers().cancel, fees[_i].sent);
	ck_assert_str_eq(stage_ask(stage, "SELECT status FROM report_claims"), fees[_i].sent ? "cancelled_with_payment" : "pickup_arrived");
}
END_TEST

START_TEST(with_the_goods_at_the_courier_nothing_is_asked)
{
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "pickup_arrived, pickuped"), 0);
	stage_await(stage, "SELECT status FROM report_claims", "pickuped");
	act(ACT_CANCEL, "claim-1", "paid");
	stage_await_act(stage, "refused after_pickup");
	ck_assert_uint_eq(answers().cancel_info + answers().cancel, 0);
}
END_TEST

/* --- Orders ----------------------------------------------------------------------------------------------------------------- */

START_TEST(an_order_is_taken_step_by_step_to_its_end)
{
	const char *id;

	stage = stage_open(&config);
	id = bring(&model_dbs, "dbs_shop", "PROCESSING/STARTED");
	act(ACT_ORDER_STATUS, id, "DELIVERED");
	stage_await_act(stage, "refused no_path");
	act(ACT_ORDER_STATUS, id, "DELIVERY");
	stage_await_act(stage, "done -");
	act(ACT_ORDER_STATUS, id, "DELIVERED/DELIVERY_SERVICE_DELIVERED");
	stage_await_act(stage, "done -");
	stage_await_done(stage);
	stage_assert_truth(stage);
	ck_assert_uint_eq(answers().order_status, 2);
}
END_TEST

START_TEST(a_buyer_who_wants_to_cancel_is_answered)
{
	const char *id;

	stage = stage_open(&config);
	id = bring(&model_dbs, "dbs_answer", "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	stage_await(stage, "SELECT kind || ' ' || outcome FROM report_windows", "cancel_answer open");
	act(ACT_CANCELLATION, id, _i == 0 ? "reject ORDER_IN_DELIVERY" : "accept");
	stage_await_act(stage, "done -");
	ck_assert_str_eq(stage_ask(stage, "SELECT outcome FROM report_windows"), "met");
	ck_assert_str_eq(stage_ask(stage, "SELECT status FROM report_orders"), _i == 0 ? "DELIVERY" : "CANCELLED");
	ck_assert_uint_eq(answers().cancellation, 1);
}
END_TEST

/* Market carries these out in its own time. */
START_TEST(an_operation_of_markets_is_followed_to_its_end)
{
	const char *id;

	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	stage = stage_open(&config);
	id = bring(&model_laas, "laas_confirm", "RESERVED/AWAIT_CONFIRMATION");
	ck_assert_int_eq(sim_set_faults(stage_sim(stage), _i == 0 ? "undone=0" : "undone=1"), 0);
	act(ACT_ORDER_STATUS, id, "PROCESSING/STARTED");
	stage_await_act(stage, _i == 0 ? "done -" : "rejected operation_failed");
	ck_assert_uint_ge(answers().operations, 1);
	ck_assert_uint_eq(answers().order_status, 1);
}
END_TEST

/* --- Without an operator ------------------------------------------------------------------------------------------------------ */

static void open_automatic(void)
{
	config.delivery.delivery.approve = CONF_APPROVE_AUTO;
	config.delivery.delivery.auto_max_price = (char *)"1100";
	config.delivery.delivery.auto_classes = (char *)"express, courier";
	stage = stage_open(&config);
}

static void add_claims(void)
{
	char id[32];

	for (int i = 0; i < CLAIMS; i++) {
		snprintf(id, sizeof(id), "claim-%d", i);
		ck_assert_int_eq(sim_script(stage_sim(stage), id, "new, estimating, ready_for_approval, act accepted"), 0);
	}
}

static void await_decisions(void)
{
	stage_await(stage, "SELECT count(*) = 60 AND sum(state = 'ended') = 60 FROM report_actions", "1");
}

START_TEST(the_policy_accepts_what_it_may_and_nothing_else)
{
	open_automatic();
	add_claims();
	await_decisions();
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_claims WHERE (status = 'accepted') <>"
	                                  " (CAST(price AS REAL) <= 1100 AND class <> 'cargo')"), "0");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_claims c JOIN report_actions a ON a.external_id = c.claim_id"
	                                  " WHERE a.result <> iif(c.status = 'accepted', 'done', 'refused')"), "0");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(DISTINCT result) FROM report_actions"), "2");
	ck_assert_int_eq((int64_t)answers().accept, strtoll(stage_ask(stage, "SELECT count(sent_at) FROM report_actions"), NULL, 10));
}
END_TEST

static const char *result_of(const char *id)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT result FROM report_actions WHERE external_id = '%s'", id);
	return stage_ask(stage, sql);
}

/* The truth and what the file says of each claim are one, and nothing was asked for twice. */
static void assert_no_act_was_misjudged(void)
{
	const struct world *world = sim_world(stage_sim(stage));

	for (size_t i = 0; i < world_count(world); i++) {
		const struct world_shipment *claim = world_at(world, i);
		bool accepted = strcmp(claim->transitions[claim->n - 1].seen.status, "accepted") == 0;
		const char *result = result_of(claim->id);

		ck_assert_msg(accepted == (strcmp(result, "done") == 0), "claim %s is %s, and its action %s", claim->id,
		              claim->transitions[claim->n - 1].seen.status, result);
	}
	ck_assert_int_le((int64_t)answers().accept, strtoll(stage_ask(stage, "SELECT count(sent_at) FROM report_actions"), NULL, 10));
}

/* kill -9 every now and then, while half of what is sent goes wrong in each way that there is. */
START_TEST(restarts_and_trouble_neither_double_nor_misjudge_anything)
{
	char sql[96];

	give_up_soon();
	open_automatic();
	ck_assert_int_eq(sim_set_faults(stage_sim(stage), "doubt=0.2,fail=0.1,conflict=0.1,mute=0.05,deaf=0.05,500=0.05,cut=0.05"), 0);
	add_claims();
	for (int i = 1; i <= 6; i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) >= %d FROM report_actions WHERE state = 'ended'", i * 8);
		stage_await(stage, sql, "1");
		stage_restart(stage);
	}
	await_decisions();
	ck_assert_int_eq(sim_set_faults(stage_sim(stage), "all=0"), 0);
	stage_settle(stage);
	assert_no_act_was_misjudged();
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("acts");
	TCase *claims = tcase_create("claims");
	TCase *orders = tcase_create("orders");
	TCase *automatic = tcase_create("automatic");
	TCase *const all[] = { claims, orders, automatic };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		tcase_add_checked_fixture(all[i], setup, teardown);
		tcase_set_timeout(all[i], 120);
		suite_add_tcase(suite, all[i]);
	}
	tcase_add_test(claims, an_accept_in_time_starts_the_search);
	tcase_add_loop_test(claims, at_the_windows_end_nothing_is_sent, 0, 2);
	tcase_add_loop_test(claims, an_accept_that_nobody_answers_for_is_sent_once_and_found_out, 0, ARRAY_SIZE(doubts));
	tcase_add_test(claims, a_conflict_comes_back_by_its_name);
	tcase_add_test(claims, a_free_cancellation_is_free);
	tcase_add_loop_test(claims, a_cancellation_costs_what_was_agreed_to, 0, ARRAY_SIZE(fees));
	tcase_add_test(claims, with_the_goods_at_the_courier_nothing_is_asked);
	tcase_add_test(orders, an_order_is_taken_step_by_step_to_its_end);
	tcase_add_loop_test(orders, a_buyer_who_wants_to_cancel_is_answered, 0, 2);
	tcase_add_loop_test(orders, an_operation_of_markets_is_followed_to_its_end, 0, 2);
	tcase_add_test(automatic, the_policy_accepts_what_it_may_and_nothing_else);
	tcase_add_test(automatic, restarts_and_trouble_neither_double_nor_misjudge_anything);
	return suite;
}
