/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Delivery client's journal: what is asked, what pages and refused cursors come to, and the manners that it shares with bulk_info.
 * Component ring: real sockets, the real wire layer. What both kinds of calls have in common is in test_delivery_client.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/delivery.h"
#include "base/attr.h"
#include "client_world.h"
#include "suite.h"

#define EVENT(claim, revision)                                                                                         \
	"{\"operation_id\":8" #revision ",\"claim_id\":\"" claim "\",\"change_type\":\"status_changed\","                    \
	"\"updated_ts\":\"2026-09-23T07:44:04Z\",\"new_status\":\"new\",\"revision\":" #revision "}"

static struct client_world w;

/* What came back. */
struct turned {
	unsigned times;
	struct delivery_page page;
	bool frees_client;
	struct turned *follower; /* asked for from the callback, with the cursor that came */
};

static void ask(const char *cursor, struct turned *turned);

static void on_page(struct delivery_page *page, void *cls)
{
	struct turned *turned = cls;

	turned->times++;
	turned->page = *page;
	if (turned->follower) {
		/* The call has ended before its callback runs. */
		ck_assert_int_ne(client_delay_us(w.client), -1);
		ask(page->page.cursor, turned->follower);
	}
	if (turned->frees_client)
		w.client = client_free(w.client);
}

static void ask(const char *cursor, struct turned *turned)
{
	ck_assert_int_eq(delivery_journal(w.client, cursor, on_page, turned), 0);
	ck_assert_uint_eq(turned->times, 0);
}

static struct delivery_page ask_once(const char *cursor)
{
	struct turned turned = { 0 };

	ask(cursor, &turned);
	client_world_await(&w, &turned.times);
	return turned.page;
}

static void assert_no_page(const struct delivery_page *page)
{
	ck_assert_ptr_null(page->page.cursor);
	ck_assert_ptr_null(page->page.events);
	ck_assert_uint_eq(page->page.n, 0);
	ck_assert_uint_eq(page->page.n_unreadable, 0);
}

/* A call of the other kind. */
static void on_claims(struct client_answer *answer, void *cls)
{
	unsigned *times = cls;

	++*times;
	wire_snapshots_done(&answer->snapshots);
}

static void ask_claims(unsigned *times)
{
	static const char *const ids[] = { "3b8d1af142664fde824626a7c19e2bd9" };

	ck_assert_int_eq(delivery_bulk_info(w.client, ids, 1, on_claims, times), 0);
}

static void set_up(void)
{
	client_world_open(&w, CONF_DELIVERY);
}

static void tear_down(void)
{
	client_world_close(&w);
}

START_TEST(the_request_asks_for_the_largest_page)
{
	static const char line[] = "POST /b2b/cargo/integration/v2/claims/journal?limit=1000 HTTP/1.1\r\n";

	client_world_answer(&w, "200 OK", "", "{\"cursor\":\"c2\",\"events\":[]}");
	struct delivery_page page = ask_once("c1");
	const char *text = w.peer.request.data;

	ck_assert_int_eq(page.end.outcome, OUTCOME_OK);
	ck_assert_int_eq(strncmp(text, line, strlen(line)), 0);
	ck_assert_ptr_nonnull(strstr(text, "\r\nAuthorization: Bearer " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nAccept-Language: ru\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Type: application/json\r\n"));
	ck_assert_str_eq(client_world_request_body(&w), "{\"cursor\":\"c1\"}");
	wire_journal_done(&page.page);
}
END_TEST

START_TEST(without_a_cursor_the_oldest_is_asked_for)
{
	client_world_answer(&w, "500 Oops", "", "");
	ask_once(NULL);
	ck_assert_str_eq(client_world_request_body(&w), "{}");
}
END_TEST

START_TEST(a_page_is_read)
{
	client_world_answer(&w, "200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
	                      "{\"cursor\":\"c2\",\"events\":[" EVENT("a", 1) "," EVENT("b", 2) ",null]}");
	struct delivery_page page = ask_once("c1");

	ck_assert_msg(page.end.outcome == OUTCOME_OK, "%s", page.end.reason);
	ck_assert_str_eq(page.end.reason, "");
	client_world_assert_skew(page.end.skew_us, INT64_C(784111777));
	ck_assert_int_eq(page.end.retry_after_s, -1);
	ck_assert(!page.bad_cursor);
	ck_assert_str_eq(page.page.cursor, "c2");
	ck_assert_uint_eq(page.page.n, 2);
	ck_assert_uint_eq(page.page.n_unreadable, 1);
	ck_assert_str_eq(page.page.events[1].seen.external_id, "b");
	wire_journal_done(&page.page);
}
END_TEST

START_TEST(a_page_of_many_events_is_read)
{
	const size_t n = 3000;
	const char event[] = "," EVENT("a", 1);
	char *body = malloc(n * sizeof event + 64);
	char *at = stpcpy(body, "{\"cursor\":\"c2\",\"events\":[" EVENT("a", 1));

	for (size_t i = 1; i < n; i++)
		at = stpcpy(at, event);
	(void)stpcpy(at, "]}");
	client_world_answer(&w, "200 OK", "", body);
	free(body);
	struct delivery_page page = ask_once(NULL);

	ck_assert_msg(page.end.outcome == OUTCOME_OK, "%s", page.end.reason);
	ck_assert_uint_eq(page.page.n, n);
	wire_journal_done(&page.page);
}
END_TEST

static const char *const unreadable[] = {
	"",
	"hello",
	"[]",
	"{}",
	"{\"events\":[]}",
	"{\"cursor\":\"c2\"}",
	"{\"cursor\":null,\"events\":[]}",
	"{\"cursor\":\"c2\",\"events\":{}}",
	"{\"cursor\":\"c2\",\"events\":[" EVENT("a", 1),
	"{\"code\":\"invalid_cursor\",\"message\":\"wrong cursor format\"}", /* but with 200 */
};

START_TEST(an_unreadable_page_breaks_the_protocol)
{
	client_world_answer(&w, "200 OK", "", unreadable[_i]);
	struct delivery_page page = ask_once("c1");

	ck_assert_int_eq(page.end.outcome, OUTCOME_PROTOCOL);
	ck_assert_int_eq(strncmp(page.end.reason, "HTTP 200, but", 13), 0);
	ck_assert(!page.bad_cursor);
	assert_no_page(&page);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	const char *cursor;
	bool bad_cursor;
} refusals[] = {
	{ "400 Bad Request", "{\"code\":\"invalid_cursor\",\"message\":\"no\"}", "c1", true },
	{ "400 Bad Request", "{\"code\":\"invalid_cursor\"}", "c1", true },
	{ "400 Bad Request", "{\"code\":\"unknown_error\",\"message\":\"wrong cursor format\"}", "c1", true },
	{ "400 Bad Request", "{\"code\":\"unknown_error\",\"message\":\"CURSOR is too old\"}", "c1", true },
	{ "400 Bad Request", "{\"code\":\"400\",\"message\":\"Value of '/cursor' cannot be parsed\"}", "c1", true },
	{ "400 Bad Request", "{\"message\":\"Cursor expired\"}", "c1", true },
	{ "400 Bad Request", "{\"code\":\"unknown_error\",\"message\":\"wrong cursor format\"}", "", true },
	{ "400 Bad Request", "{\"code\":\"unknown_error\",\"message\":\"limit is wrong\"}", "c1", false },
	{ "400 Bad Request", "{\"code\":\"bad_request\"}", "c1", false },
	{ "400 Bad Request", "{\"code\":[\"invalid_cursor\"],\"message\":null}", "c1", false },
	{ "400 Bad Request", "wrong cursor format", "c1", false }, /* no error document: who says so? */
	{ "400 Bad Request", "", "c1", false },
	{ "400 Bad Request", "{\"code\":\"invalid_cursor\",\"message\":\"no\"}", NULL, false }, /* none was sent */
	{ "422 Odd", "{\"code\":\"invalid_cursor\",\"message\":\"no\"}", "c1", false },
};

START_TEST(a_refused_cursor_is_told_from_other_refusals)
{
	client_world_answer(&w, refusals[_i].status, "", refusals[_i].body);
	struct delivery_page page = ask_once(refusals[_i].cursor);

	ck_assert_int_eq(page.end.outcome, OUTCOME_PROTOCOL);
	ck_assert_int_eq(page.bad_cursor, refusals[_i].bad_cursor);
	ck_assert_int_eq(strncmp(page.end.reason, "HTTP 4", 6), 0);
	assert_no_page(&page);
}
END_TEST

static const struct {
	const char *status;
	const char *headers;
	const char *body;
	enum outcome_kind outcome;
	int64_t retry_after_s;
	const char *reason;
} ends[] = {
	{ "429 Slow", "Retry-After: 30\r\n", "{\"code\":\"too_many_requests\",\"message\":\"cursor moves too fast\"}",
	  OUTCOME_LIMITED, 30, "HTTP 429 too_many_requests: cursor moves too fast" },
	{ "429 Slow", "", "{\"code\":\"unknown_error\"}", OUTCOME_LIMITED, -1, "HTTP 429 unknown_error" },
	{ "503 Busy", "Retry-After: 7\r\n", "{\"code\":\"invalid_cursor\"}", OUTCOME_RETRY, 7, "HTTP 503 invalid_cursor" },
	{ "401 No", "", "{\"message\":\"not Bearer " CLIENT_CREDENTIAL "\"}", OUTCOME_AUTH, -1, "HTTP 401" },
	{ "404 None", "", "", OUTCOME_GONE, -1, "HTTP 404" },
};

START_TEST(other_ends_are_as_those_of_any_call)
{
	client_world_answer(&w, ends[_i].status, ends[_i].headers, ends[_i].body);
	struct delivery_page page = ask_once("c1");

	ck_assert_int_eq(page.end.outcome, ends[_i].outcome);
	ck_assert_int_eq(page.end.retry_after_s, ends[_i].retry_after_s);
	ck_assert_str_eq(page.end.reason, ends[_i].reason);
	ck_assert(!page.bad_cursor);
	assert_no_page(&page);
}
END_TEST

START_TEST(silence_is_tried_again)
{
	w.conf.request_timeout_us = 50 * USEC_PER_MS;
	struct delivery_page page = ask_once("c1");

	ck_assert_int_eq(page.end.outcome, OUTCOME_RETRY);
	ck_assert_str_ne(page.end.reason, "");
	ck_assert(!page.bad_cursor);
	assert_no_page(&page);
}
END_TEST

START_TEST(both_kinds_share_the_cap_in_flight)
{
	struct turned turned = { 0 };
	unsigned times = 0;

	ask("c1", &turned);
	ck_assert_int_eq(client_delay_us(w.client), 0);
	ask_claims(&times);
	ck_assert_int_eq(client_delay_us(w.client), -1);
	client_world_await_requests(&w, 2);
	ck_assert_int_eq(client_delay_us(w.client), -1);
	canned_peer_close(&w.peer);
	client_world_await(&w, &turned.times);
	client_world_await(&w, &times);
	ck_assert_int_ne(client_delay_us(w.client), -1);
}
END_TEST

/* At one request a second, one of either kind takes the only token. */
START_TEST(both_kinds_share_the_rate)
{
	struct turned turned = { 0 };
	unsigned times = 0;

	w.conf.max_in_flight = 100;
	w.conf.requests_per_second = 1;
	ask("c1", &turned);
	ck_assert_int_gt(client_delay_us(w.client), 0);
	ask_claims(&times);
	ck_assert_int_gt(client_delay_us(w.client), USEC_PER_SEC);
}
END_TEST

START_TEST(both_kinds_end_at_their_own_callers)
{
	struct turned turned = { 0 };
	unsigned times = 0;

	client_world_answer(&w, "200 OK", "", "{\"cursor\":\"c2\",\"events\":[],\"claims\":[]}");
	ask("c1", &turned);
	ask_claims(&times);
	client_world_await(&w, &turned.times);
	client_world_await(&w, &times);
	client_world_turns(&w);
	ck_assert_uint_eq(turned.times, 1);
	ck_assert_uint_eq(times, 1);
	wire_journal_done(&turned.page.page);
}
END_TEST

START_TEST(a_callback_can_ask_for_the_next_page)
{
	struct turned second = { 0 }, first = { .follower = &second };

	w.conf.max_in_flight = 1;
	client_world_answer(&w, "200 OK", "", "{\"cursor\":\"c2\",\"events\":[]}");
	ask("c1", &first);
	client_world_await(&w, &second.times);
	ck_assert_uint_eq(first.times, 1);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	ck_assert_str_eq(client_world_request_body(&w), "{\"cursor\":\"c2\"}");
	wire_journal_done(&first.page.page);
	wire_journal_done(&second.page.page);
}
END_TEST

START_TEST(a_callback_can_free_the_client)
{
	struct turned first = { .frees_client = true };
	unsigned times = 0;

	ask_claims(&times);
	client_world_await_requests(&w, 1);
	client_world_answer(&w, "200 OK", "", "{\"cursor\":\"c2\",\"events\":[]}");
	ask("c1", &first);
	client_world_await(&w, &first.times);
	client_world_turns(&w);
	ck_assert_uint_eq(times, 0);
	ck_assert_str_eq(first.page.page.cursor, "c2");
	wire_journal_done(&first.page.page);
}
END_TEST

START_TEST(the_client_can_be_freed_with_calls_under_way)
{
	struct turned turned = { 0 };
	unsigned times = 0;

	ask("c1", &turned);
	ask_claims(&times);
	client_world_await_requests(&w, 2);
	w.client = client_free(w.client);
	client_world_turns(&w);
	ck_assert_uint_eq(turned.times, 0);
	ck_assert_uint_eq(times, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("delivery_journal");
	TCase *pages = tcase_create("pages");
	TCase *manners = tcase_create("manners");

	tcase_add_checked_fixture(pages, set_up, tear_down);
	tcase_add_test(pages, the_request_asks_for_the_largest_page);
	tcase_add_test(pages, without_a_cursor_the_oldest_is_asked_for);
	tcase_add_test(pages, a_page_is_read);
	tcase_add_test(pages, a_page_of_many_events_is_read);
	tcase_add_loop_test(pages, an_unreadable_page_breaks_the_protocol, 0, (int)ARRAY_SIZE(unreadable));
	tcase_add_loop_test(pages, a_refused_cursor_is_told_from_other_refusals, 0, (int)ARRAY_SIZE(refusals));
	tcase_add_loop_test(pages, other_ends_are_as_those_of_any_call, 0, (int)ARRAY_SIZE(ends));
	tcase_add_test(pages, silence_is_tried_again);
	suite_add_tcase(s, pages);

	tcase_add_checked_fixture(manners, set_up, tear_down);
	tcase_add_test(manners, both_kinds_share_the_cap_in_flight);
	tcase_add_test(manners, both_kinds_share_the_rate);
	tcase_add_test(manners, both_kinds_end_at_their_own_callers);
	tcase_add_test(manners, a_callback_can_ask_for_the_next_page);
	tcase_add_test(manners, a_callback_can_free_the_client);
	tcase_add_test(manners, the_client_can_be_freed_with_calls_under_way);
	suite_add_tcase(s, manners);
	return s;
}
