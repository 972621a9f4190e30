/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections a server takes, from whom, and what it tells of peers that misbehave, over real sockets.
 * Component ring. The limits of a single request are in test_server.c, those of time in test_server_life.c.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "server_world.h"
#include "suite.h"
#include "tls_pair.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"

#define ONE "127.0.0.1"
#define OTHER "127.0.0.2"

enum {
	PER_ADDRESS = 2,
	FLOOD = 100, /* more than are kept to be told 503 */
};

static struct server_world w;
static struct raw_client client;
static struct raw_answer answer;

static void set_up(void)
{
	server_world_open(&w);
	w.limits.max_per_address = PER_ADDRESS;
	w.limits.max_connections = 10;
}

static void start(void)
{
	server_world_start(&w, "127.0.0.1:0");
}

static void tear_down(void)
{
	raw_answer_done(&answer);
	server_world_close(&w);
}

static unsigned count_faults(void)
{
	unsigned n = 0;

	for (enum server_fault fault = 0; fault < SERVER_FAULT_MAX; fault++)
		n += w.faults[fault];
	return n;
}

static unsigned ask_on(struct raw_client *on)
{
	raw_send(on, GET("/empty"));
	raw_answer_done(&answer);
	raw_answer(on, &answer);
	return answer.status;
}

static unsigned ask_from(const char *from, struct raw_client *ret)
{
	raw_open_from(ret, w.loop, w.address, from);
	return ask_on(ret);
}

static void await_connections(unsigned n)
{
	while (server_connections(w.server) != n)
		raw_turn(w.loop);
}

/* Connections that say nothing. */
static void flood_from(const char *from, struct raw_client clients[static FLOOD])
{
	for (int i = 0; i < FLOOD; i++)
		raw_open_from(&clients[i], w.loop, w.address, from);
}

static void close_flood(struct raw_client clients[static FLOOD])
{
	for (int i = 0; i < FLOOD; i++)
		raw_close(&clients[i]);
}

/* --- Per address --- */

START_TEST(more_from_one_address_are_told_503_and_others_are_served)
{
	struct raw_client kept[PER_ADDRESS], surplus, other;

	start();
	for (int i = 0; i < PER_ADDRESS; i++)
		ck_assert_uint_eq(ask_from(ONE, &kept[i]), 200);
	ck_assert_uint_eq(ask_from(ONE, &surplus), 503);
	ck_assert_ptr_nonnull(strstr(answer.head, "\r\nRetry-After: "));
	raw_await_close(&surplus);
	ck_assert_uint_eq(w.faults[SERVER_FAULT_CROWD], 1);
	ck_assert_uint_eq(ask_from(OTHER, &other), 200);
	for (int i = 0; i < PER_ADDRESS; i++)
		ck_assert_uint_eq(ask_on(&kept[i]), 200);
	ck_assert_uint_eq(count_faults(), 1);

	raw_close(&kept[0]);
	raw_close(&surplus);
	await_connections(PER_ADDRESS);
	ck_assert_uint_eq(ask_from(ONE, &kept[0]), 200);
	for (int i = 0; i < PER_ADDRESS; i++)
		raw_close(&kept[i]);
	raw_close(&other);
}
END_TEST

START_TEST(an_exempt_peer_has_the_whole_server)
{
	struct raw_client kept[10], surplus;

	start();
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(ask_from(EXEMPT, &kept[i]), 200);
	ck_assert_uint_eq(ask_from(EXEMPT, &surplus), 503);
	ck_assert_uint_eq(w.faults[SERVER_FAULT_FULL], 1);
	for (int i = 0; i < 10; i++)
		raw_close(&kept[i]);
	raw_close(&surplus);
}
END_TEST

START_TEST(a_unix_sockets_peers_have_no_address_to_count)
{
	struct raw_client kept[PER_ADDRESS + 1];
	char where[ADDRESS_SIZE];

	ck_assert_int_lt(snprintf(where, sizeof where, "unix:%s/s", suite_tmpdir()), ADDRESS_SIZE);
	server_world_start(&w, where);
	for (int i = 0; i < PER_ADDRESS + 1; i++)
		ck_assert_uint_eq(ask_from(NULL, &kept[i]), 200);
	for (int i = 0; i < PER_ADDRESS + 1; i++)
		raw_close(&kept[i]);
}
END_TEST

/* --- Floods --- */

START_TEST(one_address_can_not_fill_the_server)
{
	struct raw_client flood[FLOOD];

	start();
	flood_from(ONE, flood);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(ask_from(OTHER, &client), 200);
		raw_close(&client);
	}
	ck_assert_uint_ge(w.faults[SERVER_FAULT_CROWD], 1);
	close_flood(flood);
}
END_TEST

/* Nobody hears his 503 who waits in line behind connections that say nothing. */
START_TEST(surplus_that_says_nothing_makes_room)
{
	struct raw_client flood[FLOOD];

	w.limits.max_per_address = 0;
	start();
	flood_from(ONE, flood);
	ck_assert_uint_eq(ask_from(ONE, &client), 503);
	ck_assert_ptr_nonnull(strstr(answer.head, "\r\nRetry-After: "));
	raw_close(&client);
	/* Those that were admitted stay, of the others those that came last. */
	raw_take(&flood[0]);
	raw_take(&flood[FLOOD - 1]);
	ck_assert(!flood[0].closed);
	ck_assert(!flood[FLOOD - 1].closed);
	raw_await_close(&flood[10]);
	ck_assert_uint_ge(w.faults[SERVER_FAULT_FULL], 2);
	close_flood(flood);
}
END_TEST

START_TEST(surplus_that_asks_when_there_is_room_is_served)
{
	struct raw_client kept[PER_ADDRESS];

	start();
	for (int i = 0; i < PER_ADDRESS; i++)
		ck_assert_uint_eq(ask_from(ONE, &kept[i]), 200);
	raw_open_from(&client, w.loop, w.address, ONE);
	await_connections(PER_ADDRESS + 1);
	raw_close(&kept[0]);
	await_connections(PER_ADDRESS);
	ck_assert_uint_eq(ask_on(&client), 200);
	ck_assert_uint_eq(count_faults(), 0);
	/* And counts from then on. */
	ck_assert_uint_eq(ask_from(ONE, &kept[0]), 503);
	raw_close(&client);
	for (int i = 0; i < PER_ADDRESS; i++)
		raw_close(&kept[i]);
}
END_TEST

/* --- Faults --- */

#define POST(headers, body) "POST / HTTP/1.1\r\nHost: x\r\n" headers "\r\n" body

/* What a peer sends, before it leaves, and which fault that is; SERVER_FAULT_MAX: none. */
static const struct {
	const char *text;
	enum server_fault fault;
} faults[] = {
	{ "", SERVER_FAULT_MAX },
	{ GET("/empty"), SERVER_FAULT_MAX },
	{ GET("/refuse"), SERVER_FAULT_MAX },
	{ "garbage\r\n\r\n", SERVER_FAULT_REQUEST },
	{ "\x16\x03\x01\x02\r\n\r\n", SERVER_FAULT_REQUEST },
	{ "GET /", SERVER_FAULT_REQUEST },
	{ "GET / HTTP/1.1\r\nHost: x\r\n", SERVER_FAULT_REQUEST },
	{ GET("/empty") "GET / HTTP/1.1\r\nHost: x\r\n", SERVER_FAULT_REQUEST },
	{ "GET / HTTP/1.1\r\nno colon\r\n\r\n", SERVER_FAULT_REQUEST },
	{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", SERVER_FAULT_REQUEST },
	{ POST("Content-Length: 9\r\n", "abc"), SERVER_FAULT_REQUEST },
	{ POST("Content-Length: 1001\r\n", ""), SERVER_FAULT_REQUEST },
	{ POST("Transfer-Encoding: gzip\r\n", ""), SERVER_FAULT_REQUEST },
	{ POST("Transfer-Encoding: chunked\r\n", "zz\r\n"), SERVER_FAULT_REQUEST },
};

/* The client goes, and is surely known to have come: another one that came after it has been answered. */
static void leave(void)
{
	struct raw_client other;

	ck_assert_uint_eq(ask_from(ONE, &other), 200);
	raw_close(&client);
	await_connections(1);
	raw_close(&other);
	await_connections(0);
}

START_TEST(a_peers_fault_is_told_once)
{
	start();
	raw_open(&client, w.loop, w.address);
	raw_send(&client, faults[_i].text);
	leave();
	ck_assert_uint_eq(count_faults(), faults[_i].fault == SERVER_FAULT_MAX ? 0 : 1);
	if (faults[_i].fault != SERVER_FAULT_MAX)
		ck_assert_uint_eq(w.faults[faults[_i].fault], 1);
}
END_TEST

/* What a peer has sent when its time is over, and whether that is a fault. */
static const struct {
	const char *text;
	bool is_slow;
} slow[] = {
	{ "", true },
	{ "GET /", true },
	{ "GET / HTTP/1.1\r\n", true },
	{ POST("Content-Length: 9\r\n", "abc"), true },
	{ GET("/empty") "GET / HTTP/1.1\r\n", true },
	{ GET("/huge"), true },
	{ GET("/empty"), false },
};

START_TEST(a_slow_peer_is_told_of_and_an_idle_one_is_not)
{
	w.limits.request_timeout_us = SHORT_TIMEOUT_US;
	start();
	raw_open(&client, w.loop, w.address);
	raw_send(&client, slow[_i].text);
	while (slow[_i].is_slow && count_faults() == 0)
		raw_turn(w.loop);
	raw_await_close(&client);
	await_connections(0);
	ck_assert_uint_eq(w.faults[SERVER_FAULT_SLOW], slow[_i].is_slow);
	ck_assert_uint_eq(count_faults(), slow[_i].is_slow);
	raw_close(&client);
}
END_TEST

START_TEST(a_request_line_too_long_is_a_fault)
{
	char text[32 * 1024];

	start();
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	raw_open(&client, w.loop, w.address);
	raw_send(&client, "GET /");
	raw_send(&client, text);
	raw_await_close(&client);
	ck_assert_uint_eq(w.faults[SERVER_FAULT_REQUEST], 1);
	raw_close(&client);
}
END_TEST

START_TEST(what_is_no_tls_is_told_of_and_a_probe_of_the_port_is_not)
{
	w.certificate = tls_certificate;
	w.key = tls_key;
	start();
	raw_open(&client, w.loop, w.address);
	await_connections(1);
	raw_close(&client);
	await_connections(0);
	ck_assert_uint_eq(count_faults(), 0);

	raw_open(&client, w.loop, w.address);
	raw_send(&client, GET("/empty"));
	raw_await_close(&client);
	ck_assert_uint_eq(w.faults[SERVER_FAULT_TLS], 1);
	ck_assert_uint_eq(count_faults(), 1);
	raw_close(&client);
}
END_TEST

START_TEST(the_servers_end_is_nobodys_fault)
{
	start();
	raw_open(&client, w.loop, w.address);
	raw_send(&client, POST("Content-Length: 9\r\n", "abc"));
	while (w.heads == 0)
		raw_turn(w.loop);
	w.server = server_free(w.server);
	ck_assert_uint_eq(count_faults(), 0);
	raw_close(&client);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("server_limits");
	TCase *limits = tcase_create("limits");
	TCase *told = tcase_create("faults");

	tcase_add_checked_fixture(limits, set_up, tear_down);
	tcase_add_test(limits, more_from_one_address_are_told_503_and_others_are_served);
	tcase_add_test(limits, an_exempt_peer_has_the_whole_server);
	tcase_add_test(limits, a_unix_sockets_peers_have_no_address_to_count);
	tcase_add_test(limits, one_address_can_not_fill_the_server);
	tcase_add_test(limits, surplus_that_says_nothing_makes_room);
	tcase_add_test(limits, surplus_that_asks_when_there_is_room_is_served);
	suite_add_tcase(s, limits);

	tcase_add_checked_fixture(told, set_up, tear_down);
	tcase_add_loop_test(told, a_peers_fault_is_told_once, 0, (int)ARRAY_SIZE(faults));
	tcase_add_loop_test(told, a_slow_peer_is_told_of_and_an_idle_one_is_not, 0, (int)ARRAY_SIZE(slow));
	tcase_add_test(told, a_request_line_too_long_is_a_fault);
	tcase_add_test(told, what_is_no_tls_is_told_of_and_a_probe_of_the_port_is_not);
	tcase_add_test(told, the_servers_end_is_nobodys_fault);
	suite_add_tcase(s, told);
	return s;
}
