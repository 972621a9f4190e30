/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant does with the simulator's claims, over real sockets: accept, cancel, and ask what that costs.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/claim-acts.h"
#include "suite.h"

#define OFFERED "new, estimating, ready_for_approval"
#define FOUND OFFERED ", accepted, performer_lookup, performer_found"
#define V1 "{\"version\":1}"
#define FREE "{\"version\":1,\"cancel_state\":\"free\"}"
#define PAID "{\"version\":1,\"cancel_state\":\"paid\"}"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

/* A claim that has gone so far, and then waits; in its last status when this returns. */
static void script(const char *id, const char *steps, size_t n)
{
	stage_script(&s, id, steps);
	stage_await_wait(&s, id, n);
}

static void check_taken(const char *status)
{
	char expected[128];
	ck_assert_uint_eq(s.answer.status, 200);
	snprintf(expected, sizeof(expected), "\"status\":\"%s\"", status);
	ck_assert_msg(strstr(s.answer.body, expected) != NULL, "%s", s.answer.body);
}

START_TEST(a_claim_waits_to_be_accepted_and_then_lives_on)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_claim(s.sim, "approve", &id), 0);
	stage_await_steps(&s, id, 3);
	stage_let_pass(&s);
	stage_await_steps(&s, id, 3);
	ck_assert(!sim_is_done(s.sim));
	stage_ask_claim(&s, ACCEPT, id, V1);
	check_taken("accepted");
	ck_assert_ptr_nonnull(strstr(s.answer.body, id));
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"version\":1,\"user_request_revision\":\"1\",\"skip_client_notify\":false"));
	stage_await_done(&s);
	ck_assert_str_eq(stage_newest(&s, id)->seen.status, "delivered_finish");
	for (size_t i = 0; i < stage_claim(&s, id)->n; i++) {
		const struct transition *transition = &stage_claim(&s, id)->transitions[i];
		ck_assert_int_eq(transition->verdict, i == 0 ? VERDICT_FIRST : VERDICT_LEGAL);
		ck_assert_int_eq(transition->acted, i == 3);
	}
	ck_assert_uint_eq(stage_stats(&s).answers.accept, 1);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 1);
}
END_TEST

START_TEST(an_accept_hurries_a_claim_on_to_the_step_of_its_own)
{
	stage_begin(&s);
	script("a", OFFERED ", +1h accepted stale 2, +1h performer_lookup", 3);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	check_taken("accepted");
	stage_await_steps(&s, "a", 4);
	/* As the plan says of it. */
	stage_check_told(&s, "a", "ready_for_approval");
	stage_check_told(&s, "a", "ready_for_approval");
	stage_check_told(&s, "a", "accepted");
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 4);
}
END_TEST

START_TEST(an_act_may_take_its_time)
{
	stage_begin(&s);
	script("a", OFFERED ", act +30ms accepted, performer_lookup", 3);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	check_taken("ready_for_approval");
	stage_await_done(&s);
	ck_assert_int_ge(stage_newest(&s, "a")->seen.entered.us - stage_claim(&s, "a")->transitions[2].seen.entered.us,
	                 30 * USEC_PER_MS);
	ck_assert_str_eq(stage_newest(&s, "a")->seen.status, "performer_lookup");
}
END_TEST

struct conflict_case {
	const char *steps;
	size_t n;
	const char *operation;
	const char *body;
	const char *code;
};

static const struct conflict_case conflicts[] = {
	{ OFFERED ", act accepted", 3, ACCEPT, "{\"version\":2}", "old_version" },
	{ OFFERED ", estimating, ready_for_approval, act accepted", 5, ACCEPT, V1, "old_version" },
	{ "new, estimating, act accepted", 2, ACCEPT, V1, "state_mismatch" },
	{ "new, estimating, estimating_failed, act cancelled", 3, ACCEPT, V1, "inappropriate_status" },
	{ OFFERED ", accepted, act cancelled", 4, ACCEPT, V1, "inappropriate_status" },
	{ OFFERED ", cancelled", 4, ACCEPT, V1, "inappropriate_status" },
	{ "new, estimating, act cancelled", 2, CANCEL, FREE, "state_mismatch" },
	{ OFFERED ", act cancelled", 3, CANCEL, "{\"version\":2,\"cancel_state\":\"free\"}", "state_mismatch" },
	{ FOUND ", act cancelled", 6, CANCEL, PAID, "state_mismatch" },
	{ FOUND ", pickup_arrived, act cancelled", 7, CANCEL, FREE, "free_cancel_is_unavailable" },
	{ FOUND ", pickup_arrived, pickuped, act cancelled", 8, CANCEL, PAID, "inappropriate_status" },
	{ FOUND ", pickup_arrived, pickuped, act cancelled", 8, CANCEL, FREE, "inappropriate_status" },
	{ OFFERED ", cancelled", 4, CANCEL, FREE, "inappropriate_status" },
};

START_TEST(what_cannot_be_is_refused_by_name)
{
	const struct conflict_case *each = &conflicts[_i];
	stage_begin(&s);
	script("a", each->steps, each->n);
	stage_ask_claim(&s, each->operation, "a", each->body);
	stage_check_error(&s, 409, each->code);
	stage_let_pass(&s);
	stage_await_steps(&s, "a", each->n);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 0);
	ck_assert_uint_eq(stage_stats(&s).answers.refused, 1);
}
END_TEST

static const char *const no_requests[] = { "", "{}", "[]", "{\"version\":\"1\"}", "{\"version\":1.5}", "{\"version\":1" };
static const char *const no_states[] = { V1, "{\"version\":1,\"cancel_state\":\"unavailable\"}", "{\"cancel_state\":\"free\"}" };

START_TEST(what_is_no_request_is_refused)
{
	stage_begin(&s);
	script("a", OFFERED ", act accepted", 3);
	for (size_t i = 0; i < ARRAY_SIZE(no_requests); i++) {
		stage_ask_claim(&s, ACCEPT, "a", no_requests[i]);
		stage_check_error(&s, 400, "bad_request");
		stage_ask_claim(&s, CANCEL, "a", no_requests[i]);
		stage_check_error(&s, 400, "bad_request");
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_states); i++) {
		stage_ask_claim(&s, CANCEL, "a", no_states[i]);
		stage_check_error(&s, 400, "bad_request");
	}
	for (size_t i = 0; i < 3; i++) {
		const char *operation = ((const char *[]){ ACCEPT, CANCEL, CANCEL_INFO })[i];
		stage_ask_claim(&s, operation, "b", FREE);
		stage_check_error(&s, 404, "not_found");
		stage_ask(&s, "POST", operation, LANGUAGE, FREE);
		stage_check_error(&s, 400, "bad_request");
		stage_ask(&s, "POST", operation, "", FREE);
		stage_check_error(&s, 400, "bad_request");
		stage_ask(&s, "GET", operation, LANGUAGE, "");
		stage_check_error(&s, 405, "405");
	}
	stage_await_steps(&s, "a", 3);
}
END_TEST

/* Accepts "a", whose window began so long ago, and less than a minute since. */
static void accept_after(int64_t us)
{
	const struct transition *offer = stage_newest(&s, "a");
	struct wall now = loop_now(s.loop);
	s.clock.shift_us = us - (now.us - offer->seen.entered.us);
	loop_clock_stepped(s.loop);
	stage_ask_claim(&s, ACCEPT, "a", V1);
}

START_TEST(within_ten_minutes_an_accept_is_in_time)
{
	stage_begin(&s);
	script("a", OFFERED ", act accepted", 3);
	accept_after(540 * USEC_PER_SEC);
	check_taken("accepted");
	ck_assert_int_eq(stage_newest(&s, "a")->verdict, VERDICT_LEGAL);
}
END_TEST

START_TEST(after_ten_minutes_an_accept_is_taken_and_the_claim_fails)
{
	stage_begin(&s);
	script("a", OFFERED ", act accepted, performer_lookup", 3);
	accept_after(600 * USEC_PER_SEC);
	check_taken("ready_for_approval");
	stage_await_done(&s);
	stage_await_steps(&s, "a", 4);
	ck_assert_str_eq(stage_newest(&s, "a")->seen.status, "failed");
	ck_assert_int_eq(stage_newest(&s, "a")->verdict, VERDICT_LEGAL);
}
END_TEST

START_TEST(or_it_is_refused_as_the_other_page_has_it)
{
	s.config.claim_rules.late_refused = true;
	stage_begin(&s);
	script("a", OFFERED ", act accepted, performer_lookup", 3);
	accept_after(600 * USEC_PER_SEC);
	stage_check_error(&s, 409, "offer_expired");
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 3);
	/* It can still be cancelled. */
	stage_ask_claim(&s, CANCEL, "a", FREE);
	check_taken("cancelled");
}
END_TEST

/* Accepts "a" at a time so long after it was offered, whatever the clock says. */
static void accept_at(int64_t us, struct answer *ret)
{
	const struct claim_ask ask = {
		.world = (struct world *)sim_world(s.sim),
		.id = "a",
		.body = V1,
		.body_len = strlen(V1),
		.now = wall_add(stage_newest(&s, "a")->seen.entered, us),
		.rules = &s.config.claim_rules,
	};
	ck_assert_int_eq(answer_accept(&ask, ret), 0);
}

START_TEST(ten_minutes_are_met_or_missed_by_a_microsecond)
{
	struct answer answer;
	s.config.claim_rules.late_refused = true;
	stage_begin(&s);
	script("a", OFFERED ", act accepted", 3);
	accept_at(600 * USEC_PER_SEC, &answer);
	ck_assert_uint_eq(answer.status, 409);
	answer_done(&answer);
	accept_at(600 * USEC_PER_SEC - 1, &answer);
	ck_assert_uint_eq(answer.status, 200);
	answer_done(&answer);
	stage_await_steps(&s, "a", 4);
}
END_TEST

START_TEST(an_offer_that_ends_sooner_ends_the_window)
{
	s.config.offer_us = 300 * USEC_PER_SEC;
	stage_begin(&s);
	script("a", OFFERED ", act accepted", 3);
	accept_after(300 * USEC_PER_SEC);
	check_taken("ready_for_approval");
}
END_TEST

struct cancel_case {
	const char *steps;
	size_t n;
	const char *body;
	const char *terms; /* what cancel-info says before */
	const char *status;
};

static const struct cancel_case cancels[] = {
	{ "new, estimating, estimating_failed, +1h estimating", 3, FREE, "\"free\",\"price\":\"0\"", "cancelled" },
	{ OFFERED ", act accepted", 3, FREE, "\"free\",\"price\":\"0\"", "cancelled" },
	{ OFFERED ", accepted, +1h performer_lookup", 4, FREE, "\"free\",\"price\":\"0\"", "cancelled" },
	{ FOUND ", +1h pickup_arrived", 6, FREE, "\"free\",\"price\":\"0\"", "cancelled" },
	{ FOUND ", pickup_arrived, +1h pickuped", 7, PAID, "\"paid\",\"price\":\"149.90\"", "cancelled_with_payment" },
	{ FOUND ", pickup_arrived, ready_for_pickup_confirmation, act cancelled_with_payment", 8, PAID, "\"paid\",\"price\":\"149.90\"",
	  "cancelled_with_payment" },
};

START_TEST(a_cancel_ends_a_claim_on_the_terms_of_its_status)
{
	const struct cancel_case *each = &cancels[_i];
	stage_begin(&s);
	script("a", each->steps, each->n);
	stage_ask_claim(&s, CANCEL_INFO, "a", "");
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_ptr_nonnull(strstr(s.answer.body, each->terms));
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"price_with_vat\":null,\"currency\":\"RUB\""));
	stage_ask_claim(&s, CANCEL, "a", each->body);
	check_taken(each->status);
	stage_await_done(&s);
	stage_await_steps(&s, "a", each->n + 1);
	ck_assert_int_eq(stage_newest(&s, "a")->verdict, VERDICT_LEGAL);
	ck_assert_str_eq(stage_newest(&s, "a")->seen.resolution, "failed");
	stage_ask_claim(&s, CANCEL_INFO, "a", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"unavailable\",\"price\":null"));
	ck_assert_uint_eq(stage_stats(&s).answers.cancel_info, 2);
	ck_assert_uint_eq(stage_stats(&s).answers.cancel, 1);
	ck_assert_uint_eq(stage_stats(&s).answers.acts, 1);
}
END_TEST

START_TEST(a_fee_that_changes_is_what_is_charged)
{
	stage_begin(&s);
	script("a", FOUND ", pickup_arrived, act cancelled_with_payment", 7);
	sim_set_fee(s.sim, "12.50");
	stage_ask_claim(&s, CANCEL_INFO, "a", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"price\":\"12.50\""));
	stage_ask_claim(&s, CANCEL, "a", PAID);
	check_taken("cancelled_with_payment");
	ck_assert_str_eq(stage_newest(&s, "a")->seen.price, "12.50");
	ck_assert(stage_claim(&s, "a")->prices[stage_claim(&s, "a")->n_prices - 1].alone);
}
END_TEST

START_TEST(during_an_estimation_free_is_said_and_not_done)
{
	stage_begin(&s);
	script("a", "new, estimating, act cancelled", 2);
	stage_ask_claim(&s, CANCEL_INFO, "a", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"free\""));
	stage_ask_claim(&s, CANCEL, "a", FREE);
	stage_check_error(&s, 409, "state_mismatch");
}
END_TEST

START_TEST(what_an_act_changes_is_told_like_any_other_change)
{
	struct wire_journal page;
	stage_begin_with_callbacks(&s, "/hook?");
	script("a", OFFERED ", act accepted", 3);
	stage_await_calls(&s, 3);
	stage_ask_claim(&s, ACCEPT, "a", V1);
	stage_await_calls(&s, 4);
	ck_assert_ptr_nonnull(strstr(s.merchant.calls[3], "claim_id=a"));
	stage_ask_claim(&s, CANCEL, "a", FREE);
	stage_await_calls(&s, 5);
	stage_read_page(&s, NULL, 0, &page);
	ck_assert_uint_eq(page.n, 5);
	ck_assert_str_eq(page.events[3].seen.status, "accepted");
	ck_assert_str_eq(page.events[4].seen.status, "cancelled");
	wire_journal_done(&page);
}
END_TEST

START_TEST(a_patient_world_tells_the_status_before_the_act)
{
	s.config.wait_read = true;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating, ready_for_approval, act accepted, performer_lookup");
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "new");
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "estimating");
	stage_await_steps(&s, "a", 3);
	/* Nobody has read that it is ready. */
	stage_ask_claim(&s, ACCEPT, "a", V1);
	check_taken("ready_for_approval");
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 3);
	stage_check_told(&s, "a", "ready_for_approval");
	stage_await_steps(&s, "a", 4);
	stage_check_told(&s, "a", "accepted");
	stage_await_steps(&s, "a", 5);
}
END_TEST

START_TEST(what_waits_for_an_act_in_vain_is_done)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED ", cancelled, act accepted, performer_lookup");
	stage_await_done(&s);
	stage_await_steps(&s, "a", 4);
}
END_TEST

START_TEST(a_claim_that_was_done_can_still_be_cancelled)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED);
	stage_await_done(&s);
	stage_ask_claim(&s, CANCEL, "a", FREE);
	check_taken("cancelled");
	stage_await_done(&s);
	stage_await_steps(&s, "a", 4);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-acts");
	TCase *t = tcase_create("acts");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_claim_waits_to_be_accepted_and_then_lives_on);
	tcase_add_test(t, an_accept_hurries_a_claim_on_to_the_step_of_its_own);
	tcase_add_test(t, an_act_may_take_its_time);
	tcase_add_loop_test(t, what_cannot_be_is_refused_by_name, 0, ARRAY_SIZE(conflicts));
	tcase_add_test(t, what_is_no_request_is_refused);
	tcase_add_test(t, within_ten_minutes_an_accept_is_in_time);
	tcase_add_test(t, after_ten_minutes_an_accept_is_taken_and_the_claim_fails);
	tcase_add_test(t, or_it_is_refused_as_the_other_page_has_it);
	tcase_add_test(t, ten_minutes_are_met_or_missed_by_a_microsecond);
	tcase_add_test(t, an_offer_that_ends_sooner_ends_the_window);
	tcase_add_loop_test(t, a_cancel_ends_a_claim_on_the_terms_of_its_status, 0, ARRAY_SIZE(cancels));
	tcase_add_test(t, a_fee_that_changes_is_what_is_charged);
	tcase_add_test(t, during_an_estimation_free_is_said_and_not_done);
	tcase_add_test(t, what_an_act_changes_is_told_like_any_other_change);
	tcase_add_test(t, a_patient_world_tells_the_status_before_the_act);
	tcase_add_test(t, what_waits_for_an_act_in_vain_is_done);
	tcase_add_test(t, a_claim_that_was_done_can_still_be_cancelled);
	suite_add_tcase(suite, t);
	return suite;
}
