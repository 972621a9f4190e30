/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Yandex Market as the simulator plays it, over real sockets: orders, pages, refusals and limits.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "suite.h"
#include "wire/campaigns.h"

#define STARTED "PROCESSING/STARTED"
#define SENT STARTED ", DELIVERY/DELIVERY_SERVICE_RECEIVED"

/* The largest id that there can be. */
#define ID_MAX "9223372036854775807"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

/* An order as Market tells it, asked for alone; asserts that it is there. */
static struct seen read_order(const char *id)
{
	struct wire_orders orders;
	struct seen seen;
	char filter[128];
	snprintf(filter, sizeof(filter), "{\"orderIds\":[%s]}", id);
	stage_read_orders(&s, "", filter, &orders);
	ck_assert_uint_eq(orders.orders.n, 1);
	seen = orders.orders.seen[0];
	wire_orders_done(&orders);
	return seen;
}

START_TEST(an_order_is_told_as_it_is)
{
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, ID_MAX, SENT);
	stage_script_order(&s, &model_laas, "55000001", "RESERVED/AWAIT_CONFIRMATION");
	stage_await_done(&s);
	struct seen seen = read_order(ID_MAX);
	const struct seen *truth = &stage_newest(&s, ID_MAX)->seen;
	ck_assert_str_eq(seen.external_id, ID_MAX);
	ck_assert_str_eq(seen.status, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert_ptr_eq(seen.model, &model_dbs);
	ck_assert_int_eq(seen.campaign_id, 111);
	ck_assert(seen.prepaid);
	ck_assert_int_eq(seen.key.updated.us, truth->key.updated.us);
	ck_assert_int_eq(seen.key.updated.us % USEC_PER_MS, 0);
	ck_assert_int_eq(seen.entered.us, truth->entered.us);
	ck_assert_int_eq(truth->key.revision, NUMBER_NONE);
	ck_assert_int_eq(truth->point_id, NUMBER_NONE);
	seen = read_order("55000001");
	ck_assert_ptr_eq(seen.model, &model_laas);
	ck_assert_int_eq(seen.campaign_id, 112);
	ck_assert_int_eq(seen.entered.us, stage_newest(&s, "55000001")->seen.entered.us);
}
END_TEST

START_TEST(what_is_no_order_of_theirs_is_left_out)
{
	struct wire_orders orders;
	struct sim_stats stats;
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", STARTED);
	stage_script(&s, "2", "new");
	stage_await_done(&s);
	stage_read_orders(&s, "", "{\"orderIds\":[3,2,1]}", &orders);
	ck_assert_uint_eq(orders.orders.n, 1);
	ck_assert_str_eq(orders.orders.seen[0].external_id, "1");
	wire_orders_done(&orders);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.answers.ids, 3);
	ck_assert_uint_eq(stats.answers.unknown_ids, 2);
	/* Nor does Delivery know of orders. */
	stage_ask_info(&s, "1");
	stage_check_error(&s, 404, "not_found");
}
END_TEST

START_TEST(a_test_order_is_told_of_only_when_asked_for)
{
	struct wire_orders orders;
	stage_begin_scenario(&s, "order dbs 1\n fake\n " STARTED "\norder dbs 2\n " STARTED "\n");
	stage_await_done(&s);
	stage_read_orders(&s, "", "{\"orderIds\":[1,2]}", &orders);
	ck_assert_uint_eq(orders.orders.n, 1);
	ck_assert_str_eq(orders.orders.seen[0].external_id, "2");
	wire_orders_done(&orders);
	stage_read_orders(&s, "", "{\"orderIds\":[1,2],\"fake\":true}", &orders);
	ck_assert_uint_eq(orders.orders.n, 1);
	ck_assert_str_eq(orders.orders.seen[0].external_id, "1");
	wire_orders_done(&orders);
}
END_TEST

/* How many orders were updated from FROM on and before TO. */
static size_t count_updated(struct wall from, struct wall to)
{
	struct wire_orders orders;
	char from_text[TIMEFMT_SIZE];
	char to_text[TIMEFMT_SIZE];
	char filter[256];
	size_t n;
	timefmt_format(from, from_text);
	timefmt_format(to, to_text);
	snprintf(filter, sizeof(filter), "{\"dates\":{\"updateDateFrom\":\"%s\",\"updateDateTo\":\"%s\"}}", from_text, to_text);
	stage_read_orders(&s, "", filter, &orders);
	n = orders.orders.n;
	wire_orders_done(&orders);
	return n;
}

START_TEST(orders_are_found_by_their_update_up_to_but_not_with_the_end)
{
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", STARTED);
	stage_await_done(&s);
	struct wall updated = stage_newest(&s, "1")->seen.key.updated;
	ck_assert_uint_eq(count_updated(updated, wall_add(updated, 1)), 1);
	ck_assert_uint_eq(count_updated(wall_add(updated, -1), updated), 0);
	ck_assert_uint_eq(count_updated(wall_add(updated, 1), wall_add(updated, USEC_PER_SEC)), 0);
	/* An update moves it out of the range, a status or not. */
	stage_script_order(&s, &model_dbs, "1", "update");
	stage_await_done(&s);
	ck_assert_uint_eq(count_updated(updated, wall_add(updated, 1)), 0);
	ck_assert_uint_eq(count_updated(updated, wall_add(updated, USEC_PER_SEC)), 1);
	ck_assert_uint_eq(stage_claim(&s, "1")->n, 1);
}
END_TEST

/* Reads all pages of LIMIT orders each; returns how many there were in all, which come in the order of their ids. */
static size_t read_pages(size_t limit, size_t *ret_pages)
{
	CLEANUP(buf_done) struct buf query = { 0 };
	int64_t last = 0;
	size_t n = 0;
	*ret_pages = 0;
	ck_assert_int_eq(buf_addf(&query, "?limit=%zu", limit), 0);
	for (;;) {
		struct wire_orders orders;
		stage_read_orders(&s, query.data, "{}", &orders);
		for (size_t i = 0; i < orders.orders.n; i++) {
			int64_t id = strtoll(orders.orders.seen[i].external_id, NULL, 10);
			ck_assert_int_gt(id, last);
			last = id;
		}
		n += orders.orders.n;
		++*ret_pages;
		bool more = orders.next_page_token;
		ck_assert(!more || orders.orders.n == limit);
		buf_clear(&query);
		if (more)
			ck_assert_int_eq(buf_addf(&query, "?limit=%zu&page_token=%s", limit, orders.next_page_token), 0);
		wire_orders_done(&orders);
		if (!more)
			return n;
	}
}

START_TEST(pages_tell_every_order_once)
{
	size_t pages;
	s.config.dbs_orders = 7;
	s.config.laas_orders = 6;
	s.config.rate = 1e6;
	stage_begin(&s);
	stage_await_done(&s);
	ck_assert_uint_eq(read_pages(5, &pages), 13);
	ck_assert_uint_eq(pages, 3);
	ck_assert_uint_eq(read_pages(13, &pages), 13);
	ck_assert_uint_eq(pages, 1);
	for (size_t i = 0; i < 13; i++)
		ck_assert_uint_ge(stage_newest(&s, world_at(sim_world(s.sim), i)->id)->reads, 2);
}
END_TEST

START_TEST(a_page_is_no_longer_than_fifty)
{
	struct wire_orders orders;
	s.config.dbs_orders = 51;
	s.config.rate = 1e6;
	stage_begin(&s);
	stage_await_done(&s);
	stage_read_orders(&s, "?limit=1000", "{}", &orders);
	ck_assert_uint_eq(orders.orders.n, 50);
	ck_assert_ptr_nonnull(orders.next_page_token);
	wire_orders_done(&orders);
}
END_TEST

START_TEST(a_page_token_is_good_for_its_own_request_only)
{
	struct wire_orders orders;
	char query[256];
	stage_begin(&s);
	for (char id[] = "1"; id[0] <= '4'; id[0]++)
		stage_script_order(&s, &model_dbs, id, STARTED);
	stage_await_done(&s);
	stage_read_orders(&s, "?limit=2", "{\"orderIds\":[1,2,3,4]}", &orders);
	ck_assert_ptr_nonnull(orders.next_page_token);
	snprintf(query, sizeof(query), "?limit=2&pageToken=%s", orders.next_page_token);
	wire_orders_done(&orders);
	stage_ask_orders(&s, query, "{\"orderIds\":[1,2,3]}");
	stage_check_market_error(&s, 400, "BAD_REQUEST");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "Bad page token"));
	stage_ask_orders(&s, "?limit=2&pageToken=nonsense", "{\"orderIds\":[1,2,3,4]}");
	stage_check_market_error(&s, 400, "BAD_REQUEST");
	query[7] = '3';
	stage_ask_orders(&s, query, "{\"orderIds\":[1,2,3,4]}");
	stage_check_market_error(&s, 400, "BAD_REQUEST");
	query[7] = '2';
	stage_read_orders(&s, query, "{\"orderIds\":[1,2,3,4]}", &orders);
	ck_assert_uint_eq(orders.orders.n, 2);
	ck_assert_ptr_null(orders.next_page_token);
	wire_orders_done(&orders);
}
END_TEST

START_TEST(requests_that_market_refuses_are_refused)
{
	s.config.api_key = "ACMA:key:0";
	stage_begin(&s);
	stage_ask(&s, "POST", ORDERS, "", "{}");
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	stage_ask(&s, "POST", ORDERS, "Api-Key: ACMA:key:1\r\n", "{}");
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	stage_ask(&s, "POST", ORDERS, "Authorization: Bearer ACMA:key:0\r\n", "{}");
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	ck_assert_int_eq(sim_set_api_key(s.sim, "ACMA:key:1"), 0);
	stage_ask(&s, "POST", ORDERS, "Api-Key: ACMA:key:1\r\n", "{}");
	ck_assert_uint_eq(s.answer.status, 200);
	stage_ask(&s, "POST", ORDERS, API_KEY, "{}");
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	ck_assert_int_eq(sim_set_api_key(s.sim, "ACMA:key:0"), 0);
	stage_ask(&s, "GET", CAMPAIGNS, "", "");
	stage_check_market_error(&s, 401, "UNAUTHORIZED");
	stage_ask(&s, "POST", "/v1/businesses/223/orders", API_KEY, "{}");
	stage_check_market_error(&s, 403, "FORBIDDEN");
	stage_ask(&s, "GET", ORDERS, API_KEY, "");
	stage_check_market_error(&s, 405, "METHOD_NOT_ALLOWED");
	stage_ask(&s, "GET", "/v2/campaigns/111/orders/1", API_KEY, "");
	stage_check_market_error(&s, 404, "NOT_FOUND");
	stage_ask_orders(&s, "", "{\"orderIds\":[]}");
	stage_check_market_error(&s, 400, "BAD_REQUEST");
	stage_ask_orders(&s, "?limit=0", "{}");
	stage_check_market_error(&s, 400, "BAD_REQUEST");
	stage_ask_orders(&s, "", "{}");
	ck_assert_uint_eq(s.answer.status, 200);
}
END_TEST

START_TEST(campaigns_say_whose_they_are_and_how_they_sell)
{
	struct wire_campaigns campaigns;
	s.config.business_id = 7;
	s.config.laas_campaign = INT64_C(9007199254740993);
	stage_begin(&s);
	stage_ask(&s, "GET", CAMPAIGNS "?limit=50", API_KEY, "");
	ck_assert_uint_eq(s.answer.status, 200);
	ck_assert_int_eq(wire_campaigns_parse(s.answer.body, strlen(s.answer.body), &campaigns), 0);
	ck_assert_uint_eq(campaigns.n, 2);
	ck_assert_int_eq(campaigns.campaigns[0].id, 111);
	ck_assert_int_eq(campaigns.campaigns[0].business_id, 7);
	ck_assert_str_eq(campaigns.campaigns[0].placement, "DBS");
	ck_assert_int_eq(campaigns.campaigns[1].id, INT64_C(9007199254740993));
	ck_assert_str_eq(campaigns.campaigns[1].placement, "LAAS");
	wire_campaigns_done(&campaigns);
}
END_TEST

START_TEST(both_kinds_of_limit_are_met_in_turn)
{
	stage_begin_with_fault(&s, "429=1");
	for (int i = 0; i < 4; i++) {
		stage_ask_orders(&s, "", "{}");
		ck_assert_uint_eq(s.answer.status, 420);
		ck_assert_ptr_nonnull(strstr(s.answer.body, i % 2 == 0 ? "requests per period for resource" : "parallel requests"));
	}
}
END_TEST

/* The last answer's X-RateLimit-Resource-Until, "" when there is none. */
static void take_until(char *ret, size_t size)
{
	static const char name[] = "X-RateLimit-Resource-Until: ";
	const char *line = strstr(s.answer.head, name);
	const char *value = line ? line + strlen(name) : "";
	snprintf(ret, size, "%.*s", (int)strcspn(value, "\r\n"), value);
}

START_TEST(a_limit_in_a_time_says_until_when_and_one_at_a_time_does_not)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	size_t n_wrong = 0;
	stage_begin_with_fault(&s, "429=1");
	for (int i = 0; i < 8; i++) {
		char until[64];
		struct tm tm = { 0 };
		stage_ask_orders(&s, "", "{}");
		take_until(until, sizeof(until));
		ck_assert_int_eq(until[0] == '\0', i % 2 == 1);
		if (until[0] == '\0')
			continue;
		ck_assert_ptr_nonnull(strstr(s.answer.head, "X-RateLimit-Resource-Remaining: 0\r\n"));
		ck_assert_ptr_nonnull(strptime(until + strlen("Mon, "), "%d %b %Y %H:%M:%S GMT", &tm));
		n_wrong += strncmp(days[tm.tm_wday], until, 3) != 0;
		ck_assert_int_gt(timegm(&tm) * USEC_PER_SEC, loop_now(s.loop).us - 60 * USEC_PER_SEC);
	}
	ck_assert_uint_gt(n_wrong, 0);
	ck_assert_uint_lt(n_wrong, 4);
}
END_TEST

START_TEST(every_answer_tells_the_limit)
{
	stage_begin(&s);
	stage_ask_orders(&s, "", "{}");
	ck_assert_ptr_nonnull(strstr(s.answer.head, "X-RateLimit-Resource-Limit: 10000\r\n"));
	stage_ask(&s, "GET", CAMPAIGNS, API_KEY, "");
	ck_assert_ptr_nonnull(strstr(s.answer.head, "X-RateLimit-Resource-Limit: 1000\r\n"));
	stage_ask_page(&s, NULL, 0);
	ck_assert_ptr_null(strstr(s.answer.head, "X-RateLimit"));
}
END_TEST

START_TEST(a_third_request_at_a_time_is_one_too_many)
{
	static const char request[] = "POST " ORDERS " HTTP/1.1\r\nHost: x\r\n" API_KEY "Content-Length: 2\r\n\r\n{}";
	struct raw_client clients[2];
	ck_assert_int_eq(faults_parse(&s.config.faults, "delay=1"), 0);
	s.config.delay_max_us = 3600 * USEC_PER_SEC;
	stage_begin(&s);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		raw_open(&clients[i], s.loop, sim_url(s.sim) + strlen("http://"));
		raw_send(&clients[i], request);
		raw_quiet(&clients[i]);
	}
	stage_ask_orders(&s, "", "{}");
	ck_assert_uint_eq(s.answer.status, 420);
	ck_assert_ptr_nonnull(strstr(s.answer.body, "parallel requests"));
	s.sim = sim_free(s.sim);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
		raw_close(&clients[i]);
}
END_TEST

static const enum outage outages[] = { OUTAGE_ERROR, OUTAGE_UNAUTHORIZED, OUTAGE_FORBIDDEN, OUTAGE_NOT_FOUND, OUTAGE_LIMITED };
static const unsigned outage_statuses[] = { 500, 401, 403, 404, 420 };

START_TEST(market_has_outages_of_its_own)
{
	struct wire_error error;
	stage_begin(&s);
	sim_set_market_outage(s.sim, outages[_i]);
	stage_ask_orders(&s, "", "{}");
	ck_assert_uint_eq(s.answer.status, outage_statuses[_i]);
	wire_orders_error_parse(s.answer.body, strlen(s.answer.body), &error);
	ck_assert_str_ne(error.code, "");
	stage_ask_page(&s, NULL, 0);
	ck_assert_uint_eq(s.answer.status, 200);
	sim_set_market_outage(s.sim, OUTAGE_NONE);
	stage_ask_orders(&s, "", "{}");
	ck_assert_uint_eq(s.answer.status, 200);
}
END_TEST

START_TEST(an_answer_that_is_none_is_none)
{
	static const enum outage broken[] = { OUTAGE_NO_JSON, OUTAGE_ABSURD, OUTAGE_CUT };
	struct wire_orders orders;
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", STARTED);
	stage_await_done(&s);
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		sim_set_market_outage(s.sim, broken[i]);
		stage_ask_orders(&s, "", "{\"orderIds\":[1]}");
		ck_assert_uint_eq(s.answer.status, 200);
		ck_assert_int_eq(wire_orders_parse(s.answer.body, strlen(s.answer.body), &orders), ERR_INVALID);
	}
	ck_assert_uint_eq(stage_newest(&s, "1")->reads, 0);
}
END_TEST

START_TEST(a_stale_read_tells_the_status_before)
{
	struct sim_stats stats;
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", STARTED ", DELIVERY/DELIVERY_SERVICE_RECEIVED stale 1");
	stage_await_done(&s);
	ck_assert_str_eq(read_order("1").status, STARTED);
	ck_assert_str_eq(read_order("1").status, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.answers.stale, 1);
}
END_TEST

START_TEST(an_order_waits_to_be_read_by_id_or_in_a_list)
{
	size_t pages;
	s.config.wait_read = true;
	s.config.reader = READER_JOURNAL;
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", STARTED ", PICKUP/PICKUP_SERVICE_RECEIVED, DELIVERY/DELIVERY_SERVICE_RECEIVED");
	stage_await_steps(&s, "1", 1);
	stage_let_pass(&s);
	stage_await_steps(&s, "1", 1);
	read_order("1");
	stage_await_steps(&s, "1", 2);
	/* What is illegal must be confirmed. */
	read_order("1");
	stage_let_pass(&s);
	stage_await_steps(&s, "1", 2);
	ck_assert_uint_eq(read_pages(50, &pages), 1);
	stage_await_steps(&s, "1", 3);
	stage_let_pass(&s);
	ck_assert(!sim_is_done(s.sim));
	read_order("1");
	stage_await_done(&s);
}
END_TEST

START_TEST(a_wish_to_cancel_lasts_until_it_is_answered)
{
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", SENT ", ask");
	stage_script_order(&s, &model_dbs, "2", SENT ", ask, unask");
	stage_script_order(&s, &model_dbs, "3", SENT ", ask, CANCELLED/USER_CHANGED_MIND");
	stage_await_done(&s);
	struct seen asked = read_order("1");
	ck_assert(wall_is_set(asked.asked));
	ck_assert_int_gt(asked.key.updated.us, stage_newest(&s, "1")->seen.key.updated.us);
	ck_assert(!wall_is_set(read_order("2").asked));
	ck_assert(!wall_is_set(read_order("3").asked));
}
END_TEST

START_TEST(orders_stand_in_truth_and_statistics)
{
	stage_begin(&s);
	stage_ask(&s, "POST", "/sim/orders?model=claims", "", "");
	stage_check_error(&s, 404, "not_found");
	stage_ask(&s, "POST", "/sim/orders?model=dbs&life=laas_lost", "", "");
	stage_check_error(&s, 404, "not_found");
	stage_ask(&s, "POST", "/sim/orders?model=laas&life=laas_lost", "", "");
	ck_assert_uint_eq(s.answer.status, 200);
	stage_await_done(&s);
	const struct world_shipment *born = world_at(sim_world(s.sim), 0);
	ck_assert_ptr_nonnull(strstr(s.answer.body, born->id));
	read_order(born->id);
	stage_ask(&s, "GET", "/sim/truth", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"status\":\"CANCELLED/LOST\""));
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"revision\":null,\"version\":null"));
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"reads\":1,\"resolution\":null,\"events\":0,\"model\":\"laas\""));
	stage_ask(&s, "GET", "/sim/stats", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"orders\":1,\"edits\":0,\"order_requests\":1,\"campaign_requests\":0"));
	/* The journal knows claims only. */
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"events\":0"));
}
END_TEST

static void add_reading(Suite *suite)
{
	TCase *t = tcase_create("reading");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_order_is_told_as_it_is);
	tcase_add_test(t, what_is_no_order_of_theirs_is_left_out);
	tcase_add_test(t, a_test_order_is_told_of_only_when_asked_for);
	tcase_add_test(t, orders_are_found_by_their_update_up_to_but_not_with_the_end);
	tcase_add_test(t, pages_tell_every_order_once);
	tcase_add_test(t, a_page_is_no_longer_than_fifty);
	tcase_add_test(t, a_page_token_is_good_for_its_own_request_only);
	tcase_add_test(t, campaigns_say_whose_they_are_and_how_they_sell);
	tcase_add_test(t, a_stale_read_tells_the_status_before);
	tcase_add_test(t, an_order_waits_to_be_read_by_id_or_in_a_list);
	tcase_add_test(t, a_wish_to_cancel_lasts_until_it_is_answered);
	tcase_add_test(t, orders_stand_in_truth_and_statistics);
	suite_add_tcase(suite, t);
}

static void add_refusals(Suite *suite)
{
	TCase *t = tcase_create("refusals");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, requests_that_market_refuses_are_refused);
	tcase_add_test(t, both_kinds_of_limit_are_met_in_turn);
	tcase_add_test(t, a_limit_in_a_time_says_until_when_and_one_at_a_time_does_not);
	tcase_add_test(t, every_answer_tells_the_limit);
	tcase_add_test(t, a_third_request_at_a_time_is_one_too_many);
	tcase_add_loop_test(t, market_has_outages_of_its_own, 0, ARRAY_SIZE(outages));
	tcase_add_test(t, an_answer_that_is_none_is_none);
	suite_add_tcase(suite, t);
}

Suite *suite(void)
{
	Suite *suite = suite_create("sim-market");
	add_reading(suite);
	add_refusals(suite);
	return suite;
}
