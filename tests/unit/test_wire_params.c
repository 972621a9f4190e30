/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/params and wire/table: own parameters and report rows as JSON.
 * Unit ring.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/suite.h"
#include "wire/params.h"
#include "wire/table.h"

#define PARAM(name, value) { (name), sizeof(name) - 1, (value), sizeof(value) - 1 }

static const struct {
	struct wire_param params[3];
	size_t n;
	const char *json;
} objects[] = {
	{ { PARAM("", "") }, 0, "{}" },
	{ { PARAM("my_order_id", "123") }, 1, "{\"my_order_id\":\"123\"}" },
	{ { PARAM("n", "007") }, 1, "{\"n\":\"007\"}" },
	{ { PARAM("b", "1"), PARAM("a", "2") }, 2, "{\"b\":\"1\",\"a\":\"2\"}" },
	{ { PARAM("x", "1"), PARAM("y", "2"), PARAM("x", "3") }, 3, "{\"x\":\"3\",\"y\":\"2\"}" },
	{ { PARAM("", "nameless") }, 1, "{\"\":\"nameless\"}" },
	{ { PARAM("q\"", "a\\b\n/") }, 1, "{\"q\\\"\":\"a\\\\b\\n/\"}" },
	{ { PARAM("имя", "Пётр") }, 1, "{\"имя\":\"Пётр\"}" },
	{ { PARAM("x\xff", "\xc3(") }, 1, "{\"x\xef\xbf\xbd\":\"\xef\xbf\xbd(\"}" },
	{ { PARAM("a\0b", "c\0d") }, 1, "{\"a\xef\xbf\xbd" "b\":\"c\xef\xbf\xbd" "d\"}" },
};

START_TEST(own_parameters_become_an_object_of_strings)
{
	char *json;

	ck_assert_int_eq(wire_params_encode(objects[_i].params, objects[_i].n, &json), 0);
	ck_assert_str_eq(json, objects[_i].json);
	free(json);
}
END_TEST

START_TEST(own_parameters_need_no_terminator)
{
	const char bytes[] = { 'i', 'd', '4', '2' };
	const struct wire_param param = { bytes, 2, bytes + 2, 2 };
	char *json;

	ck_assert_int_eq(wire_params_encode(&param, 1, &json), 0);
	ck_assert_str_eq(json, "{\"id\":\"42\"}");
	free(json);
}
END_TEST

static const struct {
	struct wire_value value;
	const char *json;
} values[] = {
	{ { .kind = WIRE_NULL }, "null" },
	{ { .kind = WIRE_INTEGER, .integer = 0 }, "0" },
	{ { .kind = WIRE_INTEGER, .integer = INT64_MAX }, "9223372036854775807" },
	{ { .kind = WIRE_INTEGER, .integer = INT64_MIN }, "-9223372036854775808" },
	{ { .kind = WIRE_BOOL, .integer = 0 }, "false" },
	{ { .kind = WIRE_BOOL, .integer = 1 }, "true" },
	{ { .kind = WIRE_REAL, .real = 0.1 }, "0.1" },
	{ { .kind = WIRE_REAL, .real = -2.5 }, "-2.5" },
	{ { .kind = WIRE_REAL, .real = 300 }, "300" },
	{ { .kind = WIRE_REAL, .real = 172799.875 }, "172799.875" },
	{ { .kind = WIRE_REAL, .real = 1.0 / 3 }, "0.3333333333333333" },
	{ { .kind = WIRE_REAL, .real = 0.1 + 0.2 }, "0.30000000000000004" },
	{ { .kind = WIRE_REAL, .real = (double)NAN }, "null" },
	{ { .kind = WIRE_REAL, .real = (double)INFINITY }, "null" },
	{ { .kind = WIRE_TEXT, .text = "" }, "\"\"" },
	{ { .kind = WIRE_TEXT, .text = "a\"b\\\t" }, "\"a\\\"b\\\\\\t\"" },
	{ { .kind = WIRE_TEXT, .text = "{\"a\":1}" }, "\"{\\\"a\\\":1}\"" },
	{ { .kind = WIRE_TEXT, .text = "\xff" }, "\"\xef\xbf\xbd\"" },
	{ { .kind = WIRE_JSON, .text = "{\"a\":\"1\"}" }, "{\"a\":\"1\"}" },
	{ { .kind = WIRE_JSON, .text = " [ 1, 2.50, null ] " }, "[1,2.50,null]" },
	{ { .kind = WIRE_JSON, .text = "null" }, "\"null\"" },
	{ { .kind = WIRE_JSON, .text = " true " }, "\" true \"" },
	{ { .kind = WIRE_JSON, .text = "[1,]" }, "\"[1,]\"" },
	{ { .kind = WIRE_JSON, .text = "[1.]" }, "\"[1.]\"" },
	{ { .kind = WIRE_JSON, .text = "{'a':1}" }, "{\"a\":1}" },
	{ { .kind = WIRE_JSON, .text = "" }, "\"\"" },
	{ { .kind = WIRE_JSON, .text = "not json" }, "\"not json\"" },
	{ { .kind = WIRE_JSON, .text = "{\"a\":1} x" }, "\"{\\\"a\\\":1} x\"" },
	{ { .kind = WIRE_JSON, .text = "[NaN]" }, "\"[NaN]\"" },
	{ { .kind = WIRE_JSON, .text = "{\"a\":[-Infinity]}" }, "\"{\\\"a\\\":[-Infinity]}\"" },
	{ { .kind = WIRE_JSON, .text = "{\"a\":\"\xff\"}" }, "{\"a\":\"\xef\xbf\xbd\"}" },
};

START_TEST(each_kind_of_value_is_written_as_json)
{
	const char *name = "v";
	char expected[80];
	char *json;

	(void)snprintf(expected, sizeof(expected), "{\"v\":%s}", values[_i].json);
	ck_assert_int_eq(wire_row_encode(&name, &values[_i].value, 1, &json), 0);
	ck_assert_str_eq(json, expected);
	free(json);
}
END_TEST

START_TEST(a_row_keeps_the_order_of_its_columns)
{
	const char *const names[] = { "status", "id", "at" };
	const struct wire_value row[] = {
		{ .kind = WIRE_TEXT, .text = "accepted" },
		{ .kind = WIRE_INTEGER, .integer = 7 },
		{ .kind = WIRE_NULL },
	};
	char *json;

	ck_assert_int_eq(wire_row_encode(names, row, ARRAY_SIZE(row), &json), 0);
	ck_assert_str_eq(json, "{\"status\":\"accepted\",\"id\":7,\"at\":null}");
	free(json);
}
END_TEST

START_TEST(a_row_without_columns_is_an_empty_object)
{
	char *json;

	ck_assert_int_eq(wire_row_encode(NULL, NULL, 0, &json), 0);
	ck_assert_str_eq(json, "{}");
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_params");
	TCase *params = tcase_create("params");
	TCase *table = tcase_create("table");

	tcase_add_loop_test(params, own_parameters_become_an_object_of_strings, 0, (int)ARRAY_SIZE(objects));
	tcase_add_test(params, own_parameters_need_no_terminator);
	suite_add_tcase(s, params);
	tcase_add_loop_test(table, each_kind_of_value_is_written_as_json, 0, (int)ARRAY_SIZE(values));
	tcase_add_test(table, a_row_keeps_the_order_of_its_columns);
	tcase_add_test(table, a_row_without_columns_is_an_empty_object);
	suite_add_tcase(s, table);
	return s;
}
