/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An upstream in trouble: every kind of bad answer is survived, no hint is lost, no loop is busy.
 * Scenario tests.
 */
#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "tests/suite.h"

/* The daemon soon gives up an answer that nobody gives; on any other it waits, however slow the machine is. */
#define SILENCE_US (100 * USEC_PER_MS)

static struct stage *open_default(void)
{
	struct stage_config config;

	stage_defaults(&config);
	return stage_open(&config);
}

static void set_outage(struct stage *stage, enum outage outage)
{
	stage_delivery(stage)->request_timeout_us = outage == OUTAGE_SILENT ? SILENCE_US : STAGE_PATIENCE_US;
	sim_set_outage(stage_sim(stage), outage);
}

static size_t requests(struct stage *stage)
{
	struct sim_stats stats;

	sim_stats(stage_sim(stage), &stats);
	return stats.answers.bulk_info + stats.answers.info;
}

/* Runs the loop until the simulator has been asked N times more. */
static void await_requests(struct stage *stage, size_t n)
{
	size_t want = requests(stage) + n;

	while (requests(stage) < want)
		stage_turn(stage);
}

START_TEST(test_a_hint_outlives_every_outage)
{
	struct stage *stage = open_default();
	enum outage outage = (enum outage)(OUTAGE_ERROR + _i);

	set_outage(stage, outage);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	await_requests(stage, outage == OUTAGE_UNAUTHORIZED || outage == OUTAGE_FORBIDDEN ? 1 : 2);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "0");
	ck_assert_str_eq(stage_ask(stage, "SELECT state FROM report_notifications"), "pending");
	set_outage(stage, OUTAGE_NONE);
	stage_restart(stage);
	stage_await(stage, "SELECT to_status || ' ' || verdict FROM report_transitions", "new first");
	stage_await(stage, "SELECT state FROM report_sources", "ok");
	stage_close(stage);
}
END_TEST

START_TEST(test_refused_credentials_stop_the_calls_but_not_the_callbacks)
{
	struct stage *stage = open_default();

	set_outage(stage, _i == 0 ? OUTAGE_UNAUTHORIZED : OUTAGE_FORBIDDEN);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	stage_await(stage, "SELECT state FROM report_sources", "locked_out");

	size_t before = requests(stage);

	for (int i = 0; i < 20; i++)
		stage_call(stage, "claim-1", WALL_NONE);
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state = 'pending'", "21");
	ck_assert_uint_eq(requests(stage), before);
	/* A quarter of an hour later it is tried again. */
	set_outage(stage, OUTAGE_NONE);
	stage_set_clock(stage, 16 * 60 * USEC_PER_SEC);
	stage_await(stage, "SELECT state FROM report_sources", "ok");
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state = 'pending'", "0");
	stage_close(stage);
}
END_TEST

START_TEST(test_a_claim_that_can_t_be_stored_holds_up_no_other)
{
	struct stage *stage = open_default();

	/* All are pending before the first is read, so that their answers come together. */
	set_outage(stage, OUTAGE_ERROR);
	for (int i = 1; i <= 5; i++) {
		char claim[32];

		snprintf(claim, sizeof(claim), "claim-%d", i);
		ck_assert_int_eq(sim_script(stage_sim(stage), claim, "new"), 0);
	}
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state = 'pending'", "5");
	stage_sql(stage, "CREATE TRIGGER no_place BEFORE INSERT ON history"
	                 " WHEN new.shipment_id = (SELECT id FROM shipment WHERE external_id = 'claim-2')"
	                 " BEGIN SELECT RAISE(ABORT, 'no place for it'); END");
	set_outage(stage, OUTAGE_NONE);
	stage_await(stage, "SELECT count(*) FROM report_transitions", "4");
	stage_await(stage, "SELECT tries < 0 FROM shipment WHERE external_id = 'claim-2'", "1");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(external_id) FROM report_notifications WHERE state = 'pending'"), "claim-2");
	ck_assert_str_eq(stage_ask(stage, "SELECT state FROM report_sources"), "ok");
	stage_sql(stage, "DROP TRIGGER no_place");
	stage_await(stage, "SELECT to_status FROM report_transitions WHERE external_id = 'claim-2'", "new");
	stage_await_done(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_a_burst_costs_far_fewer_requests_than_it_has_claims)
{
	struct stage_config config;
	char claim[32];

	stage_defaults(&config);
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;

	struct stage *stage = stage_open(&config);
	struct wall begun = stage_now(stage);

	for (int i = 0; i < 600; i++) {
		snprintf(claim, sizeof(claim), "claim-%d", i);
		ck_assert_int_eq(sim_script(stage_sim(stage), claim, "new"), 0);
	}
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_notifications WHERE state = 'done'"), "600");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "600");
	/* Hints are folded every 50 ms at the soonest, which leads to one request, or to two where one is under way. */
	ck_assert_int_le((int64_t)requests(stage), 2 * (1 + (stage_now(stage).us - begun.us) / (50 * USEC_PER_MS)));
	stage_close(stage);
}
END_TEST

START_TEST(test_copies_of_a_callback_cost_one_or_two_requests)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;

	struct stage *stage = stage_open(&config);

	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	stage_await_done(stage);

	struct wall updated = world_at(sim_world(stage_sim(stage)), 0)->transitions[0].seen.key.updated;

	for (int i = 0; i < 200; i++)
		stage_call(stage, "claim-1", updated);
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state = 'done'", "201");
	ck_assert_uint_le(requests(stage), 2);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "1");
	stage_close(stage);
}
END_TEST

START_TEST(test_a_hang_of_25_minutes_is_waited_out)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.delivery.journal = true;
	config.delivery.delivery.journal_interval_us = 30 * USEC_PER_SEC;

	struct stage *stage = stage_open(&config);

	set_outage(stage, OUTAGE_SILENT);
	sim_set_journal_outage(stage_sim(stage), OUTAGE_SILENT);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	await_requests(stage, 1);

	size_t before = requests(stage);

	for (int64_t minute = 1; minute <= 25; minute++) {
		stage_set_clock(stage, minute * 60 * USEC_PER_SEC);
		stage_call(stage, "claim-1", WALL_NONE);
	}
	/* A pause of up to a minute stands between two tries. */
	ck_assert_uint_le(requests(stage) - before, 2 * 25);
	set_outage(stage, OUTAGE_NONE);
	sim_set_journal_outage(stage_sim(stage), OUTAGE_NONE);
	stage_set_clock(stage, 27 * 60 * USEC_PER_SEC);
	stage_await(stage, "SELECT count(*) FROM report_transitions WHERE to_status = 'new'", "1");
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
	stage_close(stage);
}
END_TEST

START_TEST(test_a_claim_that_upstream_does_not_know_is_settled)
{
	struct stage *stage = open_default();

	stage_call(stage, "no-such-claim", WALL_NONE);
	stage_await(stage, "SELECT state || ': ' || reason FROM report_notifications", "done: the upstream knows no such claim");
	ck_assert_uint_le(requests(stage), 10);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_claims WHERE status IS NOT NULL"), "0");
	stage_close(stage);
}
END_TEST

START_TEST(test_reads_put_off_by_a_wrong_clock_are_caught_up_with)
{
	struct stage *stage = open_default();
	char sql[128];

	stage_set_clock(stage, 365 * 24 * 3600 * USEC_PER_SEC);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	stage_await(stage, "SELECT status FROM report_claims", "new");
	stage_set_clock(stage, 0);
	stage_restart(stage);
	snprintf(sql, sizeof(sql), "SELECT last_read_at_us <= %lld FROM report_claims",
	         (long long)(stage_now(stage).us + 3600 * USEC_PER_SEC));
	stage_await(stage, sql, "1");
	stage_close(stage);
}
END_TEST

START_TEST(test_no_personal_data_is_kept)
{
	static const char *const personal[] = { "Ivan", "Testov", "+7000", "@shop", "Probnikov", "Kurierov" };
	struct stage_config config;

	stage_defaults(&config);
	config.sim.wait_read = true;
	config.sim.claims = 10;

	struct stage *stage = stage_open(&config);

	stage_await_done(stage);
	for (size_t i = 0; i < ARRAY_SIZE(personal); i++)
		ck_assert_msg(!stage_file_holds(stage, personal[i]), "\"%s\" stands in the file", personal[i]);
	ck_assert(stage_file_holds(stage, "delivery_arrived"));
	stage_close(stage);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("trouble");
	TCase *tcase = tcase_create("trouble");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, test_a_hint_outlives_every_outage, 0, OUTAGE_MAX - OUTAGE_ERROR);
	tcase_add_loop_test(tcase, test_refused_credentials_stop_the_calls_but_not_the_callbacks, 0, 2);
	tcase_add_test(tcase, test_a_claim_that_can_t_be_stored_holds_up_no_other);
	tcase_add_test(tcase, test_a_burst_costs_far_fewer_requests_than_it_has_claims);
	tcase_add_test(tcase, test_copies_of_a_callback_cost_one_or_two_requests);
	tcase_add_test(tcase, test_a_hang_of_25_minutes_is_waited_out);
	tcase_add_test(tcase, test_a_claim_that_upstream_does_not_know_is_settled);
	tcase_add_test(tcase, test_reads_put_off_by_a_wrong_clock_are_caught_up_with);
	tcase_add_test(tcase, test_no_personal_data_is_kept);
	suite_add_tcase(suite, tcase);
	return suite;
}
