/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lists find and no push told of: when it means that pushes have stopped, and how long they have.
 * Component ring: a worker, a real file, real sockets, days by a clock that is moved.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "listener_world.h"
#include "market_world.h"
#include "suite.h"

#define ORDER(id, status, substatus, day, time) MARKET_ORDER(id, "DBS", status, substatus, "2026-09-" day "T" time "Z")
#define STARTED(id, time) ORDER(id, "PROCESSING", "STARTED", "20", time)
#define MINUTE_US (60 * USEC_PER_SEC)
#define SILENT "SELECT silent FROM source"
/* How many alerts there were. */
#define ALERTS "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"
#define TOLD "pushes have stopped while orders change"

static struct market_world w;
static int log_fd;
static char log_text[16384];
static size_t log_len;

static void set_up(void)
{
	market_world_open(&w);
	log_fd = listener_world_capture_log(LOG_LEVEL_WARNING);
	log_len = 0;
	/* Often enough, and not so often that the requests grow too many. */
	w.conf.market.catch_up_us = 20 * USEC_PER_MS;
	market_world_listed(&w, wall_add(MARKET_T0, -MARKET_DAY_US));
}

static void tear_down(void)
{
	market_world_close(&w);
	close(log_fd);
}

/* How often the log says so. */
static unsigned count_told(const char *words)
{
	ssize_t n = read(log_fd, log_text + log_len, sizeof(log_text) - 1 - log_len);
	unsigned times = 0;

	log_len += n > 0 ? (size_t)n : 0;
	log_text[log_len] = '\0';
	for (const char *at = log_text; (at = strstr(at, words)); at++)
		times++;
	return times;
}

/* Two lists that begin after this one are over. */
static void await_rounds(void)
{
	market_world_await_count(&w, MARKET_LIST_FAKE, market_world_count(&w, MARKET_LIST_FAKE) + 3);
}

static void start_and_list(const char *orders)
{
	char body[1024];

	snprintf(body, sizeof(body), "{\"orders\":[%s]}", orders);
	market_world_answer(&w, MARKET_LIST, "200 OK", body);
	market_world_start(&w);
	await_rounds();
}

static void assert_silent(bool silent)
{
	ck_assert_str_eq(bed_ask(&w.bed, SILENT), silent ? "1" : "0");
	ck_assert_uint_eq(count_told(TOLD), silent);
}

START_TEST(a_change_that_no_push_tells_of_in_ten_minutes_makes_the_source_silent_once)
{
	start_and_list(STARTED("1", "11:59:00"));
	market_world_advance(&w, 9 * MINUTE_US);
	await_rounds();
	assert_silent(false);
	market_world_advance(&w, 2 * MINUTE_US);
	market_world_await(&w, SILENT, "1");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM report_sources"), "silent");
	await_rounds();
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("2", "12:10:00")));
	market_world_advance(&w, 11 * MINUTE_US);
	await_rounds();
	assert_silent(true);
}
END_TEST

START_TEST(what_changed_before_the_start_is_given_time_as_well)
{
	start_and_list(STARTED("1", "08:00:00"));
	market_world_advance(&w, 9 * MINUTE_US);
	await_rounds();
	assert_silent(false);
	market_world_advance(&w, 2 * MINUTE_US);
	market_world_await(&w, SILENT, "1");
}
END_TEST

START_TEST(the_very_first_list_proves_nothing)
{
	ck_assert_ptr_null(bed_try(&w.bed, "DELETE FROM cursor"));
	start_and_list(STARTED("1", "11:59:00"));
	market_world_advance(&w, 11 * MINUTE_US);
	await_rounds();
	assert_silent(false);
}
END_TEST

/* What is listed when the first list is over, and then. */
static const struct {
	const char *first, *then;
} unprovings[] = {
	{ ORDER("1", "DELIVERY", "DELIVERY_SERVICE_RECEIVED", "20", "11:50:00"),
	  ORDER("1", "PICKUP", "PICKUP_SERVICE_RECEIVED", "20", "12:00:00") },  /* no push is known to tell of it */
	{ STARTED("1", "11:50:00"), STARTED("1", "11:59:00") },                 /* no change of the status */
	{ ORDER("1", "DELIVERY", "DELIVERY_SERVICE_RECEIVED", "20", "11:59:30"), STARTED("1", "11:59:00") }, /* it lags */
	{ "", MARKET_ORDER("1", "FBS", "PROCESSING", "STARTED", "2026-09-20T11:59:00Z") },
};

START_TEST(what_no_push_would_tell_of_proves_nothing)
{
	char body[512];

	ck_assert_ptr_null(bed_try(&w.bed, "DELETE FROM cursor"));
	start_and_list(unprovings[_i].first);
	snprintf(body, sizeof(body), "{\"orders\":[%s]}", unprovings[_i].then);
	market_world_answer(&w, MARKET_LIST, "200 OK", body);
	await_rounds();
	market_world_advance(&w, 11 * MINUTE_US);
	await_rounds();
	assert_silent(false);
}
END_TEST

/* Whatever it is about, it came after the change. */
static const char *const pushed[] = { "1", "2" };

START_TEST(a_push_since_the_change_proves_that_pushes_come)
{
	start_and_list(STARTED("1", "11:59:00"));
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(STARTED("1", "11:59:00") "," STARTED("2", "11:00:00")));
	market_world_push(&w, pushed[_i], BED_CAMPAIGN_DBS, "PROCESSING/STARTED", wall_add(MARKET_T0, -MINUTE_US));
	market_world_advance(&w, 11 * MINUTE_US);
	await_rounds();
	assert_silent(false);
}
END_TEST

/* By our clock it came before the change. */
START_TEST(a_push_of_an_upstream_whose_clock_is_ahead_counts)
{
	market_world_hold(&w, MARKET_LIST);
	market_world_hold(&w, MARKET_READ);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_LIST, 1);
	market_world_push(&w, "1", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", wall_add(MARKET_T0, 5 * MINUTE_US));
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED("1", "12:05:00")));
	market_world_await_count(&w, MARKET_READ, 1);
	market_world_let_go(&w, "200 OK", MARKET_ORDERS(STARTED("1", "12:05:00")));
	market_world_advance(&w, 16 * MINUTE_US);
	await_rounds();
	assert_silent(false);
}
END_TEST

START_TEST(nobody_waits_for_pushes_where_none_are_taken_in)
{
	w.conf.callbacks = false;
	start_and_list(STARTED("1", "11:59:00"));
	market_world_advance(&w, 11 * MINUTE_US);
	await_rounds();
	assert_silent(false);
}
END_TEST

START_TEST(the_days_without_a_push_are_told_one_by_one_and_a_push_ends_them)
{
	market_world_start(&w);
	market_world_push(&w, "9", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", MARKET_T0);
	market_world_advance(&w, 10 * MINUTE_US);
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(STARTED("1", "12:05:00")));
	await_rounds();
	market_world_advance(&w, 10 * MINUTE_US);
	market_world_await(&w, SILENT, "1");
	await_rounds();
	ck_assert_uint_eq(count_told("no push of Market's has come for"), 0);
	market_world_advance(&w, 3 * MARKET_DAY_US);
	await_rounds();
	ck_assert_uint_eq(count_told("no push of Market's has come for 3 days"), 1);
	market_world_advance(&w, MARKET_DAY_US);
	await_rounds();
	ck_assert_uint_eq(count_told("no push of Market's has come for 4 days"), 1);
	ck_assert_uint_eq(count_told("no push of Market's has come for"), 2);
	ck_assert_uint_eq(count_told("Market switches them off"), 2);
	market_world_push(&w, "9", BED_CAMPAIGN_DBS, "PROCESSING/STARTED", wall_add(MARKET_T0, 4 * MARKET_DAY_US));
	ck_assert_str_eq(bed_ask(&w.bed, SILENT), "0");
	await_rounds();
	/* Anew, from the first day. */
	market_world_answer(&w, MARKET_LIST, "200 OK", MARKET_ORDERS(ORDER("2", "PROCESSING", "STARTED", "25", "00:00:00")));
	market_world_advance(&w, MARKET_DAY_US);
	market_world_await(&w, SILENT, "1");
	await_rounds();
	ck_assert_uint_eq(count_told("no push of Market's has come for 1 day"), 1);
	ck_assert_uint_eq(count_told(TOLD), 2);
}
END_TEST

START_TEST(the_disconnect_that_is_near_is_told_once_whatever_restarts)
{
	start_and_list(STARTED("1", "11:59:00"));
	market_world_advance(&w, 11 * MINUTE_US);
	market_world_await(&w, SILENT, "1");
	await_rounds();
	/* No push has come since the source was made. */
	ck_assert_uint_eq(count_told("no push of Market's has come for 10 days"), 1);
	ck_assert_str_eq(bed_ask(&w.bed, ALERTS), "1");
	market_world_advance(&w, 2 * MARKET_DAY_US);
	await_rounds();
	ck_assert_uint_eq(count_told("no push of Market's has come for 12 days"), 1);
	ck_assert_str_eq(bed_ask(&w.bed, ALERTS), "2");
	market_world_restart(&w);
	await_rounds();
	market_world_advance(&w, MARKET_DAY_US);
	await_rounds();
	ck_assert_uint_eq(count_told("no push of Market's has come for 13 days"), 1);
	ck_assert_str_eq(bed_ask(&w.bed, ALERTS), "2");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("catchup_silence");
	TCase *silence = tcase_create("silence");

	tcase_add_checked_fixture(silence, set_up, tear_down);
	tcase_set_timeout(silence, 30);
	tcase_add_test(silence, a_change_that_no_push_tells_of_in_ten_minutes_makes_the_source_silent_once);
	tcase_add_test(silence, what_changed_before_the_start_is_given_time_as_well);
	tcase_add_test(silence, the_very_first_list_proves_nothing);
	tcase_add_loop_test(silence, what_no_push_would_tell_of_proves_nothing, 0, (int)ARRAY_SIZE(unprovings));
	tcase_add_loop_test(silence, a_push_since_the_change_proves_that_pushes_come, 0, (int)ARRAY_SIZE(pushed));
	tcase_add_test(silence, a_push_of_an_upstream_whose_clock_is_ahead_counts);
	tcase_add_test(silence, nobody_waits_for_pushes_where_none_are_taken_in);
	tcase_add_test(silence, the_disconnect_that_is_near_is_told_once_whatever_restarts);
	tcase_add_test(silence, the_days_without_a_push_are_told_one_by_one_and_a_push_ends_them);
	suite_add_tcase(s, silence);
	return s;
}
