/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approval without an operator: wanted in the transaction that stores the read, once a version, and carried out like any action.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>

#include "act_world.h"
#include "base/attr.h"
#include "listener_world.h"
#include "suite.h"

#define OFFERED(version, revision, second, price, class)                                                               \
	ACT_CLAIM("ready_for_approval", version, revision, second, ACT_OFFER(price, class))

static struct act_world w;

static void set_up(void)
{
	act_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
	w.conf.delivery.approve = CONF_APPROVE_AUTO;
	w.conf.delivery.auto_max_price = (char *)"1500";
	w.conf.delivery.auto_classes = (char *)"express, courier";
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", OFFERED(1, 3, 10, "1449", "express"));
}

static void tear_down(void)
{
	act_world_close(&w);
}

static size_t asked(enum act_ask ask)
{
	return w.lines[ask].n_asked;
}

START_TEST(what_the_policy_allows_is_accepted_once)
{
	act_world_start_read(&w);
	act_world_await_end(&w, "done -");
	act_world_call(&w);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT group_concat(kind || ' ' || requested_by || ' ' || version) FROM report_actions"),
	                 "accept policy 1");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT status FROM report_claims"), "accepted");
}
END_TEST

START_TEST(by_default_nothing_is_accepted)
{
	w.conf.delivery.approve = CONF_APPROVE_OPERATOR;
	act_world_start_read(&w);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM action"), "0");
}
END_TEST

static const struct {
	const char *read;
	const char *end;
	const char *log;
} left[] = {
	{ OFFERED(1, 3, 10, "1500.01", "express"), "refused too_dear", "its offer of 1500.01 RUB is above auto_max_price, 1500" },
	{ OFFERED(1, 3, 10, "100", "cargo"), "refused wrong_class", "its class, cargo, is not in auto_classes" },
	{ ACT_OFFERED, "refused no_price", "what its offer costs is not known" },
};

START_TEST(what_it_does_not_allow_is_recorded_and_told_once)
{
	char log[4096] = "";
	int fd = listener_world_capture_log(LOG_LEVEL_NOTICE);
	const char *told;

	act_world_answer(&w, ACT_ASK_READ, "200 OK", left[_i].read);
	act_world_start_read(&w);
	act_world_await_end(&w, left[_i].end);
	for (size_t i = 0; i < 3; i++) {
		act_world_call(&w);
		act_world_turns(&w);
	}
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	told = strstr(log, left[_i].log);
	ck_assert_msg(told, "%s", log);
	ck_assert_ptr_null(strstr(told + 1, left[_i].log));
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM action"), "1");
	close(fd);
}
END_TEST

START_TEST(an_edit_makes_a_version_that_is_decided_upon_anew)
{
	act_world_answer(&w, ACT_ASK_READ, "200 OK", OFFERED(1, 3, 10, "2000", "express"));
	act_world_start_read(&w);
	act_world_await_end(&w, "refused too_dear");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", OFFERED(2, 6, 40, "1000", "express"));
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_CLAIM("accepted", 2, 7, 50, ""));
	act_world_call(&w);
	act_world_await(&w, "SELECT count(*) FROM action WHERE result = 'done'", "1");
	ck_assert_ptr_nonnull(strstr(w.lines[ACT_ASK_ACCEPT].last, "{\"version\":2}"));
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT group_concat(version || ' ' || result, ', ') FROM report_actions"), "1 refused, 2 done");
}
END_TEST

/* The window is over at 12:09:10. */
START_TEST(when_the_window_is_over_nothing_is_wanted)
{
	act_world_advance(&w, 551 * USEC_PER_SEC);
	act_world_start_read(&w);
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM action"), "0");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

START_TEST(a_rejection_is_not_tried_again)
{
	act_world_answer(&w, ACT_ASK_ACCEPT, "409 Conflict", ACT_ERROR("bad_request"));
	act_world_obey(&w, ACT_ASK_ACCEPT, OFFERED(1, 3, 10, "1449", "express"));
	act_world_start_read(&w);
	act_world_await_end(&w, "rejected bad_request");
	act_world_call(&w);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
}
END_TEST

static void want_by_policy(void)
{
	struct action_wish wish = act_world_wish(&w, ACT_ACCEPT);

	wish.version = 1;
	wish.requested_by = ACTION_POLICY;
	act_world_want(&w, &wish);
}

/* The decision is in the read's own transaction, so a restart finds it. */
START_TEST(a_restart_carries_out_what_was_decided)
{
	act_world_hold(&w, ACT_ASK_ACCEPT);
	act_world_start_read(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM action"), "1");
	act_world_stop(&w);
	/* Nobody waits for it, so it may wait for as long as the window is open. */
	act_world_advance(&w, 300 * USEC_PER_SEC);
	act_world_start(&w);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM action"), "1");
}
END_TEST

/* A lockout, too: whoever mends it in time has lost nothing. */
START_TEST(what_was_decided_waits_for_a_gate_as_long_as_the_window_is_open)
{
	w.conf.delivery.approve = CONF_APPROVE_OPERATOR;
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, _i == 0 ? "401 Unauthorized" : "429 Too Many Requests\r\nRetry-After: 200", "");
	act_world_call(&w);
	act_world_await(&w, "SELECT state FROM report_sources", _i == 0 ? "locked_out" : "limited");
	want_by_policy();
	act_world_advance(&w, 100 * USEC_PER_SEC);
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "wanted");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", OFFERED(1, 3, 10, "1449", "express"));
	act_world_advance(&w, 200 * USEC_PER_SEC);
	worker_reloaded(w.worker);
	act_world_await_end(&w, "done -");
}
END_TEST

START_TEST(an_operator_who_was_first_is_not_disturbed)
{
	struct action_wish wish;

	w.conf.delivery.approve = CONF_APPROVE_OPERATOR;
	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	act_world_obey(&w, ACT_ASK_ACCEPT, OFFERED(1, 3, 10, "1449", "express"));
	wish = act_world_wish(&w, ACT_ACCEPT);
	act_world_want(&w, &wish);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	w.conf.delivery.approve = CONF_APPROVE_AUTO;
	act_world_call(&w);
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM action"), "1");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("actor_policy");
	TCase *tcase = tcase_create("policy");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, what_the_policy_allows_is_accepted_once);
	tcase_add_test(tcase, by_default_nothing_is_accepted);
	tcase_add_loop_test(tcase, what_it_does_not_allow_is_recorded_and_told_once, 0, ARRAY_SIZE(left));
	tcase_add_test(tcase, an_edit_makes_a_version_that_is_decided_upon_anew);
	tcase_add_test(tcase, when_the_window_is_over_nothing_is_wanted);
	tcase_add_test(tcase, a_rejection_is_not_tried_again);
	tcase_add_test(tcase, a_restart_carries_out_what_was_decided);
	tcase_add_loop_test(tcase, what_was_decided_waits_for_a_gate_as_long_as_the_window_is_open, 0, 2);
	tcase_add_test(tcase, an_operator_who_was_first_is_not_disturbed);
	suite_add_tcase(suite, tcase);
	return suite;
}
