/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's HTTP: what comes in, what goes out, and what a peer may do wrong, over real sockets.
 * Component ring. Time, suspension and the server's end are in test_server_life.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "server_world.h"
#include "suite.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST(target, headers, body) "POST " target " HTTP/1.1\r\nHost: x\r\n" headers "\r\n" body

static struct server_world w;
static struct raw_client client;
static struct raw_answer answer;

static void set_up(void)
{
	server_world_open(&w);
	server_world_start(&w, "127.0.0.1:0");
	raw_open(&client, w.loop, w.address);
}

static void tear_down(void)
{
	raw_answer_done(&answer);
	raw_close(&client);
	server_world_close(&w);
}

static void ask(const char *text)
{
	raw_answer_done(&answer);
	raw_send(&client, text);
	raw_answer(&client, &answer);
}

static bool head_has(const char *line)
{
	return strcasestr(answer.head, line);
}

/* Another connection is served: whatever happened on the first one is its own affair. */
static void assert_server_lives(void)
{
	struct raw_client other;

	server_world_expect(&w, &other, GET("/empty"), 200);
	raw_close(&other);
}

START_TEST(one_connection_serves_many_requests)
{
	for (int i = 0; i < 3; i++) {
		ask(GET("/empty"));
		ck_assert_uint_eq(answer.status, 200);
	}
	ck_assert_uint_eq(w.heads, 3);
	ck_assert_uint_eq(w.requests, 3);
	ck_assert(!client.closed);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
	raw_send(&client, GET("/1") POST("/2", "Content-Length: 3\r\n", "abc") GET("/refuse") GET("/4"));
	raw_answer(&client, &answer);
	ck_assert_str_eq(answer.body, "GET|/1|-|");
	ask("");
	ck_assert_str_eq(answer.body, "POST|/2|-|abc");
	ask("");
	ck_assert_uint_eq(answer.status, 404);
	ask("");
	ck_assert_str_eq(answer.body, "GET|/4|-|");
}
END_TEST

START_TEST(target_and_headers_are_as_sent)
{
	ask("DELETE /a%20b+c%00//..?x=%2B&y=a+b&&z?=# HTTP/1.1\r\nHost: x\r\nX-Test: some thing\r\n\r\n");
	ck_assert_str_eq(answer.body, "DELETE|/a%20b+c%00//..?x=%2B&y=a+b&&z?=#|some thing|");
}
END_TEST

/* RFC 9112, section 3.2.2: who thinks that we are a proxy says the same. */
static const struct {
	const char *target;
	const char *meant;
} absolute[] = {
	{ "http://x:80/a%20b?c=//d", "/a%20b?c=//d" },
	{ "HTTPS://shop.example//a/http://b", "//a/http://b" },
	{ "http://[::1]:80/", "/" },
	{ "http://x", "/" },
	{ "http:/a", "http:/a" },
	{ "ftp://x/a", "ftp://x/a" },
	{ "/http://x/a", "/http://x/a" },
	{ "*", "*" },
};

START_TEST(of_an_absolute_target_scheme_and_host_are_left_out)
{
	char text[128];
	char body[128];

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", absolute[_i].target);
	ask(text);
	snprintf(body, sizeof(body), "GET|%s|-|", absolute[_i].meant);
	ck_assert_str_eq(answer.body, body);
}
END_TEST

START_TEST(a_query_of_thousands_of_parameters_is_just_bytes)
{
	char text[8192];
	char *end = stpcpy(text, "GET /?");

	for (int i = 0; i < 3000; i++)
		end = stpcpy(end, "a&");
	stpcpy(end, " HTTP/1.1\r\nHost: x\r\n\r\n");
	ask(text);
	ck_assert_uint_eq(answer.status, 200);
	ck_assert_uint_eq(strlen(answer.body), strlen("GET|/?||-") + 6000);
}
END_TEST

START_TEST(an_empty_reply_has_a_length_and_no_banner)
{
	ask(GET("/empty"));
	ck_assert(head_has("\r\nContent-Length: 0\r\n"));
	ck_assert(head_has("\r\nDate: "));
	ck_assert(!head_has("\r\nServer:"));
	ck_assert(!head_has("\r\nConnection: close"));
}
END_TEST

START_TEST(a_reply_carries_its_headers)
{
	ask(GET("/method"));
	ck_assert_uint_eq(answer.status, 405);
	ck_assert(head_has("\r\nAllow: POST\r\n"));
	ask(GET("/later"));
	ck_assert_uint_eq(answer.status, 503);
	ck_assert(head_has("\r\nRetry-After: 7\r\n"));
	ask(GET("/other"));
	ck_assert(head_has("\r\nContent-Type: text/plain\r\n"));
	ck_assert(!head_has("\r\nRetry-After:"));
	ck_assert(!head_has("\r\nAllow:"));
}
END_TEST

START_TEST(head_gets_the_length_without_the_body)
{
	raw_send(&client, "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
	while (!raw_take_answer(&client, true, &answer))
		raw_turn(w.loop);
	ck_assert_uint_eq(answer.status, 200);
	ck_assert(head_has("\r\nContent-Length: 10\r\n"));
	ask(GET("/y"));
	ck_assert_str_eq(answer.body, "GET|/y|-|");
}
END_TEST

START_TEST(a_closing_reply_closes)
{
	ask(GET("/close"));
	ck_assert_uint_eq(answer.status, 200);
	ck_assert(head_has("\r\nConnection: close\r\n"));
	raw_await_close(&client);
}
END_TEST

START_TEST(an_old_client_is_closed_after_its_reply)
{
	raw_send(&client, "GET /empty HTTP/1.0\r\n\r\n");
	raw_await_close(&client);
	ck_assert_ptr_nonnull(strstr(client.in.data, " 200 OK\r\n"));
}
END_TEST

START_TEST(a_body_in_pieces_arrives_whole)
{
	raw_send(&client, POST("/x", "Content-Length: 9\r\n", "one"));
	raw_quiet(&client);
	raw_send(&client, "two");
	raw_quiet(&client);
	ck_assert_uint_eq(w.heads, 1);
	ck_assert_uint_eq(w.requests, 0);
	ask("six");
	ck_assert_str_eq(answer.body, "POST|/x|-|onetwosix");
}
END_TEST

START_TEST(a_chunked_body_arrives_whole)
{
	raw_send(&client, POST("/x", "Transfer-Encoding: chunked\r\n", "3\r\none\r\n"));
	raw_quiet(&client);
	ask("6;ext=1\r\ntwosix\r\n0\r\n\r\n");
	ck_assert_str_eq(answer.body, "POST|/x|-|onetwosix");
	ask(GET("/y"));
	ck_assert_str_eq(answer.body, "GET|/y|-|");
}
END_TEST

START_TEST(a_refusal_without_body_keeps_the_connection)
{
	ask(GET("/refuse"));
	ck_assert_uint_eq(answer.status, 404);
	ask(POST("/refuse", "Content-Length: 0\r\n", ""));
	ck_assert_uint_eq(answer.status, 404);
	ask(GET("/empty"));
	ck_assert_uint_eq(answer.status, 200);
	ck_assert_uint_eq(w.requests, 1);
}
END_TEST

START_TEST(a_refusal_does_not_wait_for_the_body_and_closes)
{
	ask(POST("/refuse", "Content-Length: 500\r\n", "begun"));
	ck_assert_uint_eq(answer.status, 404);
	raw_await_close(&client);
	ck_assert_uint_eq(w.requests, 0);
}
END_TEST

START_TEST(who_waits_for_100_is_told_to_go_on)
{
	ask(POST("/x", "Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
	ck_assert_uint_eq(answer.status, 100);
	ask("ab");
	ck_assert_str_eq(answer.body, "POST|/x|-|ab");
}
END_TEST

START_TEST(who_waits_for_100_is_refused_instead)
{
	ask(POST("/refuse", "Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
	ck_assert_uint_eq(answer.status, 404);
	raw_await_close(&client);
}
END_TEST

START_TEST(an_announced_body_over_the_limit_is_413_at_once)
{
	ask(POST("/x", "Content-Length: 1001\r\n", ""));
	ck_assert_uint_eq(answer.status, 413);
	raw_await_close(&client);
	ck_assert_uint_eq(w.heads, 0);
	assert_server_lives();
}
END_TEST

/* One chunk of LEN bytes; TEXT has room for some more. */
static void chunk(char *text, size_t len)
{
	char *end = text + snprintf(text, len, "%zx\r\n", len);

	memset(end, 'x', len);
	stpcpy(end + len, "\r\n");
}

START_TEST(a_body_of_just_the_limit_is_taken)
{
	char text[MAX_BODY + 100];

	raw_send(&client, POST("/x", "Content-Length: 1000\r\n", ""));
	memset(text, 'x', MAX_BODY);
	text[MAX_BODY] = '\0';
	ask(text);
	ck_assert_uint_eq(strlen(answer.body), strlen("POST|/x|-|") + MAX_BODY);
	raw_send(&client, POST("/x", "Transfer-Encoding: chunked\r\n", ""));
	chunk(text, MAX_BODY);
	raw_send(&client, text);
	ask("0\r\n\r\n");
	ck_assert_uint_eq(strlen(answer.body), strlen("POST|/x|-|") + MAX_BODY);
}
END_TEST

START_TEST(a_chunked_body_over_the_limit_is_413_at_its_end)
{
	char text[MAX_BODY + 100];

	raw_send(&client, POST("/x", "Transfer-Encoding: chunked\r\n", ""));
	chunk(text, MAX_BODY);
	raw_send(&client, text);
	raw_send(&client, "1\r\nx\r\n");
	ask("0\r\n\r\n");
	ck_assert_uint_eq(answer.status, 413);
	raw_await_close(&client);
	ck_assert_uint_eq(w.heads, 1);
	ck_assert_uint_eq(w.requests, 0);
	assert_server_lives();
}
END_TEST

START_TEST(an_endless_chunked_body_is_cut_off)
{
	char text[5000];

	chunk(text, 4096);
	raw_send(&client, POST("/x", "Transfer-Encoding: chunked\r\n", ""));
	while (raw_take(&client), !client.closed) {
		raw_send(&client, text);
		raw_turn(w.loop);
	}
	ck_assert_uint_eq(client.in.len, 0);
	ck_assert_uint_eq(w.requests, 0);
	assert_server_lives();
}
END_TEST

/* What a peer may get wrong, and the status it is told; 0: it is closed without a word. */
static const struct {
	const char *text;
	unsigned status;
} faults[] = {
	{ POST("/", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400 },
	{ POST("/", "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400 },
	{ POST("/", "Content-Length: 3\r\ncontent-length: 3\r\n", "abc"), 400 },
	{ POST("/", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400 },
	{ POST("/", "Transfer-Encoding: gzip\r\n", "abc"), 501 },
	{ POST("/", "Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n"), 400 },
	{ POST("/", "Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n"), 400 },
	{ POST("/", "Content-Length: abc\r\n", ""), 400 },
	{ POST("/", "Content-Length: -1\r\n", ""), 400 },
	{ POST("/", "Content-Length: 99999999999999999999999\r\n", ""), 413 },
	{ POST("/", "Expect: 100-continue\r\n", "GET / HTTP/1.1\r\n"), 400 },
	{ POST("/refuse", "Expect: 100-continue\r\n", "abc"), 400 },
	{ POST("/suspend", "Content-Length: 0\r\nExpect: 100-Continue\r\n", "abc"), 400 },
	{ "GET /refuse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\nabc", 400 },
	{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
	{ "GET / HTTP/1.1\r\nno colon\r\n\r\n", 400 },
	{ "GET /\r\n\r\n", 400 },
	{ "GET  \r\n\r\n", 400 },
	{ "garbage\r\n\r\n", 0 },
	{ "\x16\x03\x01\x02\r\n\r\n", 0 },
};

START_TEST(a_fault_is_told_and_the_connection_closed)
{
	raw_send(&client, faults[_i].text);
	raw_await_close(&client);
	if (faults[_i].status == 0) {
		ck_assert_uint_eq(client.in.len, 0);
	} else {
		ck_assert(raw_take_answer(&client, false, &answer));
		ck_assert_uint_eq(answer.status, faults[_i].status);
	}
	ck_assert_uint_eq(w.requests, 0);
	assert_server_lives();
}
END_TEST

/* A peer may also just go, at any point of its request. */
START_TEST(a_peer_that_leaves_in_the_middle_is_forgotten)
{
	static const char text[] = POST("/x", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n");
	struct raw_client other;

	for (size_t n = 0; n < sizeof text; n += 3) {
		raw_open(&other, w.loop, w.address);
		ck_assert_int_ge(send(other.fd, text, n, 0), 0);
		raw_turn(w.loop);
		raw_close(&other);
	}
	assert_server_lives();
}
END_TEST

/* What it has sent and that it has gone come together then. */
START_TEST(a_peer_that_left_before_it_was_heard_is_forgotten_at_once)
{
	static const char text[] = POST("/x", "Content-Length: 3\r\n", "abc");

	for (size_t n = 0; n < sizeof text; n++) {
		struct raw_client other;

		raw_open(&other, w.loop, w.address);
		ck_assert_int_ge(send(other.fd, text, n, 0), 0);
		raw_close(&other);
		assert_server_lives();
		while (server_connections(w.server) > 1)
			raw_turn(w.loop);
	}
}
END_TEST

START_TEST(bytes_of_any_kind_are_survived)
{
	unsigned seed = 1;

	for (int i = 0; i < 200; i++) {
		struct raw_client other;
		char bytes[64];

		for (size_t k = 0; k < sizeof bytes; k++)
			bytes[k] = k % 16 == 15 ? '\n' : (char)(rand_r(&seed) >> 3);
		raw_open(&other, w.loop, w.address);
		if (i % 2)
			raw_send(&other, "POST / HTTP/1.1\r\nHost: x\r\n");
		ck_assert_int_eq(send(other.fd, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
		raw_turn(w.loop);
		raw_close(&other);
	}
	assert_server_lives();
}
END_TEST

/* TEXT, and after it LEN bytes that end neither line nor head. */
static void send_long(const char *text, size_t len)
{
	char *filler = malloc(len + 1);

	ck_assert_ptr_nonnull(filler);
	memset(filler, 'a', len);
	filler[len] = '\0';
	raw_send(&client, text);
	raw_send(&client, filler);
	free(filler);
}

START_TEST(a_line_too_long_is_414)
{
	send_long("GET /", 20000);
	ask("");
	ck_assert_uint_eq(answer.status, 414);
	raw_await_close(&client);
	ck_assert_uint_eq(w.heads, 0);
	assert_server_lives();
}
END_TEST

START_TEST(headers_too_long_are_431)
{
	send_long("GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", 20000);
	ask("");
	ck_assert_uint_eq(answer.status, 431);
	raw_await_close(&client);
	ck_assert_uint_eq(w.heads, 0);
	assert_server_lives();
}
END_TEST

START_TEST(a_line_of_8_kib_is_taken)
{
	send_long("GET /?", 8192);
	ask(" HTTP/1.1\r\nHost: x\r\n\r\n");
	ck_assert_uint_eq(answer.status, 200);
}
END_TEST

/* Cookies that outgrow the connection's memory, and a second fault after it: the library forgets to tell of such a
 * request's end. */
START_TEST(a_head_with_two_faults_leaks_nothing)
{
	char text[16 * 1024];
	char *end = stpcpy(text, "GET / HTTP/1.1\r\nHost: x\r\nCookie: ");

	for (int i = 0; i < 1851; i++)
		end = stpcpy(end, "a=b; ");
	stpcpy(end, "\r\nContent-Length: x\r\n\r\n");
	raw_send(&client, text);
	raw_await_close(&client);
	assert_server_lives();
}
END_TEST

START_TEST(connections_above_the_limit_are_told_503)
{
	struct raw_client kept[MAX_CONNECTIONS], surplus;

	raw_close(&client);
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		server_world_expect(&w, &kept[i], GET("/empty"), 200);

	raw_open(&surplus, w.loop, w.address);
	while (server_connections(w.server) <= MAX_CONNECTIONS)
		raw_turn(w.loop);
	/* Those that were there before don't notice. */
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		raw_send(&kept[i], GET("/empty"));
		ck_assert_uint_eq(raw_status(&kept[i]), 200);
	}
	raw_send(&surplus, GET("/empty"));
	raw_answer(&surplus, &answer);
	ck_assert_uint_eq(answer.status, 503);
	ck_assert(head_has("\r\nRetry-After: "));
	raw_await_close(&surplus);
	raw_close(&surplus);
	ck_assert_uint_eq(w.heads, 2 * MAX_CONNECTIONS);
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		raw_close(&kept[i]);
	raw_open(&client, w.loop, w.address);
}
END_TEST

START_TEST(a_surplus_connection_is_served_when_others_have_gone)
{
	struct raw_client kept[MAX_CONNECTIONS - 1], surplus;

	ask(GET("/empty"));
	for (int i = 0; i < MAX_CONNECTIONS - 1; i++)
		server_world_expect(&w, &kept[i], GET("/empty"), 200);
	raw_open(&surplus, w.loop, w.address);
	while (server_connections(w.server) <= MAX_CONNECTIONS)
		raw_turn(w.loop);
	for (int i = 0; i < MAX_CONNECTIONS - 1; i++)
		raw_close(&kept[i]);
	while (server_connections(w.server) > MAX_CONNECTIONS)
		raw_turn(w.loop);
	raw_send(&surplus, GET("/empty"));
	ck_assert_uint_eq(raw_status(&surplus), 200);
	raw_close(&surplus);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("server");
	TCase *http = tcase_create("http");
	TCase *limits = tcase_create("limits");

	tcase_add_checked_fixture(http, set_up, tear_down);
	tcase_add_test(http, one_connection_serves_many_requests);
	tcase_add_test(http, pipelined_requests_are_answered_in_order);
	tcase_add_test(http, target_and_headers_are_as_sent);
	tcase_add_loop_test(http, of_an_absolute_target_scheme_and_host_are_left_out, 0, (int)ARRAY_SIZE(absolute));
	tcase_add_test(http, a_query_of_thousands_of_parameters_is_just_bytes);
	tcase_add_test(http, an_empty_reply_has_a_length_and_no_banner);
	tcase_add_test(http, a_reply_carries_its_headers);
	tcase_add_test(http, head_gets_the_length_without_the_body);
	tcase_add_test(http, a_closing_reply_closes);
	tcase_add_test(http, an_old_client_is_closed_after_its_reply);
	tcase_add_test(http, a_body_in_pieces_arrives_whole);
	tcase_add_test(http, a_chunked_body_arrives_whole);
	tcase_add_test(http, a_refusal_without_body_keeps_the_connection);
	tcase_add_test(http, a_refusal_does_not_wait_for_the_body_and_closes);
	tcase_add_test(http, who_waits_for_100_is_told_to_go_on);
	tcase_add_test(http, who_waits_for_100_is_refused_instead);
	suite_add_tcase(s, http);

	tcase_add_checked_fixture(limits, set_up, tear_down);
	tcase_add_test(limits, an_announced_body_over_the_limit_is_413_at_once);
	tcase_add_test(limits, a_body_of_just_the_limit_is_taken);
	tcase_add_test(limits, a_chunked_body_over_the_limit_is_413_at_its_end);
	tcase_add_test(limits, an_endless_chunked_body_is_cut_off);
	tcase_add_loop_test(limits, a_fault_is_told_and_the_connection_closed, 0, sizeof faults / sizeof *faults);
	tcase_add_test(limits, a_peer_that_leaves_in_the_middle_is_forgotten);
	tcase_add_test(limits, a_peer_that_left_before_it_was_heard_is_forgotten_at_once);
	tcase_add_test(limits, bytes_of_any_kind_are_survived);
	tcase_add_test(limits, a_line_too_long_is_414);
	tcase_add_test(limits, headers_too_long_are_431);
	tcase_add_test(limits, a_line_of_8_kib_is_taken);
	tcase_add_test(limits, a_head_with_two_faults_leaks_nothing);
	tcase_add_test(limits, connections_above_the_limit_are_told_503);
	tcase_add_test(limits, a_surplus_connection_is_served_when_others_have_gone);
	suite_add_tcase(s, limits);
	return s;
}
