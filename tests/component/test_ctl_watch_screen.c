/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl watch on a screen: what its frames show, and that they fit.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/style.h"
#include "suite.h"
#include "watch_world.h"

#define FRAME "\033[H"

static void a_minute_goes_by(void)
{
	watch_world_console.clock.shift_us += 60 * USEC_PER_SEC;
}

static void five_minutes_go_by(void)
{
	watch_world_console.clock.shift_us += 300 * USEC_PER_SEC;
}

static void make_it_narrow(void)
{
	watch_world_size = (struct seat_size){ 12, 30 };
}

static void make_it_tiny(void)
{
	watch_world_size = (struct seat_size){ 1, 1 };
}

/* --- On a screen --------------------------------------------------------------------------------------------------- */

static size_t count_frames(const char *out)
{
	size_t n = 0;

	for (const char *at = out; (at = strstr(at, FRAME)); at++)
		n++;
	return n;
}

/* The frame of that number, from 0, without its escapes; owned by the caller. */
static char *frame_of(const char *out, int number)
{
	const char *begin = strstr(out, FRAME);

	for (int i = 0; i < number; i++)
		begin = strstr(begin + 1, FRAME);

	const char *end = strstr(begin + 1, FRAME);
	char *frame = strndup(begin, end ? (size_t)(end - begin) : strlen(begin));
	char *to = frame;

	for (const char *from = frame; *from; from++)
		if (*from == '\033')
			from += strcspn(from, "HJKm");
		else
			*to++ = *from;
	*to = '\0';
	return frame;
}

START_TEST(a_screen_shows_sources_what_is_on_its_way_and_the_latest)
{
	static const watch_step_fn happens[] = { NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);
	char *frame = frame_of(run.out, 0);

	ck_assert_int_eq(run.status, 0);
	ck_assert_uint_eq(count_frames(run.out), 1);
	ctl_world_expect_begin(frame, "2026-09-23 10:4");
	ctl_world_expect_in(frame, "  on their way 6, held 1  q quits\n\n"
				   "SOURCE  KIND      STATE  LAST_CALLBACK  PENDING  OLDEST\n"
				   "main    delivery  ok     4 min ");
	ctl_world_expect_in(frame, "\nshop    market    ok     4 min ");
	ctl_world_expect_in(frame, "\n\nLEFT   SINCE ");
	ctl_world_expect_in(frame, "  SOURCE  ID                   STATUS                              WINDOW       REPORTED\n5:");
	ctl_world_expect_in(frame, "  main    waits                ready_for_approval                  approval     -\n55:");
	ctl_world_expect_in(frame, "  shop    55000002             RESERVED/                           reservation  -\n-      2 min ");
	ctl_world_expect_in(frame, "  shop    9223372036854775807  PROCESSING/STARTED                  -            "
				   "DELIVERED/DELIVERY_SERVICE_DELIVERED\n");
	ctl_world_expect_not_in(frame, "  delivered_finish                    -            ");
	ctl_world_expect_in(frame, "\n\nAT        VERDICT  SOURCE  ID                   TO                                    FROM ");
	ctl_world_expect_in(frame, "\n10:47:04  illegal  shop    9223372036854775807  DELIVERED/DELIVERY_SERVICE_DELIVERED  "
				   "PROCESSING/STARTED ");
	free(frame);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(time_goes_on_while_nothing_else_happens)
{
	static const watch_step_fn happens[] = { a_minute_goes_by, five_minutes_go_by, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);
	char *second = frame_of(run.out, 1);
	char *third = frame_of(run.out, 2);

	ck_assert_uint_eq(count_frames(run.out), 3);
	ctl_world_expect_in(second, "\n4:");
	ctl_world_expect_in(third, "\n-0:");
	free(second);
	free(third);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(what_is_stored_appears)
{
	static const watch_step_fn happens[] = { watch_nothing, watch_add_second, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);
	char *before = frame_of(run.out, 1);
	char *after = frame_of(run.out, 2);

	ctl_world_expect_not_in(before, "second");
	ctl_world_expect_in(after, "  on their way 7,");
	ctl_world_expect_in(after, "  main    second               performer_lookup ");
	ctl_world_expect_in(after, "\n10:45:04  legal    main    second               performer_lookup ");
	free(before);
	free(after);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_countdown_is_coloured_when_it_is_near)
{
	static const watch_step_fn happens[] = { five_minutes_go_by, five_minutes_go_by, NULL };
	struct ctl_world_run run;
	char *first;

	watch_world_console.colour = true;
	run = watch_world_run("watch --db @", happens);
	first = strndup(run.out, (size_t)(strstr(run.out + 1, FRAME) - run.out));
	ctl_world_expect_in(first, "\033[K5:");
	ctl_world_expect_in(run.out, "\033[K\033[33m0:");
	ctl_world_expect_in(run.out, "\033[K\033[31m-4:");
	ctl_world_expect_in(run.out, "  \033[36mready_for_approval\033[0m  ");
	ctl_world_expect_in(run.out, "  \033[31millegal\033[0m  ");
	ctl_world_expect_in(run.out, "  \033[32mok\033[0m  ");
	ctl_world_expect_in(run.out, "\033[31m, held 1\033[0m");
	free(first);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(without_colours_there_are_none)
{
	static const watch_step_fn happens[] = { five_minutes_go_by, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ctl_world_expect_not_in(run.out, "\033[3");
	ctl_world_expect_not_in(run.out, "\033[1m");
	ctl_world_run_done(&run);
}
END_TEST

static void expect_to_fit(const char *out, int number, struct seat_size room)
{
	char *frame = frame_of(out, number);
	char *rest = frame;
	int rows = 0;

	for (char *line; (line = strsep(&rest, "\n"));) {
		ck_assert_msg(style_width(line) <= (size_t)room.columns, "\"%s\" is wider than %d", line, room.columns);
		rows += *line != '\0' || rest;
	}
	ck_assert_int_le(rows, room.rows);
	free(frame);
}

START_TEST(a_frame_fits_a_screen_that_changes_its_size)
{
	static const watch_step_fn happens[] = { make_it_narrow, make_it_tiny, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);

	ck_assert_int_eq(run.status, 0);
	ck_assert_uint_eq(count_frames(run.out), 3);
	expect_to_fit(run.out, 0, (struct seat_size){ 40, 140 });
	expect_to_fit(run.out, 1, (struct seat_size){ 12, 30 });
	expect_to_fit(run.out, 2, (struct seat_size){ 1, 1 });
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_screen_goes_on_while_a_writer_holds_the_lock)
{
	static const watch_step_fn happens[] = { watch_begin_to_write, watch_nothing, watch_end_to_write, watch_add_fresh, NULL };
	struct ctl_world_run run = watch_world_run("watch --db @", happens);
	char *frame = frame_of(run.out, 4);

	ck_assert_int_eq(run.status, 0);
	ck_assert_uint_eq(count_frames(run.out), 5);
	ctl_world_expect_in(frame, "fresh");
	free(frame);
	ctl_world_run_done(&run);
}
END_TEST

/* --- Nothing there ------------------------------------------------------------------------------------------------- */

START_TEST(an_empty_database_is_shown_as_such)
{
	static const watch_step_fn happens[] = { NULL };
	struct ctl_world_run run;
	char *frame;

	store_close(ctl_world_open_store());
	run = watch_world_run("watch --db @", happens);
	frame = frame_of(run.out, 0);
	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(frame, "  on their way 0  q quits\n\nSOURCE  KIND  STATE  LAST_CALLBACK  PENDING  OLDEST\n\nLEFT  SINCE ");
	free(frame);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_missing_database_and_words_are_refused)
{
	ctl_world_expect_failure("watch --db @", EX_NOINPUT, "no database ");
	ctl_world_expect_failure("watch waits --db @", EX_USAGE, "\"waits\" is one word too many");
	ctl_world_expect_failure("watch --open --db @", EX_USAGE, "\"watch\" takes no --open");
}
END_TEST

static TCase *tcase_screen(void)
{
	TCase *tcase = tcase_create("screen");

	tcase_add_checked_fixture(tcase, watch_world_setup_screen, ctl_world_teardown);
	tcase_add_test(tcase, a_screen_shows_sources_what_is_on_its_way_and_the_latest);
	tcase_add_test(tcase, time_goes_on_while_nothing_else_happens);
	tcase_add_test(tcase, what_is_stored_appears);
	tcase_add_test(tcase, a_countdown_is_coloured_when_it_is_near);
	tcase_add_test(tcase, without_colours_there_are_none);
	tcase_add_test(tcase, a_frame_fits_a_screen_that_changes_its_size);
	tcase_add_test(tcase, a_screen_goes_on_while_a_writer_holds_the_lock);
	return tcase;
}

static TCase *tcase_nothing(void)
{
	TCase *tcase = tcase_create("nothing");

	tcase_add_checked_fixture(tcase, watch_world_setup_empty, ctl_world_teardown);
	tcase_add_test(tcase, an_empty_database_is_shown_as_such);
	tcase_add_test(tcase, a_missing_database_and_words_are_refused);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("ctl-watch-screen");

	suite_add_tcase(suite, tcase_screen());
	suite_add_tcase(suite, tcase_nothing());
	return suite;
}
