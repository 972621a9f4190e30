/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/control: what may be asked through the control socket, what is refused and in which words, and the answers.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include "wire/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"

static char why[WIRE_WHY_SIZE];

static int try_parse(const char *text, struct wire_act *ret)
{
	char *json = quoted(text);
	int r = wire_act_parse(json, strlen(json), ret, why);

	free(json);
	return r;
}

static struct wire_act parse(const char *text)
{
	struct wire_act act;

	ck_assert_msg(try_parse(text, &act) == ERR_OK, "%s: %s", text, why);
	return act;
}

static void expect_written(const struct wire_act *act, const char *text)
{
	char *json = quoted(text);
	char *written = NULL;

	ck_assert_int_eq(wire_act_encode(act, &written), ERR_OK);
	ck_assert_str_eq(written, json);
	free(written);
	free(json);
}

/* One of each kind, with all that goes with it, in the order in which it is written. */
static const char *const whole[] = {
	[ACT_ACCEPT] = "{'kind':'accept','id':'abc','source':'main','version':3}",
	[ACT_CANCEL] = "{'kind':'cancel','id':'abc','source':'main','argument':'paid','version':3,'price':'12.50'}",
	[ACT_CANCEL_INFO] = "{'kind':'cancel_info','id':'abc','source':'main'}",
	[ACT_ORDER_STATUS] = "{'kind':'order_status','id':'55000001','source':'shop','argument':'DELIVERY/DELIVERY_SERVICE_RECEIVED'}",
	[ACT_CANCELLATION] = "{'kind':'cancellation','id':'55000001','source':'shop','argument':'reject ORDER_IN_DELIVERY'}",
	[ACT_REFETCH] = "{'kind':'refetch','id':'abc','source':'main'}",
	[ACT_RESOLVE] = "{'kind':'resolve','argument':'adopt','violation':17,'note':'he rang'}",
	[ACT_PROBE] = "{'kind':'probe','source':'main'}",
	[ACT_PRUNE] = "{'kind':'prune'}",
	[ACT_RETRY] = "{'kind':'retry','message':12}",
};

_Static_assert(ARRAY_SIZE(whole) == ACT_MAX, "each kind");

START_TEST(each_kind_is_read_and_written)
{
	struct wire_act act = parse(whole[_i]);

	ck_assert_int_eq(act.kind, _i);
	expect_written(&act, whole[_i]);
}
END_TEST

START_TEST(what_is_not_given_is_empty)
{
	struct wire_act act = parse("{'kind':'retry'}");

	ck_assert_str_eq(act.id, "");
	ck_assert_str_eq(act.source, "");
	ck_assert_str_eq(act.argument, "");
	ck_assert_str_eq(act.price, "");
	ck_assert_str_eq(act.note, "");
	ck_assert_int_eq(act.version, NUMBER_NONE);
	ck_assert_int_eq(act.target_id, NUMBER_NONE);
}
END_TEST

/* The upstream's own examples have claims of version 0. */
START_TEST(a_version_may_be_0)
{
	ck_assert_int_eq(parse("{'kind':'accept','id':'a','version':0}").version, 0);
}
END_TEST

START_TEST(each_value_has_its_place)
{
	struct wire_act act = parse("{'price':'12.50','argument':'paid','id':'abc','version':3,'source':'main','kind':'cancel'}");

	ck_assert_str_eq(act.id, "abc");
	ck_assert_str_eq(act.source, "main");
	ck_assert_str_eq(act.argument, "paid");
	ck_assert_str_eq(act.price, "12.50");
	ck_assert_int_eq(act.version, 3);
	act = parse("{'kind':'resolve','violation':17,'argument':'dismiss','note':'\u00e9t\u00e9'}");
	ck_assert_int_eq(act.target_id, 17);
	ck_assert_str_eq(act.note, "\u00e9t\u00e9");
}
END_TEST

#define KINDS \
	"kind must be one of accept, cancel, cancel_info, order_status, cancellation, refetch, resolve, probe, prune, retry"

static const struct {
	const char *text;
	const char *why;
} refused[] = {
	{ "", "the body must be one JSON object" },
	{ "[]", "the body must be one JSON object" },
	{ "{'kind':'prune'} x", "the body must be one JSON object" },
	{ "{}", KINDS },
	{ "{'kind':7}", KINDS },
	{ "{'kind':'accept'}", "a request of kind accept must have the member id" },
	{ "{'kind':'accept','id':'a b'}", "id must be 1 to 64 letters, digits, \"_\" and \"-\"" },
	{ "{'kind':'accept','id':55}", "id must be 1 to 64 letters, digits, \"_\" and \"-\"" },
	{ "{'kind':'accept','id':'a','source':null}", "source must be the name of a configured source" },
	{ "{'kind':'accept','id':'a','vresion':3}", "\"vresion\" is no member of a request of kind accept" },
	{ "{'kind':'accept','id':'a','note':'x'}", "\"note\" is no member of a request of kind accept" },
	{ "{'kind':'prune','id':'a'}", "\"id\" is no member of a request of kind prune" },
	{ "{'kind':'prune','a\\u001b[2J':1}", "\"a?[2J\" is no member of a request of kind prune" },
	{ "{'kind':'accept','id':'a','version':-1}", "version must be a whole number, 0 or above" },
	{ "{'kind':'accept','id':'a','version':'3'}", "version must be a whole number, 0 or above" },
	{ "{'kind':'resolve','violation':0,'argument':'adopt'}", "violation must be a whole number above 0" },
	{ "{'kind':'cancel','id':'a'}", "a request of kind cancel must have the member argument" },
	{ "{'kind':'cancel','id':'a','argument':'unavailable'}", "argument must be free or paid" },
	{ "{'kind':'cancel','id':'a','argument':'paid'}", "argument paid must have the member price: the fee that was agreed to" },
	{ "{'kind':'cancel','id':'a','argument':'free','price':'1'}", "price goes with the argument paid alone" },
	{ "{'kind':'cancel','id':'a','argument':'paid','price':12.5}", "price must be a decimal in a string, such as \"12.50\"" },
	{ "{'kind':'cancel','id':'a','argument':'paid','price':'-1'}", "price must be a decimal in a string, such as \"12.50\"" },
	{ "{'kind':'order_status','id':'1','argument':'delivery'}", "argument must be STATUS or STATUS/SUBSTATUS, in Market's own words" },
	{ "{'kind':'cancellation','id':'1','argument':'reject'}",
	  "argument must be accept, reject ORDER_DELIVERED or reject ORDER_IN_DELIVERY" },
	{ "{'kind':'resolve','argument':'adopt'}", "a request of kind resolve must have the member violation" },
	{ "{'kind':'resolve','violation':1,'argument':'heal'}", "argument must be adopt or dismiss" },
	{ "{'kind':'resolve','violation':1,'argument':'adopt','note':'a\\nb'}", "note must be one line of at most 399 bytes" },
	{ "{'kind':'retry','message':-1}", "message must be a whole number above 0" },
};

START_TEST(what_does_not_belong_is_refused_by_name)
{
	struct wire_act act = { .version = 42 };

	ck_assert_int_eq(try_parse(refused[_i].text, &act), ERR_INVALID);
	ck_assert_str_eq(why, refused[_i].why);
	ck_assert_int_eq(act.version, 42);
}
END_TEST

static struct wire_acts parse_answer(const char *text)
{
	struct wire_acts acts;
	char *json = quoted(text);

	ck_assert_int_eq(wire_acts_parse(json, strlen(json), &acts), ERR_OK);
	free(json);
	return acts;
}

START_TEST(an_answer_names_the_actions)
{
	const int64_t ids[] = { 7, INT64_MAX };
	char *text = NULL;

	ck_assert_int_eq(wire_acts_encode(ids, ARRAY_SIZE(ids), &text), ERR_OK);
	ck_assert_str_eq(text, "{\"actions\":[7,9223372036854775807]}");
	struct wire_acts acts = parse_answer(text);
	ck_assert_uint_eq(acts.n, 2);
	ck_assert_int_eq(acts.ids[1], INT64_MAX);
	ck_assert_str_eq(acts.code, "");
	wire_acts_done(&acts);
	free(text);
}
END_TEST

START_TEST(an_answer_says_why_there_is_none)
{
	char *text = NULL;

	ck_assert_int_eq(wire_acts_error_encode("not_found", "no claim or order abc", &text), ERR_OK);
	ck_assert_str_eq(text, "{\"error\":{\"code\":\"not_found\",\"message\":\"no claim or order abc\"}}");
	struct wire_acts acts = parse_answer(text);
	ck_assert_uint_eq(acts.n, 0);
	ck_assert_str_eq(acts.code, "not_found");
	ck_assert_str_eq(acts.message, "no claim or order abc");
	wire_acts_done(&acts);
	free(text);
}
END_TEST

START_TEST(what_is_no_answer_is_invalid)
{
	static const char *const texts[] = {
		"", "{}", "[7]", "{'actions':[]}", "{'actions':[0]}", "{'actions':['7']}", "{'actions':7}", "{'error':{}}", "{'error':'x'}",
	};
	struct wire_acts acts = { .n = 42 };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char *json = quoted(texts[i]);

		ck_assert_msg(wire_acts_parse(json, strlen(json), &acts) == ERR_INVALID, "%s", texts[i]);
		free(json);
	}
	ck_assert_uint_eq(acts.n, 42);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("wire_control");
	TCase *tcase = tcase_create("control");

	tcase_add_loop_test(tcase, each_kind_is_read_and_written, 0, ACT_MAX);
	tcase_add_test(tcase, what_is_not_given_is_empty);
	tcase_add_test(tcase, a_version_may_be_0);
	tcase_add_test(tcase, each_value_has_its_place);
	tcase_add_loop_test(tcase, what_does_not_belong_is_refused_by_name, 0, ARRAY_SIZE(refused));
	tcase_add_test(tcase, an_answer_names_the_actions);
	tcase_add_test(tcase, an_answer_says_why_there_is_none);
	tcase_add_test(tcase, what_is_no_answer_is_invalid);
	suite_add_tcase(suite, tcase);
	return suite;
}
