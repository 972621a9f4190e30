/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fetch's life: that it ends just once or is cancelled, whatever its callback does meanwhile.
 * Component ring. Answers are in test_fetch.c.
 */
#include <check.h>
#include <string.h>

#include "fetch_world.h"
#include "suite.h"

static struct fetch_world w;

static void set_up(void)
{
	fetch_world_open(&w);
}

static void tear_down(void)
{
	fetch_world_close(&w);
}

START_TEST(connections_are_used_again)
{
	w.peer.answer = OK("Content-Length: 2\r\n", "ok");
	for (int i = 0; i < 3; i++) {
		struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
		struct fetched fetched = { 0 };

		fetched_start(&w, &request, &fetched);
		fetched_await(&fetched);
		ck_assert_str_eq(fetched.body, "ok");
		fetched_done(&fetched);
	}
	ck_assert_uint_eq(w.peer.n_requests, 3);
	ck_assert_uint_eq(w.peer.n_connections, 1);
}
END_TEST

START_TEST(many_at_once_all_end)
{
	enum { N = 50 };
	struct fetched all[N] = { 0 };
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");

	w.peer.answer = OK("Content-Length: 2\r\n", "ok");
	for (int i = 0; i < N; i++)
		fetched_start(&w, &request, &all[i]);
	for (int i = 0; i < N; i++)
		fetched_await(&all[i]);
	fetch_world_turns(&w, 20);
	for (int i = 0; i < N; i++) {
		ck_assert_uint_eq(all[i].times, 1);
		ck_assert_uint_eq(all[i].result.status, 200);
		fetched_done(&all[i]);
	}
}
END_TEST

START_TEST(a_cancelled_request_has_no_callback)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched cancelled = { 0 }, served = { 0 };
	struct fetch *fetch = fetched_start(&w, &request, &cancelled);

	while (w.peer.n_requests == 0)
		raw_turn(w.server.loop);
	ck_assert_ptr_null(fetch_cancel(fetch));
	w.peer.answer = OK("Content-Length: 0\r\n", "");
	fetched_start(&w, &request, &served);
	fetched_await(&served);
	ck_assert_uint_eq(cancelled.times, 0);
	fetched_done(&served);
}
END_TEST

START_TEST(a_request_can_be_cancelled_at_once)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };

	fetch_cancel(fetched_start(&w, &request, &fetched));
	fetch_world_turns(&w, 20);
	ck_assert_uint_eq(fetched.times, 0);
}
END_TEST

/* Two end in the same moment; whichever comes first cancels the other. */
START_TEST(a_callback_can_cancel_a_request_that_has_ended_too)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.server.address, "/suspend");
	struct fetched a = { 0 }, b = { 0 };

	b.victim = fetched_start(&w, &request, &a);
	a.victim = fetched_start(&w, &request, &b);
	while (w.server.n_suspended < 2)
		raw_turn(w.server.loop);
	server_world_resume(&w.server, 0, 200);
	server_world_resume(&w.server, 1, 200);
	while (a.times + b.times == 0)
		raw_turn(w.server.loop);
	fetch_world_turns(&w, 50);
	ck_assert_uint_eq(a.times + b.times, 1);
	fetched_done(&a);
	fetched_done(&b);
}
END_TEST

START_TEST(a_callback_can_start_another)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.server.address, "/x");
	struct fetched second = { .world = &w }, first = { .next = &request, .follower = &second };

	fetched_start(&w, &request, &first);
	fetched_await(&second);
	ck_assert_uint_eq(first.times, 1);
	ck_assert_str_eq(second.body, "POST|/x|-|");
	fetched_done(&first);
	fetched_done(&second);
}
END_TEST

START_TEST(a_callback_can_free_the_fetcher)
{
	struct fetched fetched = { .frees_fetcher = true }, other = { 0 };
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");

	fetched_start(&w, &request, &other);
	request = fetch_request_to(&w, "http", w.server.address, "/x");
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	fetch_world_turns(&w, 20);
	ck_assert_uint_eq(other.times, 0);
	fetched_done(&fetched);
}
END_TEST

START_TEST(the_fetcher_can_be_freed_with_requests_under_way)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched all[3] = { 0 };

	fetched_start(&w, &request, &all[0]);
	fetched_start(&w, &request, &all[1]);
	while (w.peer.n_requests < 2)
		raw_turn(w.server.loop);
	fetched_start(&w, &request, &all[2]);
	w.fetcher = fetcher_free(w.fetcher);
	fetch_world_turns(&w, 20);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(all[i].times, 0);
}
END_TEST

START_TEST(a_kept_connection_that_the_peer_closes_is_replaced)
{
	w.peer.answer = OK("Content-Length: 0\r\n", "");
	/* Closed without having said so in the answer. */
	w.peer.close = true;
	for (unsigned i = 1; i <= 2; i++) {
		struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
		struct fetched fetched = { 0 };

		fetched_start(&w, &request, &fetched);
		fetched_await(&fetched);
		ck_assert_int_eq(fetched.result.end, FETCH_ANSWERED);
		ck_assert_uint_eq(w.peer.n_connections, i);
		fetched_done(&fetched);
	}
}
END_TEST

/* One request ends well, and leaves its connection; from then on the peer reads what it is sent, and closes without a word. */
static void leave_a_connection_to_break(void)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };

	w.peer.answer = OK("Content-Length: 0\r\n", "");
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	fetched_done(&fetched);
	w.peer.answer = NULL;
	w.peer.close = true;
	ck_assert_uint_eq(w.peer.n_requests, 1);
}

static void lose(bool once)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");
	struct fetched fetched = { 0 };

	request.once = once;
	fetched_start(&w, &request, &fetched);
	fetched_await(&fetched);
	fetch_world_turns(&w, 20);
	ck_assert_int_eq(fetched.result.end, FETCH_FAILED);
	ck_assert(!fetched.result.unsent);
	fetched_done(&fetched);
}

START_TEST(what_a_kept_connection_loses_is_sent_again)
{
	leave_a_connection_to_break();
	lose(false);
	ck_assert_uint_eq(w.peer.n_requests, 3);
	ck_assert_uint_eq(w.peer.n_connections, 2);
}
END_TEST

START_TEST(what_is_sent_once_is_not_sent_again)
{
	leave_a_connection_to_break();
	lose(true);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	ck_assert_uint_eq(w.peer.n_connections, 2);
}
END_TEST

START_TEST(what_is_sent_once_leaves_no_connection)
{
	struct fetch_request request = fetch_request_to(&w, "http", w.peer.address, "/");

	w.peer.answer = OK("Content-Length: 0\r\n", "");
	for (unsigned i = 1; i <= 3; i++) {
		struct fetched fetched = { 0 };

		request.once = i < 3;
		fetched_start(&w, &request, &fetched);
		fetched_await(&fetched);
		ck_assert_uint_eq(fetched.result.status, 200);
		ck_assert_uint_eq(w.peer.n_connections, i);
		fetched_done(&fetched);
	}
}
END_TEST

START_TEST(an_idle_fetcher_dispatches_nothing)
{
	struct fetched fetched = fetch_from_server(&w, "/empty");

	fetched_done(&fetched);
	fetch_world_turns(&w, 20);
	for (int i = 0; i < 5; i++) {
		bool any = true;

		ck_assert_int_eq(loop_step(w.server.loop, 10 * USEC_PER_MS, &any), 0);
		ck_assert(!any);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fetch_life");
	TCase *life = tcase_create("life");

	tcase_add_checked_fixture(life, set_up, tear_down);
	tcase_add_test(life, a_cancelled_request_has_no_callback);
	tcase_add_test(life, a_request_can_be_cancelled_at_once);
	tcase_add_test(life, a_callback_can_cancel_a_request_that_has_ended_too);
	tcase_add_test(life, a_callback_can_start_another);
	tcase_add_test(life, a_callback_can_free_the_fetcher);
	tcase_add_test(life, the_fetcher_can_be_freed_with_requests_under_way);
	tcase_add_test(life, a_kept_connection_that_the_peer_closes_is_replaced);
	tcase_add_test(life, what_a_kept_connection_loses_is_sent_again);
	tcase_add_test(life, what_is_sent_once_is_not_sent_again);
	tcase_add_test(life, what_is_sent_once_leaves_no_connection);
	tcase_add_test(life, an_idle_fetcher_dispatches_nothing);
	tcase_add_test(life, connections_are_used_again);
	tcase_add_test(life, many_at_once_all_end);
	suite_add_tcase(s, life);
	return s;
}
