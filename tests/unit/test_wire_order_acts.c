/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/order_acts: what is sent about an order, and what odd answers come to.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/order_acts.h"

#define S10 "0123456789"
#define S100 S10 S10 S10 S10 S10 S10 S10 S10 S10 S10
#define S1000 S100 S100 S100 S100 S100 S100 S100 S100 S100 S100

static void assert_json(char *text, const char *want)
{
	char *json = quoted(want);

	ck_assert_str_eq(text, json);
	free(json);
	free(text);
}

/* --- What is sent */

static const struct {
	const char *status;
	const char *body;
} statuses[] = {
	{ "PROCESSING/STARTED", "{'order':{'status':'PROCESSING','substatus':'STARTED'}}" },
	{ "PROCESSING/READY_TO_SHIP", "{'order':{'status':'PROCESSING','substatus':'READY_TO_SHIP'}}" },
	{ "CANCELLED/SHOP_FAILED", "{'order':{'status':'CANCELLED','substatus':'SHOP_FAILED'}}" },
	{ "DELIVERY", "{'order':{'status':'DELIVERY'}}" },
	{ "DELIVERY/", "{'order':{'status':'DELIVERY'}}" },
	{ "DELIVERY/DELIVERY_SERVICE_RECEIVED", "{'order':{'status':'DELIVERY'}}" },
	{ "PICKUP/PICKUP_SERVICE_RECEIVED", "{'order':{'status':'PICKUP'}}" },
	{ "DELIVERED/DELIVERY_SERVICE_DELIVERED", "{'order':{'status':'DELIVERED'}}" },
	{ "PROCESSINGS/STARTED", "{'order':{'status':'PROCESSINGS'}}" },
};

START_TEST(only_what_the_shop_chooses_is_sent)
{
	char *text;

	ck_assert_int_eq(wire_order_status_request(statuses[_i].status, &text), 0);
	assert_json(text, statuses[_i].body);
}
END_TEST

static const char *const incomplete[] = { "", "/", "/STARTED", "PROCESSING", "PROCESSING/", "CANCELLED", "CANCELLED/" };

START_TEST(a_status_that_lacks_its_substatus_is_not_sent)
{
	char *text = NULL;

	ck_assert_int_eq(wire_order_status_request(incomplete[_i], &text), ERR_INVALID);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(a_wish_to_cancel_is_granted_or_not)
{
	char *text;

	ck_assert_int_eq(wire_order_cancellation_request(NULL, &text), 0);
	assert_json(text, "{'accepted':true}");
	ck_assert_int_eq(wire_order_cancellation_request("ORDER_DELIVERED", &text), 0);
	assert_json(text, "{'accepted':false,'reason':'ORDER_DELIVERED'}");
	ck_assert_int_eq(wire_order_cancellation_request("ORDER_IN_DELIVERY", &text), 0);
	assert_json(text, "{'accepted':false,'reason':'ORDER_IN_DELIVERY'}");
}
END_TEST

START_TEST(no_other_reason_is_sent)
{
	char *text = NULL;

	ck_assert_int_eq(wire_order_cancellation_request("", &text), ERR_INVALID);
	ck_assert_int_eq(wire_order_cancellation_request("order_delivered", &text), ERR_INVALID);
	ck_assert_int_eq(wire_order_cancellation_request("ORDER_LOST", &text), ERR_INVALID);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(an_operation_is_asked_for_by_its_id)
{
	char *text = NULL;

	ck_assert_int_eq(wire_operation_request("", &text), ERR_INVALID);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(wire_operation_request("0f/\xd0\x9f", &text), 0);
	assert_json(text, "{'operationType':'ORDER_STATUS_UPDATE','operationIds':['0f/\xd0\x9f']}");
}
END_TEST

/* --- What was taken */

#define ORDER "'order':{'id':55000001,'status':'DELIVERY','substatus':'DELIVERY_SERVICE_RECEIVED','buyer':{'firstName':'Test'}}"
#define OPERATION "'operation':{'id':'op-1','type':'ORDER_STATUS_UPDATE'}"

static const struct {
	const char *text;
	const char *id;
	const char *status;
	const char *operation_id;
} takens[] = {
	{ "{" ORDER "}", "55000001", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "" },
	{ "{" ORDER "," OPERATION "}", "55000001", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "op-1" },
	{ "{" OPERATION "}", "", "", "op-1" },
	{ "{'order':null," OPERATION "}", "", "", "op-1" },
	{ "{'order':{}}", "", "", "" },
	{ "{'order':{'id':'55000001','status':'DELIVERED','substatus':null}}", "55000001", "DELIVERED/", "" },
	{ "{'order':{'id':-1,'status':7}}", "", "", "" },
	{ "{'operation':{'id':'" S1000 "'}}", "", "", S1000 },
	/* What can't be given back is none. */
	{ "{'operation':{'id':'" S1000 "0'}}", "", "", "" },
	{ "{'operation':{'id':'a\\u0000b'}}", "", "", "" },
	{ "{'operation':{'id':7}}", "", "", "" },
	{ "{'operation':{}}", "", "", "" },
};

START_TEST(what_was_taken_is_read)
{
	char *json = quoted(takens[_i].text);
	struct wire_order_taken taken;

	memset(&taken, 'X', sizeof(taken));
	ck_assert_int_eq(wire_order_taken_parse(json, strlen(json), &taken), 0);
	ck_assert_str_eq(taken.external_id, takens[_i].id);
	ck_assert_str_eq(taken.status, takens[_i].status);
	ck_assert_str_eq(taken.operation_id, takens[_i].operation_id);
	free(json);
}
END_TEST

static const char *const not_taken[] = {
	"",
	"null",
	"[]",
	"{}",
	"{'order':null}",
	"{'order':[],'operation':7}",
	"{'status':'OK'}",
	"{'status':'ERROR','errors':[{'code':'STATUS_NOT_ALLOWED'}]}",
	"{" ORDER,
	"{" ORDER "} x",
	"<html></html>",
};

START_TEST(what_tells_of_neither_is_invalid_and_writes_nothing)
{
	char *json = quoted(not_taken[_i]);
	struct wire_order_taken taken = { .status = "untouched" };

	ck_assert_int_eq(wire_order_taken_parse(json, strlen(json), &taken), ERR_INVALID);
	ck_assert_str_eq(taken.status, "untouched");
	free(json);
}
END_TEST

static const struct {
	const char *text;
	int r;
} oks[] = {
	{ "{'status':'OK'}", 0 },
	{ " {'status':'OK','result':{}} ", 0 },
	{ "{'status':'ERROR'}", ERR_INVALID },
	{ "{'status':'OKAY'}", ERR_INVALID },
	{ "{'status':'OK\\u0000'}", ERR_INVALID },
	{ "{'status':true}", ERR_INVALID },
	{ "{'status':null}", ERR_INVALID },
	{ "{}", ERR_INVALID },
	{ "[]", ERR_INVALID },
	{ "", ERR_INVALID },
	{ "{'status':'OK'", ERR_INVALID },
};

START_TEST(only_ok_is_ok)
{
	char *json = quoted(oks[_i].text);

	ck_assert_int_eq(wire_order_ok_parse(json, strlen(json)), oks[_i].r);
	free(json);
}
END_TEST

/* --- Operations */

#define OPERATIONS(list) "{'status':'OK','result':{'operations':[" list "]}}"

static const struct {
	const char *text;
	enum wire_operation_state state;
} operations[] = {
	{ OPERATIONS("{'id':'op-1','type':'ORDER_STATUS_UPDATE','status':'IN_PROGRESS'}"), WIRE_OPERATION_IN_PROGRESS },
	{ OPERATIONS("{'id':'op-1','type':'ORDER_STATUS_UPDATE','status':'DONE'}"), WIRE_OPERATION_DONE },
	{ OPERATIONS("{'id':'op-1','type':'ORDER_STATUS_UPDATE','status':'FAILED'}"), WIRE_OPERATION_FAILED },
	{ OPERATIONS("{'id':'op-2','status':'FAILED'},{'id':'op-1','status':'DONE'},{'id':'op','status':'FAILED'}"), WIRE_OPERATION_DONE },
	{ OPERATIONS("{'id':'op-1','status':'DONE_IN_PART'}"), WIRE_OPERATION_UNKNOWN },
	{ OPERATIONS("{'id':'op-1','status':'IN_PROGRESS_STILL'}"), WIRE_OPERATION_UNKNOWN },
	{ OPERATIONS("{'id':'op-1','status':'DONE\\u0000'}"), WIRE_OPERATION_UNKNOWN },
	{ OPERATIONS("{'id':'op-1'}"), WIRE_OPERATION_UNKNOWN },
	{ OPERATIONS("{'id':'op-1\\u0000','status':'DONE'},null,7,[],{'id':null}"), WIRE_OPERATION_UNKNOWN },
	{ OPERATIONS(""), WIRE_OPERATION_UNKNOWN },
};

START_TEST(the_operation_that_was_asked_for_is_read)
{
	char *json = quoted(operations[_i].text);
	enum wire_operation_state state = WIRE_OPERATION_MAX;

	ck_assert_int_eq(wire_operation_parse(json, strlen(json), "op-1", &state), 0);
	ck_assert_int_eq(state, operations[_i].state);
	free(json);
}
END_TEST

static const char *const no_operations[] = {
	"",
	"{}",
	"{'operations':[]}",
	"{'result':[]}",
	"{'result':null}",
	"{'result':{'operations':{}}}",
	"{'result':{'operations':[]}",
	"{'status':'ERROR','errors':[]}",
};

START_TEST(what_tells_of_no_operations_is_invalid_and_writes_nothing)
{
	char *json = quoted(no_operations[_i]);
	enum wire_operation_state state = WIRE_OPERATION_MAX;

	ck_assert_int_eq(wire_operation_parse(json, strlen(json), "op-1", &state), ERR_INVALID);
	ck_assert_int_eq(state, WIRE_OPERATION_MAX);
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_order_acts");
	TCase *tc = tcase_create("order_acts");

	tcase_add_loop_test(tc, only_what_the_shop_chooses_is_sent, 0, (int)ARRAY_SIZE(statuses));
	tcase_add_loop_test(tc, a_status_that_lacks_its_substatus_is_not_sent, 0, (int)ARRAY_SIZE(incomplete));
	tcase_add_test(tc, a_wish_to_cancel_is_granted_or_not);
	tcase_add_test(tc, no_other_reason_is_sent);
	tcase_add_test(tc, an_operation_is_asked_for_by_its_id);
	tcase_add_loop_test(tc, what_was_taken_is_read, 0, (int)ARRAY_SIZE(takens));
	tcase_add_loop_test(tc, what_tells_of_neither_is_invalid_and_writes_nothing, 0, (int)ARRAY_SIZE(not_taken));
	tcase_add_loop_test(tc, only_ok_is_ok, 0, (int)ARRAY_SIZE(oks));
	tcase_add_loop_test(tc, the_operation_that_was_asked_for_is_read, 0, (int)ARRAY_SIZE(operations));
	tcase_add_loop_test(tc, what_tells_of_no_operations_is_invalid_and_writes_nothing, 0, (int)ARRAY_SIZE(no_operations));
	suite_add_tcase(s, tc);
	return s;
}
