/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of what was updated in trouble: an upstream that refuses or fails, a file that is locked; and that nobody is left
 * waiting when it is over.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "listener_world.h"
#include "market_world.h"
#include "suite.h"

#define STARTED(id) MARKET_ORDER(id, "DBS", "PROCESSING", "STARTED", "2026-09-20T11:00:00Z")
#define STATE "SELECT state FROM report_sources"

static struct market_world w;

static void set_up(void)
{
	market_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
	/* That no push comes is not our subject. */
	w.conf.callbacks = false;
	market_world_listed(&w, wall_add(MARKET_T0, -MARKET_DAY_US));
}

static void tear_down(void)
{
	market_world_close(&w);
}

static struct wall an_hour_ago(void)
{
	return wall_add(MARKET_T0, -MARKET_HOUR_US);
}

static void push_started(const char *order)
{
	market_world_push(&w, order, BED_CAMPAIGN_DBS, "PROCESSING/STARTED", an_hour_ago());
}

/* Starts with the read of order 1 left waiting, the list waiting for it, and order 2 due. */
static void start_with_a_read_under_way(void)
{
	struct hint hint = bed_push(&w.bed, "1", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", an_hour_ago());

	bed_fold(&w.bed, &hint);
	market_world_hold(&w, MARKET_READ);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1") "," STARTED("2")));
	market_world_start(&w);
	market_world_await_count(&w, MARKET_READ, 1);
	push_started("2");
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 1);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 0);
}

START_TEST(a_refused_page_token_begins_the_slice_anew)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_PAGE(STARTED("1"), "t1"));
	market_world_line_up(&w, MARKET_LIST, "400 Bad Request", MARKET_ERROR("Bad page token"));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_PAGE(STARTED("1"), "t2"));
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("2")));
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 4);
	ck_assert_str_eq(market_world_request(&w, MARKET_LIST, 1)->token, "t1");
	ck_assert_str_eq(market_world_request(&w, MARKET_LIST, 2)->token, "");
	ck_assert_int_eq(market_world_request(&w, MARKET_LIST, 2)->filter.from.us,
	                 market_world_request(&w, MARKET_LIST, 0)->filter.from.us);
	ck_assert_str_eq(market_world_request(&w, MARKET_LIST, 3)->token, "t2");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT events FROM cursor"), "2");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_transitions"), "2");
}
END_TEST

/* Another refusal says nothing of the token. */
START_TEST(a_page_that_fails_is_asked_for_again)
{
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_PAGE(STARTED("1"), "t1"));
	market_world_line_up(&w, MARKET_LIST, "500 Oops", "");
	market_world_line_up(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("2")));
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 3);
	ck_assert_str_eq(market_world_request(&w, MARKET_LIST, 2)->token, "t1");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_transitions"), "2");
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	const char *state;  /* of the source */
	const char *log;
	int64_t pause_us;   /* no longer than this */
} troubles[] = {
	{ "420 Enhance Your Calm\r\nRetry-After: 60", MARKET_ERROR("Hit rate limit"), "limited", "HTTP 420", 60 * USEC_PER_SEC },
	{ "401 Unauthorized", MARKET_ERROR("Api-Key token is revoked"), "locked_out", "check api_key_file", MARKET_HOUR_US / 4 },
	{ "500 Oops", "", "ok", "orders can't be listed: HTTP 500", 0 },
	{ "404 Not Found", MARKET_ERROR("Business not found"), "ok", "orders can't be listed: HTTP 404", 0 },
	{ "400 Bad Request", MARKET_ERROR("Invalid filters"), "ok", "orders can't be listed: HTTP 400", 0 },
	{ "200 OK", "<html>", "ok", "orders can't be listed: HTTP 200, but", 0 },
};

START_TEST(trouble_is_told_once_and_passes)
{
	char log[4096] = "";
	int fd = listener_world_capture_log(LOG_LEVEL_WARNING);

	market_world_line_up(&w, MARKET_LIST, troubles[_i].status, troubles[_i].body);
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 1);
	market_world_turns(&w);
	/* Where the source does not pause, a second of the machine's own time is the wait, and may be over. */
	if (troubles[_i].pause_us > 0)
		ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 1);
	ck_assert_str_eq(bed_ask(&w.bed, STATE), troubles[_i].state);
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	close(fd);
	ck_assert_msg(strstr(log, troubles[_i].log), "%s", log);
	ck_assert_ptr_eq(strchr(log, '\n'), strrchr(log, '\n'));
	market_world_advance(&w, troubles[_i].pause_us + 1);
	market_world_await_listed(&w);
	ck_assert_int_eq(market_world_request(&w, MARKET_LIST, 1)->filter.from.us,
	                 market_world_request(&w, MARKET_LIST, 0)->filter.from.us);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT order_id FROM report_orders"), "1");
	ck_assert_str_eq(bed_ask(&w.bed, STATE), "ok");
}
END_TEST

START_TEST(trouble_that_goes_on_is_told_once_and_so_is_its_end)
{
	char log[4096] = "";
	int fd = listener_world_capture_log(LOG_LEVEL_NOTICE);

	market_world_line_up(&w, MARKET_LIST, "500 Oops", "");
	market_world_line_up(&w, MARKET_LIST, "503 Oops", "");
	market_world_start(&w);
	market_world_await_listed(&w);
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	close(fd);
	ck_assert_str_eq(log, "test: shop: orders can't be listed: HTTP 500; pushes still lead to reads; asking again\n"
	                      "test: shop: orders can be listed again\n");
}
END_TEST

static const char *const refusals[] = { "400 Bad Request", "403 Forbidden", "404 Not Found" };

START_TEST(where_test_orders_are_refused_the_real_ones_are_listed_all_the_same)
{
	market_world_answer(&w, MARKET_LIST_FAKE, refusals[_i], MARKET_ERROR("fake"));
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("2")));
	market_world_start(&w);
	market_world_await_listed(&w);
	push_started("2");
	market_world_await(&w, "SELECT count(*) FROM report_orders WHERE status = 'PROCESSING'", "2");
	market_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, STATE), "ok");
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 1);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST_FAKE), 1);
}
END_TEST

START_TEST(orders_are_read_while_they_cannot_be_listed)
{
	market_world_answer(&w, MARKET_LIST, "500 Oops", "");
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 1);
	push_started("1");
	market_world_await(&w, "SELECT status FROM report_orders", "PROCESSING");
}
END_TEST

START_TEST(a_reload_ends_a_lockout_for_the_list_too)
{
	market_world_line_up(&w, MARKET_LIST, "403 Forbidden", MARKET_ERROR("Access denied"));
	market_world_start(&w);
	market_world_await(&w, STATE, "locked_out");
	worker_reloaded(w.worker);
	market_world_await_listed(&w);
}
END_TEST

/* What came to pass while it was held up is not left for the next time. */
START_TEST(a_list_that_was_held_up_is_followed_by_the_next_at_once)
{
	market_world_line_up(&w, MARKET_LIST_FAKE, "500 Oops", "");
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
	market_world_advance(&w, 2 * MARKET_HOUR_US);
	market_world_await_count(&w, MARKET_LIST, 2);
	ck_assert_int_gt(market_world_request(&w, MARKET_LIST, 1)->filter.to.us, MARKET_T0.us + 2 * MARKET_HOUR_US);
	ck_assert_int_lt(market_world_request(&w, MARKET_LIST, 1)->filter.from.us, MARKET_T0.us + MARKET_HOUR_US);
	market_world_await_count(&w, MARKET_LIST_FAKE, 3);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 2);
}
END_TEST

/* A read is refused while the list waits for it to end. */
START_TEST(a_pause_holds_up_the_list_that_waits_for_its_turn_and_the_reads_behind_it)
{
	start_with_a_read_under_way();
	market_world_let_go(&w, "401 Unauthorized", MARKET_ERROR("no"));
	market_world_await(&w, STATE, "locked_out");
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 1);
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 0);
	market_world_advance(&w, MARKET_HOUR_US);
	market_world_await(&w, "SELECT count(*) FROM report_orders WHERE status = 'PROCESSING'", "2");
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
}
END_TEST

START_TEST(a_list_that_cannot_begin_lets_the_reads_go_on)
{
	start_with_a_read_under_way();
	ck_assert_ptr_null(bed_try(&w.bed, "ALTER TABLE cursor RENAME TO elsewhere"));
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_await(&w, "SELECT count(*) FROM shipment WHERE status LIKE 'PROCESSING%'", "2");
	ck_assert_uint_eq(market_world_count(&w, MARKET_LIST), 0);
	ck_assert_ptr_null(bed_try(&w.bed, "ALTER TABLE elsewhere RENAME TO cursor"));
	market_world_await_listed(&w);
}
END_TEST

/* The last page's orders, "" for none, which are stored when the lock is gone; an order is due meanwhile. */
static const char *const last_pages[] = { "", STARTED("3") };

START_TEST(a_locked_file_holds_up_the_end_of_a_list_and_the_reads_behind_it_only)
{
	char body[512];

	snprintf(body, sizeof(body), "{\"orders\":[%s]}", last_pages[_i]);
	market_world_hold(&w, MARKET_LIST_FAKE);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
	push_started("1");
	market_world_lock(&w);
	market_world_let_go(&w, "200 OK", body);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_READ), 0);
	market_world_unlock(&w);
	market_world_await(&w, "SELECT status FROM report_orders WHERE order_id = '1'", "PROCESSING");
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT events FROM cursor"), last_pages[_i][0] ? "1" : "0");
}
END_TEST

/* The orders are stored, how far all is listed is not. */
START_TEST(a_locked_file_between_a_page_and_the_end_of_its_slice_holds_up_nothing_for_good)
{
	market_world_hold(&w, MARKET_LIST_FAKE);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1")));
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST_FAKE, 1);
	push_started("1");
	ck_assert_ptr_null(bed_try(&w.bed, "CREATE TRIGGER full BEFORE UPDATE ON cursor BEGIN SELECT RAISE(ABORT, 'full'); END"));
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED("3")));
	market_world_await(&w, "SELECT status FROM report_orders WHERE order_id = '3'", "PROCESSING");
	market_world_turns(&w);
	ck_assert_ptr_null(bed_try(&w.bed, "DROP TRIGGER full"));
	market_world_await(&w, "SELECT status FROM report_orders WHERE order_id = '1'", "PROCESSING");
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT count(*) FROM report_transitions WHERE external_id = '3'"), "1");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("catchup_trouble");
	TCase *upstream = tcase_create("upstream");
	TCase *file = tcase_create("file");

	tcase_add_checked_fixture(upstream, set_up, tear_down);
	tcase_set_timeout(upstream, 30);
	tcase_add_test(upstream, a_refused_page_token_begins_the_slice_anew);
	tcase_add_test(upstream, a_page_that_fails_is_asked_for_again);
	tcase_add_loop_test(upstream, trouble_is_told_once_and_passes, 0, (int)ARRAY_SIZE(troubles));
	tcase_add_test(upstream, trouble_that_goes_on_is_told_once_and_so_is_its_end);
	tcase_add_loop_test(upstream, where_test_orders_are_refused_the_real_ones_are_listed_all_the_same, 0, (int)ARRAY_SIZE(refusals));
	tcase_add_test(upstream, orders_are_read_while_they_cannot_be_listed);
	tcase_add_test(upstream, a_reload_ends_a_lockout_for_the_list_too);
	tcase_add_test(upstream, a_list_that_was_held_up_is_followed_by_the_next_at_once);
	tcase_add_test(upstream, a_pause_holds_up_the_list_that_waits_for_its_turn_and_the_reads_behind_it);
	suite_add_tcase(s, upstream);

	tcase_add_checked_fixture(file, set_up, tear_down);
	tcase_set_timeout(file, 30);
	tcase_add_test(file, a_list_that_cannot_begin_lets_the_reads_go_on);
	tcase_add_loop_test(file, a_locked_file_holds_up_the_end_of_a_list_and_the_reads_behind_it_only, 0, (int)ARRAY_SIZE(last_pages));
	tcase_add_test(file, a_locked_file_between_a_page_and_the_end_of_its_slice_holds_up_nothing_for_good);
	suite_add_tcase(s, file);
	return s;
}
