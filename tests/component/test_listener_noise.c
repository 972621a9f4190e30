/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What peers do wrong, and how seldom the log tells of it.
 * Component ring: the real store, loop and server, and real sockets.
 */
#include "listener/listener.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "listener_world.h"
#include "reading.h"
#include "suite.h"
#include "tls_pair.h"

#define NO_PUSH "{\"notificationType\":5}"

static struct listener_world w;
static int log_fd;
static struct buf log_text;

static void setup(void)
{
	listener_world_open(&w);
	log_fd = listener_world_capture_log(LOG_LEVEL_INFO);
}

static void teardown(void)
{
	listener_world_close(&w);
	buf_done(&log_text);
	close(log_fd);
}

/* All that was logged so far. */
static const char *read_log(void)
{
	char part[4096];
	ssize_t n;

	ck_assert_int_eq(buf_add(&log_text, "", 0), 0);
	while ((n = read(log_fd, part, sizeof(part))) > 0)
		ck_assert_int_eq(buf_add(&log_text, part, (size_t)n), 0);
	return log_text.data ? log_text.data : "";
}

static int count(const char *text)
{
	int n = 0;

	for (const char *at = read_log(); (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void check_told_once(const char *text)
{
	ck_assert_msg(count(text) == 1, "%d times \"%s\" in:\n%s", count(text), text, read_log());
}

static void await_told(const char *text)
{
	while (count(text) == 0)
		raw_turn(w.loop);
}

/* Whatever was due has happened. */
static void turn_often(void)
{
	for (int i = 0; i < 50; i++)
		raw_turn(w.loop);
}

static void pass(int64_t us)
{
	w.clock.shift_us += us;
	loop_clock_stepped(w.loop);
}

static void push_nonsense(int times)
{
	for (int i = 0; i < times; i++)
		ck_assert_uint_eq(listener_world_push(&w, "", NO_PUSH), 400);
}

/* --- How often --- */

START_TEST(the_first_is_told_at_once_and_the_rest_at_the_end_of_the_minute)
{
	listener_world_start(&w);
	push_nonsense(5);
	check_told_once("market main: 1 that are no push and were answered 400, the last from 127.0.0.1: ");
	ck_assert_int_eq(count("no push"), 1);
	pass(59 * USEC_PER_SEC);
	turn_often();
	ck_assert_int_eq(count("no push"), 1);
	pass(USEC_PER_SEC);
	await_told("market main: 4 that are no push");

	/* And then not again, until there is something to tell. */
	pass(600 * USEC_PER_SEC);
	turn_often();
	ck_assert_int_eq(count("no push"), 2);
	push_nonsense(1);
	ck_assert_int_eq(count("market main: 1 that are no push"), 2);
}
END_TEST

START_TEST(a_clock_that_is_set_back_keeps_nothing_from_being_told)
{
	listener_world_start(&w);
	push_nonsense(1);
	pass(-3600 * USEC_PER_SEC);
	push_nonsense(1);
	ck_assert_int_eq(count("market main: 1 that are no push"), 2);
}
END_TEST

START_TEST(each_kind_and_each_source_has_its_own_minute)
{
	listener_world_start(&w);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(listener_world_post(&w, "/delivery/main/hunter2?claim_id=abc"), 404);
		ck_assert_uint_eq(listener_world_post(&w, "/delivery/other/hunter2?claim_id=abc"), 404);
		ck_assert_uint_eq(listener_world_post(&w, "/delivery/nobody/hunter2?claim_id=abc"), 404);
		ck_assert_uint_eq(listener_world_post(&w, PATH "?claim_id=a/b"), 200);
		push_nonsense(1);
	}
	check_told_once("delivery main: 1 with a wrong secret, the last from 127.0.0.1\n");
	check_told_once("delivery other: 1 with a wrong secret, the last from 127.0.0.1\n");
	check_told_once("1 to no known source, the last from 127.0.0.1\n");
	check_told_once("delivery main: 1 rejected, the last from 127.0.0.1: ");
	check_told_once("market main: 1 that are no push");
	ck_assert_ptr_null(strstr(read_log(), "hunter2"));
}
END_TEST

/* --- Faults below requests --- */

static void check_counted(const char *fault, double n)
{
	char sample[64];

	snprintf(sample, sizeof(sample), "claimd_listener_faults_total{fault=\"%s\"}", fault);
	ck_assert_double_eq(reading(w.metrics, sample), n);
}

START_TEST(broken_requests_are_told)
{
	listener_world_start(&w);
	for (int i = 0; i < 3; i++) {
		raw_open(&w.client, w.loop, w.address);
		raw_send(&w.client, "garbage\r\n\r\n");
		raw_await_close(&w.client);
		raw_close(&w.client);
	}
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 70000\r\n"), 413);
	await_told("1 broken or too large, the last from 127.0.0.1\n");
	ck_assert_int_eq(count("broken"), 1);
	check_counted("request", 4);
}
END_TEST

START_TEST(slow_requests_are_told)
{
	w.listen.request_timeout_us = 200 * USEC_PER_MS;
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, "POST " GOOD " HTTP/1.1\r\n");
	raw_await_close(&w.client);
	check_told_once("1 slower than request_timeout, the last from 127.0.0.1\n");
	check_counted("slow", 1);
}
END_TEST

START_TEST(more_connections_than_one_address_may_have_are_told)
{
	struct raw_client second;

	w.listen.max_per_address = 1;
	listener_world_start(&w);
	listener_world_post_open(&w, &w.client);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	listener_world_post_open(&w, &second);
	raw_answer(&second, &w.answer);
	ck_assert_uint_eq(w.answer.status, 503);
	ck_assert(listener_world_answered(&w, "\r\nRetry-After: "));
	raw_close(&second);
	await_told("1 above max_connections_per_address, the last from 127.0.0.1; "
	           "if that is your own reverse proxy, put it into trusted_proxies\n");
	check_counted("crowd", 1);
}
END_TEST

START_TEST(a_trusted_proxy_may_have_all_connections)
{
	struct conf_cidr loopback = { .family = AF_INET, .address = { 127 }, .prefix = 8 };
	struct raw_client second;

	w.listen.max_per_address = 1;
	w.listen.max_connections = 2;
	w.listen.trusted_proxies = (struct conf_cidrs){ &loopback, 1 };
	listener_world_start(&w);
	listener_world_post_open(&w, &w.client);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	listener_world_post_open(&w, &second);
	ck_assert_uint_eq(raw_status(&second), 200);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 503);
	raw_close(&second);
	await_told("1 above max_connections, the last from 127.0.0.1\n");
	check_counted("full", 1);
}
END_TEST

START_TEST(failed_handshakes_are_told)
{
	w.listen.certificate = (struct secret){ (char *)tls_certificate, strlen(tls_certificate) };
	w.listen.key = (struct secret){ (char *)tls_key, strlen(tls_key) };
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, "POST " GOOD " HTTP/1.1\r\nHost: x\r\n\r\n");
	raw_await_close(&w.client);
	await_told("1 that ended within TLS, before any request, the last from 127.0.0.1; ");
	ck_assert_ptr_null(strstr(read_log(), SECRET));
	check_counted("tls", 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener_noise");
	TCase *often = tcase_create("often");
	TCase *faults = tcase_create("faults");

	tcase_add_checked_fixture(often, setup, teardown);
	tcase_add_test(often, the_first_is_told_at_once_and_the_rest_at_the_end_of_the_minute);
	tcase_add_test(often, a_clock_that_is_set_back_keeps_nothing_from_being_told);
	tcase_add_test(often, each_kind_and_each_source_has_its_own_minute);
	suite_add_tcase(s, often);

	tcase_add_checked_fixture(faults, setup, teardown);
	tcase_add_test(faults, broken_requests_are_told);
	tcase_add_test(faults, slow_requests_are_told);
	tcase_add_test(faults, more_connections_than_one_address_may_have_are_told);
	tcase_add_test(faults, a_trusted_proxy_may_have_all_connections);
	tcase_add_test(faults, failed_handshakes_are_told);
	suite_add_tcase(s, faults);
	return s;
}
