/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/claims: what is taken from an answer, and what hostile or odd answers come to.
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

/* 2026-09-23T07:44:04Z */
#define AT_US INT64_C(1790149444000000)

static struct wire_snapshots parse(const char *text)
{
	struct wire_snapshots claims;
	char *json = quoted(text);

	ck_assert_int_eq(wire_claims_parse(json, strlen(json), &claims), 0);
	free(json);
	return claims;
}

/* A claim with these members beside those that it needs. */
static struct seen parse_one(const char *members)
{
	char text[2048];
	struct wire_snapshots claims;
	struct seen seen;

	(void)snprintf(text, sizeof(text),
	               "{'claims':[{'id':'c1','status':'accepted','updated_ts':'2026-09-23T07:44:04Z'%s%s}]}",
	               members[0] ? "," : "", members);
	claims = parse(text);
	ck_assert_uint_eq(claims.n, 1);
	ck_assert_uint_eq(claims.n_unreadable, 0);
	seen = claims.seen[0];
	wire_snapshots_done(&claims);
	return seen;
}

static const char sample[] =
	"{'claims':[{'id':'01a0cd38be93807496944ebfc9654d02','corp_client_id':'cd8cc018bde34597932855e3cfdce927',"
	"'status':'delivery_arrived','version':1,'revision':17,'user_request_revision':'1',"
	"'created_ts':'2026-09-23T07:44:03.849724+00:00','updated_ts':'2026-09-23T08:31:10.5+00:00',"
	"'last_status_change_ts':'2026-09-23T08:31:10.4+00:00','current_point_id':17594193737508,"
	"'eta':10,'optional_return':false,'pricing':{'currency':'RUB','offer':{"
	"'offer_id':'28ae5f1d72364468be3f5e26cd6a66bf','price':'1449','price_with_vat':'1738.8',"
	"'valid_until':'2026-09-23T07:54:04+00:00'}},"
	"'performer_info':{'courier_name':'Smith','legal_name':'IE Smith','transport_type':'car'},"
	"'route_points':[{'id':17594193737507,'type':'source','visit_order':1,'visited_at':{}}],'warnings':[]}]}";

START_TEST(a_whole_answer_is_read)
{
	struct wire_snapshots claims = parse(sample);
	const struct seen *seen = claims.seen;

	ck_assert_uint_eq(claims.n, 1);
	ck_assert_int_eq(seen->via, VIA_SWEEP);
	ck_assert(seen->snapshot);
	ck_assert_str_eq(seen->external_id, "01a0cd38be93807496944ebfc9654d02");
	ck_assert_str_eq(seen->status, "delivery_arrived");
	ck_assert_int_eq(seen->key.revision, 17);
	ck_assert_int_eq(seen->key.updated.us, INT64_C(1790152270500000));
	ck_assert_int_eq(seen->entered.us, INT64_C(1790152270400000));
	ck_assert_int_eq(seen->version, 1);
	ck_assert_int_eq(seen->operation_id, NUMBER_NONE);
	ck_assert_int_eq(seen->point_id, INT64_C(17594193737508));
	ck_assert_int_eq(seen->valid_until.us, AT_US + 600 * USEC_PER_SEC);
	ck_assert_str_eq(seen->price, "1449");
	ck_assert_str_eq(seen->currency, "RUB");
	ck_assert_str_eq(seen->resolution, "");
	wire_snapshots_done(&claims);
}
END_TEST

START_TEST(a_claim_may_give_only_what_it_must)
{
	struct seen seen = parse_one("");

	ck_assert_int_eq(seen.key.revision, NUMBER_NONE);
	ck_assert_int_eq(seen.version, NUMBER_NONE);
	ck_assert_int_eq(seen.operation_id, NUMBER_NONE);
	ck_assert_int_eq(seen.point_id, NUMBER_NONE);
	ck_assert_int_eq(seen.entered.us, AT_US);
	ck_assert(!wall_is_set(seen.valid_until));
	ck_assert_str_eq(seen.price, "");
	ck_assert_str_eq(seen.offer, "");
	ck_assert_str_eq(seen.currency, "");
	ck_assert_str_eq(seen.resolution, "");
	ck_assert_str_eq(seen.class, "");
	ck_assert_ptr_null(seen.model);
	ck_assert_int_eq(seen.campaign_id, NUMBER_NONE);
	ck_assert(!wall_is_set(seen.asked));
}
END_TEST

START_TEST(nulls_are_not_given)
{
	struct seen seen = parse_one("'revision':null,'version':null,'current_point_id':null,'pricing':null,"
	                             "'last_status_change_ts':null,'resolution':null");

	ck_assert_int_eq(seen.key.revision, NUMBER_NONE);
	ck_assert_int_eq(seen.version, NUMBER_NONE);
	ck_assert_int_eq(seen.point_id, NUMBER_NONE);
	ck_assert_int_eq(seen.entered.us, AT_US);
	ck_assert(!wall_is_set(seen.valid_until));
	ck_assert_str_eq(seen.resolution, "");
}
END_TEST

static const struct {
	const char *json;
	int64_t integer;
} integers[] = {
	{ "0", 0 },
	{ "-0", 0 },
	{ "-7", -7 },
	{ "2147483648", INT64_C(2147483648) },
	{ "9007199254740993", INT64_C(9007199254740993) }, /* no double holds it */
	{ "9223372036854775807", INT64_MAX },
	{ "-9223372036854775807", INT64_MIN + 1 },
	{ "9223372036854775808", NUMBER_NONE },
	{ "18446744073709551616", NUMBER_NONE },
	{ "-9223372036854775809", NUMBER_NONE },
	{ "-99999999999999999999999999", NUMBER_NONE },
	{ "17.0", NUMBER_NONE },
	{ "1e3", NUMBER_NONE },
	{ "NaN", NUMBER_NONE },
	{ "'17'", NUMBER_NONE },
	{ "true", NUMBER_NONE },
	{ "[17]", NUMBER_NONE },
	{ "{}", NUMBER_NONE },
};

START_TEST(integers_are_exact_or_not_given)
{
	char members[160];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'revision':%s,'version':%s,'current_point_id':%s", integers[_i].json,
	               integers[_i].json, integers[_i].json);
	seen = parse_one(members);
	ck_assert_int_eq(seen.key.revision, integers[_i].integer);
	ck_assert_int_eq(seen.version, integers[_i].integer);
	ck_assert_int_eq(seen.point_id, integers[_i].integer);
}
END_TEST

static const struct {
	const char *json;
	const char *price;
} prices[] = {
	{ "'price':'1449'", "1449" },
	{ "'price':'0'", "0" },
	{ "'price':'1738.8'", "1738.8" },
	{ "'price':'372036854775807.0001'", "372036854775807.0001" },
	{ "'price':'-12.50'", "-12.50" },
	{ "'price':'1234567890123456789012345678901'", "1234567890123456789012345678901" },
	{ "'price':'12345678901234567890123456789012'", "" }, /* would have to be cut */
	{ "'price':1449", "1449" },
	{ "'price':-3", "-3" },
	{ "'price':9223372036854775807", "9223372036854775807" },
	{ "'price':9223372036854775808", "" },
	{ "'price':1449.5", "" },
	{ "'price':null", "" },
	{ "'price':true", "" },
	{ "'price':''", "" },
	{ "'price':'-'", "" },
	{ "'price':'.5'", "" },
	{ "'price':'5.'", "" },
	{ "'price':'5.-1'", "" },
	{ "'price':'+5'", "" },
	{ "'price':' 5'", "" },
	{ "'price':'5 '", "" },
	{ "'price':'1e3'", "" },
	{ "'price':'1,5'", "" },
	{ "'price':'1.5.2'", "" },
	{ "'price':'5\\u0000'", "" },
	{ "'price':'\xd9\xa5'", "" }, /* a digit, but of another script */
};

START_TEST(a_price_is_a_whole_decimal_or_not_given)
{
	char members[160];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'pricing':{'offer':{%s}}", prices[_i].json);
	seen = parse_one(members);
	ck_assert_str_eq(seen.price, prices[_i].price);
}
END_TEST

static const struct {
	const char *pricing;
	const char *price;
} final_prices[] = {
	{ "{'final_price':'20.5','offer':{'price':'10'}}", "20.5" },
	{ "{'final_price':'20.5'}", "20.5" },
	{ "{'final_price':null,'offer':{'price':'10'}}", "10" },
	{ "{'final_price':'free','offer':{'price':'10'}}", "10" },
	{ "{'offer':null}", "" },
	{ "{'offer':[{'price':'10'}]}", "" },
	{ "[]", "" },
	{ "'10'", "" },
};

START_TEST(a_final_price_comes_before_the_offer)
{
	char members[160];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'pricing':%s", final_prices[_i].pricing);
	seen = parse_one(members);
	ck_assert_str_eq(seen.price, final_prices[_i].price);
}
END_TEST

static const struct {
	const char *json;
	const char *currency;
} currencies[] = {
	{ "'RUB'", "RUB" },
	{ "'aed'", "aed" },
	{ "'RU'", "" },
	{ "'RUBL'", "" },
	{ "'R B'", "" },
	{ "'643'", "" },
	{ "'RU\\u0000'", "" },
	{ "''", "" },
	{ "643", "" },
	{ "null", "" },
};

START_TEST(a_currency_is_three_letters_or_not_given)
{
	char members[80];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'pricing':{'currency':%s}", currencies[_i].json);
	seen = parse_one(members);
	ck_assert_str_eq(seen.currency, currencies[_i].currency);
}
END_TEST

static const struct {
	const char *json;
	int64_t entered_us;
} changes[] = {
	{ "'2026-09-23T07:44:03.5+00:00'", AT_US - 500000 },
	{ "'2026-09-23T07:44:04Z'", AT_US },
	{ "'2026-09-23T10:44:03+03:00'", AT_US - USEC_PER_SEC },
	{ "'2026-09-23T07:44:04.000001Z'", AT_US }, /* after updated_ts */
	{ "'2027-01-01T00:00:00Z'", AT_US },
	{ "'1970-01-01T00:00:00+00:00'", AT_US },   /* no change yet */
	{ "'1970-01-01T03:00:00Z'", AT_US },
	{ "'1970-12-31T23:59:59.999999Z'", AT_US },
	{ "'1971-01-01T00:00:00Z'", INT64_C(31536000000000) },
	{ "'yesterday'", AT_US },
	{ "''", AT_US },
	{ "1790149443", AT_US },
	{ "null", AT_US },
};

START_TEST(a_status_was_entered_when_it_can_have_been)
{
	char members[80];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'last_status_change_ts':%s", changes[_i].json);
	seen = parse_one(members);
	ck_assert_int_eq(seen.entered.us, changes[_i].entered_us);
}
END_TEST

static const struct {
	const char *json;
	int64_t until_us;
} offers[] = {
	{ "{'valid_until':'2026-09-23T07:44:05Z'}", AT_US + USEC_PER_SEC },
	{ "{'valid_until':'2026-09-23T07:44:05.000001+00:00'}", AT_US + USEC_PER_SEC + 1 },
	{ "{'valid_until':null}", INT64_MIN },
	{ "{'valid_until':'soon'}", INT64_MIN },
	{ "{'valid_until':1790149445}", INT64_MIN },
	{ "{}", INT64_MIN },
	{ "null", INT64_MIN },
};

START_TEST(an_offer_without_an_end_is_unlimited)
{
	char members[80];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'pricing':{'offer':%s}", offers[_i].json);
	seen = parse_one(members);
	ck_assert_int_eq(seen.valid_until.us, offers[_i].until_us);
}
END_TEST

static const struct {
	const char *json;
	const char *resolution;
} resolutions[] = {
	{ "'success'", "success" },
	{ "'failed'", "failed" },
	{ "'partly'", "partly" },
	{ "'fifteen letters'", "fifteen letters" },
	{ "'sixteen letters!'", "sixteen letters" },
	{ "'a\\nb'", "a?b" },
	{ "1", "" },
};

START_TEST(a_resolution_is_kept_as_short_text)
{
	char members[80];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'resolution':%s", resolutions[_i].json);
	seen = parse_one(members);
	ck_assert_str_eq(seen.resolution, resolutions[_i].resolution);
}
END_TEST

#define S10 "0123456789"
#define S60 S10 S10 S10 S10 S10 S10

static const struct {
	const char *json;
	const char *status;
} statuses[] = {
	{ "'ready_for_approval'", "ready_for_approval" },
	{ "'teleported'", "teleported" },
	{ "' '", " " },
	{ "'new\\n'", "new?" },
	{ "'new\\u0000'", "new?" },
	{ "'\\u0000'", "?" },
	{ "'a\xff" "b'", "a?b" },
	{ "'\\ud83d\\ude9a'", "\xf0\x9f\x9a\x9a" },
	{ "'" S60 S60 "1234567'", S60 S60 "1234567" },
	{ "'" S60 S60 "12345678'", S60 S60 "1234567" },
	{ "'" S60 S60 "123456\xd0\x9f'", S60 S60 "123456" }, /* cut before the character, not in it */
};

START_TEST(a_status_is_kept_as_one_visible_line)
{
	char text[256];
	struct wire_snapshots claims;

	(void)snprintf(text, sizeof(text), "{'claims':[{'id':'c1','updated_ts':'2026-09-23T07:44:04Z','status':%s}]}",
	               statuses[_i].json);
	claims = parse(text);
	ck_assert_uint_eq(claims.n, 1);
	ck_assert_str_eq(claims.seen[0].status, statuses[_i].status);
	wire_snapshots_done(&claims);
}
END_TEST

#define ID64 S60 "aZ_-"

static const struct {
	const char *json;
	bool usable;
} ids[] = {
	{ "'1'", true },
	{ "'01a0cd38be93807496944ebfc9654d02'", true },
	{ "'" ID64 "'", true },
	{ "'" ID64 "x'", false },
	{ "''", false },
	{ "'a b'", false },
	{ "'a.b'", false },
	{ "'a/b'", false },
	{ "'a\\nb'", false },
	{ "'a\\u0000'", false },
	{ "'\\u0000'", false },
	{ "'\xd0\x9f'", false },
	{ "1", false },
	{ "null", false },
	{ "['a']", false },
};

START_TEST(only_a_usable_id_makes_a_claim)
{
	char text[256];
	struct wire_snapshots claims;

	(void)snprintf(text, sizeof(text),
	               "{'claims':[{'status':'new','updated_ts':'2026-09-23T07:44:04Z','id':%s}]}", ids[_i].json);
	claims = parse(text);
	ck_assert_uint_eq(claims.n, ids[_i].usable ? 1 : 0);
	ck_assert_uint_eq(claims.n_unreadable, ids[_i].usable ? 0 : 1);
	wire_snapshots_done(&claims);
}
END_TEST

static const char *const no_claims[] = {
	"null",
	"1",
	"'c1'",
	"[]",
	"{}",
	"{'status':'new','updated_ts':'2026-09-23T07:44:04Z'}",
	"{'id':'c1','updated_ts':'2026-09-23T07:44:04Z'}",
	"{'id':'c1','status':'new'}",
	"{'id':'c1','status':'','updated_ts':'2026-09-23T07:44:04Z'}",
	"{'id':'c1','status':null,'updated_ts':'2026-09-23T07:44:04Z'}",
	"{'id':'c1','status':3,'updated_ts':'2026-09-23T07:44:04Z'}",
	"{'id':'c1','status':'new','updated_ts':null}",
	"{'id':'c1','status':'new','updated_ts':''}",
	"{'id':'c1','status':'new','updated_ts':'2026-09-23'}",
	"{'id':'c1','status':'new','updated_ts':'2026-09-23T07:44:04Z\\u0000'}",
	"{'id':'c1','status':'new','updated_ts':1790149444}",
};

START_TEST(what_is_no_claim_is_counted_and_costs_the_others_nothing)
{
	char text[512];
	struct wire_snapshots claims;

	(void)snprintf(text, sizeof(text),
	               "{'claims':[{'id':'a','status':'new','updated_ts':'2026-09-23T07:44:04Z'},%s,"
	               "{'id':'b','status':'new','updated_ts':'2026-09-23T07:44:04Z'}]}",
	               no_claims[_i]);
	claims = parse(text);
	ck_assert_uint_eq(claims.n, 2);
	ck_assert_uint_eq(claims.n_unreadable, 1);
	ck_assert_str_eq(claims.seen[0].external_id, "a");
	ck_assert_str_eq(claims.seen[1].external_id, "b");
	wire_snapshots_done(&claims);
}
END_TEST

static const struct {
	const char *text;
	size_t n;
} answers[] = {
	{ "{'claims':[]}", 0 },
	{ " \r\n{ 'claims' : [ ] }\n", 0 },
	{ "{'claims':null,'claims':[]}", 0 }, /* the last of two stands */
	{ "{'cursor':'x','claims':[],'more':{'claims':[1]}}", 0 },
	{ "{'claims':[{'id':'a','status':'new','updated_ts':'2026-09-23T07:44:04Z'},"
	  "{'id':'a','status':'estimating','updated_ts':'2026-09-23T07:44:05Z'}]}", 2 },
	{ "{'claims':[{'id':'x','id':'a','status':'new','updated_ts':'2026-09-23T07:44:04Z'}]}", 1 },
	{ "{'claims':[{'id':'a','status':'new','updated_ts':'2026-09-23T07:44:04Z','odd':1e999,"
	  "'odder':99999999999999999999999999}]}", 1 },
};

START_TEST(an_odd_answer_is_read)
{
	struct wire_snapshots claims = parse(answers[_i].text);

	ck_assert_uint_eq(claims.n, answers[_i].n);
	ck_assert_uint_eq(claims.n_unreadable, 0);
	if (claims.n > 0)
		ck_assert_str_eq(claims.seen[0].external_id, "a");
	wire_snapshots_done(&claims);
}
END_TEST

static const char *const no_answers[] = {
	"",
	" ",
	"null",
	"1",
	"'claims'",
	"[]",
	"[{'claims':[]}]",
	"{}",
	"{'claims':null}",
	"{'claims':{}}",
	"{'claims':'none'}",
	"{'claims':[],'claims':null}",
	"{'Claims':[]}",
	"{'claims':[]",
	"{'claims':[]}}",
	"{'claims':[]}{'claims':[]}",
	"{'claims':[]} x",
	"{'claims':[{'id':'a','status':'new','updated_ts':'2026-09-23T07:44:0",
	"<html><body>502 Bad Gateway</body></html>",
	"\xef\xbb\xbf{'claims':[]}",
	"\xff\xfe",
};

START_TEST(what_is_no_answer_is_refused)
{
	struct wire_snapshots claims = { .n = 42 };
	char *json = quoted(no_answers[_i]);

	ck_assert_int_eq(wire_claims_parse(json, strlen(json), &claims), ERR_INVALID);
	ck_assert_uint_eq(claims.n, 42);
	free(json);
}
END_TEST

START_TEST(nothing_after_a_nul_is_let_through)
{
	static const char text[] = "{\"claims\":[]}\0";
	struct wire_snapshots claims;

	ck_assert_int_eq(wire_claims_parse(text, sizeof(text) - 1, &claims), ERR_INVALID);
}
END_TEST

/* {"claims":[],"x":[[...]]} with so many levels in all. */
static int parse_nested(size_t levels)
{
	char text[512];
	char *at = stpcpy(text, "{\"claims\":[],\"x\":");
	struct wire_snapshots claims;
	int r;

	for (size_t i = 1; i < levels; i++)
		*at++ = '[';
	for (size_t i = 1; i < levels; i++)
		*at++ = ']';
	(void)stpcpy(at, "}");
	r = wire_claims_parse(text, strlen(text), &claims);
	if (r == ERR_OK)
		wire_snapshots_done(&claims);
	return r;
}

START_TEST(nesting_is_bounded)
{
	ck_assert_int_eq(parse_nested(16), ERR_OK);
	ck_assert_int_eq(parse_nested(40), ERR_INVALID);
	ck_assert_int_eq(parse_nested(200), ERR_INVALID);
}
END_TEST

START_TEST(a_thousand_claims_are_read)
{
	char *text = malloc(1001 * 128);
	char *at = stpcpy(text, "{\"claims\":[");
	struct wire_snapshots claims;

	for (int i = 0; i < 1000; i++)
		at += snprintf(at, 128, "%s{\"id\":\"c%d\",\"status\":\"new\",\"updated_ts\":\"2026-09-23T07:44:04Z\",\"revision\":%d}",
		               i ? "," : "", i, i);
	(void)stpcpy(at, "]}");
	ck_assert_int_eq(wire_claims_parse(text, strlen(text), &claims), 0);
	ck_assert_uint_eq(claims.n, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(claims.seen[i].key.revision, i);
	wire_snapshots_done(&claims);
	ck_assert_ptr_null(claims.seen);
	wire_snapshots_done(&claims);
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_claims");
	TCase *claim = tcase_create("claim");
	TCase *answer = tcase_create("answer");

	tcase_add_test(claim, a_whole_answer_is_read);
	tcase_add_test(claim, a_claim_may_give_only_what_it_must);
	tcase_add_test(claim, nulls_are_not_given);
	tcase_add_loop_test(claim, integers_are_exact_or_not_given, 0, (int)ARRAY_SIZE(integers));
	tcase_add_loop_test(claim, a_price_is_a_whole_decimal_or_not_given, 0, (int)ARRAY_SIZE(prices));
	tcase_add_loop_test(claim, a_final_price_comes_before_the_offer, 0, (int)ARRAY_SIZE(final_prices));
	tcase_add_loop_test(claim, a_currency_is_three_letters_or_not_given, 0, (int)ARRAY_SIZE(currencies));
	tcase_add_loop_test(claim, a_status_was_entered_when_it_can_have_been, 0, (int)ARRAY_SIZE(changes));
	tcase_add_loop_test(claim, an_offer_without_an_end_is_unlimited, 0, (int)ARRAY_SIZE(offers));
	tcase_add_loop_test(claim, a_resolution_is_kept_as_short_text, 0, (int)ARRAY_SIZE(resolutions));
	tcase_add_loop_test(claim, a_status_is_kept_as_one_visible_line, 0, (int)ARRAY_SIZE(statuses));
	tcase_add_loop_test(claim, only_a_usable_id_makes_a_claim, 0, (int)ARRAY_SIZE(ids));
	suite_add_tcase(s, claim);
	tcase_add_loop_test(answer, what_is_no_claim_is_counted_and_costs_the_others_nothing, 0,
	                    (int)ARRAY_SIZE(no_claims));
	tcase_add_loop_test(answer, an_odd_answer_is_read, 0, (int)ARRAY_SIZE(answers));
	tcase_add_loop_test(answer, what_is_no_answer_is_refused, 0, (int)ARRAY_SIZE(no_answers));
	tcase_add_test(answer, nothing_after_a_nul_is_let_through);
	tcase_add_test(answer, nesting_is_bounded);
	tcase_add_test(answer, a_thousand_claims_are_read);
	suite_add_tcase(s, answer);
	return s;
}
