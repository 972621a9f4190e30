/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people are told when an upstream refuses an act.
 * Unit tests.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "tests/suite.h"
#include "worker/advice.h"

static struct act_answer answer_of(enum outcome_kind outcome, const char *code, const char *message)
{
	struct act_answer answer = { .end.outcome = outcome, .fate = ACT_FATE_REFUSED };

	snprintf(answer.code, sizeof(answer.code), "%s", code);
	snprintf(answer.message, sizeof(answer.message), "%s", message);
	return answer;
}

static const struct {
	enum outcome_kind outcome;
	const char *code;
	const char *advice; /* a part of it */
	bool wants_read;
} cases[] = {
	{ OUTCOME_PROTOCOL, "old_version", "do the same for that version", true },
	{ OUTCOME_PROTOCOL, "inappropriate_status", "does not allow this any more", true },
	{ OUTCOME_PROTOCOL, "state_mismatch", "try again in a few seconds", true },
	{ OUTCOME_PROTOCOL, "free_cancel_is_unavailable", "--paid", false },
	{ OUTCOME_PROTOCOL, "offer_expired", "create a new claim", true },
	{ OUTCOME_GONE, "not_found", "check the id", false },
	{ OUTCOME_PROTOCOL, "bad_request", "was not understood", false },
	{ OUTCOME_PROTOCOL, "STATUS_NOT_ALLOWED", "claimctl graph", true },
	{ OUTCOME_PROTOCOL, "ORDER_IN_TERMINAL_STATE", "its life is over", true },
	{ OUTCOME_GONE, "http_404", "check the id", false },
	{ OUTCOME_AUTH, "unauthorized", "claimctl doctor", false },
	{ OUTCOME_LIMITED, "too_many_requests", "try again in a minute", false },
	{ OUTCOME_PROTOCOL, "something_new", "refused the same way", false },
	{ OUTCOME_PROTOCOL, "http_409", "refused the same way", false },
};

START_TEST(each_code_has_its_advice)
{
	struct act_answer answer = answer_of(cases[_i].outcome, cases[_i].code, "Own words");
	char text[ACT_MESSAGE_SIZE];

	advice_write(&answer, NULL, text);
	ck_assert_msg(strncmp(text, "Own words; ", 11) == 0, "%s", text);
	ck_assert_msg(strstr(text, cases[_i].advice), "%s", text);
	ck_assert_int_eq(advice_wants_read(&answer), cases[_i].wants_read);
}
END_TEST

START_TEST(what_the_shipment_is_now_belongs_to_it)
{
	struct act_answer answer = answer_of(OUTCOME_PROTOCOL, "old_version", "");
	struct shipment shipment = { .reported = "ready_for_approval", .version = 3 };
	char text[ACT_MESSAGE_SIZE];

	advice_write(&answer, &shipment, text);
	ck_assert_str_eq(text, "it was edited meanwhile: look at what it costs now, then do the same for that version; "
	                       "it is ready_for_approval now, at version 3");
	shipment.version = NUMBER_NONE;
	advice_write(&answer, &shipment, text);
	ck_assert_msg(strstr(text, "; it is ready_for_approval now") && !strstr(text, ", at version"), "%s", text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("advice");
	TCase *tcase = tcase_create("advice");

	tcase_add_loop_test(tcase, each_code_has_its_advice, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tcase, what_the_shipment_is_now_belongs_to_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
