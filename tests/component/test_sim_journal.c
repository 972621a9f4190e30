/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator's journal: every change once, in pages, behind cursors; and what goes wrong with it.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "suite.h"

#define OFFERED "new, estimating, ready_for_approval"
#define SEARCHED OFFERED ", accepted, performer_lookup, performer_draft, performer_not_found"

static struct stage s;

static struct journal_reader reader = { .stage = &s };

static void setup(void)
{
	stage_open(&s);
	reader_forget(&reader);
}

static void teardown(void)
{
	reader_forget(&reader);
	stage_close(&s);
}

START_TEST(every_change_is_an_event)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED ", price 1500.50, cancelled");
	stage_await_done(&s);
	stage_script(&s, "b", "new");
	stage_await_done(&s);
	reader_read_all(&reader, 0);
	ck_assert_uint_eq(reader.n, 6);
	reader_check(&reader);
	ck_assert_str_eq(reader.events[3].seen.price, "1500.50");
	ck_assert_str_eq(reader.events[3].seen.currency, "RUB");
	ck_assert_str_eq(reader.events[4].seen.resolution, "failed");
	ck_assert_int_eq(reader.events[0].seen.point_id, stage_claim(&s, "a")->transitions[0].seen.point_id);
	ck_assert_int_eq(reader.events[1].seen.point_id, NUMBER_NONE);
}
END_TEST

START_TEST(operations_ascend_over_all_claims_with_gaps)
{
	size_t gaps = 0;
	s.config.claims = 20;
	s.config.rate = 1e6;
	ck_assert_int_eq(life_weights_parse("happy=1", &s.config.weights), 0);
	stage_begin(&s);
	stage_await_done(&s);
	reader_read_all(&reader, 0);
	reader_check(&reader);
	for (size_t i = 1; i < reader.n; i++) {
		int64_t step = reader.events[i].seen.operation_id - reader.events[i - 1].seen.operation_id;
		ck_assert_int_ge(step, 1);
		ck_assert_int_le(step, 4);
		gaps += step > 1;
	}
	ck_assert_uint_gt(gaps, 0);
	ck_assert_int_gt(reader.events[0].seen.operation_id, INT64_C(1) << 53);
}
END_TEST

START_TEST(at_the_end_the_cursor_stays_until_there_is_news)
{
	size_t n;
	stage_begin(&s);
	ck_assert(reader_read(&reader, 0, &n));
	ck_assert(!reader_read(&reader, 0, &n));
	ck_assert_uint_eq(n, 0);
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	ck_assert(reader_read(&reader, 0, &n));
	ck_assert_uint_eq(n, 1);
	ck_assert(!reader_read(&reader, 0, &n));
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(a_page_is_no_longer_than_asked_or_allowed)
{
	size_t n;
	s.config.page_max = 3;
	stage_begin(&s);
	stage_script(&s, "a", SEARCHED);
	stage_await_done(&s);
	reader_read(&reader, 2, &n);
	ck_assert_uint_eq(n, 2);
	reader_read(&reader, 1000, &n);
	ck_assert_uint_eq(n, 3);
	reader_read_all(&reader, 1);
	reader_check(&reader);
}
END_TEST

static const char *const bad_limits[] = { "0", "1001", "", "-1", "x", "1x", "18446744073709551617" };

START_TEST(a_limit_that_is_none_is_refused)
{
	char target[128];
	stage_begin(&s);
	snprintf(target, sizeof(target), JOURNAL "?a=b&limit=%s&c=d", bad_limits[_i]);
	stage_ask(&s, "POST", target, "", "");
	stage_check_error(&s, 400, "400");
}
END_TEST

START_TEST(no_body_asks_for_the_oldest_and_garbage_for_nothing)
{
	struct wire_journal page;
	s.config.token = "secret-token";
	stage_begin(&s);
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	stage_ask(&s, "POST", JOURNAL, "", "");
	stage_check_error(&s, 401, "unauthorized");
	stage_ask(&s, "POST", JOURNAL, "Authorization: Bearer secret-token\r\n", "");
	ck_assert_int_eq(wire_journal_parse(s.answer.body, strlen(s.answer.body), &page), 0);
	ck_assert_uint_eq(page.n, 1);
	wire_journal_done(&page);
	stage_ask(&s, "POST", JOURNAL, "Authorization: Bearer secret-token\r\n", "{\"cursor\":7}");
	stage_check_error(&s, 400, "400");
	stage_ask(&s, "POST", JOURNAL, "Authorization: Bearer secret-token\r\n", "[");
	stage_check_error(&s, 400, "400");
	stage_ask(&s, "GET", JOURNAL, "Authorization: Bearer secret-token\r\n", "");
	stage_check_error(&s, 405, "405");
}
END_TEST

START_TEST(a_cursor_with_one_wrong_character_is_refused)
{
	size_t n;
	stage_begin_with_fault(&s, "late=0.5");
	stage_script(&s, "a", SEARCHED);
	stage_await_done(&s);
	reader_read(&reader, 4, &n);
	for (size_t i = 0; i < strlen(reader.cursor); i++) {
		char right = reader.cursor[i];
		reader.cursor[i] = right == 'A' ? 'B' : 'A';
		stage_ask_page(&s, reader.cursor, 0);
		stage_check_error(&s, 400, "invalid_cursor");
		reader.cursor[i] = right;
	}
	stage_ask_page(&s, "", 0);
	stage_check_error(&s, 400, "invalid_cursor");
}
END_TEST

START_TEST(a_cursor_with_wrong_bits_that_mean_nothing_is_refused_too)
{
	size_t n;
	stage_begin(&s);
	reader_read(&reader, 0, &n);
	/* Two characters of the last group stand for one byte. */
	ck_assert_uint_eq(strlen(reader.cursor) % 4, 2);
	char *last = &reader.cursor[strlen(reader.cursor) - 1];
	char right = *last;
	ck_assert_ptr_nonnull(strchr("AQgw", right));
	for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; *c; c++) {
		*last = *c;
		stage_ask_page(&s, reader.cursor, 0);
		ck_assert_uint_eq(s.answer.status, *c == right ? 200 : 400);
	}
	*last = '\0';
	stage_ask_page(&s, reader.cursor, 0);
	stage_check_error(&s, 400, "invalid_cursor");
}
END_TEST

START_TEST(a_refusal_may_be_vague)
{
	stage_begin_with_fault(&s, "vague=1");
	stage_ask_page(&s, "who knows", 0);
	stage_check_error(&s, 400, "unknown_error");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "wrong cursor format"));
}
END_TEST

START_TEST(cursors_of_another_simulator_are_refused)
{
	size_t n;
	stage_begin(&s);
	stage_script(&s, "a", OFFERED);
	stage_await_done(&s);
	reader_read(&reader, 0, &n);
	s.sim = sim_free(s.sim);
	/* The same seed: it could be ours, but tells of operations that are yet to come. */
	stage_begin(&s);
	stage_ask_page(&s, reader.cursor, 0);
	stage_check_error(&s, 400, "invalid_cursor");
	s.sim = sim_free(s.sim);
	s.config.seed = 2;
	stage_begin(&s);
	stage_script(&s, "a", OFFERED);
	stage_await_done(&s);
	stage_ask_page(&s, reader.cursor, 0);
	stage_check_error(&s, 400, "invalid_cursor");
}
END_TEST

START_TEST(forgotten_cursors_are_refused_and_new_ones_are_not)
{
	size_t n;
	stage_begin(&s);
	stage_script(&s, "a", OFFERED);
	stage_await_done(&s);
	reader_read(&reader, 1, &n);
	sim_forget_cursors(s.sim);
	for (int i = 0; i < 2; i++) {
		stage_ask_page(&s, reader.cursor, 0);
		stage_check_error(&s, 400, "invalid_cursor");
	}
	reader_forget(&reader);
	reader_read_all(&reader, 1);
	reader_check(&reader);
}
END_TEST

START_TEST(only_so_many_events_are_kept)
{
	size_t n;
	s.config.keep_events = 2;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating");
	stage_await_done(&s);
	reader_read(&reader, 1, &n);
	stage_script(&s, "a", "ready_for_approval");
	stage_await_done(&s);
	/* What is gone was read: the cursor is good. */
	stage_ask_page(&s, reader.cursor, 0);
	ck_assert_uint_eq(s.answer.status, 200);
	stage_script(&s, "a", "accepted");
	stage_await_done(&s);
	stage_ask_page(&s, reader.cursor, 0);
	stage_check_error(&s, 400, "invalid_cursor");
	reader_forget(&reader);
	reader_read_all(&reader, 0);
	ck_assert_uint_eq(reader.n, 2);
	ck_assert_str_eq(reader.events[0].seen.status, "ready_for_approval");
}
END_TEST

START_TEST(events_are_kept_only_so_long)
{
	s.config.keep_us = 3600 * USEC_PER_SEC;
	stage_begin_scenario(&s, "claim a\n backdate 2h\n new, estimating\n");
	stage_await_done(&s);
	reader_read_all(&reader, 0);
	ck_assert_uint_eq(reader.n, 2);
	s.clock.shift_us = 3601 * USEC_PER_SEC;
	loop_clock_stepped(s.loop);
	stage_script(&s, "a", "ready_for_approval");
	stage_await_done(&s);
	reader_forget(&reader);
	reader_read_all(&reader, 0);
	ck_assert_uint_eq(reader.n, 1);
	ck_assert_str_eq(reader.events[0].seen.status, "ready_for_approval");
}
END_TEST

START_TEST(a_hole_that_is_kept_no_more_spoils_the_cursor)
{
	size_t n;
	s.config.keep_events = 1;
	stage_begin_with_fault(&s, "late=1");
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	ck_assert(reader_read(&reader, 0, &n));
	ck_assert_uint_eq(n, 0);
	stage_script(&s, "a", "estimating");
	stage_await_done(&s);
	stage_ask_page(&s, reader.cursor, 0);
	stage_check_error(&s, 400, "invalid_cursor");
}
END_TEST

static const unsigned limits[] = { 1, 2, 3, 5, 100 };

START_TEST(late_events_come_with_the_next_page)
{
	stage_begin_with_fault(&s, "late=0.5");
	stage_script(&s, "a", SEARCHED ", price 7, performer_lookup, performer_draft, performer_found, cancelled");
	stage_await_done(&s);
	reader_read_all(&reader, limits[_i]);
	/* Pages of one tell a hole before what is behind it. */
	ck_assert_uint_eq(reader_is_ordered(&reader), limits[_i] == 1);
	ck_assert_uint_eq(reader_sort(&reader), 0);
	reader_check(&reader);
}
END_TEST

START_TEST(a_journal_of_late_events_only_is_read_all_the_same)
{
	size_t n;
	stage_begin_with_fault(&s, "late=1");
	stage_script(&s, "a", SEARCHED);
	stage_await_done(&s);
	ck_assert(reader_read(&reader, 3, &n));
	ck_assert_uint_eq(n, 0);
	/* More holes than there is room for wait their turn. */
	reader_read_all(&reader, 2);
	ck_assert_uint_eq(reader_sort(&reader), 0);
	reader_check(&reader);
}
END_TEST

START_TEST(a_shuffled_page_has_its_own_events)
{
	stage_begin_with_fault(&s, "shuffle=1");
	stage_script(&s, "a", SEARCHED);
	stage_await_done(&s);
	reader_read_all(&reader, 4);
	ck_assert(!reader_is_ordered(&reader));
	reader.n = 4;
	reader_sort(&reader);
	for (size_t i = 0; i < reader.n; i++)
		ck_assert_str_eq(reader.events[i].seen.status, stage_claim(&s, "a")->transitions[i].seen.status);
	reader_forget(&reader);
	reader_read_all(&reader, 4);
	ck_assert_uint_eq(reader_sort(&reader), 0);
	reader_check(&reader);
}
END_TEST

START_TEST(a_page_may_repeat_what_was_told)
{
	stage_begin_with_fault(&s, "repeat=1");
	stage_script(&s, "a", SEARCHED);
	stage_await_done(&s);
	reader_read_all(&reader, limits[_i]);
	size_t repeated = reader_sort(&reader);
	/* One place has no room for repeats, and one page has nothing before it. */
	if (limits[_i] == 1 || limits[_i] == 100)
		ck_assert_uint_eq(repeated, 0);
	else
		ck_assert_uint_gt(repeated, 0);
	reader_check(&reader);
}
END_TEST

START_TEST(what_is_late_is_no_repeat)
{
	size_t n;
	stage_begin_with_fault(&s, "late=1,repeat=1");
	stage_script(&s, "a", "new, estimating, ready_for_approval, accepted");
	stage_await_done(&s);
	ck_assert(reader_read(&reader, 4, &n));
	ck_assert_uint_eq(n, 0);
	/* Nothing was told yet that could be told again: these are holes, from the first on. */
	reader_read(&reader, 4, &n);
	ck_assert_uint_gt(n, 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(reader.events[i].seen.status, stage_claim(&s, "a")->transitions[i].seen.status);
}
END_TEST

static const char *const bad_answers[] = { "429=1", "500=1", "cut=1" };

START_TEST(a_bad_answer_tells_no_event)
{
	struct wire_journal page;
	struct sim_stats stats;
	stage_begin_with_fault(&s, bad_answers[_i]);
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	stage_ask_page(&s, NULL, 0);
	ck_assert_int_eq(wire_journal_parse(s.answer.body, strlen(s.answer.body), &page), ERR_INVALID);
	ck_assert_uint_eq(stage_newest(&s, "a")->events, 0);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.answers.journal, 1);
	ck_assert_uint_eq(stats.answers.failed, 1);
	ck_assert_uint_eq(stats.answers.events, 0);
}
END_TEST

START_TEST(journal_and_claims_are_out_on_their_own)
{
	struct wire_journal page;
	enum outage outage = (enum outage)_i;
	stage_begin(&s);
	stage_script(&s, "a", "new");
	stage_await_done(&s);
	sim_set_journal_outage(s.sim, outage);
	stage_check_told(&s, "a", "new");
	stage_ask_page(&s, NULL, 0);
	ck_assert_int_eq(wire_journal_parse(s.answer.body, strlen(s.answer.body), &page), ERR_INVALID);
	ck_assert_uint_eq(stage_newest(&s, "a")->events, 0);
	sim_set_journal_outage(s.sim, OUTAGE_NONE);
	sim_set_outage(s.sim, outage);
	reader_read_all(&reader, 0);
	reader_check(&reader);
	ck_assert_uint_eq(stage_newest(&s, "a")->events, 1);
}
END_TEST

START_TEST(a_silent_journal_answers_when_its_own_outage_is_over)
{
	struct raw_client client;
	stage_begin(&s);
	sim_set_journal_outage(s.sim, OUTAGE_SILENT);
	raw_open(&client, s.loop, sim_url(s.sim) + strlen("http://"));
	raw_send(&client, "POST " JOURNAL " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
	raw_quiet(&client);
	sim_set_outage(s.sim, OUTAGE_NONE);
	raw_quiet(&client);
	sim_set_journal_outage(s.sim, OUTAGE_NONE);
	ck_assert_uint_eq(raw_status(&client), 500);
	raw_close(&client);
}
END_TEST

START_TEST(a_reader_of_the_journal_meets_every_event_whatever_goes_wrong)
{
	struct sim_stats stats;
	s.config.wait_read = true;
	s.config.reader = READER_JOURNAL;
	s.config.claims = 30;
	s.config.rate = 1e6;
	s.config.page_max = 7;
	stage_begin_with_fault(&s, "all=0.2");
	while (!sim_is_done(s.sim)) {
		struct wire_journal page;
		stage_ask_page(&s, reader.cursor, 0);
		if (s.answer.status == 200 && wire_journal_parse(s.answer.body, strlen(s.answer.body), &page) == 0) {
			reader_take(&reader, &page);
			wire_journal_done(&page);
		}
		/* Ten minutes pass in the lives that let them. */
		s.clock.shift_us += USEC_PER_SEC;
		loop_clock_stepped(s.loop);
	}
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.answers.events, reader.n);
	ck_assert_uint_gt(reader_sort(&reader), 0);
	reader_check(&reader);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-journal");
	TCase *t = tcase_create("pages");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, every_change_is_an_event);
	tcase_add_test(t, operations_ascend_over_all_claims_with_gaps);
	tcase_add_test(t, at_the_end_the_cursor_stays_until_there_is_news);
	tcase_add_test(t, a_page_is_no_longer_than_asked_or_allowed);
	tcase_add_loop_test(t, a_limit_that_is_none_is_refused, 0, ARRAY_SIZE(bad_limits));
	tcase_add_test(t, no_body_asks_for_the_oldest_and_garbage_for_nothing);
	tcase_add_test(t, a_cursor_with_one_wrong_character_is_refused);
	tcase_add_test(t, a_cursor_with_wrong_bits_that_mean_nothing_is_refused_too);
	tcase_add_test(t, a_refusal_may_be_vague);
	tcase_add_test(t, cursors_of_another_simulator_are_refused);
	tcase_add_test(t, forgotten_cursors_are_refused_and_new_ones_are_not);
	tcase_add_test(t, only_so_many_events_are_kept);
	tcase_add_test(t, events_are_kept_only_so_long);
	tcase_add_test(t, a_hole_that_is_kept_no_more_spoils_the_cursor);
	suite_add_tcase(suite, t);
	t = tcase_create("trouble");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, late_events_come_with_the_next_page, 0, ARRAY_SIZE(limits));
	tcase_add_test(t, a_journal_of_late_events_only_is_read_all_the_same);
	tcase_add_test(t, a_shuffled_page_has_its_own_events);
	tcase_add_loop_test(t, a_page_may_repeat_what_was_told, 0, ARRAY_SIZE(limits));
	tcase_add_test(t, what_is_late_is_no_repeat);
	tcase_add_loop_test(t, a_bad_answer_tells_no_event, 0, ARRAY_SIZE(bad_answers));
	tcase_add_loop_test(t, journal_and_claims_are_out_on_their_own, OUTAGE_ERROR, OUTAGE_SILENT);
	tcase_add_test(t, a_silent_journal_answers_when_its_own_outage_is_over);
	tcase_add_test(t, a_reader_of_the_journal_meets_every_event_whatever_goes_wrong);
	suite_add_tcase(suite, t);
	return suite;
}
