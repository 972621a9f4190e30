/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Couriers: order, repeats, pauses, and that a bad receiver, or a bad message, is nobody else's trouble.
 * Component ring: a real file and real receivers; minutes and hours by a clock that is moved.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/log.h"
#include "raw_client.h"
#include "receiver.h"
#include "store_bed.h"
#include "suite.h"
#include "worker/courier.h"

#define LONG_US (60 * USEC_PER_SEC)
#define HOUR_S 3600

/* Turns that last longer than a request to a neighbour and a few commits. */
#define TURNS 100

static struct bed bed;
static struct clock clock_now;
static struct loop *loop;
static struct fetcher *fetcher;
static struct receiver receiver;
static struct courier *courier;
static int64_t revision;

static struct courier_config config_of(const struct receiver *to)
{
	return (struct courier_config){
		.loop = loop, .fetcher = fetcher, .store = bed.store, .queue = { bed.source.id }, .name = "main: forward_url",
		.url = &to->url, .secret = &receiver_key, .timeout_us = LONG_US,
	};
}

static void start(void)
{
	const struct courier_config config = config_of(&receiver);

	ck_assert_int_eq(courier_new(&config, &courier), ERR_OK);
	courier_wake(courier);
}

static void set_up(void)
{
	bed_open(&bed);
	log_open("test", LOG_LEVEL_ERROR);
	ck_assert_int_eq(loop_new(&clock_now, &loop), ERR_OK);
	ck_assert_int_eq(fetcher_new(loop, &fetcher), ERR_OK);
	receiver_open(&receiver, loop);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_source_forwards(bed.store, bed.source.id, true);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

static void tear_down(void)
{
	courier = courier_free(courier);
	fetcher = fetcher_free(fetcher);
	receiver_close(&receiver);
	loop = loop_free(loop);
	bed_close(&bed);
}

/* A step of CLAIM, stored, and the courier told. */
static void take(const char *claim, const char *status)
{
	struct wall now = loop_now(loop);
	struct seen seen = bed_seen(claim, status, ++revision, now);

	if (strcmp(status, "new") == 0)
		bed_hint(&bed, claim, now, now);
	bed_apply(&bed, &seen, now, NULL);
	if (courier)
		courier_wake(courier);
}

static void take_three(const char *claim)
{
	take(claim, "new");
	take(claim, "estimating");
	take(claim, "ready_for_approval");
}

static void turns(void)
{
	for (int i = 0; i < TURNS; i++)
		raw_turn(loop);
}

static void advance_s(int64_t seconds)
{
	clock_now.shift_us += seconds * USEC_PER_SEC;
	loop_clock_stepped(loop);
}

static void await(const char *sql, const char *want)
{
	bed_await(&bed, loop, sql, want);
}

static void await_left(const char *n)
{
	await("SELECT count(*) FROM outbox WHERE channel = 'forward'", n);
}

static void assert_told(size_t i, const char *claim, const char *status)
{
	char want[160];

	ck_assert_uint_lt(i, receiver.n);
	snprintf(want, sizeof(want), "\"external_id\":\"%s\"", claim);
	ck_assert_msg(strstr(receiver.messages[i].body, want) != NULL, "%zu: %s", i, receiver.messages[i].body);
	snprintf(want, sizeof(want), "\"to_status\":\"%s\"", status);
	ck_assert_msg(strstr(receiver.messages[i].body, want) != NULL, "%zu: %s", i, receiver.messages[i].body);
}

START_TEST(messages_of_a_claim_go_one_by_one_in_their_order)
{
	char id[40], body[1024];

	take_three("c1");
	snprintf(id, sizeof(id), "%s", bed_ask(&bed, "SELECT message_id FROM outbox ORDER BY id"));
	snprintf(body, sizeof(body), "%s", bed_ask(&bed, "SELECT body FROM outbox ORDER BY id"));
	start();
	await_left("0");
	ck_assert_uint_eq(receiver.n, 3);
	assert_told(0, "c1", "new");
	assert_told(1, "c1", "estimating");
	assert_told(2, "c1", "ready_for_approval");
	ck_assert_str_eq(receiver.messages[0].id, id);
	ck_assert_str_eq(receiver.messages[0].body, body);
	take("c1", "accepted");
	await_left("0");
	assert_told(3, "c1", "accepted");
}
END_TEST

START_TEST(of_one_claim_one_is_under_way_and_of_all_a_few)
{
	char claim[16];

	receiver.usual = NULL;
	for (int i = 0; i < 9; i++) {
		snprintf(claim, sizeof(claim), "c%d", i);
		take_three(claim);
	}
	start();
	receiver_await(&receiver, 4);
	turns();
	ck_assert_uint_eq(receiver.n, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(strstr(receiver.messages[i].body, "\"to_status\":\"new\""));
	receiver.usual = RECEIVER_OK;
	canned_peer_break_silence(&receiver.peer, RECEIVER_OK);
	await_left("0");
	ck_assert_uint_eq(receiver.n, 27);
}
END_TEST

static const char *const failures[] = {
	RECEIVER_FAILS,
	"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
	"garbage\r\n\r\n",
};

START_TEST(what_fails_is_sent_again_as_it_was_and_the_rest_waits_for_it)
{
	receiver_line_up(&receiver, failures[_i]);
	receiver_line_up(&receiver, failures[_i]);
	take_three("c1");
	start();
	await("SELECT tries || state FROM report_outbox", "1failing");
	ck_assert_str_ne(bed_ask(&bed, "SELECT error FROM report_outbox"), "");
	turns();
	ck_assert_uint_eq(receiver.n, 1);
	advance_s(11);
	await("SELECT tries FROM report_outbox", "2");
	advance_s(21);
	await_left("0");
	ck_assert_uint_eq(receiver.n, 5);
	for (size_t i = 1; i < 3; i++) {
		ck_assert_str_eq(receiver.messages[i].id, receiver.messages[0].id);
		ck_assert_str_eq(receiver.messages[i].body, receiver.messages[0].body);
	}
	assert_told(3, "c1", "estimating");
	assert_told(4, "c1", "ready_for_approval");
}
END_TEST

START_TEST(tries_are_five_seconds_to_an_hour_apart)
{
	int64_t left_us;

	receiver.usual = RECEIVER_FAILS;
	take("c1", "new");
	start();
	for (int i = 1; i <= 12; i++) {
		char sql[64];

		snprintf(sql, sizeof(sql), "SELECT tries >= %d FROM report_outbox", i);
		await(sql, "1");
		left_us = strtoll(bed_ask(&bed, "SELECT due_at_us FROM report_outbox"), NULL, 10) - loop_now(loop).us;
		/* What a turn of a slow machine takes. */
		ck_assert_int_gt(left_us, 3 * USEC_PER_SEC);
		ck_assert_int_le(left_us, (i < 10 ? INT64_C(5) << i : HOUR_S) * USEC_PER_SEC);
		advance_s(HOUR_S);
	}
}
END_TEST

START_TEST(a_message_that_is_refused_holds_up_its_own_claim_alone)
{
	char claim[16];

	receiver.refused = "\"external_id\":\"bad\"";
	take_three("bad");
	for (int i = 0; i < 20; i++) {
		snprintf(claim, sizeof(claim), "c%d", i);
		take_three(claim);
	}
	start();
	await_left("3");
	for (int i = 0; i < 5; i++) {
		advance_s(2 * HOUR_S);
		snprintf(claim, sizeof(claim), "later%d", i);
		take_three(claim);
		await_left("3");
	}
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(state, ' ') FROM (SELECT state FROM report_outbox ORDER BY id)"),
	                 "failing waits waits");
	receiver.refused = NULL;
	advance_s(2 * HOUR_S);
	await_left("0");
}
END_TEST

START_TEST(a_dead_receiver_is_not_hammered_and_gets_all_when_it_is_back)
{
	char claim[16];

	receiver.usual = RECEIVER_FAILS;
	for (int i = 0; i < 50; i++) {
		snprintf(claim, sizeof(claim), "c%d", i);
		take(claim, "new");
	}
	start();
	await("SELECT count(*) >= 3 FROM report_outbox WHERE tries > 0", "1");
	turns();
	/* A few at a time, and another for each that ends until there is no doubt any more. */
	ck_assert_uint_le(receiver.n, 4 + 2);
	/* One try for each pause. */
	for (int i = 0; i < 10; i++) {
		size_t before = receiver.n;

		advance_s(300);
		receiver_await(&receiver, before + 1);
		await("SELECT count(*) FROM report_outbox WHERE state = 'failing' AND due_at_us <= 0", "0");
		turns();
		ck_assert_uint_eq(receiver.n, before + 1);
	}
	receiver.usual = RECEIVER_OK;
	for (int i = 0; i < 3; i++) {
		advance_s(HOUR_S);
		turns();
	}
	await_left("0");
}
END_TEST

START_TEST(somebody_who_knows_better_need_not_wait_for_the_pause)
{
	char claim[16];

	receiver.usual = RECEIVER_FAILS;
	for (int i = 0; i < 20; i++) {
		snprintf(claim, sizeof(claim), "c%d", i);
		take(claim, "new");
	}
	start();
	await("SELECT count(*) >= 3 FROM report_outbox WHERE tries > 0", "1");
	turns();
	receiver.usual = RECEIVER_OK;

	size_t before = receiver.n;

	courier_retry(courier);
	await("SELECT count(*) FROM outbox WHERE tries = 0", "0");
	ck_assert_uint_gt(receiver.n, before);
}
END_TEST

START_TEST(a_receiver_that_is_silent_or_away_delays_no_other)
{
	struct receiver other;
	struct courier *neighbour = NULL;
	struct source source;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_source(bed.store, "delivery", "other", loop_now(loop), &source), ERR_OK);
	store_source_forwards(bed.store, source.id, true);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	receiver.usual = NULL;
	if (_i == 1)
		canned_peer_close(&receiver.peer);
	take_three("c1");
	receiver_open(&other, loop);

	struct courier_config config = config_of(&other);

	config.queue.source_id = source.id;
	start();
	ck_assert_int_eq(courier_new(&config, &neighbour), ERR_OK);
	bed.source.id = source.id;
	take_three("n1");
	courier_wake(neighbour);
	receiver_await(&other, 3);
	await_left("3");
	courier_free(neighbour);
	receiver_close(&other);
	if (_i == 1)
		canned_peer_open(&receiver.peer, loop);
}
END_TEST

START_TEST(without_a_receiver_messages_wait_for_one)
{
	char *url = receiver.url;
	char nowhere[] = "";

	receiver.url = nowhere;
	take_three("c1");
	start();
	turns();
	ck_assert_uint_eq(receiver.n, 0);
	receiver.url = url;
	courier_retry(courier);
	await_left("0");
	ck_assert_uint_eq(receiver.n, 3);
}
END_TEST

START_TEST(what_was_under_way_when_it_ended_is_sent_again)
{
	receiver_line_up(&receiver, NULL);
	take_three("c1");
	start();
	receiver_await(&receiver, 1);
	courier = courier_free(courier);
	start();
	await_left("0");
	ck_assert_uint_eq(receiver.n, 4);
	ck_assert_str_eq(receiver.messages[1].id, receiver.messages[0].id);
	ck_assert_str_eq(receiver.messages[1].body, receiver.messages[0].body);
}
END_TEST

START_TEST(what_was_delivered_is_not_sent_again_because_the_file_is_locked)
{
	sqlite3 *lock = NULL;

	take_three("c1");
	ck_assert_int_eq(sqlite3_open(bed.path, &lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	start();
	receiver_await(&receiver, 1);
	turns();
	courier_wake(courier);
	turns();
	ck_assert_uint_eq(receiver.n, 1);
	sqlite3_close(lock);
	await_left("0");
	ck_assert_uint_eq(receiver.n, 3);
}
END_TEST

START_TEST(a_clock_that_is_set_back_holds_up_nothing)
{
	receiver_line_up(&receiver, RECEIVER_FAILS);
	advance_s(365 * 24 * HOUR_S);
	take_three("c1");
	start();
	await("SELECT tries FROM report_outbox", "1");
	advance_s(-365 * 24 * HOUR_S);
	courier_wake(courier);
	await_left("0");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("courier");
	TCase *t = tcase_create("courier");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, messages_of_a_claim_go_one_by_one_in_their_order);
	tcase_add_test(t, of_one_claim_one_is_under_way_and_of_all_a_few);
	tcase_add_loop_test(t, what_fails_is_sent_again_as_it_was_and_the_rest_waits_for_it, 0, ARRAY_SIZE(failures));
	tcase_add_test(t, tries_are_five_seconds_to_an_hour_apart);
	tcase_add_test(t, a_message_that_is_refused_holds_up_its_own_claim_alone);
	tcase_add_test(t, a_dead_receiver_is_not_hammered_and_gets_all_when_it_is_back);
	tcase_add_test(t, somebody_who_knows_better_need_not_wait_for_the_pause);
	tcase_add_loop_test(t, a_receiver_that_is_silent_or_away_delays_no_other, 0, 2);
	tcase_add_test(t, without_a_receiver_messages_wait_for_one);
	tcase_add_test(t, what_was_under_way_when_it_ended_is_sent_again);
	tcase_add_test(t, what_was_delivered_is_not_sent_again_because_the_file_is_locked);
	tcase_add_test(t, a_clock_that_is_set_back_holds_up_nothing);
	suite_add_tcase(s, t);
	return s;
}
