/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pushes that the simulator sends to a merchant as Yandex Market does.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wire/notification.h"

#define STARTED "PROCESSING/STARTED"
#define SENT STARTED ", DELIVERY/DELIVERY_SERVICE_RECEIVED"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

static struct notification push_at(size_t i)
{
	struct notification push;
	const char *why;
	ck_assert_uint_lt(i, s.merchant.n);
	ck_assert_int_eq(wire_notification_parse(s.merchant.bodies[i], strlen(s.merchant.bodies[i]), &push, &why), 0);
	return push;
}

/* How many pushes of TYPE have come. */
static size_t count_pushes(const char *type)
{
	size_t n = 0;
	for (size_t i = 0; i < s.merchant.n; i++)
		n += strcmp(push_at(i).type, type) == 0;
	return n;
}

START_TEST(a_change_is_pushed_to_the_url_and_notification)
{
	stage_begin_with_pushes(&s, "/market/shop/secret");
	stage_script_order(&s, &model_dbs, "9223372036854775807", STARTED);
	stage_await_calls(&s, 1);
	ck_assert_str_eq(s.merchant.calls[0], "/market/shop/secret/notification");
	struct notification push = push_at(0);
	const struct transition *first = stage_newest(&s, "9223372036854775807");
	ck_assert_str_eq(push.type, "ORDER_CREATED");
	ck_assert_str_eq(push.order_id, "9223372036854775807");
	ck_assert_int_eq(push.campaign_id, 111);
	ck_assert_int_eq(push.at.us, first->seen.key.updated.us);
	stage_script_order(&s, &model_dbs, "9223372036854775807", "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	stage_await_calls(&s, 2);
	push = push_at(1);
	ck_assert_str_eq(push.type, "ORDER_STATUS_UPDATED");
	ck_assert_str_eq(push.status, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	ck_assert_int_eq(push.at.us, stage_newest(&s, "9223372036854775807")->seen.key.updated.us);
	stage_await_done(&s);
}
END_TEST

struct push_case {
	const struct model *model;
	const char *steps;
	size_t created, updated, cancelled, asked, edited;
};

static const struct push_case cases[] = {
	{ &model_dbs, SENT ", CANCELLED/SHOP_FAILED", 1, 2, 1, 0, 0 },
	{ &model_dbs, SENT ", PICKUP/PICKUP_SERVICE_RECEIVED, DELIVERED/DELIVERY_SERVICE_DELIVERED", 1, 2, 0, 0, 0 },
	{ &model_dbs, SENT ", update, update", 1, 1, 0, 0, 2 },
	{ &model_dbs, SENT ", ask, unask, ask", 1, 1, 0, 2, 0 },
	{ &model_dbs, SENT ", ask, PICKUP/PICKUP_SERVICE_RECEIVED", 1, 1, 0, 0, 0 },
	{ &model_laas, "RESERVED/AWAIT_CONFIRMATION, " STARTED, 0, 1, 0, 0, 0 },
	{ &model_laas, "DELIVERY/DELIVERY_SERVICE_RECEIVED, PICKUP/PICKUP_SERVICE_RECEIVED", 1, 1, 0, 0, 0 },
};

START_TEST(each_change_has_the_pushes_that_market_makes_of_it)
{
	const struct push_case *each = &cases[_i];
	stage_begin_with_pushes(&s, "");
	stage_script_order(&s, each->model, "1", each->steps);
	stage_await_done(&s);
	ck_assert_uint_eq(count_pushes("ORDER_CREATED"), each->created);
	ck_assert_uint_eq(count_pushes("ORDER_STATUS_UPDATED"), each->updated);
	ck_assert_uint_eq(count_pushes("ORDER_CANCELLED"), each->cancelled);
	ck_assert_uint_eq(count_pushes("ORDER_CANCELLATION_REQUEST"), each->asked);
	ck_assert_uint_eq(count_pushes("ORDER_UPDATED"), each->edited);
	ck_assert_uint_eq(s.merchant.n, each->created + each->updated + each->cancelled + each->asked + each->edited);
}
END_TEST

START_TEST(sixty_copies_say_the_same_in_different_orders)
{
	bool differ = false;
	stage_begin_with_pushes(&s, "");
	stage_script_order(&s, &model_dbs, "1", STARTED " lost, DELIVERY/DELIVERY_SERVICE_RECEIVED times 60");
	stage_await_done(&s);
	ck_assert_uint_eq(s.merchant.n, 60);
	for (size_t i = 0; i < 60; i++) {
		struct notification push = push_at(i);
		ck_assert_str_eq(push.status, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
		ck_assert_int_eq(push.at.us, stage_newest(&s, "1")->seen.key.updated.us);
		differ = differ || strcmp(s.merchant.bodies[0], s.merchant.bodies[i]) != 0;
	}
	ck_assert(differ);
}
END_TEST

static const unsigned failures[] = { 500, 503, 404, 204, 201 };

START_TEST(a_push_is_repeated_until_it_is_answered_200)
{
	struct sim_stats stats;
	s.merchant.status = failures[_i];
	stage_begin_with_pushes(&s, "");
	stage_script_order(&s, &model_dbs, "1", STARTED);
	while (s.merchant.n < 3)
		raw_turn(s.loop);
	ck_assert(!sim_is_done(s.sim));
	s.merchant.status = 200;
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.pushes.acked, 1);
	ck_assert_uint_eq(stats.pushes.sent, s.merchant.n);
	ck_assert_str_eq(s.merchant.bodies[s.merchant.n - 1], s.merchant.bodies[0]);
}
END_TEST

START_TEST(a_push_answered_200_without_what_market_wants_is_repeated)
{
	struct sim_stats stats;
	stage_begin_with_pushes(&s, "");
	s.merchant.answer = "{\"version\":\"1\",\"name\":\"m\"}";
	stage_script_order(&s, &model_dbs, "1", STARTED);
	while (s.merchant.n < 2)
		raw_turn(s.loop);
	s.merchant.answer = MARKET_ACK;
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.pushes.acked, 1);
}
END_TEST

START_TEST(a_push_answered_400_never_comes_again)
{
	struct sim_stats stats;
	s.merchant.status = 400;
	stage_begin_with_pushes(&s, "");
	stage_script_order(&s, &model_dbs, "1", STARTED);
	stage_await_done(&s);
	stage_let_pass(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(s.merchant.n, 1);
	ck_assert_uint_eq(stats.pushes.refused, 1);
	ck_assert_uint_eq(stats.pushes.acked + stats.pushes.given_up, 0);
}
END_TEST

START_TEST(after_fourteen_days_a_push_is_dropped)
{
	struct sim_stats stats;
	/* Nobody listens there. */
	s.config.push_url = "http://127.0.0.1:1";
	s.config.sender.push_speedup = 1e9;
	stage_begin(&s);
	stage_script_order(&s, &model_dbs, "1", STARTED);
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	/* Each minute of an hour, each quarter of an hour of 23, each hour of 13 days. */
	ck_assert_uint_eq(stats.pushes.sent, 60 + 23 * 4 + 13 * 24 + 1);
	ck_assert_uint_eq(stats.pushes.given_up, 1);
}
END_TEST

START_TEST(a_push_is_lost_doubled_or_overtaken_as_written)
{
	struct sim_stats stats;
	s.config.behind_max_us = 600 * USEC_PER_SEC;
	stage_begin_with_pushes(&s, "");
	stage_script_order(&s, &model_dbs, "1", STARTED " lost, update twice");
	stage_await_calls(&s, 2);
	ck_assert_uint_eq(count_pushes("ORDER_UPDATED"), 2);
	stage_script_order(&s, &model_dbs, "1", "DELIVERY/DELIVERY_SERVICE_RECEIVED behind");
	stage_await_steps(&s, "1", 2);
	stage_let_pass(&s);
	stage_await_calls(&s, 2);
	stage_script_order(&s, &model_dbs, "1", "DELIVERED/DELIVERY_SERVICE_DELIVERED");
	stage_await_calls(&s, 4);
	ck_assert_str_eq(push_at(2).status, "DELIVERED/DELIVERY_SERVICE_DELIVERED");
	ck_assert_str_eq(push_at(3).status, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.pushes_lost, 1);
	ck_assert_uint_eq(stats.lost, 0);
}
END_TEST

START_TEST(claims_are_called_back_and_orders_pushed)
{
	char url[ADDRESS_SIZE + 64];
	stage_begin_with_pushes(&s, "/push");
	snprintf(url, sizeof(url), "http://%s/callback?", s.merchant.address);
	ck_assert_int_eq(sim_set_callback(s.sim, url), 0);
	stage_script(&s, "a", "new");
	stage_script_order(&s, &model_dbs, "1", STARTED);
	stage_await_done(&s);
	ck_assert_uint_eq(s.merchant.n, 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert((strncmp(s.merchant.calls[i], "/callback?updated_ts=", 21) == 0) == (s.merchant.bodies[i][0] == '\0'));
}
END_TEST

START_TEST(a_ping_comes_as_soon_as_there_is_a_url)
{
	struct sim_stats stats;
	char url[ADDRESS_SIZE + 64];
	s.config.ping = true;
	s.merchant.answer = MARKET_ACK;
	stage_begin(&s);
	stage_await_done(&s);
	ck_assert_uint_eq(s.merchant.n, 0);
	snprintf(url, sizeof(url), "http://%s", s.merchant.address);
	ck_assert_int_eq(sim_set_push(s.sim, url), 0);
	stage_await_done(&s);
	ck_assert_str_eq(s.merchant.calls[0], "/notification");
	ck_assert_int_eq(push_at(0).kind, NOTIFICATION_PING);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.pings.acked, 1);
	ck_assert_uint_eq(stats.pushes.sent, 0);
}
END_TEST

START_TEST(a_ping_is_waited_for_and_not_repeated)
{
	struct sim_stats stats;
	s.config.ping = true;
	s.merchant.status = 0;
	/* Longer than a test may take: its own limit is what ends it. */
	s.config.sender.timeout_us = 600 * USEC_PER_SEC;
	stage_begin_with_pushes(&s, "");
	stage_await_done(&s);
	stage_let_pass(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(s.merchant.n, 1);
	ck_assert_uint_eq(stats.pings.given_up, 1);
}
END_TEST

START_TEST(faults_of_all_kinds_let_every_push_but_the_lost_arrive)
{
	struct sim_stats stats;
	ck_assert_int_eq(faults_parse(&s.config.faults, "all=0.3"), 0);
	s.config.behind_max_us = USEC_PER_MS;
	s.config.dbs_orders = 6;
	s.config.laas_orders = 6;
	s.config.rate = 1e6;
	stage_begin_with_pushes(&s, "");
	while (!sim_is_done(s.sim)) {
		raw_turn(s.loop);
		s.clock.shift_us += USEC_PER_SEC;
		loop_clock_stepped(s.loop);
	}
	sim_stats(s.sim, &stats);
	ck_assert_uint_gt(stats.pushes_lost, 0);
	ck_assert_uint_eq(stats.pushes.given_up, 0);
	ck_assert_uint_eq(s.merchant.n, stats.pushes.acked);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-pushes");
	TCase *t = tcase_create("sim-pushes");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_change_is_pushed_to_the_url_and_notification);
	tcase_add_loop_test(t, each_change_has_the_pushes_that_market_makes_of_it, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, sixty_copies_say_the_same_in_different_orders);
	tcase_add_loop_test(t, a_push_is_repeated_until_it_is_answered_200, 0, ARRAY_SIZE(failures));
	tcase_add_test(t, a_push_answered_200_without_what_market_wants_is_repeated);
	tcase_add_test(t, a_push_answered_400_never_comes_again);
	tcase_add_test(t, after_fourteen_days_a_push_is_dropped);
	tcase_add_test(t, a_push_is_lost_doubled_or_overtaken_as_written);
	tcase_add_test(t, claims_are_called_back_and_orders_pushed);
	tcase_add_test(t, a_ping_comes_as_soon_as_there_is_a_url);
	tcase_add_test(t, a_ping_is_waited_for_and_not_repeated);
	tcase_add_test(t, faults_of_all_kinds_let_every_push_but_the_lost_arrive);
	suite_add_tcase(suite, t);
	return suite;
}
