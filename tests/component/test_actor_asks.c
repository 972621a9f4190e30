/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions that change nothing upstream: what a cancellation costs, a probe, a refetch, a violation that is resolved.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>

#include "act_world.h"
#include "base/attr.h"
#include "base/log.h"
#include "suite.h"

#define LAST " FROM report_actions ORDER BY id DESC LIMIT 1"

static struct act_world w;

static void set_up(void)
{
	act_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_FOUND);
}

static void tear_down(void)
{
	act_world_close(&w);
}

static size_t asked(enum act_ask ask)
{
	return w.lines[ask].n_asked;
}

static void want(enum act_kind kind)
{
	struct action_wish wish = act_world_wish(&w, kind);

	act_world_want(&w, &wish);
}

static const struct {
	const char *status;
	const char *body;
	const char *end;
	const char *rest; /* price and message */
} questions[] = {
	{ "200 OK", ACT_FEE("free", "0"), "done free", "0 0 RUB" },
	{ "200 OK", ACT_FEE("paid", "149.90"), "done paid", "149.90 149.90 RUB" },
	{ "200 OK", "{\"cancel_state\":\"unavailable\"}", "done unavailable", "- -" },
	{ "404 Not Found", ACT_ERROR("not_found"), "rejected not_found",
	  "- In its own words; check the id, and that the account is the right one" },
	{ "200 OK", "{\"cancel_state\":\"maybe\"}", "not_done protocol", NULL },
};

START_TEST(what_it_costs_can_be_asked_alone)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_FEE, questions[_i].status, questions[_i].body);
	want(ACT_CANCEL_INFO);
	act_world_await_end(&w, questions[_i].end);
	if (questions[_i].rest)
		ck_assert_str_eq(bed_ask(&w.bed, "SELECT coalesce(price, '-') || ' ' || coalesce(message, '-')" LAST), questions[_i].rest);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT sent_at IS NULL" LAST), "1");
	ck_assert_uint_eq(asked(ACT_ASK_CANCEL), 0);
}
END_TEST

START_TEST(a_probe_tells_how_the_upstream_is)
{
	static const struct {
		const char *status;
		const char *body;
		const char *end;
	} probes[] = {
		{ "200 OK", "{\"cursor\":\"c\",\"events\":[]}", "done -" },
		{ "401 Unauthorized", ACT_ERROR("unauthorized"), "not_done auth" },
		{ "500 Oops", "", "not_done retry" },
		{ "200 OK", "<html>", "not_done protocol" },
	};

	act_world_start(&w);
	act_world_answer(&w, ACT_ASK_PROBE, probes[_i].status, probes[_i].body);
	want(ACT_PROBE);
	act_world_await_end(&w, probes[_i].end);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT length(message) > 0" LAST), "1");
}
END_TEST

START_TEST(a_probe_lifts_a_lockout_that_is_none_any_more)
{
	act_world_answer(&w, ACT_ASK_READ, "401 Unauthorized", "");
	act_world_start(&w);
	act_world_call(&w);
	act_world_await(&w, "SELECT state FROM report_sources", "locked_out");
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_FOUND);
	want(ACT_PROBE);
	act_world_await_end(&w, "done -");
	act_world_await(&w, "SELECT status FROM report_claims", "performer_found");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM report_sources"), "ok");
}
END_TEST

START_TEST(a_pause_is_an_answer_to_a_probe)
{
	act_world_answer(&w, ACT_ASK_READ, "429 Too Many Requests\r\nRetry-After: 3600", "");
	act_world_start(&w);
	act_world_call(&w);
	act_world_await(&w, "SELECT state FROM report_sources", "limited");
	want(ACT_PROBE);
	act_world_await_end(&w, "not_done limited");
	ck_assert_uint_eq(asked(ACT_ASK_PROBE), 0);
}
END_TEST

START_TEST(a_refetch_is_done_when_the_claim_was_read)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("pickup_arrived", 1, 10, 50, ""));
	want(ACT_REFETCH);
	act_world_await_end(&w, "done -");
	ck_assert_uint_eq(asked(ACT_ASK_READ), 2);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT to_status || ' ' || via FROM report_transitions ORDER BY seq DESC"),
	                 "pickup_arrived manual");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT message" LAST), "it is pickup_arrived");
}
END_TEST

START_TEST(a_refetch_tells_what_the_upstream_does_not_know)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_NOTHING);
	want(ACT_REFETCH);
	act_world_await_end(&w, "done not_found");
}
END_TEST

START_TEST(a_refetch_gives_up_after_a_minute)
{
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", "<html>");
	want(ACT_REFETCH);
	act_world_await_asked(&w, ACT_ASK_READ, 2);
	act_world_advance(&w, 61 * USEC_PER_SEC);
	act_world_await_end(&w, "not_done not_read");
}
END_TEST

static const struct {
	const char *argument;
	int64_t violation;
	const char *end;
	const char *after; /* status, held, state, by, note */
} resolutions[] = {
	{ "adopt", 1, "done -", "pickuped 0 adopted uid:1000 seen by phone" },
	{ "dismiss", 1, "done -", "delivered_finish 1 dismissed uid:1000 seen by phone" },
	{ "adopt", 7, "refused unknown_violation", "delivered_finish 1 open - -" },
};

START_TEST(a_violation_is_resolved_by_an_operators_word)
{
	struct action_wish wish;

	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("delivered_finish", 1, 20, 20, ""));
	act_world_start_read(&w);
	act_world_answer(&w, ACT_ASK_READ, "200 OK", ACT_CLAIM("pickuped", 1, 21, 50, ""));
	act_world_call(&w);
	act_world_await(&w, "SELECT count(*) FROM report_violations", "1");
	wish = act_world_wish(&w, ACT_RESOLVE);
	wish.argument = resolutions[_i].argument;
	wish.target_id = resolutions[_i].violation;
	wish.note = "seen by phone";
	act_world_want(&w, &wish);
	act_world_await_end(&w, resolutions[_i].end);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT c.status || ' ' || c.held || ' ' || v.state || ' ' || coalesce(v.resolved_by, '-')"
	                                 " || ' ' || coalesce(v.note, '-') FROM report_claims c, report_violations v"),
	                 resolutions[_i].after);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("actor_asks");
	TCase *tcase = tcase_create("asks");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, what_it_costs_can_be_asked_alone, 0, ARRAY_SIZE(questions));
	tcase_add_loop_test(tcase, a_probe_tells_how_the_upstream_is, 0, 4);
	tcase_add_test(tcase, a_probe_lifts_a_lockout_that_is_none_any_more);
	tcase_add_test(tcase, a_pause_is_an_answer_to_a_probe);
	tcase_add_test(tcase, a_refetch_is_done_when_the_claim_was_read);
	tcase_add_test(tcase, a_refetch_tells_what_the_upstream_does_not_know);
	tcase_add_test(tcase, a_refetch_gives_up_after_a_minute);
	tcase_add_loop_test(tcase, a_violation_is_resolved_by_an_operators_word, 0, ARRAY_SIZE(resolutions));
	suite_add_tcase(suite, tcase);
	return suite;
}
