/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl on a terminal, and watch above all: what it takes it gives back, whatever ends it.
 * System tests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/attr.h"
#include "pty.h"
#include "site.h"
#include "suite.h"

#define SCREEN_ENTER "\033[?1049h\033[?25l"
#define SCREEN_LEAVE "\033[?25h\033[?1049l"
#define FRAME "\033[H"

static const char *const in_colours[] = { "TERM=xterm-256color", "NO_COLOR", "TZ=UTC", NULL };
static const char *const without_colours[] = { "TERM=xterm-256color", "NO_COLOR=1", "TZ=UTC", NULL };
static const char *const on_a_typewriter[] = { "TERM=dumb", "NO_COLOR", "TZ=UTC", NULL };

static struct site site;
static struct pty pty;
static struct process run;

/* A row as claimd writes it; that CLAIM waits for its approval. */
static void add_claim(const char *claim)
{
	char *sql = sqlite3_mprintf(
		"INSERT INTO shipment (source_id, model, external_id, first_seen_us, via) VALUES (1, 'claims', %Q, 1, 'sweep');"
		"INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
		" VALUES (last_insert_rowid(), 1, 1, 1790149444402413, 1, 'sweep', 'ready_for_approval', 0, 'first', 1);"
		"UPDATE shipment SET status = 'ready_for_approval', reported_status = 'ready_for_approval', entered_us = 1790149444402413"
		" WHERE external_id = %Q", claim, claim);

	site_sql(&site, sql);
	sqlite3_free(sql);
}

/* One more claim, whose id begins with "comes". */
static void add_another(void)
{
	char *claim = NULL;

	ck_assert_int_gt(asprintf(&claim, "comes-%lld", site_number(&site, "SELECT count(*) FROM shipment")), 0);
	add_claim(claim);
	free(claim);
}

/* A database of a claimd that is gone. */
static void setup(void)
{
	site_open(&site);
	site_start(&site);
	site_stop(&site);
	add_claim("waits");
}

static void teardown(void)
{
	process_done(&run);
	pty_done(&pty);
	site_close(&site);
}

#define START(environment, ...) \
	pty_start(&pty, (const char *const[]){ "claimctl", "--db", site.database, __VA_ARGS__, NULL }, environment)

static void expect_in(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
	ck_assert_msg(!strstr(text, part), "\"%s\" in:\n%s", part, text);
}

/* Ends well, and leaves the terminal as it was. */
static void expect_restored(void)
{
	ck_assert_int_eq(pty_wait(&pty), EX_OK);
	ck_assert_str_eq(pty.text + pty.len - strlen(SCREEN_LEAVE), SCREEN_LEAVE);
	ck_assert(pty_is_restored(&pty));
}

static void press_q(void)
{
	pty_type(&pty, "q");
}

static void press_ctrl_c(void)
{
	pty_type(&pty, "\003");
}

static void press_ctrl_backslash(void)
{
	pty_type(&pty, "\034");
}

static void terminate(void)
{
	kill(pty.pid, SIGTERM);
}

static void hang_up(void)
{
	kill(pty.pid, SIGHUP);
}

static void (*const ways_to_end[])(void) = { press_q, press_ctrl_c, press_ctrl_backslash, terminate, hang_up };

START_TEST(whatever_ends_it_the_screen_is_given_back)
{
	START(in_colours, "watch");
	pty_await(&pty, SCREEN_ENTER);
	pty_await(&pty, "waits");
	ck_assert(!pty_is_restored(&pty));
	ways_to_end[_i]();
	expect_restored();
}
END_TEST

START_TEST(it_lives)
{
	START(in_colours, "watch");
	expect_in(pty_await(&pty, "waits"), "on their way 1");
	add_claim("comes");
	pty_await(&pty, "comes");
	expect_in(pty.text, "on their way 2");
	press_q();
	expect_restored();
}
END_TEST

START_TEST(another_size_is_drawn_at_once)
{
	START(in_colours, "watch");
	expect_in(pty_await(&pty, "waits"), "LAST_CALLBACK");
	pty_resize(&pty, 12, 30);
	pty_await(&pty, FRAME);
	/* The first one that is cut may stand behind one that was under way. */
	while (strstr(pty_await(&pty, FRAME), "LAST_CALLBACK"))
		continue;
	press_q();
	expect_restored();
}
END_TEST

START_TEST(while_it_is_suspended_the_terminal_is_as_it_was)
{
	START(in_colours, "watch");
	pty_await(&pty, "waits");
	pty_type(&pty, "\032");
	pty_await_stop(&pty);
	pty_await(&pty, SCREEN_LEAVE);
	ck_assert(pty_is_restored(&pty));
	kill(pty.pid, SIGCONT);
	pty_await(&pty, SCREEN_ENTER);
	pty_await(&pty, "waits");
	press_q();
	expect_restored();
}
END_TEST

START_TEST(other_keys_are_neither_shown_nor_left_to_the_shell)
{
	START(in_colours, "watch");
	pty_await(&pty, "waits");
	pty_type(&pty, "XYZ");
	pty_type(&pty, "q");
	expect_restored();
	expect_not_in(pty.text, "XYZ");
}
END_TEST

START_TEST(an_error_is_told_on_the_screen_that_was_before)
{
	START(in_colours, "watch", "--open");
	ck_assert_int_eq(pty_wait(&pty), EX_USAGE);
	expect_in(pty.text, "claimctl: \"watch\" takes no --open");
	expect_not_in(pty.text, SCREEN_ENTER);
	ck_assert(pty_is_restored(&pty));
}
END_TEST

START_TEST(no_color_takes_the_colours_and_nothing_else)
{
	START(without_colours, "watch");
	pty_await(&pty, SCREEN_ENTER);
	pty_await(&pty, "waits");
	expect_not_in(pty.text, "\033[36m");
	press_q();
	expect_restored();
}
END_TEST

START_TEST(a_terminal_that_can_do_nothing_gets_lines)
{
	START(on_a_typewriter, "watch");
	/* What was there before it began is not told. */
	while (!strstr(pty_read(&pty), "ready_for_approval"))
		add_another();
	expect_not_in(pty.text, "\033");
	press_ctrl_c();
	ck_assert_int_eq(pty_wait(&pty), EX_OK);
}
END_TEST

START_TEST(a_list_is_coloured_where_the_terminal_is)
{
	START(in_colours, "list");
	ck_assert_int_eq(pty_wait(&pty), EX_OK);
	expect_in(pty.text, "\033[36mready_for_approval\033[0m");
	pty_done(&pty);
	START(without_colours, "list");
	ck_assert_int_eq(pty_wait(&pty), EX_OK);
	expect_not_in(pty.text, "\033");
	pty_done(&pty);
	START(on_a_typewriter, "list");
	ck_assert_int_eq(pty_wait(&pty), EX_OK);
	expect_in(pty.text, "ready_for_approval");
	expect_not_in(pty.text, "\033");
	pty_done(&pty);
	START(in_colours, "list", "--json");
	ck_assert_int_eq(pty_wait(&pty), EX_OK);
	expect_not_in(pty.text, "\033");
}
END_TEST

/* head(1) leaves after the first line, and nothing more comes. */
START_TEST(elsewhere_it_writes_lines_until_nobody_reads)
{
	char *script = NULL;

	ck_assert_int_gt(asprintf(&script, "echo begun; \"$CLAIMD_BUILD/claimctl\" --db '%s' watch --json | head -n 1", site.database), 0);
	process_start(&run, (const char *const[]){ "/bin/sh", "-c", script, NULL });
	process_await_output(&run, "begun");
	while (process_is_alive(&run)) {
		add_another();
		process_pause(&run, 100);
	}
	ck_assert_int_eq(process_wait(&run), 0);
	expect_in(process_output(&run), "begun\n{\"source\":\"main\",\"model\":\"claims\",\"external_id\":\"comes-");
	ck_assert_str_eq(process_errors(&run), "");
	free(script);
}
END_TEST

START_TEST(elsewhere_a_signal_ends_it_well)
{
	process_start(&run, (const char *const[]){ "claimctl", "--db", site.database, "watch", NULL });
	while (!*process_output(&run)) {
		add_another();
		process_pause(&run, 100);
	}
	process_signal(&run, SIGINT);
	ck_assert_int_eq(process_wait(&run), EX_OK);
	ck_assert_str_eq(process_errors(&run), "");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("watch");
	TCase *tcase = tcase_create("watch");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, whatever_ends_it_the_screen_is_given_back, 0, ARRAY_SIZE(ways_to_end));
	tcase_add_test(tcase, it_lives);
	tcase_add_test(tcase, another_size_is_drawn_at_once);
	tcase_add_test(tcase, while_it_is_suspended_the_terminal_is_as_it_was);
	tcase_add_test(tcase, other_keys_are_neither_shown_nor_left_to_the_shell);
	tcase_add_test(tcase, an_error_is_told_on_the_screen_that_was_before);
	tcase_add_test(tcase, no_color_takes_the_colours_and_nothing_else);
	tcase_add_test(tcase, a_terminal_that_can_do_nothing_gets_lines);
	tcase_add_test(tcase, a_list_is_coloured_where_the_terminal_is);
	tcase_add_test(tcase, elsewhere_it_writes_lines_until_nobody_reads);
	tcase_add_test(tcase, elsewhere_a_signal_ends_it_well);
	suite_add_tcase(suite, tcase);
	return suite;
}
