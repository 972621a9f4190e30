/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may push: the paths, secrets, methods and networks that a push is refused for, each in its own way and before its body.
 * Component ring: the real store, loop and server, and real sockets.
 */
#include "listener/listener.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "listener_world.h"
#include "suite.h"

#define BODY "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":111}"

static struct listener_world w;

/* 127.0.0.0/8 and 10.0.0.0/8 */
static struct conf_cidr proxies[] = {
	{ .family = AF_INET, .address = { 127 }, .prefix = 8 },
	{ .family = AF_INET, .address = { 10 }, .prefix = 8 },
};

static void setup(void)
{
	listener_world_open(&w);
}

static void teardown(void)
{
	listener_world_close(&w);
}

static void allow(struct conf_cidr *cidrs, size_t n)
{
	w.conf[SOURCE_SHOP].market.allow_from = (struct conf_cidrs){ cidrs, n };
}

/* As [market main] is behind a proxy: loopback is no sender, but believed about who is. */
static void start_behind_proxy(void)
{
	allow(w.conf[SOURCE_SHOP].market.allow_from.list + 1, 1);
	w.listen.trusted_proxies = (struct conf_cidrs){ proxies, ARRAY_SIZE(proxies) };
	listener_world_start(&w);
}

/* --- Path, secret, method ---------------------------------------------------------------------------------------------- */

static const char *const not_found[] = {
	"/market",
	"/market/",
	"/market/main",
	"/market/main/",
	"/market/main/notification",
	"/market/main/" SHOP_SECRET,
	"/market/main/" SHOP_SECRET "/",
	"/market/main/" SHOP_SECRET "/x",
	"/market/main/" SHOP_SECRET "?x",
	"/market/main/" SHOP_SECRET "x/notification",
	"/market/main/" OTHER_SHOP_SECRET "/notification",
	"/market/main/" SECRET "/notification",
	"/market/other/" SHOP_SECRET "/notification",
	"/market/nobody/" SHOP_SECRET "/notification",
	"/market/silent/silent/notification",
	"/delivery/main/" SHOP_SECRET "?claim_id=abc",
	"/x" PUSHES,
};

START_TEST(all_but_the_right_path_and_secret_look_the_same)
{
	listener_world_start(&w);
	for (size_t i = 0; i < ARRAY_SIZE(not_found); i++) {
		ck_assert_msg(listener_world_post(&w, not_found[i]) == 404, "%s: %u", not_found[i], w.answer.status);
		ck_assert_str_eq(w.answer.body, "not found\n");
		ck_assert(listener_world_answered(&w, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
	}
	ck_assert_int_eq(listener_world_rows(&w), 0);
}
END_TEST

START_TEST(what_market_makes_of_a_registered_url_is_understood)
{
	static const char *const targets[] = {
		PUSHES,
		PUSHES "/",
		PUSHES "?x=1",
		PUSHES "/notification",
		"/market/main/" SHOP_SECRET "//notification",
	};

	listener_world_start(&w);
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		ck_assert_msg(listener_world_push_to(&w, targets[i], "", BODY) == 200, "%s: %u", targets[i], w.answer.status);
	ck_assert_int_eq(listener_world_rows(&w), (int)ARRAY_SIZE(targets));
}
END_TEST

START_TEST(another_method_is_told_to_post_when_it_knows_the_secret)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_ask(&w, "GET", PUSHES, ""), 405);
	ck_assert(listener_world_answered(&w, "\r\nAllow: POST\r\n"));
	ck_assert_uint_eq(listener_world_ask(&w, "PUT", PUSHES, "Content-Length: 1000\r\n"), 405);
	ck_assert_uint_eq(listener_world_ask(&w, "GET", "/market/main/wrong/notification", ""), 404);
}
END_TEST

/* --- Sender ------------------------------------------------------------------------------------------------------------ */

static void check_forbidden(const char *headers)
{
	ck_assert_msg(listener_world_push(&w, headers, BODY) == 403, "%s: %u", headers, w.answer.status);
	ck_assert_str_eq(w.answer.body, "sender not allowed\n");
	ck_assert_int_eq(listener_world_rows(&w), 0);
}

START_TEST(a_sender_outside_of_allow_from_is_403)
{
	allow(proxies + 1, 1);
	listener_world_start(&w);
	check_forbidden("");
	check_forbidden("X-Forwarded-For: 10.0.0.1\r\n");
	ck_assert_uint_eq(listener_world_ask(&w, "GET", PUSHES, ""), 403);
	ck_assert_uint_eq(listener_world_post(&w, "/market/main/wrong/notification"), 404);
	ck_assert_uint_eq(listener_world_post(&w, "/market/main/" SHOP_SECRET), 404);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
}
END_TEST

START_TEST(a_refusal_does_not_wait_for_the_body)
{
	allow(proxies + 1, 1);
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", PUSHES, "Content-Length: 1000\r\n"), 403);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/market/main/wrong/notification", "Content-Length: 1000\r\n"), 404);
}
END_TEST

START_TEST(networks_of_a_reload_count_at_once)
{
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, listener_world_request("POST", PUSHES, "Content-Length: 2\r\n"));
	raw_quiet(&w.client);
	allow(NULL, 0);
	raw_send(&w.client, "{}");
	ck_assert_uint_eq(raw_status(&w.client), 403);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	allow(proxies, 1);
	ck_assert_uint_eq(listener_world_push(&w, "", BODY), 200);
}
END_TEST

START_TEST(behind_a_proxy_the_right_most_stranger_is_the_sender)
{
	start_behind_proxy();
	check_forbidden("");
	check_forbidden("X-Forwarded-For: 203.0.113.9\r\n");
	check_forbidden("X-Forwarded-For: 5.45.207.1, 203.0.113.9\r\n");
	check_forbidden("X-Forwarded-For: 5.45.207.128\r\n");
	check_forbidden("X-Forwarded-For: 5.45.207.1, unknown\r\n");
	check_forbidden("X-Forwarded-For: 10.0.0.1\r\n");
	ck_assert_uint_eq(listener_world_push(&w, "X-Forwarded-For: 203.0.113.9, 5.45.207.1, 10.0.0.1\r\n", BODY), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications"), "5.45.207.1");
}
END_TEST

START_TEST(a_proxys_own_header_line_counts_after_its_clients)
{
	start_behind_proxy();
	check_forbidden("X-Forwarded-For: 5.45.207.1\r\nX-Forwarded-For: 203.0.113.9\r\n");
	check_forbidden("X-Forwarded-For: 5.45.207.1\r\nX-Other: 1\r\nx-forwarded-for: 203.0.113.9, 10.0.0.1\r\n");
	ck_assert_uint_eq(listener_world_push(&w, "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 5.45.207.1\r\n", BODY), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications"), "5.45.207.1");
}
END_TEST

START_TEST(ipv4_in_ipv6_is_compared_as_ipv4)
{
	start_behind_proxy();
	check_forbidden("X-Forwarded-For: ::ffff:203.0.113.9\r\n");
	ck_assert_uint_eq(listener_world_push(&w, "X-Forwarded-For: ::ffff:5.45.207.1\r\n", BODY), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications"), "5.45.207.1");
}
END_TEST

/* A socket as systemd may pass it, to which IPv4 comes mapped. */
static int open_dual_stack(char ret_address[static ADDRESS_SIZE])
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = { { { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } } } };
	socklen_t len = sizeof(in6);
	int off = 0;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)), 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&in6, len), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in6, &len), 0);
	snprintf(ret_address, ADDRESS_SIZE, "127.0.0.1:%u", ntohs(in6.sin6_port));
	return fd;
}

START_TEST(a_peer_whose_ipv4_comes_mapped_is_in_the_ipv4_network)
{
	listener_world_start_on(&w, open_dual_stack(w.address));
	ck_assert_uint_eq(listener_world_push(&w, "", BODY), 200);
	ck_assert_str_eq(listener_world_value(&w, "SELECT remote_addr FROM report_notifications"), "127.0.0.1");
}
END_TEST

START_TEST(a_unix_socket_is_no_network_but_its_proxy_is_believed)
{
	char address[ADDRESS_SIZE];

	snprintf(address, sizeof(address), "unix:%s/sock", suite_tmpdir());
	ck_assert_int_eq(listener_world_try_start(&w, address), ERR_OK);
	check_forbidden("");
	check_forbidden("X-Forwarded-For: 5.45.207.1, 203.0.113.9\r\n");
	ck_assert_uint_eq(listener_world_push(&w, "X-Forwarded-For: 203.0.113.9, 5.45.207.1\r\n", BODY), 200);
	unlink(address + strlen("unix:"));
}
END_TEST

/* --- Log --------------------------------------------------------------------------------------------------------------- */

/* What the log says of two pushes and two wrong secrets, all to be refused, each of them once. */
static void refused_log(char *ret, size_t size)
{
	int fd = listener_world_capture_log(LOG_LEVEL_DEBUG);

	for (int i = 0; i < 2; i++) {
		check_forbidden("");
		ck_assert_uint_eq(listener_world_post(&w, "/market/main/hunter2/notification"), 404);
	}
	ssize_t len = read(fd, ret, size - 1);
	ck_assert_int_gt(len, 0);
	ret[len] = '\0';
	close(fd);
	ck_assert_ptr_null(strstr(ret, SHOP_SECRET));
	ck_assert_ptr_null(strstr(ret, "hunter2"));
}

static void check_told_once(const char *log, const char *text)
{
	const char *told = strstr(log, text);

	ck_assert_msg(told, "no \"%s\" in:\n%s", text, log);
	ck_assert_msg(!strstr(told + 1, text), "twice \"%s\" in:\n%s", text, log);
}

START_TEST(the_log_tells_of_refused_senders_now_and_then_and_what_to_do)
{
	char log[4096];

	allow(proxies + 1, 1);
	listener_world_start(&w);
	refused_log(log, sizeof(log));
	check_told_once(log, "market main: 1 from outside of allow_from, the last from 127.0.0.1; ");
	check_told_once(log, "put it into trusted_proxies");
	check_told_once(log, "market main: 1 with a wrong secret, the last from 127.0.0.1\n");
}
END_TEST

START_TEST(the_log_tells_of_a_proxy_that_does_not_say_for_whom)
{
	char address[ADDRESS_SIZE];
	char log[4096];

	snprintf(address, sizeof(address), "unix:%s/sock", suite_tmpdir());
	ck_assert_int_eq(listener_world_try_start(&w, address), ERR_OK);
	refused_log(log, sizeof(log));
	check_told_once(log, "market main: 1 from outside of allow_from, the last from unix; "
	                     "let the proxy before the Unix socket send X-Forwarded-For\n");
	unlink(address + strlen("unix:"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener_sender");
	TCase *tc = tcase_create("listener_sender");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, all_but_the_right_path_and_secret_look_the_same);
	tcase_add_test(tc, what_market_makes_of_a_registered_url_is_understood);
	tcase_add_test(tc, another_method_is_told_to_post_when_it_knows_the_secret);
	tcase_add_test(tc, a_sender_outside_of_allow_from_is_403);
	tcase_add_test(tc, a_refusal_does_not_wait_for_the_body);
	tcase_add_test(tc, networks_of_a_reload_count_at_once);
	tcase_add_test(tc, behind_a_proxy_the_right_most_stranger_is_the_sender);
	tcase_add_test(tc, a_proxys_own_header_line_counts_after_its_clients);
	tcase_add_test(tc, ipv4_in_ipv6_is_compared_as_ipv4);
	tcase_add_test(tc, a_peer_whose_ipv4_comes_mapped_is_in_the_ipv4_network);
	tcase_add_test(tc, a_unix_socket_is_no_network_but_its_proxy_is_believed);
	tcase_add_test(tc, the_log_tells_of_refused_senders_now_and_then_and_what_to_do);
	tcase_add_test(tc, the_log_tells_of_a_proxy_that_does_not_say_for_whom);
	suite_add_tcase(s, tc);
	return s;
}
