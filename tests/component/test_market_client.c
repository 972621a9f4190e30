/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Market client's orders by their ids, its manners, and the choice between it and Delivery.
 * Component ring: real sockets, the real wire layer. Outcomes are in test_market_outcomes.c, pages in test_market_pages.c.
 */
#include <check.h>
#include <string.h>

#include "api/market.h"
#include "api/read.h"
#include "base/attr.h"
#include "client_world.h"
#include "suite.h"
#include "wire/claims.h"

#define ORDER(id)                                                                                                      \
	"{\"orderId\":" id ",\"campaignId\":111,\"programType\":\"DBS\",\"status\":\"PROCESSING\",\"substatus\":\"STARTED\","  \
	"\"creationDate\":\"2026-09-20T09:12:41+03:00\",\"updateDate\":\"2026-09-20T09:13:00+03:00\"}"
#define ORDERS(list) "{\"orders\":[" list "],\"paging\":{}}"
#define ERROR(message) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"LIMITED\",\"message\":\"" message "\"}]}"

static const char *const ids[] = { "55000001", "9223372036854775807", "55000003" };

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct client_answer answer;
	bool frees_client;
	struct outcome *follower; /* asked for from the callback */
};

static void ask(struct outcome *outcome);

static void on_answer(struct client_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
	if (outcome->follower) {
		/* The call has ended before its callback runs. */
		ck_assert_int_ne(client_delay_us(w.client), -1);
		ask(outcome->follower);
	}
	if (outcome->frees_client)
		w.client = client_free(w.client);
}

static void ask(struct outcome *outcome)
{
	ck_assert_int_eq(market_orders(w.client, ids, 3, on_answer, outcome), 0);
	ck_assert_uint_eq(outcome->times, 0);
}

static struct client_answer ask_once(void)
{
	struct outcome outcome = { 0 };

	ask(&outcome);
	client_world_await(&w, &outcome.times);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 1);
	return outcome.answer;
}

static struct client_answer answer_to(const char *status, const char *headers, const char *body)
{
	client_world_answer(&w, status, headers, body);
	return ask_once();
}

/* The answers of the first request and of the one among the test orders. */
static struct client_answer answer_to_both(const char *first, const char *status, const char *second)
{
	client_world_line_up(&w, "200 OK", "", first);
	client_world_line_up(&w, status, "", second);
	return ask_once();
}

static bool has_order(const struct client_answer *answer, const char *id)
{
	for (size_t i = 0; i < answer->snapshots.n; i++)
		if (strcmp(answer->snapshots.seen[i].external_id, id) == 0)
			return true;
	return false;
}

static void assert_all_found(struct client_answer *answer)
{
	ck_assert_msg(answer->end.outcome == OUTCOME_OK, "%s", answer->end.reason);
	ck_assert_str_eq(answer->end.reason, "");
	ck_assert_uint_eq(answer->snapshots.n, 3);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ck_assert(has_order(answer, ids[i]));
	wire_snapshots_done(&answer->snapshots);
}

static void assert_no_orders(const struct client_answer *answer)
{
	ck_assert_ptr_null(answer->snapshots.seen);
	ck_assert_uint_eq(answer->snapshots.n, 0);
	ck_assert_uint_eq(answer->snapshots.n_unreadable, 0);
}

static void set_up(void)
{
	client_world_open(&w, CONF_MARKET);
}

static void tear_down(void)
{
	client_world_close(&w);
}

START_TEST(the_request_is_as_upstream_wants_it)
{
	static const char line[] = "POST /v1/businesses/222/orders?limit=50 HTTP/1.1\r\n";
	struct client_answer answer = answer_to(
		"200 OK", "", ORDERS(ORDER("55000001") "," ORDER("55000003") "," ORDER("9223372036854775807")));
	const char *text = w.peer.request.data;

	assert_all_found(&answer);
	ck_assert_int_eq(strncmp(text, line, strlen(line)), 0);
	ck_assert_ptr_nonnull(strstr(text, "\r\nApi-Key: " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_null(strstr(text, "Bearer"));
	ck_assert_ptr_null(strstr(text, "Authorization"));
	ck_assert_ptr_null(strstr(text, "Accept-Language"));
	ck_assert_str_eq(client_world_request_body(&w), "{\"orderIds\":[55000001,9223372036854775807,55000003]}");
}
END_TEST

START_TEST(a_reloaded_key_is_used_at_once)
{
	static char other[] = "ACMA:another:1";

	w.conf.credential = (struct secret){ other, strlen(other) };
	answer_to("500 Oops", "", "");
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nApi-Key: ACMA:another:1\r\n"));
}
END_TEST

START_TEST(orders_are_read)
{
	struct client_answer answer = answer_to(
		"200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
		ORDERS(ORDER("9223372036854775807") "," ORDER("55000001") "," ORDER("55000003")));

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert_uint_eq(answer.snapshots.n, 3);
	ck_assert_str_eq(answer.snapshots.seen[0].external_id, "9223372036854775807");
	ck_assert_str_eq(answer.snapshots.seen[0].status, "PROCESSING/STARTED");
	ck_assert_int_eq(answer.snapshots.seen[0].campaign_id, 111);
	client_world_assert_skew(answer.end.skew_us, INT64_C(784111777));
	wire_snapshots_done(&answer.snapshots);
}
END_TEST

START_TEST(an_id_that_is_no_number_is_refused)
{
	static const char *const odd[] = { "55000001", "3b8d1af142664fde824626a7c19e2bd9" };
	struct outcome outcome = { 0 };

	ck_assert_int_lt(market_orders(w.client, odd, 2, on_answer, &outcome), 0);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 0);
	ck_assert_uint_eq(w.peer.n_requests, 0);
}
END_TEST

START_TEST(orders_that_are_all_there_are_asked_for_once)
{
	struct client_answer answer = answer_to(
		"200 OK", "", "{\"orders\":[" ORDER("55000003") "," ORDER("55000001") "," ORDER("9223372036854775807") "],"
		"\"paging\":{\"nextPageToken\":\"eyJvcCI6Ij4ifQ\"}}");

	assert_all_found(&answer);
	ck_assert_uint_eq(w.peer.n_requests, 1);
}
END_TEST

static const struct {
	const char *first;
	const char *second;
	const char *body; /* of the second request */
} halves[] = {
	{ ORDERS(ORDER("55000001") "," ORDER("55000003")), ORDERS(ORDER("9223372036854775807")),
	  "{\"orderIds\":[9223372036854775807],\"fake\":true}" },
	{ ORDERS(ORDER("55000003")), ORDERS(ORDER("9223372036854775807") "," ORDER("55000001")),
	  "{\"orderIds\":[55000001,9223372036854775807],\"fake\":true}" },
	{ ORDERS(""), ORDERS(ORDER("9223372036854775807") "," ORDER("55000001") "," ORDER("55000003")),
	  "{\"orderIds\":[55000001,9223372036854775807,55000003],\"fake\":true}" },
};

START_TEST(missing_orders_are_looked_for_among_the_test_orders)
{
	struct client_answer answer = answer_to_both(halves[_i].first, "200 OK", halves[_i].second);

	assert_all_found(&answer);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	ck_assert_int_eq(strncmp(w.peer.request.data, "POST /v1/businesses/222/orders?limit=50 HTTP/1.1\r\n", 50), 0);
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nApi-Key: " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_str_eq(client_world_request_body(&w), halves[_i].body);
}
END_TEST

static const char *const no_more[][2] = {
	{ "200 OK", ORDERS("") },
	{ "404 Not Found", ERROR("Order not found") }, /* says the same */
};

START_TEST(orders_that_are_nowhere_are_not_in_the_answer)
{
	struct client_answer answer = answer_to_both(ORDERS(ORDER("55000003")), no_more[_i][0], no_more[_i][1]);

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert_str_eq(answer.end.reason, "");
	ck_assert_uint_eq(answer.snapshots.n, 1);
	ck_assert(has_order(&answer, "55000003"));
	ck_assert_uint_eq(w.peer.n_requests, 2);
	wire_snapshots_done(&answer.snapshots);
}
END_TEST

START_TEST(an_order_that_cannot_be_read_is_not_missing)
{
	struct client_answer answer = answer_to("200 OK", "", ORDERS(ORDER("55000001") ",null," ORDER("55000003")));

	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert_uint_eq(answer.snapshots.n, 2);
	ck_assert_uint_eq(answer.snapshots.n_unreadable, 1);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	wire_snapshots_done(&answer.snapshots);
}
END_TEST

START_TEST(unreadable_orders_of_both_answers_are_told)
{
	struct client_answer answer = answer_to_both(ORDERS("7," ORDER("55000001")), "200 OK", ORDERS("null"));

	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert_uint_eq(answer.snapshots.n, 1);
	ck_assert_uint_eq(answer.snapshots.n_unreadable, 2);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	wire_snapshots_done(&answer.snapshots);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	enum outcome_kind outcome;
	const char *reason; /* how it begins */
} second_ends[] = {
	{ "500 Oops", "", OUTCOME_RETRY, "HTTP 500" },
	{ "420 Enhance Your Calm", ERROR("Hit rate limit"), OUTCOME_LIMITED, "HTTP 420 LIMITED: Hit rate" },
	{ "403 Forbidden", ERROR("Access denied"), OUTCOME_AUTH, "HTTP 403 LIMITED: Access" },
	{ "400 Bad Request", "", OUTCOME_PROTOCOL, "HTTP 400" },
	{ "200 OK", "{}", OUTCOME_PROTOCOL, "HTTP 200, but" },
};

START_TEST(a_second_request_that_fails_fails_the_call_but_not_what_was_found)
{
	struct client_answer answer = answer_to_both(ORDERS(ORDER("55000003")), second_ends[_i].status, second_ends[_i].body);

	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(second_ends[_i].outcome));
	ck_assert_int_eq(strncmp(answer.end.reason, second_ends[_i].reason, strlen(second_ends[_i].reason)), 0);
	ck_assert_uint_eq(w.peer.n_requests, 2);
	ck_assert_uint_eq(answer.snapshots.n, 1);
	ck_assert(has_order(&answer, "55000003"));
	ck_assert_uint_eq(answer.snapshots.n_unreadable, 2);
	wire_snapshots_done(&answer.snapshots);
}
END_TEST

START_TEST(a_first_request_that_fails_finds_nothing)
{
	struct client_answer answer = answer_to(second_ends[_i].status, "", second_ends[_i].body);

	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(second_ends[_i].outcome));
	ck_assert_uint_eq(w.peer.n_requests, 1);
	assert_no_orders(&answer);
}
END_TEST

START_TEST(the_second_request_keeps_the_place_of_the_first)
{
	struct outcome outcome = { 0 };

	w.conf.max_in_flight = 1;
	client_world_line_up(&w, "200 OK", "", ORDERS(""));
	ask(&outcome);
	client_world_await_requests(&w, 2);
	ck_assert_uint_eq(outcome.times, 0);
	ck_assert_int_eq(client_delay_us(w.client), -1);
	canned_peer_close(&w.peer);
	client_world_await(&w, &outcome.times);
	ck_assert_int_ne(client_delay_us(w.client), -1);
	ck_assert_int_eq(outcome.answer.end.outcome, OUTCOME_RETRY);
}
END_TEST

START_TEST(both_requests_count_for_the_rate)
{
	w.conf.max_in_flight = 100;
	w.conf.requests_per_second = 1;
	struct client_answer answer = answer_to("200 OK", "", ORDERS(""));

	ck_assert_int_eq(answer.end.outcome, OUTCOME_OK);
	ck_assert_int_gt(client_delay_us(w.client), 0);
	ck_assert_uint_eq(w.peer.n_requests, 2);
}
END_TEST

START_TEST(a_callback_can_ask_again)
{
	struct outcome second = { 0 }, first = { .follower = &second };

	w.conf.max_in_flight = 1;
	client_world_answer(&w, "500 Oops", "", "");
	ask(&first);
	client_world_await(&w, &second.times);
	ck_assert_uint_eq(first.times, 1);
	ck_assert_uint_eq(w.peer.n_requests, 2);
}
END_TEST

START_TEST(a_callback_can_free_the_client)
{
	struct outcome first = { .frees_client = true }, other = { 0 };

	client_world_line_up(&w, "200 OK", "", ORDERS(ORDER("55000001")));
	ask(&other);
	client_world_await_requests(&w, 2);
	client_world_answer(&w, "200 OK", "", ORDERS(ORDER("55000003")));
	ask(&first);
	client_world_await(&w, &first.times);
	client_world_turns(&w);
	ck_assert_uint_eq(other.times, 0);
	ck_assert_uint_eq(first.answer.snapshots.n, 2);
	wire_snapshots_done(&first.answer.snapshots);
}
END_TEST

START_TEST(the_client_can_be_freed_with_a_first_request_under_way)
{
	struct outcome outcome = { 0 };

	ask(&outcome);
	client_world_await_requests(&w, 1);
	w.client = client_free(w.client);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 0);
}
END_TEST

START_TEST(the_client_can_be_freed_with_a_second_request_under_way)
{
	struct outcome outcome = { 0 };

	client_world_line_up(&w, "200 OK", "", ORDERS(ORDER("55000001")));
	ask(&outcome);
	client_world_await_requests(&w, 2);
	w.client = client_free(w.client);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome.times, 0);
}
END_TEST

static const struct {
	enum conf_source_kind kind;
	size_t max;
	const char *line;
} reads[] = {
	{ CONF_DELIVERY, WIRE_BULK_IDS_MAX, "POST /b2b/cargo/integration/v2/claims/bulk_info HTTP/1.1\r\n" },
	{ CONF_MARKET, WIRE_ORDERS_MAX, "POST /v1/businesses/222/orders?limit=50 HTTP/1.1\r\n" },
};

START_TEST(shipments_are_read_where_they_are)
{
	struct outcome outcome = { 0 };

	client_world_open(&w, reads[_i].kind);
	ck_assert_uint_eq(read_max(w.client), reads[_i].max);
	client_world_answer(&w, "500 Oops", "", "");
	ck_assert_int_eq(read_shipments(w.client, ids, 1, on_answer, &outcome), 0);
	client_world_await(&w, &outcome.times);
	ck_assert_int_eq(strncmp(w.peer.request.data, reads[_i].line, strlen(reads[_i].line)), 0);
	client_world_close(&w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("market_client");
	TCase *orders = tcase_create("orders");
	TCase *manners = tcase_create("manners");
	TCase *read = tcase_create("read");

	tcase_add_checked_fixture(orders, set_up, tear_down);
	tcase_add_test(orders, the_request_is_as_upstream_wants_it);
	tcase_add_test(orders, a_reloaded_key_is_used_at_once);
	tcase_add_test(orders, orders_are_read);
	tcase_add_test(orders, an_id_that_is_no_number_is_refused);
	tcase_add_test(orders, orders_that_are_all_there_are_asked_for_once);
	tcase_add_loop_test(orders, missing_orders_are_looked_for_among_the_test_orders, 0, (int)ARRAY_SIZE(halves));
	tcase_add_loop_test(orders, orders_that_are_nowhere_are_not_in_the_answer, 0, (int)ARRAY_SIZE(no_more));
	tcase_add_test(orders, an_order_that_cannot_be_read_is_not_missing);
	tcase_add_test(orders, unreadable_orders_of_both_answers_are_told);
	tcase_add_loop_test(orders, a_second_request_that_fails_fails_the_call_but_not_what_was_found, 0,
	                    (int)ARRAY_SIZE(second_ends));
	tcase_add_loop_test(orders, a_first_request_that_fails_finds_nothing, 0, (int)ARRAY_SIZE(second_ends));
	suite_add_tcase(s, orders);

	tcase_add_checked_fixture(manners, set_up, tear_down);
	tcase_add_test(manners, the_second_request_keeps_the_place_of_the_first);
	tcase_add_test(manners, both_requests_count_for_the_rate);
	tcase_add_test(manners, a_callback_can_ask_again);
	tcase_add_test(manners, a_callback_can_free_the_client);
	tcase_add_test(manners, the_client_can_be_freed_with_a_first_request_under_way);
	tcase_add_test(manners, the_client_can_be_freed_with_a_second_request_under_way);
	suite_add_tcase(s, manners);

	tcase_add_loop_test(read, shipments_are_read_where_they_are, 0, (int)ARRAY_SIZE(reads));
	suite_add_tcase(s, read);
	return s;
}
