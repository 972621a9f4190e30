/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of any act, an accept for instance: that it is sent once, and what is known of it afterwards.
 * Component ring: real sockets, the real wire layer; an upstream that answers with whatever bytes it is given. What is sent, and
 * what else is told of it, is in test_delivery_acts.c and test_market_acts.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/delivery.h"
#include "base/attr.h"
#include "client_world.h"
#include "suite.h"

#define ID "01a0cd38be93807496944ebfc9654d02"
#define TAKEN "{\"id\":\"" ID "\",\"status\":\"accepted\",\"version\":3,\"user_request_revision\":\"1\",\"skip_client_notify\":false}"
#define S10 "0123456789"
#define S100 S10 S10 S10 S10 S10 S10 S10 S10 S10 S10

static const struct delivery_claim claim = { ID, 3 };

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct act_answer answer;
	bool frees_client;
};

static void on_answer(struct act_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
	if (outcome->frees_client)
		w.client = client_free(w.client);
}

static void await(const struct outcome *outcome)
{
	client_world_await(&w, &outcome->times);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome->times, 1);
}

static struct act_answer accept_once(void)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(delivery_accept(w.client, &claim, on_answer, &outcome), 0);
	ck_assert_uint_eq(outcome.times, 0);
	await(&outcome);
	return outcome.answer;
}

static struct act_answer answer_to(const char *status, const char *body)
{
	client_world_answer(&w, status, "", body);

	struct act_answer answer = accept_once();

	ck_assert_uint_eq(w.peer.n_requests, 1);
	return answer;
}

static void assert_unknown(const struct act_answer *answer)
{
	ck_assert_int_eq(answer->fate, ACT_FATE_UNKNOWN);
	ck_assert_str_ne(answer->end.reason, "");
	ck_assert_str_eq(answer->status, "");
	ck_assert_str_eq(answer->operation_id, "");
}

static void set_up(void)
{
	client_world_open(&w, CONF_DELIVERY);
}

static void tear_down(void)
{
	client_world_close(&w);
}

/* --- What is known of it afterwards */

START_TEST(what_is_taken_says_what_it_came_to)
{
	struct act_answer answer = answer_to("200 OK", TAKEN);

	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert(answer.end.answered);
	ck_assert(!answer.end.unsent);
	ck_assert_int_ge(answer.end.took_us, 0);
	ck_assert_str_eq(answer.status, "accepted");
	ck_assert_str_eq(answer.code, "");
	ck_assert_str_eq(answer.message, "");
	ck_assert_str_eq(answer.operation_id, "");
}
END_TEST

#define ERROR(code) "{\"code\":\"" code "\",\"message\":\"because\"}"

static const struct {
	const char *status;
	const char *body;
	const char *code;
	const char *message;
} nameless[] = {
	{ "403 Forbidden", "", "http_403", "" },
	{ "405 Method Not Allowed", "<html></html>", "http_405", "" },
	{ "409 Conflict", "{\"message\":\"no\"}", "http_409", "no" },
	{ "409 Conflict", "{\"code\":409,\"message\":{}}", "http_409", "" },
	{ "409 Conflict", "{\"code\":\"a\\nb\",\"message\":\"c\\u001b[31m\\u0000d\"}", "a b", "c [31m d" },
	{ "410 Gone", "[]", "http_410", "" },
	{ "423 Locked", "", "http_423", "" },
	{ "420 Enhance Your Calm", "", "http_420", "" },
};

START_TEST(a_refusal_without_a_name_has_its_number)
{
	struct act_answer answer = answer_to(nameless[_i].status, nameless[_i].body);

	ck_assert_int_eq(answer.fate, ACT_FATE_REFUSED);
	ck_assert_str_eq(answer.code, nameless[_i].code);
	ck_assert_str_eq(answer.message, nameless[_i].message);
}
END_TEST

START_TEST(a_long_refusal_is_cut)
{
	struct act_answer answer =
		answer_to("409 Conflict", "{\"code\":\"" S100 "\",\"message\":\"" S100 S100 S100 "\"}");

	ck_assert_int_eq(answer.fate, ACT_FATE_REFUSED);
	ck_assert_uint_eq(strlen(answer.code), sizeof answer.code - 1);
	ck_assert_uint_eq(strlen(answer.message), sizeof answer.message - 1);
}
END_TEST

static const char *const telltales[] = {
	"{\"code\":\"unauthorized\",\"message\":\"not Bearer " CLIENT_CREDENTIAL " please\"}",
	"{\"code\":\"" CLIENT_CREDENTIAL "\",\"message\":\"no\"}",
	"{\"code\":\"unauthorized\",\"message\":\"very-secret-token is revoked\"}",
};

START_TEST(a_refusal_never_tells_the_token)
{
	struct act_answer answer = answer_to("401 No", telltales[_i]);

	ck_assert_int_eq(answer.fate, ACT_FATE_REFUSED);
	ck_assert_str_ne(answer.code, "");
	ck_assert(!strstr(answer.code, "secret") && !strstr(answer.message, "secret") && !strstr(answer.end.reason, "secret"));
	ck_assert(!strstr(answer.code, "y0_Ag") && !strstr(answer.message, "y0_Ag") && !strstr(answer.end.reason, "y0_Ag"));
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	const char *code;
	enum outcome_kind outcome;
} doubtful[] = {
	{ "500 Internal Server Error", ERROR("internal_error"), "internal_error", OUTCOME_RETRY },
	{ "502 Bad Gateway", "<html></html>", "", OUTCOME_RETRY },
	{ "503 Service Unavailable", "", "", OUTCOME_RETRY },
	{ "504 Gateway Timeout", "", "", OUTCOME_RETRY },
	{ "408 Request Timeout", "", "", OUTCOME_RETRY },
	{ "499 Client Closed Request", "", "", OUTCOME_RETRY },
	{ "201 Created", TAKEN, "", OUTCOME_PROTOCOL },
	{ "202 Accepted", TAKEN, "", OUTCOME_PROTOCOL },
	{ "204 No Content", "", "", OUTCOME_PROTOCOL },
	{ "302 Found", "", "", OUTCOME_PROTOCOL },
	{ "303 See Other", "", "", OUTCOME_PROTOCOL },
	{ "600 Odd", "", "", OUTCOME_PROTOCOL },
	{ "200 OK", "", "", OUTCOME_PROTOCOL },
	{ "200 OK", "<html>Welcome to the airport</html>", "", OUTCOME_PROTOCOL },
	{ "200 OK", "{}", "", OUTCOME_PROTOCOL },
	{ "200 OK", "{\"id\":\"" ID "\"", "", OUTCOME_PROTOCOL },
	{ "200 OK", "{\"id\":\"another\",\"status\":\"accepted\"}", "", OUTCOME_PROTOCOL },
	{ "200 OK", ERROR("state_mismatch"), "state_mismatch", OUTCOME_PROTOCOL },
};

START_TEST(an_answer_that_says_neither_leaves_it_unknown)
{
	struct act_answer answer = answer_to(doubtful[_i].status, doubtful[_i].body);

	assert_unknown(&answer);
	ck_assert(answer.end.answered);
	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(doubtful[_i].outcome));
	ck_assert_str_eq(answer.code, doubtful[_i].code);
}
END_TEST

static const char *const cut[] = {
	"",
	"HTTP/1.1 200 OK\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" TAKEN,
	"HTTP/1.1 409 Conflict\r\nContent-Length: 1000\r\n\r\n{\"code\":\"old_version\"}",
	"garbage\r\n\r\n",
};

START_TEST(a_cut_answer_leaves_it_unknown)
{
	w.peer.answer = cut[_i];
	w.peer.close = true;

	struct act_answer answer = accept_once();

	assert_unknown(&answer);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	ck_assert(!answer.end.answered);
	ck_assert_str_eq(answer.code, "");
}
END_TEST

START_TEST(an_answer_without_end_leaves_it_unknown)
{
	size_t len = (size_t)2 * 1024 * 1024;
	char *body = malloc(len + 1);

	ck_assert_ptr_nonnull(body);
	memset(body, ' ', len);
	body[len] = '\0';

	struct act_answer answer = answer_to("409 Conflict", body);

	assert_unknown(&answer);
	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	free(body);
}
END_TEST

START_TEST(silence_leaves_it_unknown)
{
	w.conf.request_timeout_us = CANNED_SILENCE_US;

	struct act_answer answer = accept_once();

	assert_unknown(&answer);
	ck_assert(!answer.end.answered);
	ck_assert_int_eq(answer.end.outcome, OUTCOME_RETRY);
	ck_assert_int_gt(answer.end.took_us, 0);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}
END_TEST

static void assert_unsent(const struct act_answer *answer)
{
	ck_assert_int_eq(answer->fate, ACT_FATE_UNSENT);
	ck_assert(answer->end.unsent);
	ck_assert_int_eq(answer->end.outcome, OUTCOME_RETRY);
	ck_assert_str_ne(answer->end.reason, "");
	ck_assert_str_eq(answer->code, "");
}

START_TEST(without_a_connection_nothing_was_sent)
{
	canned_peer_close(&w.peer);

	struct act_answer answer = accept_once();

	assert_unsent(&answer);
}
END_TEST

/* The peer speaks no TLS: it waits for more of what it takes for a request. */
START_TEST(without_a_handshake_nothing_was_sent)
{
	snprintf(w.base_url, sizeof w.base_url, "https://%s", w.peer.address);
	w.conf.request_timeout_us = CANNED_SILENCE_US;

	struct act_answer answer = accept_once();

	assert_unsent(&answer);
	ck_assert_uint_eq(w.peer.n_connections, 1);
	ck_assert_uint_eq(w.peer.n_requests, 0);
}
END_TEST

/* --- That it is sent once */

struct question {
	unsigned times;
	enum outcome_kind outcome;
};

static void on_fee(struct delivery_fee *fee, void *cls)
{
	struct question *question = cls;

	question->times++;
	question->outcome = fee->end.outcome;
}

static enum outcome_kind ask(void)
{
	struct question question = { 0 };

	ck_assert_int_eq(delivery_cancel_info(w.client, ID, on_fee, &question), 0);
	client_world_await(&w, &question.times);
	client_world_turns(&w);
	return question.outcome;
}

/* The question leaves its connection behind; from then on the peer reads what it is sent, and closes without a word. */
START_TEST(a_question_may_be_repeated)
{
	client_world_answer(&w, "200 OK", "", "{\"cancel_state\":\"free\"}");
	ck_assert_int_eq(ask(), OUTCOME_OK);
	w.peer.answer = NULL;
	w.peer.close = true;
	ck_assert_int_eq(ask(), OUTCOME_RETRY);
	ck_assert_uint_eq(w.peer.n_requests, 3);
	ck_assert_uint_eq(w.peer.n_connections, 2);
}
END_TEST

START_TEST(an_act_is_sent_once)
{
	client_world_answer(&w, "200 OK", "", "{\"cancel_state\":\"free\"}");
	ck_assert_int_eq(ask(), OUTCOME_OK);
	w.peer.answer = NULL;
	w.peer.close = true;

	struct act_answer answer = accept_once();

	assert_unknown(&answer);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	ck_assert_uint_eq(w.peer.n_connections, 2);
}
END_TEST

START_TEST(a_callback_can_free_the_client)
{
	struct outcome outcome = { .frees_client = true };

	client_world_answer(&w, "409 Conflict", "", ERROR("old_version"));
	ck_assert_int_eq(delivery_accept(w.client, &claim, on_answer, &outcome), 0);
	await(&outcome);
	ck_assert_str_eq(outcome.answer.code, "old_version");
}
END_TEST

START_TEST(the_client_can_be_freed_with_an_act_under_way)
{
	struct outcome outcome = { 0 };

	ck_assert_int_eq(delivery_accept(w.client, &claim, on_answer, &outcome), 0);
	client_world_await_requests(&w, 1);
	w.client = client_free(w.client);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 0);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("act");
	TCase *fates = tcase_create("fates");
	TCase *once = tcase_create("once");

	tcase_add_checked_fixture(fates, set_up, tear_down);
	tcase_add_test(fates, what_is_taken_says_what_it_came_to);
	tcase_add_loop_test(fates, a_refusal_without_a_name_has_its_number, 0, (int)ARRAY_SIZE(nameless));
	tcase_add_test(fates, a_long_refusal_is_cut);
	tcase_add_loop_test(fates, a_refusal_never_tells_the_token, 0, (int)ARRAY_SIZE(telltales));
	tcase_add_loop_test(fates, an_answer_that_says_neither_leaves_it_unknown, 0, (int)ARRAY_SIZE(doubtful));
	tcase_add_loop_test(fates, a_cut_answer_leaves_it_unknown, 0, (int)ARRAY_SIZE(cut));
	tcase_add_test(fates, an_answer_without_end_leaves_it_unknown);
	tcase_add_test(fates, silence_leaves_it_unknown);
	tcase_add_test(fates, without_a_connection_nothing_was_sent);
	tcase_add_test(fates, without_a_handshake_nothing_was_sent);
	suite_add_tcase(s, fates);

	tcase_add_checked_fixture(once, set_up, tear_down);
	tcase_add_test(once, a_question_may_be_repeated);
	tcase_add_test(once, an_act_is_sent_once);
	tcase_add_test(once, a_callback_can_free_the_client);
	tcase_add_test(once, the_client_can_be_freed_with_an_act_under_way);
	suite_add_tcase(s, once);
	return s;
}
