/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/claim_acts: what accept and cancel send, and what odd answers come to.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/claim_acts.h"

#define ID "01a0cd38be93807496944ebfc9654d02"
#define S10 "0123456789"
#define S60 S10 S10 S10 S10 S10 S10

START_TEST(an_accept_tells_the_version)
{
	char *text;

	ck_assert_int_eq(wire_accept_request(3, &text), 0);
	ck_assert_str_eq(text, "{\"version\":3}");
	free(text);
	ck_assert_int_eq(wire_accept_request(INT64_MAX, &text), 0);
	ck_assert_str_eq(text, "{\"version\":9223372036854775807}");
	free(text);
	/* Some examples of the documents have it. */
	ck_assert_int_eq(wire_accept_request(0, &text), 0);
	ck_assert_str_eq(text, "{\"version\":0}");
	free(text);
}
END_TEST

START_TEST(a_cancel_tells_how_much_is_agreed_to)
{
	char *text;

	ck_assert_int_eq(wire_cancel_request(1, false, &text), 0);
	ck_assert_str_eq(text, "{\"version\":1,\"cancel_state\":\"free\"}");
	free(text);
	ck_assert_int_eq(wire_cancel_request(1, true, &text), 0);
	ck_assert_str_eq(text, "{\"version\":1,\"cancel_state\":\"paid\"}");
	free(text);
}
END_TEST

START_TEST(without_a_version_there_is_no_request)
{
	char *text = NULL;

	ck_assert_int_eq(wire_accept_request(NUMBER_NONE, &text), ERR_INVALID);
	ck_assert_int_eq(wire_cancel_request(NUMBER_NONE, true, &text), ERR_INVALID);
	ck_assert_int_eq(wire_accept_request(-1, &text), ERR_INVALID);
	ck_assert_ptr_null(text);
}
END_TEST

static const struct {
	const char *text;
	const char *status;
} takens[] = {
	{ "{'id':'" ID "','status':'accepted','version':1,'user_request_revision':'1','skip_client_notify':false}", "accepted" },
	{ "{'id':'" ID "','status':'new','version':0}", "new" },
	{ " {'status':'a\\nb','id':'" ID "'} ", "a?b" },
	{ "{'id':'" ID "'}", "" },
	{ "{'id':'" ID "','status':null}", "" },
	{ "{'id':'" ID "','status':7,'version':18446744073709551616}", "" },
	{ "{'id':'" ID "','status':'" S60 S60 S60 "'}", NULL }, /* cut */
};

START_TEST(what_was_taken_is_read)
{
	char *json = quoted(takens[_i].text);
	struct wire_claim_taken taken;

	memset(&taken, 'X', sizeof(taken));
	ck_assert_int_eq(wire_claim_taken_parse(json, strlen(json), &taken), 0);
	ck_assert_str_eq(taken.external_id, ID);
	if (takens[_i].status)
		ck_assert_str_eq(taken.status, takens[_i].status);
	else
		ck_assert_uint_eq(strlen(taken.status), sizeof(taken.status) - 1);
	free(json);
}
END_TEST

static const char *const not_taken[] = {
	"",
	"null",
	"[]",
	"[{'id':'" ID "','status':'accepted'}]",
	"{}",
	"{'status':'accepted'}",
	"{'id':null,'status':'accepted'}",
	"{'id':7,'status':'accepted'}",
	"{'id':'','status':'accepted'}",
	"{'id':'a b','status':'accepted'}",
	"{'id':'" S60 "12345','status':'accepted'}",
	"{'id':'" ID "\\u0000','status':'accepted'}",
	"{'id':'" ID "','status':'accepted'",
	"{'id':'" ID "','status':'accepted'} x",
	"{'code':'state_mismatch','message':'no'}",
	"<html>Welcome to the airport</html>",
};

START_TEST(what_tells_of_no_claim_is_invalid_and_writes_nothing)
{
	char *json = quoted(not_taken[_i]);
	struct wire_claim_taken taken = { .status = "untouched" };

	ck_assert_int_eq(wire_claim_taken_parse(json, strlen(json), &taken), ERR_INVALID);
	ck_assert_str_eq(taken.status, "untouched");
	free(json);
}
END_TEST

static const struct {
	const char *text;
	enum wire_cancel_state state;
	const char *price;
	const char *currency;
} infos[] = {
	{ "{'cancel_state':'free','price':'0','price_with_vat':null,'currency':'RUB'}", WIRE_CANCEL_FREE, "0", "RUB" },
	{ "{'cancel_state':'paid','price':'12.50','price_with_vat':'15.00','currency':'RUB'}", WIRE_CANCEL_PAID, "12.50", "RUB" },
	{ "{'cancel_state':'unavailable'}", WIRE_CANCEL_UNAVAILABLE, "", "" },
	{ "{'cancel_state':'paid','price':null,'currency':null}", WIRE_CANCEL_PAID, "", "" },
	{ "{'cancel_state':'paid','price':12,'currency':'RUBLE'}", WIRE_CANCEL_PAID, "12", "" },
	/* A double is never money. */
	{ "{'cancel_state':'paid','price':12.5,'currency':7}", WIRE_CANCEL_PAID, "", "" },
	{ "{'cancel_state':'paid','price':'12,50','currency':'rub'}", WIRE_CANCEL_PAID, "", "rub" },
	{ "{'cancel_state':'paid','price':'" S60 "'}", WIRE_CANCEL_PAID, "", "" },
};

START_TEST(what_a_cancel_costs_is_read)
{
	char *json = quoted(infos[_i].text);
	struct wire_cancel_info info;

	memset(&info, 'X', sizeof(info));
	ck_assert_int_eq(wire_cancel_info_parse(json, strlen(json), &info), 0);
	ck_assert_int_eq(info.state, infos[_i].state);
	ck_assert_str_eq(info.price, infos[_i].price);
	ck_assert_str_eq(info.currency, infos[_i].currency);
	free(json);
}
END_TEST

static const char *const no_infos[] = {
	"",
	"{}",
	"[]",
	"{'price':'0','currency':'RUB'}",
	"{'cancel_state':null}",
	"{'cancel_state':0}",
	"{'cancel_state':''}",
	"{'cancel_state':'Free'}",
	"{'cancel_state':'free '}",
	"{'cancel_state':'free\\u0000'}",
	"{'cancel_state':'nearly_free'}",
	"{'cancel_state':'unavailable_forever'}",
	"{'cancel_state':'free'",
	"{'code':'not_found','message':'no'}",
};

START_TEST(what_does_not_say_what_a_cancel_costs_is_invalid)
{
	char *json = quoted(no_infos[_i]);
	struct wire_cancel_info info = { .price = "42" };

	ck_assert_int_eq(wire_cancel_info_parse(json, strlen(json), &info), ERR_INVALID);
	ck_assert_str_eq(info.price, "42");
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_claim_acts");
	TCase *tc = tcase_create("claim_acts");

	tcase_add_test(tc, an_accept_tells_the_version);
	tcase_add_test(tc, a_cancel_tells_how_much_is_agreed_to);
	tcase_add_test(tc, without_a_version_there_is_no_request);
	tcase_add_loop_test(tc, what_was_taken_is_read, 0, (int)ARRAY_SIZE(takens));
	tcase_add_loop_test(tc, what_tells_of_no_claim_is_invalid_and_writes_nothing, 0, (int)ARRAY_SIZE(not_taken));
	tcase_add_loop_test(tc, what_a_cancel_costs_is_read, 0, (int)ARRAY_SIZE(infos));
	tcase_add_loop_test(tc, what_does_not_say_what_a_cancel_costs_is_invalid, 0, (int)ARRAY_SIZE(no_infos));
	suite_add_tcase(s, tc);
	return s;
}
