/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl cancel: what it costs is asked for first, and nothing is paid that was not agreed to.
 * Component ring.
 */
#include <string.h>

#include "door_world.h"
#include "suite.h"

static void teardown(void)
{
	door_world_close();
	ctl_world_teardown();
}

/* The fee is told so, and then it is cancelled. */
static void open_fee(const char *code, const char *price, const char *message)
{
	const struct door_end ends[] = {
		{ .end = { .result = ACTION_DONE, .code = code, .price = price, .message = message } },
		{ .end = { .result = ACTION_DONE, .message = "the claim is cancelled now" } },
	};

	door_world_open(ends, ARRAY_SIZE(ends));
}

static const char *asked(void)
{
	return door_world_value("SELECT group_concat(kind || coalesce(' ' || argument, '') || coalesce(' v' || version, '')"
	                        " || CASE kind WHEN 'cancel' THEN coalesce(' ' || price, '') ELSE '' END, ', ') FROM action");
}

#define CANCELLED "Claim waits was cancelled: the claim is cancelled now.\n"
#define COSTS "claimctl: Claim waits was not cancelled, since that costs 12.50 RUB now; " \
	      "to pay it, write \"claimctl cancel waits --paid\"\n"

static const struct {
	const char *line;
	const char *fee; /* free, paid, unavailable */
	int status;
	const char *out;
	const char *err;
	const char *asked;
} cases[] = {
	{ "cancel waits --yes", "free", EX_OK, CANCELLED, "", "cancel_info, cancel free v1" },
	{ "cancel waits --yes --free", "free", EX_OK, CANCELLED, "", "cancel_info, cancel free v1" },
	{ "cancel waits --yes --paid", "free", EX_OK, CANCELLED, "", "cancel_info, cancel free v1" },
	{ "cancel waits --yes --paid", "paid", EX_OK, CANCELLED, "", "cancel_info, cancel paid v1 12.50" },
	{ "cancel waits --yes", "paid", EX_NOPERM, "", COSTS, "cancel_info" },
	{ "cancel waits --yes --free", "paid", EX_NOPERM, "", COSTS, "cancel_info" },
	{ "cancel waits --yes --paid", "unavailable", EX_NOPERM, "",
	  "claimctl: Claim waits is ready_for_approval and can't be cancelled now; "
	  "once the courier has the goods, only Yandex's support can\n", "cancel_info" },
};

START_TEST(nothing_is_paid_that_was_not_said)
{
	bool paid = strcmp(cases[_i].fee, "paid") == 0;

	open_fee(cases[_i].fee, paid ? "12.50" : "", paid ? "12.50 RUB" : "");
	door_world_expect(cases[_i].line, cases[_i].status, cases[_i].out, cases[_i].err);
	ck_assert_str_eq(asked(), cases[_i].asked);
}
END_TEST

START_TEST(a_person_is_asked_with_the_price)
{
	open_fee("paid", "12.50", "12.50 RUB");
	struct ctl_world_run run = door_world_run("cancel waits --paid", "n\n");

	ck_assert_int_eq(run.status, EX_NOPERM);
	ck_assert_str_eq(run.err, "Claim waits of main is ready_for_approval. Cancel it for 12.50 RUB? [y/N] claimctl: nothing was done\n");
	ck_assert_str_eq(run.out, "");
	ctl_world_run_done(&run);
	ck_assert_str_eq(asked(), "cancel_info");
}
END_TEST

START_TEST(a_person_is_told_that_it_is_free)
{
	open_fee("free", "0", "");
	struct ctl_world_run run = door_world_run("cancel waits", "y\n");

	ck_assert_int_eq(run.status, EX_OK);
	ck_assert_str_eq(run.err, "Claim waits of main is ready_for_approval. Cancel it free of charge? [y/N] ");
	ck_assert_str_eq(run.out, CANCELLED);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_fee_without_an_amount_is_not_paid)
{
	open_fee("paid", "", "");
	door_world_expect("cancel waits --paid --yes", EX_NOPERM, "", "Yandex says that it costs money, but not how much");
	ck_assert_str_eq(asked(), "cancel_info");
}
END_TEST

START_TEST(a_price_that_can_t_be_had_ends_it)
{
	const struct door_end ends[] = { { .end = { .result = ACTION_REFUSED, .code = "not_a_claim", .message = "it is an order" } } };

	door_world_open(ends, ARRAY_SIZE(ends));
	door_world_expect("cancel waits --yes", EX_NOPERM, "", "claimctl: Claim waits: refused: it is an order\n");
	ck_assert_str_eq(asked(), "cancel_info");
}
END_TEST

START_TEST(a_price_that_rose_meanwhile_is_refused_in_the_daemon_s_words)
{
	const struct door_end ends[] = {
		{ .end = { .result = ACTION_DONE, .code = "free" } },
		{ .end = { .result = ACTION_REFUSED, .code = "not_paid_for", .message = "cancelling costs 12.50 RUB now" } },
	};

	door_world_open(ends, ARRAY_SIZE(ends));
	door_world_expect("cancel waits --yes", EX_NOPERM, "", "claimctl: Claim waits: refused: cancelling costs 12.50 RUB now\n");
}
END_TEST

START_TEST(json_has_the_question_and_the_act)
{
	open_fee("paid", "12.50", "12.50 RUB");
	struct ctl_world_run run = door_world_run("cancel waits --paid --yes --json", NULL);

	ck_assert_int_eq(run.status, EX_OK);
	ctl_world_expect_begin(run.out, "[\n{\"id\":1,\"source\":\"main\",\"external_id\":\"waits\",\"kind\":\"cancel_info\",");
	ctl_world_expect_in(run.out, "},\n{\"id\":2,\"source\":\"main\",\"external_id\":\"waits\",\"kind\":\"cancel\",");
	ctl_world_expect_in(run.out, "\"price\":\"12.50\"");
	ck_assert_str_eq(run.err, "");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_has_the_question_alone_where_the_answer_is_no)
{
	open_fee("paid", "12.50", "12.50 RUB");
	struct ctl_world_run run = door_world_run("cancel waits --yes --json", NULL);

	ck_assert_int_eq(run.status, EX_NOPERM);
	ctl_world_expect_in(run.out, "\"kind\":\"cancel_info\"");
	ctl_world_expect_not_in(run.out, "\"kind\":\"cancel\",");
	ctl_world_expect_in(run.err, "--paid");
	ctl_world_run_done(&run);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl_cancel");
	TCase *tcase = tcase_create("cancel");

	tcase_add_checked_fixture(tcase, ctl_world_setup_filled, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, nothing_is_paid_that_was_not_said, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, a_person_is_asked_with_the_price);
	tcase_add_test(tcase, a_person_is_told_that_it_is_free);
	tcase_add_test(tcase, a_fee_without_an_amount_is_not_paid);
	tcase_add_test(tcase, a_price_that_can_t_be_had_ends_it);
	tcase_add_test(tcase, a_price_that_rose_meanwhile_is_refused_in_the_daemon_s_words);
	tcase_add_test(tcase, json_has_the_question_and_the_act);
	tcase_add_test(tcase, json_has_the_question_alone_where_the_answer_is_no);
	suite_add_tcase(suite, tcase);
	return suite;
}
