/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP requests on the loop: what is sent, what is made of answers, and of broken ones.
 * Component ring. Cancellation and the like are in test_fetch_life.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_world.h"
#include "suite.h"
#include "tls_pair.h"

static struct fetch_world w;

static void set_up(void)
{
	fetch_world_open(&w);
}

static void tear_down(void)
{
	fetch_world_close(&w);
}

static void assert_failed(struct fetched *fetched, bool unsent)
{
	ck_assert_int_eq(fetched->result.end, FETCH_FAILED);
	ck_assert_int_eq(fetched->result.unsent, unsent);
	ck_assert_ptr_nonnull(fetched->reason);
	ck_assert_str_ne(fetched->reason, "");
	fetched_done(fetched);
}

START_TEST(a_post_arrives_as_given)
{
	static const char *const headers[] = { "X-Test: some thing", "Content-Type: application/json", NULL };
	struct fetch_request request = fetch_request_to(&w, "http", w.server.address, "/a?b=%20c");
	struct fetched fetched = { 0 };
	char body[] = "{\"a\":1}";

	request.headers = headers;
	request.body = body;
	request.body_len = strlen(body);
	fetched_start(&w, &request, &fetched);
	/* All was copied. */
	memset(body, 'x', sizeof body - 1);
	fetched_await(&fetched);
	ck_assert_int_eq(fetched.result.end, FETCH_ANSWERED);
	ck_assert_uint_eq(fetched.result.status, 200);
	ck_assert_str_eq(fetched.body, "POST|/a?b=%20c|some thing|{\"a\":1}");
	ck_assert(wall_is_set(fetched.result.date));
	ck_assert_int_eq(fetched.result.retry_after_s, -1);
	ck_assert_ptr_null(fetched.reason);
	fetched_done(&fetched);
}
END_TEST

START_TEST(a_put_has_a_body)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/a?b");
	struct fetched fetched = { 0 };

	request.method = FETCH_PUT;
	request.headers = headers;
	request.body = "{\"a\":1}";
	request.body_len = strlen(request.body);
	w.peer.answer = OK("Content-Length: 2\r\n", "ok");
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	ck_assert_str_eq(fetched.body, "ok");
	ck_assert_int_eq(strncmp(w.peer.request.data, "PUT /a?b HTTP/1.1\r\n", 19), 0);
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nContent-Length: 7\r\n"));
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\n\r\n{\"a\":1}"));
	fetched_done(&fetched);
}
END_TEST

START_TEST(a_post_without_body_has_length_zero)
{
	struct fetched fetched = fetch_canned(&w, OK("Content-Length: 0\r\n", ""));

	ck_assert_uint_eq(fetched.result.status, 200);
	ck_assert_int_eq(strncmp(w.peer.request.data, "POST / HTTP/1.1\r\n", 17), 0);
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nContent-Length: 0\r\n"));
	ck_assert_ptr_null(strstr(w.peer.request.data, "\r\nContent-Type:"));
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nUser-Agent: claimd/"));
	ck_assert_ptr_null(strstr(w.peer.request.data, "Expect:"));
	fetched_done(&fetched);
}
END_TEST

START_TEST(a_get_has_no_body)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/a?b");
	struct fetched fetched = { 0 };

	request.method = FETCH_GET;
	w.peer.answer = OK("Content-Length: 2\r\n", "ok");
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	ck_assert_str_eq(fetched.body, "ok");
	ck_assert_int_eq(strncmp(w.peer.request.data, "GET /a?b HTTP/1.1\r\n", 19), 0);
	ck_assert_ptr_null(strcasestr(w.peer.request.data, "\r\nContent-"));
	fetched_done(&fetched);
}
END_TEST

START_TEST(a_large_post_does_not_wait_for_100)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };
	size_t len = 3 * 1024 * 1024;
	char *body = malloc(len);

	ck_assert_ptr_nonnull(body);
	memset(body, 'x', len);
	request.body = body;
	request.body_len = len;
	w.peer.answer = OK("Content-Length: 0\r\n", "");
	fetched_start(&w, &request, &fetched);
	free(body);
	fetched_await(&fetched);
	ck_assert_uint_eq(fetched.result.status, 200);
	ck_assert_ptr_null(strstr(w.peer.request.data, "\r\nExpect:"));
	fetched_done(&fetched);
}
END_TEST

START_TEST(any_status_is_an_answer)
{
	struct fetched fetched = fetch_from_server(&w, "/later");

	ck_assert_int_eq(fetched.result.end, FETCH_ANSWERED);
	ck_assert_uint_eq(fetched.result.status, 503);
	ck_assert_int_eq(fetched.result.retry_after_s, 7);
	fetched_done(&fetched);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	struct fetched fetched = fetch_canned(&w, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");

	ck_assert_int_eq(fetched.result.end, FETCH_ANSWERED);
	ck_assert_uint_eq(fetched.result.status, 302);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	fetched_done(&fetched);
}
END_TEST

START_TEST(the_date_is_read)
{
	struct fetched fetched = fetch_canned(&w, OK("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n", ""));

	ck_assert_int_eq(fetched.result.date.us, INT64_C(784111777) * USEC_PER_SEC);
	fetched_done(&fetched);
}
END_TEST

static const char *const odd_dates[] = {
	OK("Content-Length: 0\r\n", ""),
	OK("Date:\r\nContent-Length: 0\r\n", ""),
	OK("Date: never\r\nContent-Length: 0\r\n", ""),
	OK("Date: 01 Jan 999999999 00:00:00 GMT\r\nContent-Length: 0\r\n", ""),
	OK("Date: Thu, 01 Jan 1970 00:00:00 +0001\r\nContent-Length: 0\r\n", ""),
	OK("X-Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n", ""),
	OK("Date: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nContent-Length: 0\r\n", ""),
};

START_TEST(an_odd_date_is_none)
{
	struct fetched fetched = fetch_canned(&w, odd_dates[_i]);

	ck_assert_uint_eq(fetched.result.status, 200);
	ck_assert(!wall_is_set(fetched.result.date));
	fetched_done(&fetched);
}
END_TEST

static const struct {
	const char *answer;
	int64_t seconds; /* -1: none */
} untils[] = {
	{ OK("X-Until: Tue, 10 Jul 2018 09:00:00 GMT\r\nContent-Length: 0\r\n", ""), 1531213200 },
	{ OK("x-until:Thu, 10 Jul 2018 09:00:00 GMT\r\nContent-Length: 0\r\n", ""), 1531213200 }, /* it was a Tuesday */
	{ OK("X-Until: Xyz, 10 Jul 2018 09:00:00 GMT\r\nContent-Length: 0\r\n", ""), 1531213200 },
	{ OK("X-Until: \xd0\x92\xd1\x82, 10 Jul 2018 09:00:00 GMT\r\nContent-Length: 0\r\n", ""), 1531213200 },
	{ OK("X-Until: 10 Jul 18 12:00:00 +0300\r\nContent-Length: 0\r\n", ""), 1531213200 },
	{ OK("X-Until: Tuesday, 10-Jul-18 09:00:00 GMT\r\nContent-Length: 0\r\n", ""), 1531213200 },
	{ OK("X-Until: Tue Jul 10 09:00:00 2018\r\nContent-Length: 0\r\n", ""), 1531213200 },
	{ OK("X-Until: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n", ""), 253402300799 },
	{ OK("X-Until: Sat, 01 Jan 10000 00:00:00 GMT\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("X-Until: 01 Jan 2147483647 00:00:00 GMT\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("X-Until: in an hour\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("X-Until: Thu,\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("X-Until:\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("X-Until-Then: Tue, 10 Jul 2018 09:00:00 GMT\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("Content-Length: 0\r\n", ""), -1 },
};

START_TEST(a_header_asked_for_is_read_as_a_date)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };
	char name[] = "X-Until";

	request.until_header = name;
	w.peer.answer = untils[_i].answer;
	fetched_start(&w, &request, &fetched);
	/* All was copied. */
	memset(name, 'x', sizeof name - 1);
	fetched_await(&fetched);
	ck_assert_uint_eq(fetched.result.status, 200);
	if (untils[_i].seconds < 0)
		ck_assert(!wall_is_set(fetched.result.until));
	else
		ck_assert_int_eq(fetched.result.until.us, untils[_i].seconds * USEC_PER_SEC);
	ck_assert(!wall_is_set(fetched.result.date));
	fetched_done(&fetched);
}
END_TEST

START_TEST(a_header_not_asked_for_is_left_alone)
{
	struct fetched fetched = fetch_canned(&w, untils[0].answer);

	ck_assert(!wall_is_set(fetched.result.until));
	fetched_done(&fetched);
}
END_TEST

static const struct {
	const char *answer;
	int64_t seconds;
} pauses[] = {
	{ OK("Retry-After: 12\r\nContent-Length: 0\r\n", ""), 12 },
	{ OK("Retry-After: 0\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("Retry-After: soon\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n", ""), -1 },
	{ OK("Retry-After: 9223372036854775807\r\nContent-Length: 0\r\n", ""), 24 * 3600 },
	{ OK("Retry-After: Fri, 31 Dec 2399 23:59:59 GMT\r\nContent-Length: 0\r\n", ""), 24 * 3600 },
};

START_TEST(retry_after_is_seconds_within_reason)
{
	struct fetched fetched = fetch_canned(&w, pauses[_i].answer);

	ck_assert_int_eq(fetched.result.retry_after_s, pauses[_i].seconds);
	fetched_done(&fetched);
}
END_TEST

static const char *const broken[] = {
	"",
	"\r\n\r\n",
	"garbage\r\n\r\n",
	"HTTP/1.1 200 OK\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
	OK("Content-Length: 10\r\n", "cut"),
	OK("Transfer-Encoding: chunked\r\n", "5\r\nab"),
	OK("Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n"),
	OK("Transfer-Encoding: chunked\r\n", "zz\r\n"),
	OK("Content-Length: nonsense\r\n", ""),
};

START_TEST(a_broken_answer_is_a_failure_with_a_reason)
{
	struct fetched fetched = fetch_canned(&w, broken[_i]);

	assert_failed(&fetched, false);
}
END_TEST

START_TEST(a_refused_connection_is_a_failure)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };

	canned_peer_close(&w.peer);
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	assert_failed(&fetched, true);
}
END_TEST

START_TEST(silence_ends_by_the_timeout)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };

	request.timeout_us = CANNED_SILENCE_US;
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	assert_failed(&fetched, false);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}
END_TEST

/* A server that speaks no TLS, and waits for the rest of what it takes for a request. */
START_TEST(silence_before_the_request_ends_by_the_timeout_too)
{
	struct fetch_request request = fetch_request_to(&w, "https", w.peer.address, "/");
	struct fetched fetched = { 0 };

	request.timeout_us = CANNED_SILENCE_US;
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	assert_failed(&fetched, true);
	ck_assert_uint_eq(w.peer.n_connections, 1);
}
END_TEST

#define A16 "aaaaaaaaaaaaaaaa"

/* No name has a part of 64 letters, so nobody is asked for it. */
START_TEST(a_name_that_is_none_is_a_failure)
{
	struct fetch_request request = fetch_request_to(&w, "http", "", "");
	struct fetched fetched = { 0 };

	request.url = "http://" A16 A16 A16 A16 ".example/";
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	assert_failed(&fetched, true);
}
END_TEST

static const struct {
	const char *url;
	const char *reason; /* a part of it */
} odd_urls[] = {
	{ "", "URL" },
	{ "http://", "URL" },
	{ "file:///etc/passwd", "Protocol \"file\"" },
	{ "ftp://127.0.0.1/", "Protocol \"ftp\"" },
	{ "gopher://127.0.0.1/", "Protocol \"gopher\"" },
};

START_TEST(only_http_is_spoken)
{
	struct fetch_request request = fetch_request_to(&w, "http", "", "");
	struct fetched fetched = { 0 };

	request.url = odd_urls[_i].url;
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	ck_assert_msg(strstr(fetched.reason, odd_urls[_i].reason), "%s", fetched.reason);
	assert_failed(&fetched, true);
}
END_TEST

START_TEST(a_redirect_to_a_file_is_not_followed)
{
	struct fetched fetched = fetch_canned(&w, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");

	ck_assert_uint_eq(fetched.result.status, 302);
	ck_assert_str_eq(fetched.body, "");
	fetched_done(&fetched);
}
END_TEST

static const char *const five_bytes[] = {
	OK("Content-Length: 5\r\n", "abcde"),
	OK("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
	OK("Connection: close\r\n", "abcde"),
};

START_TEST(an_answer_larger_than_allowed_is_cut)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };

	w.peer.answer = five_bytes[_i];
	w.peer.close = true;
	request.max_answer = 5;
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	ck_assert_int_eq(fetched.result.end, FETCH_ANSWERED);
	ck_assert_str_eq(fetched.body, "abcde");
	fetched_done(&fetched);

	fetched = (struct fetched){ 0 };
	request.max_answer = 4;
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	ck_assert_int_eq(fetched.result.end, FETCH_TOO_LARGE);
	ck_assert_ptr_nonnull(fetched.reason);
	fetched_done(&fetched);
}
END_TEST

START_TEST(an_untrusted_certificate_is_refused)
{
	w.server.server = server_free(w.server.server);
	w.server.certificate = tls_certificate;
	w.server.key = tls_key;
	server_world_start(&w.server, "127.0.0.1:0");
	/* By the name that stands in it: only its signature is wrong. */
	char address[ADDRESS_SIZE];
	snprintf(address, sizeof address, "localhost%s", strchr(w.server.address, ':'));
	struct fetch_request request = fetch_request_to(&w, "https", address, "/x");
	struct fetched fetched = { 0 };

	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	assert_failed(&fetched, true);
	ck_assert_uint_eq(w.server.heads, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fetch");
	TCase *answers = tcase_create("answers");
	TCase *failures = tcase_create("failures");

	tcase_add_checked_fixture(answers, set_up, tear_down);
	tcase_add_test(answers, a_post_arrives_as_given);
	tcase_add_test(answers, a_put_has_a_body);
	tcase_add_test(answers, a_post_without_body_has_length_zero);
	tcase_add_test(answers, a_get_has_no_body);
	tcase_add_test(answers, a_large_post_does_not_wait_for_100);
	tcase_add_test(answers, any_status_is_an_answer);
	tcase_add_test(answers, a_redirect_is_not_followed);
	tcase_add_test(answers, a_redirect_to_a_file_is_not_followed);
	tcase_add_test(answers, the_date_is_read);
	tcase_add_loop_test(answers, an_odd_date_is_none, 0, sizeof odd_dates / sizeof *odd_dates);
	tcase_add_loop_test(answers, a_header_asked_for_is_read_as_a_date, 0, sizeof untils / sizeof *untils);
	tcase_add_test(answers, a_header_not_asked_for_is_left_alone);
	tcase_add_loop_test(answers, retry_after_is_seconds_within_reason, 0, sizeof pauses / sizeof *pauses);
	suite_add_tcase(s, answers);

	tcase_add_checked_fixture(failures, set_up, tear_down);
	tcase_add_loop_test(failures, a_broken_answer_is_a_failure_with_a_reason, 0, sizeof broken / sizeof *broken);
	tcase_add_test(failures, a_refused_connection_is_a_failure);
	tcase_add_test(failures, silence_ends_by_the_timeout);
	tcase_add_test(failures, silence_before_the_request_ends_by_the_timeout_too);
	tcase_add_test(failures, a_name_that_is_none_is_a_failure);
	tcase_add_loop_test(failures, only_http_is_spoken, 0, sizeof odd_urls / sizeof *odd_urls);
	tcase_add_loop_test(failures, an_answer_larger_than_allowed_is_cut, 0, sizeof five_bytes / sizeof *five_bytes);
	tcase_add_test(failures, an_untrusted_certificate_is_refused);
	suite_add_tcase(s, failures);

	return s;
}
