/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/orders: what Market is asked for, and the errors that it answers instead.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/claims.h"
#include "wire/orders.h"

/* 2026-09-20T11:30:31Z */
#define AT_US INT64_C(1789903831000000)
/* 9999-12-31T23:59:59Z */
#define LAST_SECOND_US (INT64_C(253402300799) * USEC_PER_SEC)
#define DAY_US (INT64_C(24) * 3600 * USEC_PER_SEC)

static const struct {
	const char *ids[4];
	bool fake;
	const char *body; /* NULL: refused */
} requests[] = {
	{ { "56000001" }, false, "{'orderIds':[56000001]}" },
	{ { "56000001", "9223372036854775807" }, true, "{'orderIds':[56000001,9223372036854775807],'fake':true}" },
	{ { "1", "2", "1" }, false, "{'orderIds':[1,2]}" },
	{ { "9223372036854775808" }, false, NULL },
	{ { "1", "claim" }, false, NULL },
	{ { "0" }, false, NULL },
	{ { "-1" }, false, NULL },
	{ { "" }, false, NULL },
	{ { NULL }, false, NULL },
};

START_TEST(orders_are_asked_for_by_number)
{
	char *text = NULL;
	size_t n = 0;
	int r;

	while (requests[_i].ids[n])
		n++;
	r = wire_orders_request(requests[_i].ids, n, requests[_i].fake, &text);
	if (requests[_i].body) {
		char *json = quoted(requests[_i].body);

		ck_assert_int_eq(r, 0);
		ck_assert_str_eq(text, json);
		free(json);
	} else {
		ck_assert_int_eq(r, ERR_INVALID);
		ck_assert_ptr_null(text);
	}
	free(text);
}
END_TEST

START_TEST(fifty_orders_are_the_most)
{
	static const char *many[WIRE_ORDERS_MAX + 1];
	char numbers[WIRE_ORDERS_MAX + 1][8];
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		(void)snprintf(numbers[i], sizeof(numbers[i]), "%zu", i + 1);
		many[i] = numbers[i];
	}
	ck_assert_int_eq(wire_orders_request(many, WIRE_ORDERS_MAX + 1, false, &text), ERR_INVALID);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(wire_orders_request(many, WIRE_ORDERS_MAX, false, &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "[1,2,"));
	ck_assert_ptr_nonnull(strstr(text, ",50]"));
	free(text);
}
END_TEST

static const struct {
	int64_t from_us;
	int64_t to_us;
	bool fake;
	const char *body; /* NULL: refused */
} intervals[] = {
	{ AT_US, AT_US + DAY_US, false,
	  "{'dates':{'updateDateFrom':'2026-09-20T11:30:31Z','updateDateTo':'2026-09-21T11:30:31Z'}}" },
	{ AT_US, AT_US + 30 * DAY_US, true,
	  "{'dates':{'updateDateFrom':'2026-09-20T11:30:31Z','updateDateTo':'2026-10-20T11:30:31Z'},'fake':true}" },
	{ AT_US + 999999, AT_US + 1000001, false,
	  "{'dates':{'updateDateFrom':'2026-09-20T11:30:31Z','updateDateTo':'2026-09-20T11:30:33Z'}}" },
	{ AT_US + 1, AT_US + 2, false,
	  "{'dates':{'updateDateFrom':'2026-09-20T11:30:31Z','updateDateTo':'2026-09-20T11:30:32Z'}}" },
	{ 0, USEC_PER_SEC, false,
	  "{'dates':{'updateDateFrom':'1970-01-01T00:00:00Z','updateDateTo':'1970-01-01T00:00:01Z'}}" },
	{ AT_US, AT_US + 30 * DAY_US + 1, false, NULL },
	{ AT_US + 500000, AT_US + 500000 + 30 * DAY_US, false, NULL }, /* a second more than 30 days, as written */
	{ AT_US, AT_US, false, NULL },
	{ AT_US, AT_US - 1, false, NULL },
	{ INT64_MIN, AT_US, false, NULL },
	{ AT_US, INT64_MIN, false, NULL },
	{ -1, USEC_PER_SEC, false, NULL },
	{ LAST_SECOND_US, LAST_SECOND_US + 1, false, NULL }, /* would be written as the year 10000 */
};

START_TEST(updated_orders_are_asked_for_in_whole_seconds)
{
	struct wall from = { intervals[_i].from_us };
	struct wall to = { intervals[_i].to_us };
	char *text = NULL;
	int r = wire_orders_updated_request(from, to, intervals[_i].fake, &text);

	if (intervals[_i].body) {
		char *json = quoted(intervals[_i].body);

		ck_assert_int_eq(r, 0);
		ck_assert_str_eq(text, json);
		free(json);
	} else {
		ck_assert_int_eq(r, ERR_INVALID);
		ck_assert_ptr_null(text);
	}
	free(text);
}
END_TEST

static const struct {
	const char *text;
	const char *code;
	const char *message;
} errors[] = {
	{ "{'status':'ERROR','errors':[{'code':'UNAUTHORIZED','message':'Api-Key token is invalid'}]}", "UNAUTHORIZED",
	  "Api-Key token is invalid" },
	{ "{'status':'ERROR','errors':[{'code':'A','message':'a'},{'code':'B','message':'b'}]}", "A", "a" },
	{ "{'status':'ERROR','errors':[{'code':'A'}]}", "A", "" },
	{ "{'errors':[{'code':'A','message':'say\\n\\u0007 it'}]}", "A", "say   it" },
	{ "{'status':'ERROR','errors':null}", "", "" },
	{ "{'status':'ERROR','errors':[]}", "", "" },
	{ "{'status':'ERROR','errors':[null,{'code':'B'}]}", "", "" },
	{ "{'status':'ERROR','errors':{'code':'A'}}", "", "" },
	{ "{'code':'A','message':'a'}", "", "" },
	{ "[{'code':'A'}]", "", "" },
	{ "<html>", "", "" },
	{ "", "", "" },
};

START_TEST(the_first_error_is_read)
{
	struct wire_error error;
	char *json = quoted(errors[_i].text);

	memset(&error, 'X', sizeof(error));
	wire_orders_error_parse(json, strlen(json), &error);
	ck_assert_str_eq(error.code, errors[_i].code);
	ck_assert_str_eq(error.message, errors[_i].message);
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_orders_request");
	TCase *tc = tcase_create("requests and errors");

	tcase_add_loop_test(tc, orders_are_asked_for_by_number, 0, (int)ARRAY_SIZE(requests));
	tcase_add_test(tc, fifty_orders_are_the_most);
	tcase_add_loop_test(tc, updated_orders_are_asked_for_in_whole_seconds, 0, (int)ARRAY_SIZE(intervals));
	tcase_add_loop_test(tc, the_first_error_is_read, 0, (int)ARRAY_SIZE(errors));
	suite_add_tcase(s, tc);
	return s;
}
