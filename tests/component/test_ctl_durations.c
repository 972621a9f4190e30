/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl durations: how long claims and orders stayed in each status.
 */
#include <string.h>

#include "ctl_world.h"
#include "suite.h"

/* Beside the minute that "ended" and "55000001" stayed: a claim of source "other" that waited long. */
static void setup(void)
{
	ctl_world_setup_both();

	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	int64_t slow = ctl_world_hear(store, "other", "slow");

	ctl_world_see(store, slow, "new", 1);
	ctl_world_see(store, slow, "estimating", 2);
	ctl_world_see(store, slow, "estimating_failed", 200);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

START_TEST(spans_are_readable_and_the_slowest_come_first)
{
	ctl_world_expect_out("durations --db @",
	                     "SOURCE  MODEL   STATUS              N  P50        P90        MAX\n"
	                     "main    claims  returned            1  1 min 0 s  1 min 0 s  1 min 0 s\n"
	                     "other   claims  estimating          1  3.3 h      3.3 h      3.3 h\n"
	                     "other   claims  new                 1  1 min 0 s  1 min 0 s  1 min 0 s\n"
	                     "shop    dbs     PROCESSING/STARTED  1  1 min 0 s  1 min 0 s  1 min 0 s\n");
}
END_TEST

START_TEST(json_has_seconds)
{
	struct ctl_world_run run = ctl_world_run("durations --db @ --json --source other");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "[\n{\"source\":\"other\",\"model\":\"claims\",\"status\":\"estimating\",\"n\":1,\"p50_s\":11900,"
					"\"p90_s\":11900,\"max_s\":11900},\n");
	ctl_world_expect_json(run.out, "/1/status", "new");
	ctl_world_expect_json(run.out, "/1/max_s", "60");
	ctl_world_expect_json(run.out, "/2", NULL);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_source_and_a_status_are_filters)
{
	struct ctl_world_run run = ctl_world_run("durations --db @ --source main");

	ctl_world_expect_in(run.out, "returned");
	ctl_world_expect_not_in(run.out, "other");
	ctl_world_run_done(&run);
	run = ctl_world_run("--status new durations --db @");
	ctl_world_expect_in(run.out, "\nother   claims  new ");
	ctl_world_expect_not_in(run.out, "returned");
	ctl_world_run_done(&run);
	ctl_world_expect_out("durations --db @ --json --source main --status new", "[]\n");
}
END_TEST

/* An order's status may be given with its substatus or without. */
START_TEST(a_status_of_orders_stands_for_all_of_its_substatuses)
{
	struct ctl_world_run run = ctl_world_run("durations --db @ --status PROCESSING");

	ctl_world_expect_in(run.out, "\nshop    dbs    PROCESSING/STARTED  1 ");
	ctl_world_expect_not_in(run.out, "claims");
	ctl_world_run_done(&run);
	run = ctl_world_run("durations --db @ --status PROCESSING/STARTED");
	ctl_world_expect_in(run.out, "\nshop    dbs    PROCESSING/STARTED  1 ");
	ctl_world_run_done(&run);
	ctl_world_expect_out("durations --db @ --json --status PROCESS", "[]\n");
}
END_TEST

START_TEST(statuses_are_coloured_by_phase)
{
	struct ctl_world_run run = ctl_world_run_as((struct console){ .terminal = true, .colour = true }, "durations --db @");

	ctl_world_expect_in(run.out, "  \033[34mPROCESSING/STARTED\033[0m  1  1 min 0 s  ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(an_empty_database_has_headings_alone)
{
	store_close(ctl_world_open_store());
	ctl_world_expect_out("durations --db @", "SOURCE  MODEL  STATUS  N  P50  P90  MAX\n");
	ctl_world_expect_out("durations --db @ --json", "[]\n");
}
END_TEST

START_TEST(words_and_options_that_it_does_not_take_are_refused)
{
	ctl_world_expect_failure("durations new --db @", EX_USAGE, "\"new\" is one word too many");
	ctl_world_expect_failure("durations --open --db @", EX_USAGE, "\"durations\" takes no --open");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl-durations");
	TCase *filled = tcase_create("filled");
	TCase *empty = tcase_create("empty");

	tcase_add_checked_fixture(filled, setup, ctl_world_teardown);
	tcase_add_test(filled, spans_are_readable_and_the_slowest_come_first);
	tcase_add_test(filled, json_has_seconds);
	tcase_add_test(filled, a_source_and_a_status_are_filters);
	tcase_add_test(filled, a_status_of_orders_stands_for_all_of_its_substatuses);
	tcase_add_test(filled, statuses_are_coloured_by_phase);
	tcase_add_checked_fixture(empty, ctl_world_setup, ctl_world_teardown);
	tcase_add_test(empty, an_empty_database_has_headings_alone);
	tcase_add_test(empty, words_and_options_that_it_does_not_take_are_refused);
	suite_add_tcase(suite, filled);
	suite_add_tcase(suite, empty);
	return suite;
}
