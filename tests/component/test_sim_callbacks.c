/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The callbacks that the simulator sends to a merchant.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdio.h>

#include "base/timefmt.h"
#include "suite.h"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

static void check_call(size_t i, const char *prefix, const char *id, size_t place)
{
	char expected[256];
	char updated[TIMEFMT_SIZE];
	timefmt_format(stage_claim(&s, id)->transitions[place].seen.key.updated, updated);
	snprintf(expected, sizeof(expected), "%supdated_ts=%.26s+00:00&claim_id=%s", prefix, updated, id);
	ck_assert_str_eq(s.merchant.calls[i], expected);
}

START_TEST(a_callback_is_the_url_with_parameters_glued_to_it)
{
	stage_begin_with_callbacks(&s, "/hook?my_order_id=1&");
	stage_script(&s, "a", "new");
	stage_await_calls(&s, 1);
	check_call(0, "/hook?my_order_id=1&", "a", 0);
	stage_await_done(&s);
	char url[ADDRESS_SIZE + 64];
	snprintf(url, sizeof(url), "http://%s/broken", s.merchant.address);
	ck_assert_int_eq(sim_set_callback(s.sim, url), 0);
	stage_script(&s, "a", "estimating");
	stage_await_calls(&s, 2);
	check_call(1, "/broken", "a", 1);
}
END_TEST

static void note_ack(enum errand_kind kind, const char *id, struct wall updated, void *cls)
{
	struct buf *acks = cls;

	ck_assert_int_eq(buf_addf(acks, "%d %s %lld\n", (int)kind, id, (long long)updated.us), 0);
}

START_TEST(each_ack_is_told_once_with_what_it_is_about)
{
	struct buf acks = { 0 };
	char want[128];

	s.merchant.status = 503;
	s.config.sender.on_acked = note_ack;
	s.config.sender.cls = &acks;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", "new");
	stage_await_calls(&s, 2);
	ck_assert_uint_eq(acks.len, 0);
	s.merchant.status = 200;
	stage_await_done(&s);
	snprintf(want, sizeof(want), "%d a %lld\n", (int)ERRAND_CALLBACK, (long long)stage_newest(&s, "a")->seen.key.updated.us);
	ck_assert_str_eq(acks.data, want);
	buf_done(&acks);
}
END_TEST

START_TEST(a_callback_is_repeated_until_it_is_answered_200)
{
	struct sim_stats stats;
	s.merchant.status = 204;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", "new");
	stage_await_calls(&s, 3);
	ck_assert(!sim_is_done(s.sim));
	s.merchant.status = 200;
	stage_await_done(&s);
	stage_let_pass(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.callbacks.acked, 1);
	ck_assert_uint_eq(stats.callbacks.sent, s.merchant.n);
	check_call(s.merchant.n - 1, "/?", "a", 0);
}
END_TEST

START_TEST(a_callback_is_given_up_in_the_end)
{
	struct sim_stats stats;
	s.merchant.status = 500;
	s.config.sender.max_tries = 4;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(s.merchant.n, 4);
	ck_assert_uint_eq(stats.callbacks.given_up, 1);
	ck_assert_uint_eq(stats.callbacks.acked, 0);
}
END_TEST

START_TEST(a_url_that_leads_nowhere_is_given_up_too)
{
	struct sim_stats stats;
	s.config.sender.max_tries = 2;
	s.config.callback_url = "http://127.0.0.1:1";
	stage_begin(&s);
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.callbacks.given_up, 1);
}
END_TEST

START_TEST(more_callbacks_than_places_all_arrive)
{
	s.config.sender.max_in_flight = 1;
	stage_begin_with_callbacks(&s, "/?");
	for (char id[] = "a"; id[0] <= 'h'; id[0]++)
		stage_script(&s, id, "new");
	stage_await_done(&s);
	ck_assert_uint_eq(s.merchant.n, 8);
}
END_TEST

START_TEST(a_callback_is_lost_doubled_or_late_as_written)
{
	struct sim_stats stats;
	s.config.behind_max_us = 600 * USEC_PER_SEC;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", "new lost, estimating twice");
	stage_await_calls(&s, 2);
	check_call(0, "/?", "a", 1);
	check_call(1, "/?", "a", 1);
	stage_script(&s, "a", "ready_for_approval behind");
	stage_await_steps(&s, "a", 3);
	stage_let_pass(&s);
	stage_await_calls(&s, 2);
	stage_script(&s, "a", "accepted");
	stage_await_calls(&s, 4);
	check_call(2, "/?", "a", 3);
	check_call(3, "/?", "a", 2);
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.lost, 1);
}
END_TEST

START_TEST(the_first_callback_is_never_lost_by_chance)
{
	ck_assert_int_eq(faults_parse(&s.config.faults, "lost=1"), 0);
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", "new, estimating, ready_for_approval");
	stage_await_done(&s);
	ck_assert_uint_eq(s.merchant.n, 1);
	check_call(0, "/?", "a", 0);
}
END_TEST

START_TEST(faults_of_all_kinds_let_every_callback_but_the_lost_arrive)
{
	struct sim_stats stats;
	ck_assert_int_eq(faults_parse(&s.config.faults, "all=0.3"), 0);
	s.config.behind_max_us = USEC_PER_MS;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", "new, estimating, ready_for_approval, accepted, performer_lookup, performer_draft, performer_found");
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_gt(stats.lost, 0);
	ck_assert_uint_eq(stats.callbacks.given_up, 0);
	ck_assert_uint_eq(s.merchant.n, stats.callbacks.acked);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-callbacks");
	TCase *t = tcase_create("sim-callbacks");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_callback_is_the_url_with_parameters_glued_to_it);
	tcase_add_test(t, each_ack_is_told_once_with_what_it_is_about);
	tcase_add_test(t, a_callback_is_repeated_until_it_is_answered_200);
	tcase_add_test(t, a_callback_is_given_up_in_the_end);
	tcase_add_test(t, a_url_that_leads_nowhere_is_given_up_too);
	tcase_add_test(t, more_callbacks_than_places_all_arrive);
	tcase_add_test(t, a_callback_is_lost_doubled_or_late_as_written);
	tcase_add_test(t, the_first_callback_is_never_lost_by_chance);
	tcase_add_test(t, faults_of_all_kinds_let_every_callback_but_the_lost_arrive);
	suite_add_tcase(suite, t);
	return suite;
}
