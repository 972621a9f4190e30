/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to an order, and how far Market is with it: what is sent, that it is sent once, and what is known of it afterwards.
 * Component ring: real sockets, the real wire layer; an upstream that answers with whatever bytes it is given. What all acts have
 * in common is in test_act.c.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "api/market.h"
#include "base/attr.h"
#include "base/err.h"
#include "client_world.h"
#include "suite.h"

#define ORDER "\"order\":{\"id\":55000001,\"status\":\"DELIVERY\",\"substatus\":\"DELIVERY_SERVICE_RECEIVED\"}"
#define OPERATION "\"operation\":{\"id\":\"op-1\",\"type\":\"ORDER_STATUS_UPDATE\"}"
#define ERROR(code) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"" code "\",\"message\":\"because\"}]}"
#define OPERATIONS(list) "{\"status\":\"OK\",\"result\":{\"operations\":[" list "]}}"

static const struct market_order order = { 111, "55000001" };

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct act_answer answer;
	struct market_operation operation;
};

static void on_answer(struct act_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
}

static void on_operation(struct market_operation *operation, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->operation = *operation;
}

static void await(const struct outcome *outcome)
{
	client_world_await(&w, &outcome->times);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome->times, 1);
}

static struct act_answer set_status(const char *status)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(market_set_status(w.client, &order, status, on_answer, &outcome), 0);
	await(&outcome);
	return outcome.answer;
}

static struct act_answer answer_cancellation(const char *reason)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(market_answer_cancellation(w.client, &order, reason, on_answer, &outcome), 0);
	await(&outcome);
	return outcome.answer;
}

static struct market_operation ask_operation(const char *status, const char *body)
{
	struct outcome outcome = { 0 };

	client_world_answer(&w, status, "", body);
	ck_assert_int_eq(market_operation(w.client, "op-1", on_operation, &outcome), 0);
	await(&outcome);
	return outcome.operation;
}

static void assert_request(const char *line, const char *body)
{
	const char *text = w.peer.request.data;

	ck_assert_msg(strncmp(text, line, strlen(line)) == 0, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "\r\nApi-Key: " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_null(strcasestr(text, "\r\nExpect:"));
	ck_assert_str_eq(client_world_request_body(&w), body);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}

static void set_up(void)
{
	client_world_open(&w, CONF_MARKET);
}

static void tear_down(void)
{
	client_world_close(&w);
}

/* --- What is sent */

START_TEST(a_status_is_set_as_market_wants_it)
{
	client_world_answer(&w, "200 OK", "", "{" ORDER "}");

	struct act_answer answer = set_status("CANCELLED/SHOP_FAILED");

	ck_assert_int_eq(answer.fate, ACT_FATE_TAKEN);
	assert_request("PUT /v2/campaigns/111/orders/55000001/status HTTP/1.1\r\n",
	               "{\"order\":{\"status\":\"CANCELLED\",\"substatus\":\"SHOP_FAILED\"}}");
}
END_TEST

static const struct {
	const char *reason;
	const char *body;
} wishes[] = {
	{ NULL, "{\"accepted\":true}" },
	{ "ORDER_IN_DELIVERY", "{\"accepted\":false,\"reason\":\"ORDER_IN_DELIVERY\"}" },
};

START_TEST(a_wish_is_answered_as_market_wants_it)
{
	client_world_answer(&w, "200 OK", "", "{\"status\":\"OK\"}");

	struct act_answer answer = answer_cancellation(wishes[_i].reason);

	ck_assert_int_eq(answer.fate, ACT_FATE_TAKEN);
	assert_request("PUT /v2/campaigns/111/orders/55000001/cancellation/accept HTTP/1.1\r\n", wishes[_i].body);
}
END_TEST

START_TEST(an_operation_is_asked_for_as_market_wants_it)
{
	struct market_operation operation = ask_operation("200 OK", OPERATIONS(""));

	ck_assert_int_eq(operation.end.outcome, OUTCOME_OK);
	assert_request("POST /v1/businesses/222/operations HTTP/1.1\r\n",
	               "{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":[\"op-1\"]}");
}
END_TEST

static const struct market_order odd_orders[] = {
	{ 111, "" }, { 111, "5500x" }, { 111, "-5" }, { 111, "5/status" }, { 0, "55000001" }, { NUMBER_NONE, "55000001" },
	{ 111, "00000000000000000000000000000000000000000000000000000000000000001" },
};

START_TEST(what_is_no_order_is_not_sent)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(market_set_status(w.client, &odd_orders[_i], "DELIVERY", on_answer, &outcome), ERR_INVALID);
	ck_assert_int_eq(market_answer_cancellation(w.client, &odd_orders[_i], NULL, on_answer, &outcome), ERR_INVALID);
	client_world_turns(&w);
	ck_assert_uint_eq(w.peer.n_requests, 0);
}
END_TEST

START_TEST(what_market_can_not_be_asked_is_not_sent)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(market_set_status(w.client, &order, "CANCELLED", on_answer, &outcome), ERR_INVALID);
	ck_assert_int_eq(market_answer_cancellation(w.client, &order, "ORDER_LOST", on_answer, &outcome), ERR_INVALID);
	ck_assert_int_eq(market_operation(w.client, "", on_operation, &outcome), ERR_INVALID);
	client_world_turns(&w);
	ck_assert_uint_eq(w.peer.n_requests, 0);
}
END_TEST

/* --- What is known of it afterwards */

static const struct {
	const char *body;
	const char *status;
	const char *operation_id;
} takens[] = {
	{ "{" ORDER "}", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "" },
	{ "{" ORDER "," OPERATION "}", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "op-1" },
	{ "{" OPERATION "}", "", "op-1" },
	{ "{\"order\":{}}", "", "" },
};

START_TEST(what_is_taken_says_what_it_came_to)
{
	client_world_answer(&w, "200 OK", "", takens[_i].body);

	struct act_answer answer = set_status("DELIVERY");

	ck_assert_int_eq(answer.fate, ACT_FATE_TAKEN);
	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert_str_eq(answer.status, takens[_i].status);
	ck_assert_str_eq(answer.operation_id, takens[_i].operation_id);
	ck_assert_str_eq(answer.code, "");
}
END_TEST

static const struct {
	const char *status;
	const char *code;
	enum outcome_kind outcome;
} documented[] = {
	{ "400 Bad Request", "STATUS_NOT_ALLOWED", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "SUBSTATUS_NOT_ALLOWED", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "INVALID_ORDER_STATUS", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "USER_UNREACHABLE_NOT_ALLOWED", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "PICKUP_EXPIRED_CANCELLATION_FORBIDDEN", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "ORDER_IN_TERMINAL_STATE", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "CANCELLATION_REQUESTED", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "ACTION_FORBIDDEN", OUTCOME_PROTOCOL },
	{ "400 Bad Request", "CANCELLED_IN_PROCESSING", OUTCOME_PROTOCOL },
	{ "401 Unauthorized", "UNAUTHORIZED", OUTCOME_AUTH },
	{ "403 Forbidden", "API_DISABLED", OUTCOME_AUTH },
	{ "404 Not Found", "NOT_FOUND", OUTCOME_GONE },
	{ "405 Method Not Allowed", "METHOD_NOT_ALLOWED", OUTCOME_PROTOCOL },
	{ "420 Enhance Your Calm", "LIMIT_EXCEEDED", OUTCOME_LIMITED },
	{ "423 Locked", "LOCKED", OUTCOME_RETRY },
};

START_TEST(a_refusal_comes_by_its_name)
{
	char body[128];

	snprintf(body, sizeof body, ERROR("%s"), documented[_i].code);
	client_world_answer(&w, documented[_i].status, "", body);

	const struct act_answer answers[] = { set_status("DELIVERY"), answer_cancellation(NULL) };

	ck_assert_uint_eq(w.peer.n_requests, 2);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		ck_assert_int_eq(answers[i].fate, ACT_FATE_REFUSED);
		ck_assert_str_eq(outcome_kind_text(answers[i].end.outcome), outcome_kind_text(documented[_i].outcome));
		ck_assert_str_eq(answers[i].code, documented[_i].code);
		ck_assert_str_eq(answers[i].message, "because");
	}
}
END_TEST

static const struct {
	const char *status;
	const char *body;
} doubtful[] = {
	{ "500 Internal Server Error", ERROR("INTERNAL_ERROR") },
	{ "503 Service Unavailable", "" },
	{ "499 Client Closed Request", "" },
	{ "202 Accepted", "{}" },
	{ "302 Found", "" },
	{ "200 OK", "" },
	{ "200 OK", "hello" },
	{ "200 OK", "[]" },
	{ "200 OK", "{}" },
	{ "200 OK", "{\"status\":\"ERROR\",\"errors\":null}" },
	{ "200 OK", ERROR("STATUS_NOT_ALLOWED") },
};

START_TEST(an_answer_that_says_neither_leaves_it_unknown)
{
	client_world_answer(&w, doubtful[_i].status, "", doubtful[_i].body);

	const struct act_answer answers[] = { set_status("DELIVERY"), answer_cancellation(NULL) };

	ck_assert_uint_eq(w.peer.n_requests, 2);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		ck_assert_int_eq(answers[i].fate, ACT_FATE_UNKNOWN);
		ck_assert(answers[i].end.answered);
		ck_assert_str_ne(answers[i].end.reason, "");
		ck_assert_str_eq(answers[i].status, "");
		ck_assert_str_eq(answers[i].operation_id, "");
	}
}
END_TEST

START_TEST(an_answer_about_another_order_leaves_it_unknown)
{
	client_world_answer(&w, "200 OK", "", "{\"order\":{\"id\":55000002,\"status\":\"DELIVERY\"}," OPERATION "}");

	struct act_answer answer = set_status("DELIVERY");

	ck_assert_int_eq(answer.fate, ACT_FATE_UNKNOWN);
	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	ck_assert_str_eq(answer.operation_id, "");
}
END_TEST

START_TEST(a_put_is_sent_once_where_a_question_would_be_repeated)
{
	struct market_operation operation = ask_operation("200 OK", OPERATIONS(""));

	ck_assert_int_eq(operation.end.outcome, OUTCOME_OK);
	w.peer.answer = NULL;
	w.peer.close = true;

	struct act_answer answer = set_status("DELIVERY");

	ck_assert_int_eq(answer.fate, ACT_FATE_UNKNOWN);
	ck_assert(!answer.end.answered);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	answer = answer_cancellation(NULL);
	ck_assert_int_eq(answer.fate, ACT_FATE_UNKNOWN);
	ck_assert_uint_eq(w.peer.n_requests, 3);
}
END_TEST

START_TEST(without_a_connection_nothing_was_sent)
{
	canned_peer_close(&w.peer);

	struct act_answer answer = set_status("DELIVERY");

	ck_assert_int_eq(answer.fate, ACT_FATE_UNSENT);
	ck_assert_int_eq(answer_cancellation(NULL).fate, ACT_FATE_UNSENT);
}
END_TEST

/* --- Operations */

static const struct {
	const char *body;
	enum wire_operation_state state;
} operations[] = {
	{ OPERATIONS("{\"id\":\"op-1\",\"type\":\"ORDER_STATUS_UPDATE\",\"status\":\"IN_PROGRESS\"}"), WIRE_OPERATION_IN_PROGRESS },
	{ OPERATIONS("{\"id\":\"op-1\",\"type\":\"ORDER_STATUS_UPDATE\",\"status\":\"DONE\"}"), WIRE_OPERATION_DONE },
	{ OPERATIONS("{\"id\":\"op-1\",\"type\":\"ORDER_STATUS_UPDATE\",\"status\":\"FAILED\"}"), WIRE_OPERATION_FAILED },
	{ OPERATIONS("{\"id\":\"op-2\",\"type\":\"ORDER_STATUS_UPDATE\",\"status\":\"DONE\"}"), WIRE_OPERATION_UNKNOWN },
};

START_TEST(an_operation_tells_how_far_it_is)
{
	struct market_operation operation = ask_operation("200 OK", operations[_i].body);

	ck_assert_msg(operation.end.outcome == OUTCOME_OK, "%s", operation.end.reason);
	ck_assert_int_eq(operation.state, operations[_i].state);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	enum outcome_kind outcome;
} no_operations[] = {
	{ "400 Bad Request", ERROR("BAD_REQUEST"), OUTCOME_PROTOCOL },
	{ "401 Unauthorized", ERROR("UNAUTHORIZED"), OUTCOME_AUTH },
	{ "404 Not Found", "", OUTCOME_GONE },
	{ "420 Enhance Your Calm", "", OUTCOME_LIMITED },
	{ "500 Internal Server Error", "", OUTCOME_RETRY },
	{ "200 OK", "{\"status\":\"OK\"}", OUTCOME_PROTOCOL },
	{ "200 OK", "", OUTCOME_PROTOCOL },
};

START_TEST(an_operation_may_not_be_told_of)
{
	struct market_operation operation = ask_operation(no_operations[_i].status, no_operations[_i].body);

	ck_assert_str_eq(outcome_kind_text(operation.end.outcome), outcome_kind_text(no_operations[_i].outcome));
	ck_assert_int_eq(operation.state, WIRE_OPERATION_UNKNOWN);
	ck_assert_str_ne(operation.end.reason, "");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("market_acts");
	TCase *requests = tcase_create("requests");
	TCase *fates = tcase_create("fates");
	TCase *operation = tcase_create("operations");

	tcase_add_checked_fixture(requests, set_up, tear_down);
	tcase_add_test(requests, a_status_is_set_as_market_wants_it);
	tcase_add_loop_test(requests, a_wish_is_answered_as_market_wants_it, 0, (int)ARRAY_SIZE(wishes));
	tcase_add_test(requests, an_operation_is_asked_for_as_market_wants_it);
	tcase_add_loop_test(requests, what_is_no_order_is_not_sent, 0, (int)ARRAY_SIZE(odd_orders));
	tcase_add_test(requests, what_market_can_not_be_asked_is_not_sent);
	suite_add_tcase(s, requests);

	tcase_add_checked_fixture(fates, set_up, tear_down);
	tcase_add_loop_test(fates, what_is_taken_says_what_it_came_to, 0, (int)ARRAY_SIZE(takens));
	tcase_add_loop_test(fates, a_refusal_comes_by_its_name, 0, (int)ARRAY_SIZE(documented));
	tcase_add_loop_test(fates, an_answer_that_says_neither_leaves_it_unknown, 0, (int)ARRAY_SIZE(doubtful));
	tcase_add_test(fates, an_answer_about_another_order_leaves_it_unknown);
	tcase_add_test(fates, a_put_is_sent_once_where_a_question_would_be_repeated);
	tcase_add_test(fates, without_a_connection_nothing_was_sent);
	suite_add_tcase(s, fates);

	tcase_add_checked_fixture(operation, set_up, tear_down);
	tcase_add_loop_test(operation, an_operation_tells_how_far_it_is, 0, (int)ARRAY_SIZE(operations));
	tcase_add_loop_test(operation, an_operation_may_not_be_told_of, 0, (int)ARRAY_SIZE(no_operations));
	suite_add_tcase(s, operation);
	return s;
}
