/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Market client's pages: orders by when they were updated, and the campaigns.
 * Component ring: real sockets, the real wire layer. What all calls have in common is in test_market_client.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/market.h"
#include "base/attr.h"
#include "base/buf.h"
#include "client_world.h"
#include "suite.h"

#define ORDER(id)                                                                                                      \
	"{\"orderId\":" id ",\"campaignId\":111,\"programType\":\"LAAS\",\"status\":\"RESERVED\",\"substatus\":\"STARTED\","   \
	"\"creationDate\":\"2026-09-20T09:12:41+03:00\",\"updateDate\":\"2026-09-20T09:13:00+03:00\"}"
#define CAMPAIGN(id) "{\"id\":" id ",\"business\":{\"id\":222},\"placementType\":\"DBS\",\"apiAvailability\":\"AVAILABLE\"}"
#define ERROR(code, message) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}"

static struct client_world w;

/* What came back. */
struct turned {
	unsigned times;
	struct market_page page;
	bool frees_client;
};

struct listed {
	unsigned times;
	struct market_campaigns answer;
	bool frees_client;
};

static void on_page(struct market_page *page, void *cls)
{
	struct turned *turned = cls;

	turned->times++;
	turned->page = *page;
	if (turned->frees_client)
		w.client = client_free(w.client);
}

static void on_campaigns(struct market_campaigns *answer, void *cls)
{
	struct listed *listed = cls;

	listed->times++;
	listed->answer = *answer;
	if (listed->frees_client)
		w.client = client_free(w.client);
}

/* The slice of 2026-09-20, UTC. */
static struct market_slice slice_of(const char *page_token)
{
	return (struct market_slice){
		.from = { INT64_C(1789862400) * USEC_PER_SEC },
		.to = { INT64_C(1789948800) * USEC_PER_SEC },
		.page_token = page_token,
	};
}

static struct market_page turn_once(const struct market_slice *slice)
{
	struct turned turned = { 0 };

	ck_assert_int_eq(market_updated(w.client, slice, on_page, &turned), 0);
	client_world_await(&w, &turned.times);
	client_world_turns(&w);
	ck_assert_uint_eq(turned.times, 1);
	return turned.page;
}

static struct market_campaigns list_once(void)
{
	struct listed listed = { 0 };

	ck_assert_int_eq(market_campaigns(w.client, on_campaigns, &listed), 0);
	ck_assert_uint_eq(listed.times, 0);
	client_world_await(&w, &listed.times);
	client_world_turns(&w);
	ck_assert_uint_eq(listed.times, 1);
	return listed.answer;
}

static void assert_no_page(const struct market_page *page)
{
	ck_assert_ptr_null(page->page.next_page_token);
	ck_assert_ptr_null(page->page.orders.seen);
	ck_assert_uint_eq(page->page.orders.n, 0);
}

static void assert_no_campaigns(const struct market_campaigns *answer)
{
	ck_assert_ptr_null(answer->campaigns.campaigns);
	ck_assert_uint_eq(answer->campaigns.n, 0);
	ck_assert_uint_eq(answer->campaigns.n_unreadable, 0);
}

static void assert_line(const char *request, const char *target)
{
	char line[512];

	snprintf(line, sizeof line, "%s HTTP/1.1\r\n", target);
	ck_assert_msg(strncmp(request, line, strlen(line)) == 0, "%.200s", request);
}

static void set_up(void)
{
	client_world_open(&w, CONF_MARKET);
}

static void tear_down(void)
{
	client_world_close(&w);
}

START_TEST(a_slice_is_asked_for_as_upstream_wants_it)
{
	struct market_slice slice = slice_of(NULL);

	client_world_answer(&w, "200 OK", "", "{\"orders\":[],\"paging\":{}}");
	struct market_page page = turn_once(&slice);

	ck_assert_int_eq(page.end.outcome, OUTCOME_OK);
	ck_assert_ptr_null(page.page.next_page_token);
	wire_orders_done(&page.page);
	assert_line(w.peer.request.data, "POST /v1/businesses/222/orders?limit=50");
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nApi-Key: " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nContent-Type: application/json\r\n"));
	ck_assert_str_eq(client_world_request_body(&w),
	                 "{\"dates\":{\"updateDateFrom\":\"2026-09-20T00:00:00Z\",\"updateDateTo\":\"2026-09-21T00:00:00Z\"}}");
}
END_TEST

START_TEST(test_orders_are_asked_for_apart)
{
	struct market_slice slice = slice_of(NULL);

	slice.fake = true;
	client_world_answer(&w, "500 Oops", "", "");
	turn_once(&slice);
	ck_assert_ptr_nonnull(strstr(client_world_request_body(&w), ",\"fake\":true}"));
}
END_TEST

START_TEST(a_slice_that_is_none_is_refused)
{
	struct market_slice slice = slice_of(NULL);
	struct turned turned = { 0 };

	slice.to = slice.from;
	ck_assert_int_lt(market_updated(w.client, &slice, on_page, &turned), 0);
	client_world_turns(&w);
	ck_assert_uint_eq(turned.times, 0);
	ck_assert_uint_eq(w.peer.n_requests, 0);
}
END_TEST

static const char *const tokens[][2] = {
	{ "abcXYZ019-._~", "abcXYZ019-._~" },
	{ "eyJvcCI6Ij4iLCJrZXki+/==", "eyJvcCI6Ij4iLCJrZXki%2B%2F%3D%3D" },
	{ "a b&c#d?e%20", "a%20b%26c%23d%3Fe%2520" },
	{ "\xd1\x8f\r\n", "%D1%8F%0D%0A" },
};

START_TEST(a_page_token_is_given_back_whatever_is_in_it)
{
	struct market_slice slice = slice_of(tokens[_i][0]);
	char target[128];

	snprintf(target, sizeof target, "POST /v1/businesses/222/orders?limit=50&pageToken=%s", tokens[_i][1]);
	client_world_answer(&w, "500 Oops", "", "");
	turn_once(&slice);
	assert_line(w.peer.request.data, target);
}
END_TEST

START_TEST(a_page_is_read)
{
	struct market_slice slice = slice_of("t1");

	client_world_answer(&w, "200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
	                    "{\"orders\":[" ORDER("1") ",null," ORDER("9223372036854775807") "],\"paging\":{\"nextPageToken\":\"t2\"}}");
	struct market_page page = turn_once(&slice);

	ck_assert_msg(page.end.outcome == OUTCOME_OK, "%s", page.end.reason);
	client_world_assert_skew(page.end.skew_us, INT64_C(784111777));
	ck_assert(!page.bad_token);
	ck_assert_str_eq(page.page.next_page_token, "t2");
	ck_assert_uint_eq(page.page.orders.n, 2);
	ck_assert_uint_eq(page.page.orders.n_unreadable, 1);
	ck_assert_str_eq(page.page.orders.seen[1].external_id, "9223372036854775807");
	ck_assert_uint_eq(w.peer.n_requests, 1);
	wire_orders_done(&page.page);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	const char *token;
	bool bad_token;
} refusals[] = {
	{ "400 Bad Request", ERROR("BAD_REQUEST", "Bad page token"), "t1", true },
	{ "400 Bad Request", ERROR("BAD_PAGE_TOKEN", ""), "t1", true },
	{ "400 Bad Request", ERROR("BAD_REQUEST", "pageToken is too old"), "t1", true },
	{ "400 Bad Request", ERROR("BAD_REQUEST", "Bad page token"), NULL, false }, /* none was sent */
	{ "400 Bad Request", ERROR("BAD_REQUEST", "Invalid filters"), "t1", false },
	{ "400 Bad Request", "Bad page token", "t1", false }, /* no error document: who says so? */
	{ "401 Unauthorized", ERROR("UNAUTHORIZED", "Bad page token"), "t1", false },
	{ "500 Oops", ERROR("OOPS", "Bad page token"), "t1", false },
	{ "200 OK", ERROR("OOPS", "Bad page token"), "t1", false },
};

START_TEST(a_refused_page_token_is_told_from_other_refusals)
{
	struct market_slice slice = slice_of(refusals[_i].token);

	client_world_answer(&w, refusals[_i].status, "", refusals[_i].body);
	struct market_page page = turn_once(&slice);

	ck_assert_int_ne(page.end.outcome, OUTCOME_OK);
	ck_assert(!refusals[_i].bad_token || page.end.outcome == OUTCOME_PROTOCOL);
	ck_assert_int_eq(page.bad_token, refusals[_i].bad_token);
	assert_no_page(&page);
}
END_TEST

START_TEST(a_page_may_be_cancelled_and_may_free_the_client)
{
	struct market_slice slice = slice_of("t1");
	struct turned first = { .frees_client = true }, other = { 0 };

	ck_assert_int_eq(market_updated(w.client, &slice, on_page, &other), 0);
	client_world_await_requests(&w, 1);
	client_world_answer(&w, "500 Oops", "", "");
	ck_assert_int_eq(market_updated(w.client, &slice, on_page, &first), 0);
	client_world_await(&w, &first.times);
	client_world_turns(&w);
	ck_assert_uint_eq(other.times, 0);
}
END_TEST

START_TEST(campaigns_are_asked_for_as_upstream_wants_it)
{
	client_world_answer(&w, "200 OK", "", "{\"campaigns\":[" CAMPAIGN("111") ",null],\"pager\":{\"pagesCount\":1}}");
	struct market_campaigns answer = list_once();

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert_uint_eq(answer.campaigns.n, 1);
	ck_assert_uint_eq(answer.campaigns.n_unreadable, 1);
	ck_assert_int_eq(answer.campaigns.campaigns[0].id, 111);
	ck_assert_int_eq(answer.campaigns.campaigns[0].business_id, 222);
	ck_assert_str_eq(answer.campaigns.campaigns[0].placement, "DBS");
	wire_campaigns_done(&answer.campaigns);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	assert_line(w.peer.request.data, "GET /v2/campaigns?limit=50");
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nApi-Key: " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_null(strstr(w.peer.request.data, "\r\nContent-"));
	ck_assert_str_eq(client_world_request_body(&w), "");
}
END_TEST

static const struct {
	const char *first, *second, *third; /* answers */
	const char *targets[2];             /* of the second and third request */
} lists[] = {
	{ "{\"campaigns\":[" CAMPAIGN("1") "],\"paging\":{\"nextPageToken\":\"t=2\"}}",
	  "{\"campaigns\":[" CAMPAIGN("2") ",null," CAMPAIGN("3") "],\"paging\":{\"nextPageToken\":\"t3\"}}",
	  "{\"campaigns\":[" CAMPAIGN("4") "],\"paging\":{}}",
	  { "GET /v2/campaigns?limit=50&pageToken=t%3D2", "GET /v2/campaigns?limit=50&pageToken=t3" } },
	{ "{\"campaigns\":[" CAMPAIGN("1") "],\"pager\":{\"pagesCount\":3}}",
	  "{\"campaigns\":[" CAMPAIGN("2") ",null," CAMPAIGN("3") "],\"pager\":{\"pagesCount\":3}}",
	  "{\"campaigns\":[" CAMPAIGN("4") "],\"pager\":{\"pagesCount\":3}}",
	  { "GET /v2/campaigns?limit=50&page=2", "GET /v2/campaigns?limit=50&page=3" } },
	/* Where there are tokens, nothing is made of a number. */
	{ "{\"campaigns\":[" CAMPAIGN("1") "],\"pager\":{\"pagesCount\":9},\"paging\":{\"nextPageToken\":\"t2\"}}",
	  "{\"campaigns\":[" CAMPAIGN("2") ",7],\"pager\":{\"pagesCount\":9},\"paging\":{\"nextPageToken\":\"t3\"}}",
	  "{\"campaigns\":[" CAMPAIGN("3") "," CAMPAIGN("4") "],\"pager\":{\"pagesCount\":9},\"paging\":{\"nextPageToken\":\"\"}}",
	  { "GET /v2/campaigns?limit=50&pageToken=t2", "GET /v2/campaigns?limit=50&pageToken=t3" } },
};

START_TEST(campaigns_of_all_pages_come_as_one)
{
	client_world_line_up(&w, "200 OK", "", lists[_i].first);
	client_world_line_up(&w, "200 OK", "", lists[_i].second);
	client_world_line_up(&w, "200 OK", "", lists[_i].third);
	struct market_campaigns answer = list_once();

	ck_assert_msg(answer.end.outcome == OUTCOME_OK, "%s", answer.end.reason);
	ck_assert_uint_eq(answer.campaigns.n, 4);
	for (size_t i = 0; i < answer.campaigns.n; i++)
		ck_assert_int_eq(answer.campaigns.campaigns[i].id, (int64_t)i + 1);
	ck_assert_uint_eq(answer.campaigns.n_unreadable, 1);
	wire_campaigns_done(&answer.campaigns);
	ck_assert_uint_eq(w.peer.n_requests, 3);
	assert_line(w.peer.request.data, lists[_i].targets[1]);
	ck_assert_ptr_nonnull(strstr(w.peer.all.data, lists[_i].targets[0]));
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	enum outcome_kind outcome;
} later_ends[] = {
	{ "500 Oops", "", OUTCOME_RETRY },
	{ "401 Unauthorized", ERROR("UNAUTHORIZED", "Api-Key token is revoked"), OUTCOME_AUTH },
	{ "420 Enhance Your Calm", "", OUTCOME_LIMITED },
	{ "400 Bad Request", ERROR("BAD_REQUEST", "Bad page token"), OUTCOME_PROTOCOL },
	{ "404 Not Found", "", OUTCOME_GONE },
	{ "200 OK", "{}", OUTCOME_PROTOCOL },
};

START_TEST(a_page_that_fails_fails_the_list)
{
	client_world_line_up(&w, "200 OK", "", "{\"campaigns\":[" CAMPAIGN("1") "],\"paging\":{\"nextPageToken\":\"t2\"}}");
	client_world_answer(&w, later_ends[_i].status, "", later_ends[_i].body);
	struct market_campaigns answer = list_once();

	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(later_ends[_i].outcome));
	ck_assert_str_ne(answer.end.reason, "");
	assert_no_campaigns(&answer);
	ck_assert_uint_eq(w.peer.n_requests, 2);
}
END_TEST

START_TEST(a_list_without_end_breaks_the_protocol)
{
	client_world_answer(&w, "200 OK", "", "{\"campaigns\":[" CAMPAIGN("1") "],\"paging\":{\"nextPageToken\":\"again\"}}");
	struct market_campaigns answer = list_once();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	assert_no_campaigns(&answer);
	ck_assert_uint_eq(w.peer.n_requests, 100);
}
END_TEST

START_TEST(a_list_of_more_than_any_business_has_breaks_the_protocol)
{
	struct buf body = { 0 };

	ck_assert_int_eq(buf_addf(&body, "{\"campaigns\":[{\"id\":1}"), 0);
	for (int i = 0; i < 10000; i++)
		ck_assert_int_eq(buf_addf(&body, ",{\"id\":1}"), 0);
	ck_assert_int_eq(buf_addf(&body, "]}"), 0);
	client_world_answer(&w, "200 OK", "", body.data);
	buf_done(&body);
	struct market_campaigns answer = list_once();

	ck_assert_int_eq(answer.end.outcome, OUTCOME_PROTOCOL);
	assert_no_campaigns(&answer);
}
END_TEST

START_TEST(a_list_may_be_cancelled_and_may_free_the_client)
{
	struct listed first = { .frees_client = true }, other = { 0 };

	client_world_line_up(&w, "200 OK", "", "{\"campaigns\":[" CAMPAIGN("1") "],\"paging\":{\"nextPageToken\":\"t2\"}}");
	ck_assert_int_eq(market_campaigns(w.client, on_campaigns, &other), 0);
	client_world_await_requests(&w, 2);
	client_world_answer(&w, "200 OK", "", "{\"campaigns\":[" CAMPAIGN("2") "]}");
	ck_assert_int_eq(market_campaigns(w.client, on_campaigns, &first), 0);
	client_world_await(&w, &first.times);
	client_world_turns(&w);
	ck_assert_uint_eq(other.times, 0);
	ck_assert_uint_eq(first.answer.campaigns.n, 1);
	wire_campaigns_done(&first.answer.campaigns);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("market_pages");
	TCase *updated = tcase_create("updated");
	TCase *campaigns = tcase_create("campaigns");

	tcase_add_checked_fixture(updated, set_up, tear_down);
	tcase_add_test(updated, a_slice_is_asked_for_as_upstream_wants_it);
	tcase_add_test(updated, test_orders_are_asked_for_apart);
	tcase_add_test(updated, a_slice_that_is_none_is_refused);
	tcase_add_loop_test(updated, a_page_token_is_given_back_whatever_is_in_it, 0, (int)ARRAY_SIZE(tokens));
	tcase_add_test(updated, a_page_is_read);
	tcase_add_loop_test(updated, a_refused_page_token_is_told_from_other_refusals, 0, (int)ARRAY_SIZE(refusals));
	tcase_add_test(updated, a_page_may_be_cancelled_and_may_free_the_client);
	suite_add_tcase(s, updated);

	tcase_add_checked_fixture(campaigns, set_up, tear_down);
	tcase_add_test(campaigns, campaigns_are_asked_for_as_upstream_wants_it);
	tcase_add_loop_test(campaigns, campaigns_of_all_pages_come_as_one, 0, (int)ARRAY_SIZE(lists));
	tcase_add_loop_test(campaigns, a_page_that_fails_fails_the_list, 0, (int)ARRAY_SIZE(later_ends));
	tcase_add_test(campaigns, a_list_without_end_breaks_the_protocol);
	tcase_add_test(campaigns, a_list_of_more_than_any_business_has_breaks_the_protocol);
	tcase_add_test(campaigns, a_list_may_be_cancelled_and_may_free_the_client);
	suite_add_tcase(s, campaigns);
	return s;
}
