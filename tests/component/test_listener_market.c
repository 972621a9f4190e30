/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's pushes from outside, byte by byte: what is stored of them, and the answers that Market wants.
 * Component ring: the real store, loop and server, and real sockets.
 */
#include "listener/listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "listener_world.h"
#include "store/store.h"
#include "suite.h"
#include "wire/notification.h"

#define PING "{\"notificationType\":\"PING\",\"time\":\"2025-01-16T10:09:49.759084017Z\"}"
#define AT "\"2026-09-20T06:12:41.213Z\""
#define AT_US "1789884761213000"
#define CREATED "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":111,\"createdAt\":" AT "}"

static struct listener_world w;

static void setup(void)
{
	listener_world_open(&w);
}

static void teardown(void)
{
	listener_world_close(&w);
}

static void push_all_is_well(const char *body)
{
	ck_assert_msg(listener_world_push(&w, "", body) == 200, "%s: %u", body, w.answer.status);
}

/* What the answer's JSON document has at PATH, "" for nothing. Good until the next value. */
static const char *member(const struct raw_answer *answer, const char *path)
{
	ck_assert_ptr_nonnull(strstr(answer->head, "\r\nContent-Type: application/json\r\n"));
	char *sql = sqlite3_mprintf("SELECT json_extract(%Q, %Q)", answer->body, path);
	const char *value = listener_world_value(&w, sql);
	sqlite3_free(sql);
	return value;
}

/* When the answer says that its push began; it must say so in UTC. */
static struct wall answer_time(const struct raw_answer *answer)
{
	const char *text = member(answer, "$.time");
	size_t len = strlen(text);
	struct wall time;

	ck_assert_int_eq(timefmt_parse(text, len, &time, NULL), ERR_OK);
	ck_assert_int_eq(text[len - 1], 'Z');
	return time;
}

/* EXPRESSION is over the one row of inbox i and its source s. */
static void check_stored(const char *expression, const char *expected)
{
	char sql[512];

	snprintf(sql, sizeof(sql), "SELECT %s FROM inbox i JOIN source s ON s.id = i.source_id", expression);
	ck_assert_str_eq(listener_world_value(&w, sql), expected);
}

/* --- What is stored -------------------------------------------------------------------------------------------------- */

START_TEST(a_push_is_stored_as_a_hint_of_its_type)
{
	listener_world_start(&w);
	push_all_is_well("{\"notificationType\":\"ORDER_STATUS_UPDATED\",\"orderId\":55000001,\"campaignId\":111,\"status\":\"DELIVERY\","
	                 "\"substatus\":\"DELIVERY_SERVICE_RECEIVED\",\"updatedAt\":\"2026-09-21T18:03:07+03:00\"}");
	ck_assert_int_eq(listener_world_rows(&w), 1);
	ck_assert_str_eq(listener_world_value(&w, "SELECT printf('%s %s %s %s %s %d %s %s', source, kind, external_id, upstream_at, "
						  "remote_addr, campaign_id, status, state) FROM report_notifications"),
			 "main ORDER_STATUS_UPDATED 55000001 2026-09-21T15:03:07.000000Z 127.0.0.1 111 "
			 "DELIVERY/DELIVERY_SERVICE_RECEIVED pending");
	check_stored("printf('%s|%s|%s', s.kind, i.quirks, i.asks_to_cancel)", "market|0|0");
	ck_assert_uint_eq(w.hints, 1);
}
END_TEST

START_TEST(every_known_type_is_answered_200_and_all_but_a_ping_are_stored)
{
	const char *type = notification_types[_i];
	bool ping = strcmp(type, "PING") == 0;
	char body[256];

	listener_world_start(&w);
	snprintf(body, sizeof(body), "{\"notificationType\":\"%s\",\"orderId\":55000001,\"campaignId\":111}", type);
	push_all_is_well(body);
	ck_assert_int_eq(listener_world_rows(&w), ping ? 0 : 1);
	if (!ping)
		check_stored("i.kind", type);
}
END_TEST

START_TEST(what_is_about_no_order_is_kept_and_leads_to_no_read)
{
	listener_world_start(&w);
	push_all_is_well("{\"notificationType\":\"CHAT_ARBITRAGE_STARTED\",\"chatId\":5,\"businessId\":222,"
	                 "\"startedAt\":\"2026-09-27T09:00:00Z\"}");
	ck_assert_str_eq(listener_world_value(&w, "SELECT printf('%s %s %s', kind, upstream_at, state) FROM report_notifications "
						  "WHERE external_id IS NULL AND reason IS NULL AND campaign_id IS NULL"),
			 "CHAT_ARBITRAGE_STARTED 2026-09-27T09:00:00.000000Z done");
}
END_TEST

START_TEST(an_order_that_is_not_named_can_not_be_read)
{
	listener_world_start(&w);
	push_all_is_well("{\"notificationType\":\"ORDER_CREATED\",\"orderId\":\"?\",\"createdAt\":" AT "}");
	ck_assert_str_eq(listener_world_value(&w, "SELECT state FROM report_notifications WHERE kind = 'ORDER_CREATED'"), "done");
}
END_TEST

START_TEST(an_unknown_type_is_stored_as_it_is)
{
	listener_world_start(&w);
	push_all_is_well("{\"notificationType\":\"ORDER_TELEPORTED\",\"orderId\":7,"
	                 "\"teleportedAt\":\"2026-09-27T09:00:00Z\",\"to\":{\"x\":[1]}}");
	check_stored("printf('%s|%s', i.kind, i.external_id)", "ORDER_TELEPORTED|7");
	ck_assert_str_eq(listener_world_value(&w, "SELECT state FROM report_notifications"), "done");
}
END_TEST

static const struct {
	const char *body;
	const char *stored; /* external_id, campaign_id, upstream_at_us, quirks, asks_to_cancel */
} orders[] = {
	{ CREATED, "55000001|111|" AT_US "|0|0" },
	/* in any order, and with what nobody knows */
	{ "{\"createdAt\":" AT ",\"campaignId\":111,\"orderId\":55000001,\"notificationType\":\"ORDER_CREATED\"}",
	  "55000001|111|" AT_US "|0|0" },
	{ " {\"new\":{\"orderId\":1},\"notificationType\":\"ORDER_CREATED\" ,\r\n\"orderId\":55000001,"
	  "\"items\":[{\"offerId\":\"x\",\"count\":1}],"
	  "\"campaignId\":111,\"createdAt\":" AT "}\n",
	  "55000001|111|" AT_US "|0|0" },
	{ "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":9223372036854775807,\"campaignId\":9223372036854775807,"
	  "\"createdAt\":\"2026-09-20T06:12:41.213999999Z\"}",
	  "9223372036854775807|9223372036854775807|1789884761213999|0|0" },
	{ "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":111}", "55000001|111||8|0" },
	{ "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":\"x\",\"createdAt\":\"yesterday\"}",
	  "55000001|||8|0" },
	{ "{\"notificationType\":\"ORDER_CANCELLATION_REQUEST\",\"orderId\":55000001,\"campaignId\":111,"
	  "\"requestedAt\":" AT "}",
	  "55000001|111|" AT_US "|0|1" },
};

START_TEST(what_can_be_read_of_an_order_is_stored)
{
	listener_world_start(&w);
	push_all_is_well(orders[_i].body);
	check_stored("printf('%s|%s|%s|%s|%s', i.external_id, i.campaign_id, i.upstream_us, i.quirks, i.asks_to_cancel)",
	             orders[_i].stored);
	ck_assert_str_eq(listener_world_value(&w, "SELECT state FROM report_notifications"), "pending");
}
END_TEST

START_TEST(copies_are_answered_200_each)
{
	listener_world_start(&w);
	for (int i = 0; i < 60; i++)
		push_all_is_well(CREATED);
	ck_assert_int_eq(listener_world_rows(&w), 60);
}
END_TEST

START_TEST(a_source_is_found_by_its_name_among_its_kind)
{
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_push_to(&w, "/market/other/" OTHER_SHOP_SECRET "/notification", "", CREATED), 200);
	check_stored("printf('%s|%s', s.kind, s.name)", "market|other");
}
END_TEST

START_TEST(a_chunked_body_is_read_to_its_end)
{
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, listener_world_request("POST", PUSHES, "Transfer-Encoding: chunked\r\n"));
	raw_send(&w.client, "14\r\n{\"notificationType\":\r\n");
	raw_quiet(&w.client);
	raw_send(&w.client, "10\r\n\"ORDER_CREATED\"}\r\n0\r\n\r\n");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	check_stored("i.kind", "ORDER_CREATED");
}
END_TEST

/* --- What is answered ------------------------------------------------------------------------------------------------ */

START_TEST(a_200_says_version_name_and_when_it_began)
{
	listener_world_start(&w);
	struct wall before = loop_now(w.loop);
	push_all_is_well(CREATED);
	int64_t received_us = strtoll(listener_world_value(&w, "SELECT received_at_us FROM report_notifications"), NULL, 10);
	ck_assert_int_ge(received_us, before.us);
	ck_assert_int_le(received_us, loop_now(w.loop).us);
	ck_assert_str_eq(member(&w.answer, "$.version"), VERSION);
	ck_assert_str_eq(member(&w.answer, "$.name"), "claimd");
	ck_assert_int_eq(answer_time(&w.answer).us, received_us);
}
END_TEST

START_TEST(a_ping_is_answered_and_stores_nothing)
{
	listener_world_start(&w);
	push_all_is_well(PING);
	ck_assert_str_eq(member(&w.answer, "$.version"), VERSION);
	ck_assert_str_eq(member(&w.answer, "$.name"), "claimd");
	(void)answer_time(&w.answer);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	ck_assert_uint_eq(w.hints, 0);
}
END_TEST

static const char *const no_pushes[] = {
	"",
	"{}",
	"[]",
	"\"x\"",
	"5",
	"null",
	"[{\"notificationType\":\"PING\"}]",
	"{\"notificationType\":5}",
	"{\"notificationType\":null}",
	"{\"notificationType\":\"\"}",
	"{\"notificationType\":[\"PING\"]}",
	"{\"NotificationType\":\"PING\"}",
	"{\"notificationType\":\"ORDER_CREATED\"",
	"{\"notificationType\":\"ORDER_CREATED\"} x",
	"notificationType=PING",
};

START_TEST(what_is_no_push_is_400_and_stores_nothing)
{
	listener_world_start(&w);
	ck_assert_msg(listener_world_push(&w, "", no_pushes[_i]) == 400, "%s: %u", no_pushes[_i], w.answer.status);
	ck_assert_str_eq(member(&w.answer, "$.error.type"), "WRONG_EVENT_FORMAT");
	ck_assert_str_ne(member(&w.answer, "$.error.message"), "");
	ck_assert_int_eq(listener_world_rows(&w), 0);
	ck_assert_uint_eq(w.hints, 0);
}
END_TEST

START_TEST(a_400_is_told_in_the_log)
{
	char log[4096] = "";

	listener_world_start(&w);
	int fd = listener_world_capture_log(LOG_LEVEL_WARNING);
	ck_assert_uint_eq(listener_world_push(&w, "", "{\"notificationType\":5}"), 400);
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	close(fd);
	ck_assert_ptr_nonnull(strstr(log, "market main: 1 that are no push and were answered 400, the last from 127.0.0.1: "));
	ck_assert_ptr_nonnull(strstr(log, "notificationType"));
	ck_assert_ptr_null(strstr(log, SHOP_SECRET));
}
END_TEST

START_TEST(a_connection_is_kept_for_pushes_and_callbacks_alike)
{
	struct raw_answer answer = { 0 };

	listener_world_start(&w);
	listener_world_push_open(&w, &w.client, CREATED);
	ck_assert_uint_eq(raw_status(&w.client), 200);
	raw_send(&w.client, listener_world_request("POST", GOOD, "Content-Length: 0\r\n"));
	raw_answer(&w.client, &answer);
	ck_assert_uint_eq(answer.status, 200);
	ck_assert_str_eq(answer.body, "");
	raw_answer_done(&answer);
	raw_send(&w.client, listener_world_request("POST", PUSHES, "Content-Length: 2\r\n"));
	raw_send(&w.client, "{}");
	ck_assert_uint_eq(raw_status(&w.client), 400);
	ck_assert_int_eq(listener_world_rows(&w), 2);
}
END_TEST

START_TEST(a_body_over_the_limit_is_413)
{
	w.listen.max_body_bytes = sizeof(CREATED) - 2;
	listener_world_start(&w);
	ck_assert_uint_eq(listener_world_push(&w, "", CREATED), 413);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	push_all_is_well(PING);
}
END_TEST

/* --- Commits --------------------------------------------------------------------------------------------------------- */

START_TEST(a_ping_does_not_wait_for_a_lock_that_a_push_waits_for)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_push_open(&w, &w.client, CREATED);
	raw_quiet(&w.client);
	push_all_is_well(PING);
	raw_take(&w.client);
	ck_assert_uint_eq(w.client.in.len, 0);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(callbacks_and_pushes_share_a_commit_and_each_has_its_own_answer)
{
	struct raw_client callback;
	struct raw_answer answer = { 0 };

	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_push_open(&w, &w.client, CREATED);
	listener_world_post_open(&w, &callback);
	raw_quiet(&w.client);
	listener_world_sql(&w, "ROLLBACK");
	raw_answer(&w.client, &w.answer);
	ck_assert_uint_eq(w.answer.status, 200);
	ck_assert_str_eq(member(&w.answer, "$.name"), "claimd");
	raw_answer(&callback, &answer);
	ck_assert_uint_eq(answer.status, 200);
	ck_assert_str_eq(answer.body, "");
	ck_assert_uint_eq(w.hints, 1);
	raw_answer_done(&answer);
	raw_close(&callback);
}
END_TEST

static void check_503(const struct raw_answer *answer)
{
	ck_assert_uint_eq(answer->status, 503);
	ck_assert_ptr_nonnull(strstr(answer->head, "\r\nRetry-After: 5\r\n"));
	ck_assert_str_eq(member(answer, "$.error.type"), "UNKNOWN");
}

START_TEST(a_lock_held_too_long_is_503_and_passes)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_push(&w, "", CREATED);
	listener_world_sql(&w, "ROLLBACK");
	check_503(&w.answer);
	ck_assert_int_eq(listener_world_rows(&w), 0);
	push_all_is_well(CREATED);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(a_full_queue_is_503_at_once_and_a_ping_still_is_200)
{
	w.max_waiting = 1;
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_push_open(&w, &w.client, CREATED);
	raw_quiet(&w.client);
	listener_world_push(&w, "", CREATED);
	check_503(&w.answer);
	push_all_is_well(PING);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(ending_answers_503_to_what_is_not_committed)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_push_open(&w, &w.client, CREATED);
	raw_quiet(&w.client);
	w.listener = listener_free(w.listener);
	listener_world_sql(&w, "ROLLBACK");
	raw_answer(&w.client, &w.answer);
	check_503(&w.answer);
	ck_assert_int_eq(listener_world_rows(&w), 0);
}
END_TEST

START_TEST(a_sender_that_leaves_while_it_waits_harms_nobody)
{
	struct raw_client leaver;

	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_push_open(&w, &leaver, CREATED);
	raw_quiet(&leaver);
	raw_close(&leaver);
	ck_assert(!listener_drain(w.listener));
	listener_world_sql(&w, "ROLLBACK");
	while (!listener_drain(w.listener))
		raw_turn(w.loop);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener_market");
	TCase *stored = tcase_create("stored");
	TCase *answered = tcase_create("answered");
	TCase *commits = tcase_create("commits");

	tcase_add_checked_fixture(stored, setup, teardown);
	tcase_add_test(stored, a_push_is_stored_as_a_hint_of_its_type);
	tcase_add_loop_test(stored, every_known_type_is_answered_200_and_all_but_a_ping_are_stored, 0, NOTIFICATION_TYPES);
	tcase_add_test(stored, what_is_about_no_order_is_kept_and_leads_to_no_read);
	tcase_add_test(stored, an_order_that_is_not_named_can_not_be_read);
	tcase_add_test(stored, an_unknown_type_is_stored_as_it_is);
	tcase_add_loop_test(stored, what_can_be_read_of_an_order_is_stored, 0, (int)ARRAY_SIZE(orders));
	tcase_add_test(stored, copies_are_answered_200_each);
	tcase_add_test(stored, a_source_is_found_by_its_name_among_its_kind);
	tcase_add_test(stored, a_chunked_body_is_read_to_its_end);
	suite_add_tcase(s, stored);
	tcase_add_checked_fixture(answered, setup, teardown);
	tcase_add_test(answered, a_200_says_version_name_and_when_it_began);
	tcase_add_test(answered, a_ping_is_answered_and_stores_nothing);
	tcase_add_loop_test(answered, what_is_no_push_is_400_and_stores_nothing, 0, (int)ARRAY_SIZE(no_pushes));
	tcase_add_test(answered, a_400_is_told_in_the_log);
	tcase_add_test(answered, a_connection_is_kept_for_pushes_and_callbacks_alike);
	tcase_add_test(answered, a_body_over_the_limit_is_413);
	suite_add_tcase(s, answered);
	tcase_add_checked_fixture(commits, setup, teardown);
	tcase_set_timeout(commits, 60);
	tcase_add_test(commits, a_ping_does_not_wait_for_a_lock_that_a_push_waits_for);
	tcase_add_test(commits, callbacks_and_pushes_share_a_commit_and_each_has_its_own_answer);
	tcase_add_test(commits, a_lock_held_too_long_is_503_and_passes);
	tcase_add_test(commits, a_full_queue_is_503_at_once_and_a_ping_still_is_200);
	tcase_add_test(commits, ending_answers_503_to_what_is_not_committed);
	tcase_add_test(commits, a_sender_that_leaves_while_it_waits_harms_nobody);
	suite_add_tcase(s, commits);
	return s;
}
