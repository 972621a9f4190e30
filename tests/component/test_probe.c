/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Probes of both upstreams: what is asked, and what it tells.
 * Component ring: real sockets, the real wire layer; an upstream that answers with whatever bytes it is given.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "api/probe.h"
#include "base/attr.h"
#include "client_world.h"
#include "suite.h"

#define KEY(scopes) "{\"status\":\"OK\",\"result\":{\"apiKey\":{\"name\":\"claimd\",\"authScopes\":[" scopes "]}}}"

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct probe_answer answer;
};

static void on_answer(struct probe_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
}

static struct probe_answer probe(void)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(probe_upstream(w.client, on_answer, &outcome), 0);
	ck_assert_uint_eq(outcome.times, 0);
	client_world_await(&w, &outcome.times);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 1);
	ck_assert_int_ge(outcome.answer.end.took_us, 0);
	return outcome.answer;
}

static struct probe_answer answer_to(const char *status, const char *body)
{
	client_world_answer(&w, status, "", body);
	return probe();
}

static void open_delivery(void)
{
	client_world_open(&w, CONF_DELIVERY);
}

static void open_market(void)
{
	client_world_open(&w, CONF_MARKET);
}

static void tear_down(void)
{
	client_world_close(&w);
}

static void assert_request(const char *line, const char *body)
{
	ck_assert_msg(strncmp(w.peer.request.data, line, strlen(line)) == 0, "%s", w.peer.request.data);
	ck_assert_str_eq(client_world_request_body(&w), body);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}

START_TEST(of_delivery_one_event_is_asked_for)
{
	struct probe_answer answer = answer_to("200 OK", "{\"cursor\":\"c\",\"events\":[]}");

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert(!answer.may_not_read && !answer.may_not_act);
	assert_request("POST /b2b/cargo/integration/v2/claims/journal?limit=1 HTTP/1.1\r\n", "{}");
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nAuthorization: Bearer " CLIENT_CREDENTIAL "\r\n"));
}
END_TEST

START_TEST(of_market_the_key_is_asked_about)
{
	struct probe_answer answer = answer_to("200 OK", KEY("\"ALL_METHODS\""));

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert(!answer.may_not_read && !answer.may_not_act);
	assert_request("POST /v2/auth/token HTTP/1.1\r\n", "");
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nApi-Key: " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_null(strstr(w.peer.request.data, "\r\nContent-Type:"));
}
END_TEST

START_TEST(a_good_key_may_lack_what_we_need)
{
	struct probe_answer answer = answer_to("200 OK", KEY("\"INVENTORY_AND_ORDER_PROCESSING_READ_ONLY\""));

	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert(!answer.may_not_read && answer.may_not_act);
	answer = answer_to("200 OK", KEY("\"PRICING\""));
	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert(answer.may_not_read && answer.may_not_act);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	enum outcome_kind outcome;
	const char *reason; /* how it begins */
} troubles[] = {
	{ "401 Unauthorized", "", OUTCOME_AUTH, "HTTP 401" },
	{ "403 Forbidden", "{\"code\":\"" CLIENT_CREDENTIAL "\",\"errors\":[{\"code\":\"" CLIENT_CREDENTIAL "\"}]}",
	  OUTCOME_AUTH, "HTTP 403" },
	{ "404 Not Found", "", OUTCOME_GONE, "HTTP 404" },
	{ "420 Enhance Your Calm", "", OUTCOME_LIMITED, "HTTP 420" },
	{ "429 Too Many Requests", "", OUTCOME_LIMITED, "HTTP 429" },
	{ "500 Internal Server Error", "", OUTCOME_RETRY, "HTTP 500" },
	{ "200 OK", "<html></html>", OUTCOME_PROTOCOL, "HTTP 200, but" },
	{ "200 OK", "{}", OUTCOME_PROTOCOL, "HTTP 200, but" },
	{ "200 OK", "", OUTCOME_PROTOCOL, "HTTP 200, but" },
};

START_TEST(trouble_is_told_of)
{
	struct probe_answer answer = answer_to(troubles[_i].status, troubles[_i].body);

	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(troubles[_i].outcome));
	ck_assert_int_eq(strncmp(answer.end.reason, troubles[_i].reason, strlen(troubles[_i].reason)), 0);
	ck_assert(!strstr(answer.end.reason, "secret"));
	ck_assert(!answer.may_not_read && !answer.may_not_act);
}
END_TEST

START_TEST(silence_is_told_of)
{
	w.conf.request_timeout_us = 50 * USEC_PER_MS;

	struct probe_answer answer = probe();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert(!answer.end.answered && !answer.end.unsent);
	ck_assert_int_gt(answer.end.took_us, 0);
}
END_TEST

START_TEST(a_cut_answer_is_told_of)
{
	w.peer.answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"cursor\":\"c\",\"events\":[]}";
	w.peer.close = true;

	struct probe_answer answer = probe();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert(!answer.end.answered);
}
END_TEST

START_TEST(an_upstream_that_is_not_there_is_told_of)
{
	canned_peer_close(&w.peer);

	struct probe_answer answer = probe();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert(answer.end.unsent);
	ck_assert_str_ne(answer.end.reason, "");
}
END_TEST

START_TEST(the_client_can_be_freed_with_a_probe_under_way)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(probe_upstream(w.client, on_answer, &outcome), 0);
	client_world_await_requests(&w, 1);
	w.client = client_free(w.client);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 0);
}
END_TEST

static void add_troubles(TCase *tcase)
{
	tcase_add_loop_test(tcase, trouble_is_told_of, 0, (int)ARRAY_SIZE(troubles));
	tcase_add_test(tcase, silence_is_told_of);
	tcase_add_test(tcase, a_cut_answer_is_told_of);
	tcase_add_test(tcase, an_upstream_that_is_not_there_is_told_of);
	tcase_add_test(tcase, the_client_can_be_freed_with_a_probe_under_way);
}

Suite *suite(void)
{
	Suite *s = suite_create("probe");
	TCase *delivery = tcase_create("delivery");
	TCase *market = tcase_create("market");

	tcase_add_checked_fixture(delivery, open_delivery, tear_down);
	tcase_add_test(delivery, of_delivery_one_event_is_asked_for);
	add_troubles(delivery);
	suite_add_tcase(s, delivery);

	tcase_add_checked_fixture(market, open_market, tear_down);
	tcase_add_test(market, of_market_the_key_is_asked_about);
	tcase_add_test(market, a_good_key_may_lack_what_we_need);
	add_troubles(market);
	suite_add_tcase(s, market);
	return s;
}
