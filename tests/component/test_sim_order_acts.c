/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant does with the simulator's orders, over real sockets: set their status, answer a buyer's wish to cancel, and
 * ask how far Market has come.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define STARTED "PROCESSING/STARTED"
#define SENT STARTED ", DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define RESERVED "RESERVED/AWAIT_CONFIRMATION"
#define SET(status) "{\"order\":{\"status\":\"" status "\"}}"
#define SET_PAIR(status, substatus) "{\"order\":{\"status\":\"" status "\",\"substatus\":\"" substatus "\"}}"
#define CONFIRM SET_PAIR("PROCESSING", "STARTED")
#define CANCEL_ORDER SET_PAIR("CANCELLED", "SHOP_FAILED")
#define YES "{\"accepted\":true}"
#define NO "{\"accepted\":false,\"reason\":\"ORDER_IN_DELIVERY\"}"

#define DBS 111
#define LAAS 112

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

/* An order that has gone so far, and then waits; in its last status when this returns. */
static void script(const struct model *model, const char *steps, size_t n)
{
	stage_script_order(&s, model, "1", steps);
	stage_await_wait(&s, "1", n);
}

static void check_newest(const char *id, const char *status, enum verdict verdict)
{
	ck_assert_str_eq(stage_newest(&s, id)->seen.status, status);
	ck_assert_int_eq(stage_newest(&s, id)->verdict, verdict);
}

static void check_said(const char *text)
{
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_msg(strstr(s.answer.body, text) != NULL, "%s", s.answer.body);
}

/* The id of the operation that the last answer has begun. */
static void take_operation(char ret[static 64])
{
	static const char before[] = "{\"operation\":{\"id\":\"";
	static const char behind[] = "\",\"type\":\"ORDER_STATUS_UPDATE\"}}";
	size_t len = strlen(s.answer.body);
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_int_eq(strncmp(s.answer.body, before, strlen(before)), 0);
	len -= strlen(before) + strlen(behind);
	ck_assert_uint_lt(len, 64);
	ck_assert_str_eq(s.answer.body + strlen(before) + len, behind);
	snprintf(ret, 64, "%.*s", (int)len, s.answer.body + strlen(before));
}

static void check_operation(const char *id, const char *state)
{
	char text[256];
	snprintf(text, sizeof(text), "{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":[\"%s\",\"never-given\"]}", id);
	stage_ask(&s, "POST", OPERATIONS, API_KEY, text);
	snprintf(text, sizeof(text),
	         "{\"status\":\"OK\",\"result\":{\"operations\":[{\"id\":\"%s\",\"type\":\"ORDER_STATUS_UPDATE\",\"status\":\"%s\"}]}}", id,
	         state);
	ck_assert_str_eq(s.answer.body, text);
}

START_TEST(a_dbs_order_waits_for_the_merchant_at_each_step)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_order(s.sim, &model_dbs, "dbs_shop", &id), 0);
	stage_await_steps(&s, id, 1);
	stage_let_pass(&s);
	stage_await_steps(&s, id, 1);
	ck_assert(!sim_is_done(s.sim));
	stage_set_status(&s, DBS, id, SET("DELIVERY"));
	check_said("\"status\":\"DELIVERY\",\"substatus\":\"DELIVERY_SERVICE_RECEIVED\"");
	check_said(id);
	stage_let_pass(&s);
	stage_await_steps(&s, id, 2);
	/* Which the plan does not have. */
	stage_set_status(&s, DBS, id, SET_PAIR("PICKUP", "PICKUP_SERVICE_RECEIVED"));
	check_said("\"PICKUP\"");
	stage_let_pass(&s);
	stage_await_steps(&s, id, 3);
	stage_set_status(&s, DBS, id, SET("DELIVERED"));
	check_said("\"DELIVERY_SERVICE_DELIVERED\"");
	stage_await_done(&s);
	stage_await_steps(&s, id, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(stage_claim(&s, id)->transitions[i].verdict, i == 0 ? VERDICT_FIRST : VERDICT_LEGAL);
		ck_assert_int_eq(stage_claim(&s, id)->transitions[i].acted, i > 0);
	}
	ck_assert_uint_eq(stage_stats(&s).answers.order_status, 3);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 3);
}
END_TEST

struct conflict_case {
	const struct model *model;
	const char *steps;
	size_t n;
	const char *body;
	const char *code;
};

static const struct conflict_case conflicts[] = {
	{ &model_dbs, STARTED ", act " SENT, 1, SET("DELIVERED"), "STATUS_NOT_ALLOWED" },
	{ &model_dbs, STARTED ", act " SENT, 1, SET("PICKUP"), "STATUS_NOT_ALLOWED" },
	{ &model_dbs, STARTED ", act " SENT, 1, CONFIRM, "SUBSTATUS_NOT_ALLOWED" },
	{ &model_dbs, STARTED ", act " SENT, 1, SET_PAIR("PROCESSING", "PACKAGING"), "SUBSTATUS_NOT_ALLOWED" },
	{ &model_dbs, STARTED ", act " SENT, 1, SET("CANCELLED"), "SUBSTATUS_NOT_ALLOWED" },
	{ &model_dbs, STARTED ", act " SENT, 1, SET_PAIR("CANCELLED", "LOST"), "SUBSTATUS_NOT_ALLOWED" },
	{ &model_dbs, STARTED ", act " SENT, 1, SET("RESERVED"), "INVALID_ORDER_STATUS" },
	{ &model_dbs, SENT ", act " STARTED, 2, SET_PAIR("CANCELLED", "INCORRECT_PERSONAL_DATA"), "SUBSTATUS_NOT_ALLOWED" },
	{ &model_dbs, SENT ", act " STARTED, 2, SET_PAIR("CANCELLED", "PICKUP_EXPIRED"), "PICKUP_EXPIRED_CANCELLATION_FORBIDDEN" },
	{ &model_dbs, SENT ", DELIVERY/USER_RECEIVED, act " STARTED, 3, CANCEL_ORDER, "STATUS_NOT_ALLOWED" },
	{ &model_dbs, SENT ", DELIVERED/DELIVERY_SERVICE_DELIVERED", 3, CANCEL_ORDER, "ORDER_IN_TERMINAL_STATE" },
	{ &model_dbs, STARTED ", CANCELLED/SHOP_FAILED", 2, SET("DELIVERY"), "ORDER_IN_TERMINAL_STATE" },
	{ &model_laas, STARTED ", act PROCESSING/PACKAGING", 1, SET("DELIVERY"), "STATUS_NOT_ALLOWED" },
	{ &model_laas, STARTED ", act PROCESSING/PACKAGING", 1, SET_PAIR("CANCELLED", "USER_CHANGED_MIND"), "SUBSTATUS_NOT_ALLOWED" },
	{ &model_laas, STARTED ", PROCESSING/PACKAGING, CANCELLED/LOST", 3, CANCEL_ORDER, "ORDER_IN_TERMINAL_STATE" },
};

START_TEST(what_a_merchant_must_not_set_is_refused_by_name)
{
	const struct conflict_case *each = &conflicts[_i];
	stage_begin(&s);
	script(each->model, each->steps, each->n);
	stage_set_status(&s, each->model == &model_dbs ? DBS : LAAS, "1", each->body);
	stage_check_market_error(&s, 400, each->code);
	ck_assert_ptr_nonnull(strstr(s.answer.body, "No transition found: '"));
	stage_let_pass(&s);
	stage_await_steps(&s, "1", each->n);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 0);
}
END_TEST

struct cancel_case {
	const char *steps;
	size_t n;
	const char *reason;
};

static const struct cancel_case cancels[] = {
	{ STARTED, 1, "SHOP_FAILED" },
	{ STARTED, 1, "USER_CHANGED_MIND" },
	{ STARTED, 1, "USER_UNREACHABLE" },
	{ STARTED, 1, "INCORRECT_PERSONAL_DATA" },
	{ STARTED ", PROCESSING/READY_TO_SHIP", 2, "SHOP_FAILED" },
	{ SENT, 2, "SHOP_FAILED" },
	{ SENT, 2, "USER_UNREACHABLE" },
	{ SENT ", PICKUP/PICKUP_SERVICE_RECEIVED", 3, "PICKUP_EXPIRED" },
};

START_TEST(a_shop_cancels_for_the_reasons_of_the_status)
{
	const struct cancel_case *each = &cancels[_i];
	char text[128];
	stage_begin(&s);
	script(&model_dbs, each->steps, each->n);
	snprintf(text, sizeof(text), "{\"order\":{\"status\":\"CANCELLED\",\"substatus\":\"%s\"}}", each->reason);
	stage_set_status(&s, DBS, "1", text);
	check_said(each->reason);
	stage_await_done(&s);
	snprintf(text, sizeof(text), "CANCELLED/%s", each->reason);
	check_newest("1", text, VERDICT_LEGAL);
}
END_TEST

/* What takes its time takes this long, which passes only when the test lets it. */
#define STEP_US (60 * USEC_PER_SEC)

static void let_steps_take_time(void)
{
	s.config.step_min_us = s.config.step_max_us = STEP_US;
}

static void pass_step(void)
{
	s.clock.shift_us += STEP_US;
	loop_clock_stepped(s.loop);
}

static void pass_all(void)
{
	while (!sim_is_done(s.sim)) {
		pass_step();
		raw_turn(s.loop);
	}
}

START_TEST(laas_is_confirmed_by_and_by)
{
	char operation[64];
	const char *id;
	let_steps_take_time();
	stage_begin(&s);
	ck_assert_int_eq(sim_add_order(s.sim, &model_laas, "laas_confirm", &id), 0);
	stage_await_steps(&s, id, 1);
	stage_set_status(&s, LAAS, id, CONFIRM);
	take_operation(operation);
	check_operation(operation, "IN_PROGRESS");
	stage_await_steps(&s, id, 1);
	pass_step();
	stage_await_steps(&s, id, 2);
	check_newest(id, STARTED, VERDICT_LEGAL);
	check_operation(operation, "DONE");
	pass_all();
	check_newest(id, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_LEGAL);
	ck_assert_uint_eq(stage_stats(&s).answers.operations, 2);
}
END_TEST

START_TEST(laas_expires_where_nobody_confirms_it)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_order(s.sim, &model_laas, "laas_confirm", &id), 0);
	stage_await_steps(&s, id, 1);
	s.clock.shift_us = 3600 * USEC_PER_SEC;
	loop_clock_stepped(s.loop);
	stage_await_done(&s);
	check_newest(id, "CANCELLED/RESERVATION_EXPIRED", VERDICT_LEGAL);
	stage_set_status(&s, LAAS, id, CONFIRM);
	stage_check_market_error(&s, 400, "ORDER_IN_TERMINAL_STATE");
}
END_TEST

START_TEST(after_the_hour_laas_is_not_confirmed)
{
	stage_begin(&s);
	script(&model_laas, RESERVED ", act " STARTED, 1);
	s.clock.shift_us = 3600 * USEC_PER_SEC;
	loop_clock_stepped(s.loop);
	stage_set_status(&s, LAAS, "1", CONFIRM);
	stage_check_market_error(&s, 400, "STATUS_NOT_ALLOWED");
	stage_set_status(&s, LAAS, "1", CANCEL_ORDER);
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_done(&s);
	check_newest("1", "CANCELLED/SHOP_FAILED", VERDICT_LEGAL);
}
END_TEST

START_TEST(an_operation_that_is_overtaken_fails)
{
	char first[64];
	char second[64];
	let_steps_take_time();
	stage_begin(&s);
	script(&model_laas, RESERVED ", act " STARTED ", PROCESSING/PACKAGING", 1);
	stage_set_status(&s, LAAS, "1", CONFIRM);
	take_operation(first);
	stage_set_status(&s, LAAS, "1", CANCEL_ORDER);
	take_operation(second);
	ck_assert_str_ne(first, second);
	check_operation(first, "FAILED");
	check_operation(second, "IN_PROGRESS");
	pass_all();
	stage_await_steps(&s, "1", 2);
	check_operation(first, "FAILED");
	check_operation(second, "DONE");
}
END_TEST

START_TEST(an_operation_may_come_to_nothing)
{
	char operation[64];
	stage_begin_with_fault(&s, "undone=1");
	script(&model_laas, RESERVED ", act " STARTED, 1);
	stage_set_status(&s, LAAS, "1", CONFIRM);
	take_operation(operation);
	check_operation(operation, "IN_PROGRESS");
	check_operation(operation, "FAILED");
	check_operation(operation, "FAILED");
	stage_let_pass(&s);
	stage_await_steps(&s, "1", 1);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 0);
}
END_TEST

START_TEST(a_wish_that_is_granted_cancels_the_order)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_order(s.sim, &model_dbs, "dbs_answer", &id), 0);
	stage_await_steps(&s, id, 2);
	stage_let_pass(&s);
	ck_assert(wall_is_set(stage_claim(&s, id)->now.asked));
	stage_answer_wish(&s, DBS, id, YES);
	ck_assert_str_eq(s.answer.body, "{\"status\":\"OK\"}");
	stage_await_done(&s);
	stage_await_steps(&s, id, 3);
	check_newest(id, "CANCELLED/USER_CHANGED_MIND", VERDICT_LEGAL);
	ck_assert_uint_eq(stage_stats(&s).answers.cancellation, 1);
	stage_answer_wish(&s, DBS, id, YES);
	stage_check_market_error(&s, 400, "ORDER_IN_TERMINAL_STATE");
}
END_TEST

START_TEST(a_wish_that_is_refused_is_withdrawn)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_order(s.sim, &model_dbs, "dbs_answer", &id), 0);
	stage_await_steps(&s, id, 2);
	stage_let_pass(&s);
	struct wall before = stage_claim(&s, id)->now.key.updated;
	stage_answer_wish(&s, DBS, id, NO);
	ck_assert_str_eq(s.answer.body, "{\"status\":\"OK\"}");
	ck_assert(!wall_is_set(stage_claim(&s, id)->now.asked));
	ck_assert_int_gt(wall_cmp(stage_claim(&s, id)->now.key.updated, before), 0);
	stage_answer_wish(&s, DBS, id, YES);
	stage_check_market_error(&s, 400, "ACTION_FORBIDDEN");
	stage_set_status(&s, DBS, id, SET("DELIVERED"));
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_done(&s);
	check_newest(id, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_LEGAL);
}
END_TEST

START_TEST(a_granted_wish_has_the_reason_of_the_plan)
{
	stage_begin(&s);
	script(&model_dbs, SENT ", ask, +1h CANCELLED/USER_REFUSED_QUALITY", 2);
	stage_answer_wish(&s, DBS, "1", YES);
	stage_await_done(&s);
	check_newest("1", "CANCELLED/USER_REFUSED_QUALITY", VERDICT_LEGAL);
}
END_TEST

static const char *const no_statuses[] = {
	"", "[]", "{}", "{\"order\":[]}", "{\"order\":{}}", "{\"order\":{\"status\":1}}", "{\"order\":{\"substatus\":\"STARTED\"}}",
	"{\"order\":{\"status\":\"CANCELLED\",\"substatus\":7}}", "{\"order\":{\"status\":\"A/B\"}}",
};

static const char *const no_answers[] = {
	"", "{}", "{\"accepted\":1}", "{\"accepted\":false}", "{\"accepted\":false,\"reason\":\"NO\"}",
	"{\"accepted\":false,\"reason\":null}",
};

static const char *const no_questions[] = {
	"",
	"{}",
	"{\"operationIds\":[\"a\"]}",
	"{\"operationType\":\"SOMETHING\",\"operationIds\":[\"a\"]}",
	"{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":[]}",
	"{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":[\"\"]}",
	"{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":[1]}",
};

START_TEST(what_is_no_request_is_refused)
{
	stage_begin(&s);
	script(&model_dbs, SENT ", ask, act unask", 2);
	for (size_t i = 0; i < ARRAY_SIZE(no_statuses); i++) {
		stage_set_status(&s, DBS, "1", no_statuses[i]);
		stage_check_market_error(&s, 400, "BAD_REQUEST");
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_answers); i++) {
		stage_answer_wish(&s, DBS, "1", no_answers[i]);
		stage_check_market_error(&s, 400, "BAD_REQUEST");
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_questions); i++) {
		stage_ask(&s, "POST", OPERATIONS, API_KEY, no_questions[i]);
		stage_check_market_error(&s, 400, "BAD_REQUEST");
	}
	stage_ask(&s, "POST", OPERATIONS, API_KEY, "{\"operationType\":\"RETURN_CANCELLATION\",\"operationIds\":[\"a\"]}");
	ck_assert_str_eq(s.answer.body, "{\"status\":\"OK\",\"result\":{\"operations\":[]}}");
	stage_await_steps(&s, "1", 2);
}
END_TEST

START_TEST(what_is_asked_the_wrong_way_or_of_the_wrong_one_is_refused)
{
	s.config.api_key = "ACMA:key:0";
	stage_begin(&s);
	script(&model_dbs, STARTED, 1);
	stage_ask(&s, "POST", CAMPAIGNS "/111/orders/1/status", API_KEY, SET("DELIVERY"));
	stage_check_market_error(&s, 405, "METHOD_NOT_ALLOWED");
	stage_ask(&s, "POST", CAMPAIGNS "/111/orders/1/cancellation/accept", API_KEY, YES);
	stage_check_market_error(&s, 405, "METHOD_NOT_ALLOWED");
	stage_ask(&s, "PUT", OPERATIONS, API_KEY, "{}");
	stage_check_market_error(&s, 405, "METHOD_NOT_ALLOWED");
	stage_ask(&s, "PUT", CAMPAIGNS "/111/orders/1/status", "Api-Key: ACMA:key:1\r\n", SET("DELIVERY"));
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	stage_set_status(&s, LAAS, "1", SET("DELIVERY"));
	stage_check_market_error(&s, 404, "NOT_FOUND");
	stage_set_status(&s, DBS, "2", SET("DELIVERY"));
	stage_check_market_error(&s, 404, "NOT_FOUND");
	stage_set_status(&s, 113, "1", SET("DELIVERY"));
	stage_check_market_error(&s, 403, "FORBIDDEN");
	stage_ask(&s, "POST", "/v1/businesses/223/operations", API_KEY, "{}");
	stage_check_market_error(&s, 403, "FORBIDDEN");
	stage_ask(&s, "PUT", CAMPAIGNS "/111/orders//status", API_KEY, SET("DELIVERY"));
	stage_check_market_error(&s, 404, "NOT_FOUND");
	stage_await_steps(&s, "1", 1);
}
END_TEST

START_TEST(a_key_says_what_it_is_good_for)
{
	s.config.api_key = "ACMA:key:0";
	stage_begin(&s);
	stage_ask(&s, "POST", TOKEN, API_KEY, "");
	check_said("\"apiKey\":{\"name\":\"claimsim\",\"authScopes\":[\"INVENTORY_AND_ORDER_PROCESSING\"]}");
	ck_assert_ptr_nonnull(strstr(s.answer.head, "X-RateLimit-Resource-Limit: 100\r\n"));
	stage_ask(&s, "POST", TOKEN, "Api-Key: ACMA:key:1\r\n", "");
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	stage_ask(&s, "GET", TOKEN, API_KEY, "");
	stage_check_market_error(&s, 405, "METHOD_NOT_ALLOWED");
	ck_assert_uint_eq(stage_stats(&s).answers.tokens, 3);
}
END_TEST

START_TEST(a_key_may_be_good_for_reading_only)
{
	s.config.read_only = true;
	stage_begin(&s);
	script(&model_dbs, STARTED, 1);
	stage_ask(&s, "POST", TOKEN, API_KEY, "");
	check_said("[\"INVENTORY_AND_ORDER_PROCESSING_READ_ONLY\"]");
	stage_set_status(&s, DBS, "1", SET("DELIVERY"));
	stage_check_market_error(&s, 403, "FORBIDDEN");
	stage_ask_orders(&s, "", "{}");
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_steps(&s, "1", 1);
}
END_TEST

START_TEST(what_an_act_changes_is_pushed_like_any_other_change)
{
	stage_begin_with_pushes(&s, "/market");
	script(&model_dbs, STARTED ", act " SENT, 1);
	stage_await_calls(&s, 1);
	stage_set_status(&s, DBS, "1", SET("DELIVERY"));
	stage_await_calls(&s, 2);
	ck_assert_ptr_nonnull(strstr(s.merchant.bodies[1], "ORDER_STATUS_UPDATED"));
	ck_assert_ptr_nonnull(strstr(s.merchant.bodies[1], "DELIVERY_SERVICE_RECEIVED"));
	stage_set_status(&s, DBS, "1", CANCEL_ORDER);
	stage_await_calls(&s, 4);
}
END_TEST

START_TEST(acts_of_orders_meet_the_same_faults)
{
	stage_begin(&s);
	script(&model_dbs, STARTED ", act " SENT, 1);
	ck_assert_int_eq(sim_set_faults(s.sim, "doubt=1"), 0);
	stage_set_status(&s, DBS, "1", SET("DELIVERY"));
	stage_check_market_error(&s, 500, "INTERNAL_ERROR");
	stage_await_steps(&s, "1", 2);
	ck_assert_int_eq(sim_set_faults(s.sim, "doubt=0,fail=1"), 0);
	stage_set_status(&s, DBS, "1", SET("DELIVERED"));
	stage_check_market_error(&s, 500, "INTERNAL_ERROR");
	stage_await_steps(&s, "1", 2);
	ck_assert_int_eq(sim_set_faults(s.sim, "fail=0,conflict=1"), 0);
	ck_assert_int_eq(sim_set_conflict(s.sim, "CANCELLED_IN_PROCESSING"), 0);
	stage_set_status(&s, DBS, "1", SET("DELIVERED"));
	stage_check_market_error(&s, 400, "CANCELLED_IN_PROCESSING");
	stage_await_steps(&s, "1", 2);
	/* Nobody else is struck. */
	stage_ask(&s, "POST", TOKEN, API_KEY, "");
	ck_assert_uint_eq(s.answer.status, 200);
}
END_TEST

/* Market bears two requests at a time; who waits in vain is no work. */
START_TEST(silence_does_not_crowd_market)
{
	struct raw_client clients[3];
	stage_begin_with_fault(&s, "mute=1");
	script(&model_dbs, SENT ", act DELIVERED/DELIVERY_SERVICE_DELIVERED", 2);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		raw_open(&clients[i], s.loop, sim_url(s.sim) + strlen("http://"));
		raw_send(&clients[i], "PUT " CAMPAIGNS "/111/orders/1/status HTTP/1.1\r\nHost: x\r\n" API_KEY
		                      "Content-Length: 32\r\n\r\n" SET("DELIVERED"));
		raw_quiet(&clients[i]);
	}
	stage_await_steps(&s, "1", 3);
	ck_assert_uint_eq(stage_stats(&s).answers.order_status, 3);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 1);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
		raw_close(&clients[i]);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-order-acts");
	TCase *t = tcase_create("acts");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_dbs_order_waits_for_the_merchant_at_each_step);
	tcase_add_loop_test(t, what_a_merchant_must_not_set_is_refused_by_name, 0, ARRAY_SIZE(conflicts));
	tcase_add_loop_test(t, a_shop_cancels_for_the_reasons_of_the_status, 0, ARRAY_SIZE(cancels));
	tcase_add_test(t, laas_is_confirmed_by_and_by);
	tcase_add_test(t, laas_expires_where_nobody_confirms_it);
	tcase_add_test(t, after_the_hour_laas_is_not_confirmed);
	tcase_add_test(t, an_operation_that_is_overtaken_fails);
	tcase_add_test(t, an_operation_may_come_to_nothing);
	tcase_add_test(t, a_wish_that_is_granted_cancels_the_order);
	tcase_add_test(t, a_wish_that_is_refused_is_withdrawn);
	tcase_add_test(t, a_granted_wish_has_the_reason_of_the_plan);
	tcase_add_test(t, what_is_no_request_is_refused);
	tcase_add_test(t, what_is_asked_the_wrong_way_or_of_the_wrong_one_is_refused);
	tcase_add_test(t, a_key_says_what_it_is_good_for);
	tcase_add_test(t, a_key_may_be_good_for_reading_only);
	tcase_add_test(t, what_an_act_changes_is_pushed_like_any_other_change);
	tcase_add_test(t, acts_of_orders_meet_the_same_faults);
	tcase_add_test(t, silence_does_not_crowd_market);
	suite_add_tcase(suite, t);
	return suite;
}
