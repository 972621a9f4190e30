/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is stuck, and what is only in trouble. Work that nobody knows of is put into the file by another program, past all
 * that would wake the worker; every other scenario proves that nothing else looks stuck (stage_turn()).
 * Scenario tests.
 */
#include <stdio.h>

#include "base/attr.h"
#include "stage.h"
#include "tests/suite.h"

#define AN_HOUR (3600 * USEC_PER_SEC)
#define TURNS 30

/* One claim, read and asleep: nothing is due for an hour. PLAN ends in STATUS. */
static struct stage *open_asleep(const char *plan, const char *status)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.sweep_after_us = AN_HOUR;

	struct stage *stage = stage_open(&config);

	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", plan), 0);
	stage_await(stage, "SELECT status FROM report_claims", status);
	stage_await_done(stage);
	ck_assert_ptr_null(stage_find_stuck(stage));
	return stage;
}

/* SQL with a %lld for a moment three minutes ago. */
static void run_sql_ago(struct stage *stage, const char *fmt)
{
	char sql[400];

	snprintf(sql, sizeof(sql), fmt, (long long)(stage_now(stage).us - 180 * USEC_PER_SEC));
	stage_sql(stage, sql);
}

START_TEST(test_a_read_that_nobody_makes_is_stuck_until_a_restart)
{
	struct stage *stage = open_asleep("new", "new");

	run_sql_ago(stage, "UPDATE shipment SET due_us = %lld");
	stage_turn(stage);
	ck_assert_str_eq(stage_find_stuck(stage), "main: what is due is not read");
	stage_restart(stage);
	ck_assert_ptr_null(stage_find_stuck(stage));
	stage_await(stage, "SELECT min(due_us) > last_read_us FROM shipment", "1");
	stage_close(stage);
}
END_TEST

START_TEST(test_a_hint_that_nobody_folds_is_stuck_until_a_restart)
{
	struct stage *stage = open_asleep("new", "new");

	run_sql_ago(stage, "INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	                   " VALUES (1, 'callback', 1, 'claim-1', %lld, 0, 0)");
	stage_turn(stage);
	ck_assert_str_eq(stage_find_stuck(stage), "hints are not folded into their claims and orders");
	stage_restart(stage);
	ck_assert_ptr_null(stage_find_stuck(stage));
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
	stage_close(stage);
}
END_TEST

/* Nobody is woken for it: it goes with the next that is. */
START_TEST(test_a_rejected_hint_may_wait_for_ever)
{
	struct stage *stage = open_asleep("new", "new");

	run_sql_ago(stage, "INSERT INTO inbox (source_id, kind, owes, received_us, quirks, asks_to_cancel, reason)"
	                   " VALUES (1, 'callback', 0, %lld, 0, 0, 'no claim_id')");
	stage_turn(stage);
	ck_assert_ptr_null(stage_find_stuck(stage));
	stage_close(stage);
}
END_TEST

START_TEST(test_a_window_that_nobody_closes_is_stuck_until_a_restart)
{
	struct stage *stage = open_asleep("new, estimating, ready_for_approval", "ready_for_approval");

	run_sql_ago(stage, "UPDATE window SET due_us = %lld");
	stage_turn(stage);
	ck_assert_str_eq(stage_find_stuck(stage), "main: a window that has passed is not closed");
	stage_restart(stage);
	/* It was none of the upstream's times: the read that follows puts it right. */
	stage_await(stage, "SELECT outcome = 'open' AND due_us > opened_us FROM window", "1");
	ck_assert_ptr_null(stage_find_stuck(stage));
	stage_close(stage);
}
END_TEST

/* Whether the claim was read after the clock was set. */
static const char is_read_again[] = "SELECT last_read_us > first_seen_us + 3600000000 FROM shipment";

static const enum outage outages[] = { OUTAGE_ERROR, OUTAGE_SILENT, OUTAGE_LIMITED, OUTAGE_UNAUTHORIZED };

/* It is due for long, and asked for by tries with pauses between, or by one that never ends. */
START_TEST(test_an_upstream_in_trouble_is_not_stuck)
{
	struct stage *stage = open_asleep("new", "new");

	sim_set_outage(stage_sim(stage), outages[_i]);
	stage_set_clock(stage, 2 * AN_HOUR);
	for (int i = 0; i < TURNS; i++)
		stage_turn(stage);
	ck_assert_ptr_null(stage_find_stuck(stage));
	ck_assert_str_eq(stage_ask(stage, is_read_again), "0");
	stage_close(stage);
}
END_TEST

/* What is due is read, but can't be stored. */
START_TEST(test_a_lock_that_lasts_is_not_stuck)
{
	struct stage *stage = open_asleep("new", "new");

	stage_sql(stage, "BEGIN IMMEDIATE");
	stage_set_clock(stage, 2 * AN_HOUR);
	for (int i = 0; i < TURNS; i++)
		stage_turn(stage);
	ck_assert_ptr_null(stage_find_stuck(stage));
	ck_assert_str_eq(stage_ask(stage, is_read_again), "0");
	stage_sql(stage, "ROLLBACK");
	stage_await(stage, is_read_again, "1");
	ck_assert_ptr_null(stage_find_stuck(stage));
	stage_close(stage);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stuck");
	TCase *tcase = tcase_create("stuck");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, test_a_read_that_nobody_makes_is_stuck_until_a_restart);
	tcase_add_test(tcase, test_a_hint_that_nobody_folds_is_stuck_until_a_restart);
	tcase_add_test(tcase, test_a_rejected_hint_may_wait_for_ever);
	tcase_add_test(tcase, test_a_window_that_nobody_closes_is_stuck_until_a_restart);
	tcase_add_loop_test(tcase, test_an_upstream_in_trouble_is_not_stuck, 0, (int)ARRAY_SIZE(outages));
	tcase_add_test(tcase, test_a_lock_that_lasts_is_not_stuck);
	suite_add_tcase(suite, tcase);
	return suite;
}
