/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/token: what an Api-Key is good for, and what odd answers come to.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/token.h"

#define KEY(scopes) "{'status':'OK','result':{'apiKey':{'name':'claimd','authScopes':[" scopes "]}}}"

static const struct {
	const char *text;
	bool reads;
	bool changes;
} keys[] = {
	{ KEY("'ALL_METHODS'"), true, true },
	{ KEY("'ALL_METHODS_READ_ONLY'"), true, false },
	{ KEY("'INVENTORY_AND_ORDER_PROCESSING'"), true, true },
	{ KEY("'INVENTORY_AND_ORDER_PROCESSING_READ_ONLY'"), true, false },
	{ KEY("'FINANCE_AND_ACCOUNTING'"), true, false },
	{ KEY("'PRICING','COMMUNICATION','SETTINGS_MANAGEMENT'"), false, false },
	{ KEY("'PRICING','INVENTORY_AND_ORDER_PROCESSING','ALL_METHODS_READ_ONLY'"), true, true },
	{ KEY("'all_methods','ALL_METHOD','ALL_METHODS_TOO','ALL_METHODS\\u0000',null,7,[],{}"), false, false },
	{ KEY(""), false, false },
	{ "{'result':{'apiKey':{'authScopes':['ALL_METHODS']}}}", true, true },
};

START_TEST(scopes_tell_what_a_key_is_good_for)
{
	char *json = quoted(keys[_i].text);
	struct wire_token token = { 0 };

	ck_assert_int_eq(wire_token_parse(json, strlen(json), &token), 0);
	ck_assert_int_eq(token.reads_orders, keys[_i].reads);
	ck_assert_int_eq(token.changes_orders, keys[_i].changes);
	free(json);
}
END_TEST

static const char *const bads[] = {
	"",
	"null",
	"{}",
	"{'status':'OK'}",
	"{'result':{}}",
	"{'result':{'apiKey':null}}",
	"{'result':{'apiKey':{'name':'claimd'}}}",
	"{'result':{'apiKey':{'authScopes':'ALL_METHODS'}}}",
	"{'authScopes':['ALL_METHODS']}",
	KEY("'ALL_METHODS'") "x",
	"{'status':'ERROR','errors':[]}",
};

START_TEST(what_tells_of_no_key_is_invalid_and_writes_nothing)
{
	char *json = quoted(bads[_i]);
	struct wire_token token = { .reads_orders = true };

	ck_assert_int_eq(wire_token_parse(json, strlen(json), &token), ERR_INVALID);
	ck_assert(token.reads_orders);
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_token");
	TCase *tc = tcase_create("token");

	tcase_add_loop_test(tc, scopes_tell_what_a_key_is_good_for, 0, (int)ARRAY_SIZE(keys));
	tcase_add_loop_test(tc, what_tells_of_no_key_is_invalid_and_writes_nothing, 0, (int)ARRAY_SIZE(bads));
	suite_add_tcase(s, tc);
	return s;
}
