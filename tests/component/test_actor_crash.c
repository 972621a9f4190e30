/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kill -9 at any point of an action's life: it is never sent twice, and what became of it is found out.
 * Component ring: a worker, a real file, real sockets. The worker's objects end without a word, and start again on the file.
 */
#include <stdio.h>
#include <string.h>

#include "act_world.h"
#include "base/attr.h"
#include "base/log.h"
#include "store/query.h"
#include "suite.h"

/* More events of the loop than an action takes from its row to its end. */
#define EVENTS 24

static struct act_world w;

static void set_up(void)
{
	act_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
}

static void tear_down(void)
{
	act_world_close(&w);
}

static size_t asked(enum act_ask ask)
{
	return w.lines[ask].n_asked;
}

static void want(enum act_kind kind, const char *argument)
{
	struct action_wish wish = act_world_wish(&w, kind);

	wish.argument = argument;
	act_world_want(&w, &wish);
}

/* Lets so many events happen, one by one. */
static void step(int n)
{
	for (int i = 0; i < n; i++)
		ck_assert_int_ge(sd_event_run(loop_event(w.loop), USEC_PER_MS), 0);
}

static void restart(void)
{
	act_world_stop(&w);
	act_world_start(&w);
}

/* What came of it is the truth: done if it was sent, and if it was not, not done. */
static void expect_truth(enum act_ask ask)
{
	act_world_await(&w, "SELECT state FROM action", "ended");
	ck_assert_uint_le(asked(ask), 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT result FROM action"), asked(ask) ? "done" : "not_done");
	step(EVENTS);
	ck_assert_uint_le(asked(ask), 1);
}

START_TEST(an_accept_survives_a_crash_after_any_event)
{
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	want(ACT_ACCEPT, NULL);
	step(_i);
	restart();
	expect_truth(ACT_ASK_ACCEPT);
}
END_TEST

START_TEST(a_cancellation_survives_a_crash_after_any_event)
{
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_FOUND);
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_CANCEL, ACT_CANCELLED);
	want(ACT_CANCEL, "free");
	step(_i);
	restart();
	expect_truth(ACT_ASK_CANCEL);
}
END_TEST

START_TEST(it_survives_one_crash_after_another)
{
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	want(ACT_ACCEPT, NULL);
	for (int i = 0; i < EVENTS; i++) {
		step(i);
		restart();
	}
	expect_truth(ACT_ASK_ACCEPT);
}
END_TEST

/* --- The points between two commits, one by one --------------------------------------------------------------------------- */

START_TEST(what_was_wanted_and_not_begun_is_carried_out)
{
	act_world_start_read(&w);
	act_world_stop(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	want(ACT_ACCEPT, NULL);
	act_world_start(&w);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
}
END_TEST

/* Stored as sent, and dead before a byte of it has left. */
START_TEST(what_stands_as_sent_is_not_sent_again)
{
	act_world_start_read(&w);
	act_world_stop(&w);
	want(ACT_ACCEPT, NULL);
	ck_assert_ptr_null(bed_try(&w.bed, "UPDATE action SET state = 'sent', sent_us = requested_us"));
	act_world_start(&w);
	act_world_await_end(&w, "not_done -");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

START_TEST(an_answer_that_nobody_waits_for_any_more_is_not_missed)
{
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	want(ACT_ACCEPT, NULL);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	restart();
	expect_truth(ACT_ASK_ACCEPT);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT answer FROM action"), "unknown");
}
END_TEST

START_TEST(an_answer_that_could_not_be_stored_is_not_missed)
{
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	want(ACT_ACCEPT, NULL);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	act_world_lock(&w);
	act_world_let_go(&w, "200 OK", ACT_TAKEN("accepted"));
	act_world_turns(&w);
	act_world_stop(&w);
	act_world_unlock(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "sent");
	act_world_start(&w);
	expect_truth(ACT_ASK_ACCEPT);
}
END_TEST

START_TEST(what_is_settling_goes_on_settling)
{
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	act_world_hold(&w, ACT_ASK_READ);
	want(ACT_ACCEPT, NULL);
	act_world_await(&w, "SELECT state FROM action", "settling");
	act_world_await_asked(&w, ACT_ASK_READ, 2);
	restart();
	expect_truth(ACT_ASK_ACCEPT);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT answer FROM action"), "taken");
}
END_TEST

START_TEST(what_was_read_and_not_looked_at_is_looked_at)
{
	struct seen seen = bed_seen("c1", "accepted", 4, wall_add(ACT_T0, -10 * USEC_PER_SEC));

	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_READ);
	want(ACT_ACCEPT, NULL);
	act_world_await(&w, "SELECT state FROM action", "settling");
	act_world_stop(&w);
	bed_apply(&w.bed, &seen, loop_now(w.loop), NULL);
	act_world_start(&w);
	act_world_await_end(&w, "done -");
}
END_TEST

/* --- A file that is locked for a while ---------------------------------------------------------------------------------------- */

START_TEST(nothing_leaves_that_could_not_be_recorded)
{
	act_world_start_read(&w);
	act_world_stop(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	want(ACT_ACCEPT, NULL);
	act_world_start(&w);
	act_world_lock(&w);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
	act_world_unlock(&w);
	act_world_await_end(&w, "done -");
}
END_TEST

START_TEST(an_answer_waits_until_it_can_be_stored)
{
	act_world_start_read(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	want(ACT_ACCEPT, NULL);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	act_world_lock(&w);
	act_world_let_go(&w, "409 Conflict", ACT_ERROR("bad_request"));
	act_world_turns(&w);
	act_world_unlock(&w);
	act_world_await_end(&w, "rejected bad_request");
}
END_TEST

/* --- A commit that fails after the file has it ------------------------------------------------------------------------------ */

/* Of the commits that change an action, how many are still to come until the one that is said to have failed. */
static size_t left;

static int on_logged(void *cls, sqlite3 *handle, const char *database, int pages)
{
	bool fails = w.acting && left > 0 && --left == 0;

	(void)cls;
	(void)handle;
	(void)database;
	(void)pages;
	w.acting = false;
	return fails ? SQLITE_IOERR : SQLITE_OK;
}

static void start_and_fail_at(size_t nth)
{
	act_world_start_read(&w);
	act_world_stop(&w);
	act_world_obey(&w, ACT_ASK_ACCEPT, ACT_ACCEPTED);
	want(ACT_ACCEPT, NULL);
	act_world_start(&w);
	left = nth;
	act_world_watch(&w);
	sqlite3_wal_hook(w.bed.store->handle, on_logged, NULL);
}

START_TEST(what_stands_as_sent_though_that_failed_has_not_left)
{
	start_and_fail_at(1);
	act_world_await_end(&w, "not_done not_sent");
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
	want(ACT_ACCEPT, NULL);
	act_world_await_end(&w, "done -");
}
END_TEST

START_TEST(an_answer_that_was_stored_though_that_failed_is_settled)
{
	start_and_fail_at(2);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("actor_crash");
	TCase *events = tcase_create("events");
	TCase *points = tcase_create("points");
	TCase *locked = tcase_create("locked");
	TCase *failing = tcase_create("failing");
	TCase *const all[] = { events, points, locked, failing };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		tcase_add_checked_fixture(all[i], set_up, tear_down);
		tcase_set_timeout(all[i], 60);
		suite_add_tcase(suite, all[i]);
	}
	tcase_add_loop_test(events, an_accept_survives_a_crash_after_any_event, 0, EVENTS);
	tcase_add_loop_test(events, a_cancellation_survives_a_crash_after_any_event, 0, EVENTS);
	tcase_add_test(events, it_survives_one_crash_after_another);
	tcase_add_test(points, what_was_wanted_and_not_begun_is_carried_out);
	tcase_add_test(points, what_stands_as_sent_is_not_sent_again);
	tcase_add_test(points, an_answer_that_nobody_waits_for_any_more_is_not_missed);
	tcase_add_test(points, an_answer_that_could_not_be_stored_is_not_missed);
	tcase_add_test(points, what_is_settling_goes_on_settling);
	tcase_add_test(points, what_was_read_and_not_looked_at_is_looked_at);
	tcase_add_test(locked, nothing_leaves_that_could_not_be_recorded);
	tcase_add_test(locked, an_answer_waits_until_it_can_be_stored);
	tcase_add_test(failing, what_stands_as_sent_though_that_failed_has_not_left);
	tcase_add_test(failing, an_answer_that_was_stored_though_that_failed_is_settled);
	return suite;
}
