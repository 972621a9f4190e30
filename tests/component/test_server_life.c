/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's life: requests that wait, peers that dawdle, idleness, TLS, and the end. Component ring. Its HTTP is
 * in test_server.c. No test measures time: where a limit is to pass, another connection's end tells it.
 */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/listen.h"
#include "server_world.h"
#include "suite.h"
#include "tls_client.h"
#include "tls_pair.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"

/* Turns of the loop between two bytes of a dawdling peer: so slow that it would be at it for minutes. */
#define DAWDLE_TURNS 20

#define NOBODY 65534

static struct server_world w;
static struct raw_client client;

static void set_up(void)
{
	server_world_open(&w);
	server_world_start(&w, "127.0.0.1:0");
}

static void set_up_short(void)
{
	server_world_open(&w);
	w.limits.request_timeout_us = SHORT_TIMEOUT_US;
	w.limits.max_body = 1000 * 1000;
	server_world_start(&w, "127.0.0.1:0");
}

static void tear_down(void)
{
	server_world_close(&w);
}

static void await_suspended(unsigned n)
{
	while (w.n_suspended < n)
		raw_turn(w.loop);
}

static void await_gone(unsigned n)
{
	while (w.gone < n)
		raw_turn(w.loop);
}

START_TEST(a_suspended_request_waits_for_its_reply)
{
	server_world_get(&w, &client, "/suspend");
	await_suspended(1);
	raw_quiet(&client);
	server_world_resume(&w, 0, 201);
	ck_assert_uint_eq(raw_status(&client), 201);
	raw_send(&client, GET("/empty"));
	ck_assert_uint_eq(raw_status(&client), 200);
	raw_close(&client);
}
END_TEST

START_TEST(suspended_requests_are_answered_each_with_its_own)
{
	struct raw_client clients[MAX_CONNECTIONS];

	for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
		server_world_get(&w, &clients[i], "/suspend");
		await_suspended(i + 1);
	}
	for (unsigned i = MAX_CONNECTIONS; i-- > 0;)
		server_world_resume(&w, i, 200 + i);
	for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
		ck_assert_uint_eq(raw_status(&clients[i]), 200 + i);
		raw_close(&clients[i]);
	}
}
END_TEST

START_TEST(a_request_pipelined_behind_a_suspended_one_waits)
{
	raw_open(&client, w.loop, w.address);
	raw_send(&client, GET("/suspend") GET("/empty"));
	await_suspended(1);
	raw_quiet(&client);
	ck_assert_uint_eq(w.heads, 1);
	server_world_resume(&w, 0, 201);
	ck_assert_uint_eq(raw_status(&client), 201);
	ck_assert_uint_eq(raw_status(&client), 200);
	raw_close(&client);
}
END_TEST

START_TEST(a_reply_right_after_suspension_is_sent)
{
	server_world_get(&w, &client, "/both");
	ck_assert_uint_eq(raw_status(&client), 202);
	raw_close(&client);
}
END_TEST

START_TEST(a_suspended_request_outlives_its_peer)
{
	struct raw_client other;

	server_world_get(&w, &client, "/suspend");
	await_suspended(1);
	raw_close(&client);
	server_world_expect(&w, &other, GET("/empty"), 200);
	ck_assert_uint_eq(w.gone, 1);
	server_world_resume(&w, 0, 200);
	await_gone(2);
	raw_close(&other);
}
END_TEST

/* A reset ends the connection at once, as long as libmicrohttpd has not asked for the reply so often that the request is suspended. */
static void reset_while_it_waits(void)
{
	w.to_reset = &client;
	server_world_get(&w, &client, "/suspend");
	await_suspended(1);
	while (server_connections(w.server) > 0)
		raw_turn(w.loop);
	ck_assert_uint_eq(w.gone, 0);
}

START_TEST(a_waiting_request_outlives_its_connection)
{
	reset_while_it_waits();
	server_world_resume(&w, 0, 200);
	ck_assert_uint_eq(w.gone, 0);
	await_gone(1);
}
END_TEST

START_TEST(a_waiting_request_without_a_connection_ends_with_the_server)
{
	reset_while_it_waits();
	server_world_resume(&w, 0, 200);
	w.server = server_free(w.server);
	ck_assert_uint_eq(w.gone, 1);
}
END_TEST

/* Replies to two, each while it waits. */
static void reply_soon(void *cls)
{
	struct loop_task *task = *(struct loop_task **)cls;

	for (unsigned i = 0; i < w.n_suspended; i++)
		if (w.suspended[i])
			server_world_resume(&w, i, 200);
	if (w.n_suspended < 2)
		loop_task_post(task);
}

START_TEST(an_end_behind_a_request_that_came_while_one_waited_is_noticed)
{
	struct loop_task *task;

	ck_assert_int_eq(loop_task_new(w.loop, reply_soon, &task, &task), 0);
	w.to_end = &client;
	w.last_words = GET("/suspend");
	server_world_get(&w, &client, "/suspend");
	loop_task_post(task);
	await_gone(2);
	while (server_connections(w.server) > 0)
		raw_turn(w.loop);
	raw_close(&client);
	loop_task_free(task);
}
END_TEST

START_TEST(a_suspended_request_costs_nothing_once_its_peer_has_gone)
{
	bool any = true;

	server_world_get(&w, &client, "/suspend");
	await_suspended(1);
	raw_close(&client);
	for (int i = 0; any && i < 20; i++)
		ck_assert_int_eq(loop_step(w.loop, 50 * USEC_PER_MS, &any), 0);
	ck_assert(!any);
	server_world_resume(&w, 0, 200);
	await_gone(1);
}
END_TEST

START_TEST(a_silent_connection_is_closed)
{
	raw_open(&client, w.loop, w.address);
	raw_await_close(&client);
	ck_assert_uint_eq(client.in.len, 0);
	raw_close(&client);
}
END_TEST

START_TEST(an_idle_connection_is_closed_after_its_last_reply)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	raw_await_close(&client);
	ck_assert_uint_eq(client.in.len, 0);
	raw_close(&client);
}
END_TEST

/* Sends a byte now and then, for ever; returns when the server has had enough. */
static void dawdle(const char *begin)
{
	raw_open(&client, w.loop, w.address);
	raw_send(&client, begin);
	while (raw_take(&client), !client.closed) {
		raw_send(&client, "x");
		for (int i = 0; i < DAWDLE_TURNS; i++)
			raw_turn(w.loop);
	}
	ck_assert_uint_eq(client.in.len, 0);
	raw_close(&client);
	await_gone(w.heads);
}

START_TEST(a_dawdled_request_line_is_cut)
{
	dawdle("GET /");
	ck_assert_uint_eq(w.heads, 0);
}
END_TEST

START_TEST(a_dawdled_head_is_cut)
{
	dawdle("GET / HTTP/1.1\r\nHost: ");
	ck_assert_uint_eq(w.heads, 0);
}
END_TEST

START_TEST(a_dawdled_body_is_cut)
{
	dawdle("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
	ck_assert_uint_eq(w.heads, 1);
	ck_assert_uint_eq(w.requests, 0);
}
END_TEST

START_TEST(a_dawdled_second_request_is_cut)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	raw_send(&client, "GET /");
	raw_await_close(&client);
	raw_close(&client);
}
END_TEST

START_TEST(a_peer_that_does_not_take_its_reply_is_cut)
{
	server_world_get(&w, &client, "/huge");
	await_gone(1);
	raw_close(&client);
}
END_TEST

START_TEST(each_reply_gives_the_next_request_its_time)
{
	struct raw_client idle;

	raw_open(&client, w.loop, w.address);
	raw_open(&idle, w.loop, w.address);
	/* The idle one came later; when its time is over, so were the other one's, had it not been given a new one each time. */
	while (raw_take(&idle), !idle.closed) {
		raw_send(&client, GET("/empty"));
		ck_assert_uint_eq(raw_status(&client), 200);
	}
	raw_send(&client, GET("/empty"));
	ck_assert_uint_eq(raw_status(&client), 200);
	raw_close(&client);
	raw_close(&idle);
}
END_TEST

START_TEST(a_suspended_request_has_no_limit)
{
	struct raw_client idle;

	server_world_get(&w, &client, "/suspend");
	await_suspended(1);
	raw_open(&idle, w.loop, w.address);
	raw_await_close(&idle);
	server_world_resume(&w, 0, 200);
	ck_assert_uint_eq(raw_status(&client), 200);
	raw_close(&client);
	raw_close(&idle);
}
END_TEST

START_TEST(an_idle_server_dispatches_nothing)
{
	struct raw_client silent, suspended;

	server_world_expect(&w, &client, GET("/empty"), 200);
	server_world_get(&w, &suspended, "/suspend");
	await_suspended(1);
	raw_open(&silent, w.loop, w.address);
	raw_send(&silent, "GET /");
	raw_quiet(&silent);
	for (int i = 0; i < 5; i++) {
		bool any = true;

		ck_assert_int_eq(loop_step(w.loop, 10 * USEC_PER_MS, &any), 0);
		ck_assert(!any);
	}
	server_world_resume(&w, 0, 200);
	raw_close(&client);
	raw_close(&silent);
	raw_close(&suspended);
}
END_TEST

START_TEST(a_unix_socket_serves)
{
	char where[ADDRESS_SIZE];

	w.server = server_free(w.server);
	ck_assert_int_lt(snprintf(where, sizeof where, "unix:%s/s", suite_tmpdir()), ADDRESS_SIZE);
	server_world_start(&w, where);
	server_world_get(&w, &client, "/family");
	struct raw_answer answer;
	raw_answer(&client, &answer);
	ck_assert_str_eq(answer.body, "unix");
	raw_answer_done(&answer);
	raw_close(&client);
}
END_TEST

/* Root is nobody meanwhile, for 0 is also what stands where nothing was written; but not on the way to the socket's file. */
static uid_t ask_uid(void)
{
	uid_t uid = getuid() == 0 ? NOBODY : getuid();

	ck_assert_int_eq(seteuid(uid), 0);
	setfsuid(getuid());
	server_world_get(&w, &client, "/uid");
	ck_assert_int_eq(seteuid(getuid()), 0);
	return uid;
}

static void expect_body(const char *body)
{
	struct raw_answer answer;

	raw_answer(&client, &answer);
	ck_assert_str_eq(answer.body, body);
	raw_answer_done(&answer);
	raw_close(&client);
}

START_TEST(a_unix_socket_tells_who_connected)
{
	char where[ADDRESS_SIZE], uid[32];

	ask_uid();
	expect_body("unknown");
	w.server = server_free(w.server);
	ck_assert_int_lt(snprintf(where, sizeof where, "unix:%s/s", suite_tmpdir()), ADDRESS_SIZE);
	server_world_start(&w, where);
	ck_assert_int_gt(snprintf(uid, sizeof uid, "%u", ask_uid()), 0);
	expect_body(uid);
}
END_TEST

static bool can_connect(void)
{
	struct address to;

	ck_assert_int_eq(address_parse(w.address, &to, NULL), 0);
	int fd = socket(to.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	int r = connect(fd, (const struct sockaddr *)&to.sa, to.len);
	close(fd);
	return r == 0;
}

START_TEST(quiescing_takes_nothing_new_and_finishes_the_old)
{
	struct raw_client other;
	struct raw_answer answer;

	server_world_expect(&w, &other, GET("/empty"), 200);
	server_world_get(&w, &client, "/suspend");
	await_suspended(1);
	ck_assert(can_connect());
	server_quiesce(w.server);
	server_quiesce(w.server);
	ck_assert(!can_connect());

	server_world_resume(&w, 0, 201);
	raw_answer(&client, &answer);
	ck_assert_uint_eq(answer.status, 201);
	ck_assert_ptr_nonnull(strstr(answer.head, "Connection: close"));
	raw_answer_done(&answer);
	raw_await_close(&client);

	raw_send(&other, GET("/empty"));
	ck_assert_uint_eq(raw_status(&other), 200);
	raw_await_close(&other);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

START_TEST(the_last_replies_are_sent_before_the_end)
{
	struct raw_client clients[MAX_CONNECTIONS];

	for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
		server_world_get(&w, &clients[i], "/suspend");
		await_suspended(i + 1);
	}
	for (unsigned i = 0; i < MAX_CONNECTIONS; i++)
		server_world_resume(&w, i, 503);
	w.server = server_free(w.server);
	for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
		ck_assert_uint_eq(raw_status(&clients[i]), 503);
		raw_close(&clients[i]);
	}
}
END_TEST

/* Two that have a connection each: the one has sent nothing of its request yet when the end begins, the other all but a byte. */
START_TEST(what_comes_while_the_server_ends_meets_no_handler)
{
	struct raw_client other;

	server_world_expect(&w, &client, GET("/empty"), 200);
	raw_open(&other, w.loop, w.address);
	raw_send(&other, "POST /suspend HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab");
	while (w.heads < 2)
		raw_turn(w.loop);
	raw_send(&client, GET("/suspend"));
	raw_send(&other, "c");
	w.server = server_free(w.server);
	ck_assert_uint_eq(w.heads, 2);
	ck_assert_uint_eq(w.requests, 1);
	ck_assert_uint_eq(raw_status(&client), 503);
	ck_assert_uint_eq(raw_status(&other), 503);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

START_TEST(unfinished_requests_end_with_the_server)
{
	struct raw_client head, body;

	raw_open(&client, w.loop, w.address);
	raw_open(&head, w.loop, w.address);
	raw_open(&body, w.loop, w.address);
	raw_send(&head, "GET / HTTP/1.1\r\nHost");
	raw_send(&body, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
	while (w.heads == 0)
		raw_turn(w.loop);
	w.server = server_free(w.server);
	ck_assert_uint_eq(w.gone, 1);
	raw_await_close(&client);
	raw_await_close(&head);
	raw_await_close(&body);
	raw_close(&client);
	raw_close(&head);
	raw_close(&body);
}
END_TEST

static void set_up_tls(void)
{
	server_world_open(&w);
	w.certificate = tls_certificate;
	w.key = tls_key;
}

START_TEST(tls_1_2_and_1_3_are_served)
{
	static const long versions[] = {
		CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2,
		CURL_SSLVERSION_TLSv1_3,
	};
	struct tls_answer answer;

	server_world_start(&w, "127.0.0.1:0");
	tls_ask(&(struct tls_request){
		.loop = w.loop, .address = w.address, .target = "/x", .trusted = tls_certificate, .version = versions[_i] }, &answer);
	ck_assert_int_eq(answer.code, CURLE_OK);
	ck_assert_str_eq(answer.body.data, "GET|/x|-|");
	tls_answer_done(&answer);
}
END_TEST

START_TEST(who_speaks_no_tls_is_closed)
{
	server_world_start(&w, "127.0.0.1:0");
	server_world_get(&w, &client, "/x");
	raw_await_close(&client);
	ck_assert_uint_eq(w.heads, 0);
	raw_close(&client);
}
END_TEST

START_TEST(a_dawdled_handshake_is_cut)
{
	w.limits.request_timeout_us = SHORT_TIMEOUT_US;
	server_world_start(&w, "127.0.0.1:0");
	raw_open(&client, w.loop, w.address);
	/* The head of a ClientHello of 256 bytes, which never come. */
	ck_assert_int_eq(send(client.fd, "\x16\x03\x01\x01\x00", 5, 0), 5);
	raw_await_close(&client);
	raw_close(&client);
}
END_TEST

START_TEST(a_broken_certificate_leaves_the_socket_to_the_caller)
{
	const struct server_handler handler = { 0 };
	struct server *server = NULL;
	char address[ADDRESS_SIZE];
	int fd;

	ck_assert_int_eq(listen_open("127.0.0.1:0", &fd, address), 0);
	ck_assert_int_lt(server_new(w.loop, fd, &w.limits, &handler, "no certificate", tls_key, &server), 0);
	ck_assert_ptr_null(server);
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	close(fd);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("server_life");
	TCase *suspension = tcase_create("suspension");
	TCase *time = tcase_create("time");
	TCase *end = tcase_create("end");
	TCase *tls = tcase_create("tls");

	tcase_add_checked_fixture(suspension, set_up, tear_down);
	tcase_add_test(suspension, a_suspended_request_waits_for_its_reply);
	tcase_add_test(suspension, suspended_requests_are_answered_each_with_its_own);
	tcase_add_test(suspension, a_request_pipelined_behind_a_suspended_one_waits);
	tcase_add_test(suspension, a_reply_right_after_suspension_is_sent);
	tcase_add_test(suspension, a_suspended_request_outlives_its_peer);
	tcase_add_test(suspension, a_waiting_request_outlives_its_connection);
	tcase_add_test(suspension, a_waiting_request_without_a_connection_ends_with_the_server);
	tcase_add_test(suspension, an_end_behind_a_request_that_came_while_one_waited_is_noticed);
	tcase_add_test(suspension, a_suspended_request_costs_nothing_once_its_peer_has_gone);
	tcase_add_test(suspension, an_idle_server_dispatches_nothing);
	suite_add_tcase(s, suspension);

	tcase_add_checked_fixture(time, set_up_short, tear_down);
	tcase_add_test(time, a_silent_connection_is_closed);
	tcase_add_test(time, an_idle_connection_is_closed_after_its_last_reply);
	tcase_add_test(time, a_dawdled_request_line_is_cut);
	tcase_add_test(time, a_dawdled_head_is_cut);
	tcase_add_test(time, a_dawdled_body_is_cut);
	tcase_add_test(time, a_dawdled_second_request_is_cut);
	tcase_add_test(time, a_peer_that_does_not_take_its_reply_is_cut);
	tcase_add_test(time, each_reply_gives_the_next_request_its_time);
	tcase_add_test(time, a_suspended_request_has_no_limit);
	suite_add_tcase(s, time);

	tcase_add_checked_fixture(end, set_up, tear_down);
	tcase_add_test(end, a_unix_socket_serves);
	tcase_add_test(end, a_unix_socket_tells_who_connected);
	tcase_add_test(end, quiescing_takes_nothing_new_and_finishes_the_old);
	tcase_add_test(end, the_last_replies_are_sent_before_the_end);
	tcase_add_test(end, what_comes_while_the_server_ends_meets_no_handler);
	tcase_add_test(end, unfinished_requests_end_with_the_server);
	suite_add_tcase(s, end);

	tcase_add_checked_fixture(tls, set_up_tls, tear_down);
	tcase_add_loop_test(tls, tls_1_2_and_1_3_are_served, 0, 2);
	tcase_add_test(tls, who_speaks_no_tls_is_closed);
	tcase_add_test(tls, a_dawdled_handshake_is_cut);
	tcase_add_test(tls, a_broken_certificate_leaves_the_socket_to_the_caller);
	suite_add_tcase(s, tls);
	return s;
}
