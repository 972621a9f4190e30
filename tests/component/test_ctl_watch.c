/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl watch elsewhere than on a terminal: a line, or an object, for each new transition.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "suite.h"
#include "watch_world.h"

static void add_rude(void)
{
	watch_add("rude", "\033[2J\nnew");
}

/* As retention might; ids are given anew afterwards. */
static void prune_the_newest(void)
{
	ctl_world_sql("DELETE FROM history WHERE id > 3");
}

/* --- Line by line -------------------------------------------------------------------------------------------------- */

START_TEST(a_line_is_written_for_each_new_transition)
{
	static const watch_step_fn happens[] = { watch_nothing, watch_add_fresh, watch_nothing, watch_add_second, watch_nothing, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ck_assert_int_eq(run.status, 0);
	ck_assert_str_eq(run.err, "");
	ck_assert_str_eq(run.out, CTL_WORLD_BEGIN " main claims fresh - new first callback\n" CTL_WORLD_BEGIN
				 " main claims second - accepted first callback\n"
				 "2026-09-23T07:45:04.402413Z main claims second accepted performer_lookup legal callback\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(nothing_new_is_nothing_told)
{
	static const watch_step_fn happens[] = { watch_nothing, watch_nothing, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ck_assert_int_eq(run.status, 0);
	ck_assert_str_eq(run.out, "");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_is_an_object_with_the_views_columns_a_line)
{
	static const watch_step_fn happens[] = { watch_add_fresh, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @ --json", happens);

	ctl_world_expect_json(run.out, "/external_id", "fresh");
	ctl_world_expect_json(run.out, "/at", CTL_WORLD_BEGIN);
	ctl_world_expect_json(run.out, "/at_us", "1790149444402413");
	ctl_world_expect_json(run.out, "/from_status", NULL);
	ctl_world_expect_json(run.out, "/verdict", "first");
	ck_assert_ptr_eq(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_stays_json_on_a_screen)
{
	static const watch_step_fn happens[] = { watch_add_fresh, watch_add_second, NULL };
	struct ctl_world_run run;

	watch_world_console.terminal = watch_world_console.screen = watch_world_console.colour = true;
	run = watch_world_run("watch --db @ --json", happens);
	ctl_world_expect_begin(run.out, "{\"source\":\"main\",");
	ctl_world_expect_not_in(run.out, "\033");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_line_is_one_line_whatever_it_tells_of)
{
	static const watch_step_fn happens[] = { add_rude, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ck_assert_str_eq(run.out, CTL_WORLD_BEGIN " main claims rude - ?[2J?new unknown callback\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(what_a_writer_holds_is_told_when_it_is_done)
{
	static const watch_step_fn happens[] = { watch_begin_to_write, watch_nothing, watch_end_to_write, watch_add_fresh, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ck_assert_int_eq(run.status, 0);
	ck_assert_str_eq(run.err, "");
	ck_assert_str_eq(run.out, CTL_WORLD_BEGIN " main claims fresh - new first callback\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(ids_that_begin_anew_are_followed)
{
	static const watch_step_fn happens[] = { watch_add_fresh, prune_the_newest, watch_add_second, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ctl_world_expect_in(run.out, " fresh ");
	ctl_world_expect_in(run.out, " second accepted performer_lookup legal ");
	ctl_world_run_done(&run);
}
END_TEST

/* --- To another program -------------------------------------------------------------------------------------------- */

static int reader;

static void expect_in_the_pipe(const char *text)
{
	char got[512] = "";

	ck_assert_int_ge(read(reader, got, sizeof(got) - 1), 0);
	ctl_world_expect_in(got, text);
}

static void read_first(void)
{
	expect_in_the_pipe(" fresh - new first callback\n");
}

static void stop_reading(void)
{
	close(reader);
	watch_add_fresh();
}

/* Runs it with a pipe for its output; returns its exit status. */
static int watch_into_a_pipe(char **ret_err)
{
	char *argv[] = { (char[]){ "claimctl" }, (char[]){ "--db" }, ctl_world_path(), (char[]){ "watch" }, NULL };
	size_t err_len = 0;
	int ends[2];
	int status;

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	reader = ends[0];
	watch_world_console.out = fdopen(ends[1], "w");
	watch_world_console.err = open_memstream(ret_err, &err_len);
	if (!watch_world_console.seat)
		close(reader);
	status = ctl_run(&watch_world_console, 4, argv);
	fclose(watch_world_console.out);
	fclose(watch_world_console.err);
	return status;
}

START_TEST(each_line_is_given_at_once)
{
	static const watch_step_fn happens[] = { watch_add_fresh, read_first, NULL };
	char *err = NULL;

	watch_world_steps = happens;
	ck_assert_int_eq(watch_into_a_pipe(&err), 0);
	free(err);
}
END_TEST

START_TEST(a_reader_that_goes_away_ends_it_quietly)
{
	static const watch_step_fn happens[] = { stop_reading, watch_nothing, watch_nothing, NULL };
	char *err = NULL;

	watch_world_steps = happens;
	ck_assert_int_eq(watch_into_a_pipe(&err), 0);
	ck_assert_str_eq(err, "");
	ck_assert_ptr_eq(watch_world_steps, happens + 1);
	free(err);
}
END_TEST

/* In the process's own seat, which hears of it although there is watch_nothing to tell. */
START_TEST(a_reader_that_is_gone_is_noticed_without_news)
{
	char *err = NULL;

	watch_world_console.seat = NULL;
	ck_assert_int_eq(watch_into_a_pipe(&err), 0);
	ck_assert_str_eq(err, "");
	free(err);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	static const watch_step_fn happens[] = { watch_add_fresh, watch_nothing, NULL };
	char *argv[] = { (char[]){ "claimctl" }, (char[]){ "--db" }, ctl_world_path(), (char[]){ "watch" }, NULL };
	char *err = NULL;
	size_t err_len = 0;

	watch_world_steps = happens;
	watch_world_console.out = fopen("/dev/full", "w");
	watch_world_console.err = open_memstream(&err, &err_len);
	ck_assert_int_eq(ctl_run(&watch_world_console, 4, argv), EX_IOERR);
	fclose(watch_world_console.out);
	fclose(watch_world_console.err);
	ctl_world_expect_in(err, "claimctl: the output can't be written");
	free(err);
}
END_TEST

static TCase *tcase_lines(void)
{
	TCase *tcase = tcase_create("lines");

	tcase_add_checked_fixture(tcase, watch_world_setup, ctl_world_teardown);
	tcase_add_test(tcase, a_line_is_written_for_each_new_transition);
	tcase_add_test(tcase, nothing_new_is_nothing_told);
	tcase_add_test(tcase, json_is_an_object_with_the_views_columns_a_line);
	tcase_add_test(tcase, json_stays_json_on_a_screen);
	tcase_add_test(tcase, a_line_is_one_line_whatever_it_tells_of);
	tcase_add_test(tcase, what_a_writer_holds_is_told_when_it_is_done);
	tcase_add_test(tcase, ids_that_begin_anew_are_followed);
	tcase_add_test(tcase, each_line_is_given_at_once);
	tcase_add_test(tcase, a_reader_that_goes_away_ends_it_quietly);
	tcase_add_test(tcase, a_reader_that_is_gone_is_noticed_without_news);
	tcase_add_test(tcase, a_full_disk_is_told);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("ctl-watch");

	suite_add_tcase(suite, tcase_lines());
	return suite;
}
