/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How Market's answers end: outcomes, reasons, and how long both kinds of its limits last.
 * Component ring: real sockets, the real wire layer; an upstream that answers with whatever bytes it is given.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/market.h"
#include "base/attr.h"
#include "client_world.h"
#include "suite.h"

#define ERROR(message) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"LIMITED\",\"message\":\"" message "\"}]}"
#define USED_UP "Hit rate limit of 10000 requests per period for resource orders"
#define TOO_MANY "Hit rate limit of 4 parallel requests for businessId 222"

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct client_answer answer;
};

static void on_answer(struct client_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
}

static struct client_answer ask_once(void)
{
	static const char *const ids[] = { "55000001" };
	struct outcome outcome = { 0 };

	ck_assert_int_eq(market_orders(w.client, ids, 1, on_answer, &outcome), 0);
	client_world_await(&w, &outcome.times);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 1);
	return outcome.answer;
}

static struct client_answer answer_to(const char *status, const char *headers, const char *body)
{
	client_world_answer(&w, status, headers, body);
	return ask_once();
}

static void assert_no_orders(const struct client_answer *answer)
{
	ck_assert_ptr_null(answer->snapshots.seen);
	ck_assert_uint_eq(answer->snapshots.n, 0);
	ck_assert_uint_eq(answer->snapshots.n_unreadable, 0);
}

static void set_up(void)
{
	client_world_open(&w, CONF_MARKET);
}

static void tear_down(void)
{
	client_world_close(&w);
}

static const struct {
	const char *status;
	const char *body;
	enum outcome_kind outcome;
	const char *reason;
} statuses[] = {
	{ "401 Unauthorized", "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"Api-Key token is invalid\"}]}",
	  OUTCOME_AUTH, "HTTP 401 UNAUTHORIZED: Api-Key token is invalid" },
	{ "403 Forbidden", "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"API_DISABLED\"}]}", OUTCOME_AUTH, "HTTP 403 API_DISABLED" },
	{ "403 Forbidden", "{\"status\":\"ERROR\",\"errors\":null}", OUTCOME_AUTH, "HTTP 403" },
	{ "404 Not Found", ERROR("Order not found"), OUTCOME_GONE, "HTTP 404 LIMITED: Order not found" },
	{ "420 Enhance Your Calm", ERROR(USED_UP), OUTCOME_LIMITED, "HTTP 420 LIMITED: " USED_UP },
	{ "420 Enhance Your Calm", ERROR(TOO_MANY), OUTCOME_LIMITED, "HTTP 420 LIMITED: " TOO_MANY },
	{ "420 Enhance Your Calm", "", OUTCOME_LIMITED, "HTTP 420" },
	{ "423 Locked", "", OUTCOME_RETRY, "HTTP 423" },
	{ "499 Client Closed Request", "", OUTCOME_RETRY, "HTTP 499" },
	{ "500 Internal Server Error", "<html></html>", OUTCOME_RETRY, "HTTP 500" },
	{ "503 Service Unavailable", ERROR("busy"), OUTCOME_RETRY, "HTTP 503 LIMITED: busy" },
	{ "400 Bad Request", ERROR("Invalid filters"), OUTCOME_PROTOCOL, "HTTP 400 LIMITED: Invalid filters" },
	{ "400 Bad Request", "{\"code\":\"a\",\"message\":\"b\"}", OUTCOME_PROTOCOL, "HTTP 400" }, /* Delivery's form */
	{ "405 Method Not Allowed", "", OUTCOME_PROTOCOL, "HTTP 405" },
	{ "415 Unsupported Media Type", "", OUTCOME_PROTOCOL, "HTTP 415" },
	{ "302 Found", "", OUTCOME_PROTOCOL, "HTTP 302" },
};

START_TEST(each_status_has_its_outcome_and_reason)
{
	struct client_answer answer = answer_to(statuses[_i].status, "", statuses[_i].body);

	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(statuses[_i].outcome));
	ck_assert_str_eq(answer.end.reason, statuses[_i].reason);
	ck_assert_int_eq(answer.end.retry_after_s, -1);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	assert_no_orders(&answer);
}
END_TEST

static const char *const unreadable[] = { "", "hello", "{}", "[]", "{\"orders\":{}}", "{\"orders\":[" };

START_TEST(an_unreadable_answer_breaks_the_protocol)
{
	struct client_answer answer = answer_to("200 OK", "", unreadable[_i]);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	ck_assert_int_eq(strncmp(answer.end.reason, "HTTP 200, but", 13), 0);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	assert_no_orders(&answer);
}
END_TEST

START_TEST(an_answer_far_beyond_what_was_asked_for_breaks_the_protocol)
{
	size_t len = (size_t)2 * 1024 * 1024;
	char *body = malloc(len + 1);

	ck_assert_ptr_nonnull(body);
	memset(body, ' ', len);
	snprintf(body + len - 32, 33, "%32s", "{\"orders\":[]}");

	struct client_answer answer = answer_to("200 OK", "", body);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	free(body);
}
END_TEST

START_TEST(silence_is_tried_again)
{
	w.conf.request_timeout_us = 50 * USEC_PER_MS;
	struct client_answer answer = ask_once();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert(!answer.end.answered);
	ck_assert_str_ne(answer.end.reason, "");
	ck_assert(!strstr(answer.end.reason, CLIENT_CREDENTIAL));
}
END_TEST

#define DATE "Date: Tue, 10 Jul 2018 08:59:00 GMT\r\n"
#define UNTIL "X-RateLimit-Resource-Until: "

static const struct {
	const char *headers;
	const char *message;
	int64_t retry_after_s;
} pauses[] = {
	{ DATE UNTIL "Tue, 10 Jul 2018 09:00:00 GMT\r\n", USED_UP, 60 },
	{ DATE UNTIL "Thu, 10 Jul 2018 09:00:00 GMT\r\n", USED_UP, 60 }, /* it was a Tuesday */
	{ DATE "x-ratelimit-resource-until: 10 Jul 18 12:00:00 +0300\r\n", "", 60 },
	{ DATE UNTIL "Wed, 11 Jul 2018 09:00:00 GMT\r\n", USED_UP, 24 * 3600 },
	{ DATE UNTIL "Tue, 10 Jul 2018 08:59:01 GMT\r\n", USED_UP, 1 },
	{ DATE UNTIL "Tue, 10 Jul 2018 08:59:00 GMT\r\n", USED_UP, -1 },
	{ DATE UNTIL "Tue, 10 Jul 2018 08:58:00 GMT\r\n", USED_UP, -1 },
	{ DATE UNTIL "in an hour\r\n", USED_UP, -1 },
	{ DATE UNTIL "\r\n", USED_UP, -1 },
	{ DATE, USED_UP, -1 },
	{ DATE UNTIL "Tue, 10 Jul 2018 09:00:00 GMT\r\n", TOO_MANY, -1 },
	{ DATE, TOO_MANY, -1 },
	{ DATE "Retry-After: 7\r\n" UNTIL "Tue, 10 Jul 2018 09:00:00 GMT\r\n", USED_UP, 7 },
	{ DATE "Retry-After: 7\r\n", TOO_MANY, 7 },
	{ UNTIL "Tue, 10 Jul 2018 09:00:00 GMT\r\n", USED_UP, -1 }, /* by our clock, long ago */
};

START_TEST(a_limit_tells_how_long_it_lasts)
{
	char body[256];

	snprintf(body, sizeof body, ERROR("%s"), pauses[_i].message);

	struct client_answer answer = answer_to("420 Enhance Your Calm", pauses[_i].headers, body);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_LIMITED);
	ck_assert_int_eq(answer.end.retry_after_s, pauses[_i].retry_after_s);
}
END_TEST

START_TEST(without_a_date_our_clock_tells_how_long_a_limit_lasts)
{
	/* 2018-07-10T08:00:00Z, give or take what a test takes. */
	w.clock.shift_us = INT64_C(1531209600) * USEC_PER_SEC - clock_wall(&w.clock).us;
	loop_clock_stepped(w.loop);

	struct client_answer answer = answer_to("420 Enhance Your Calm", UNTIL "Tue, 10 Jul 2018 09:00:00 GMT\r\n", ERROR(USED_UP));

	ck_assert_int_le(answer.end.retry_after_s, 3600);
	ck_assert_int_gt(answer.end.retry_after_s, 3600 - 60);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
} unlimited[] = {
	{ "200 OK", "{\"orders\":[null]}" },
	{ "400 Bad Request", ERROR("Invalid filters") },
	{ "503 Service Unavailable", "" },
};

START_TEST(any_other_answer_tells_of_the_quota_in_vain)
{
	struct client_answer answer = answer_to(unlimited[_i].status, DATE UNTIL "Tue, 10 Jul 2018 09:00:00 GMT\r\n", unlimited[_i].body);

	ck_assert_int_eq(answer.end.retry_after_s, -1);
}
END_TEST

static const char *const telltales[] = {
	"{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"not " CLIENT_CREDENTIAL " but another\"}]}",
	"{\"errors\":[{\"code\":\"" CLIENT_CREDENTIAL "\",\"message\":\"no\"}]}",
	"{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"very-secret-token is revoked\"}]}",
};

START_TEST(a_reason_never_tells_the_key)
{
	struct client_answer answer = answer_to("401 No", "", telltales[_i]);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_AUTH);
	ck_assert_int_eq(strncmp(answer.end.reason, "HTTP 401", 8), 0);
	ck_assert(!strstr(answer.end.reason, "y0_Ag"));
	ck_assert(!strstr(answer.end.reason, "secret"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("market_outcomes");
	TCase *outcomes = tcase_create("outcomes");

	tcase_add_checked_fixture(outcomes, set_up, tear_down);
	tcase_add_loop_test(outcomes, each_status_has_its_outcome_and_reason, 0, (int)ARRAY_SIZE(statuses));
	tcase_add_loop_test(outcomes, an_unreadable_answer_breaks_the_protocol, 0, (int)ARRAY_SIZE(unreadable));
	tcase_add_test(outcomes, an_answer_far_beyond_what_was_asked_for_breaks_the_protocol);
	tcase_add_test(outcomes, silence_is_tried_again);
	tcase_add_loop_test(outcomes, a_limit_tells_how_long_it_lasts, 0, (int)ARRAY_SIZE(pauses));
	tcase_add_test(outcomes, without_a_date_our_clock_tells_how_long_a_limit_lasts);
	tcase_add_loop_test(outcomes, any_other_answer_tells_of_the_quota_in_vain, 0, (int)ARRAY_SIZE(unlimited));
	tcase_add_loop_test(outcomes, a_reason_never_tells_the_key, 0, (int)ARRAY_SIZE(telltales));
	suite_add_tcase(s, outcomes);
	return s;
}
