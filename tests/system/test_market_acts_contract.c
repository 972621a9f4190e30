/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What we send to change an order, to follow an operation and to look at a key, and the answers that we take, against Market's own
 * description: a proxy with a validator stands between our requests and an upstream played by hand.
 * System tests, but for the program: the requests are made in process, each kind of them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/market.h"
#include "api/probe.h"
#include "base/attr.h"
#include "http.h"
#include "loop/listen.h"
#include "loop/server.h"
#include "process.h"
#include "suite.h"

#define PYTHON "/usr/bin/python3"
#define FOLDER "tests/contract/"
#define LIMIT_US (30 * USEC_PER_SEC)

/* What Market's description requires of an order. */
#define ORDER                                                                                                             \
	"\"order\":{\"id\":55000001,\"status\":\"DELIVERY\",\"substatus\":\"DELIVERY_SERVICE_RECEIVED\","                 \
	"\"creationDate\":\"20-09-2026 09:12:41\",\"currency\":\"RUR\",\"itemsTotal\":2490.0,\"deliveryTotal\":300.0,"    \
	"\"buyerItemsTotalBeforeDiscount\":2990.0,\"paymentType\":\"PREPAID\",\"paymentMethod\":\"YANDEX\",\"fake\":false," \
	"\"items\":[{\"id\":700000001,\"offerId\":\"SKU-42\",\"offerName\":\"Test lamp\",\"price\":2490.0,"                \
	"\"buyerPrice\":2490.0,\"buyerPriceBeforeDiscount\":2990.0,\"count\":1,\"vat\":\"VAT_22\"}],"                     \
	"\"delivery\":{\"type\":\"DELIVERY\",\"serviceName\":\"Own courier\",\"deliveryPartnerType\":\"SHOP\","            \
	"\"dates\":{\"fromDate\":\"22-09-2026\",\"toDate\":\"22-09-2026\"},\"deliveryServiceId\":99},"                  \
	"\"buyer\":{\"type\":\"PERSON\"},\"taxSystem\":\"OSN\"}"
#define OPERATION "\"operation\":{\"id\":\"op-1\",\"type\":\"ORDER_STATUS_UPDATE\"}"
#define OPERATIONS(state) \
	"{\"status\":\"OK\",\"result\":{\"operations\":[{\"id\":\"op-1\",\"type\":\"ORDER_STATUS_UPDATE\",\"status\":\"" state "\"}]}}"
#define ERROR(code) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"" code "\",\"message\":\"because\"}]}"
#define KEY                                                                                                               \
	"{\"status\":\"OK\",\"result\":{\"apiKey\":{\"name\":\"claimd\",\"authScopes\":[\"INVENTORY_AND_ORDER_PROCESSING\"]}}}"

#define PUT_STATUS " PUT /v2/campaigns/{campaignId}/orders/{orderId}/status {order} "
#define PUT_WISH " PUT /v2/campaigns/{campaignId}/orders/{orderId}/cancellation/accept "
#define POST_OPERATIONS " POST /v1/businesses/{businessId}/operations {operationIds,operationType} "
#define POST_TOKEN " POST /v2/auth/token "

static const struct market_order order = { 111, "55000001" };

static struct clock system_clock;
static struct loop *loop;
static struct server *upstream;
static char upstream_address[ADDRESS_SIZE];
static struct process proxy;
static char proxy_url[ADDRESS_SIZE];
static struct fetcher *fetcher;
static struct client *client;
static struct conf_source conf;

/* What the upstream answers. */
static unsigned status;
static const char *body;

/* What came back. */
static unsigned times;
static struct act_answer act;
static struct market_operation operation;
static struct probe_answer probe;

static void on_head(struct request *request, void *cls)
{
	(void)request;
	(void)cls;
}

static void on_request(struct request *request, void *cls)
{
	(void)cls;
	server_reply(request, &(struct reply){
		.status = status, .content_type = "application/json", .body = body, .body_len = strlen(body) });
}

static void open_upstream(void)
{
	static const struct server_limits limits = { .max_connections = 10, .max_body = 65536, .request_timeout_us = LIMIT_US };
	static const struct server_handler handler = { .on_head = on_head, .on_request = on_request };
	int fd;

	ck_assert_int_eq(listen_open("127.0.0.1:0", &fd, upstream_address), 0);
	ck_assert_int_eq(server_new(loop, fd, &limits, &handler, NULL, NULL, &upstream), 0);
}

static void start_proxy(void)
{
	static const char words[] = "listening on ";
	char url[ADDRESS_SIZE + 8];

	snprintf(url, sizeof url, "http://%s", upstream_address);
	process_start(&proxy, (const char *const[]){ PYTHON, FOLDER "market_proxy.py", FOLDER "market-openapi-orders.yaml", url, NULL });
	snprintf(proxy_url, sizeof proxy_url, "%s", process_await_output(&proxy, words) + strlen(words));
}

static void setup(void)
{
	static char api_key[] = "ACMA:key-of-main:01234567";

	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	ck_assert_int_eq(loop_new(&system_clock, &loop), 0);
	open_upstream();
	start_proxy();
	ck_assert_int_eq(fetcher_new(loop, &fetcher), 0);
	conf = (struct conf_source){
		.kind = CONF_MARKET,
		.base_url = proxy_url,
		.market.business_id = 222,
		.max_in_flight = 1,
		.requests_per_second = 100,
		.request_timeout_us = LIMIT_US,
		.connect_timeout_us = LIMIT_US,
		.credential = { api_key, strlen(api_key) },
	};
	ck_assert_int_eq(client_new(loop, fetcher, &conf, NULL, &client), 0);
}

static void teardown(void)
{
	client_free(client);
	fetcher_free(fetcher);
	process_done(&proxy);
	server_free(upstream);
	loop_free(loop);
}

static void on_act(struct act_answer *answer, void *cls)
{
	(void)cls;
	act = *answer;
	times++;
}

static void on_operation(struct market_operation *answer, void *cls)
{
	(void)cls;
	operation = *answer;
	times++;
}

static void on_probe(struct probe_answer *answer, void *cls)
{
	(void)cls;
	probe = *answer;
	times++;
}

/* Waits for what R, 0, has started. */
static void await(int r)
{
	ck_assert_int_eq(r, 0);
	for (times = 0; times == 0;)
		ck_assert_int_eq(loop_step(loop, -1, NULL), 0);
}

/* The proxy told of it before it answered: WANT is its N-th line, below the one that says where it listens. */
static void assert_line(size_t n, const char *want)
{
	const char *line = process_output(&proxy);

	for (; n > 0; n--)
		line = strchr(line, '\n') + 1;
	ck_assert_msg(strncmp(line, want, strlen(want)) == 0, "%s\n%s", want, line);
	ck_assert_str_eq(process_errors(&proxy), "");
}

/* --- Statuses */

static const struct {
	const char *wanted;
	unsigned status;
	const char *body;
	enum act_fate fate;
	const char *line;
} statuses[] = {
	{ "PROCESSING/READY_TO_SHIP", 200, "{" ORDER "}", ACT_FATE_TAKEN, "ok" PUT_STATUS "200" },
	{ "DELIVERY/DELIVERY_SERVICE_RECEIVED", 200, "{" ORDER "}", ACT_FATE_TAKEN, "ok" PUT_STATUS "200" },
	{ "PICKUP/PICKUP_SERVICE_RECEIVED", 200, "{" ORDER "}", ACT_FATE_TAKEN, "ok" PUT_STATUS "200" },
	{ "DELIVERED/DELIVERY_SERVICE_DELIVERED", 200, "{" ORDER "}", ACT_FATE_TAKEN, "ok" PUT_STATUS "200" },
	{ "CANCELLED/SHOP_FAILED", 200, "{" ORDER "," OPERATION "}", ACT_FATE_TAKEN, "ok" PUT_STATUS "200" },
	{ "PROCESSING/STARTED", 200, "{" OPERATION "}", ACT_FATE_TAKEN, "ok" PUT_STATUS "200" },
	{ "DELIVERED", 400, ERROR("STATUS_NOT_ALLOWED"), ACT_FATE_REFUSED, "ok" PUT_STATUS "400" },
	{ "DELIVERED", 401, ERROR("UNAUTHORIZED"), ACT_FATE_REFUSED, "ok" PUT_STATUS "401" },
	{ "DELIVERED", 403, ERROR("API_DISABLED"), ACT_FATE_REFUSED, "ok" PUT_STATUS "403" },
	{ "DELIVERED", 404, ERROR("NOT_FOUND"), ACT_FATE_REFUSED, "ok" PUT_STATUS "404" },
	{ "DELIVERED", 420, ERROR("LIMIT_EXCEEDED"), ACT_FATE_REFUSED, "ok" PUT_STATUS "420" },
	{ "DELIVERED", 500, ERROR("INTERNAL_ERROR"), ACT_FATE_UNKNOWN, "ok" PUT_STATUS "500" },
};

START_TEST(a_status_is_set_as_market_describes_it)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		status = statuses[i].status;
		body = statuses[i].body;
		await(market_set_status(client, &order, statuses[i].wanted, on_act, NULL));
		assert_line(i + 1, statuses[i].line);
		ck_assert_int_eq(act.fate, statuses[i].fate);
	}
}
END_TEST

/* --- Wishes to cancel */

static const struct {
	const char *reason;
	const char *line;
} wishes[] = {
	{ NULL, "ok" PUT_WISH "{accepted} 200" },
	{ "ORDER_DELIVERED", "ok" PUT_WISH "{accepted,reason} 200" },
	{ "ORDER_IN_DELIVERY", "ok" PUT_WISH "{accepted,reason} 200" },
};

START_TEST(a_wish_is_answered_as_market_describes_it)
{
	status = 200;
	body = "{\"status\":\"OK\"}";
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		await(market_answer_cancellation(client, &order, wishes[i].reason, on_act, NULL));
		assert_line(i + 1, wishes[i].line);
		ck_assert_int_eq(act.fate, ACT_FATE_TAKEN);
	}
}
END_TEST

/* --- Operations, and the key */

static const struct {
	const char *body;
	enum wire_operation_state state;
} operations[] = {
	{ OPERATIONS("IN_PROGRESS"), WIRE_OPERATION_IN_PROGRESS },
	{ OPERATIONS("DONE"), WIRE_OPERATION_DONE },
	{ OPERATIONS("FAILED"), WIRE_OPERATION_FAILED },
};

START_TEST(an_operation_is_asked_for_as_market_describes_it)
{
	status = 200;
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		body = operations[i].body;
		await(market_operation(client, "op-1", on_operation, NULL));
		assert_line(i + 1, "ok" POST_OPERATIONS "200");
		ck_assert_int_eq(operation.end.outcome, OUTCOME_OK);
		ck_assert_int_eq(operation.state, operations[i].state);
	}
}
END_TEST

START_TEST(a_key_is_asked_about_as_market_describes_it)
{
	status = 200;
	body = KEY;
	await(probe_upstream(client, on_probe, NULL));
	assert_line(1, "ok" POST_TOKEN "200");
	ck_assert_int_eq(probe.end.outcome, OUTCOME_OK);
	ck_assert(!probe.may_not_read && !probe.may_not_act);
}
END_TEST

/* --- What is not well: the validator itself */

static const struct {
	const char *target;
	const char *body;
	const char *why;
} wrong[] = {
	{ "/v2/campaigns/111/orders/5/status", "{\"order\":{\"substatus\":\"STARTED\"}}",
	  "request: order: 'status' is a required property" },
	{ "/v2/campaigns/111/orders/5/status", "{\"order\":{\"status\":\"DELIVERY\",\"subStatus\":\"X\"}}", "'subStatus' was unexpected" },
	{ "/v2/campaigns/111/orders/5/status", "{\"status\":\"DELIVERY\"}", "'order' is a required property" },
	{ "/v2/campaigns/111/orders/x/status", "{\"order\":{\"status\":\"DELIVERY\"}}",
	  "request: parameter orderId: : 'x' is not of type 'integer'" },
	{ "/v2/campaigns/0/orders/5/status", "{\"order\":{\"status\":\"DELIVERY\"}}", "0 is less than the minimum of 1" },
	{ "/v2/campaigns/111/orders/5/cancellation/accept", "{\"reason\":\"ORDER_DELIVERED\"}", "'accepted' is a required property" },
	{ "/v2/campaigns/111/orders/5/cancellation/accept", "{\"accepted\":false,\"reason\":\"LOST\"}", "'LOST' is not one of" },
	{ "/v2/campaigns/111/orders/5/stati", "{}", "there is no such method" },
};

START_TEST(the_validator_knows_a_wrong_act)
{
	int fd = http_connect(strstr(proxy_url, "://") + 3);
	char text[512];

	status = 200;
	body = "{}";
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof text,
		         "PUT %s HTTP/1.1\r\nHost: x\r\nApi-Key: x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		         wrong[i].target, strlen(wrong[i].body), wrong[i].body);
		http_send(fd, text);
		/* The upstream answers when our loop turns. */
		while (!strstr(process_output(&proxy), wrong[i].why))
			ck_assert_int_eq(loop_step(loop, 10 * USEC_PER_MS, NULL), 0);
		http_receive_status(fd);
	}
	ck_assert_ptr_null(strstr(process_output(&proxy), "\nok "));
	close(fd);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("market_acts_contract");
	TCase *tcase = tcase_create("market_acts_contract");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_status_is_set_as_market_describes_it);
	tcase_add_test(tcase, a_wish_is_answered_as_market_describes_it);
	tcase_add_test(tcase, an_operation_is_asked_for_as_market_describes_it);
	tcase_add_test(tcase, a_key_is_asked_about_as_market_describes_it);
	tcase_add_test(tcase, the_validator_knows_a_wrong_act);
	suite_add_tcase(suite, tcase);
	return suite;
}
