/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The oracle: after a storm, the file must equal the simulator's truth, transition for transition.
 * Scenario tests.
 */
#include <stdio.h>

#include "stage.h"
#include "tests/suite.h"

#define CLAIMS 500

static void storm(struct stage_config *config)
{
	stage_defaults(config);
	config->sim.claims = CLAIMS;
	config->sim.wait_read = true;
	config->sim.retry_after_s = 0;
	config->sim.window_us = 300 * USEC_PER_MS;
	config->sim.delay_max_us = 20 * USEC_PER_MS;
	config->sim.behind_max_us = 20 * USEC_PER_MS;
	config->sim.sender.retry_us = 5 * USEC_PER_MS;
	ck_assert_int_eq(faults_parse(&config->sim.faults, "stale=0.2,duplicate=0.2,reorder=0.1,lost=0.1,delay=0.1,"
	                                                   "429=0.05,500=0.05,cut=0.05"), 0);
}

/* All lives, the broken ones too. But for the one that goes on after its end: when that callback is lost, nobody
 * ever asks again. */
static struct life_weights with_broken_lives(void)
{
	struct life_weights weights;

	life_weights_default(&weights);
	for (int life = 0; life < LIFE_MAX; life++)
		if (weights.weight[life] <= 0 && life != LIFE_illegal_revival && !stage_life_waits(&lives[life]))
			weights.weight[life] = 2;
	return weights;
}

START_TEST(test_500_claims_through_all_faults)
{
	struct stage_config config;

	storm(&config);
	config.sim.weights = with_broken_lives();

	struct stage *stage = stage_open(&config);

	stage_await_done(stage);
	stage_assert_truth(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_restarts_in_the_storm_lose_and_double_nothing)
{
	struct stage_config config;

	storm(&config);
	config.sim.claims = 100;

	struct stage *stage = stage_open(&config);

	for (int i = 1; i <= 6; i++) {
		char sql[96];

		snprintf(sql, sizeof(sql), "SELECT count(*) > %d FROM report_transitions", i * 120);
		stage_await(stage, sql, "1");
		stage_restart(stage);
	}
	stage_await_done(stage);
	stage_assert_no_lies(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_without_callbacks_sweeps_still_find_every_step)
{
	struct stage_config config;

	storm(&config);
	config.sim.claims = 30;
	ck_assert_int_eq(faults_parse(&config.sim.faults, "all=0,lost=1"), 0);

	struct stage *stage = stage_open(&config);

	stage_await_done(stage);
	stage_assert_truth(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) > 0 FROM report_transitions WHERE via = 'sweep'"), "1");
	stage_close(stage);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("oracle");
	TCase *tcase = tcase_create("oracle");

	tcase_set_timeout(tcase, 180);
	tcase_add_test(tcase, test_500_claims_through_all_faults);
	tcase_add_test(tcase, test_restarts_in_the_storm_lose_and_double_nothing);
	tcase_add_test(tcase, test_without_callbacks_sweeps_still_find_every_step);
	suite_add_tcase(suite, tcase);
	return suite;
}
