/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd asks of Market, and what claimsim answers in its place, against Market's own description: a proxy with a
 * validator stands between the two. It needs Python with jsonschema and yaml, see scripts/deps.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define PYTHON "/usr/bin/python3"
#define FOLDER "tests/contract/"
#define ORDERS "/v1/businesses/222/orders"
#define API_KEY "Api-Key: " SITE_API_KEY "\r\n"

static struct site site;
static struct upstream upstream;
static struct process proxy;
static char proxy_url[ADDRESS_SIZE];
static char *push_url;
static struct http_answer answer;

static void setup(void)
{
	site_open(&site);
	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&push_url, "http://%s" SITE_SHOP, site.address), 0);
}

static void teardown(void)
{
	http_answer_done(&answer);
	process_done(&proxy);
	upstream_close(&upstream);
	site_close(&site);
	free(push_url);
}

static void start_proxy(const char *to)
{
	static const char words[] = "listening on ";

	process_start(&proxy, (const char *const[]){ PYTHON, FOLDER "market_proxy.py", FOLDER "market-openapi-orders.yaml", to, NULL });
	snprintf(proxy_url, sizeof(proxy_url), "%s", process_await_output(&proxy, words) + strlen(words));
}

static const char *proxy_address(void)
{
	return strstr(proxy_url, "://") + 3;
}

/* --- What is well */

static const char *const asked_and_answered[] = {
	"ok GET /v2/campaigns ?limit 200",
	"ok POST /v1/businesses/{businessId}/orders ?limit {orderIds} 200",
	"ok POST /v1/businesses/{businessId}/orders ?limit {fake,orderIds} 200",
	"ok POST /v1/businesses/{businessId}/orders ?limit {dates} 200",
	"ok POST /v1/businesses/{businessId}/orders ?limit&pageToken {dates} 200",
	"ok POST /v1/businesses/{businessId}/orders ?limit {dates,fake} 200",
	"} 420",
};

static void assert_all_is_well(void)
{
	const char *bad = strstr(process_output(&proxy), "bad ");

	ck_assert_msg(!bad, "%.*s", bad ? (int)strcspn(bad, "\n") : 0, bad);
	ck_assert_str_eq(process_errors(&proxy), "");
}

/* By this seed the eleventh and the 22nd request are over a limit, one of each kind, and for long no other is: each costs a
 * second or two. */
START_TEST(all_that_is_asked_and_answered_is_as_market_describes_it)
{
	static const char lives[] = "dbs_courier=3,dbs_pickup=2,dbs_prepaid=2,dbs_unpaid=1,dbs_cancel_asked=2,dbs_new_substatus=1,"
	                            "dbs_new_status=1,dbs_return=1,laas_courier=2,laas_pickup=2,laas_draft=2,laas_draft_expired=1";

	upstream_start(&upstream, (const char *const[]){
		"--orders", "dbs=35,laas=35", "--rate", "1000000", "--step", "1ms..5ms", "--wait-read", "--window", "300ms",
		"--lives", lives, "--fake", "0.1", "--seed", "505", "--faults", "429=0.02", "--api-key-file", site.api_key_file,
		"--push", push_url, NULL });
	upstream_await_stat(&upstream, "transitions", 70);
	start_proxy(upstream.url);
	site.base_url = proxy_url;
	site.market_keys = "stale_retry = 5ms..15ms\ncatch_up = 200ms\nrequests_per_second = 1000\n";
	site_start(&site);
	upstream_await_stat(&upstream, "done", 70);
	assert_all_is_well();
	for (size_t i = 0; i < ARRAY_SIZE(asked_and_answered); i++)
		process_await_output(&proxy, asked_and_answered[i]);
	site_await(&site, "SELECT count(*) FROM report_orders", "70");
	assert_all_is_well();
}
END_TEST

static const struct {
	const char *target;
	const char *key;
	const char *line;
} refused[] = {
	{ ORDERS "?limit=50", "Api-Key: another\r\n", "ok POST /v1/businesses/{businessId}/orders ?limit {orderIds} 401" },
	{ "/v1/businesses/223/orders?limit=50", API_KEY, "ok POST /v1/businesses/{businessId}/orders ?limit {orderIds} 403" },
	{ ORDERS "?limit=50&pageToken=x", API_KEY, "ok POST /v1/businesses/{businessId}/orders ?limit&pageToken {orderIds} 400" },
};

START_TEST(what_claimsim_refuses_it_refuses_as_market_does)
{
	upstream_start(&upstream, (const char *const[]){ "--orders", "dbs=1", "--api-key-file", site.api_key_file, NULL });
	start_proxy(upstream.url);
	int fd = http_connect(proxy_address());
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		http_request_json(fd, refused[i].target, refused[i].key, "{\"orderIds\":[5]}");
		http_receive_status(fd);
		process_await_output(&proxy, refused[i].line);
	}
	assert_all_is_well();
	close(fd);
}
END_TEST

#define DBS_ORDER "/v2/campaigns/111/orders/5"
#define LAAS_ORDER "/v2/campaigns/112/orders/6"
#define STATUS_PATH "/v2/campaigns/{campaignId}/orders/{orderId}/status"
#define WISH_PATH "/v2/campaigns/{campaignId}/orders/{orderId}/cancellation/accept"

/* An order of either model, each waiting for the merchant. */
static const char acts_scenario[] =
	"order dbs 5\n PROCESSING/STARTED, act DELIVERY/DELIVERY_SERVICE_RECEIVED, +0s ask, act unask\n"
	"order laas 6\n RESERVED/AWAIT_CONFIRMATION, act PROCESSING/STARTED\n";

static const struct {
	const char *method;
	const char *target;
	const char *body;
	const char *line;
} acts[] = {
	{ "PUT", DBS_ORDER "/status", "{\"order\":{\"status\":\"PICKUP\"}}", "ok PUT " STATUS_PATH " {order} 400" },
	{ "PUT", DBS_ORDER "0/status", "{\"order\":{\"status\":\"PICKUP\"}}", "ok PUT " STATUS_PATH " {order} 404" },
	{ "PUT", DBS_ORDER "/status", "{\"order\":{\"status\":\"DELIVERY\"}}", "ok PUT " STATUS_PATH " {order} 200" },
	{ "PUT", LAAS_ORDER "/status", "{\"order\":{\"status\":\"PROCESSING\",\"substatus\":\"STARTED\"}}",
	  "ok PUT " STATUS_PATH " {order} 200" },
	{ "PUT", DBS_ORDER "/cancellation/accept", "{\"accepted\":false,\"reason\":\"ORDER_DELIVERED\"}",
	  "ok PUT " WISH_PATH " {accepted,reason} 200" },
	{ "PUT", DBS_ORDER "/cancellation/accept", "{\"accepted\":true}", "ok PUT " WISH_PATH " {accepted} 400" },
	{ "POST", "/v1/businesses/222/operations", "{\"operationType\":\"ORDER_STATUS_UPDATE\",\"operationIds\":[\"a\"]}",
	  "ok POST /v1/businesses/{businessId}/operations {operationIds,operationType} 200" },
	{ "POST", "/v2/auth/token", "", "ok POST /v2/auth/token 200" },
};

START_TEST(what_claimsim_answers_to_acts_is_as_market_describes_it)
{
	char *scenario = NULL;

	ck_assert_int_gt(asprintf(&scenario, "%s/acts.scn", site.folder), 0);
	site_write_file(scenario, acts_scenario);
	upstream_start(&upstream, (const char *const[]){ "--scenario", scenario, "--step", "0s..0s", "--seed", "1", NULL });
	upstream_await_stat(&upstream, "transitions", 2);
	start_proxy(upstream.url);
	int fd = http_connect(proxy_address());
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		CLEANUP(buf_done) struct buf text = { 0 };

		ck_assert_int_eq(buf_addf(&text, "%s %s HTTP/1.1\r\nHost: x\r\n" API_KEY "Content-Type: application/json\r\n"
		                          "Content-Length: %zu\r\n\r\n%s", acts[i].method, acts[i].target, strlen(acts[i].body),
		                          acts[i].body), 0);
		http_send(fd, text.data);
		http_receive_status(fd);
		process_await_output(&proxy, acts[i].line);
	}
	upstream_await_stat(&upstream, "acts", 3);
	assert_all_is_well();
	close(fd);
	free(scenario);
}
END_TEST

/* --- What is not: the validator itself */

static char *make_ids(int n)
{
	struct buf text = { 0 };

	for (int i = 1; i <= n; i++)
		ck_assert_int_eq(buf_addf(&text, "%s%d", i == 1 ? "{\"orderIds\":[" : ",", i), 0);
	ck_assert_int_eq(buf_addf(&text, "]}"), 0);
	return text.data;
}

static const struct {
	const char *target;
	const char *headers;
	const char *body; /* NULL: 51 ids */
	const char *why;
} wrong[] = {
	{ ORDERS "?limit=50", API_KEY, "{\"orderIds\":[\"5\"]}", "request: orderIds/0: '5' is not of type 'integer'" },
	{ ORDERS "?limit=50", API_KEY, NULL, "is too long" },
	{ ORDERS "?limit=50", API_KEY, "{\"orderIds\":[]}", "request: orderIds: [] is too short" },
	{ ORDERS "?limit=50", API_KEY, "{\"orderIds\":[5,5]}", "has non-unique elements" },
	{ ORDERS "?limit=50", API_KEY, "{\"orderIds\":[9223372036854775808]}", "is not a 'int64'" },
	{ ORDERS "?limit=50", API_KEY, "{\"ids\":[5]}", "'ids' was unexpected" },
	{ ORDERS "?limit=50", API_KEY, "{\"fake\":1}", "request: fake: 1 is not of type 'boolean'" },
	{ ORDERS "?limit=50", API_KEY, "{\"dates\":{\"updateDateFrom\":\"2026-09-20\"}}", "is not a 'date-time'" },
	{ ORDERS "?limit=50", API_KEY, "{\"dates\":{\"updatedFrom\":\"2026-09-20T00:00:00Z\"}}", "'updatedFrom' was unexpected" },
	{ ORDERS "?limit=50", API_KEY, "orderIds=5", "request: no JSON" },
	{ ORDERS "?limit=51", API_KEY, "{\"orderIds\":[5]}", "request: parameter limit: : 51 is greater than the maximum of 50" },
	{ ORDERS "?limit=50&page=2", API_KEY, "{}", "request: there is no parameter page" },
	{ ORDERS "?limit=50", "", "{\"orderIds\":[5]}", "request: no Api-Key" },
	{ "/v2/businesses/222/orders", API_KEY, "{}", "there is no such method" },
};

START_TEST(the_validator_knows_a_wrong_request)
{
	upstream_start(&upstream, (const char *const[]){ "--orders", "dbs=1", NULL });
	start_proxy(upstream.url);
	int fd = http_connect(proxy_address());
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char *body = wrong[i].body ? strdup(wrong[i].body) : make_ids(51);

		http_request_json(fd, wrong[i].target, wrong[i].headers, body);
		http_receive_status(fd);
		const char *line = process_await_output(&proxy, wrong[i].why);
		ck_assert_msg(strncmp(line, "bad POST ", 9) == 0, "%s", line);
		free(body);
	}
	ck_assert_ptr_null(strstr(process_output(&proxy), "\nok "));
	http_request_json(fd, ORDERS "?limit=50", API_KEY, "{\"orderIds\":[5]}");
	ck_assert_uint_eq(http_receive_status(fd), 200);
	process_await_output(&proxy, "ok POST /v1/businesses/{businessId}/orders ?limit {orderIds} 200");
	close(fd);
}
END_TEST

#define ORDER_BUT_SUBSTATUS \
	"\"orderId\":5,\"campaignId\":111,\"programType\":\"DBS\",\"status\":\"DELIVERY\",\"creationDate\":\"2026-09-20T14:30:30+03:00\"," \
	"\"paymentType\":\"PREPAID\",\"paymentMethod\":\"YANDEX\",\"fake\":false"

static const struct {
	const char *head;
	const char *body;
	const char *why;
} wrong_answers[] = {
	{ "200 OK", "{\"orders\":[{" ORDER_BUT_SUBSTATUS "}],\"paging\":{}}", "answer: orders/0: 'substatus' is a required property" },
	{ "200 OK", "{\"orders\":[{" ORDER_BUT_SUBSTATUS ",\"cancelRequested\":\"no\"}],\"paging\":{}}",
	  "answer: orders/0/cancelRequested: 'no' is not of type 'boolean'" },
	{ "200 OK", "{\"orders\":[],\"paging\":{},\"cursor\":7}", "'cursor' was unexpected" },
	{ "200 OK", "{\"orders\":[", "answer: no JSON" },
	{ "429 Too Many Requests", "{}", "answer: there is no status 429" },
	{ "420 Enhance Your Calm", "{\"status\":\"SORRY\"}", "answer: status: 'SORRY' is not one of" },
};

/* The upstream is played by hand, on the socket that is claimd's elsewhere. */
START_TEST(the_validator_knows_a_wrong_answer)
{
	char url[ADDRESS_SIZE + 8];
	char text[1024];

	snprintf(url, sizeof(url), "http://%s", site.address);
	start_proxy(url);
	for (size_t i = 0; i < ARRAY_SIZE(wrong_answers); i++) {
		int fd = http_connect(proxy_address());

		http_request_json(fd, ORDERS "?limit=50", API_KEY, "{\"orderIds\":[5]}");
		int peer = accept(site.socket, NULL, NULL);
		ck_assert_int_ge(peer, 0);
		snprintf(text, sizeof(text), "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		         wrong_answers[i].head, strlen(wrong_answers[i].body), wrong_answers[i].body);
		http_send(peer, text);
		http_answer_done(&answer);
		http_receive(fd, &answer);
		ck_assert_str_eq(answer.body, wrong_answers[i].body);
		const char *line = process_await_output(&proxy, wrong_answers[i].why);
		ck_assert_msg(strncmp(line, "bad POST ", 9) == 0, "%s", line);
		close(peer);
		close(fd);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("market_contract");
	TCase *tcase = tcase_create("market_contract");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, all_that_is_asked_and_answered_is_as_market_describes_it);
	tcase_add_test(tcase, what_claimsim_refuses_it_refuses_as_market_does);
	tcase_add_test(tcase, what_claimsim_answers_to_acts_is_as_market_describes_it);
	tcase_add_test(tcase, the_validator_knows_a_wrong_request);
	tcase_add_test(tcase, the_validator_knows_a_wrong_answer);
	suite_add_tcase(suite, tcase);
	return suite;
}
