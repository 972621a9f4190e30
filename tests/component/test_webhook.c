/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signed messages: the signature, what goes over the wire, and which answers mean that the receiver has it.
 * Component ring.
 */
#include <check.h>
#include <string.h>

#include "api/webhook.h"
#include "base/attr.h"
#include "base/err.h"
#include "fetch_world.h"
#include "suite.h"

/* The example that the Standard Webhooks libraries are tested with. */
#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define SENT ((struct wall){ INT64_C(1614265330) * USEC_PER_SEC + 999999 })
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static const struct secret key = { (char *)KEY, sizeof(KEY) - 1 };

static struct fetch_world w;
static char url[FETCH_URL_SIZE];
static unsigned n_ends;
static struct webhook_end end;

static void set_up(void)
{
	fetch_world_open(&w);
	n_ends = 0;
}

static void tear_down(void)
{
	fetch_world_close(&w);
}

static struct webhook_request example(void)
{
	fetch_request_to(&w, "http", w.peer.address, "/hook");
	memcpy(url, w.url, sizeof(url));
	return (struct webhook_request){
		.url = url, .secret = &key, .id = ID, .body = BODY, .at = SENT, .timeout_us = WEBHOOK_TIMEOUT_US,
	};
}

static void on_end(const struct webhook_end *result, void *cls ATTR_UNUSED)
{
	n_ends++;
	end = *result;
}

static struct webhook *post(const struct webhook_request *request)
{
	struct webhook *webhook = NULL;

	ck_assert_int_eq(webhook_post(w.fetcher, request, on_end, NULL, &webhook), ERR_OK);
	ck_assert_uint_eq(n_ends, 0);
	return webhook;
}

static void post_and_wait(const struct webhook_request *request)
{
	post(request);
	while (n_ends == 0)
		raw_turn(w.server.loop);
}

START_TEST(the_signature_is_that_of_standard_webhooks)
{
	struct webhook_request request = example();
	char signature[WEBHOOK_SIGNATURE_SIZE];

	ck_assert_int_eq(webhook_sign(&request, signature), ERR_OK);
	ck_assert_str_eq(signature, SIGNATURE);
	request.body = "{\"test\": 2432232315}";
	ck_assert_int_eq(webhook_sign(&request, signature), ERR_OK);
	ck_assert_str_ne(signature, SIGNATURE);
}
END_TEST

static const struct secret no_keys[] = {
	{ NULL, 0 },
	{ (char *)"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 32 },
	{ (char *)"whsec_M!", 8 },
};

START_TEST(what_holds_no_key_signs_nothing)
{
	struct webhook_request request = example();
	char signature[WEBHOOK_SIGNATURE_SIZE];
	struct webhook *webhook = NULL;

	request.secret = &no_keys[_i];
	ck_assert_int_eq(webhook_sign(&request, signature), ERR_INVALID);
	ck_assert_int_eq(webhook_post(w.fetcher, &request, on_end, NULL, &webhook), ERR_INVALID);
	ck_assert_ptr_null(webhook);
}
END_TEST

START_TEST(a_message_goes_out_whole_and_signed)
{
	struct webhook_request request = example();

	w.peer.answer = OK("Content-Length: 0\r\n", "");
	post_and_wait(&request);
	ck_assert(end.delivered);
	ck_assert_str_eq(end.reason, "");

	const char *sent = w.peer.request.data;

	ck_assert_int_eq(strncmp(sent, "POST /hook HTTP/1.1\r\n", 21), 0);
	ck_assert_ptr_nonnull(strstr(sent, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(sent, "\r\nwebhook-id: " ID "\r\n"));
	ck_assert_ptr_nonnull(strstr(sent, "\r\nwebhook-timestamp: 1614265330\r\n"));
	ck_assert_ptr_nonnull(strstr(sent, "\r\nwebhook-signature: " SIGNATURE "\r\n"));
	ck_assert_str_eq(strstr(sent, "\r\n\r\n") + 4, BODY);
	ck_assert_ptr_null(strstr(sent, "whsec_"));
}
END_TEST

static const struct {
	const char *answer;
	const char *reason; /* a part of it; NULL: delivered */
} answers[] = {
	{ OK("Content-Length: 0\r\n", ""), NULL },
	{ "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", NULL },
	{ "HTTP/1.1 204 No Content\r\n\r\n", NULL },
	{ OK("Content-Length: 10\r\n", "cut"), NULL },
	{ OK("Transfer-Encoding: chunked\r\n", "zz\r\n"), NULL },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", NULL },
	{ "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "HTTP 302, a redirect" },
	{ "HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\nsecret", "HTTP 400" },
	{ "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "HTTP 410" },
	{ "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "HTTP 500" },
	{ "HTTP/1.1 100 Continue\r\n\r\n", "" },
	{ "HTTP/1.1 200 OK\r\n", "" },
	{ "garbage\r\n\r\n", "" },
	{ "", "" },
};

START_TEST(only_2xx_is_delivered_whatever_the_body)
{
	struct webhook_request request = example();

	w.peer.answer = answers[_i].answer;
	w.peer.close = true;
	post_and_wait(&request);
	ck_assert_int_eq(end.delivered, !answers[_i].reason);
	if (!end.delivered)
		ck_assert_str_ne(end.reason, "");
	if (answers[_i].reason)
		ck_assert_msg(strstr(end.reason, answers[_i].reason) != NULL, "%s", end.reason);
	ck_assert_ptr_null(strstr(end.reason, "secret"));
	ck_assert_uint_eq(w.peer.n_requests, 1);
}
END_TEST

START_TEST(an_endless_body_delays_nothing_and_is_delivered)
{
	static char answer[200000] = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
	struct webhook_request request = example();

	memset(answer + strlen(answer), 'x', sizeof(answer) - strlen(answer) - 1);
	w.peer.answer = answer;
	post_and_wait(&request);
	ck_assert(end.delivered);
}
END_TEST

START_TEST(silence_ends_in_time)
{
	struct webhook_request request = example();

	request.timeout_us = CANNED_SILENCE_US;
	post_and_wait(&request);
	ck_assert(!end.delivered);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}
END_TEST

START_TEST(a_receiver_that_is_away_is_a_failure)
{
	struct webhook_request request = example();

	canned_peer_close(&w.peer);
	post_and_wait(&request);
	ck_assert(!end.delivered);
	ck_assert_str_ne(end.reason, "");
}
END_TEST

START_TEST(a_cancelled_message_never_ends)
{
	struct webhook_request request = example();
	struct webhook *webhook = post(&request);

	w.peer.answer = OK("Content-Length: 0\r\n", "");
	ck_assert_ptr_null(webhook_cancel(webhook));
	ck_assert_ptr_null(webhook_cancel(NULL));
	fetch_world_turns(&w, 50);
	ck_assert_uint_eq(n_ends, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("webhook");
	TCase *t = tcase_create("webhook");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, the_signature_is_that_of_standard_webhooks);
	tcase_add_loop_test(t, what_holds_no_key_signs_nothing, 0, ARRAY_SIZE(no_keys));
	tcase_add_test(t, a_message_goes_out_whole_and_signed);
	tcase_add_loop_test(t, only_2xx_is_delivered_whatever_the_body, 0, ARRAY_SIZE(answers));
	tcase_add_test(t, an_endless_body_delays_nothing_and_is_delivered);
	tcase_add_test(t, silence_ends_in_time);
	tcase_add_test(t, a_receiver_that_is_away_is_a_failure);
	tcase_add_test(t, a_cancelled_message_never_ends);
	suite_add_tcase(s, t);
	return s;
}
