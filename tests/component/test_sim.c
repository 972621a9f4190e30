/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the simulator answers over real sockets: the truth, refusals, faults and outages.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "suite.h"
#include "wire/claims.h"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

START_TEST(bulk_info_tells_the_truth)
{
	const char *ids[] = { "a", "nobody", "b" };
	struct wire_snapshots claims;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating, ready_for_approval");
	stage_script(&s, "b", "new");
	stage_await_steps(&s, "a", 3);
	stage_await_steps(&s, "b", 1);
	stage_ask_bulk(&s, ids, ARRAY_SIZE(ids), &claims);
	ck_assert_uint_eq(claims.n, 2);
	ck_assert_uint_eq(claims.n_unreadable, 0);
	const struct seen *told = &claims.seen[0];
	const struct seen *truth = &stage_newest(&s, "a")->seen;
	ck_assert_str_eq(told->external_id, "a");
	ck_assert_str_eq(told->status, "ready_for_approval");
	ck_assert_int_eq(told->key.revision, truth->key.revision);
	ck_assert_int_eq(told->key.updated.us, truth->key.updated.us);
	ck_assert_int_eq(told->entered.us, truth->entered.us);
	ck_assert_int_eq(told->version, 1);
	ck_assert_int_eq(told->point_id, truth->point_id);
	ck_assert_int_gt(told->point_id, INT64_C(17000000000000));
	ck_assert_int_eq(told->valid_until.us, truth->entered.us + 600 * USEC_PER_SEC);
	ck_assert_str_eq(told->price, truth->price);
	ck_assert_str_eq(claims.seen[1].external_id, "b");
	wire_snapshots_done(&claims);
}
END_TEST

START_TEST(info_tells_one_claim)
{
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating");
	stage_await_steps(&s, "a", 2);
	stage_ask_info(&s, "a");
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_ptr_nonnull(strstr(s.answer.body, "estimating"));
	stage_ask_info(&s, "b");
	stage_check_error(&s, 404, "not_found");
	stage_ask(&s, "POST", INFO, LANGUAGE, "");
	stage_check_error(&s, 400, "bad_request");
}
END_TEST

START_TEST(claims_are_made_for_each_class_of_vehicle)
{
	static const char *const classes[] = { "express", "courier", "cargo", "express" };
	struct wire_snapshots claims;
	const char *const ids[] = { "a", "b", "c", "d" };

	stage_begin(&s);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		ck_assert_int_eq(sim_script(s.sim, ids[i], "new"), 0);
		stage_await_steps(&s, ids[i], 1);
		stage_ask_bulk(&s, &ids[i], 1, &claims);
		ck_assert_str_eq(claims.seen[0].class, classes[i]);
		wire_snapshots_done(&claims);
	}
}
END_TEST

START_TEST(requests_that_upstream_refuses_are_refused)
{
	s.config.token = "secret-token";
	stage_begin(&s);
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE, "{\"claim_ids\":[\"a\"]}");
	stage_check_error(&s, 401, "unauthorized");
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE "Authorization: Bearer secret-tokens\r\n", "{\"claim_ids\":[\"a\"]}");
	stage_check_error(&s, 401, "unauthorized");
	stage_ask(&s, "POST", BULK_INFO, "Authorization: Bearer secret-token\r\n", "{\"claim_ids\":[\"a\"]}");
	stage_check_error(&s, 400, "bad_request");
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE "Authorization: Bearer secret-token\r\n", "{\"claim_ids\":[]}");
	stage_check_error(&s, 400, "bad_request");
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE "Authorization: Bearer secret-token\r\n", "{\"claim_ids\":[\"a\"]}");
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_int_eq(sim_set_token(s.sim, "another-token"), 0);
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE "Authorization: Bearer secret-token\r\n", "{\"claim_ids\":[\"a\"]}");
	stage_check_error(&s, 401, "unauthorized");
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE "Authorization: Bearer another-token\r\n", "{\"claim_ids\":[\"a\"]}");
	ck_assert_uint_eq(s.answer.status, 200);
	stage_ask(&s, "GET", BULK_INFO, LANGUAGE, "");
	stage_check_error(&s, 405, "405");
	stage_ask(&s, "POST", BULK_INFO "s", LANGUAGE, "");
	stage_check_error(&s, 404, "not_found");
}
END_TEST

START_TEST(bulk_info_takes_a_thousand_ids_and_no_more)
{
	const char *ids[WIRE_BULK_IDS_MAX];
	struct wire_snapshots claims;
	struct buf body = { 0 };
	stage_begin(&s);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ids[i] = "0123456789012345678901234567890123456789012345678901234567890123";
	stage_ask_bulk(&s, ids, ARRAY_SIZE(ids), &claims);
	ck_assert_uint_eq(claims.n, 0);
	wire_snapshots_done(&claims);
	ck_assert_int_eq(buf_addf(&body, "{\"claim_ids\":[\"a\""), 0);
	for (size_t i = 0; i < WIRE_BULK_IDS_MAX; i++)
		ck_assert_int_eq(buf_addf(&body, ",\"a\""), 0);
	ck_assert_int_eq(buf_addf(&body, "]}"), 0);
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE, body.data);
	stage_check_error(&s, 400, "bad_request");
	buf_done(&body);
}
END_TEST

struct outage_case {
	enum outage outage;
	unsigned status;
	const char *code;
};

static const struct outage_case outages[] = {
	{ OUTAGE_ERROR, 500, "500" },
	{ OUTAGE_UNAUTHORIZED, 401, "unauthorized" },
	{ OUTAGE_FORBIDDEN, 403, "forbidden" },
	{ OUTAGE_NOT_FOUND, 404, "not_found" },
	{ OUTAGE_LIMITED, 429, "too_many_requests" },
	{ OUTAGE_REDIRECT, 302, "" },
	{ OUTAGE_NO_JSON, 200, "" },
	{ OUTAGE_ABSURD, 200, "" },
	{ OUTAGE_CUT, 200, "" },
};

START_TEST(an_outage_lasts_until_it_is_over)
{
	struct wire_snapshots claims;
	stage_begin(&s);
	stage_script(&s, "a", "new");
	stage_await_steps(&s, "a", 1);
	sim_set_outage(s.sim, outages[_i].outage);
	for (int i = 0; i < 2; i++) {
		stage_ask(&s, "POST", BULK_INFO, LANGUAGE, "{\"claim_ids\":[\"a\"]}");
		stage_check_error(&s, outages[_i].status, outages[_i].code);
		ck_assert_int_eq(wire_claims_parse(s.answer.body, strlen(s.answer.body), &claims), ERR_INVALID);
	}
	ck_assert_uint_eq(stage_newest(&s, "a")->reads, 0);
	sim_set_outage(s.sim, OUTAGE_NONE);
	stage_check_told(&s, "a", "new");
	ck_assert_uint_eq(stage_newest(&s, "a")->reads, 1);
}
END_TEST

START_TEST(a_silent_outage_answers_only_when_it_is_over)
{
	struct raw_client client;
	stage_begin(&s);
	sim_set_outage(s.sim, OUTAGE_SILENT);
	raw_open(&client, s.loop, sim_url(s.sim) + strlen("http://"));
	raw_send(&client, "POST " INFO "?claim_id=a HTTP/1.1\r\nHost: x\r\n" LANGUAGE "Content-Length: 0\r\n\r\n");
	raw_quiet(&client);
	sim_set_outage(s.sim, OUTAGE_NONE);
	ck_assert_uint_eq(raw_status(&client), 500);
	/* And what is still held when the simulation ends is let go. */
	sim_set_outage(s.sim, OUTAGE_SILENT);
	raw_send(&client, "POST " INFO "?claim_id=a HTTP/1.1\r\nHost: x\r\n" LANGUAGE "Content-Length: 0\r\n\r\n");
	raw_quiet(&client);
	s.sim = sim_free(s.sim);
	raw_close(&client);
}
END_TEST

START_TEST(a_limit_says_when_to_come_again)
{
	stage_begin_with_fault(&s, "429=1");
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE, "{\"claim_ids\":[\"a\"]}");
	stage_check_error(&s, 429, "too_many_requests");
	ck_assert_ptr_nonnull(strstr(s.answer.head, "Retry-After: 1\r\n"));
}
END_TEST

START_TEST(a_cut_answer_tells_nothing)
{
	struct wire_snapshots claims;
	stage_begin_with_fault(&s, "cut=1");
	stage_script(&s, "a", "new");
	stage_await_steps(&s, "a", 1);
	stage_ask(&s, "POST", BULK_INFO, LANGUAGE, "{\"claim_ids\":[\"a\"]}");
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_int_eq(s.answer.body[0], '{');
	ck_assert_int_eq(wire_claims_parse(s.answer.body, strlen(s.answer.body), &claims), ERR_INVALID);
	ck_assert_uint_eq(stage_newest(&s, "a")->reads, 0);
}
END_TEST

START_TEST(a_delayed_answer_comes)
{
	stage_begin_with_fault(&s, "delay=1");
	stage_script(&s, "a", "new");
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "new");
	ck_assert_uint_eq(stage_newest(&s, "a")->reads, 1);
}
END_TEST

START_TEST(a_stale_read_tells_the_status_before)
{
	struct sim_stats stats;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating stale 2");
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "new");
	stage_check_told(&s, "a", "new");
	stage_check_told(&s, "a", "estimating");
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.answers.stale, 2);
	ck_assert_uint_eq(stats.answers.ids, 3);
}
END_TEST

START_TEST(stale_reads_end_when_their_time_is_over)
{
	s.config.stale_max_us = 30 * USEC_PER_SEC;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating stale 1000");
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "new");
	s.clock.shift_us = 30 * USEC_PER_SEC;
	loop_clock_stepped(s.loop);
	stage_check_told(&s, "a", "estimating");
}
END_TEST

START_TEST(stale_reads_of_chance_come_to_an_end)
{
	stage_begin_with_fault(&s, "stale=1");
	stage_script(&s, "a", "new, estimating");
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "new");
	for (int i = 0; i < 3; i++)
		stage_ask_info(&s, "a");
	stage_check_told(&s, "a", "estimating");
}
END_TEST

START_TEST(the_truth_is_served_line_by_line)
{
	size_t lines = 0;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating");
	stage_await_done(&s);
	stage_ask(&s, "GET", "/sim/truth", "", "");
	ck_assert_uint_eq(s.answer.status, 200);
	for (const char *at = s.answer.body; (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_uint_eq(lines, 2);
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"status\":\"estimating\""));
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"verdict\":\"legal\""));
	stage_ask(&s, "GET", "/sim/stats", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"transitions\":2"));
	stage_ask(&s, "GET", "/sim/nothing", "", "");
	stage_check_error(&s, 404, "not_found");
}
END_TEST

START_TEST(a_claim_can_be_ordered_over_http)
{
	stage_begin(&s);
	stage_ask(&s, "POST", "/sim/claims?life=nobody", "", "");
	stage_check_error(&s, 404, "not_found");
	stage_ask(&s, "POST", "/sim/claims?life=estimate_cancelled", "", "");
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_done(&s);
	const struct world_shipment *born = world_at(sim_world(s.sim), 0);
	ck_assert_ptr_nonnull(strstr(s.answer.body, born->id));
	ck_assert_uint_eq(strlen(born->id), 32);
	ck_assert_str_eq(stage_newest(&s, born->id)->seen.status, "cancelled");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim");
	TCase *t = tcase_create("sim");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, bulk_info_tells_the_truth);
	tcase_add_test(t, info_tells_one_claim);
	tcase_add_test(t, claims_are_made_for_each_class_of_vehicle);
	tcase_add_test(t, requests_that_upstream_refuses_are_refused);
	tcase_add_test(t, bulk_info_takes_a_thousand_ids_and_no_more);
	tcase_add_loop_test(t, an_outage_lasts_until_it_is_over, 0, ARRAY_SIZE(outages));
	tcase_add_test(t, a_silent_outage_answers_only_when_it_is_over);
	tcase_add_test(t, a_limit_says_when_to_come_again);
	tcase_add_test(t, a_cut_answer_tells_nothing);
	tcase_add_test(t, a_delayed_answer_comes);
	tcase_add_test(t, a_stale_read_tells_the_status_before);
	tcase_add_test(t, stale_reads_end_when_their_time_is_over);
	tcase_add_test(t, stale_reads_of_chance_come_to_an_end);
	tcase_add_test(t, the_truth_is_served_line_by_line);
	tcase_add_test(t, a_claim_can_be_ordered_over_http);
	suite_add_tcase(suite, t);
	return suite;
}
