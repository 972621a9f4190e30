/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/claim_acts_encode: what is asked for a claim, as the upstream reads it, and its answers.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/claim_acts.h"
#include "wire/claim_acts_encode.h"

static const struct {
	const char *body;
	int accept; /* what each makes of it */
	int cancel;
	int64_t version;
	bool paid;
} requests[] = {
	{ "{'version':1}", ERR_OK, ERR_INVALID, 1, false },
	{ "{'version':1,'cancel_state':'free'}", ERR_OK, ERR_OK, 1, false },
	{ "{'cancel_state':'paid','version':9223372036854775807,'more':[]}", ERR_OK, ERR_OK, INT64_MAX, true },
	{ "{'version':0,'cancel_state':'unavailable'}", ERR_OK, ERR_INVALID, 0, false },
	{ "{'version':1,'cancel_state':'paid\\u0000'}", ERR_OK, ERR_INVALID, 1, false },
	{ "{'version':1,'cancel_state':null}", ERR_OK, ERR_INVALID, 1, false },
	{ "{'version':9223372036854775808,'cancel_state':'free'}", ERR_INVALID, ERR_INVALID, 0, false },
	{ "{'version':1.0,'cancel_state':'free'}", ERR_INVALID, ERR_INVALID, 0, false },
	{ "{'version':'1','cancel_state':'free'}", ERR_INVALID, ERR_INVALID, 0, false },
	{ "{'cancel_state':'free'}", ERR_INVALID, ERR_INVALID, 0, false },
	{ "[{'version':1,'cancel_state':'free'}]", ERR_INVALID, ERR_INVALID, 0, false },
	{ "{'version':1,'cancel_state':'free'}x", ERR_INVALID, ERR_INVALID, 0, false },
	{ "", ERR_INVALID, ERR_INVALID, 0, false },
};

START_TEST(a_request_is_read_or_refused_whole)
{
	char *json = quoted(requests[_i].body);
	int64_t version = 42;
	bool paid = !requests[_i].paid;

	ck_assert_int_eq(wire_accept_request_parse(json, strlen(json), &version), requests[_i].accept);
	ck_assert_int_eq(version, requests[_i].accept == ERR_OK ? requests[_i].version : 42);
	version = 42;
	ck_assert_int_eq(wire_cancel_request_parse(json, strlen(json), &version, &paid), requests[_i].cancel);
	ck_assert_int_eq(version, requests[_i].cancel == ERR_OK ? requests[_i].version : 42);
	ck_assert_int_eq(paid, requests[_i].cancel == ERR_OK ? requests[_i].paid : !requests[_i].paid);
	free(json);
}
END_TEST

static void assert_json(char *text, const char *expected)
{
	char *json = quoted(expected);

	ck_assert_str_eq(text, json);
	free(json);
	free(text);
}

START_TEST(what_is_taken_is_answered_with_the_claim_in_short)
{
	const struct seen claim = { .external_id = "01a0cd38", .status = "accepted", .version = 3 };
	struct wire_claim_taken taken;
	char *text;

	ck_assert_int_eq(wire_claim_taken_encode(&claim, &text), ERR_OK);
	ck_assert_int_eq(wire_claim_taken_parse(text, strlen(text), &taken), ERR_OK);
	ck_assert_str_eq(taken.external_id, "01a0cd38");
	ck_assert_str_eq(taken.status, "accepted");
	assert_json(text, "{'id':'01a0cd38','status':'accepted','version':3,'user_request_revision':'3','skip_client_notify':false}");
}
END_TEST

START_TEST(terms_name_a_price_or_none)
{
	struct wire_cancel_info info;
	char *text;

	ck_assert_int_eq(wire_cancel_terms_encode(&(struct wire_cancel_terms){ "paid", "12.50", "RUB" }, &text), ERR_OK);
	ck_assert_int_eq(wire_cancel_info_parse(text, strlen(text), &info), ERR_OK);
	ck_assert_int_eq(info.state, WIRE_CANCEL_PAID);
	ck_assert_str_eq(info.price, "12.50");
	assert_json(text, "{'cancel_state':'paid','price':'12.50','price_with_vat':null,'currency':'RUB'}");
	ck_assert_int_eq(wire_cancel_terms_encode(&(struct wire_cancel_terms){ "unavailable", NULL, "RUB" }, &text), ERR_OK);
	ck_assert_int_eq(wire_cancel_info_parse(text, strlen(text), &info), ERR_OK);
	ck_assert_int_eq(info.state, WIRE_CANCEL_UNAVAILABLE);
	ck_assert_str_eq(info.price, "");
	assert_json(text, "{'cancel_state':'unavailable','price':null,'price_with_vat':null,'currency':'RUB'}");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("wire-claim-acts-encode");
	TCase *tcase = tcase_create("claim-acts-encode");

	tcase_add_loop_test(tcase, a_request_is_read_or_refused_whole, 0, ARRAY_SIZE(requests));
	tcase_add_test(tcase, what_is_taken_is_answered_with_the_claim_in_short);
	tcase_add_test(tcase, terms_name_a_price_or_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
