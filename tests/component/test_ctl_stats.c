/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl stats: what there is, and what today brought, as a page and as an object.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl_world.h"
#include "suite.h"

static void in_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static struct ctl_world_run run_at(int64_t second, const char *line)
{
	return ctl_world_run_as((struct console){ .clock = ctl_world_clock(ctl_world_time(second)) }, line);
}

START_TEST(the_page_has_a_table_of_statuses_and_a_line_for_each_part)
{
	struct ctl_world_run run = run_at(600, "stats --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "2026-09-23T07:5");
	ctl_world_expect_in(run.out, "Z\n\nMODEL   PHASE     STATUS                              N\n"
				     "claims  create    new                                 1\n"
				     "claims  create    ready_for_approval                  1\n"
				     "claims  search    accepted                            1\n"
				     "claims  end       delivered_finish                    1\n"
				     "claims  end       returned_finish                     1\n"
				     "dbs     pickup    PROCESSING/STARTED                  1\n"
				     "dbs     delivery  DELIVERY/DELIVERY_SERVICE_RECEIVED  1\n"
				     "laas    create    RESERVED/                           1\n"
				     "\n"
				     "transitions today    first 8  legal 2  gap 0  illegal 2  unknown 0  late 0\n"
				     "windows today        met 0  late 0  left 0  expired 0  open 2\n"
				     "violations           open 2\n"
				     "notifications today  done 8  pending 0  rejected 0\n"
				     "reads                pending 0  oldest -\n"
				     "actions today        done 0  refused 0  rejected 0  not_done 0  in_doubt 0  under_way 0\n"
				     "outbox               waiting 0  failing 0  oldest -\n"
				     "database             ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_is_one_object)
{
	struct ctl_world_run run = run_at(600, "stats --json --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_json(run.out, "/since_at", "2026-09-23T00:00:00.000000Z");
	ctl_world_expect_json(run.out, "/since_at_us", "1790121600000000");
	ctl_world_expect_json(run.out, "/statuses/1/status", "ready_for_approval");
	ctl_world_expect_json(run.out, "/statuses/1/terminal", "false");
	ctl_world_expect_json(run.out, "/transitions/first", "8");
	ctl_world_expect_json(run.out, "/transitions/illegal", "2");
	ctl_world_expect_json(run.out, "/windows/open", "2");
	ctl_world_expect_json(run.out, "/violations/open", "2");
	ctl_world_expect_json(run.out, "/notifications/done", "8");
	ctl_world_expect_json(run.out, "/reads/oldest_s", NULL);
	ctl_world_expect_json(run.out, "/actions/under_way", "0");
	ctl_world_expect_json(run.out, "/outbox/oldest_at", NULL);
	ctl_world_expect_json(run.out, "/database/free_bytes", "0");
	ctl_world_run_done(&run);
}
END_TEST

/* All lives begin at 23:44 of a zone where the day is over 16 minutes later. */
START_TEST(today_is_the_local_day)
{
	struct ctl_world_run run;

	in_zone("LOC+8");
	run = run_at(600, "stats --json --db @");
	ctl_world_expect_json(run.out, "/since_at", "2026-09-22T08:00:00.000000Z");
	ctl_world_expect_json(run.out, "/transitions/first", "8");
	ctl_world_run_done(&run);

	run = run_at(1200, "stats --json --db @");
	ctl_world_expect_json(run.out, "/since_at", "2026-09-23T08:00:00.000000Z");
	ctl_world_expect_json(run.out, "/transitions/first", "0");
	ctl_world_expect_json(run.out, "/notifications/done", "0");
	ctl_world_expect_json(run.out, "/statuses/0/n", "1");
	ctl_world_expect_json(run.out, "/violations/open", "2");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(actions_and_messages_are_counted)
{
	ctl_world_sql("INSERT INTO action (source_id, kind, requested_us, requested_by, state, due_us, finished_us, result) VALUES"
	              " (1, 'probe', 1, 'uid:0', 'sent', 1, NULL, NULL),"
	              " (1, 'probe', 1, 'uid:0', 'ended', NULL, 1790149444402413, 'done'),"
	              " (1, 'probe', 1, 'uid:0', 'ended', NULL, 5, 'done');"
	              "INSERT INTO outbox (channel, kind, message_id, summary, body, created_us, due_us, tries) VALUES"
	              " ('alert', 'violation', 'a', 's', '{}', 1790149444402413, 1, 2)");

	struct ctl_world_run run = run_at(600, "stats --db @");

	ctl_world_expect_in(run.out, "\nactions today        done 1  refused 0  rejected 0  not_done 0  in_doubt 0  under_way 1\n");
	ctl_world_expect_in(run.out, "\noutbox               waiting 1  failing 1  oldest " CTL_WORLD_BEGIN "\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(what_waits_for_a_read_is_told_with_its_age)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_hear(store, "main", "unread");
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);

	struct ctl_world_run run = run_at(600, "stats --db @");

	ctl_world_expect_in(run.out, "\nclaims  -         -  ");
	ctl_world_expect_in(run.out, "  pending 1  rejected 0\n");
	ctl_world_expect_in(run.out, "\nreads                pending 1  oldest ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(on_a_terminal_it_is_local_and_coloured)
{
	struct console console = { .terminal = true, .colour = true, .clock = ctl_world_clock(ctl_world_time(600)) };
	struct ctl_world_run run;

	in_zone("LOC-3");
	run = ctl_world_run_as(console, "stats --db @");
	ctl_world_expect_begin(run.out, "\033[1m2026-09-23 10:5");
	ctl_world_expect_in(run.out, "  \033[2mgap 0\033[0m  \033[31millegal 2\033[0m  ");
	ctl_world_expect_in(run.out, "\n\033[1mviolations\033[0m           \033[31mopen 2\033[0m\n");
	ctl_world_expect_in(run.out, "\nclaims  \033[36mcreate\033[0m    \033[36mready_for_approval\033[0m  ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(an_empty_database_is_all_zeros)
{
	struct ctl_world_run run;

	store_close(ctl_world_open_store());
	run = run_at(0, "stats --db @");
	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(run.out, "\n\nMODEL  PHASE  STATUS  N\n\ntransitions today    first 0  legal 0  ");
	ctl_world_expect_in(run.out, "\nreads                pending 0  oldest -\n");
	ctl_world_run_done(&run);
	run = run_at(0, "stats --json --db @");
	ctl_world_expect_json(run.out, "/statuses", "[ ]");
	ctl_world_expect_json(run.out, "/windows/met", "0");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_missing_database_and_words_are_refused)
{
	ctl_world_expect_failure("stats --db @", EX_NOINPUT, "no database ");
	ctl_world_expect_failure("stats claims --db @", EX_USAGE, "\"claims\" is one word too many");
	ctl_world_expect_failure("stats --status new --db @", EX_USAGE, "\"stats\" takes no --status");
}
END_TEST

static void setup(void)
{
	in_zone("UTC");
	ctl_world_setup_both();
}

Suite *suite(void)
{
	Suite *suite = suite_create("ctl-stats");
	TCase *filled = tcase_create("filled");
	TCase *empty = tcase_create("empty");

	tcase_add_checked_fixture(filled, setup, ctl_world_teardown);
	tcase_add_test(filled, the_page_has_a_table_of_statuses_and_a_line_for_each_part);
	tcase_add_test(filled, json_is_one_object);
	tcase_add_test(filled, today_is_the_local_day);
	tcase_add_test(filled, actions_and_messages_are_counted);
	tcase_add_test(filled, what_waits_for_a_read_is_told_with_its_age);
	tcase_add_test(filled, on_a_terminal_it_is_local_and_coloured);
	tcase_add_checked_fixture(empty, ctl_world_setup, ctl_world_teardown);
	tcase_add_test(empty, an_empty_database_is_all_zeros);
	tcase_add_test(empty, a_missing_database_and_words_are_refused);
	suite_add_tcase(suite, filled);
	suite_add_tcase(suite, empty);
	return suite;
}
