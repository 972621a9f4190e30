/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An operator's accept, from the row to what became of it: judged, sent once, settled by reading.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>

#include "act_world.h"
#include "base/attr.h"
#include "base/log.h"
#include "store/query.h"
#include "suite.h"

#define LAST " FROM report_actions ORDER BY id DESC LIMIT 1"

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

static int64_t want(enum act_kind kind)
{
	struct action_wish wish = act_world_wish(&w, kind);

	return act_world_want(&w, &wish);
}

static void expect_message(const char *part)
{
	const char *message = bed_ask(&w.bed, "SELECT message" LAST);

	ck_assert_msg(strstr(message, part), "%s", message);
}

START_TEST(an_accept_sends_the_current_version_and_is_done_once_it_shows)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	want(ACT_ACCEPT);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
	ck_assert_ptr_nonnull(strstr(w.lines[ACT_ASK_ACCEPT].last, "{\"version\":1}"));
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT to_status || ' ' || via || ' ' || verdict FROM report_transitions ORDER BY seq DESC"),
	                 "accepted action legal");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT requested_by || ' ' || (requested_at_us <= sent_at_us) || (sent_at_us < finished_at_us)"
	                                 LAST), "uid:1000 11");
	expect_message("it is accepted now");
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
}
END_TEST

START_TEST(that_it_is_sent_is_stored_before_it_leaves)
{
	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	want(ACT_ACCEPT);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state || ' ' || (sent_us IS NOT NULL) FROM action"), "sent 1");
}
END_TEST

/* The window is over at 12:09:10. */
START_TEST(until_the_window_ends_an_accept_goes_out_and_from_then_on_nothing)
{
	static const struct {
		int64_t ahead_us;
		const char *end;
		size_t n;
	} cases[] = {
		{ 540 * USEC_PER_SEC, "done -", 1 },
		{ 550 * USEC_PER_SEC, "refused window_closed", 0 },
		{ 600 * USEC_PER_SEC, "refused window_closed", 0 },
	};

	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	act_world_advance(&w, cases[_i].ahead_us);
	want(ACT_ACCEPT);
	act_world_await_end(&w, cases[_i].end);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), cases[_i].n);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT sent_at IS NULL" LAST), cases[_i].n ? "0" : "1");
}
END_TEST

/* Its clock is two minutes ahead: there, it is 12:09:30 already. */
START_TEST(the_upstreams_clock_counts)
{
	act_world_answer(&w, ACT_ASK_READ, "200 OK\r\nDate: Sun, 20 Sep 2026 12:02:00 GMT", ACT_OFFERED);
	act_world_start_read(&w);
	act_world_advance(&w, 450 * USEC_PER_SEC);
	want(ACT_ACCEPT);
	act_world_await_end(&w, "refused window_closed");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

/* Storing a change of an action takes a minute. */
static int on_commit(void *cls)
{
	(void)cls;
	if (w.acting)
		w.clock.shift_us += 55 * USEC_PER_SEC;
	w.acting = false;
	return 0;
}

START_TEST(a_window_that_ends_while_it_is_stored_is_over)
{
	act_world_start_read(&w);
	act_world_advance(&w, 500 * USEC_PER_SEC);
	act_world_stop(&w);
	want(ACT_ACCEPT);
	act_world_start(&w);
	act_world_watch(&w);
	sqlite3_commit_hook(w.bed.store->handle, on_commit, NULL);
	act_world_await_end(&w, "not_done window_closed");
	expect_message("nothing has left: the time for approval ended at 2026-09-20T12:09:10.000000Z: ");
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT sent_at IS NOT NULL" LAST), "1");
}
END_TEST

START_TEST(another_version_than_was_looked_at_is_not_accepted)
{
	struct action_wish wish;

	act_world_start_read(&w);
	wish = act_world_wish(&w, ACT_ACCEPT);
	wish.version = 2;
	act_world_want(&w, &wish);
	act_world_await_end(&w, "refused version_changed");
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

START_TEST(there_is_no_second_act_while_one_is_under_way)
{
	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	want(ACT_ACCEPT);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	want(ACT_ACCEPT);
	act_world_await_end(&w, "refused under_way");
	expect_message("action 1 of this claim is under way");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	act_world_let_go(&w, "200 OK", ACT_TAKEN("accepted"));
	act_world_await(&w, "SELECT result FROM action WHERE id = 1", "done");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
}
END_TEST

/* --- What nobody told ------------------------------------------------------------------------------------------------- */

static const struct {
	const char *status;
	const char *body; /* of the accept's answer */
	const char *read;
	const char *end;
	const char *message;
} settled[] = {
	{ "500 Oops", "", ACT_ACCEPTED, "done -", "is accepted now" },
	{ "500 Oops", "", ACT_CLAIM("performer_lookup", 1, 5, 55, ""), "done -", "is performer_lookup now" },
	{ "500 Oops", "", ACT_FAILED, "not_done -", "is failed now; an offer that was over" },
	{ "500 Oops", "", ACT_CLAIM("estimating", 2, 5, 55, ""), "not_done -", "is estimating now" },
	{ "500 Oops", "", ACT_OFFERED, "not_done -", "after 8 reads it is still ready_for_approval, so it was not done; "
	  "look at it in the cabinet before you repeat it" },
	{ "200 OK", "<html>", ACT_ACCEPTED, "done -", "" },
	{ "200 OK", ACT_TAKEN("new"), ACT_OFFERED, "in_doubt -", "it was taken, but after 8 reads it is still ready_for_approval" },
	{ "200 OK", ACT_TAKEN("new"), ACT_FAILED, "not_done -", "is failed now" },
};

START_TEST(what_became_of_it_is_read_and_it_is_sent_once)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_ACCEPT, settled[_i].status, settled[_i].body);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", settled[_i].read);
	want(ACT_ACCEPT);
	act_world_await_end(&w, settled[_i].end);
	expect_message(settled[_i].message);
	act_world_turns(&w);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
	/* Its own 500 slows nothing down. */
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM report_sources"), "ok");
}
END_TEST

START_TEST(an_answer_that_never_comes_is_settled_by_reading)
{
	w.conf.request_timeout_us = 100 * USEC_PER_MS;
	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	want(ACT_ACCEPT);
	act_world_await_end(&w, "done -");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT answer FROM action"), "unknown");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
}
END_TEST

START_TEST(a_late_read_is_waited_for)
{
	act_world_start_read(&w);
	for (int i = 0; i < 5; i++)
		act_world_line_up(&w, ACT_ASK_READ, "200 OK", ACT_OFFERED);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	want(ACT_ACCEPT);
	act_world_await_end(&w, "done -");
	ck_assert_uint_ge(asked(ACT_ASK_READ), 6);
}
END_TEST

START_TEST(a_read_that_others_wanted_counts_at_once)
{
	w.conf.stale_retry = (struct conf_range){ 30 * USEC_PER_SEC, 30 * USEC_PER_SEC };
	act_world_start_read(&w);
	want(ACT_ACCEPT);
	act_world_await(&w, "SELECT tries FROM action", "1");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	act_world_call(&w);
	act_world_await_end(&w, "done -");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT finished_at_us - sent_at_us < 10000000" LAST), "1");
}
END_TEST

START_TEST(a_clock_that_is_set_back_delays_nothing)
{
	w.conf.stale_retry = (struct conf_range){ 30 * USEC_PER_SEC, 30 * USEC_PER_SEC };
	act_world_start_read(&w);
	want(ACT_ACCEPT);
	act_world_await(&w, "SELECT tries FROM action", "1");
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "settling");
	act_world_advance(&w, -3600 * USEC_PER_SEC);
	/* Whatever happens next shows it. */
	worker_act(w.worker);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	act_world_await_end(&w, "done -");
}
END_TEST

START_TEST(what_can_not_be_read_for_an_hour_is_in_doubt)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", "<html>");
	want(ACT_ACCEPT);
	act_world_await(&w, "SELECT state FROM action", "settling");
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "settling");
	act_world_advance(&w, 3601 * USEC_PER_SEC);
	act_world_await_end(&w, "in_doubt not_read");
}
END_TEST

START_TEST(what_has_not_left_is_not_done)
{
	act_world_start_read(&w);
	snprintf(w.base_url, sizeof(w.base_url), "http://127.0.0.1:1");
	want(ACT_ACCEPT);
	act_world_await_end(&w, "not_done not_sent");
	expect_message("nothing has left: ");
}
END_TEST

/* --- What is refused by name -------------------------------------------------------------------------------------------- */

static const struct {
	const char *status;
	const char *body;
	const char *read; /* what the claim is now */
	const char *end;
	const char *message;
	const char *state; /* of the source */
} refusals[] = {
	{ "409 Conflict", ACT_ERROR("old_version"), ACT_CLAIM("ready_for_approval", 2, 6, 40, ""), "rejected old_version",
	  "; it is ready_for_approval now, at version 2", "ok" },
	{ "409 Conflict", ACT_ERROR("inappropriate_status"), ACT_CANCELLED, "rejected inappropriate_status",
	  "does not allow this any more; it is cancelled now", "ok" },
	{ "409 Conflict", ACT_ERROR("state_mismatch"), ACT_OFFERED, "rejected state_mismatch", "try again in a few seconds", "ok" },
	{ "409 Conflict", ACT_ERROR("offer_expired"), ACT_OFFERED, "rejected offer_expired", "In its own words; its offer is over", "ok" },
	{ "404 Not Found", ACT_ERROR("not_found"), ACT_OFFERED, "rejected not_found", "check the id", "ok" },
	{ "400 Bad Request", ACT_ERROR("bad_request"), ACT_OFFERED, "rejected bad_request", "was not understood", "ok" },
	{ "409 Conflict", "", ACT_OFFERED, "rejected http_409", "refused the same way", "ok" },
	{ "403 Forbidden", ACT_ERROR("forbidden"), ACT_OFFERED, "rejected forbidden", "claimctl doctor", "ok" },
	{ "429 Too Many Requests", ACT_ERROR("too_many_requests"), ACT_OFFERED, "rejected too_many_requests", "in a minute", "limited" },
};

START_TEST(a_refusal_comes_back_by_its_name_with_what_to_do)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_ACCEPT, refusals[_i].status, refusals[_i].body);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", refusals[_i].read);
	want(ACT_ACCEPT);
	act_world_await_end(&w, refusals[_i].end);
	expect_message(refusals[_i].message);
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM report_sources"), refusals[_i].state);
	/* The upstream knows something that we don't. */
	act_world_await_asked(&w, ACT_ASK_READ, 2);
}
END_TEST

/* Nobody is kept waiting for a read that does not come. */
START_TEST(a_refusal_is_told_even_if_the_claim_can_not_be_read)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_ACCEPT, "409 Conflict", ACT_ERROR("old_version"));
	act_world_answer(&w, ACT_ASK_READ, "200 OK", "<html>");
	want(ACT_ACCEPT);
	act_world_await_asked(&w, ACT_ASK_READ, 2);
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "sent");
	act_world_advance(&w, 16 * USEC_PER_SEC);
	act_world_await_end(&w, "rejected old_version");
	ck_assert_ptr_null(strstr(bed_ask(&w.bed, "SELECT message" LAST), "it is"));
}
END_TEST

/* --- Manners ------------------------------------------------------------------------------------------------------------ */

/* Reads come to an end that pauses the source, or locks it out. */
static void come_to(const char *status, const char *state)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, status, "");
	act_world_call(&w);
	act_world_await(&w, "SELECT state FROM report_sources", state);
}

START_TEST(a_source_that_is_locked_out_is_not_waited_for)
{
	come_to("401 Unauthorized", "locked_out");
	want(ACT_ACCEPT);
	act_world_await_end(&w, "refused not_sent");
	expect_message("the source is locked out");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

START_TEST(a_pause_is_waited_for_but_no_longer_than_a_minute)
{
	come_to("429 Too Many Requests\r\nRetry-After: 3600", "limited");
	want(ACT_ACCEPT);
	act_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM action"), "wanted");
	act_world_advance(&w, 61 * USEC_PER_SEC);
	act_world_await_end(&w, "refused not_sent");
	expect_message("the source is paused");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

START_TEST(after_a_short_pause_it_goes_out)
{
	come_to("429 Too Many Requests\r\nRetry-After: 20", "limited");
	want(ACT_ACCEPT);
	act_world_turns(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_ACCEPTED);
	act_world_advance(&w, 21 * USEC_PER_SEC);
	act_world_await_end(&w, "done -");
}
END_TEST

START_TEST(what_was_wanted_long_ago_is_not_sent_any_more)
{
	act_world_start_read(&w);
	act_world_stop(&w);
	want(ACT_ACCEPT);
	act_world_advance(&w, 61 * USEC_PER_SEC);
	act_world_start(&w);
	act_world_await_end(&w, "refused not_sent");
	ck_assert_uint_eq(asked(ACT_ASK_ACCEPT), 0);
}
END_TEST

START_TEST(an_act_goes_before_reads_when_there_is_one_place)
{
	w.conf.max_in_flight = 1;
	act_world_start_read(&w);
	act_world_hold(&w, ACT_ASK_READ);
	act_world_call(&w);
	act_world_await_asked(&w, ACT_ASK_READ, 2);
	act_world_call(&w);
	act_world_hold(&w, ACT_ASK_ACCEPT);
	want(ACT_ACCEPT);
	act_world_let_go(&w, "200 OK", ACT_OFFERED);
	act_world_await_asked(&w, ACT_ASK_ACCEPT, 1);
	ck_assert_uint_eq(asked(ACT_ASK_READ), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("actor");
	TCase *sent = tcase_create("sent");
	TCase *settling = tcase_create("settling");
	TCase *refused = tcase_create("refused");
	TCase *manners = tcase_create("manners");
	TCase *const all[] = { sent, settling, refused, manners };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		tcase_add_checked_fixture(all[i], set_up, tear_down);
		tcase_set_timeout(all[i], 30);
		suite_add_tcase(suite, all[i]);
	}
	tcase_add_test(sent, an_accept_sends_the_current_version_and_is_done_once_it_shows);
	tcase_add_test(sent, that_it_is_sent_is_stored_before_it_leaves);
	tcase_add_loop_test(sent, until_the_window_ends_an_accept_goes_out_and_from_then_on_nothing, 0, 3);
	tcase_add_test(sent, the_upstreams_clock_counts);
	tcase_add_test(sent, a_window_that_ends_while_it_is_stored_is_over);
	tcase_add_test(sent, another_version_than_was_looked_at_is_not_accepted);
	tcase_add_test(sent, there_is_no_second_act_while_one_is_under_way);
	tcase_add_loop_test(settling, what_became_of_it_is_read_and_it_is_sent_once, 0, ARRAY_SIZE(settled));
	tcase_add_test(settling, an_answer_that_never_comes_is_settled_by_reading);
	tcase_add_test(settling, a_late_read_is_waited_for);
	tcase_add_test(settling, a_read_that_others_wanted_counts_at_once);
	tcase_add_test(settling, a_clock_that_is_set_back_delays_nothing);
	tcase_add_test(settling, what_can_not_be_read_for_an_hour_is_in_doubt);
	tcase_add_test(settling, what_has_not_left_is_not_done);
	tcase_add_loop_test(refused, a_refusal_comes_back_by_its_name_with_what_to_do, 0, ARRAY_SIZE(refusals));
	tcase_add_test(refused, a_refusal_is_told_even_if_the_claim_can_not_be_read);
	tcase_add_test(manners, a_source_that_is_locked_out_is_not_waited_for);
	tcase_add_test(manners, a_pause_is_waited_for_but_no_longer_than_a_minute);
	tcase_add_test(manners, after_a_short_pause_it_goes_out);
	tcase_add_test(manners, what_was_wanted_long_ago_is_not_sent_any_more);
	tcase_add_test(manners, an_act_goes_before_reads_when_there_is_one_place);
	return suite;
}
