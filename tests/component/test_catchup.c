/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the list of what was updated is asked for: slices, pages, the cursor, restarts, and who has to wait for whom.
 * Component ring: a worker, a real file, real sockets. What becomes of the orders is in test_catchup_orders.c, trouble in
 * test_catchup_trouble.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "market_world.h"
#include "suite.h"

#define STARTED(id) MARKET_ORDER(id, "DBS", "PROCESSING", "STARTED", "2026-09-20T11:00:00Z")

static struct market_world w;

static void set_up(void)
{
	market_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
}

static void tear_down(void)
{
	market_world_close(&w);
}

static struct wall before_t0(int64_t us)
{
	return wall_add(MARKET_T0, -us);
}

static const struct wire_orders_filter *slice(size_t i)
{
	return &market_world_request(&w, MARKET_LIST, i)->filter;
}

/* A bound that goes by our clock: whatever the test took since, it is not before WANT, but for being cut to its second. */
static void assert_about(struct wall bound, struct wall want)
{
	ck_assert_int_ge(bound.us, want.us - USEC_PER_SEC);
	ck_assert_int_le(bound.us, want.us + (loop_now(w.loop).us - MARKET_T0.us) + 2 * USEC_PER_SEC);
}

/* N slices that leave nothing out between FROM and now, each with its test orders. */
static void assert_slices(size_t n, struct wall from)
{
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), n);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST_FAKE), n);
	assert_about(slice(0)->from, from);
	for (size_t i = 0; i < n; i++) {
		const struct wire_orders_filter *fake = &market_world_request(&w, MARKET_LIST_FAKE, i)->filter;

		ck_assert_int_le(slice(i)->to.us - slice(i)->from.us, 30 * MARKET_DAY_US);
		ck_assert_int_eq(fake->from.us, slice(i)->from.us);
		ck_assert_int_eq(fake->to.us, slice(i)->to.us);
		if (i > 0)
			ck_assert_int_le(slice(i)->from.us, slice(i - 1)->to.us);
	}
	assert_about(slice(n - 1)->to, MARKET_T0);
	/* The end is not included, and this very moment must be. */
	ck_assert_int_gt(slice(n - 1)->to.us, MARKET_T0.us + USEC_PER_SEC);
}

START_TEST(the_first_time_the_last_thirty_days_are_listed)
{
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	assert_slices(2, before_t0(30 * MARKET_DAY_US));
}
END_TEST

static const struct {
	int64_t ago_us;
	size_t n;
} outages[] = {
	{ 60 * USEC_PER_SEC, 1 },
	{ 2 * MARKET_HOUR_US, 1 },
	{ 20 * MARKET_DAY_US, 1 },
	{ 40 * MARKET_DAY_US, 2 },
	{ 70 * MARKET_DAY_US, 3 },
};

START_TEST(later_it_goes_on_from_where_all_was_listed_with_an_overlap)
{
	struct wall listed = before_t0(outages[_i].ago_us);

	market_world_listed(&w, listed);
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	ck_assert_int_eq(slice(0)->from.us, listed.us - 60 * USEC_PER_SEC);
	assert_slices(outages[_i].n, slice(0)->from);
}
END_TEST

START_TEST(a_clock_that_was_set_back_is_not_waited_for)
{
	market_world_listed(&w, before_t0(-5 * MARKET_DAY_US));
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
	assert_about(slice(0)->from, before_t0(60 * USEC_PER_SEC));
	assert_about(slice(0)->to, MARKET_T0);
}
END_TEST

START_TEST(what_is_stored_is_no_further_than_our_time)
{
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT (julianday(substr(cursor, 1, 26)) - 2440587.5) * 86400e6 <= read_us + 1000"
	                                 " FROM cursor"), "1");
}
END_TEST

START_TEST(pages_are_turned_by_their_tokens_then_those_of_the_test_orders)
{
	static const char *const tokens[] = { "", "t1", "t2" };

	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_PAGE(STARTED("1"), "t1"));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_PAGE(STARTED("2"), "t2"));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("3")));
	market_world_line_up(&w, MARKET_LIST_FAKE, "200 OK", MARKET_PAGE(STARTED("4"), "t1"));
	market_world_line_up(&w, MARKET_LIST_FAKE, "200 OK", MARKET_PAGE(STARTED("5"), ""));
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 3);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST_FAKE), 2);
	for (size_t i = 0; i < 5; i++) {
		const struct market_request *request = i < 3 ? market_world_request(&w, MARKET_LIST, i)
		                                             : market_world_request(&w, MARKET_LIST_FAKE, i - 3);

		ck_assert_str_eq(request->token, tokens[i % 3]);
		ck_assert_int_eq(request->filter.from.us, slice(0)->from.us);
		ck_assert_int_eq(request->filter.to.us, slice(0)->to.us);
		ck_assert(i == 0 || request > market_world_request(&w, i <= 3 ? MARKET_LIST : MARKET_LIST_FAKE, i <= 3 ? i - 1 : 0));
	}
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT group_concat(order_id) FROM (SELECT order_id FROM report_orders ORDER BY 1)"),
	                 "1,2,3,4,5");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT events FROM cursor"), "5");
}
END_TEST

/* Whatever the list does, it has an end. */
START_TEST(a_token_that_stands_and_a_page_without_orders_end_the_list)
{
	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_PAGE(STARTED("1"), "same"));
	market_world_answer(&w, MARKET_LIST_FAKE, "200 OK", MARKET_PAGE("", "more"));
	market_world_start(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 2);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST_FAKE), 1);
}
END_TEST

START_TEST(a_page_of_what_cannot_be_read_is_not_the_end)
{
	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_PAGE("null,7", "t1"));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("2")));
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT group_concat(order_id) FROM report_orders"), "2");
}
END_TEST

/* Market cuts pages to 50; one that does not must lose nothing. */
START_TEST(a_page_longer_than_was_asked_for_is_stored_whole)
{
	struct buf body = { 0 };

	market_world_listed(&w, before_t0(MARKET_DAY_US));
	ck_assert_int_eq(buf_addf(&body, "{\"orders\":[" STARTED("1")), 0);
	for (int i = 2; i <= 70; i++)
		ck_assert_int_eq(buf_addf(&body, "," STARTED("%d"), i), 0);
	ck_assert_int_eq(buf_addf(&body, "]}"), 0);
	market_world_line_up(&w, MARKET_LIST, "200 OK", body.data);
	buf_done(&body);
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_orders"), "70");
}
END_TEST

START_TEST(how_far_all_is_listed_is_stored_at_a_slices_end_only)
{
	static const char *const cursor = "SELECT cursor FROM cursor";

	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_hold(&w, MARKET_LIST_FAKE);
	market_world_hold(&w, MARKET_LIST_FAKE);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_orders"), "1");
	ck_assert_str_eq(bed_ask(&w.bed, cursor), "");
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await_count(&w, MARKET_LIST_FAKE, 2);
	/* The end of the first slice, a day ago. */
	ck_assert_int_eq(strncmp(bed_ask(&w.bed, cursor), "2026-09-19T12:00:", 17), 0);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await_listed(&w);
}
END_TEST

START_TEST(a_restart_lists_the_slice_again_and_doubles_nothing)
{
	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("1") "," STARTED("2")));
	market_world_hold(&w, MARKET_LIST_FAKE);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
	market_world_restart(&w);
	market_world_await_listed(&w);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 2);
	ck_assert_int_eq(slice(1)->from.us, slice(0)->from.us);
	ck_assert_str_eq(market_world_request(&w, MARKET_LIST, 1)->token, "");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) || ' ' || count(DISTINCT external_id) FROM report_transitions"), "2 2");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM history"), "2");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT events FROM cursor"), "2");
}
END_TEST

START_TEST(lists_follow_each_other)
{
	w.conf.market.catch_up_us = USEC_PER_MS;
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 5);
	for (size_t i = 3; i < 5; i++) {
		ck_assert_int_ge(slice(i)->from.us, slice(i - 1)->from.us);
		ck_assert_int_le(slice(i)->from.us, slice(i - 1)->to.us - 60 * USEC_PER_SEC);
		ck_assert_int_le(slice(i)->to.us - slice(i)->from.us, 65 * USEC_PER_SEC);
	}
}
END_TEST

START_TEST(nothing_is_read_while_a_page_is_under_way)
{
	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_hold(&w, MARKET_LIST);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 1);
	market_world_push(&w, "1", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", before_t0(MARKET_HOUR_US));
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 0);
	market_world_hold(&w, MARKET_READ);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_await_count(&w, MARKET_READ, 1);
}
END_TEST

START_TEST(nothing_is_listed_while_an_order_is_read)
{
	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_hold(&w, MARKET_READ);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1") "," STARTED("2")));
	bed_fold(&w.bed, &(struct hint){
		.source_id = w.bed.source.id, .kind = "ORDER_CREATED", .owes_read = true, .external_id = "1", .remote_addr = "",
		.upstream = before_t0(MARKET_HOUR_US), .received = before_t0(MARKET_HOUR_US), .campaign_id = BED_CAMPAIGN_DBS });
	market_world_start(&w);
	market_world_await_count(&w, MARKET_READ, 1);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 0);
	/* Nor does another read begin meanwhile, so that the list comes to its turn. */
	market_world_push(&w, "2", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", before_t0(MARKET_HOUR_US));
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 1);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_await_count(&w, MARKET_LIST, 1);
	market_world_await(&w, "SELECT count(*) FROM report_orders WHERE status = 'PROCESSING'", "2");
	ck_assert_uint_eq(market_world_request(&w, MARKET_READ, 1)->filter.n_ids, 1);
	ck_assert_int_eq(market_world_request(&w, MARKET_READ, 1)->filter.ids[0], 2);
	ck_assert(market_world_request(&w, MARKET_READ, 1) > market_world_request(&w, MARKET_LIST, 0));
}
END_TEST

START_TEST(reads_come_to_their_turn_between_pages)
{
	market_world_listed(&w, before_t0(MARKET_DAY_US));
	market_world_hold(&w, MARKET_LIST);
	market_world_hold(&w, MARKET_LIST);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 1);
	market_world_push(&w, "1", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", before_t0(MARKET_HOUR_US));
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_let_go(&w, "200 OK", MARKET_PAGE(STARTED("2"), "t1"));
	market_world_await_count(&w, MARKET_LIST, 2);
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 1);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(""));
	market_world_await_listed(&w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("catchup");
	TCase *slices = tcase_create("slices");
	TCase *turns = tcase_create("turns");

	tcase_add_checked_fixture(slices, set_up, tear_down);
	tcase_set_timeout(slices, 30);
	tcase_add_test(slices, the_first_time_the_last_thirty_days_are_listed);
	tcase_add_loop_test(slices, later_it_goes_on_from_where_all_was_listed_with_an_overlap, 0, (int)ARRAY_SIZE(outages));
	tcase_add_test(slices, a_clock_that_was_set_back_is_not_waited_for);
	tcase_add_test(slices, what_is_stored_is_no_further_than_our_time);
	tcase_add_test(slices, pages_are_turned_by_their_tokens_then_those_of_the_test_orders);
	tcase_add_test(slices, a_token_that_stands_and_a_page_without_orders_end_the_list);
	tcase_add_test(slices, a_page_of_what_cannot_be_read_is_not_the_end);
	tcase_add_test(slices, a_page_longer_than_was_asked_for_is_stored_whole);
	tcase_add_test(slices, how_far_all_is_listed_is_stored_at_a_slices_end_only);
	tcase_add_test(slices, a_restart_lists_the_slice_again_and_doubles_nothing);
	tcase_add_test(slices, lists_follow_each_other);
	suite_add_tcase(s, slices);

	tcase_add_checked_fixture(turns, set_up, tear_down);
	tcase_set_timeout(turns, 30);
	tcase_add_test(turns, nothing_is_read_while_a_page_is_under_way);
	tcase_add_test(turns, nothing_is_listed_while_an_order_is_read);
	tcase_add_test(turns, reads_come_to_their_turn_between_pages);
	suite_add_tcase(s, turns);
	return s;
}
