/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each life that the simulator knows, told by callbacks alone: what is stored equals the truth, verdicts included.
 * Scenario tests.
 */
#include <stdio.h>

#include "stage.h"
#include "tests/suite.h"

/* Each step waits until it was read, so that a reader of snapshots can see them all. */
static struct stage *open_patient(void)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config.sim.window_us = 300 * USEC_PER_MS;
	config.sim.wait_read = true;
	return stage_open(&config);
}

START_TEST(test_life_is_stored_as_it_was)
{
	struct stage *stage = open_patient();
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), lives[_i].name, &id), 0);
	stage_await_done(stage);
	stage_assert_truth(stage);
	if (lives[_i].weight > 0)
		ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions WHERE verdict NOT IN ('first', 'legal')"), "0");
	else
		ck_assert_str_eq(stage_ask(stage, "SELECT count(*) > 0 FROM report_violations"), "1");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_notifications WHERE state <> 'done'"), "0");
	stage_close(stage);
}
END_TEST

static void play(struct stage *stage, const char *steps)
{
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", steps), 0);
	stage_await_done(stage);
	stage_assert_truth(stage);
}

START_TEST(test_a_happy_claim_has_a_row_for_each_step)
{
	struct stage *stage = open_patient();
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "happy", &id), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "14");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(DISTINCT via) FROM report_transitions"), "callback");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_violations"), "0");
	ck_assert_str_eq(stage_ask(stage, "SELECT outcome FROM report_windows"), "met");
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || terminal || ' ' || held FROM report_claims"), "delivered_finish 1 0");
	stage_close(stage);
}
END_TEST

START_TEST(test_leaving_the_end_is_held)
{
	struct stage *stage = open_patient();
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "illegal_revival", &id), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || reported_status || ' ' || held FROM report_claims"),
	                 "delivered_finish performer_lookup 1");
	ck_assert_str_eq(stage_ask(stage, "SELECT kind || ' ' || from_status || ' ' || to_status FROM report_violations"),
	                 "illegal_transition delivered_finish performer_lookup");
	stage_close(stage);
}
END_TEST

START_TEST(test_after_an_illegal_status_the_last_legal_one_goes_on)
{
	struct stage *stage = open_patient();
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "illegal_back", &id), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT from_status || ' ' || verdict FROM report_transitions"
	                                  " WHERE to_status = 'delivery_arrived'"),
	                 "pickuped legal");
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || held FROM report_claims"), "delivered_finish 0");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_windows"), "1");
	stage_close(stage);
}
END_TEST

START_TEST(test_an_unknown_status_is_held_and_survived)
{
	struct stage *stage = open_patient();
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "unknown_status", &id), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT kind || ' ' || to_status FROM report_violations"), "unknown_status picking_up");
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || held FROM report_claims"), "delivered_finish 0");
	stage_close(stage);
}
END_TEST

START_TEST(test_the_window_is_exact_to_the_microsecond)
{
	static const struct {
		const char *steps;
		const char *want;
	} cases[] = {
		{ "new, estimating, ready_for_approval, at 599999ms accepted", "met legal accepted 0" },
		{ "new, estimating, ready_for_approval, at 600s accepted", "late late ready_for_approval 1" },
		{ "new, estimating, ready_for_approval, at 600001ms accepted", "late late ready_for_approval 1" },
	};
	struct stage_config config;

	stage_defaults(&config);
	config.sim.wait_read = true;
	config.sim.offer_us = 0;

	struct stage *stage = stage_open(&config);

	/* The simulator's claim waits for its time; the clock is moved there instead. */
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", cases[_i].steps), 0);
	stage_await(stage, "SELECT count(*) FROM report_transitions", "3");
	stage_set_clock(stage, 601 * USEC_PER_SEC);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT w.outcome || ' ' || t.verdict || ' ' || c.status || ' ' || c.held FROM report_windows w,"
	                                  " report_transitions t, report_claims c WHERE t.to_status = 'accepted'"),
	                 cases[_i].want);
	stage_close(stage);
}
END_TEST

START_TEST(test_an_edit_opens_a_new_window)
{
	struct stage *stage = open_patient();

	play(stage, "new, estimating, ready_for_approval, estimating, ready_for_approval, accepted");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(outcome || ' ' || version, ', ')"
	                                  " FROM (SELECT * FROM report_windows ORDER BY opened_at)"),
	                 "left 1, met 2");
	stage_close(stage);
}
END_TEST

/* Those of claims stand first; the orders' are test_market.c's. Behind them stand those that wait for an act. */
static int count_claim_lives(void)
{
	int n = 0;

	while (n < LIFE_MAX && lives[n].model == &model_claims && !stage_life_waits(&lives[n]))
		n++;
	return n;
}

Suite *suite(void)
{
	Suite *suite = suite_create("lives");
	TCase *tcase = tcase_create("lives");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, test_life_is_stored_as_it_was, 0, count_claim_lives());
	tcase_add_test(tcase, test_a_happy_claim_has_a_row_for_each_step);
	tcase_add_test(tcase, test_leaving_the_end_is_held);
	tcase_add_test(tcase, test_after_an_illegal_status_the_last_legal_one_goes_on);
	tcase_add_test(tcase, test_an_unknown_status_is_held_and_survived);
	tcase_add_loop_test(tcase, test_the_window_is_exact_to_the_microsecond, 0, 3);
	tcase_add_test(tcase, test_an_edit_opens_a_new_window);
	suite_add_tcase(suite, tcase);
	return suite;
}
