/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl in colours: which values have them, and that nothing else changes.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl_world.h"
#include "suite.h"

#define RED(text) "\033[31m" text "\033[0m"
#define GREEN(text) "\033[32m" text "\033[0m"
#define CYAN(text) "\033[36m" text "\033[0m"

static struct ctl_world_run run_coloured(const char *line, int64_t second)
{
	return ctl_world_run_as((struct console){ .colour = true, .clock = ctl_world_clock(ctl_world_time(second)) }, line);
}

static void expect_coloured(const char *line, const char *part)
{
	struct ctl_world_run run = run_coloured(line, 0);

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(run.out, part);
	ctl_world_run_done(&run);
}

START_TEST(statuses_are_coloured_by_phase)
{
	expect_coloured("list --db @ --open", "  " CYAN("ready_for_approval") "  ");
	expect_coloured("list --db @ --status ready_for_approval", "  " CYAN("create") "  ");
	expect_coloured("list --db @ --held", "  " GREEN("delivered_finish") "  " GREEN("end") "    ");
	expect_coloured("list --db @ --source shop", "  \033[1;34mDELIVERY\033[0m    \033[1;34mDELIVERY_SERVICE_RECEIVED\033[0m  ");
	expect_coloured("show waits --db @", "status            " CYAN("ready_for_approval") "\n");
}
END_TEST

START_TEST(what_was_refused_is_red)
{
	expect_coloured("list --db @ --held", "  " RED("yes") "   ");
	expect_coloured("history jumped --db @", "  " RED("illegal") "  ");
	expect_coloured("violations --db @", "  " RED("open") "\n");
}
END_TEST

START_TEST(sources_are_coloured_by_state)
{
	struct store *store = ctl_world_open_store();
	struct source source;

	ck_assert_int_eq(store_begin(store), 0);
	ck_assert_int_eq(store_source(store, "delivery", "other", ctl_world_time(0), &source), 0);
	source.state = SOURCE_LOCKED_OUT;
	store_source_save(store, &source, "401", ctl_world_time(1));
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
	expect_coloured("sources --db @", "main    delivery  " GREEN("ok") "          ");
	expect_coloured("sources --db @", "other   delivery  " RED("locked_out") "  ");
}
END_TEST

START_TEST(findings_are_coloured_by_level)
{
	struct ctl_world_run run = run_coloured("doctor --db @", 0);

	ctl_world_expect_in(run.out, "\n" GREEN("ok") "  ");
	ctl_world_expect_not_in(run.out, "\nok ");
	ctl_world_run_done(&run);
}
END_TEST

/* A slow machine has a minute to come here. */
static void expect_time_left(int64_t second, const char *left)
{
	struct ctl_world_run run = run_coloured("windows --db @", second);

	ctl_world_expect_in(run.out, left);
	ctl_world_run_done(&run);
}

START_TEST(a_window_near_its_end_is_yellow_and_over_it_red)
{
	expect_time_left(240, "Z  5:");
	expect_time_left(540, "Z  \033[33m0:");
	expect_time_left(660, "Z  \033[31m-1:");
}
END_TEST

/* TEXT without its escapes. */
static void strip(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from == '\033')
			from = strchr(from, 'm');
		else
			*to++ = *from;
	*to = '\0';
}

START_TEST(but_for_colours_nothing_changes)
{
	static const char *const lines[] = {
		"list --db @", "show jumped --db @", "history jumped --db @", "violations --db @", "journal --db @", "graph dbs",
	};
	struct ctl_world_run plain = ctl_world_run(lines[_i]);
	struct ctl_world_run coloured = run_coloured(lines[_i], 0);

	strip(coloured.out);
	ck_assert_str_eq(coloured.out, plain.out);
	ctl_world_expect_not_in(plain.out, "\033");
	ctl_world_run_done(&plain);
	ctl_world_run_done(&coloured);
}
END_TEST

START_TEST(json_has_no_colours)
{
	static const char *const lines[] = {
		"list --db @ --json", "show jumped --db @ --json", "windows --db @ --json", "sources --db @ --json",
	};
	struct ctl_world_run run = run_coloured(lines[_i], 0);

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_not_in(run.out, "\033");
	ctl_world_expect_not_in(run.out, "\\u001b");
	ctl_world_run_done(&run);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl-colour");
	TCase *tcase = tcase_create("colours");

	tcase_add_checked_fixture(tcase, ctl_world_setup_both, ctl_world_teardown);
	tcase_add_test(tcase, statuses_are_coloured_by_phase);
	tcase_add_test(tcase, what_was_refused_is_red);
	tcase_add_test(tcase, sources_are_coloured_by_state);
	tcase_add_test(tcase, findings_are_coloured_by_level);
	tcase_add_test(tcase, a_window_near_its_end_is_yellow_and_over_it_red);
	tcase_add_loop_test(tcase, but_for_colours_nothing_changes, 0, 6);
	tcase_add_loop_test(tcase, json_has_no_colours, 0, 4);
	suite_add_tcase(suite, tcase);
	return suite;
}
