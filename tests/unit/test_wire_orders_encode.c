/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/orders_encode: what the simulator writes as Market is what we read, and it reads what we ask.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/claims.h"
#include "wire/notification.h"
#include "wire/orders_encode.h"

/* 2026-09-20T11:30:31Z */
#define AT_US INT64_C(1789903831000000)
#define DAY_US (INT64_C(24) * 3600 * USEC_PER_SEC)

static struct seen order(const char *status)
{
	struct seen seen = {
		.via = VIA_SWEEP,
		.snapshot = true,
		.external_id = "9223372036854775807",
		.key = { .revision = NUMBER_NONE, .updated = { AT_US } },
		.seen_at = { 0 },
		.entered = { AT_US },
		.version = NUMBER_NONE,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
		.model = &model_dbs,
		.campaign_id = 111,
		.asked = WALL_NONE,
	};

	(void)stpcpy(seen.status, status);
	return seen;
}

static char *encode(const struct seen *seen)
{
	struct wire_order written = { .seen = seen, .created = seen->entered };
	char *text;

	ck_assert_int_eq(wire_orders_encode(&written, 1, NULL, &text), 0);
	return text;
}

static void assert_same(const struct seen *a, const struct seen *b)
{
	ck_assert_int_eq(a->via, b->via);
	ck_assert_int_eq(a->snapshot, b->snapshot);
	ck_assert_str_eq(a->external_id, b->external_id);
	ck_assert_str_eq(a->status, b->status);
	ck_assert_int_eq(a->key.revision, b->key.revision);
	ck_assert_int_eq(a->key.updated.us, b->key.updated.us);
	ck_assert_int_eq(a->entered.us, b->entered.us);
	ck_assert_ptr_eq(a->model, b->model);
	ck_assert_int_eq(a->foreign, b->foreign);
	ck_assert_int_eq(a->campaign_id, b->campaign_id);
	ck_assert_int_eq(a->asked.us, b->asked.us);
	ck_assert_int_eq(a->prepaid, b->prepaid);
}

static void assert_round_trip(const struct seen *seen)
{
	struct wire_orders read;
	char *text = encode(seen);

	ck_assert_int_eq(wire_orders_parse(text, strlen(text), &read), 0);
	ck_assert_uint_eq(read.orders.n, 1);
	ck_assert_uint_eq(read.orders.n_unreadable, 0);
	ck_assert_ptr_null(read.next_page_token);
	assert_same(&read.orders.seen[0], seen);
	wire_orders_done(&read);
	free(text);
}

static const char *const statuses[] = {
	"RESERVED/AWAIT_CONFIRMATION", "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "CANCELLED/SHOP_FAILED",
	"TELEPORTED/BEAMED_UP", "RETURNED/",
};

START_TEST(every_status_reads_back_as_it_was)
{
	struct seen seen = order(statuses[_i]);

	assert_round_trip(&seen);
}
END_TEST

START_TEST(what_an_order_is_beside_its_status_reads_back)
{
	struct seen seen = order("DELIVERY/DELIVERY_SERVICE_RECEIVED");

	seen.asked = seen.key.updated;
	seen.prepaid = true;
	assert_round_trip(&seen);
	seen.model = &model_laas;
	seen.asked = WALL_NONE;
	seen.key.updated.us += 402413;
	seen.entered = seen.key.updated;
	assert_round_trip(&seen);
	seen.model = NULL;
	seen.campaign_id = NUMBER_NONE;
	assert_round_trip(&seen);
	seen.foreign = true;
	assert_round_trip(&seen);
}
END_TEST

START_TEST(a_reservation_reads_back_with_its_creation)
{
	struct seen seen = order("RESERVED/AWAIT_CONFIRMATION");

	seen.entered.us -= 600 * USEC_PER_SEC;
	assert_round_trip(&seen);
}
END_TEST

START_TEST(times_are_in_moscow_s_zone)
{
	struct seen seen = order("PROCESSING/STARTED");
	char *text = encode(&seen);

	ck_assert_ptr_nonnull(strstr(text, "\"creationDate\":\"2026-09-20T14:30:31+03:00\""));
	ck_assert_ptr_nonnull(strstr(text, "\"updateDate\":\"2026-09-20T14:30:31+03:00\""));
	free(text);
}
END_TEST

START_TEST(every_order_has_people_in_it)
{
	struct seen seen = order("PROCESSING/STARTED");

	for (int i = 0; i < 2; i++) {
		char *text;

		seen.model = i == 0 ? &model_dbs : &model_laas;
		text = encode(&seen);
		for (const char *const *at = wire_invented_buyer; *at; at++)
			ck_assert_msg(strstr(text, *at), "%s", *at);
		free(text);
	}
}
END_TEST

START_TEST(only_a_test_order_is_fake)
{
	struct seen seen = order("PROCESSING/STARTED");
	struct wire_order written[2] = { { &seen, seen.entered, true }, { &seen, seen.entered, false } };
	char *text;

	ck_assert_int_eq(wire_orders_encode(&written[0], 1, NULL, &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "\"fake\":true"));
	free(text);
	ck_assert_int_eq(wire_orders_encode(&written[1], 1, NULL, &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "\"fake\":false"));
	free(text);
}
END_TEST

START_TEST(a_page_reads_back_in_order_with_its_token)
{
	struct seen seen[WIRE_ORDERS_MAX];
	struct wire_order written[WIRE_ORDERS_MAX];
	struct wire_orders read;
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		seen[i] = order("PROCESSING/STARTED");
		(void)snprintf(seen[i].external_id, sizeof(seen[i].external_id), "%zu", 1000 + i);
		written[i] = (struct wire_order){ .seen = &seen[i], .created = seen[i].entered };
	}
	ck_assert_int_eq(wire_orders_encode(written, ARRAY_SIZE(written), "a/\"b", &text), 0);
	ck_assert_int_eq(wire_orders_parse(text, strlen(text), &read), 0);
	ck_assert_uint_eq(read.orders.n, ARRAY_SIZE(seen));
	ck_assert_str_eq(read.next_page_token, "a/\"b");
	for (size_t i = 0; i < read.orders.n; i++)
		assert_same(&read.orders.seen[i], &seen[i]);
	wire_orders_done(&read);
	free(text);
}
END_TEST

START_TEST(no_orders_are_a_page_too)
{
	char *json = quoted("{'orders':[],'paging':{}}");
	char *text;

	ck_assert_int_eq(wire_orders_encode(NULL, 0, NULL, &text), 0);
	ck_assert_str_eq(text, json);
	free(text);
	free(json);
}
END_TEST

START_TEST(an_error_reads_back)
{
	struct wire_error error;
	char *text;

	ck_assert_int_eq(wire_orders_error_encode("UNAUTHORIZED", "say \"which\" token", &text), 0);
	wire_orders_error_parse(text, strlen(text), &error);
	ck_assert_str_eq(error.code, "UNAUTHORIZED");
	ck_assert_str_eq(error.message, "say \"which\" token");
	free(text);
}
END_TEST

static struct wire_orders_filter filter_of(const char *text)
{
	struct wire_orders_filter filter;
	const char *why = NULL;
	char *json = quoted(text);

	ck_assert_msg(wire_orders_filter_parse(json, strlen(json), &filter, &why) == 0, "%s: %s", text, why);
	ck_assert_ptr_null(why);
	free(json);
	return filter;
}

START_TEST(a_request_for_orders_reads_back)
{
	const char *const ids[] = { "9223372036854775807", "1", "55000001" };
	struct wire_orders_filter filter;
	char *text;

	ck_assert_int_eq(wire_orders_request(ids, ARRAY_SIZE(ids), true, &text), 0);
	filter = filter_of(text);
	ck_assert_uint_eq(filter.n_ids, 3);
	ck_assert_int_eq(filter.ids[0], INT64_MAX);
	ck_assert_int_eq(filter.ids[1], 1);
	ck_assert_int_eq(filter.ids[2], 55000001);
	ck_assert(filter.fake);
	ck_assert(!wall_is_set(filter.from));
	ck_assert(!wall_is_set(filter.to));
	free(text);
}
END_TEST

START_TEST(a_request_for_updated_orders_reads_back)
{
	struct wire_orders_filter filter;
	char *text;

	ck_assert_int_eq(wire_orders_updated_request((struct wall){ AT_US }, (struct wall){ AT_US + 30 * DAY_US }, false, &text),
	                 0);
	filter = filter_of(text);
	ck_assert_uint_eq(filter.n_ids, 0);
	ck_assert_int_eq(filter.from.us, AT_US);
	ck_assert_int_eq(filter.to.us, AT_US + 30 * DAY_US);
	ck_assert(!filter.fake);
	free(text);
}
END_TEST

START_TEST(what_a_filter_does_not_give_is_open)
{
	static const char *const texts[] = {
		"{}",
		"{'orderIds':null,'dates':{},'fake':false}",
		"{'dates':null,'fake':null,'statuses':['DELIVERY'],'new':7}",
		"{'dates':{'updateDateFrom':null,'creationDateFrom':'2026-09-20'}}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct wire_orders_filter filter = filter_of(texts[i]);

		ck_assert_uint_eq(filter.n_ids, 0);
		ck_assert(!wall_is_set(filter.from));
		ck_assert(!wall_is_set(filter.to));
		ck_assert(!filter.fake);
	}
}
END_TEST

START_TEST(one_bound_alone_is_no_interval)
{
	struct wire_orders_filter from = filter_of("{'dates':{'updateDateFrom':'2026-09-20T11:30:31Z'}}");
	struct wire_orders_filter to = filter_of("{'dates':{'updateDateTo':'2026-09-20T14:30:31.5+03:00'}}");

	ck_assert_int_eq(from.from.us, AT_US);
	ck_assert(!wall_is_set(from.to));
	ck_assert_int_eq(to.to.us, AT_US + 500000);
	ck_assert(!wall_is_set(to.from));
}
END_TEST

#define DATES(from, to) "{'dates':{'updateDateFrom':" from ",'updateDateTo':" to "}}"

static const char *const bad_filters[] = {
	"",
	"x",
	"null",
	"[]",
	"{'orderIds':[1]",
	"{'orderIds':[1],}",
	"{'orderIds':[]}",
	"{'orderIds':1}",
	"{'orderIds':['1']}",
	"{'orderIds':[1.0]}",
	"{'orderIds':[null]}",
	"{'orderIds':[9223372036854775808]}",
	"{'orderIds':[1,2,1]}",
	"{'fake':'true'}",
	"{'fake':1}",
	"{'dates':[]}",
	"{'dates':'today'}",
	"{'dates':{'updateDateFrom':7}}",
	"{'dates':{'updateDateFrom':'2026-09-20'}}",
	"{'dates':{'updateDateFrom':'20-09-2026 14:30:31'}}",
	"{'dates':{'updateDateTo':'2026-09-20T14:30:31'}}",
	"{'dates':{'updateDateTo':'2026-09-20T14:30:31 03:00'}}",
	DATES("'2026-09-20T14:30:31Z'", "'2026-09-20T14:30:31Z'"),
	DATES("'2026-09-20T14:30:31Z'", "'2026-09-20T14:30:30Z'"),
	DATES("'2026-09-20T14:30:31Z'", "'2026-10-20T14:30:32Z'"),
};

START_TEST(a_filter_that_market_would_refuse_is_refused)
{
	struct wire_orders_filter filter = { .n_ids = 42 };
	const char *why = NULL;
	char *json = quoted(bad_filters[_i]);

	ck_assert_int_eq(wire_orders_filter_parse(json, strlen(json), &filter, &why), ERR_INVALID);
	ck_assert_ptr_nonnull(why);
	ck_assert_uint_eq(filter.n_ids, 42);
	free(json);
}
END_TEST

/* A filter of that many ids. */
static char *filter_text(int n)
{
	char *text = malloc(1024);
	char *at = stpcpy(text, "{\"orderIds\":[1");

	for (int i = 2; i <= n; i++)
		at += snprintf(at, 8, ",%d", i);
	(void)stpcpy(at, "]}");
	return text;
}

START_TEST(more_than_fifty_ids_are_refused)
{
	char *most = filter_text(WIRE_ORDERS_MAX);
	char *more = filter_text(WIRE_ORDERS_MAX + 1);
	struct wire_orders_filter filter = filter_of(most);
	const char *why;

	ck_assert_uint_eq(filter.n_ids, WIRE_ORDERS_MAX);
	ck_assert_int_eq(wire_orders_filter_parse(more, strlen(more), &filter, &why), ERR_INVALID);
	free(most);
	free(more);
}
END_TEST

static struct wire_push push_of(const char *type, uint64_t shuffle)
{
	return (struct wire_push){
		.type = type,
		.order_id = INT64_MAX,
		.campaign_id = 111,
		.status = "DELIVERY/DELIVERY_SERVICE_RECEIVED",
		.at = { AT_US + 213000 },
		.shuffle = shuffle,
	};
}

static char *push_text(const char *type, uint64_t shuffle)
{
	struct wire_push push = push_of(type, shuffle);
	char *text;

	ck_assert_int_eq(wire_push_encode(&push, &text), 0);
	return text;
}

static const struct {
	const char *type;
	const char *text;
} pushes[] = {
	{ "PING", "{'notificationType':'PING','time':'2026-09-20T11:30:31.213Z'}" },
	{ "ORDER_CREATED", "{'notificationType':'ORDER_CREATED','orderId':9223372036854775807,'campaignId':111,"
	                   "'items':[{'offerId':'SKU-42','count':2}],'createdAt':'2026-09-20T11:30:31.213Z'}" },
	{ "ORDER_STATUS_UPDATED",
	  "{'notificationType':'ORDER_STATUS_UPDATED','orderId':9223372036854775807,'campaignId':111,'status':'DELIVERY',"
	  "'substatus':'DELIVERY_SERVICE_RECEIVED','updatedAt':'2026-09-20T11:30:31.213Z'}" },
	{ "ORDER_CANCELLED", "{'notificationType':'ORDER_CANCELLED','orderId':9223372036854775807,'campaignId':111,"
	                     "'items':[{'offerId':'SKU-42','count':2}],'cancelledAt':'2026-09-20T11:30:31.213Z'}" },
	{ "ORDER_CANCELLATION_REQUEST",
	  "{'notificationType':'ORDER_CANCELLATION_REQUEST','orderId':9223372036854775807,'campaignId':111,"
	  "'requestedAt':'2026-09-20T11:30:31.213Z'}" },
	{ "ORDER_UPDATED", "{'notificationType':'ORDER_UPDATED','orderId':9223372036854775807,'campaignId':111,"
	                   "'updateType':'DELIVERY_DATE_UPDATED','updatedAt':'2026-09-20T11:30:31.213Z'}" },
	{ "ORDER_TELEPORTED", "{'notificationType':'ORDER_TELEPORTED','orderId':9223372036854775807,'campaignId':111,"
	                      "'updatedAt':'2026-09-20T11:30:31.213Z'}" },
};

START_TEST(a_push_has_the_fields_of_its_type)
{
	char *text = push_text(pushes[_i].type, 0);
	char *json = quoted(pushes[_i].text);

	ck_assert_str_eq(text, json);
	free(text);
	free(json);
}
END_TEST

START_TEST(a_shuffled_push_says_the_same)
{
	struct notification plain, shuffled;
	const char *why;

	for (uint64_t shuffle = 0; shuffle < 1000; shuffle++) {
		char *text = push_text(pushes[_i].type, 0);
		char *other = push_text(pushes[_i].type, shuffle * UINT64_C(0x9e3779b97f4a7c15));

		ck_assert_int_eq(wire_notification_parse(text, strlen(text), &plain, &why), 0);
		ck_assert_int_eq(wire_notification_parse(other, strlen(other), &shuffled, &why), 0);
		ck_assert_str_eq(plain.type, shuffled.type);
		ck_assert_str_eq(plain.order_id, shuffled.order_id);
		ck_assert_str_eq(plain.status, shuffled.status);
		ck_assert_int_eq(plain.kind, shuffled.kind);
		ck_assert_int_eq(plain.campaign_id, shuffled.campaign_id);
		ck_assert_int_eq(plain.at.us, shuffled.at.us);
		free(text);
		free(other);
	}
}
END_TEST

START_TEST(each_shuffle_of_a_push_is_another_order)
{
	char *texts[24]; /* 4 members: notificationType, orderId, campaignId, requestedAt */

	for (uint64_t i = 0; i < ARRAY_SIZE(texts); i++) {
		texts[i] = push_text("ORDER_CANCELLATION_REQUEST", i);
		for (uint64_t j = 0; j < i; j++)
			ck_assert_str_ne(texts[i], texts[j]);
	}
	ck_assert_ptr_nonnull(strstr(texts[1], "\"requestedAt\":\"2026-09-20T14:30:31.213+03:00\""));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(texts[i]);
}
END_TEST

static TCase *order_cases(void)
{
	TCase *tc = tcase_create("orders");

	tcase_add_loop_test(tc, every_status_reads_back_as_it_was, 0, (int)ARRAY_SIZE(statuses));
	tcase_add_test(tc, what_an_order_is_beside_its_status_reads_back);
	tcase_add_test(tc, a_reservation_reads_back_with_its_creation);
	tcase_add_test(tc, times_are_in_moscow_s_zone);
	tcase_add_test(tc, every_order_has_people_in_it);
	tcase_add_test(tc, only_a_test_order_is_fake);
	tcase_add_test(tc, a_page_reads_back_in_order_with_its_token);
	tcase_add_test(tc, no_orders_are_a_page_too);
	tcase_add_test(tc, an_error_reads_back);
	return tc;
}

static TCase *filter_cases(void)
{
	TCase *tc = tcase_create("filters");

	tcase_add_test(tc, a_request_for_orders_reads_back);
	tcase_add_test(tc, a_request_for_updated_orders_reads_back);
	tcase_add_test(tc, what_a_filter_does_not_give_is_open);
	tcase_add_test(tc, one_bound_alone_is_no_interval);
	tcase_add_loop_test(tc, a_filter_that_market_would_refuse_is_refused, 0, (int)ARRAY_SIZE(bad_filters));
	tcase_add_test(tc, more_than_fifty_ids_are_refused);
	return tc;
}

Suite *suite(void)
{
	Suite *s = suite_create("wire_orders_encode");
	TCase *tc = tcase_create("pushes");

	tcase_add_loop_test(tc, a_push_has_the_fields_of_its_type, 0, (int)ARRAY_SIZE(pushes));
	tcase_add_loop_test(tc, a_shuffled_push_says_the_same, 0, (int)ARRAY_SIZE(pushes));
	tcase_add_test(tc, each_shuffle_of_a_push_is_another_order);
	suite_add_tcase(s, order_cases());
	suite_add_tcase(s, filter_cases());
	suite_add_tcase(s, tc);
	return s;
}
