/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the clients when memory gives out as a request begins, at each allocation in turn, curl's own included: it has not begun, or it
 * ends as any other, once; nothing stays under way, and the next one goes through.
 * Memory ring: the component ring's clients and peers.
 */
#include "api/delivery.h"
#include "api/market.h"
#include "base/attr.h"
#include "base/err.h"
#include "component/client_world.h"
#include "component/raw_client.h"
#include "scarce.h"
#include "tests/suite.h"

static const char *const claims[] = { "3b8d1af142664fde824626a7c19e2bd9", "01a0cd38be93807496944ebfc9654d02" };
static const char *const orders[] = { "55000001", "55000002" };
static const struct delivery_claim claim = { .id = "3b8d1af142664fde824626a7c19e2bd9", .version = 7 };
static const struct market_order order = { .campaign_id = 111, .id = "55000001" };
static const struct market_slice slice = { .from = { INT64_C(1790149444000000) }, .to = { INT64_C(1790149544000000) } };

static struct client_world w;
static unsigned begun; /* requests */
static unsigned times; /* that a callback ran */

static void on_answer(struct client_answer *answer, void *cls ATTR_UNUSED)
{
	wire_snapshots_done(&answer->snapshots);
	times++;
}

static void on_journal(struct delivery_page *page ATTR_UNUSED, void *cls ATTR_UNUSED)
{
	times++;
}

static void on_fee(struct delivery_fee *fee ATTR_UNUSED, void *cls ATTR_UNUSED)
{
	times++;
}

static void on_act(struct act_answer *answer ATTR_UNUSED, void *cls ATTR_UNUSED)
{
	times++;
}

static void on_updated(struct market_page *page ATTR_UNUSED, void *cls ATTR_UNUSED)
{
	times++;
}

static void on_campaigns(struct market_campaigns *campaigns ATTR_UNUSED, void *cls ATTR_UNUSED)
{
	times++;
}

static void on_operation(struct market_operation *operation ATTR_UNUSED, void *cls ATTR_UNUSED)
{
	times++;
}

static int read_claims(void)
{
	return delivery_bulk_info(w.client, claims, ARRAY_SIZE(claims), on_answer, NULL);
}

static int read_journal(void)
{
	return delivery_journal(w.client, "MjAyNi0wOS0yM1QwNzo0NDowNC40MDI0MTM", on_journal, NULL);
}

static int ask_fee(void)
{
	return delivery_cancel_info(w.client, claims[0], on_fee, NULL);
}

static int accept_claim(void)
{
	return delivery_accept(w.client, &claim, on_act, NULL);
}

static int cancel_claim(void)
{
	return delivery_cancel(w.client, &claim, true, on_act, NULL);
}

static int read_orders(void)
{
	return market_orders(w.client, orders, ARRAY_SIZE(orders), on_answer, NULL);
}

static int list_updated(void)
{
	return market_updated(w.client, &slice, on_updated, NULL);
}

static int list_campaigns(void)
{
	return market_campaigns(w.client, on_campaigns, NULL);
}

static int set_status(void)
{
	return market_set_status(w.client, &order, "DELIVERY/DELIVERY_SERVICE_RECEIVED", on_act, NULL);
}

static int answer_wish(void)
{
	return market_answer_cancellation(w.client, &order, "ORDER_DELIVERED", on_act, NULL);
}

static int ask_operation(void)
{
	return market_operation(w.client, "op-1", on_operation, NULL);
}

static const struct request {
	const char *name;
	enum conf_source_kind kind;
	int (*start)(void);
} requests[] = {
	{ "claims", CONF_DELIVERY, read_claims },
	{ "a journal", CONF_DELIVERY, read_journal },
	{ "a fee", CONF_DELIVERY, ask_fee },
	{ "an accept", CONF_DELIVERY, accept_claim },
	{ "a cancellation", CONF_DELIVERY, cancel_claim },
	{ "orders", CONF_MARKET, read_orders },
	{ "updated orders", CONF_MARKET, list_updated },
	{ "campaigns", CONF_MARKET, list_campaigns },
	{ "a status", CONF_MARKET, set_status },
	{ "an answer to a wish", CONF_MARKET, answer_wish },
	{ "an operation", CONF_MARKET, ask_operation },
};

#define REQUESTS ((int)ARRAY_SIZE(requests))

/* Whether there was an NTH allocation. */
static bool start_scarcely(const struct request *request, struct scarcity scarcity, size_t nth)
{
	bool failed;
	int r;

	scarce_begin(scarcity, nth);
	r = request->start();
	failed = scarce_end();
	ck_assert_msg(r == ERR_OK || (failed && r == ERR_NOMEM), "%s, %s: %s", request->name, scarce_text(scarcity, nth), err_text(r));
	ck_assert_msg(client_is_idle(w.client) == (r != ERR_OK), "%s, %s", request->name, scarce_text(scarcity, nth));
	begun += r == ERR_OK;
	while (times < begun)
		raw_turn(w.loop);
	return failed;
}

START_TEST(a_request_begins_whole_or_not_at_all)
{
	const struct request *request = &requests[_i % REQUESTS];
	const struct scarcity scarcity = { .for_good = _i >= REQUESTS };
	size_t nth = 1;

	client_world_open(&w, request->kind);
	client_world_answer(&w, "503 Service Unavailable", "", "");
	while (start_scarcely(request, scarcity, nth))
		nth++;
	ck_assert_uint_gt(nth, 1);
	client_world_turns(&w);
	ck_assert_uint_eq(times, begun);
	client_world_close(&w);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("api");
	TCase *tcase = tcase_create("memory");

	tcase_add_loop_test(tcase, a_request_begins_whole_or_not_at_all, 0, 2 * REQUESTS);
	suite_add_tcase(suite, tcase);
	return suite;
}
