/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cancelling a claim: what it costs is asked first, and no more is paid than was agreed to.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act_world.h"
#include "base/attr.h"
#include "base/log.h"
#include "listener_world.h"
#include "suite.h"

#define LAST " FROM report_actions ORDER BY id DESC LIMIT 1"

static struct act_world w;

static void set_up(void)
{
	act_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_FOUND);
}

static void tear_down(void)
{
	act_world_close(&w);
}

static size_t asked(enum act_ask ask)
{
	return w.lines[ask].n_asked;
}

/* PRICE: as much was agreed to. */
static void want_cancel(const char *argument, const char *price)
{
	struct action_wish wish = act_world_wish(&w, ACT_CANCEL);

	wish.argument = argument;
	wish.price = price;
	wish.version = 1;
	act_world_want(&w, &wish);
}

static const struct {
	const char *fee;
	const char *argument;
	const char *price;
	const char *sent; /* NULL: nothing is */
	const char *read;
	const char *end;
} cases[] = {
	{ ACT_FEE("free", "0"), "free", NULL, "{\"version\":1,\"cancel_state\":\"free\"}", ACT_CANCELLED, "done -" },
	{ ACT_FEE("free", "0"), "paid", "100", "{\"version\":1,\"cancel_state\":\"free\"}", ACT_CANCELLED, "done -" },
	{ ACT_FEE("paid", "149.9"), "paid", "149.90", "{\"version\":1,\"cancel_state\":\"paid\"}",
	  ACT_CLAIM("cancelled_with_payment", 1, 9, 50, ""), "done -" },
	/* It has become dearer between the question and the act. */
	{ ACT_FEE("free", "0"), "free", NULL, "{\"version\":1,\"cancel_state\":\"free\"}",
	  ACT_CLAIM("cancelled_with_payment", 1, 9, 50, ""), "done charged" },
	{ ACT_FEE("paid", "149.9"), "paid", "149.8", NULL, ACT_FOUND, "refused price_changed" },
	{ ACT_FEE("paid", "149.9"), "free", NULL, NULL, ACT_FOUND, "refused not_paid_for" },
	{ ACT_FEE("unavailable", ""), "paid", "1000", NULL, ACT_FOUND, "refused unavailable" },
};

START_TEST(no_more_is_paid_than_was_agreed_to)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_FEE, "200 OK", cases[_i].fee);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", cases[_i].read);
	want_cancel(cases[_i].argument, cases[_i].price);
	act_world_await_end(&w, cases[_i].end);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_FEE), 1);
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), cases[_i].sent != NULL);
	if (cases[_i].sent)
		ck_assert_ptr_nonnull(strstr(w.lines[ACT_ASK_CANCEL].last, cases[_i].sent));
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT sent_at IS NOT NULL" LAST), cases[_i].sent ? "1" : "0");
}
END_TEST

START_TEST(a_charge_that_nobody_agreed_to_is_warned_of)
{
	char log[4096] = "";
	int fd = listener_world_capture_log(LOG_LEVEL_WARNING);

	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("cancelled_with_payment", 1, 9, 50, ""));
	want_cancel("free", NULL);
	act_world_await_end(&w, "done charged");
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	ck_assert_msg(strstr(log, "main: claim c1: action 1: it is cancelled_with_payment now: it cost money, though only free was "
	                          "agreed to"), "%s", log);
	close(fd);
}
END_TEST

START_TEST(after_pickup_nothing_is_even_asked)
{
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("pickuped", 1, 12, 20, ""));
	act_world_start_read(&w);
	want_cancel("paid", "1000");
	act_world_await_end(&w, "refused after_pickup");
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_FEE) + asked(ACT_ASK_CANCEL), 0);
}
END_TEST

/* The claim has moved on between the question and the act. */
START_TEST(what_becomes_dearer_meanwhile_is_refused_by_name)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_CANCEL, "409 Conflict", ACT_ERROR("free_cancel_is_unavailable"));
	want_cancel("free", NULL);
	act_world_await_end(&w, "rejected free_cancel_is_unavailable");
	ck_assert_ptr_nonnull(strstr(bed_ask(&w.bed, "SELECT message" LAST), "agree to that with --paid"));
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), 1);
}
END_TEST

START_TEST(the_claim_is_judged_again_after_the_question)
{
	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_FEE);
	want_cancel("free", NULL);
	act_world_await_asked(&w, ACT_ASK_FEE, 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "wanted");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("pickuped", 1, 12, 50, ""));
	act_world_call(&w);
	act_world_await(&w, "SELECT status FROM report_claims", "pickuped");
	act_world_let_go(&w, "200 OK", ACT_FEE("free", "0"));
	act_world_await_end(&w, "refused after_pickup");
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), 0);
}
END_TEST

START_TEST(what_is_held_is_cancelled_once_it_was_dismissed)
{
	struct action_wish wish;

	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("estimating", 1, 9, 30, ""));
	act_world_call(&w);
	act_world_await(&w, "SELECT count(*) FROM report_violations", "1");
	want_cancel("free", NULL);
	act_world_await_end(&w, "refused held");
	wish = act_world_wish(&w, ACT_RESOLVE);
	wish.argument = "dismiss";
	wish.target_id = 1;
	act_world_want(&w, &wish);
	act_world_await_end(&w, "done -");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("cancelled", 1, 10, 50, ""));
	want_cancel("free", NULL);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), 1);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	const char *read;
	const char *end;
} doubts[] = {
	{ "500 Oops", "", ACT_CANCELLED, "done -" },
	{ "500 Oops", "", ACT_FOUND, "not_done -" },
	{ "500 Oops", "", ACT_CLAIM("pickuped", 1, 12, 50, ""), "not_done -" },
	{ "200 OK", ACT_TAKEN("cancelled"), ACT_FOUND, "in_doubt -" },
};

START_TEST(a_cancellation_in_doubt_is_settled_by_reading)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_CANCEL, doubts[_i].status, doubts[_i].body);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", doubts[_i].read);
	want_cancel("free", NULL);
	act_world_await_end(&w, doubts[_i].end);
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), 1);
}
END_TEST

START_TEST(a_question_that_fails_is_asked_again_while_somebody_waits)
{
	act_world_start_read(&w);
	act_world_line_up(&w, ACT_ASK_FEE, "500 Oops", "");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CANCELLED);
	want_cancel("free", NULL);
	act_world_await_asked(&w, ACT_ASK_FEE, 1);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_FEE), 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "wanted");
	act_world_advance(&w, 5 * USEC_PER_SEC);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_FEE), 2);
}
END_TEST

START_TEST(a_question_that_keeps_failing_is_given_up)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_FEE, "500 Oops", "");
	want_cancel("free", NULL);
	act_world_await_asked(&w, ACT_ASK_FEE, 1);
	act_world_advance(&w, 61 * USEC_PER_SEC);
	act_world_await_end(&w, "refused not_sent");
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("actor_cancel");
	TCase *tcase = tcase_create("cancel");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, no_more_is_paid_than_was_agreed_to, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, a_charge_that_nobody_agreed_to_is_warned_of);
	tcase_add_test(tcase, after_pickup_nothing_is_even_asked);
	tcase_add_test(tcase, what_becomes_dearer_meanwhile_is_refused_by_name);
	tcase_add_test(tcase, the_claim_is_judged_again_after_the_question);
	tcase_add_test(tcase, what_is_held_is_cancelled_once_it_was_dismissed);
	tcase_add_loop_test(tcase, a_cancellation_in_doubt_is_settled_by_reading, 0, ARRAY_SIZE(doubts));
	tcase_add_test(tcase, a_question_that_fails_is_asked_again_while_somebody_waits);
	tcase_add_test(tcase, a_question_that_keeps_failing_is_given_up);
	suite_add_tcase(suite, tcase);
	return suite;
}
