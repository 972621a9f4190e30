/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a client counts of its requests: each once, under what was asked for, and by what its answer came to once it was read.
 * Component ring: real sockets, the real wire layer; an upstream that answers with whatever bytes it is given.
 * That what ended is counted once is held of all tests by client_world_close().
 */
#include <check.h>
#include <stdlib.h>

#include "api/delivery.h"
#include "api/market.h"
#include "api/probe.h"
#include "base/attr.h"
#include "client_world.h"
#include "reading.h"
#include "suite.h"

#define IN_FLIGHT "claimd_upstream_requests_in_flight{kind=\"delivery\",source=\"main\"}"
#define ORDERS_SECONDS "claimd_upstream_request_seconds_count{kind=\"market\",source=\"main\",endpoint=\"orders\"}"

static struct client_world w;
static unsigned times;

static void on_claims(struct client_answer *answer, void *cls)
{
	(void)cls;
	wire_snapshots_done(&answer->snapshots);
	times++;
}

static void on_page(struct delivery_page *page, void *cls)
{
	(void)cls;
	wire_journal_done(&page->page);
	times++;
}

static void on_fee(struct delivery_fee *fee, void *cls)
{
	(void)fee;
	(void)cls;
	times++;
}

static void on_act(struct act_answer *answer, void *cls)
{
	(void)answer;
	(void)cls;
	times++;
}

static void on_updated(struct market_page *page, void *cls)
{
	(void)cls;
	wire_orders_done(&page->page);
	times++;
}

static void on_campaigns(struct market_campaigns *campaigns, void *cls)
{
	(void)cls;
	wire_campaigns_done(&campaigns->campaigns);
	times++;
}

static void on_operation(struct market_operation *operation, void *cls)
{
	(void)operation;
	(void)cls;
	times++;
}

static void on_probe(struct probe_answer *answer, void *cls)
{
	(void)answer;
	(void)cls;
	times++;
}

static void open_delivery(void)
{
	client_world_open(&w, CONF_DELIVERY);
	times = 0;
}

static void open_market(void)
{
	client_world_open(&w, CONF_MARKET);
	times = 0;
}

static void tear_down(void)
{
	client_world_close(&w);
}

static void await(void)
{
	client_world_await(&w, &times);
	times = 0;
}

static const char *const claim_ids[] = { "c1" };

static void ask_claims(const char *status, const char *body)
{
	client_world_answer(&w, status, "", body);
	ck_assert_int_eq(delivery_bulk_info(w.client, claim_ids, 1, on_claims, NULL), 0);
	await();
}

/* --- What it came to ------------------------------------------------------------------------------------------------------ */

START_TEST(what_was_asked_for_is_there_at_zero)
{
	for (enum outcome_kind outcome = 0; outcome < OUTCOME_KIND_MAX; outcome++) {
		ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, outcome), 0);
		ck_assert_double_eq(client_world_count(&w, ENDPOINT_ACCEPT, outcome), 0);
	}
}
END_TEST

START_TEST(each_outcome_counts_as_itself)
{
	static const struct {
		const char *status;
		const char *body;
		enum outcome_kind outcome;
	} answers[] = {
		{ "200 OK", "{\"claims\":[]}", OUTCOME_OK },
		{ "404 Not Found", "", OUTCOME_GONE },
		{ "403 Forbidden", "", OUTCOME_AUTH },
		{ "429 Too Many Requests", "", OUTCOME_LIMITED },
		{ "500 Oh", "", OUTCOME_RETRY },
		{ "302 Found", "", OUTCOME_PROTOCOL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		ask_claims(answers[i].status, answers[i].body);
		ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, answers[i].outcome), 1);
	}
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_JOURNAL, OUTCOME_OK), 0);
}
END_TEST

START_TEST(a_200_that_cant_be_read_counts_as_that_alone)
{
	ask_claims("200 OK", "no json");
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, OUTCOME_PROTOCOL), 1);
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, OUTCOME_OK), 0);
}
END_TEST

START_TEST(what_is_under_way_is_in_flight)
{
	w.peer.answer = NULL;
	ck_assert_int_eq(delivery_bulk_info(w.client, claim_ids, 1, on_claims, NULL), 0);
	ck_assert_int_eq(delivery_journal(w.client, NULL, on_page, NULL), 0);
	client_world_await_requests(&w, 2);
	ck_assert_double_eq(reading(w.metrics, IN_FLIGHT), 2);
	w.client = client_free(w.client);
	ck_assert_double_eq(reading(w.metrics, IN_FLIGHT), 0);
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, OUTCOME_RETRY), 0);
}
END_TEST

START_TEST(counts_go_on_in_the_next_client)
{
	ask_claims("404 Not Found", "");
	w.client = client_free(w.client);
	ck_assert_int_eq(client_new(w.loop, w.fetcher, &w.conf, w.metrics, &w.client), 0);
	ask_claims("404 Not Found", "");
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, OUTCOME_GONE), 2);
}
END_TEST

START_TEST(a_client_without_metrics_counts_nothing)
{
	w.client = client_free(w.client);
	ck_assert_int_eq(client_new(w.loop, w.fetcher, &w.conf, NULL, &w.client), 0);
	ask_claims("200 OK", "{\"claims\":[]}");
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_BULK_INFO, OUTCOME_OK), 0);
}
END_TEST

/* --- What was asked for --------------------------------------------------------------------------------------------------- */

START_TEST(each_request_to_delivery_counts_under_its_name)
{
	const struct delivery_claim claim = { .id = "c1", .version = 1 };

	client_world_answer(&w, "500 Oh", "", "");
	ck_assert_int_eq(delivery_journal(w.client, NULL, on_page, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_JOURNAL, OUTCOME_RETRY), 1);
	ck_assert_int_eq(delivery_cancel_info(w.client, "c1", on_fee, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_CANCEL_INFO, OUTCOME_RETRY), 1);
	ck_assert_int_eq(delivery_accept(w.client, &claim, on_act, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_ACCEPT, OUTCOME_RETRY), 1);
	ck_assert_int_eq(delivery_cancel(w.client, &claim, true, on_act, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_CANCEL, OUTCOME_RETRY), 1);
	ck_assert_int_eq(probe_upstream(w.client, on_probe, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_JOURNAL, OUTCOME_RETRY), 2);
}
END_TEST

START_TEST(each_request_to_market_counts_under_its_name)
{
	const struct market_order order = { .campaign_id = 111, .id = "55000001" };
	const struct market_slice slice = { .from = { 0 }, .to = { USEC_PER_SEC } };

	client_world_answer(&w, "500 Oh", "", "");
	ck_assert_int_eq(market_updated(w.client, &slice, on_updated, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_UPDATED, OUTCOME_RETRY), 1);
	ck_assert_int_eq(market_set_status(w.client, &order, "PROCESSING/READY_TO_SHIP", on_act, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_ORDER_STATUS, OUTCOME_RETRY), 1);
	ck_assert_int_eq(market_answer_cancellation(w.client, &order, NULL, on_act, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_CANCELLATION, OUTCOME_RETRY), 1);
	ck_assert_int_eq(market_operation(w.client, "op-1", on_operation, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_OPERATION, OUTCOME_RETRY), 1);
	ck_assert_int_eq(probe_upstream(w.client, on_probe, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_TOKEN, OUTCOME_RETRY), 1);
}
END_TEST

START_TEST(each_page_of_campaigns_counts)
{
	client_world_line_up(&w, "200 OK", "", "{\"campaigns\":[],\"pager\":{\"pagesCount\":2}}");
	client_world_line_up(&w, "200 OK", "", "{\"campaigns\":[],\"pager\":{\"pagesCount\":2}}");
	ck_assert_int_eq(market_campaigns(w.client, on_campaigns, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_CAMPAIGNS, OUTCOME_OK), 2);
}
END_TEST

START_TEST(the_second_request_for_test_orders_counts_too)
{
	static const char *const ids[] = { "55000001" };

	client_world_line_up(&w, "200 OK", "", "{\"orders\":[],\"paging\":{}}");
	client_world_line_up(&w, "404 Not Found", "", "");
	ck_assert_int_eq(market_orders(w.client, ids, 1, on_claims, NULL), 0);
	await();
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_ORDERS, OUTCOME_OK), 1);
	ck_assert_double_eq(client_world_count(&w, ENDPOINT_ORDERS, OUTCOME_GONE), 1);
	ck_assert_double_eq(reading(w.metrics, ORDERS_SECONDS), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("client_metrics");
	TCase *delivery = tcase_create("delivery");
	TCase *market = tcase_create("market");

	tcase_add_checked_fixture(delivery, open_delivery, tear_down);
	tcase_add_test(delivery, what_was_asked_for_is_there_at_zero);
	tcase_add_test(delivery, each_outcome_counts_as_itself);
	tcase_add_test(delivery, a_200_that_cant_be_read_counts_as_that_alone);
	tcase_add_test(delivery, what_is_under_way_is_in_flight);
	tcase_add_test(delivery, counts_go_on_in_the_next_client);
	tcase_add_test(delivery, a_client_without_metrics_counts_nothing);
	tcase_add_test(delivery, each_request_to_delivery_counts_under_its_name);
	suite_add_tcase(s, delivery);
	tcase_add_checked_fixture(market, open_market, tear_down);
	tcase_add_test(market, each_request_to_market_counts_under_its_name);
	tcase_add_test(market, each_page_of_campaigns_counts);
	tcase_add_test(market, the_second_request_for_test_orders_counts_too);
	suite_add_tcase(s, market);
	return s;
}
