/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of listener/callback: every form of callback that merchants' URLs make of Yandex's two parameters.
 * Unit ring.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "listener/callback.h"
#include "store/store.h"
#include "tests/suite.h"

/* 2026-09-23T07:44:04.402413Z */
#define AT_US INT64_C(1790149444402413)
#define TS "2026-09-23T07:44:04.402413+00:00"
#define ID "01a0cd38be93807496944ebfc9654d02"
#define OURS "updated_ts=" TS "&claim_id=" ID

#define S10 "0123456789"
#define ID60 S10 S10 S10 S10 S10 S10

#define NO_ID "no claim_id parameter"
#define EMPTY_ID "claim_id is empty"
#define ODD_ID "claim_id has characters outside [0-9A-Za-z_-]"
#define LONG_ID "claim_id is longer than 64 characters"

/* A form whose hint is whole: ID and AT_US come out. */
struct form {
	const char *tail;
	unsigned quirks;
	const char *own_params;
};

static const struct form forms[] = {
	/* as documented */
	{ "?" OURS, 0, NULL },
	{ "?my_order_id=123&" OURS, 0, "{\"my_order_id\":\"123\"}" },
	{ "?a=1&b=2&" OURS, 0, "{\"a\":\"1\",\"b\":\"2\"}" },
	/* other ends of the callback_url */
	{ "/?" OURS, 0, NULL },
	{ "&" OURS, 0, NULL },
	{ "/&" OURS, 0, NULL },
	{ "?&" OURS, 0, NULL },
	{ "?my_order_id=123&&" OURS, 0, "{\"my_order_id\":\"123\"}" },
	/* glued on */
	{ OURS, HINT_GLUED, NULL },
	{ "/" OURS, HINT_GLUED, NULL },
	{ "?my_order_id=123" OURS, HINT_GLUED, "{\"my_order_id\":\"123\"}" },
	{ "/?my_order_id=123" OURS, HINT_GLUED, "{\"my_order_id\":\"123\"}" },
	{ "?a=1&my_order_id=123" OURS, HINT_GLUED, "{\"a\":\"1\",\"my_order_id\":\"123\"}" },
	{ "?my_order_id=" OURS, HINT_GLUED, "{\"my_order_id\":\"\"}" },
	{ "?flag" OURS, HINT_GLUED, "{\"flag\":\"\"}" },
	{ "?my_order_id=123claim_id=" ID "&updated_ts=" TS, HINT_GLUED, "{\"my_order_id\":\"123\"}" },
	{ "?updated_ts=" TS "claim_id=" ID, HINT_GLUED, NULL },
	{ "?my=1updated_ts=" TS "claim_id=" ID, HINT_GLUED, "{\"my\":\"1\"}" },
	/* a second '?' */
	{ "?my_order_id=123?" OURS, 0, "{\"my_order_id\":\"123\"}" },
	{ "??" OURS, 0, NULL },
	{ "?my_order_id=1?2&" OURS, 0, "{\"my_order_id\":\"1?2\"}" },
	/* the other order, and parameters after ours */
	{ "?claim_id=" ID "&updated_ts=" TS, 0, NULL },
	{ "claim_id=" ID "&updated_ts=" TS, HINT_GLUED, NULL },
	{ "?" OURS "&my_order_id=123", 0, "{\"my_order_id\":\"123\"}" },
	{ "?a=1&" OURS "&b=2", 0, "{\"a\":\"1\",\"b\":\"2\"}" },
	{ "?updated_ts=" TS "&a=1&claim_id=" ID, 0, "{\"a\":\"1\"}" },
	{ "?" OURS "&", 0, NULL },
	/* of two with one name the last is Yandex's */
	{ "?claim_id=mine&" OURS, 0, "{\"claim_id\":\"mine\"}" },
	{ "?updated_ts=2020-01-01T00:00:00.000000Z&" OURS, 0, "{\"updated_ts\":\"2020-01-01T00:00:00.000000Z\"}" },
	{ "?claim_id=&" OURS, 0, "{\"claim_id\":\"\"}" },
	{ "?claim_id&" OURS, 0, "{\"claim_id\":\"\"}" },
	{ "?updated_ts=1&claim_id=2&" OURS, 0, "{\"updated_ts\":\"1\",\"claim_id\":\"2\"}" },
	{ "?claim_id=mine" OURS, HINT_GLUED, "{\"claim_id\":\"mine\"}" },
	/* names that only end or begin as ours do */
	{ "?my_claim_id=5&" OURS, 0, "{\"my_claim_id\":\"5\"}" },
	{ "?last_updated_ts=2020-01-01T00:00:00Z&" OURS, 0, "{\"last_updated_ts\":\"2020-01-01T00:00:00Z\"}" },
	{ "?my_claim_id=5" OURS, HINT_GLUED, "{\"my_claim_id\":\"5\"}" },
	{ "?last_updated_ts=1" OURS, HINT_GLUED, "{\"last_updated_ts\":\"1\"}" },
	{ "?claim_ids=5&updated_tsx=6&" OURS, 0, "{\"claim_ids\":\"5\",\"updated_tsx\":\"6\"}" },
	{ "?" OURS "&my_claim_id=5", 0, "{\"my_claim_id\":\"5\"}" },
	{ "?" OURS "&claim=5&updated=6&=7", 0, "{\"claim\":\"5\",\"updated\":\"6\",\"\":\"7\"}" },
	{ "?Claim_id=5&" OURS, 0, "{\"Claim_id\":\"5\"}" },
	{ "?next=%2Fx%3Fclaim_id%3D5&" OURS, 0, "{\"next\":\"/x?claim_id=5\"}" },
	{ "?next=/x?claim_id=5&" OURS, 0, "{\"next\":\"/x?claim_id=5\"}" },
	/* percent-encoding */
	{ "?updated_ts=2026-09-23T07%3A44%3A04.402413%2B00%3A00&claim_id=" ID, 0, NULL },
	{ "?updated_ts=2026-09-23T07%3a44%3a04.402413%2b00%3a00&claim_id=" ID, 0, NULL },
	{ "?updated%5Fts=" TS "&claim%5fid=%30%31a0cd38be93807496944ebfc9654d02", 0, NULL },
	{ "?my%5forder=a%20b&" OURS, 0, "{\"my_order\":\"a b\"}" },
	{ "?my+order=a+b%2Bc&" OURS, 0, "{\"my order\":\"a b+c\"}" },
	{ "?p=100%&q=%zz&r=%2&s=%%41&" OURS, 0, "{\"p\":\"100%\",\"q\":\"%zz\",\"r\":\"%2\",\"s\":\"%A\"}" },
	{ "?n=%00&i=%ff&" OURS, 0, "{\"n\":\"\xef\xbf\xbd\",\"i\":\"\xef\xbf\xbd\"}" },
	{ "?n=%D0%9F%d0%b5&" OURS, 0, "{\"n\":\"Пе\"}" },
	{ "?q=\"\\&" OURS, 0, "{\"q\":\"\\\"\\\\\"}" },
	/* odd own parameters */
	{ "?=x&" OURS, 0, "{\"\":\"x\"}" },
	{ "?a==&b=c=d&" OURS, 0, "{\"a\":\"=\",\"b\":\"c=d\"}" },
	{ "?a=1&a=2&" OURS, 0, "{\"a\":\"2\"}" },
	/* odd times */
	{ "?updated_ts=2026-09-23T07:44:04.402413Z&claim_id=" ID, 0, NULL },
	{ "?updated_ts=2026-09-23T10:44:04.402413+03:00&claim_id=" ID, 0, NULL },
	{ "?updated_ts=2026-09-23T02:44:04.402413-05:00&claim_id=" ID, 0, NULL },
	{ "?updated_ts=2026-09-23T07:44:04.402413%2000:00&claim_id=" ID, HINT_SPACE_ZONE, NULL },
	{ "updated_ts=2026-09-23T07:44:04.402413%2000:00&claim_id=" ID, HINT_SPACE_ZONE | HINT_GLUED, NULL },
	{ "?updated_ts=2026-09-23T07:44:04.402413&claim_id=" ID, HINT_ODD_TIME, NULL },
	{ "?updated_ts=2026-09-23T07:44:04.4024137Z&claim_id=" ID, HINT_ODD_TIME, NULL },
};

static struct callback parse(const char *tail)
{
	/* a block of just this length, so that a byte read past it is seen */
	size_t len = strlen(tail);
	char *copy = len ? memcpy(malloc(len), tail, len) : NULL;
	struct callback callback;

	ck_assert_int_eq(callback_parse(copy ? copy : "", len, &callback), 0);
	free(copy);
	return callback;
}

static void assert_own_params(const struct callback *callback, const char *expected)
{
	if (expected)
		ck_assert_ptr_nonnull(callback->own_params);
	ck_assert_pstr_eq(callback->own_params, expected);
}

START_TEST(every_tolerated_form_gives_the_whole_hint)
{
	const struct form *form = &forms[_i];
	struct callback callback = parse(form->tail);

	ck_assert_pstr_eq(callback.reason, NULL);
	ck_assert_str_eq(callback.claim_id, ID);
	ck_assert_int_eq(callback.updated.us, AT_US);
	ck_assert_uint_eq(callback.quirks, form->quirks);
	assert_own_params(&callback, form->own_params);
	callback_done(&callback);
}
END_TEST

START_TEST(every_tolerated_form_may_follow_the_secret)
{
	ck_assert(callback_tail_fits(forms[_i].tail, strlen(forms[_i].tail)));
}
END_TEST

static const struct {
	const char *tail;
	unsigned quirks;
} no_times[] = {
	{ "?claim_id=" ID, HINT_NO_TIME },
	{ "claim_id=" ID, HINT_NO_TIME | HINT_GLUED },
	{ "?a=1claim_id=" ID, HINT_NO_TIME | HINT_GLUED },
	{ "?updated_ts=&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts=now&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts=1790149444&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts=" TS "x&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts=2026-09-23T07%3A44%3A04.402413%2B00%3&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts=2026-09-23T07:44:04.402413%00Z&claim_id=" ID, HINT_NO_TIME },
	{ "?updated_ts=2026-09-23T07:44:04." ID60 "Z&claim_id=" ID, HINT_NO_TIME },
	{ "?" OURS "&updated_ts=now", HINT_NO_TIME }, /* the last counts, whatever it is */
};

START_TEST(a_hint_without_a_time_is_still_a_good_one)
{
	struct callback callback = parse(no_times[_i].tail);

	ck_assert_pstr_eq(callback.reason, NULL);
	ck_assert_str_eq(callback.claim_id, ID);
	ck_assert(!wall_is_set(callback.updated));
	ck_assert_uint_eq(callback.quirks, no_times[_i].quirks);
	callback_done(&callback);
}
END_TEST

START_TEST(a_whole_second_is_an_odd_time)
{
	struct callback callback = parse("?updated_ts=2026-09-23T07:44:04+00:00&claim_id=" ID);

	ck_assert_int_eq(callback.updated.us, AT_US - 402413);
	ck_assert_uint_eq(callback.quirks, HINT_ODD_TIME);
	callback_done(&callback);
}
END_TEST

static const struct {
	const char *value;
	const char *reason;
} ids[] = {
	{ "1", NULL },
	{ "A-z_9", NULL },
	{ ID60 "1234", NULL },
	{ "", EMPTY_ID },
	{ ID60 "12345", LONG_ID },
	{ ID60 ID60 ID60, LONG_ID },
	{ "a.b", ODD_ID },
	{ "a/b", ODD_ID },
	{ "a+b", ODD_ID },
	{ "a%20b", ODD_ID },
	{ "%00", ODD_ID },
	{ "a%00", ODD_ID },
	{ "a%zz", ODD_ID },
	{ "a%4", ODD_ID },
	{ "%D0%9F", ODD_ID },
	{ "'; DROP TABLE inbox; --", ODD_ID },
};

START_TEST(a_claim_id_is_usable_or_the_reason_is_told)
{
	char tail[256];
	struct callback callback;

	(void)snprintf(tail, sizeof(tail), "?updated_ts=" TS "&claim_id=%s", ids[_i].value);
	callback = parse(tail);
	ck_assert_pstr_eq(callback.reason, ids[_i].reason);
	ck_assert_str_eq(callback.claim_id, ids[_i].reason ? "" : ids[_i].value);
	ck_assert_int_eq(callback.updated.us, AT_US);
	ck_assert_uint_eq(callback.quirks, 0);
	ck_assert_ptr_null(callback.own_params);
	callback_done(&callback);
}
END_TEST

static const struct {
	const char *tail;
	unsigned quirks;
	const char *own_params;
} no_ids[] = {
	{ "", HINT_NO_TIME, NULL },
	{ "/", HINT_NO_TIME, NULL },
	{ "?", HINT_NO_TIME, NULL },
	{ "/?", HINT_NO_TIME, NULL },
	{ "&&&", HINT_NO_TIME, NULL },
	{ "?updated_ts=" TS, 0, NULL },
	{ "updated_ts=" TS, HINT_GLUED, NULL },
	{ "?my_order_id=123", HINT_NO_TIME, "{\"my_order_id\":\"123\"}" },
	{ "?my_order_id=123updated_ts=" TS, HINT_GLUED, "{\"my_order_id\":\"123\"}" },
	{ "?claim_ids=5", HINT_NO_TIME, "{\"claim_ids\":\"5\"}" },
	{ "?my_claim_id%3D5", HINT_NO_TIME, "{\"my_claim_id=5\":\"\"}" },
};

START_TEST(a_callback_without_a_claim_id_is_told_so)
{
	struct callback callback = parse(no_ids[_i].tail);

	ck_assert_pstr_eq(callback.reason, NO_ID);
	ck_assert_str_eq(callback.claim_id, "");
	ck_assert_uint_eq(callback.quirks, no_ids[_i].quirks);
	assert_own_params(&callback, no_ids[_i].own_params);
	callback_done(&callback);
}
END_TEST

/* Many own parameters before ours: 64 are kept, and ours are found whatever their number. */
static void assert_many(size_t n, const char *ours)
{
	char *tail = malloc(n * 8 + 256);
	char *at = stpcpy(tail, "?");
	struct callback callback;

	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, i == 63 ? "in=1&" : i == 64 ? "out=1&" : "a=1&");
	(void)stpcpy(at, ours);
	callback = parse(tail);
	ck_assert_str_eq(callback.claim_id, ID);
	ck_assert_int_eq(callback.updated.us, AT_US);
	ck_assert_pstr_eq(callback.own_params, "{\"a\":\"1\",\"in\":\"1\"}");
	callback_done(&callback);
	free(tail);
}

START_TEST(own_parameters_beyond_the_cap_are_passed_over)
{
	assert_many(64, OURS);
	assert_many(65, OURS);
	assert_many(1000, OURS);
	assert_many(1000, "z=1" OURS);
}
END_TEST

START_TEST(done_may_be_called_twice)
{
	struct callback callback = parse("?a=1&" OURS);

	callback_done(&callback);
	ck_assert_ptr_null(callback.own_params);
	callback_done(&callback);
}
END_TEST

static const char *const bad_tails[] = {
	"x",
	"x?" OURS,
	"//",
	"//?" OURS,
	"/x",
	"/x?" OURS,
	"=",
	"updated_ts",
	"updated",
	"claim_ids=1",
	"xclaim_id=1",
	"%3F" OURS,
	"#" OURS,
	"/ ?",
};

START_TEST(a_longer_secret_is_a_wrong_one)
{
	ck_assert(!callback_tail_fits(bad_tails[_i], strlen(bad_tails[_i])));
}
END_TEST

START_TEST(nothing_or_a_slash_may_follow_the_secret)
{
	ck_assert(callback_tail_fits("", 0));
	ck_assert(callback_tail_fits("/", 1));
	ck_assert(callback_tail_fits("?", 1));
	ck_assert(!callback_tail_fits("claim_id=", strlen("claim_id=") - 1));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("callback");
	TCase *query = tcase_create("query");
	TCase *tail = tcase_create("tail");

	tcase_add_loop_test(query, every_tolerated_form_gives_the_whole_hint, 0, (int)ARRAY_SIZE(forms));
	tcase_add_loop_test(query, a_hint_without_a_time_is_still_a_good_one, 0, (int)ARRAY_SIZE(no_times));
	tcase_add_test(query, a_whole_second_is_an_odd_time);
	tcase_add_loop_test(query, a_claim_id_is_usable_or_the_reason_is_told, 0, (int)ARRAY_SIZE(ids));
	tcase_add_loop_test(query, a_callback_without_a_claim_id_is_told_so, 0, (int)ARRAY_SIZE(no_ids));
	tcase_add_test(query, own_parameters_beyond_the_cap_are_passed_over);
	tcase_add_test(query, done_may_be_called_twice);
	suite_add_tcase(s, query);
	tcase_add_loop_test(tail, every_tolerated_form_may_follow_the_secret, 0, (int)ARRAY_SIZE(forms));
	tcase_add_loop_test(tail, a_longer_secret_is_a_wrong_one, 0, (int)ARRAY_SIZE(bad_tails));
	tcase_add_test(tail, nothing_or_a_slash_may_follow_the_secret);
	suite_add_tcase(s, tail);
	return s;
}
