/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Floods and dribbles: peers that take all that they can get, beside live callbacks, all of which are answered.
 * System tests. Other addresses than 127.0.0.1 stand for other machines.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"
#include "http.h"
#include "site.h"
#include "suite.h"

#define LIVE "127.0.0.1"

/* Between two live callbacks. */
#define LIVE_PAUSE_MS 20

enum {
	DRIBBLERS = 300,
	FLOOD = 300,
};

static struct site site;
static struct http_answer answer;
static int peers[DRIBBLERS]; /* -1: closed */

static void setup(void)
{
	site_open(&site);
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++)
		peers[i] = -1;
}

static void teardown(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++)
		if (peers[i] >= 0)
			close(peers[i]);
	http_answer_done(&answer);
	site_close(&site);
}

static unsigned post_on(int fd)
{
	http_request(fd, "POST", SITE_CALLBACK "abc", "");
	http_answer_done(&answer);
	return http_receive(fd, &answer);
}

static unsigned post_from(const char *from)
{
	int fd = http_connect_from(site.address, from);
	unsigned status = post_on(fd);

	close(fd);
	return status;
}

static void assert_retry_after(void)
{
	const char *line = strcasestr(answer.head, "\r\nRetry-After:");

	ck_assert_ptr_nonnull(line);
	ck_assert_int_gt(strtol(strchr(line, ':') + 1, NULL, 10), 0);
}

/* N connections, from as many addresses in turn. */
static void connect_peers(size_t n, const char *const *addresses, size_t n_addresses)
{
	for (size_t i = 0; i < n; i++)
		peers[i] = http_connect_from(site.address, addresses[i % n_addresses]);
}

/* --- Dribbles --- */

/* Notices who was closed, without an answer; how many are open. */
static size_t count_open(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
		char byte;

		if (peers[i] < 0)
			continue;
		ssize_t got = recv(peers[i], &byte, 1, MSG_DONTWAIT);
		ck_assert_int_le(got, 0);
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			n++;
			continue;
		}
		close(peers[i]);
		peers[i] = -1;
	}
	return n;
}

static void dribble(const char *byte)
{
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++)
		if (peers[i] >= 0)
			send(peers[i], byte, 1, MSG_NOSIGNAL);
}

static int64_t now_us(void)
{
	const struct clock clock = { 0 };

	return clock_mono(&clock).us;
}

/* Three machines, each with as many connections as it may have, and a byte a second on each. */
START_TEST(who_dribbles_starves_nobody_and_is_closed_in_the_end)
{
	static const char *const addresses[] = { "127.0.0.2", "127.0.0.3", "127.0.0.4" };
	const char *request = "POST " SITE_CALLBACK "slow HTTP/1.1\r\nHost: x\r\n\r\n";
	int64_t next_us = 0;
	int n_live = 0, n_beside_all = 0;

	site.listen_keys = "request_timeout = 4s\nmax_connections_per_address = 100\n";
	site_start(&site);
	connect_peers(DRIBBLERS, addresses, ARRAY_SIZE(addresses));
	int kept = http_connect_from(site.address, LIVE);
	for (size_t open = DRIBBLERS; open > 0; open = count_open()) {
		if (now_us() >= next_us) {
			dribble(request++);
			next_us = now_us() + USEC_PER_SEC;
		}
		ck_assert_uint_eq(post_from(LIVE), 200);
		ck_assert_uint_eq(post_on(kept), 200);
		n_live += 2;
		if (count_open() == DRIBBLERS)
			n_beside_all = n_live;
		poll(NULL, 0, LIVE_PAUSE_MS);
	}
	ck_assert_int_gt(n_beside_all, 0);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'abc'"), n_live);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'slow'"), 0);
	process_await_line(&site.claimd, "slower than request_timeout, the last from 127.0.0.");
	close(kept);
}
END_TEST

/* --- Floods --- */

START_TEST(one_machine_can_not_take_all_connections)
{
	static const char *const address[] = { "127.0.0.2" };

	site.listen_keys = "max_connections = 150\nmax_connections_per_address = 100\n";
	site_start(&site);
	connect_peers(FLOOD, address, 1);
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(post_from(LIVE), 200);
	/* One more from there is told so, and told when to come back. */
	ck_assert_uint_eq(post_from("127.0.0.2"), 503);
	assert_retry_after();
	process_await_line(&site.claimd, "above max_connections_per_address, the last from 127.0.0.2; ");
}
END_TEST

START_TEST(a_trusted_proxy_may_have_more_than_one_machine_may)
{
	site.listen_keys = "max_connections_per_address = 2\ntrusted_proxies = 127.0.0.2\n";
	site_start(&site);
	for (size_t i = 0; i < 5; i++) {
		peers[i] = http_connect_from(site.address, "127.0.0.2");
		ck_assert_uint_eq(post_on(peers[i]), 200);
	}
	for (size_t i = 5; i < 7; i++) {
		peers[i] = http_connect_from(site.address, LIVE);
		ck_assert_uint_eq(post_on(peers[i]), 200);
	}
	ck_assert_uint_eq(post_from(LIVE), 503);
}
END_TEST

START_TEST(a_flood_from_everywhere_is_told_to_come_back)
{
	static const char *const addresses[] = { "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6" };

	site.listen_keys = "max_connections = 50\n";
	site_start(&site);
	connect_peers(FLOOD, addresses, ARRAY_SIZE(addresses));
	for (int i = 0; i < 10; i++) {
		ck_assert_uint_eq(post_from(LIVE), 503);
		assert_retry_after();
	}
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications"), 0);
	for (size_t i = 0; i < FLOOD; i++) {
		close(peers[i]);
		peers[i] = -1;
	}
	/* When it notices that is not ours to say; that it does is. */
	while (post_from(LIVE) != 200)
		ck_assert_uint_eq(answer.status, 503);
	process_await_line(&site.claimd, "above max_connections, the last from 127.0.0.");
}
END_TEST

/* --- Open files --- */

START_TEST(more_connections_than_there_are_files_are_warned_of)
{
	const char *claimd = getenv("CLAIMD_BUILD");
	char command[4096];

	snprintf(command, sizeof(command), "ulimit -n 600 && exec %s/claimd -c %s", claimd, site.conf);
	site_configure(&site);
	process_start(&site.claimd, (const char *const[]){ "/bin/sh", "-c", command, NULL });
	process_await_line(&site.claimd, "max_connections = 1000 needs 1300 open files, but the system allows 600; ");
	site.listen_keys = "max_connections = 300\n";
	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_ptr_null(strstr(process_errors(&site.claimd), "max_connections = 300"));
	site_stop(&site);
}
END_TEST

/* --- Addresses --- */

static bool has_ipv6(void)
{
	const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&in6, sizeof(in6)) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

START_TEST(an_ipv6_address_serves)
{
	if (!has_ipv6()) {
		printf("note: IPv6 skipped, this machine has none\n");
		return;
	}
	site.listen_address = "[::1]:0";
	site.listen_keys = "max_connections_per_address = 1\n";
	site_start(&site);
	ck_assert_int_eq(strncmp(site.address, "[::1]:", strlen("[::1]:")), 0);
	peers[0] = http_connect(site.address);
	ck_assert_uint_eq(post_on(peers[0]), 200);
	ck_assert_str_eq(site_ask(&site, "SELECT remote_addr FROM report_notifications"), "::1");
	ck_assert_uint_eq(post_from(NULL), 503);
	process_await_line(&site.claimd, "above max_connections_per_address, the last from ::1; ");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("limits");
	TCase *tcase = tcase_create("limits");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, who_dribbles_starves_nobody_and_is_closed_in_the_end);
	tcase_add_test(tcase, one_machine_can_not_take_all_connections);
	tcase_add_test(tcase, a_trusted_proxy_may_have_more_than_one_machine_may);
	tcase_add_test(tcase, a_flood_from_everywhere_is_told_to_come_back);
	tcase_add_test(tcase, more_connections_than_there_are_files_are_warned_of);
	tcase_add_test(tcase, an_ipv6_address_serves);
	suite_add_tcase(suite, tcase);
	return suite;
}
