/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes wrong with a merchant's acts in the simulator: done and not told, told and not done, neither of them.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "suite.h"

#define OFFERED "new, estimating, ready_for_approval"
#define V1 "{\"version\":1}"
#define FREE "{\"version\":1,\"cancel_state\":\"free\"}"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

/* A claim that waits to be accepted, and a fault that befalls every act from now on. */
static void script(const char *spec)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED ", act accepted, act cancelled");
	stage_await_steps(&s, "a", 3);
	ck_assert_int_eq(sim_set_faults(s.sim, spec), 0);
}

/* What an accept does, with the claim and the counts: each fault comes once. */
static void check_done(size_t acts)
{
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 3 + acts);
	ck_assert_uint_eq(stage_stats(&s).answers.accept, 1);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, acts);
	ck_assert_uint_eq(stage_stats(&s).answers.failed, 1);
	/* Nobody else is struck. */
	stage_check_told(&s, "a", acts > 0 ? "accepted" : "ready_for_approval");
	stage_ask_claim(&s, CANCEL_INFO, "a", "");
	ck_assert_uint_eq(s.answer.status, 200);
}

START_TEST(a_failure_is_one)
{
	script("fail=1");
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 500, "500");
	check_done(0);
}
END_TEST

START_TEST(a_failure_may_be_none)
{
	script("doubt=1");
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 500, "500");
	check_done(1);
}
END_TEST

START_TEST(in_doubt_a_refusal_is_not_heard_either)
{
	script("doubt=1");
	stage_ask_claim(&s, ACCEPT, "a", "{\"version\":2}");
	stage_check_error(&s, 500, "500");
	check_done(0);
}
END_TEST

struct silence_case {
	const char *spec;
	size_t acts;
};

static const struct silence_case silences[] = { { "deaf=1", 0 }, { "mute=1", 1 } };

START_TEST(silence_may_mean_either)
{
	struct raw_client client;
	script(silences[_i].spec);
	raw_open(&client, s.loop, sim_url(s.sim) + strlen("http://"));
	raw_send(&client, "POST " ACCEPT "?claim_id=a HTTP/1.1\r\nHost: x\r\n" LANGUAGE "Content-Length: 13\r\n\r\n" V1);
	raw_quiet(&client);
	check_done(silences[_i].acts);
	/* A change of an outage is not for those who wait in vain. */
	sim_set_outage(s.sim, OUTAGE_NONE);
	raw_quiet(&client);
	raw_close(&client);
}
END_TEST

START_TEST(a_conflict_has_the_code_that_is_set)
{
	script("conflict=1");
	ck_assert_int_eq(sim_set_conflict(s.sim, "courier_is_asleep"), 0);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 409, "courier_is_asleep");
	check_done(0);
	ck_assert_int_eq(sim_set_conflict(s.sim, "a_code_that_has_far_more_characters_than_there_is_room_for_in_it_"), ERR_INVALID);
}
END_TEST

START_TEST(or_one_of_the_documents)
{
	static const char *const all[] = { "inappropriate_status", "invalid_post_payment", "old_version", "offer_expired",
					   "state_mismatch", "offer_already_used", "unknown_error" };
	bool met[ARRAY_SIZE(all)] = { false };
	size_t n = 0;
	script("conflict=1");
	for (int i = 0; i < 100; i++) {
		struct wire_error error;
		size_t k = 0;
		stage_ask_claim(&s, ACCEPT, "a", V1);
		ck_assert_uint_eq(s.answer.status, 409);
		wire_error_parse(s.answer.body, strlen(s.answer.body), &error);
		while (k < ARRAY_SIZE(all) && strcmp(all[k], error.code) != 0)
			k++;
		ck_assert_uint_lt(k, ARRAY_SIZE(all));
		n += !met[k];
		met[k] = true;
	}
	ck_assert_uint_eq(n, ARRAY_SIZE(all));
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 0);
}
END_TEST

START_TEST(faults_of_all_requests_befall_acts_too)
{
	script("429=1");
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 429, "too_many_requests");
	stage_await_steps(&s, "a", 3);
	ck_assert_int_eq(sim_set_faults(s.sim, "all=0,500=1"), 0);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 500, "500");
	stage_await_steps(&s, "a", 3);
	/* Of an answer that ends in its middle, the act is done. */
	ck_assert_int_eq(sim_set_faults(s.sim, "all=0,cut=1"), 0);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 200, "");
	stage_await_steps(&s, "a", 4);
	ck_assert_int_eq(sim_set_faults(s.sim, "all=0,delay=1"), 0);
	stage_ask_claim(&s, CANCEL, "a", FREE);
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_steps(&s, "a", 5);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 2);
}
END_TEST

START_TEST(in_an_outage_nothing_is_done)
{
	script("all=0");
	sim_set_outage(s.sim, OUTAGE_ERROR);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 500, "500");
	sim_set_outage(s.sim, OUTAGE_UNAUTHORIZED);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 401, "unauthorized");
	stage_await_steps(&s, "a", 3);
	sim_set_outage(s.sim, OUTAGE_NONE);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_steps(&s, "a", 4);
}
END_TEST

START_TEST(faults_can_be_set_over_http)
{
	script("all=0");
	stage_ask(&s, "POST", "/sim/faults?spec=conflict=1,stale=0&conflict=old_version", "", "");
	ck_assert_uint_eq(s.answer.status, 200);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_check_error(&s, 409, "old_version");
	stage_ask(&s, "POST", "/sim/faults?spec=conflict=2", "", "");
	stage_check_error(&s, 400, "bad_request");
	stage_ask(&s, "POST", "/sim/faults?spec=conflict=0", "", "");
	stage_ask_claim(&s, ACCEPT, "a", V1);
	ck_assert_uint_eq(s.answer.status, 200);
	stage_ask(&s, "GET", "/sim/stats", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"accept\":2,"));
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"acts\":1"));
	stage_ask(&s, "GET", "/sim/truth", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"acted\":true"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-act-faults");
	TCase *t = tcase_create("faults");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_failure_is_one);
	tcase_add_test(t, a_failure_may_be_none);
	tcase_add_test(t, in_doubt_a_refusal_is_not_heard_either);
	tcase_add_loop_test(t, silence_may_mean_either, 0, ARRAY_SIZE(silences));
	tcase_add_test(t, a_conflict_has_the_code_that_is_set);
	tcase_add_test(t, or_one_of_the_documents);
	tcase_add_test(t, faults_of_all_requests_befall_acts_too);
	tcase_add_test(t, in_an_outage_nothing_is_done);
	tcase_add_test(t, faults_can_be_set_over_http);
	suite_add_tcase(suite, t);
	return suite;
}
