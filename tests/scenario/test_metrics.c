/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the worker counts of its work, held against what is stored and against what the simulator has seen.
 * Scenario tests.
 */
#include <stdio.h>
#include <stdlib.h>

#include "stage.h"
#include "tests/suite.h"

#define DELIVERY "{kind=\"delivery\",source=\"main\","
#define LAG "claimd_transition_lag_seconds_count{kind=\"delivery\",source=\"main\"}"

static double count(const struct stage *stage, const char *name, const char *labels)
{
	char sample[200];

	snprintf(sample, sizeof(sample), "%s" DELIVERY "%s}", name, labels);
	return stage_reading(stage, sample);
}

static double reads(const struct stage *stage, const char *result)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "result=\"%s\"", result);
	return count(stage, "claimd_reads_total", labels);
}

static double number(struct stage *stage, const char *sql)
{
	return strtod(stage_ask(stage, sql), NULL);
}

/* Fails unless so many transitions of a model were counted under each verdict as are stored. */
static void assert_transitions(struct stage *stage, const char *kind, const char *model)
{
	static const char *const verdicts[] = { "first", "legal", "gap", "illegal", "unknown", "late" };

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		char sql[160], sample[200];

		snprintf(sql, sizeof(sql), "SELECT count(*) FROM report_transitions WHERE model = '%s' AND verdict = '%s'", model,
		         verdicts[i]);
		snprintf(sample, sizeof(sample), "claimd_transitions_total{kind=\"%s\",source=\"main\",model=\"%s\",verdict=\"%s\"}",
		         kind, model, verdicts[i]);
		ck_assert_msg(stage_reading(stage, sample) == number(stage, sql), "%s: %f, not %f", sample, stage_reading(stage, sample),
		              number(stage, sql));
	}
}

static struct stage *open_patient(void)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config.sim.window_us = 300 * USEC_PER_MS;
	config.sim.wait_read = true;
	return stage_open(&config);
}

/* Callbacks alone: nothing that is stored is ever judged again. */
START_TEST(test_transitions_are_counted_by_their_verdict)
{
	static const char *const names[] = { "happy", "edit", "illegal_back", "unknown_status", "late_approval", "return" };
	struct stage *stage = open_patient();
	const char *id;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_int_eq(sim_add_claim(stage_sim(stage), names[i], &id), 0);
	stage_await_done(stage);
	assert_transitions(stage, "delivery", "claims");
	ck_assert_double_gt(count(stage, "claimd_transitions_total", "model=\"claims\",verdict=\"illegal\""), 0);
	ck_assert_double_gt(count(stage, "claimd_transitions_total", "model=\"claims\",verdict=\"unknown\""), 0);
	ck_assert_double_gt(count(stage, "claimd_transitions_total", "model=\"claims\",verdict=\"late\""), 0);
	stage_close(stage);
}
END_TEST

START_TEST(test_a_transition_is_measured_from_the_hint_that_told_of_it)
{
	struct stage *stage = open_patient();

	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, estimating"), 0);
	stage_await(stage, "SELECT count(*) FROM report_transitions", "2");
	stage_await(stage, "SELECT sum(pending) FROM report_sources", "0");
	ck_assert_double_eq(stage_reading(stage, LAG), 2);
	ck_assert_double_gt(stage_reading(stage, "claimd_transition_lag_seconds_sum{kind=\"delivery\",source=\"main\"}"), 0);
	/* A hint that brings no news. */
	stage_call(stage, "claim-1", WALL_NONE);
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state = 'done'", "3");
	ck_assert_double_eq(stage_reading(stage, LAG), 2);
	stage_close(stage);
}
END_TEST

START_TEST(test_what_the_journal_tells_alone_was_owed_to_no_hint)
{
	struct stage_config config;
	struct stage *stage;

	stage_defaults(&config);
	config.deaf = true;
	config.delivery.delivery.journal = true;
	config.delivery.delivery.journal_interval_us = 5 * USEC_PER_MS;
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, estimating"), 0);
	stage_await(stage, "SELECT count(*) FROM report_transitions", "2");
	assert_transitions(stage, "delivery", "claims");
	ck_assert_double_eq(stage_reading(stage, LAG), 0);
	ck_assert_double_gt(count(stage, "claimd_upstream_requests_total", "endpoint=\"journal\",outcome=\"ok\""), 0);
	stage_close(stage);
}
END_TEST

START_TEST(test_requests_are_counted_as_the_upstream_counts_them)
{
	struct stage *stage = open_patient();
	struct sim_stats stats;
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "happy", &id), 0);
	stage_await_done(stage);
	sim_stats(stage_sim(stage), &stats);
	ck_assert_double_eq(count(stage, "claimd_upstream_requests_total", "endpoint=\"bulk_info\",outcome=\"ok\""),
	                    (double)stats.answers.bulk_info);
	ck_assert_double_eq(stage_reading(stage, "claimd_upstream_requests_in_flight{kind=\"delivery\",source=\"main\"}"), 0);
	ck_assert_double_ge(reads(stage, "fresh"), 14);
	stage_close(stage);
}
END_TEST

START_TEST(test_reads_that_came_to_nothing_are_counted_as_what_they_were)
{
	struct stage_config config;
	struct stage *stage;

	stage_defaults(&config);
	config.sim.faults.probability[FAULT_STALE] = 0.5;
	config.sim.wait_read = true;
	stage = stage_open(&config);
	stage_call(stage, "nobody-knows-it", WALL_NONE);
	stage_await(stage, "SELECT state FROM report_notifications", "done");
	ck_assert_double_ge(reads(stage, "missing"), 2);
	for (int i = 0; i < 10; i++) {
		const char *id;

		ck_assert_int_eq(sim_add_claim(stage_sim(stage), "illegal_back", &id), 0);
	}
	stage_await_done(stage);
	ck_assert_double_gt(reads(stage, "fresh"), 0);
	ck_assert_double_gt(reads(stage, "stale"), 0);
	ck_assert_double_gt(reads(stage, "suspect"), 0);
	ck_assert_double_eq(reads(stage, "failed"), 0);
	stage_close(stage);
}
END_TEST

START_TEST(test_an_answer_that_cant_be_read_fails_what_it_was_for)
{
	struct stage_config config;
	struct stage *stage;

	stage_defaults(&config);
	stage = stage_open(&config);
	sim_set_outage(stage_sim(stage), OUTAGE_NO_JSON);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	while (reads(stage, "failed") < 1)
		stage_turn(stage);
	ck_assert_double_ge(count(stage, "claimd_upstream_requests_total", "endpoint=\"bulk_info\",outcome=\"protocol\""), 1);
	stage_close(stage);
}
END_TEST

START_TEST(test_a_window_that_expires_is_counted_once)
{
	struct stage *stage = open_patient();
	const char *id;

	ck_assert_double_eq(count(stage, "claimd_windows_expired_total", "model=\"claims\",window=\"approval\""), 0);
	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "missed_cancelled", &id), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT outcome FROM report_windows"), "expired");
	ck_assert_double_eq(count(stage, "claimd_windows_expired_total", "model=\"claims\",window=\"approval\""), 1);
	stage_close(stage);
}
END_TEST

START_TEST(test_orders_are_counted_under_their_graphs)
{
	struct stage_config config;
	struct stage *stage;
	const char *id;

	stage_market_defaults(&config);
	config.sim.wait_read = true;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_add_order(stage_sim(stage), &model_dbs, "dbs_courier", &id), 0);
	ck_assert_int_eq(sim_add_order(stage_sim(stage), &model_laas, "laas_courier", &id), 0);
	stage_await_done(stage);
	assert_transitions(stage, "market", "dbs");
	assert_transitions(stage, "market", "laas");
	ck_assert_double_gt(stage_reading(stage, "claimd_transition_lag_seconds_count{kind=\"market\",source=\"main\"}"), 0);
	ck_assert_double_gt(stage_reading(stage, "claimd_upstream_requests_total{kind=\"market\",source=\"main\",endpoint=\"updated\","
	                                         "outcome=\"ok\"}"), 0);
	stage_close(stage);
}
END_TEST

START_TEST(test_counts_go_on_where_the_parts_are_made_anew)
{
	struct stage *stage = open_patient();

	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	stage_await(stage, "SELECT count(*) FROM report_transitions", "1");
	stage_restart(stage);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-2", "new"), 0);
	stage_await(stage, "SELECT count(*) FROM report_transitions", "2");
	assert_transitions(stage, "delivery", "claims");
	stage_close(stage);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	tcase_set_timeout(tcase, 90);
	tcase_add_test(tcase, test_transitions_are_counted_by_their_verdict);
	tcase_add_test(tcase, test_a_transition_is_measured_from_the_hint_that_told_of_it);
	tcase_add_test(tcase, test_what_the_journal_tells_alone_was_owed_to_no_hint);
	tcase_add_test(tcase, test_requests_are_counted_as_the_upstream_counts_them);
	tcase_add_test(tcase, test_reads_that_came_to_nothing_are_counted_as_what_they_were);
	tcase_add_test(tcase, test_an_answer_that_cant_be_read_fails_what_it_was_for);
	tcase_add_test(tcase, test_a_window_that_expires_is_counted_once);
	tcase_add_test(tcase, test_orders_are_counted_under_their_graphs);
	tcase_add_test(tcase, test_counts_go_on_where_the_parts_are_made_anew);
	suite_add_tcase(suite, tcase);
	return suite;
}
