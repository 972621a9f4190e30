/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Other limits and another certificate for a server that runs, over real sockets: whoever is connected notices nothing but that the
 * next reply is the last one on that connection.
 * Component ring.
 */
#include <check.h>
#include <string.h>

#include "server_world.h"
#include "suite.h"
#include "tls_client.h"
#include "tls_pair.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"

static struct server_world w;
static struct raw_client client, other;
static struct raw_answer answer;

static void set_up(void)
{
	server_world_open(&w);
	server_world_start(&w, "127.0.0.1:0");
}

static void tear_down(void)
{
	raw_answer_done(&answer);
	server_world_close(&w);
}

static int renew(void)
{
	return server_renew(w.server, &w.limits, w.certificate, w.key);
}

static void must_renew(void)
{
	ck_assert_int_eq(renew(), 0);
}

static void await_connections(unsigned n)
{
	while (server_connections(w.server) != n)
		raw_turn(w.loop);
}

/* --- Connections --- */

static void assert_last_answer(struct raw_client *on, unsigned status)
{
	raw_answer_done(&answer);
	raw_answer(on, &answer);
	ck_assert_uint_eq(answer.status, status);
	ck_assert_ptr_nonnull(strstr(answer.head, "\r\nConnection: close\r\n"));
	raw_await_close(on);
}

START_TEST(an_open_connection_is_answered_once_more_and_closed)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	must_renew();
	raw_quiet(&client);
	ck_assert(!client.closed);
	raw_send(&client, GET("/x"));
	assert_last_answer(&client, 200);
	ck_assert_str_eq(answer.body, "GET|/x|-|");
	raw_close(&client);

	/* A new one is kept as ever. */
	server_world_expect(&w, &other, GET("/empty"), 200);
	raw_send(&other, GET("/empty"));
	ck_assert_uint_eq(raw_status(&other), 200);
	raw_close(&other);
}
END_TEST

START_TEST(a_request_that_has_begun_goes_on)
{
	raw_open(&client, w.loop, w.address);
	raw_send(&client, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
	while (w.heads == 0)
		raw_turn(w.loop);
	must_renew();
	raw_quiet(&client);
	raw_send(&client, "def");
	assert_last_answer(&client, 200);
	ck_assert_str_eq(answer.body, "POST|/x|-|abcdef");
	raw_close(&client);
}
END_TEST

START_TEST(a_suspended_request_gets_its_reply)
{
	server_world_get(&w, &client, "/suspend");
	while (w.n_suspended == 0)
		raw_turn(w.loop);
	must_renew();
	must_renew();
	server_world_expect(&w, &other, GET("/empty"), 200);
	raw_quiet(&client);
	server_world_resume(&w, 0, 201);
	assert_last_answer(&client, 201);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

START_TEST(a_connection_that_nobody_has_accepted_yet_is_served)
{
	raw_open(&client, w.loop, w.address);
	raw_send(&client, GET("/empty"));
	must_renew();
	ck_assert_uint_eq(raw_status(&client), 200);
	raw_close(&client);
}
END_TEST

START_TEST(many_renewals_leave_one_server)
{
	struct raw_client clients[MAX_CONNECTIONS];

	for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
		server_world_expect(&w, &clients[i], GET("/empty"), 200);
		must_renew();
		must_renew();
	}
	ck_assert_uint_eq(server_connections(w.server), MAX_CONNECTIONS);
	/* They all count, whichever certificate they have. */
	server_world_expect(&w, &other, GET("/empty"), 503);
	raw_close(&other);
	for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
		raw_send(&clients[i], GET("/empty"));
		assert_last_answer(&clients[i], 200);
		raw_close(&clients[i]);
	}
	await_connections(0);
	server_world_expect(&w, &other, GET("/empty"), 200);
	raw_close(&other);
}
END_TEST

START_TEST(a_renewed_server_can_be_quiesced)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	must_renew();
	server_world_expect(&w, &other, GET("/empty"), 200);
	server_quiesce(w.server);
	raw_send(&client, GET("/empty"));
	assert_last_answer(&client, 200);
	raw_send(&other, GET("/empty"));
	assert_last_answer(&other, 200);
	raw_close(&client);
	raw_close(&other);
	await_connections(0);
}
END_TEST

START_TEST(the_servers_end_ends_old_connections_too)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	must_renew();
	server_world_expect(&w, &other, GET("/empty"), 200);
	w.server = server_free(w.server);
	raw_await_close(&client);
	raw_await_close(&other);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

/* --- Limits --- */

START_TEST(the_number_of_connections_is_the_new_one)
{
	struct raw_client clients[MAX_CONNECTIONS + 2];

	w.limits.max_connections = MAX_CONNECTIONS + 1;
	must_renew();
	for (unsigned i = 0; i < MAX_CONNECTIONS + 1; i++)
		server_world_expect(&w, &clients[i], GET("/empty"), 200);
	server_world_expect(&w, &clients[MAX_CONNECTIONS + 1], GET("/empty"), 503);
	for (unsigned i = 0; i < MAX_CONNECTIONS + 2; i++)
		raw_close(&clients[i]);
}
END_TEST

START_TEST(a_lower_number_closes_nobody)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	server_world_expect(&w, &other, GET("/empty"), 200);
	w.limits.max_connections = 1;
	must_renew();
	raw_send(&client, GET("/empty"));
	assert_last_answer(&client, 200);
	raw_send(&other, GET("/empty"));
	assert_last_answer(&other, 200);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

START_TEST(the_largest_body_is_the_new_one)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	w.limits.max_body = 2;
	must_renew();
	server_world_expect(&w, &other, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", 413);
	raw_send(&client, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
	assert_last_answer(&client, 413);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

START_TEST(a_shorter_time_limit_is_for_all)
{
	raw_open(&client, w.loop, w.address);
	await_connections(1);
	w.limits.request_timeout_us = SHORT_TIMEOUT_US;
	must_renew();
	raw_open(&other, w.loop, w.address);
	raw_await_close(&client);
	raw_await_close(&other);
	raw_close(&client);
	raw_close(&other);
}
END_TEST

/* --- TLS --- */

static CURLcode ask_trusting(const char *certificate)
{
	struct tls_answer got;

	tls_ask(&(struct tls_request){ .loop = w.loop, .address = w.address, .target = "/x", .trusted = certificate }, &got);
	tls_answer_done(&got);
	return got.code;
}

START_TEST(who_connects_next_meets_the_new_certificate)
{
	w.certificate = tls_certificate;
	w.key = tls_key;
	must_renew();
	ck_assert_int_eq(ask_trusting(tls_certificate), CURLE_OK);
	w.certificate = tls_other_certificate;
	w.key = tls_other_key;
	must_renew();
	ck_assert_int_eq(ask_trusting(tls_other_certificate), CURLE_OK);
	ck_assert_int_eq(ask_trusting(tls_certificate), CURLE_PEER_FAILED_VERIFICATION);
}
END_TEST

START_TEST(plain_connections_outlive_the_change_to_tls)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	w.certificate = tls_certificate;
	w.key = tls_key;
	must_renew();
	ck_assert_int_eq(ask_trusting(tls_certificate), CURLE_OK);
	raw_send(&client, GET("/empty"));
	assert_last_answer(&client, 200);
	raw_close(&client);
}
END_TEST

START_TEST(an_unusable_pair_changes_nothing)
{
	server_world_expect(&w, &client, GET("/empty"), 200);
	w.certificate = tls_certificate;
	w.key = tls_other_key;
	w.limits.max_connections = 1;
	ck_assert_int_lt(renew(), 0);
	w.certificate = "no certificate";
	ck_assert_int_lt(renew(), 0);
	server_world_expect(&w, &other, GET("/empty"), 200);
	raw_send(&client, GET("/empty"));
	raw_answer(&client, &answer);
	ck_assert_ptr_null(strstr(answer.head, "\r\nConnection: close\r\n"));
	raw_close(&client);
	raw_close(&other);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("server_renew");
	TCase *connections = tcase_create("connections");
	TCase *limits = tcase_create("limits");
	TCase *tls = tcase_create("tls");

	tcase_add_checked_fixture(connections, set_up, tear_down);
	tcase_add_test(connections, an_open_connection_is_answered_once_more_and_closed);
	tcase_add_test(connections, a_request_that_has_begun_goes_on);
	tcase_add_test(connections, a_suspended_request_gets_its_reply);
	tcase_add_test(connections, a_connection_that_nobody_has_accepted_yet_is_served);
	tcase_add_test(connections, many_renewals_leave_one_server);
	tcase_add_test(connections, a_renewed_server_can_be_quiesced);
	tcase_add_test(connections, the_servers_end_ends_old_connections_too);
	suite_add_tcase(s, connections);

	tcase_add_checked_fixture(limits, set_up, tear_down);
	tcase_add_test(limits, the_number_of_connections_is_the_new_one);
	tcase_add_test(limits, a_lower_number_closes_nobody);
	tcase_add_test(limits, the_largest_body_is_the_new_one);
	tcase_add_test(limits, a_shorter_time_limit_is_for_all);
	suite_add_tcase(s, limits);

	tcase_add_checked_fixture(tls, set_up, tear_down);
	tcase_add_test(tls, who_connects_next_meets_the_new_certificate);
	tcase_add_test(tls, plain_connections_outlive_the_change_to_tls);
	tcase_add_test(tls, an_unusable_pair_changes_nothing);
	suite_add_tcase(s, tls);
	return s;
}
