/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of the orders that a list finds, beside pushes that tell of them or don't: who answers a push, which jumps are gaps,
 * and what is not followed.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>

#include "base/attr.h"
#include "market_world.h"
#include "suite.h"

#define DBS(id, status, substatus, time) MARKET_ORDER(id, "DBS", status, substatus, "2026-09-20T" time "Z")
#define FBS(status, substatus, time) MARKET_ORDER("1", "FBS", status, substatus, "2026-09-20T" time "Z")
#define STARTED DBS("1", "PROCESSING", "STARTED", "11:00:00")
#define IN_DELIVERY DBS("1", "DELIVERY", "DELIVERY_SERVICE_RECEIVED", "11:20:00")
#define DELIVERED DBS("1", "DELIVERED", "DELIVERY_SERVICE_DELIVERED", "11:30:00")

#define LAST_STEP "SELECT to_status || ' ' || verdict || ' ' || via FROM report_transitions ORDER BY seq DESC LIMIT 1"
#define ORDER_HELD "SELECT status || ' ' || held FROM report_orders WHERE order_id = '1'"
#define N_VIOLATIONS "SELECT count(*) FROM report_violations"
#define N_PENDING "SELECT count(*) FROM report_notifications WHERE state = 'pending'"
#define DUE "SELECT count(due_us) FROM shipment"

static struct market_world w;

static void set_up(void)
{
	market_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
	market_world_listed(&w, wall_add(MARKET_T0, -MARKET_DAY_US));
}

static void tear_down(void)
{
	market_world_close(&w);
}

static struct wall at(int hour, int minute)
{
	return wall_add(MARKET_T0, (hour - 12) * MARKET_HOUR_US + minute * 60 * USEC_PER_SEC);
}

static void push(const char *status, int hour, int minute)
{
	market_world_push(&w, "1", BED_CAMPAIGN_DBS, status, at(hour, minute));
}

/* A list finds the order in processing; the next one is left waiting. */
static void start_with_a_list_under_way(void)
{
	w.conf.market.catch_up_us = USEC_PER_MS;
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED));
	market_world_hold(&w, MARKET_LIST);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 2);
	w.conf.market.catch_up_us = MARKET_HOUR_US;
	ck_assert_str_eq(bed_ask(&w.bed, LAST_STEP), "PROCESSING/STARTED first sweep");
}

static void assert_held(const char *via)
{
	char want[64];

	snprintf(want, sizeof(want), "DELIVERED/DELIVERY_SERVICE_DELIVERED illegal %s", via);
	market_world_await(&w, ORDER_HELD, "PROCESSING 1");
	ck_assert_str_eq(bed_ask(&w.bed, LAST_STEP), want);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT kind FROM report_violations"), "illegal_transition");
}

START_TEST(an_order_that_a_list_finds_is_stored_as_found_so)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED));
	market_world_line_up(&w, MARKET_LIST_FAKE, "200 OK", MARKET_ORDERS(DBS("2", "DELIVERY", "USER_RECEIVED", "10:00:00")));
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT group_concat(external_id || ' ' || via || ' ' || verdict) FROM report_transitions"),
	                 "1 sweep first,2 sweep first");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT group_concat(campaign_id || ' ' || model) FROM report_orders"), "111 dbs,111 dbs");
	ck_assert_str_eq(bed_ask(&w.bed, DUE), "0");
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 0);
}
END_TEST

START_TEST(a_list_answers_no_push)
{
	start_with_a_list_under_way();
	push("DELIVERY/DELIVERY_SERVICE_RECEIVED", 11, 20);
	market_world_hold(&w, MARKET_READ);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(IN_DELIVERY));
	market_world_await_count(&w, MARKET_READ, 1);
	ck_assert_str_eq(bed_ask(&w.bed, ORDER_HELD), "DELIVERY 0");
	ck_assert_str_eq(bed_ask(&w.bed, N_PENDING), "1");
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(IN_DELIVERY));
	market_world_await(&w, N_PENDING, "0");
	ck_assert_str_eq(bed_ask(&w.bed, DUE), "0");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_transitions"), "2");
}
END_TEST

/* What a lagging list says of an order is no news. */
START_TEST(an_older_answer_moves_no_order_back)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(IN_DELIVERY));
	market_world_line_up(&w, MARKET_LIST_FAKE, "200 OK", MARKET_ORDERS(STARTED));
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, ORDER_HELD), "DELIVERY 0");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_transitions"), "1");
}
END_TEST

START_TEST(a_jump_that_no_push_told_of_is_a_gap)
{
	start_with_a_list_under_way();
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(DELIVERED));
	market_world_await(&w, ORDER_HELD, "DELIVERED 0");
	ck_assert_str_eq(bed_ask(&w.bed, LAST_STEP), "DELIVERED/DELIVERY_SERVICE_DELIVERED gap sweep");
	ck_assert_str_eq(bed_ask(&w.bed, N_VIOLATIONS), "0");
}
END_TEST

START_TEST(a_jump_that_a_push_told_of_is_held_once_it_was_read_twice)
{
	start_with_a_list_under_way();
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	market_world_line_up(&w, MARKET_READ, "200 OK", MARKET_ORDERS(DELIVERED));
	market_world_hold(&w, MARKET_READ);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await_count(&w, MARKET_READ, 2);
	ck_assert_str_eq(bed_ask(&w.bed, ORDER_HELD), "PROCESSING 0");
	ck_assert_str_eq(bed_ask(&w.bed, N_VIOLATIONS), "0");
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(DELIVERED));
	assert_held("callback");
	ck_assert_str_eq(bed_ask(&w.bed, N_PENDING), "0");
}
END_TEST

START_TEST(a_list_does_not_excuse_a_jump_that_a_push_told_of)
{
	start_with_a_list_under_way();
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	market_world_hold(&w, MARKET_READ);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(DELIVERED));
	market_world_await_count(&w, MARKET_READ, 1);
	ck_assert_str_eq(bed_ask(&w.bed, ORDER_HELD), "PROCESSING 0");
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(DELIVERED));
	assert_held("callback");
	/* Nor does it when it is held already, even after a restart. */
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(DELIVERED));
	market_world_await_count(&w, MARKET_LIST_FAKE, 2);
	market_world_restart(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 3);
	market_world_turns(&w);
	assert_held("callback");
}
END_TEST

/* The order went on from what was held, and the read that this push leads to is older than it. */
START_TEST(a_push_of_what_came_later_does_not_explain_a_jump)
{
	size_t n;

	start_with_a_list_under_way();
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(DELIVERED));
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	assert_held("callback");
	n = market_world_count(&w, MARKET_READ);
	push("DELIVERY/DELIVERY_SERVICE_RECEIVED", 11, 40);
	market_world_await_count(&w, MARKET_READ, n + 1);
	market_world_turns(&w);
	assert_held("callback");
}
END_TEST

START_TEST(a_jump_over_statuses_that_pushes_told_of_is_a_gap)
{
	start_with_a_list_under_way();
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	push("DELIVERY/DELIVERY_SERVICE_RECEIVED", 11, 20);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(DELIVERED));
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await(&w, ORDER_HELD, "DELIVERED 0");
	ck_assert_str_eq(bed_ask(&w.bed, LAST_STEP), "DELIVERED/DELIVERY_SERVICE_DELIVERED gap callback");
	ck_assert_str_eq(bed_ask(&w.bed, N_VIOLATIONS), "0");
}
END_TEST

/* Nor did it hear the pushes for what lies between. */
START_TEST(a_jump_while_claimd_was_down_is_a_gap)
{
	start_with_a_list_under_way();
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(DELIVERED));
	market_world_hold(&w, MARKET_LIST);
	market_world_restart(&w);
	market_world_await_count(&w, MARKET_LIST, 3);
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await(&w, ORDER_HELD, "DELIVERED 0");
	ck_assert_str_eq(bed_ask(&w.bed, LAST_STEP), "DELIVERED/DELIVERY_SERVICE_DELIVERED gap callback");
}
END_TEST

START_TEST(what_came_after_the_start_is_excused_no_more_once_all_was_listed)
{
	start_with_a_list_under_way();
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await_count(&w, MARKET_LIST_FAKE, 2);
	market_world_restart(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 3);
	market_world_turns(&w);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(DELIVERED));
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	assert_held("callback");
}
END_TEST

START_TEST(what_pushes_told_of_before_the_last_read_explains_nothing)
{
	start_with_a_list_under_way();
	market_world_line_up(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED));
	push("DELIVERY/DELIVERY_SERVICE_RECEIVED", 10, 50);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await(&w, N_PENDING, "0");
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(DELIVERED));
	push("DELIVERED/DELIVERY_SERVICE_DELIVERED", 11, 30);
	assert_held("callback");
}
END_TEST

START_TEST(an_illegal_status_that_a_list_finds_is_read_before_it_counts)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(DBS("1", "CANCELLED", "SHOP_FAILED", "10:00:00")));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED));
	market_world_hold(&w, MARKET_READ);
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_restart(&w);
	market_world_await_count(&w, MARKET_READ, 1);
	ck_assert_str_eq(bed_ask(&w.bed, ORDER_HELD), "CANCELLED 0");
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED));
	market_world_await(&w, ORDER_HELD, "CANCELLED 1");
}
END_TEST

/* Market's other programs share the business; upstream/market.md section 3.5. */
START_TEST(an_order_of_another_program_is_not_followed)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(FBS("PROCESSING", "STARTED", "11:00:00")));
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_orders"), "0");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM history"), "0");
	ck_assert_str_eq(bed_ask(&w.bed, DUE), "0");
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 0);
}
END_TEST

START_TEST(a_pushed_order_that_proves_to_be_of_another_program_is_read_once_a_push)
{
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(FBS("PROCESSING", "STARTED", "11:00:00")));
	market_world_hold(&w, MARKET_LIST);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 1);
	push("PROCESSING/STARTED", 11, 0);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT model FROM report_orders"), "dbs");
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	for (size_t n = 1; n <= 2; n++) {
		market_world_await(&w, N_PENDING, "0");
		market_world_turns(&w);
		ck_assert_uint_eq(market_world_count(&w, MARKET_READ), n);
		ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_orders"), "0");
		ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM history"), "0");
		ck_assert_str_eq(bed_ask(&w.bed, DUE), "0");
		if (n == 1)
			push("PROCESSING/READY_TO_SHIP", 11, 40);
	}
}
END_TEST

static const struct {
	const char *order;
	const char *model;
} programs[] = {
	{ STARTED, "dbs" },
	{ MARKET_ORDER("1", "LAAS", "PROCESSING", "STARTED", "2026-09-20T11:00:00Z"), "laas" }, /* its own word counts */
	{ MARKET_ODD_ORDER("1", "", "PROCESSING", "STARTED", "2026-09-20T11:00:00Z"), "dbs" },  /* else its campaign's */
	{ MARKET_ODD_ORDER("1", "\"programType\":null,", "PROCESSING", "STARTED", "2026-09-20T11:00:00Z"), "dbs" },
};

START_TEST(an_order_follows_what_it_says_or_else_its_campaign)
{
	char body[512];

	snprintf(body, sizeof(body), "{\"orders\":[%s]}", programs[_i].order);
	market_world_line_up(&w, MARKET_LIST, "200 OK", body);
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT model || ' ' || status FROM report_orders"),
	                 programs[_i].model[0] == 'd' ? "dbs PROCESSING" : "laas PROCESSING");
}
END_TEST

START_TEST(what_has_a_history_keeps_its_graph)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(FBS("CANCELLED", "SHOP_FAILED", "11:30:00")));
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_restart(&w);
	market_world_await(&w, "SELECT model || ' ' || status FROM report_orders", "dbs CANCELLED");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("catchup_orders");
	TCase *pushes = tcase_create("pushes");
	TCase *programs_case = tcase_create("programs");

	tcase_add_checked_fixture(pushes, set_up, tear_down);
	tcase_set_timeout(pushes, 30);
	tcase_add_test(pushes, an_order_that_a_list_finds_is_stored_as_found_so);
	tcase_add_test(pushes, a_list_answers_no_push);
	tcase_add_test(pushes, an_older_answer_moves_no_order_back);
	tcase_add_test(pushes, a_jump_that_no_push_told_of_is_a_gap);
	tcase_add_test(pushes, a_jump_that_a_push_told_of_is_held_once_it_was_read_twice);
	tcase_add_test(pushes, a_list_does_not_excuse_a_jump_that_a_push_told_of);
	tcase_add_test(pushes, a_push_of_what_came_later_does_not_explain_a_jump);
	tcase_add_test(pushes, a_jump_over_statuses_that_pushes_told_of_is_a_gap);
	tcase_add_test(pushes, a_jump_while_claimd_was_down_is_a_gap);
	tcase_add_test(pushes, what_came_after_the_start_is_excused_no_more_once_all_was_listed);
	tcase_add_test(pushes, what_pushes_told_of_before_the_last_read_explains_nothing);
	tcase_add_test(pushes, an_illegal_status_that_a_list_finds_is_read_before_it_counts);
	suite_add_tcase(s, pushes);

	tcase_add_checked_fixture(programs_case, set_up, tear_down);
	tcase_set_timeout(programs_case, 30);
	tcase_add_test(programs_case, an_order_of_another_program_is_not_followed);
	tcase_add_test(programs_case, a_pushed_order_that_proves_to_be_of_another_program_is_read_once_a_push);
	tcase_add_loop_test(programs_case, an_order_follows_what_it_says_or_else_its_campaign, 0, (int)ARRAY_SIZE(programs));
	tcase_add_test(programs_case, what_has_a_history_keeps_its_graph);
	suite_add_tcase(s, programs_case);
	return s;
}
