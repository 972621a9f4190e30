/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl from its command line to its output and exit status, over a real database file.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/ctl.h"
#include "ctl_world.h"
#include "suite.h"

START_TEST(list_is_aligned_under_headings)
{
	ctl_world_expect_out("list --db @ --held",
	           "SOURCE  CLAIM_ID  STATUS            PHASE  UPDATED_AT                   HELD  REPORTED_STATUS   PRICE   CURRENCY\n"
	           "main    jumped    delivered_finish  end    2026-09-23T07:47:04.402413Z  yes   performer_lookup  1738.8  RUB\n");
}
END_TEST

START_TEST(list_takes_filters_before_and_behind_the_verb)
{
	ctl_world_expect_ids("list --db @", "ended jumped twice waits ");
	ctl_world_expect_ids("--db @ list --open", "twice waits ");
	ctl_world_expect_ids("--held --db @ list", "jumped ");
	ctl_world_expect_ids("list --db @ --status ready_for_approval", "waits ");
	ctl_world_expect_ids("--source other list --db @", "twice ");
	ctl_world_expect_ids("list --db @ --source main --open --status new", "twice ");
	ctl_world_expect_ids("list --db @ --source nobody", "");
}
END_TEST

START_TEST(list_as_json_has_the_views_columns_one_object_a_line)
{
	struct ctl_world_run run = ctl_world_run("list --db @ --json --held");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "[\n{\"source\":\"main\",\"claim_id\":\"jumped\",");
	ctl_world_expect_in(run.out, "\"terminal\":true,");
	ctl_world_expect_in(run.out, "\"held\":true,");
	ctl_world_expect_in(run.out, "\"price\":\"1738.8\",");
	ctl_world_expect_in(run.out, "\"updated_at\":\"2026-09-23T07:47:04.402413Z\",\"updated_at_us\":1790149624402413,");
	ctl_world_expect_in(run.out, "\"own_params\":{\"my_order_id\":\"123\"},");
	ctl_world_expect_in(run.out, "\"approval_due_at\":null,");
	ck_assert_str_eq(run.out + strlen(run.out) - 4, "}\n]\n");
	ctl_world_run_done(&run);
	ctl_world_expect_out("list --db @ --json --source nobody", "[]\n");
}
END_TEST

START_TEST(show_has_all_of_one_claim_and_nothing_of_others)
{
	struct ctl_world_run run = ctl_world_run("--db @ show jumped");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(run.out, "claim_id          jumped\n");
	ctl_world_expect_in(run.out, "reported_status   performer_lookup\n");
	ctl_world_expect_in(run.out, "held              yes\n");
	ctl_world_expect_in(run.out, "\n\nhistory\nSEQ  AT ");
	ctl_world_expect_in(run.out, "illegal");
	ctl_world_expect_in(run.out, "\n\nviolations\nID  KIND ");
	ctl_world_expect_in(run.out, "illegal_transition");
	ctl_world_expect_not_in(run.out, "_us");
	ctl_world_expect_not_in(run.out, "approval ");
	ctl_world_run_done(&run);

	run = ctl_world_run("--db @ show waits");
	ctl_world_expect_in(run.out, "\n\nwindows\nKIND      OPENED_AT ");
	ctl_world_expect_in(run.out, "\napproval  2026-09-23T07:44:04.402413Z  2026-09-23T07:54:04.402413Z  ");
	ctl_world_expect_not_in(run.out, "illegal_transition");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(show_as_json_is_one_object)
{
	struct ctl_world_run run = ctl_world_run("show waits --json --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "{\"claim\":{\"source\":\"main\",\"claim_id\":\"waits\",");
	ctl_world_expect_in(run.out, "},\n\"history\":[\n{\"source\":\"main\",");
	ctl_world_expect_in(run.out, "}\n],\n\"windows\":[\n{\"source\":\"main\",\"model\":\"claims\",\"external_id\":\"waits\",");
	ctl_world_expect_in(run.out, "}\n],\n\"violations\":[],\n\"actions\":[],\n\"prices\":[\n{\"source\":\"main\",");
	ck_assert_str_eq(run.out + strlen(run.out) - 5, "}\n]}\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(show_of_an_id_in_two_sources_shows_both_apart)
{
	struct ctl_world_run run = ctl_world_run("show twice --db @");
	char *other = strstr(run.out, "source            other\n");

	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(other);
	ctl_world_expect_in(other, "accepted");
	*other = '\0';
	ctl_world_expect_in(run.out, "source            main\n");
	ctl_world_expect_not_in(run.out, "accepted");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(show_has_the_actions_and_prices_of_one_claim)
{
	ctl_world_sql("INSERT INTO action (source_id, shipment_id, kind, argument, requested_us, requested_by, state, finished_us, result,"
	              " code, message) SELECT source_id, id, 'cancel', 'free', 1790149444402413, 'uid:1000', 'ended', 1790149445402413,"
	              " 'refused', 'after_pickup', 'The courier has the goods.' FROM shipment WHERE external_id = 'jumped'");

	struct ctl_world_run run = ctl_world_run("--db @ show jumped");

	ctl_world_expect_in(run.out, "\n\nactions\nID  KIND    ARGUMENT  REQUESTED_AT                 REQUESTED_BY  STATE  FINISHED_AT  ");
	ctl_world_expect_in(run.out, "\n1   cancel  free      2026-09-23T07:44:04.402413Z  uid:1000      ended  "
	                             "2026-09-23T07:44:05.402413Z  refused  after_pickup  The courier has the goods.\n");
	ctl_world_expect_in(run.out, "\n\nprices\nAT                           PRICE   CURRENCY  REVISION\n"
	                             "2026-09-23T07:46:04.402413Z  1738.8  RUB       3\n");
	ctl_world_run_done(&run);
	run = ctl_world_run("--db @ show waits");
	ctl_world_expect_not_in(run.out, "after_pickup");
	ctl_world_run_done(&run);
}
END_TEST

/* "twice" is of two sources, and was priced in both. */
START_TEST(show_keeps_the_prices_of_each_source_apart)
{
	struct ctl_world_run run = ctl_world_run("show twice --db @");
	char *other = strstr(run.out, "source            other\n");

	ck_assert_ptr_nonnull(other);
	ctl_world_expect_in(other, "2026-09-23T07:49:04.402413Z  1738.8");
	ctl_world_expect_not_in(other, "2026-09-23T07:48:04.402413Z  1738.8");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(history_tells_each_step)
{
	ctl_world_expect_out("history ended --db @",
	           "SOURCE  SEQ  AT                           FROM_STATUS  TO_STATUS        VERDICT  VIA       REVISION  POINT_ID  "
	           "SECONDS_IN_FROM\n"
	           "main    1    2026-09-23T07:44:04.402413Z  -            returned         first    callback  1         -         -\n"
	           "main    2    2026-09-23T07:45:04.402413Z  returned     returned_finish  legal    callback  2         -         "
	           "60.000\n");
}
END_TEST

START_TEST(history_as_json_is_an_array)
{
	struct ctl_world_run run = ctl_world_run("history ended --db @ --json");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(run.out, "\"seq\":2,\"from_status\":\"returned\",\"to_status\":\"returned_finish\",");
	ctl_world_expect_in(run.out, "\"point_id\":null,");
	ck_assert_str_eq(run.out + strlen(run.out) - 4, "}\n]\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(an_unknown_id_is_no_input)
{
	ctl_world_expect_failure("show nothere --db @", EX_NOINPUT, "no claim or order nothere");
	ctl_world_expect_failure("history nothere --db @ --json", EX_NOINPUT, "no claim or order nothere");
}
END_TEST

START_TEST(windows_count_down_and_then_up)
{
	/* Just under 6 minutes: a slow machine has a minute to come here. */
	struct console console = { .clock = ctl_world_clock(wall_add(ctl_world_time(240), 100)) };
	struct ctl_world_run run = ctl_world_run_as(console, "windows --db @");

	ctl_world_expect_in(run.out, "TIME_LEFT");
	ctl_world_expect_in(run.out, "Z  5:");
	ctl_world_run_done(&run);

	console.clock = ctl_world_clock(ctl_world_time(600 + 60));
	run = ctl_world_run_as(console, "windows --db @");
	ctl_world_expect_in(run.out, "Z  -1:");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(windows_due_are_the_open_ones_that_end_soon)
{
	struct console console = { .clock = ctl_world_clock(ctl_world_time(300)) };
	struct ctl_world_run run = ctl_world_run_as(console, "windows --db @ --due 10min");

	ctl_world_expect_in(run.out, "waits");
	ctl_world_run_done(&run);
	run = ctl_world_run_as(console, "windows --db @ --due 60s");
	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_not_in(run.out, "waits");
	ctl_world_run_done(&run);
	ctl_world_expect_failure("windows --db @ --due soon", EX_USAGE, "as in 30s");
	ctl_world_expect_failure("windows --db @ --due 10", EX_USAGE, "as in 30s");
	ctl_world_expect_failure("windows --db @ --due -5min", EX_USAGE, "as in 30s");
	ctl_world_expect_failure("windows --db @ --due 99999999999999999999min", EX_USAGE, "as in 30s");
}
END_TEST

START_TEST(violations_and_sources_are_told)
{
	struct ctl_world_run run = ctl_world_run("violations --db @");

	ctl_world_expect_in(run.out, "illegal_transition  delivered_finish  performer_lookup  2026-09-23T07:47:04.402413Z  open\n");
	ctl_world_run_done(&run);
	run = ctl_world_run("sources --db @");
	ctl_world_expect_in(run.out, "\nmain    delivery  ok     2026-09-23T07:44:04.402413Z  -  ");
	ctl_world_expect_in(run.out, "\nother   delivery  ok ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_terminal_gets_local_times)
{
	setenv("TZ", "LOC-3", 1);
	tzset();
	struct ctl_world_run run = ctl_world_run_as((struct console){ .terminal = true }, "history waits --db @");

	ctl_world_expect_in(run.out, "  2026-09-23 10:44:04  ");
	ctl_world_run_done(&run);
	run = ctl_world_run_as((struct console){ .terminal = true }, "history waits --db @ --json");
	ctl_world_expect_in(run.out, "\"at\":\"" CTL_WORLD_BEGIN "\"");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(control_characters_of_a_peer_do_not_reach_the_terminal)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_see(store, ctl_world_hear(store, "main", "odd"), "\033[2J\302\205\u00e9t\u00e9", 1);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);

	struct ctl_world_run run = ctl_world_run("list --db @ --held");

	ctl_world_expect_in(run.out, "?[2J??\u00e9t\u00e9 ");
	ctl_world_expect_not_in(run.out, "\033");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_wrong_command_line_says_what_would_be_right)
{
	ctl_world_expect_failure("", EX_USAGE, "list, show, history, windows, violations, sources, journal, graph");
	ctl_world_expect_failure("lst", EX_USAGE, "no verb \"lst\"; it is one of list, show");
	ctl_world_expect_failure("show", EX_USAGE, "claimctl show ID");
	ctl_world_expect_failure("show a b", EX_USAGE, "\"b\" is one word too many after \"show\"");
	ctl_world_expect_failure("sources main", EX_USAGE, "\"main\" is one word too many");
	ctl_world_expect_failure("violations --open", EX_USAGE, "\"violations\" takes no --open");
	ctl_world_expect_failure("list --sorted", EX_USAGE, "no option --sorted");
	ctl_world_expect_failure("list -x", EX_USAGE, "no option -x");
	ctl_world_expect_failure("show -dash", EX_USAGE, "no option -d");
	ctl_world_expect_failure("list --open=1", EX_USAGE, "--open takes no value");
	ctl_world_expect_failure("list --status", EX_USAGE, "--status wants a value");
	ctl_world_expect_failure("graph fbs", EX_USAGE, "no model \"fbs\"; it is one of claims, dbs, laas");
	ctl_world_expect_failure("graph --dot --json", EX_USAGE, "ask for one");
}
END_TEST

START_TEST(help_and_version_need_nothing)
{
	struct ctl_world_run run = ctl_world_run("--help");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(run.out, "usage: claimctl [-c FILE] [--db FILE] [--json] VERB ...\n");
	ctl_world_expect_in(run.out, "\n  list [--status STATUS] [--source NAME] [--open] [--held]\n");
	ctl_world_expect_in(run.out, "\n  graph [MODEL] [--dot] [--svg] [--counts]\n");
	ctl_world_run_done(&run);
	ctl_world_expect_out("--version", "claimctl " VERSION "\n");
}
END_TEST

START_TEST(a_missing_database_is_no_input)
{
	ctl_world_expect_failure("list --db @", EX_NOINPUT, "no database ");
}
END_TEST

START_TEST(a_file_of_something_else_is_bad_data)
{
	FILE *file = fopen(ctl_world_path(), "w");

	for (int i = 0; i < 1000; i++)
		fputs("no database at all\n", file);
	fclose(file);
	ctl_world_expect_failure("list --db @", EX_DATAERR, ctl_world_path());
}
END_TEST

/* A configuration that sets KEY to the database's path. */
static char *write_conf(const char *key)
{
	char *conf = NULL;
	FILE *file;

	ck_assert_int_gt(asprintf(&conf, "%s.conf", ctl_world_path()), 0);
	file = fopen(conf, "w");
	fprintf(file, "[daemon]\n%s = %s\n", key, ctl_world_path());
	fclose(file);
	return conf;
}

START_TEST(the_configuration_names_the_database)
{
	char *conf = write_conf("database");
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "-c %s list", conf), 0);
	ctl_world_expect_ids(line, "ended jumped twice waits ");
	free(line);
	ck_assert_int_gt(asprintf(&line, "list --held --config=%s", conf), 0);
	ctl_world_expect_ids(line, "jumped ");
	free(line);
	free(conf);
}
END_TEST

START_TEST(a_bad_or_missing_configuration_is_told)
{
	char *conf = write_conf("databse");
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "-c %s list", conf), 0);
	ctl_world_expect_failure(line, EX_CONFIG, "databse");
	free(line);
	ck_assert_int_gt(asprintf(&line, "-c %s.not list", conf), 0);
	ctl_world_expect_failure(line, EX_CONFIG, ".not");
	free(line);
	free(conf);
}
END_TEST

START_TEST(a_writer_in_the_middle_of_its_work_keeps_nobody_from_reading)
{
	static const char *const lines[] = {
		"list --db @", "show waits --db @", "history waits --db @", "windows --db @", "windows --due 1h --db @",
		"violations --db @", "sources --db @", "journal --db @", "durations --db @", "stats --db @",
	};
	sqlite3 *writer = NULL;

	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &writer), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(writer, "BEGIN EXCLUSIVE; DELETE FROM price", NULL, NULL, NULL), SQLITE_OK);

	struct ctl_world_run run = ctl_world_run(lines[_i]);

	ck_assert_int_eq(run.status, 0);
	ck_assert_str_eq(run.err, "");
	ck_assert_str_ne(run.out, "");
	ctl_world_run_done(&run);
	ck_assert_int_eq(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(writer);
}
END_TEST

START_TEST(an_output_that_fails_is_an_io_error)
{
	char *err = NULL;
	size_t err_len = 0;
	struct console console = { .out = fopen("/dev/full", "w"), .err = open_memstream(&err, &err_len) };
	char *argv[] = { (char[]){ "claimctl" }, (char[]){ "--db" }, ctl_world_path(), (char[]){ "list" }, NULL };

	ck_assert_int_eq(ctl_run(&console, 4, argv), EX_IOERR);
	fclose(console.out);
	fclose(console.err);
	ctl_world_expect_in(err, "claimctl: the output can't be written");
	free(err);
}
END_TEST

static TCase *tcase_reports(void)
{
	TCase *tcase = tcase_create("reports");

	tcase_add_checked_fixture(tcase, ctl_world_setup_filled, ctl_world_teardown);
	tcase_add_test(tcase, list_is_aligned_under_headings);
	tcase_add_test(tcase, list_takes_filters_before_and_behind_the_verb);
	tcase_add_test(tcase, list_as_json_has_the_views_columns_one_object_a_line);
	tcase_add_test(tcase, show_has_all_of_one_claim_and_nothing_of_others);
	tcase_add_test(tcase, show_as_json_is_one_object);
	tcase_add_test(tcase, show_of_an_id_in_two_sources_shows_both_apart);
	tcase_add_test(tcase, show_has_the_actions_and_prices_of_one_claim);
	tcase_add_test(tcase, show_keeps_the_prices_of_each_source_apart);
	tcase_add_test(tcase, history_tells_each_step);
	tcase_add_test(tcase, history_as_json_is_an_array);
	tcase_add_test(tcase, an_unknown_id_is_no_input);
	tcase_add_test(tcase, windows_count_down_and_then_up);
	tcase_add_test(tcase, windows_due_are_the_open_ones_that_end_soon);
	tcase_add_test(tcase, violations_and_sources_are_told);
	tcase_add_test(tcase, a_terminal_gets_local_times);
	tcase_add_test(tcase, control_characters_of_a_peer_do_not_reach_the_terminal);
	tcase_add_test(tcase, the_configuration_names_the_database);
	tcase_add_loop_test(tcase, a_writer_in_the_middle_of_its_work_keeps_nobody_from_reading, 0, 10);
	tcase_add_test(tcase, an_output_that_fails_is_an_io_error);
	return tcase;
}

static TCase *tcase_command_line(void)
{
	TCase *tcase = tcase_create("command line");

	tcase_add_checked_fixture(tcase, ctl_world_setup, ctl_world_teardown);
	tcase_add_test(tcase, a_wrong_command_line_says_what_would_be_right);
	tcase_add_test(tcase, help_and_version_need_nothing);
	tcase_add_test(tcase, a_missing_database_is_no_input);
	tcase_add_test(tcase, a_file_of_something_else_is_bad_data);
	tcase_add_test(tcase, a_bad_or_missing_configuration_is_told);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("ctl");

	suite_add_tcase(suite, tcase_reports());
	suite_add_tcase(suite, tcase_command_line());
	return suite;
}
