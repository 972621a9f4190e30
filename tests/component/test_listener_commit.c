/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a client sees of group commit: no answer before it, one answer after it, whatever happens in between.
 * Component ring: the real store, loop and server, and real sockets.
 */
#include "listener/listener.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/err.h"
#include "listener_world.h"
#include "suite.h"

#define MANY 50

static struct listener_world w;

static void setup(void)
{
	listener_world_open(&w);
}

static void teardown(void)
{
	listener_world_close(&w);
}

START_TEST(there_is_no_answer_while_the_commit_waits_for_a_lock)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_post_open(&w, &w.client);
	raw_quiet(&w.client);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(a_lock_held_too_long_is_503_and_passes)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 503);
	ck_assert(listener_world_answered(&w, "\r\nRetry-After: 5\r\n"));
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_int_eq(listener_world_rows(&w), 0);
	ck_assert_uint_eq(w.hints, 0);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(a_full_queue_is_503_at_once)
{
	struct raw_client waiting[2];

	w.max_waiting = 2;
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	for (size_t i = 0; i < ARRAY_SIZE(waiting); i++) {
		listener_world_post_open(&w, &waiting[i]);
		raw_quiet(&waiting[i]);
	}
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 503);
	ck_assert(listener_world_answered(&w, "\r\nRetry-After: 5\r\n"));
	listener_world_sql(&w, "ROLLBACK");
	for (size_t i = 0; i < ARRAY_SIZE(waiting); i++) {
		ck_assert_uint_eq(raw_status(&waiting[i]), 200);
		raw_close(&waiting[i]);
	}
	ck_assert_int_eq(listener_world_rows(&w), 2);
}
END_TEST

START_TEST(a_client_that_leaves_while_it_waits_harms_nobody)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	struct raw_client leaver;
	listener_world_post_open(&w, &leaver);
	raw_quiet(&leaver);
	raw_close(&leaver);
	listener_world_post_open(&w, &w.client);
	raw_quiet(&w.client);
	ck_assert(!listener_drain(w.listener));
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	raw_quiet(&w.client);
	ck_assert_int_eq(listener_world_rows(&w), 2);
	while (!listener_drain(w.listener))
		raw_turn(w.loop);
}
END_TEST

START_TEST(many_callbacks_share_a_commit_and_each_gets_its_answer)
{
	static struct raw_client clients[MANY];

	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	for (size_t i = 0; i < MANY; i++)
		listener_world_post_open(&w, &clients[i]);
	raw_quiet(&clients[0]);
	listener_world_sql(&w, "ROLLBACK");
	for (size_t i = 0; i < MANY; i++)
		ck_assert_uint_eq(raw_status(&clients[i]), 200);
	ck_assert_int_eq(listener_world_rows(&w), MANY);
	ck_assert_uint_eq(w.hints, 1);
	for (size_t i = 0; i < MANY; i++) {
		raw_take(&clients[i]);
		ck_assert_uint_eq(clients[i].in.len, 0);
		raw_close(&clients[i]);
	}
}
END_TEST

START_TEST(draining_commits_and_answers_what_has_come_and_accepts_no_more)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_post_open(&w, &w.client);
	raw_quiet(&w.client);
	ck_assert(!listener_drain(w.listener));
	listener_world_sql(&w, "ROLLBACK");
	while (!listener_drain(w.listener))
		raw_turn(w.loop);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
	struct raw_client late;
	struct address to;
	ck_assert_int_eq(address_parse(w.address, &to, NULL), ERR_OK);
	late = (struct raw_client){ .loop = w.loop, .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) };
	if (connect(late.fd, (const struct sockaddr *)&to.sa, to.len) == 0 || errno == EINPROGRESS) {
		raw_send(&late, listener_world_request("POST", GOOD, "Content-Length: 0\r\n"));
		raw_quiet(&late);
	}
	raw_close(&late);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(ending_answers_503_to_what_is_not_committed)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_post_open(&w, &w.client);
	raw_quiet(&w.client);
	w.listener = listener_free(w.listener);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 503);
	ck_assert_int_eq(listener_world_rows(&w), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener_commit");
	TCase *tc = tcase_create("listener_commit");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, there_is_no_answer_while_the_commit_waits_for_a_lock);
	tcase_add_test(tc, a_lock_held_too_long_is_503_and_passes);
	tcase_add_test(tc, a_full_queue_is_503_at_once);
	tcase_add_test(tc, a_client_that_leaves_while_it_waits_harms_nobody);
	tcase_add_test(tc, many_callbacks_share_a_commit_and_each_gets_its_answer);
	tcase_add_test(tc, draining_commits_and_answers_what_has_come_and_accepts_no_more);
	tcase_add_test(tc, ending_answers_503_to_what_is_not_committed);
	suite_add_tcase(s, tc);
	return s;
}
