/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Delivery client's bulk_info, its outcomes and its manners, against an upstream that answers with whatever bytes it is given.
 * Component ring: real sockets, the real wire layer. The journal is in test_delivery_journal.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/delivery.h"
#include "client_world.h"
#include "suite.h"

static const char *const ids[] = { "3b8d1af142664fde824626a7c19e2bd9", "01a0cd38be93807496944ebfc9654d02" };

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct client_answer answer;
	bool frees_client;
	struct outcome *follower; /* asked for from the callback */
};

static void ask(struct outcome *outcome);

static void on_answer(struct client_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
	if (outcome->follower) {
		/* The call has ended before its callback runs. */
		ck_assert_int_ne(client_delay_us(w.client), -1);
		ask(outcome->follower);
	}
	if (outcome->frees_client)
		w.client = client_free(w.client);
}

static void ask(struct outcome *outcome)
{
	ck_assert_int_eq(delivery_bulk_info(w.client, ids, 2, on_answer, outcome), 0);
	ck_assert_uint_eq(outcome->times, 0);
}

static void await(struct outcome *outcome)
{
	client_world_await(&w, &outcome->times);
}

static struct client_answer ask_once(void)
{
	struct outcome outcome = { 0 };

	ask(&outcome);
	await(&outcome);
	return outcome.answer;
}

static struct client_answer answer_to(const char *status, const char *headers, const char *body)
{
	client_world_answer(&w, status, headers, body);
	return ask_once();
}

static void set_up(void)
{
	client_world_open(&w, CONF_DELIVERY);
}

static void tear_down(void)
{
	client_world_close(&w);
}

START_TEST(the_request_is_as_upstream_wants_it)
{
	struct client_answer answer = answer_to("200 OK", "", "{\"claims\":[]}");
	const char *text = w.peer.request.data;

	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	wire_snapshots_done(&answer.snapshots);
	ck_assert_int_eq(strncmp(text, "POST /b2b/cargo/integration/v2/claims/bulk_info HTTP/1.1\r\n", 58), 0);
	ck_assert_ptr_nonnull(strstr(text, "\r\nAuthorization: Bearer " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nAccept-Language: ru\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"claim_ids\""));
	ck_assert_ptr_nonnull(strstr(text, ids[0]));
	ck_assert_ptr_nonnull(strstr(text, ids[1]));
}
END_TEST

START_TEST(a_reloaded_token_is_used_at_once)
{
	static char other[] = "another";

	w.conf.credential = (struct secret){ other, strlen(other) };
	answer_to("500 Oops", "", "");
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nAuthorization: Bearer another\r\n"));
}
END_TEST

START_TEST(claims_are_read)
{
	struct client_answer answer = answer_to(
		"200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
		"{\"claims\":[{\"id\":\"3b8d1af142664fde824626a7c19e2bd9\",\"status\":\"performer_lookup\","
		"\"revision\":6,\"updated_ts\":\"2026-09-23T07:46:00.1Z\"}]}");

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert_uint_eq(answer.snapshots.n, 1);
	ck_assert_str_eq(answer.snapshots.seen[0].external_id, ids[0]);
	ck_assert_str_eq(answer.snapshots.seen[0].status, "performer_lookup");
	client_world_assert_skew(answer.end.skew_us, INT64_C(784111777));
	ck_assert_str_eq(answer.end.reason, "");
	wire_snapshots_done(&answer.snapshots);
}
END_TEST

static const struct {
	const char *status;
	const char *headers;
	const char *body;
	enum outcome_kind outcome;
	const char *reason;
} statuses[] = {
	{ "404 Not Found", "", "", OUTCOME_GONE, "HTTP 404" },
	{ "410 Gone", "", "", OUTCOME_GONE, "HTTP 410" },
	{ "401 Unauthorized", "", "", OUTCOME_AUTH, "HTTP 401" },
	{ "403 Forbidden", "", "", OUTCOME_AUTH, "HTTP 403" },
	{ "429 Too Many Requests", "", "", OUTCOME_LIMITED, "HTTP 429" },
	{ "420 Enhance Your Calm", "X-RateLimit-Resource-Until: 31 Dec 2399 23:59:59 GMT\r\n", "", OUTCOME_LIMITED, "HTTP 420" },
	{ "408 Request Timeout", "", "", OUTCOME_RETRY, "HTTP 408" },
	{ "423 Locked", "", "", OUTCOME_RETRY, "HTTP 423" },
	{ "499 Client Closed Request", "", "", OUTCOME_RETRY, "HTTP 499" },
	{ "500 Internal Server Error", "", "", OUTCOME_RETRY, "HTTP 500" },
	{ "503 Service Unavailable", "", "", OUTCOME_RETRY, "HTTP 503" },
	{ "599 Odd", "", "", OUTCOME_RETRY, "HTTP 599" },
	{ "301 Moved", "", "", OUTCOME_PROTOCOL, "HTTP 301" },
	{ "302 Found", "Location: http://127.0.0.1:1/\r\n", "", OUTCOME_PROTOCOL, "HTTP 302" },
	{ "202 Accepted", "", "", OUTCOME_PROTOCOL, "HTTP 202" },
	{ "204 No Content", "", "", OUTCOME_PROTOCOL, "HTTP 204" },
	{ "400 Bad Request", "", "", OUTCOME_PROTOCOL, "HTTP 400" },
	{ "600 Odd", "", "", OUTCOME_PROTOCOL, "HTTP 600" },
	{ "400 Bad Request", "", "{\"code\":\"bad_request\",\"message\":\"no such id\"}", OUTCOME_PROTOCOL,
	  "HTTP 400 bad_request: no such id" },
	{ "400 Bad Request", "", "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"A\",\"message\":\"b\"}]}", OUTCOME_PROTOCOL, "HTTP 400" },
	{ "404 Not Found", "", "{\"code\":\"not_found\"} ", OUTCOME_GONE, "HTTP 404 not_found" },
	{ "500 Oops", "", "{\"message\":\"tired\"}", OUTCOME_RETRY, "HTTP 500: tired" },
	{ "502 Bad Gateway", "", "<html></html>", OUTCOME_RETRY, "HTTP 502" },
};

START_TEST(each_status_has_its_outcome_and_reason)
{
	struct client_answer answer = answer_to(statuses[_i].status, statuses[_i].headers, statuses[_i].body);

	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(statuses[_i].outcome));
	ck_assert_str_eq(answer.end.reason, statuses[_i].reason);
	ck_assert_int_eq(answer.end.retry_after_s, -1);
}
END_TEST

static const char *const unreadable[] = {
	"",
	"hello",
	"{\"claims\":[",
	"{\"claims\":{}}",
	"[]",
};

START_TEST(an_unreadable_answer_breaks_the_protocol)
{
	struct client_answer answer = answer_to("200 OK", "", unreadable[_i]);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	ck_assert_int_eq(strncmp(answer.end.reason, "HTTP 200, but", 13), 0);
	ck_assert_uint_eq(answer.snapshots.n, 0);
	ck_assert_ptr_null(answer.snapshots.seen);
}
END_TEST

START_TEST(an_answer_far_beyond_what_was_asked_for_breaks_the_protocol)
{
	size_t len = (size_t)2 * 1024 * 1024;
	char *body = malloc(len + 1);

	ck_assert_ptr_nonnull(body);
	memset(body, ' ', len);
	snprintf(body + len - 16, 17, "%16s", "{\"claims\":[]}");

	struct client_answer answer = answer_to("200 OK", "", body);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	free(body);
}
END_TEST

START_TEST(a_cut_answer_is_tried_again)
{
	w.peer.answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"claims\":[]}";
	w.peer.close = true;
	struct client_answer answer = ask_once();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert_str_ne(answer.end.reason, "");
	ck_assert(!strstr(answer.end.reason, CLIENT_CREDENTIAL));
}
END_TEST

START_TEST(silence_is_tried_again)
{
	w.conf.request_timeout_us = 50 * USEC_PER_MS;
	struct client_answer answer = ask_once();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert_str_ne(answer.end.reason, "");
}
END_TEST

START_TEST(the_pause_asked_for_is_told)
{
	struct client_answer answer = answer_to("429 Slow", "Retry-After: 30\r\n", "");

	ck_assert_int_eq(answer.end.outcome, OUTCOME_LIMITED);
	ck_assert_int_eq(answer.end.retry_after_s, 30);
}
END_TEST

static const char *const telltales[] = {
	"{\"code\":\"unauthorized\",\"message\":\"not Bearer " CLIENT_CREDENTIAL " please",
	"{\"code\":\"unauthorized\",\"message\":\"not " CLIENT_CREDENTIAL " but another\"}",
	"{\"code\":\"" CLIENT_CREDENTIAL "\",\"message\":\"no\"}",
	"{\"code\":\"unauthorized\",\"message\":\"...very-secret-token is none\"}",
	"{\"code\":\"unauthorized\",\"message\":\"y0_AgAAA...\"}",
};

START_TEST(a_reason_never_tells_the_token)
{
	struct client_answer answer = answer_to("401 No", "", telltales[_i]);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_AUTH);
	ck_assert_int_eq(strncmp(answer.end.reason, "HTTP 401", 8), 0);
	ck_assert(!strstr(answer.end.reason, "y0_Ag"));
	ck_assert(!strstr(answer.end.reason, "secret"));
}
END_TEST

START_TEST(requests_in_flight_are_counted)
{
	struct outcome a = { 0 }, b = { 0 };

	ck_assert_int_eq(client_delay_us(w.client), 0);
	ask(&a);
	ck_assert_int_eq(client_delay_us(w.client), 0);
	ask(&b);
	ck_assert_int_eq(client_delay_us(w.client), -1);
	client_world_await_requests(&w, 2);
	ck_assert_int_eq(client_delay_us(w.client), -1);
	canned_peer_close(&w.peer);
	await(&a);
	ck_assert_int_ne(client_delay_us(w.client), -1);
	await(&b);
	ck_assert_int_eq(a.answer.end.outcome, OUTCOME_RETRY);
	ck_assert_int_eq(b.answer.end.outcome, OUTCOME_RETRY);
}
END_TEST

/* Far behind any timeout. */
#define LATE_US (3600 * USEC_PER_SEC)

static bool is_stuck_in_us(int64_t us)
{
	return client_is_stuck(w.client, (struct mono){ clock_mono(&w.clock).us + us });
}

START_TEST(a_request_whose_end_is_lost_is_stuck)
{
	struct outcome outcome = { 0 };

	ck_assert(client_is_idle(w.client));
	ck_assert(!is_stuck_in_us(LATE_US));
	w.peer.answer = NULL;
	ask(&outcome);
	client_world_await_requests(&w, 1);
	ck_assert(!client_is_idle(w.client));
	ck_assert(!is_stuck_in_us(w.conf.request_timeout_us));
	ck_assert(is_stuck_in_us(LATE_US));
	/* What a reload changes counts for later requests. */
	w.conf.request_timeout_us = 2 * LATE_US;
	ck_assert(is_stuck_in_us(LATE_US));
	canned_peer_break_silence(&w.peer, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	await(&outcome);
	ck_assert(client_is_idle(w.client));
	ck_assert(!is_stuck_in_us(LATE_US));
}
END_TEST

START_TEST(the_rate_is_kept)
{
	w.conf.max_in_flight = 100;
	w.conf.requests_per_second = 1;
	struct outcome outcome = { 0 };

	ck_assert_int_eq(client_delay_us(w.client), 0);
	ask(&outcome);
	ck_assert_int_gt(client_delay_us(w.client), 0);
	ck_assert_int_le(client_delay_us(w.client), USEC_PER_SEC);
}
END_TEST

START_TEST(a_callback_can_ask_again)
{
	struct outcome second = { 0 }, first = { .follower = &second };

	w.conf.max_in_flight = 1;
	client_world_answer(&w, "500 Oops", "", "");
	ask(&first);
	await(&second);
	ck_assert_uint_eq(first.times, 1);
	ck_assert_uint_eq(w.peer.n_requests, 2);
}
END_TEST

START_TEST(a_callback_can_free_the_client)
{
	struct outcome first = { .frees_client = true }, other = { 0 };

	ask(&other);
	client_world_await_requests(&w, 1);
	client_world_answer(&w, "500 Oops", "", "");
	ask(&first);
	await(&first);
	client_world_turns(&w);
	ck_assert_uint_eq(other.times, 0);
}
END_TEST

START_TEST(the_client_can_be_freed_with_calls_under_way)
{
	struct outcome outcome = { 0 };

	ask(&outcome);
	client_world_await_requests(&w, 1);
	w.client = client_free(w.client);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("delivery_client");
	TCase *outcomes = tcase_create("outcomes");
	TCase *manners = tcase_create("manners");

	tcase_add_checked_fixture(outcomes, set_up, tear_down);
	tcase_add_test(outcomes, the_request_is_as_upstream_wants_it);
	tcase_add_test(outcomes, a_reloaded_token_is_used_at_once);
	tcase_add_test(outcomes, claims_are_read);
	tcase_add_loop_test(outcomes, each_status_has_its_outcome_and_reason, 0, sizeof statuses / sizeof *statuses);
	tcase_add_loop_test(outcomes, an_unreadable_answer_breaks_the_protocol, 0, sizeof unreadable / sizeof *unreadable);
	tcase_add_test(outcomes, an_answer_far_beyond_what_was_asked_for_breaks_the_protocol);
	tcase_add_test(outcomes, a_cut_answer_is_tried_again);
	tcase_add_test(outcomes, silence_is_tried_again);
	tcase_add_test(outcomes, the_pause_asked_for_is_told);
	tcase_add_loop_test(outcomes, a_reason_never_tells_the_token, 0, sizeof telltales / sizeof *telltales);
	suite_add_tcase(s, outcomes);

	tcase_add_checked_fixture(manners, set_up, tear_down);
	tcase_add_test(manners, requests_in_flight_are_counted);
	tcase_add_test(manners, a_request_whose_end_is_lost_is_stuck);
	tcase_add_test(manners, the_rate_is_kept);
	tcase_add_test(manners, a_callback_can_ask_again);
	tcase_add_test(manners, a_callback_can_free_the_client);
	tcase_add_test(manners, the_client_can_be_freed_with_calls_under_way);
	suite_add_tcase(s, manners);
	return s;
}
