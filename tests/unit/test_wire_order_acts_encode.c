/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/order_acts_encode: what is asked for an order, as Market reads it, and its answers.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/order_acts.h"
#include "wire/order_acts_encode.h"
#include "wire/token.h"

static const struct {
	const char *body;
	const char *status; /* NULL: refused */
} statuses[] = {
	{ "{'order':{'status':'DELIVERY'}}", "DELIVERY/" },
	{ "{'order':{'status':'CANCELLED','substatus':'SHOP_FAILED'}}", "CANCELLED/SHOP_FAILED" },
	{ "{'order':{'status':'PICKUP','substatus':null,'delivery':{'dates':{'realDeliveryDate':'2026-09-22'}}},'more':1}", "PICKUP/" },
	{ "{'order':{'status':'A/B'}}", NULL },
	{ "{'order':{'status':''}}", NULL },
	{ "{'order':{'status':7}}", NULL },
	{ "{'order':{'status':'DELIVERY','substatus':7}}", NULL },
	{ "{'order':{'substatus':'STARTED'}}", NULL },
	{ "{'order':['DELIVERY']}", NULL },
	{ "{'status':'DELIVERY'}", NULL },
	{ "['DELIVERY']", NULL },
	{ "", NULL },
};

START_TEST(a_status_is_read_as_one_text)
{
	char *json = quoted(statuses[_i].body);
	char status[STATUS_TEXT_SIZE] = "before";
	const char *why = NULL;
	int r = wire_order_status_request_parse(json, strlen(json), status, &why);

	ck_assert_int_eq(r, statuses[_i].status ? ERR_OK : ERR_INVALID);
	ck_assert_str_eq(status, statuses[_i].status ? statuses[_i].status : "before");
	ck_assert(statuses[_i].status || why);
	free(json);
}
END_TEST

static const struct {
	const char *body;
	int r;
	bool accepted;
} answers[] = {
	{ "{'accepted':true}", ERR_OK, true },
	{ "{'accepted':true,'reason':'NONE'}", ERR_OK, true },
	{ "{'accepted':false,'reason':'ORDER_DELIVERED'}", ERR_OK, false },
	{ "{'reason':'ORDER_IN_DELIVERY','accepted':false}", ERR_OK, false },
	{ "{'accepted':false}", ERR_INVALID, false },
	{ "{'accepted':false,'reason':'ORDER_DELIVERED\\u0000'}", ERR_INVALID, false },
	{ "{'accepted':'true'}", ERR_INVALID, false },
	{ "{'reason':'ORDER_DELIVERED'}", ERR_INVALID, false },
	{ "true", ERR_INVALID, false },
};

START_TEST(an_answer_to_a_wish_that_refuses_it_has_a_reason)
{
	char *json = quoted(answers[_i].body);
	bool accepted = !answers[_i].accepted;
	const char *why = NULL;
	int r = wire_order_cancellation_request_parse(json, strlen(json), &accepted, &why);

	ck_assert_int_eq(r, answers[_i].r);
	ck_assert(accepted == (r == ERR_OK ? answers[_i].accepted : !answers[_i].accepted));
	ck_assert(r == ERR_OK || why);
	free(json);
}
END_TEST

static const struct {
	const char *body;
	int r;
	size_t n;
} questions[] = {
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':['a']}", ERR_OK, 1 },
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':['a','b','a']}", ERR_OK, 3 },
	{ "{'operationType':'RETURN_CANCELLATION','operationIds':['a']}", ERR_OK, 0 },
	{ "{'operationType':'SOMETHING','operationIds':['a']}", ERR_INVALID, 0 },
	{ "{'operationIds':['a']}", ERR_INVALID, 0 },
	{ "{'operationType':'ORDER_STATUS_UPDATE'}", ERR_INVALID, 0 },
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':[]}", ERR_INVALID, 0 },
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':['']}", ERR_INVALID, 0 },
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':['a',5]}", ERR_INVALID, 0 },
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':['a\\u0000b']}", ERR_INVALID, 0 },
	{ "{'operationType':'ORDER_STATUS_UPDATE','operationIds':'a'}", ERR_INVALID, 0 },
	{ "[]", ERR_INVALID, 0 },
};

START_TEST(operations_are_asked_for_by_their_ids)
{
	char *json = quoted(questions[_i].body);
	char **ids = NULL;
	size_t n = 42;
	const char *why = NULL;
	int r = wire_operations_request_parse(json, strlen(json), &ids, &n, &why);

	ck_assert_int_eq(r, questions[_i].r);
	ck_assert_uint_eq(n, r == ERR_OK ? questions[_i].n : 42);
	ck_assert((ids != NULL) == (questions[_i].n > 0));
	ck_assert(r == ERR_OK || why);
	if (ids)
		ck_assert_str_eq(ids[0], "a");
	free(ids);
	free(json);
}
END_TEST

START_TEST(a_hundred_operations_are_as_many_as_can_be_asked_for)
{
	for (size_t n = WIRE_OPERATIONS_MAX; n <= WIRE_OPERATIONS_MAX + 1; n++) {
		CLEANUP(buf_done) struct buf text = { 0 };
		char **ids = NULL;
		size_t n_read = 0;
		const char *why;

		ck_assert_int_eq(buf_addf(&text, "{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":["), 0);
		for (size_t i = 0; i < n; i++)
			ck_assert_int_eq(buf_addf(&text, "%s\"%zu\"", i > 0 ? "," : "", i), 0);
		ck_assert_int_eq(buf_addf(&text, "]}"), 0);
		ck_assert_int_eq(wire_operations_request_parse(text.data, text.len, &ids, &n_read, &why),
		                 n == WIRE_OPERATIONS_MAX ? ERR_OK : ERR_INVALID);
		ck_assert_uint_eq(n_read, n == WIRE_OPERATIONS_MAX ? n : 0);
		free(ids);
	}
}
END_TEST

static void assert_json(char *text, const char *expected)
{
	char *json = quoted(expected);

	ck_assert_str_eq(text, json);
	free(json);
	free(text);
}

START_TEST(an_order_that_was_changed_is_told_in_the_older_form)
{
	const struct seen seen = {
		.external_id = "55000001",
		.status = "DELIVERY/DELIVERY_SERVICE_RECEIVED",
		/* 2026-09-20T22:30:31.5Z: in Moscow it is the next day. */
		.key = { .updated = { 1789943431 * USEC_PER_SEC + 500000 } },
		.asked = WALL_NONE,
		.prepaid = true,
	};
	const struct wire_order order = { .seen = &seen, .created = { 1789903831 * USEC_PER_SEC } };
	char *begin = quoted("{'order':{'id':55000001,'status':'DELIVERY','substatus':'DELIVERY_SERVICE_RECEIVED',"
	                     "'creationDate':'20-09-2026 14:30:31','updatedAt':'21-09-2026 01:30:31',"
	                     "'paymentType':'PREPAID','paymentMethod':'YANDEX','fake':false,'cancelRequested':false,'currency':'RUR',");
	struct wire_order_taken taken;
	char *text;

	ck_assert_int_eq(wire_order_changed_encode(&order, &text), ERR_OK);
	ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%s", text);
	ck_assert_int_eq(wire_order_taken_parse(text, strlen(text), &taken), ERR_OK);
	ck_assert_str_eq(taken.external_id, "55000001");
	ck_assert_str_eq(taken.status, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert_str_eq(taken.operation_id, "");
	free(begin);
	free(text);
}
END_TEST

START_TEST(the_other_answers_are_short)
{
	const struct wire_operation operations[] = { { "a1", "IN_PROGRESS" }, { "b2", "FAILED" } };
	struct wire_order_taken taken;
	enum wire_operation_state state;
	struct wire_token token;
	char *text;

	ck_assert_int_eq(wire_operation_encode("a1", &text), ERR_OK);
	ck_assert_int_eq(wire_order_taken_parse(text, strlen(text), &taken), ERR_OK);
	ck_assert_str_eq(taken.operation_id, "a1");
	assert_json(text, "{'operation':{'id':'a1','type':'ORDER_STATUS_UPDATE'}}");
	ck_assert_int_eq(wire_operations_encode(operations, ARRAY_SIZE(operations), &text), ERR_OK);
	ck_assert_int_eq(wire_operation_parse(text, strlen(text), "b2", &state), ERR_OK);
	ck_assert_int_eq(state, WIRE_OPERATION_FAILED);
	assert_json(text, "{'status':'OK','result':{'operations':[{'id':'a1','type':'ORDER_STATUS_UPDATE','status':'IN_PROGRESS'},"
	                  "{'id':'b2','type':'ORDER_STATUS_UPDATE','status':'FAILED'}]}}");
	ck_assert_int_eq(wire_operations_encode(NULL, 0, &text), ERR_OK);
	assert_json(text, "{'status':'OK','result':{'operations':[]}}");
	ck_assert_int_eq(wire_ok_encode(&text), ERR_OK);
	ck_assert_int_eq(wire_order_ok_parse(text, strlen(text)), ERR_OK);
	assert_json(text, "{'status':'OK'}");
	ck_assert_int_eq(wire_token_encode(true, &text), ERR_OK);
	assert_json(text, "{'status':'OK','result':{'apiKey':{'name':'claimsim','authScopes':['INVENTORY_AND_ORDER_PROCESSING']}}}");
	ck_assert_int_eq(wire_token_encode(false, &text), ERR_OK);
	ck_assert_int_eq(wire_token_parse(text, strlen(text), &token), ERR_OK);
	ck_assert(token.reads_orders && !token.changes_orders);
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("wire-order-acts-encode");
	TCase *tcase = tcase_create("order-acts-encode");

	tcase_add_loop_test(tcase, a_status_is_read_as_one_text, 0, ARRAY_SIZE(statuses));
	tcase_add_loop_test(tcase, an_answer_to_a_wish_that_refuses_it_has_a_reason, 0, ARRAY_SIZE(answers));
	tcase_add_loop_test(tcase, operations_are_asked_for_by_their_ids, 0, ARRAY_SIZE(questions));
	tcase_add_test(tcase, a_hundred_operations_are_as_many_as_can_be_asked_for);
	tcase_add_test(tcase, an_order_that_was_changed_is_told_in_the_older_form);
	tcase_add_test(tcase, the_other_answers_are_short);
	suite_add_tcase(suite, tcase);
	return suite;
}
