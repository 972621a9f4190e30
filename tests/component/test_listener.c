/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public side from outside, byte by byte: each line of the contract for Delivery callbacks.
 * Component ring: the real store, loop and server, and real sockets.
 */
#include "listener/listener.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "listener_world.h"
#include "suite.h"
#include "tls_client.h"
#include "tls_pair.h"

static struct listener_world w;

static void setup(void)
{
	listener_world_open(&w);
}

static void teardown(void)
{
	listener_world_close(&w);
}

START_TEST(a_callback_is_answered_200_and_its_row_is_there)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	ck_assert_str_eq(w.answer.body, "");
	ck_assert(listener_world_answered(&w, "\r\nContent-Length: 0\r\n"));
	ck_assert_int_eq(listener_world_rows(&w), 1);
	ck_assert_str_eq(listener_world_value(&w, "SELECT printf('%s %s %s %s %s %s', "
						  "source, kind, external_id, upstream_at, remote_addr, state) "
						  "FROM report_notifications WHERE campaign_id IS NULL AND status IS NULL"),
			 "main callback abc 2026-09-23T07:44:04.402413Z 127.0.0.1 pending");
	ck_assert_uint_eq(w.hints, 1);
}
END_TEST

START_TEST(a_body_is_read_and_ignored)
{
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, listener_world_request("POST", GOOD, "Content-Length: 5\r\n"));
	raw_quiet(&w.client);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	raw_send(&w.client, "hello");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(a_source_is_found_by_its_name)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_post(&w, "/delivery/other/" OTHER_SECRET "?claim_id=abc"), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT source FROM report_notifications"), "other");
}
END_TEST

static const char *const not_found[] = {
	"/",
	"/delivery",
	"/delivery/",
	"/delivery/main",
	"/delivery/main/",
	"/delivery/main/?claim_id=abc",
	"/delivery/nobody/" SECRET "?claim_id=abc",
	"/delivery/Main/" SECRET "?claim_id=abc",
	"/delivery/mai/" SECRET "?claim_id=abc",
	"/delivery/main/" SECRET "x?claim_id=abc",
	"/delivery/main/" SECRET "/x?claim_id=abc",
	"/delivery/main/s3cret-of-main_012345678?claim_id=abc",
	"/delivery/main/s3cret-of-main_012345678x?claim_id=abc",
	"/delivery/main/" OTHER_SECRET "?claim_id=abc",
	"/delivery/other/" SECRET "?claim_id=abc",
	"/delivery/silent/silent?claim_id=abc",
	"/x" GOOD,
	"/delivery/main?" SECRET "?claim_id=abc",
};

/* The head without the one line that may differ. */
static char *head_but_date(const char *head)
{
	char *copy = strdup(head);
	char *date = strstr(copy, "\r\nDate:");

	if (date) {
		char *end = strstr(date + 2, "\r\n");
		memmove(date, end, strlen(end) + 1);
	}
	return copy;
}

START_TEST(an_unknown_path_a_wrong_name_and_a_wrong_secret_look_the_same)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_post(&w, "/nowhere"), 404);
	struct raw_answer model = w.answer;
	char *expected = head_but_date(model.head);
	w.answer = (struct raw_answer){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(not_found); i++) {
		ck_assert_msg(listener_world_post(&w, not_found[i]) == 404, "%s: %u", not_found[i], w.answer.status);
		char *head = head_but_date(w.answer.head);
		ck_assert_str_eq(w.answer.body, model.body);
		ck_assert_str_eq(head, expected);
		free(head);
	}
	ck_assert_int_eq(listener_world_rows(&w), 0);
	free(expected);
	raw_answer_done(&model);
}
END_TEST

START_TEST(another_method_is_told_to_post_when_it_knows_the_secret)
{
	static const char *const methods[] = { "GET", "PUT", "DELETE", "OPTIONS", "post" };

	listener_world_start(&w);
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		ck_assert_msg(listener_world_ask(&w, methods[i], GOOD, "") == 405, "%s: %u", methods[i], w.answer.status);
		ck_assert(listener_world_answered(&w, "\r\nAllow: POST\r\n"));
		ck_assert_uint_eq(listener_world_ask(&w, methods[i], "/delivery/main/wrong?claim_id=abc", ""), 404);
	}
	ck_assert_int_eq(listener_world_rows(&w), 0);
}
END_TEST

START_TEST(a_refusal_does_not_wait_for_the_body)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/nowhere", "Content-Length: 1000\r\n"), 404);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/delivery/main/wrong", "Content-Length: 1000\r\n"), 404);
	ck_assert_uint_eq(listener_world_ask(&w, "PUT", GOOD, "Content-Length: 1000\r\n"), 405);
}
END_TEST

START_TEST(a_body_over_the_limit_is_413)
{
	w.listen.max_body_bytes = 10;
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 11\r\n"), 413);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, listener_world_request("POST", GOOD, "Transfer-Encoding: chunked\r\n"));
	raw_send(&w.client, "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n");
	ck_assert_uint_eq(raw_status(&w.client), 413);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 10\r\n\r\n0123456789"), 200);
}
END_TEST

/* Asks with a long run of one letter between BEFORE and AFTER. */
static void ask_long(const char *before, const char *after)
{
	enum { LONG = 100000 };
	struct buf text = { 0 };
	char run[LONG];

	memset(run, 'x', sizeof(run));
	ck_assert_int_eq(buf_addf(&text, "%s", before), ERR_OK);
	ck_assert_int_eq(buf_add(&text, run, sizeof(run)), ERR_OK);
	ck_assert_int_eq(buf_addf(&text, "%s", after), ERR_OK);
	raw_answer_done(&w.answer);
	raw_ask(w.loop, w.address, text.data, &w.answer);
	buf_done(&text);
}

START_TEST(a_line_too_long_is_414_and_headers_too_long_are_431)
{
	listener_world_start(&w);
	ask_long("POST " PATH "?my=", "&claim_id=abc HTTP/1.1\r\nHost: x\r\n\r\n");
	ck_assert_uint_eq(w.answer.status, 414);
	ask_long("POST " GOOD " HTTP/1.1\r\nHost: x\r\nX-Long: ", "\r\n\r\n");
	ck_assert_uint_eq(w.answer.status, 431);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
}
END_TEST

START_TEST(a_slow_request_is_closed)
{
	w.listen.request_timeout_us = USEC_PER_SEC;
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, "POST " GOOD " HTTP/1.1\r\nHost: x\r\n");
	raw_await_close(&w.client);
	ck_assert_int_eq(listener_world_rows(&w), 0);
}
END_TEST

START_TEST(too_many_connections_are_told_to_come_back)
{
	struct raw_client second;

	w.listen.max_connections = 1;
	listener_world_start(&w);
	listener_world_post_open(&w, &w.client);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	listener_world_post_open(&w, &second);
	raw_answer(&second, &w.answer);
	ck_assert_uint_eq(w.answer.status, 503);
	ck_assert(listener_world_answered(&w, "\r\nRetry-After: "));
	ck_assert_int_eq(listener_world_rows(&w), 1);
	raw_close(&second);
}
END_TEST

START_TEST(a_hint_without_a_usable_claim_id_is_200_and_stored_as_rejected)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_post(&w, PATH "?updated_ts=2026-09-23T07:44:04%2B00:00"), 200);
	ck_assert_uint_eq(listener_world_post(&w, PATH "?claim_id=a/b"), 200);
	ck_assert_uint_eq(listener_world_post(&w, PATH), 200);
	ck_assert_int_eq(listener_world_rows(&w), 3);
	ck_assert_str_eq(listener_world_value(&w, "SELECT count(*) FROM report_notifications "
						  "WHERE state = 'rejected' AND reason <> '' AND external_id IS NULL"),
			 "3");
	ck_assert_uint_eq(w.hints, 0);
}
END_TEST

static const struct {
	const char *tail;
	const char *stored; /* external_id, upstream_at, own_params */
} tolerated[] = {
	{ "?updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc", "abc|2026-09-23T07:44:04.402413Z|" },
	{ "updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc", "abc|2026-09-23T07:44:04.402413Z|" },
	{ "/updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc", "abc|2026-09-23T07:44:04.402413Z|" },
	{ "?updated_ts=2026-09-23T07:44:04.402413+00:00&claim_id=abc", "abc|2026-09-23T07:44:04.402413Z|" },
	{ "?updated_ts=2026-09-23T07:44:04.402413%2000:00&claim_id=abc", "abc|2026-09-23T07:44:04.402413Z|" },
	{ "?updated_ts=2026-09-23T10:44:04.4%2B03:00&claim_id=abc", "abc|2026-09-23T07:44:04.400000Z|" },
	{ "?updated_ts=2026-09-23T07:44:04Z&claim_id=abc", "abc|2026-09-23T07:44:04.000000Z|" },
	{ "?claim_id=abc", "abc||" },
	{ "?updated_ts=yesterday&claim_id=abc", "abc||" },
	{ "?my_order_id=123&updated_ts=2026-09-23T07:44:04Z&claim_id=abc", "abc|2026-09-23T07:44:04.000000Z|{\"my_order_id\":\"123\"}" },
	{ "?my_order_id=123updated_ts=2026-09-23T07:44:04Z&claim_id=abc", "abc|2026-09-23T07:44:04.000000Z|{\"my_order_id\":\"123\"}" },
	{ "?claim_id=0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789_-cdef",
	  "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789_-cdef||" },
};

START_TEST(what_real_callback_urls_make_of_it_is_understood)
{
	char target[512];

	listener_world_start(&w);
	snprintf(target, sizeof(target), "%s%s", PATH, tolerated[_i].tail);
	ck_assert_uint_eq(listener_world_post(&w, target), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT printf('%s|%s|%s', external_id, upstream_at, own_params) "
						  "FROM report_notifications WHERE state = 'pending'"),
			 tolerated[_i].stored);
}
END_TEST

START_TEST(a_connection_is_kept_for_the_next_request)
{
	listener_world_start(&w);
	listener_world_post_open(&w, &w.client);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	raw_send(&w.client, listener_world_request("POST", "/delivery/main/wrong", "Content-Length: 0\r\n"));
	ck_assert_uint_eq(raw_status(&w.client), 404);
	raw_send(&w.client, listener_world_request("POST", GOOD, "Content-Length: 0\r\n"));
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 2);
}
END_TEST

START_TEST(pipelined_requests_get_one_answer_each_in_order)
{
	struct buf three = { 0 };

	listener_world_start(&w);
	ck_assert_int_eq(buf_addf(&three, "%s", listener_world_request("POST", GOOD, "Content-Length: 0\r\n")), ERR_OK);
	ck_assert_int_eq(buf_addf(&three, "%s", listener_world_request("GET", GOOD, "")), ERR_OK);
	ck_assert_int_eq(buf_addf(&three, "%s", listener_world_request("POST", GOOD, "Content-Length: 0\r\n")), ERR_OK);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, three.data);
	buf_done(&three);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_uint_eq(raw_status(&w.client), 405);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	raw_quiet(&w.client);
	ck_assert_int_eq(listener_world_rows(&w), 2);
}
END_TEST

START_TEST(a_trusted_proxy_is_believed_about_the_sender)
{
	struct conf_cidr cidr = { .family = AF_INET, .address = { 127 }, .prefix = 8 };

	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 0\r\nX-Forwarded-For: 203.0.113.9\r\n"), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications"), "127.0.0.1");
	w.listener = listener_free(w.listener);
	w.listen.trusted_proxies = (struct conf_cidrs){ &cidr, 1 };
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 0\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n"), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications "
						  "WHERE remote_addr <> '127.0.0.1'"),
			 "203.0.113.9");
}
END_TEST

START_TEST(a_unix_socket_serves_a_local_proxy)
{
	char address[ADDRESS_SIZE];

	snprintf(address, sizeof(address), "unix:%s/sock", suite_tmpdir());
	ck_assert_int_eq(listener_world_try_start(&w, address), ERR_OK);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications"), "unix");
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 0\r\nX-Forwarded-For: 203.0.113.9\r\n"), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications "
						  "WHERE remote_addr <> 'unix'"),
			 "203.0.113.9");
	unlink(address + strlen("unix:"));
}
END_TEST

START_TEST(a_reloaded_secret_counts_at_once)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_post(&w, "/delivery/main/new?claim_id=abc"), 404);
	free(w.conf[0].secret.text);
	w.conf[0].secret = (struct secret){ strdup("new"), strlen("new") };
	ck_assert_uint_eq(listener_world_post(&w, "/delivery/main/new?claim_id=abc"), 200);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 404);
}
END_TEST

START_TEST(the_log_tells_of_wrong_secrets_once_and_shows_none)
{
	char log[8192] = "";
	int fd = listener_world_capture_log(LOG_LEVEL_DEBUG);

	listener_world_start(&w);
	for (int i = 0; i < 5; i++) {
		ck_assert_uint_eq(listener_world_post(&w, "/delivery/main/hunter2?claim_id=abc"), 404);
		ck_assert_uint_eq(listener_world_post(&w, "/delivery/nobody/hunter2?claim_id=abc"), 404);
	}
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	ck_assert_uint_eq(listener_world_post(&w, PATH "?claim_id=a/b"), 200);
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	char *told = strstr(log, "delivery main: 1 with a wrong secret, the last from 127.0.0.1\n");
	ck_assert_ptr_nonnull(told);
	ck_assert_ptr_null(strstr(strchr(told, '\n'), "wrong secret"));
	told = strstr(log, "1 to no known source, the last from 127.0.0.1\n");
	ck_assert_ptr_nonnull(told);
	ck_assert_ptr_null(strstr(strchr(told, '\n'), "no known source"));
	ck_assert_ptr_nonnull(strstr(log, "delivery main: callback for abc from 127.0.0.1\n"));
	ck_assert_ptr_nonnull(strstr(log, "delivery main: 1 rejected, the last from 127.0.0.1: "));
	ck_assert_ptr_null(strstr(log, SECRET));
	ck_assert_ptr_null(strstr(log, "hunter2"));
	close(fd);
}
END_TEST

static long https_status(const char *target)
{
	struct tls_answer answer;

	tls_ask(&(struct tls_request){
		.loop = w.loop, .address = w.address, .target = target, .trusted = tls_certificate, .is_post = true }, &answer);
	ck_assert_int_eq(answer.code, CURLE_OK);
	tls_answer_done(&answer);
	return answer.status;
}

START_TEST(with_a_certificate_it_speaks_tls)
{
	w.listen.certificate = (struct secret){ (char *)tls_certificate, strlen(tls_certificate) };
	w.listen.key = (struct secret){ (char *)tls_key, strlen(tls_key) };
	listener_world_start(&w);
	ck_assert_int_eq(https_status(GOOD), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener");
	TCase *tc = tcase_create("listener");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_callback_is_answered_200_and_its_row_is_there);
	tcase_add_test(tc, a_body_is_read_and_ignored);
	tcase_add_test(tc, a_source_is_found_by_its_name);
	tcase_add_test(tc, an_unknown_path_a_wrong_name_and_a_wrong_secret_look_the_same);
	tcase_add_test(tc, another_method_is_told_to_post_when_it_knows_the_secret);
	tcase_add_test(tc, a_refusal_does_not_wait_for_the_body);
	tcase_add_test(tc, a_body_over_the_limit_is_413);
	tcase_add_test(tc, a_line_too_long_is_414_and_headers_too_long_are_431);
	tcase_add_test(tc, a_slow_request_is_closed);
	tcase_add_test(tc, too_many_connections_are_told_to_come_back);
	tcase_add_test(tc, a_hint_without_a_usable_claim_id_is_200_and_stored_as_rejected);
	tcase_add_loop_test(tc, what_real_callback_urls_make_of_it_is_understood, 0, (int)ARRAY_SIZE(tolerated));
	tcase_add_test(tc, a_connection_is_kept_for_the_next_request);
	tcase_add_test(tc, pipelined_requests_get_one_answer_each_in_order);
	tcase_add_test(tc, a_trusted_proxy_is_believed_about_the_sender);
	tcase_add_test(tc, a_unix_socket_serves_a_local_proxy);
	tcase_add_test(tc, a_reloaded_secret_counts_at_once);
	tcase_add_test(tc, the_log_tells_of_wrong_secrets_once_and_shows_none);
	tcase_add_test(tc, with_a_certificate_it_speaks_tls);
	suite_add_tcase(s, tc);
	return s;
}
