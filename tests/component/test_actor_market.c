/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant does to orders: statuses, answers to a wish to cancel, and operations that Market carries out by itself.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/log.h"
#include "market_world.h"
#include "store/action.h"
#include "suite.h"

#define DBS(status, substatus, updated) MARKET_ORDERS(MARKET_ORDER("1", "DBS", status, substatus, "2026-09-20T" updated "Z"))
#define DBS_ASKED(status, substatus, updated)                                                                            \
	MARKET_ORDERS(MARKET_ODD_ORDER("1", "\"programType\":\"DBS\",\"cancelRequested\":true,", status, substatus,             \
	                               "2026-09-20T" updated "Z"))
#define LAAS(status, substatus, updated)                                                                                  \
	"{\"orders\":[{\"orderId\":1,\"campaignId\":112,\"programType\":\"LAAS\",\"status\":\"" status "\",\"substatus\":\"" substatus \
	"\",\"creationDate\":\"2026-09-01T00:00:00Z\",\"updateDate\":\"2026-09-20T" updated "Z\"}],\"paging\":{}}"
#define STARTED DBS("PROCESSING", "STARTED", "11:00:00")
#define SENT DBS("DELIVERY", "DELIVERY_SERVICE_RECEIVED", "11:30:00")
#define ASKED DBS_ASKED("DELIVERY", "DELIVERY_SERVICE_RECEIVED", "11:00:00")
#define TAKEN "{\"order\":{\"id\":1,\"status\":\"DELIVERY\",\"substatus\":\"DELIVERY_SERVICE_RECEIVED\"}}"
#define OPERATION "{\"order\":{\"id\":1,\"status\":\"PROCESSING\"},\"operation\":{\"id\":\"op-1\"}}"
#define OPERATIONS(state) "{\"status\":\"OK\",\"result\":{\"operations\":[{\"id\":\"op-1\",\"status\":\"" state "\"}]}}"
#define ERROR(code) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"" code "\",\"message\":\"In its own words\"}]}"

static struct market_world w;

static void set_up(void)
{
	market_world_open(&w);
	log_open("test", LOG_LEVEL_ERROR);
	/* That no push comes is not our subject. */
	w.conf.callbacks = false;
	market_world_listed(&w, wall_add(MARKET_T0, -MARKET_HOUR_US / 60));
	market_world_answer(&w, MARKET_STATUS, "200 OK", TAKEN);
	market_world_answer(&w, MARKET_CANCELLATION, "200 OK", "{\"status\":\"OK\"}");
}

static void tear_down(void)
{
	market_world_close(&w);
}

/* Order 1, of the campaign, as it is read. */
static void start_with(int64_t campaign_id, const char *read)
{
	struct hint hint = bed_push(&w.bed, "1", campaign_id, NULL, wall_add(MARKET_T0, -2 * MARKET_HOUR_US));

	bed_fold(&w.bed, &hint);
	market_world_answer(&w, MARKET_READ, "200 OK", read);
	market_world_start(&w);
	market_world_await(&w, "SELECT last_read_us IS NOT NULL FROM shipment", "1");
	market_world_await_listed(&w);
}

static void want(enum act_kind kind, const char *argument)
{
	const struct action_wish wish = {
		.source_id = w.bed.source.id,
		.shipment_id = kind == ACT_PROBE ? NUMBER_NONE : bed_shipment(&w.bed, "1"),
		.kind = kind,
		.argument = argument,
		.target_id = NUMBER_NONE,
		.version = NUMBER_NONE,
		.requested_by = "uid:1000",
	};
	int64_t id = 0;

	ck_assert_int_eq(store_begin(w.bed.store), ERR_OK);
	store_action_add(w.bed.store, &wish, loop_now(w.loop), &id);
	ck_assert_int_eq(store_commit(w.bed.store), ERR_OK);
	worker_act(w.worker);
}

static void await_end(const char *end)
{
	market_world_await(&w, "SELECT state FROM action", "ended");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT result || ' ' || coalesce(code, '-') FROM action"), end);
}

START_TEST(a_status_is_set_once_and_done_when_it_shows)
{
	start_with(BED_CAMPAIGN_DBS, STARTED);
	market_world_answer(&w, MARKET_READ, "200 OK", SENT);
	want(ACT_ORDER_STATUS, "DELIVERY");
	await_end("done -");
	ck_assert_uint_eq(market_world_count(&w, MARKET_STATUS), 1);
	ck_assert_str_eq(market_world_request(&w, MARKET_STATUS, 0)->body, "{\"order\":{\"status\":\"DELIVERY\"}}");
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT to_status || ' ' || via || ' ' || verdict FROM report_transitions ORDER BY seq DESC"),
	                 "DELIVERY/DELIVERY_SERVICE_RECEIVED action legal");
}
END_TEST

START_TEST(a_status_that_the_graph_does_not_lead_to_is_not_sent)
{
	start_with(BED_CAMPAIGN_DBS, STARTED);
	want(ACT_ORDER_STATUS, "PICKUP");
	await_end("refused no_path");
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_STATUS), 0);
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	const char *read;
	const char *end;
	const char *message;
} answers[] = {
	{ "500 Oops", "", SENT, "done -", "is DELIVERY/DELIVERY_SERVICE_RECEIVED now" },
	{ "500 Oops", "", STARTED, "not_done -", "so it was not done; it may be repeated" },
	{ "500 Oops", "", DBS("CANCELLED", "USER_CHANGED_MIND", "11:30:00"), "in_doubt -",
	  "that it is CANCELLED/USER_CHANGED_MIND now does not tell" },
	{ "200 OK", TAKEN, STARTED, "in_doubt -", "look at it in the cabinet" },
	{ "400 Bad Request", ERROR("STATUS_NOT_ALLOWED"), SENT, "rejected STATUS_NOT_ALLOWED",
	  "go on from where it is now; it is DELIVERY/DELIVERY_SERVICE_RECEIVED now" },
	{ "400 Bad Request", ERROR("ORDER_IN_TERMINAL_STATE"), DBS("CANCELLED", "SHOP_FAILED", "11:30:00"),
	  "rejected ORDER_IN_TERMINAL_STATE", "nothing of it can be changed; it is CANCELLED/SHOP_FAILED now" },
	{ "403 Forbidden", ERROR("FORBIDDEN"), STARTED, "rejected FORBIDDEN", "claimctl doctor" },
	{ "404 Not Found", ERROR("NOT_FOUND"), STARTED, "rejected NOT_FOUND", "check the id" },
};

START_TEST(what_became_of_a_status_is_found_out)
{
	start_with(BED_CAMPAIGN_DBS, STARTED);
	market_world_answer(&w, MARKET_STATUS, answers[_i].status, answers[_i].body);
	market_world_answer(&w, MARKET_READ, "200 OK", answers[_i].read);
	want(ACT_ORDER_STATUS, "DELIVERY/DELIVERY_SERVICE_RECEIVED");
	await_end(answers[_i].end);
	ck_assert_msg(strstr(bed_ask(&w.bed, "SELECT message FROM action"), answers[_i].message), "%s",
	              bed_ask(&w.bed, "SELECT message FROM action"));
	ck_assert_uint_eq(market_world_count(&w, MARKET_STATUS), 1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM report_sources"), "ok");
}
END_TEST

static const struct {
	const char *argument;
	const char *sent;
	const char *read;
} wishes[] = {
	{ "accept", "{\"accepted\":true}", DBS("CANCELLED", "USER_CHANGED_MIND", "11:30:00") },
	{ "reject ORDER_IN_DELIVERY", "{\"accepted\":false,\"reason\":\"ORDER_IN_DELIVERY\"}", SENT },
};

START_TEST(a_wish_to_cancel_is_answered)
{
	start_with(BED_CAMPAIGN_DBS, ASKED);
	market_world_answer(&w, MARKET_READ, "200 OK", wishes[_i].read);
	want(ACT_CANCELLATION, wishes[_i].argument);
	await_end("done -");
	ck_assert_uint_eq(market_world_count(&w, MARKET_CANCELLATION), 1);
	ck_assert_str_eq(market_world_request(&w, MARKET_CANCELLATION, 0)->body, wishes[_i].sent);
}
END_TEST

START_TEST(where_nobody_asked_to_cancel_nothing_is_answered)
{
	start_with(BED_CAMPAIGN_DBS, STARTED);
	want(ACT_CANCELLATION, "accept");
	await_end("refused no_request");
	ck_assert_uint_eq(market_world_count(&w, MARKET_CANCELLATION), 0);
}
END_TEST

/* --- Operations ----------------------------------------------------------------------------------------------------------- */

static void start_with_operation(void)
{
	market_world_answer(&w, MARKET_STATUS, "200 OK", OPERATION);
	market_world_answer(&w, MARKET_OPERATION, "200 OK", OPERATIONS("IN_PROGRESS"));
	start_with(BED_CAMPAIGN_LAAS, LAAS("PROCESSING", "STARTED", "11:00:00"));
	want(ACT_ORDER_STATUS, "CANCELLED/SHOP_FAILED");
	market_world_await_count(&w, MARKET_OPERATION, 1);
}

START_TEST(an_operation_is_followed_until_it_is_carried_out)
{
	start_with_operation();
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_OPERATION), 1);
	ck_assert_ptr_nonnull(strstr(market_world_request(&w, MARKET_OPERATION, 0)->body, "\"operationIds\":[\"op-1\"]"));
	market_world_advance(&w, 2 * USEC_PER_SEC);
	market_world_await_count(&w, MARKET_OPERATION, 2);
	market_world_answer(&w, MARKET_OPERATION, "200 OK", OPERATIONS("DONE"));
	market_world_answer(&w, MARKET_READ, "200 OK", LAAS("CANCELLED", "SHOP_FAILED", "11:30:00"));
	market_world_advance(&w, 2 * USEC_PER_SEC);
	await_end("done -");
	ck_assert_uint_eq(market_world_count(&w, MARKET_STATUS), 1);
}
END_TEST

START_TEST(an_operation_that_fails_is_told)
{
	start_with_operation();
	market_world_answer(&w, MARKET_OPERATION, "200 OK", OPERATIONS("FAILED"));
	market_world_advance(&w, 2 * USEC_PER_SEC);
	await_end("rejected operation_failed");
}
END_TEST

START_TEST(an_operation_survives_restarts_and_trouble)
{
	start_with_operation();
	market_world_line_up(&w, MARKET_OPERATION, "500 Oops", "");
	market_world_line_up(&w, MARKET_OPERATION, "404 Not Found", ERROR("NOT_FOUND"));
	for (size_t n = 2; n < 5; n++) {
		market_world_restart(&w);
		market_world_advance(&w, 2 * USEC_PER_SEC);
		market_world_await_count(&w, MARKET_OPERATION, n);
	}
	market_world_answer(&w, MARKET_OPERATION, "200 OK", OPERATIONS("DONE"));
	market_world_answer(&w, MARKET_READ, "200 OK", LAAS("CANCELLED", "SHOP_FAILED", "11:30:00"));
	market_world_advance(&w, 2 * USEC_PER_SEC);
	await_end("done -");
	ck_assert_uint_eq(market_world_count(&w, MARKET_STATUS), 1);
}
END_TEST

START_TEST(an_operation_that_never_ends_is_settled_by_reading)
{
	start_with_operation();
	market_world_await(&w, "SELECT tries FROM action", "1");
	ck_assert_ptr_null(bed_try(&w.bed, "UPDATE action SET tries = 89"));
	market_world_answer(&w, MARKET_READ, "200 OK", LAAS("CANCELLED", "SHOP_FAILED", "11:30:00"));
	market_world_advance(&w, 2 * USEC_PER_SEC);
	market_world_await_count(&w, MARKET_OPERATION, 2);
	market_world_advance(&w, 2 * USEC_PER_SEC);
	await_end("done -");
}
END_TEST

START_TEST(what_an_operation_did_not_bring_about_is_in_doubt)
{
	start_with_operation();
	market_world_answer(&w, MARKET_OPERATION, "200 OK", OPERATIONS("DONE"));
	market_world_advance(&w, 2 * USEC_PER_SEC);
	await_end("in_doubt -");
}
END_TEST

/* --- The key ---------------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *status;
	const char *body;
	const char *end;
} keys[] = {
	{ "200 OK", "{\"result\":{\"apiKey\":{\"authScopes\":[\"ALL_METHODS\"]}}}", "done -" },
	{ "200 OK", "{\"result\":{\"apiKey\":{\"authScopes\":[\"ALL_METHODS_READ_ONLY\"]}}}", "done may_not_act" },
	{ "200 OK", "{\"result\":{\"apiKey\":{\"authScopes\":[\"PRICING\"]}}}", "not_done may_not_read" },
	{ "401 Unauthorized", ERROR("UNAUTHORIZED"), "not_done auth" },
};

START_TEST(a_probe_tells_what_the_key_is_good_for)
{
	market_world_answer(&w, MARKET_TOKEN, keys[_i].status, keys[_i].body);
	market_world_start(&w);
	want(ACT_PROBE, NULL);
	await_end(keys[_i].end);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("actor_market");
	TCase *orders = tcase_create("orders");
	TCase *operations = tcase_create("operations");
	TCase *const all[] = { orders, operations };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		tcase_add_checked_fixture(all[i], set_up, tear_down);
		tcase_set_timeout(all[i], 30);
		suite_add_tcase(suite, all[i]);
	}
	tcase_add_test(orders, a_status_is_set_once_and_done_when_it_shows);
	tcase_add_test(orders, a_status_that_the_graph_does_not_lead_to_is_not_sent);
	tcase_add_loop_test(orders, what_became_of_a_status_is_found_out, 0, ARRAY_SIZE(answers));
	tcase_add_loop_test(orders, a_wish_to_cancel_is_answered, 0, ARRAY_SIZE(wishes));
	tcase_add_test(orders, where_nobody_asked_to_cancel_nothing_is_answered);
	tcase_add_loop_test(orders, a_probe_tells_what_the_key_is_good_for, 0, ARRAY_SIZE(keys));
	tcase_add_test(operations, an_operation_is_followed_until_it_is_carried_out);
	tcase_add_test(operations, an_operation_that_fails_is_told);
	tcase_add_test(operations, an_operation_survives_restarts_and_trouble);
	tcase_add_test(operations, an_operation_that_never_ends_is_settled_by_reading);
	tcase_add_test(operations, what_an_operation_did_not_bring_about_is_in_doubt);
	return suite;
}
