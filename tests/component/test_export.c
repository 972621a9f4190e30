/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl export: which transitions, in which order, in which form.
 * Component tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/attr.h"
#include "ctl/ctl.h"
#include "ctl_world.h"
#include "suite.h"

static const char heading[] = "source,model,external_id,seq,from_status,to_status,at,at_us,seen_at,seen_at_us,via,verdict,revision,"
			      "operation_id,point_id,seconds_in_from,id\r\n";

static void execute(const char *sql)
{
	sqlite3 *handle = NULL;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, &error) == SQLITE_OK, "%s: %s", sql, error);
	sqlite3_close(handle);
}

/* How many rows LINE exports. */
static int count_rows(const char *line)
{
	struct console console = { .clock = ctl_world_clock(ctl_world_time(600)) };
	struct ctl_world_run run = ctl_world_run_as(console, line);
	int n = -1;

	ck_assert_msg(run.status == 0, "%s: %s", line, run.err);
	for (const char *c = run.out; (c = strchr(c, '\n')); c++)
		n++;
	ctl_world_run_done(&run);
	return n;
}

START_TEST(csv_has_a_heading_and_every_column_of_each_transition)
{
	struct ctl_world_run run = ctl_world_run("export --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, heading);
	ctl_world_expect_in(run.out, "\r\nmain,claims,ended,1,,returned,2026-09-23T07:44:04.402413Z,1790149444402413,"
	                             "2026-09-23T07:44:04.402413Z,1790149444402413,callback,first,1,,,,2\r\n");
	ctl_world_expect_in(run.out, "\r\nshop,dbs,55000001,2,PROCESSING/STARTED,DELIVERY/DELIVERY_SERVICE_RECEIVED,"
	                             "2026-09-23T07:45:04.402413Z,1790149504402413,2026-09-23T07:45:04.402413Z,1790149504402413,"
	                             "callback,legal,,,,60.0,9\r\n");
	ctl_world_run_done(&run);
	ck_assert_int_eq(count_rows("export --db @"), 12);
}
END_TEST

START_TEST(what_was_learned_of_first_comes_first)
{
	execute("UPDATE history SET seen_us = 1 WHERE status = 'performer_lookup'");

	struct ctl_world_run run = ctl_world_run("export --db @");

	ctl_world_expect_begin(strchr(run.out, '\n') + 1, "main,claims,jumped,2,");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(csv_quotes_what_must_be_quoted)
{
	execute("DROP TRIGGER history_status_fixed; UPDATE history SET status = 'a \"b\", c' WHERE status = 'returned';"
	        "UPDATE history SET status = '' WHERE status = 'accepted'; UPDATE history SET status = 'x' || char(13, 10) || 'y'"
	        " WHERE status = 'delivered_finish'");

	struct ctl_world_run run = ctl_world_run("export --db @");

	ctl_world_expect_in(run.out, "main,claims,ended,1,,\"a \"\"b\"\", c\",2026");
	ctl_world_expect_in(run.out, "other,claims,twice,1,,\"\",2026");
	ctl_world_expect_in(run.out, "main,claims,jumped,1,,\"x\r\ny\",2026");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_is_one_array_as_of_other_verbs)
{
	struct ctl_world_run by_format = ctl_world_run("export --db @ --format json");
	struct ctl_world_run by_option = ctl_world_run("--json export --db @");

	ck_assert_str_eq(by_format.out, by_option.out);
	ctl_world_expect_begin(by_format.out, "[\n{\"source\":\"");
	ctl_world_expect_in(by_format.out, ",\n{\"source\":\"main\",\"model\":\"claims\",\"external_id\":\"ended\",\"seq\":2,"
	                                   "\"from_status\":\"returned\",\"to_status\":\"returned_finish\",");
	ck_assert_str_eq(by_format.out + strlen(by_format.out) - 4, "}\n]\n");
	ctl_world_run_done(&by_format);
	ctl_world_run_done(&by_option);
	ctl_world_expect_out("export --db @ --json --since 2100-01-01", "[]\n");
}
END_TEST

/* The last one was learned of in minute 5; the clock stands at minute 10. */
START_TEST(since_takes_a_time_a_day_or_how_long_ago)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	ck_assert_int_eq(count_rows("export --db @ --since 2026-09-23T07:49:04.402413Z"), 1);
	ck_assert_int_eq(count_rows("export --db @ --since 2026-09-23T07:49:04.402414Z"), 0);
	ck_assert_int_eq(count_rows("export --db @ --since 2026-09-23T10:49:04.402413+03:00"), 1);
	ck_assert_int_eq(count_rows("export --db @ --since 330s"), 1);
	ck_assert_int_eq(count_rows("export --db @ --since 1d"), 12);
	ck_assert_int_eq(count_rows("export --db @ --since 2026-09-23"), 12);
	ck_assert_int_eq(count_rows("export --db @ --since 2026-09-24"), 0);
}
END_TEST

START_TEST(a_day_begins_in_the_local_zone)
{
	setenv("TZ", "XYZ-16", 1); /* where it is almost midnight when all lives begin */
	tzset();
	ck_assert_int_eq(count_rows("export --db @ --since 2026-09-24"), 0);
	setenv("TZ", "XYZ-16:12", 1);
	tzset();
	ck_assert_int_lt(count_rows("export --db @ --since 2026-09-24"), 12);
	ck_assert_int_gt(count_rows("export --db @ --since 2026-09-24"), 0);
}
END_TEST

START_TEST(a_wrong_time_or_format_says_what_would_be_right)
{
	static const char *const times[] = { "soon", "2026-02-30", "2026-9", "2026-09-23T07:44:04", "7", "7w", "-7d" };

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		char *line = NULL;

		ck_assert_int_gt(asprintf(&line, "export --db @ --since=%s", times[i]), 0);
		ctl_world_expect_failure(line, EX_USAGE, "write 2026-09-23T07:44:04Z");
		free(line);
	}
	ctl_world_expect_failure("export --db @ --format xml", EX_USAGE, "no format \"xml\"; it is csv or json");
	ctl_world_expect_failure("export --db @ --format csv --json", EX_USAGE, "contradict each other");
}
END_TEST

/* --- Many rows --- */

#define SLACK_KIB (SUITE_IS_SANITIZED ? 512 * 1024 : 4096)

/* Thousands of steps of one claim, all learned of in other order than they stand. */
static void add_steps(int n)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
	         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
	         "INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	         " SELECT 1, i + 10, i, i, %d - i, 'journal', 'unheard_of', 0, 'unknown', i + 1 FROM n", n, n);
	execute(sql);
}

/* Runs "export FORMAT" into nothing in a process of its own; returns the most memory that it had, in KiB. */
static long measure(const char *format)
{
	struct rusage usage;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct console console = { .out = fopen("/dev/null", "w"), .err = stderr };
		char *argv[] = { (char[]){ "claimctl" }, (char[]){ "--db" }, ctl_world_path(), (char[]){ "export" },
			         (char[]){ "--format" }, strdup(format), NULL };

		_exit(ctl_run(&console, 6, argv));
	}
	ck_assert_int_eq(wait4(pid, &status, 0, &usage), pid);
	ck_assert_int_eq(status, 0);
	return usage.ru_maxrss;
}

START_TEST(more_rows_need_no_more_memory)
{
	enum { FEW = 5000, MANY = 10 * FEW };
	static const char *const formats[] = { "csv", "json" };

	add_steps(FEW);
	long before[] = { measure(formats[0]), measure(formats[1]) };

	execute("DELETE FROM history WHERE status = 'unheard_of'");
	add_steps(MANY);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		ck_assert_int_lt(measure(formats[i]), before[i] + SLACK_KIB);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("export");
	TCase *tcase = tcase_create("export");

	tcase_add_checked_fixture(tcase, ctl_world_setup_both, ctl_world_teardown);
	tcase_add_test(tcase, csv_has_a_heading_and_every_column_of_each_transition);
	tcase_add_test(tcase, what_was_learned_of_first_comes_first);
	tcase_add_test(tcase, csv_quotes_what_must_be_quoted);
	tcase_add_test(tcase, json_is_one_array_as_of_other_verbs);
	tcase_add_test(tcase, since_takes_a_time_a_day_or_how_long_ago);
	tcase_add_test(tcase, a_day_begins_in_the_local_zone);
	tcase_add_test(tcase, a_wrong_time_or_format_says_what_would_be_right);
	tcase_add_test(tcase, more_rows_need_no_more_memory);
	suite_add_tcase(suite, tcase);
	return suite;
}
