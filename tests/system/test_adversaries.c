/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Peers that mean harm, beside honest ones: garbage, requests that are cut or far too large, floods of connections, a thousand idle
 * ones. claimd lives, all honest callbacks are answered and stored, and afterwards it has as many open files as before, and no more
 * memory. System tests. Dribbles and limits for each address are in test_limits.c. Other addresses than 127.0.0.1 stand for other
 * machines.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "http.h"
#include "site.h"
#include "suite.h"

#define HONEST "127.0.0.1"
#define HOSTILE "127.0.0.2"

#define HEAD(line) line " HTTP/1.1\r\nHost: x\r\n"
#define CALLBACK(id) HEAD("POST " SITE_CALLBACK id)

static struct site site;
static int kept = -1;  /* an honest peer's connection */
static int n_honest;   /* callbacks that honest peers have sent */
static size_t n_files; /* that claimd had open before */

/* Long enough for whoever is kept waiting by a slow machine; nobody that has gone is waited for. */
#define PATIENT "request_timeout = 5min\n"

static void setup(void)
{
	site_open(&site);
	site.listen_keys = PATIENT;
	n_honest = 0;
}

static void teardown(void)
{
	if (kept >= 0)
		close(kept);
	kept = -1;
	site_close(&site);
}

static void post_honestly(int fd)
{
	http_request(fd, "POST", SITE_CALLBACK "honest", "");
	ck_assert_uint_eq(http_receive_status(fd), 200);
	n_honest++;
}

/* On a connection of its own, and on one that was there before the adversary. */
static void be_honest(void)
{
	int fd = http_connect_from(site.address, HONEST);

	post_honestly(fd);
	close(fd);
	post_honestly(kept);
}

static void start(void)
{
	site_start(&site);
	kept = http_connect_from(site.address, HONEST);
	be_honest();
	n_files = process_files(&site.claimd);
}

/* Each connection that has ended is noticed. Whoever closed first, the honest one before was perhaps just being closed. */
static void await_files(void)
{
	while (process_files(&site.claimd) > n_files)
		be_honest();
}

/* After an attack all is as it was before. */
static void assert_unharmed(void)
{
	ck_assert(process_is_alive(&site.claimd));
	be_honest();
	await_files();
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'honest'"), n_honest);
}

/* All of it, or as much as is taken before the other side closes. */
static void send_bytes(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0)
			return;
		bytes += sent;
		n -= (size_t)sent;
	}
}

/* Closes so that the peer gets a reset instead of an end. */
static void reset(int fd)
{
	const struct linger at_once = { .l_onoff = 1 };

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
	close(fd);
}

/* --- Garbage --- */

START_TEST(garbage_harms_nobody)
{
	unsigned seed = 7;

	start();
	for (int i = 0; i < 300; i++) {
		char bytes[512];
		int fd = http_connect_from(_i ? site.admin : site.address, HOSTILE);

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = k % 64 == 63 ? '\n' : (char)(rand_r(&seed) >> 5);
		if (i % 3 == 1)
			http_send(fd, CALLBACK("garbage"));
		if (i % 3 == 2)
			http_send(fd, "\x16\x03\x01\x02");
		send_bytes(fd, bytes, sizeof(bytes));
		close(fd);
		if (i % 30 == 0)
			be_honest();
	}
	assert_unharmed();
}
END_TEST

/* What is sent, LEN bytes of 'a' behind it, and the status; 0: whatever it is. */
static const struct {
	const char *text;
	size_t len;
	unsigned status;
} faults[] = {
	{ "GET /", 64 * 1024, 414 },
	{ HEAD("GET /") "X-Long: ", 64 * 1024, 431 },
	{ CALLBACK("fault") "Content-Length: 70000\r\n\r\n", 0, 413 },
	{ CALLBACK("fault") "Content-Length: 99999999999999999999\r\n\r\n", 0, 413 },
	{ CALLBACK("fault") "Transfer-Encoding: chunked\r\n\r\n80000000\r\n", 4 * 1024 * 1024, 0 },
	{ CALLBACK("fault") "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 3, 400 },
	{ CALLBACK("fault") "Expect: 100-continue\r\n\r\n", 3, 400 },
	{ HEAD("POST /") "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", 3, 400 },
	{ HEAD("GET /") "Expect: 100-continue\r\n\r\n", 64, 400 },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, 505 },
	{ HEAD("POST http://x/") "Content-Length: -1\r\n\r\n", 0, 400 },
};

static void send_fault(const char *address, size_t i)
{
	char *filler = malloc(faults[i].len);
	int fd = http_connect_from(address, HOSTILE);
	unsigned status;

	ck_assert(filler || faults[i].len == 0);
	memset(filler, 'a', faults[i].len);
	http_send(fd, faults[i].text);
	send_bytes(fd, filler, faults[i].len);
	status = http_receive_status(fd);
	/* What is left unread makes a reset of the end, which may overtake the answer. */
	if (faults[i].status != 0 && (status != 0 || faults[i].len < 1024))
		ck_assert_uint_eq(status, faults[i].status);
	close(fd);
	free(filler);
}

START_TEST(what_is_too_large_or_no_request_harms_nobody)
{
	start();
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		send_fault(site.address, i);
		be_honest();
		send_fault(site.admin, i);
		be_honest();
	}
	assert_unharmed();
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'fault'"), 0);
}
END_TEST

/* --- Requests cut, and many in one --- */

START_TEST(a_request_cut_at_any_byte_is_no_callback)
{
	static const char text[] = CALLBACK("cut") "Content-Length: 3\r\n\r\nabc";

	start();
	for (size_t n = 0; n < strlen(text); n++) {
		int fd = http_connect_from(site.address, HOSTILE);

		send_bytes(fd, text, n);
		if (n % 2)
			close(fd);
		else
			reset(fd);
	}
	assert_unharmed();
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'cut'"), 0);

	int fd = http_connect_from(site.address, HOSTILE);

	http_send(fd, text);
	ck_assert_uint_eq(http_receive_status(fd), 200);
	close(fd);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'cut'"), 1);
}
END_TEST

enum {
	PIPELINED = 500,
	BAD_EACH = 7, /* one in so many has a wrong secret */
};

static bool is_good(int i)
{
	return i % BAD_EACH != 0;
}

/* All that comes until there are N answers; no body of claimd's has an empty line in it. */
static void receive_all(int fd, int n, struct buf *text)
{
	char part[65536];
	ssize_t len;
	int heads = 0;

	while (heads < n && (len = recv(fd, part, sizeof(part), 0)) > 0) {
		ck_assert_int_eq(buf_add(text, part, (size_t)len), 0);
		heads = 0;
		for (const char *at = text->data; (at = strstr(at, "\r\n\r\n")); at += 4)
			heads++;
	}
	ck_assert_int_eq(heads, n);
}

START_TEST(requests_in_one_write_are_each_answered_once_and_in_order)
{
	struct buf requests = { 0 };
	struct buf answers = { 0 };
	int n_good = 0;

	start();
	for (int i = 0; i < PIPELINED; i++) {
		const char *path = is_good(i) ? SITE_PATH : "/delivery/main/wrong";

		ck_assert_int_eq(buf_addf(&requests, "POST %s?claim_id=pipe&n=%d HTTP/1.1\r\nHost: x\r\n\r\n", path, i), 0);
		n_good += is_good(i);
	}
	int fd = http_connect_from(site.address, HOSTILE);
	send_bytes(fd, requests.data, requests.len);
	receive_all(fd, PIPELINED, &answers);
	close(fd);

	const char *at = answers.data;

	for (int i = 0; i < PIPELINED; i++) {
		ck_assert_ptr_nonnull(at = strstr(at, "HTTP/1.1 "));
		at += strlen("HTTP/1.1 ");
		ck_assert_int_eq(strtol(at, NULL, 10), is_good(i) ? 200 : 404);
	}
	assert_unharmed();
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'pipe'"), n_good);
	ck_assert_int_eq(site_number(&site, "SELECT count(DISTINCT own_params) FROM report_notifications WHERE external_id = 'pipe'"),
	                 n_good);
	buf_done(&requests);
	buf_done(&answers);
}
END_TEST

/* --- Floods --- */

enum {
	FLOOD = 1000,
	ROUNDS = 4,
	LIVE_EACH = 50,
	RSS_SLACK_KIB = 1024, /* below 300 bytes for each connection of the rounds that count */
};

/* In haste: one connection, and how it ends. */
static void come_and_go(int i)
{
	static const char *const texts[] = {
		"",
		"POST ",
		CALLBACK("flood") "Content-Length: 3\r\n\r\n",
		HEAD("POST /delivery/main/wrong") "\r\n",
		HEAD("GET " SITE_CALLBACK "flood") "\r\n",
	};
	int fd = http_connect_from(site.address, HOSTILE);

	http_send(fd, texts[i % (int)ARRAY_SIZE(texts)]);
	if (i % 3 == 0)
		(void)shutdown(fd, SHUT_WR);
	if (i % 3 == 1)
		reset(fd);
	else
		close(fd);
}

static void flood(void)
{
	for (int i = 0; i < FLOOD; i++) {
		come_and_go(i);
		if (i % LIVE_EACH == 0)
			be_honest();
	}
	assert_unharmed();
}

START_TEST(a_flood_of_connections_leaves_neither_files_nor_memory_behind)
{
	long rss_kib;

	start();
	/* What is kept for good is there then: statements, pages of the database, the allocator's own. */
	flood();
	rss_kib = process_status(&site.claimd, "VmRSS");
	for (int i = 1; i < ROUNDS; i++)
		flood();
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'flood'"), 0);
	if (!SUITE_IS_SANITIZED)
		ck_assert_int_lt(process_status(&site.claimd, "VmRSS"), rss_kib + RSS_SLACK_KIB);
}
END_TEST

/* --- Idle connections --- */

enum {
	IDLE = 1000,
};

/* Whether this process may have so many; claimd raises its own limit by itself. */
static bool may_open(rlim_t n)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	return limit.rlim_max >= n && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* Some say nothing, some half a request, some have been answered. */
static int idle_connection(int i)
{
	int fd = http_connect_from(site.address, HOSTILE);

	if (i % 3 == 1)
		http_send(fd, CALLBACK("idle"));
	if (i % 3 == 2) {
		http_send(fd, HEAD("GET /") "\r\n");
		ck_assert_uint_eq(http_receive_status(fd), 404);
	}
	return fd;
}

START_TEST(beside_a_thousand_idle_connections_all_others_are_served)
{
	static int idle[IDLE];

	if (!may_open(IDLE + 100)) {
		printf("note: a thousand connections skipped, so many files may not be open\n");
		return;
	}
	site.listen_keys = "max_connections = 1100\n" PATIENT;
	start();
	for (int i = 0; i < IDLE; i++)
		idle[i] = idle_connection(i);
	for (int i = 0; i < 100; i++)
		be_honest();
	ck_assert_uint_ge(process_files(&site.claimd), n_files + IDLE);
	for (int i = 0; i < IDLE; i++) {
		char byte;

		ck_assert_int_lt(recv(idle[i], &byte, 1, MSG_DONTWAIT), 0);
		ck_assert_int_eq(errno, EAGAIN);
		close(idle[i]);
	}
	assert_unharmed();
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("adversaries");
	TCase *tcase = tcase_create("adversaries");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, garbage_harms_nobody, 0, 2);
	tcase_add_test(tcase, what_is_too_large_or_no_request_harms_nobody);
	tcase_add_test(tcase, a_request_cut_at_any_byte_is_no_callback);
	tcase_add_test(tcase, requests_in_one_write_are_each_answered_once_and_in_order);
	tcase_add_test(tcase, a_flood_of_connections_leaves_neither_files_nor_memory_behind);
	tcase_add_test(tcase, beside_a_thousand_idle_connections_all_others_are_served);
	suite_add_tcase(suite, tcase);
	return suite;
}
