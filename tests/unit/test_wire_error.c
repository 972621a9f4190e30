/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/claims' error documents: whatever comes, two texts that can be logged.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/claims.h"

#define S10 "0123456789"
#define S60 S10 S10 S10 S10 S10 S10

static const struct {
	const char *text;
	const char *code;
	const char *message;
} errors[] = {
	{ "{'code':'not_found','message':'Claim not found'}", "not_found", "Claim not found" },
	{ "{'message':'line\\none\\u001b[31m','code':'400','extra':[1]}", "400", "line one [31m" },
	{ "{'code':'c'}", "c", "" },
	{ "{'message':'m'}", "", "m" },
	{ "{'code':400,'message':null}", "", "" },
	{ "{'code':'a\\u0000b','message':'\xff'}", "a b", " " },
	{ "{'code':'" S60 "1234','message':''}", S60 "123", "" },
	{ "{'code':'c','message':'m'", "", "" },
	{ "{'code':'c','message':'m'} and more", "", "" },
	{ "['code','message']", "", "" },
	{ "null", "", "" },
	{ "<html>502</html>", "", "" },
	{ "", "", "" },
};

START_TEST(an_error_document_gives_code_and_message)
{
	char *json = quoted(errors[_i].text);
	struct wire_error error;

	memset(&error, 'X', sizeof(error));
	wire_error_parse(json, strlen(json), &error);
	ck_assert_str_eq(error.code, errors[_i].code);
	ck_assert_str_eq(error.message, errors[_i].message);
	free(json);
}
END_TEST

START_TEST(a_long_error_message_is_cut_at_a_character)
{
	char text[512];
	char *at = stpcpy(text, "{\"message\":\"");
	struct wire_error error;

	for (int i = 0; i < 150; i++)
		at = stpcpy(at, "\xd0\x9f");
	(void)stpcpy(at, "\"}");
	wire_error_parse(text, strlen(text), &error);
	ck_assert_uint_eq(strlen(error.message), 254);
	ck_assert_str_eq(error.message + 252, "\xd0\x9f");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_error");
	TCase *tc = tcase_create("error");

	tcase_add_loop_test(tc, an_error_document_gives_code_and_message, 0, (int)ARRAY_SIZE(errors));
	tcase_add_test(tc, a_long_error_message_is_cut_at_a_character);
	suite_add_tcase(s, tc);
	return s;
}
