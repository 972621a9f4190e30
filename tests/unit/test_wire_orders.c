/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/orders: what is taken from a page of orders, and what hostile or odd answers come to.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/orders.h"

/* 2026-09-20T11:30:31Z */
#define AT_US INT64_C(1789903831000000)

static struct wire_orders parse(const char *text)
{
	struct wire_orders orders;
	char *json = quoted(text);

	ck_assert_msg(wire_orders_parse(json, strlen(json), &orders) == 0, "%s", text);
	free(json);
	return orders;
}

/* The one order that these members are. */
static struct seen parse_members(const char *members)
{
	char text[4096];
	struct wire_orders orders;
	struct seen seen;

	(void)snprintf(text, sizeof(text), "{'orders':[{%s}]}", members);
	orders = parse(text);
	ck_assert_msg(orders.orders.n == 1, "%s", text);
	ck_assert_uint_eq(orders.orders.n_unreadable, 0);
	seen = orders.orders.seen[0];
	wire_orders_done(&orders);
	return seen;
}

/* An order with these members beside those that it needs. */
static struct seen parse_one(const char *members)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	               "'orderId':1,'status':'DELIVERY','substatus':'X','updateDate':'2026-09-20T14:30:31+03:00'%s%s",
	               members[0] ? "," : "", members);
	return parse_members(text);
}

/* upstream/market.md section 4.5, cut to what matters and with a person in it. */
static const char sample[] =
	"{'orders':[{'orderId':56000001,'campaignId':111,'programType':'LAAS','externalOrderId':'SHOP-20001',"
	"'status':'RESERVED','substatus':'AWAIT_CONFIRMATION','creationDate':'2026-09-20T14:30:30+03:00',"
	"'updateDate':'2026-09-20T14:30:31+03:00','paymentType':'PREPAID','paymentMethod':'UNKNOWN','fake':false,"
	"'items':[{'id':710000001,'offerId':'SKU-77','offerName':'Test kettle','count':2,"
	"'prices':{'payment':{'value':5980,'currencyId':'RUR'},'vat':'VAT_22'}}],"
	"'prices':{'payment':{'value':5980,'currencyId':'RUR'}},"
	"'delivery':{'type':'PICKUP','serviceName':'Yandex Market','deliveryServiceId':1005486,"
	"'dates':{'fromDate':'2026-09-23','toDate':'2026-09-24'},"
	"'transfer':{'courier':{'fullName':'Semyon Kurierov'}},'receiveCode':'12-34'},'sourcePlatform':'OTHER'}],"
	"'paging':{'nextPageToken':'eyJvcCI6Ij4iLCJrZXkiOjU2MDAwMDAxfQ'}}";

START_TEST(a_whole_page_is_read)
{
	struct wire_orders orders = parse(sample);
	const struct seen *seen = orders.orders.seen;

	ck_assert_uint_eq(orders.orders.n, 1);
	ck_assert_uint_eq(orders.orders.n_unreadable, 0);
	ck_assert_str_eq(orders.next_page_token, "eyJvcCI6Ij4iLCJrZXkiOjU2MDAwMDAxfQ");
	ck_assert_int_eq(seen->via, VIA_SWEEP);
	ck_assert(seen->snapshot);
	ck_assert_str_eq(seen->external_id, "56000001");
	ck_assert_str_eq(seen->status, "RESERVED/AWAIT_CONFIRMATION");
	ck_assert_int_eq(seen->key.updated.us, AT_US);
	ck_assert_int_eq(seen->entered.us, AT_US - USEC_PER_SEC);
	ck_assert_ptr_eq(seen->model, &model_laas);
	ck_assert_int_eq(seen->campaign_id, 111);
	ck_assert(seen->prepaid);
	ck_assert(!wall_is_set(seen->asked));
	ck_assert(!seen->may_skip);
	wire_orders_done(&orders);
}
END_TEST

START_TEST(an_order_gives_nothing_that_only_claims_have)
{
	struct seen seen = parse_one("'revision':3,'version':4,'current_point_id':5,'price':'6','resolution':'success'");

	ck_assert_int_eq(seen.key.revision, NUMBER_NONE);
	ck_assert_int_eq(seen.version, NUMBER_NONE);
	ck_assert_int_eq(seen.operation_id, NUMBER_NONE);
	ck_assert_int_eq(seen.point_id, NUMBER_NONE);
	ck_assert(!wall_is_set(seen.valid_until));
	ck_assert_str_eq(seen.price, "");
	ck_assert_str_eq(seen.currency, "");
	ck_assert_str_eq(seen.resolution, "");
}
END_TEST

START_TEST(an_order_may_give_only_what_it_must)
{
	struct seen seen = parse_members("'orderId':7,'status':'PENDING','creationDate':'2026-09-20T14:30:31+03:00'");

	ck_assert_str_eq(seen.external_id, "7");
	ck_assert_str_eq(seen.status, "PENDING/");
	ck_assert_int_eq(seen.key.updated.us, AT_US);
	ck_assert_int_eq(seen.entered.us, AT_US);
	ck_assert_ptr_null(seen.model);
	ck_assert_int_eq(seen.campaign_id, NUMBER_NONE);
	ck_assert(!wall_is_set(seen.asked));
	ck_assert(!seen.prepaid);
}
END_TEST

static const struct {
	const char *json;
	const char *id; /* NULL: none */
} ids[] = {
	{ "1", "1" },
	{ "55000001", "55000001" },
	{ "9007199254740993", "9007199254740993" }, /* no double holds it */
	{ "9223372036854775807", "9223372036854775807" },
	{ "'9223372036854775807'", "9223372036854775807" },
	{ "'55000001'", "55000001" },
	{ "'0055'", "55" },
	{ "9223372036854775808", NULL },
	{ "18446744073709551617", NULL },
	{ "'9223372036854775808'", NULL },
	{ "'99999999999999999999999999'", NULL },
	{ "0", NULL },
	{ "-1", NULL },
	{ "-9223372036854775809", NULL },
	{ "'0'", NULL },
	{ "'-1'", NULL },
	{ "'+1'", NULL },
	{ "' 1'", NULL },
	{ "'1\\u0000'", NULL },
	{ "'0x1'", NULL },
	{ "''", NULL },
	{ "55000001.0", NULL },
	{ "1e3", NULL },
	{ "true", NULL },
	{ "null", NULL },
	{ "[1]", NULL },
};

START_TEST(an_order_id_is_exact_or_the_order_is_unreadable)
{
	char text[256];
	struct wire_orders orders;

	(void)snprintf(text, sizeof(text), "{'orders':[{'orderId':%s,'status':'S','updateDate':'2026-09-20T14:30:31Z'}]}",
	               ids[_i].json);
	orders = parse(text);
	ck_assert_uint_eq(orders.orders.n, ids[_i].id ? 1 : 0);
	ck_assert_uint_eq(orders.orders.n_unreadable, ids[_i].id ? 0 : 1);
	if (ids[_i].id)
		ck_assert_str_eq(orders.orders.seen[0].external_id, ids[_i].id);
	wire_orders_done(&orders);
}
END_TEST

START_TEST(a_campaign_id_is_exact_or_not_given)
{
	char members[64];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'campaignId':%s", ids[_i].json);
	seen = parse_one(members);
	ck_assert_int_eq(seen.campaign_id, ids[_i].id ? strtoll(ids[_i].id, NULL, 10) : NUMBER_NONE);
}
END_TEST

#define HUNDRED "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ"

static const struct {
	const char *members;
	const char *status;
} statuses[] = {
	{ "'status':'DELIVERY','substatus':'DELIVERY_SERVICE_RECEIVED'", "DELIVERY/DELIVERY_SERVICE_RECEIVED" },
	{ "'status':'CANCELLED','substatus':'POSTPAID_BUDGET_RESERVATION_FAILED'",
	  "CANCELLED/POSTPAID_BUDGET_RESERVATION_FAILED" },
	{ "'status':'PROCESSING','substatus':'BEAMED_UP'", "PROCESSING/BEAMED_UP" },
	{ "'status':'TELEPORTED','substatus':'BEAMED_UP'", "TELEPORTED/BEAMED_UP" },
	{ "'status':'PARTIALLY_RETURNED','substatus':'" HUNDRED "'", "PARTIALLY_RETURNED/" HUNDRED },
	{ "'status':'PROCESSING','substatus':'" HUNDRED HUNDRED "'", "PROCESSING/" HUNDRED "ABCDEFGHIJABCDEF" },
	{ "'status':'" HUNDRED HUNDRED "','substatus':'X'", HUNDRED "ABCDEFGHIJABCDEFGHIJABCDEF/" },
	{ "'status':'RETURNED','substatus':''", "RETURNED/" },
	{ "'status':'RETURNED','substatus':null", "RETURNED/" },
	{ "'status':'RETURNED','substatus':7", "RETURNED/" },
	{ "'status':'RETURNED'", "RETURNED/" },
	{ "'status':'A\\u0007B','substatus':'C\\nD'", "A?B/C?D" },
	{ "'status':'CANCELLED','substatus':'A/B'", "CANCELLED/A/B" },
};

START_TEST(status_and_substatus_survive_as_text)
{
	char members[1024];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'orderId':1,'updateDate':'2026-09-20T14:30:31Z',%s", statuses[_i].members);
	seen = parse_members(members);
	ck_assert_str_eq(seen.status, statuses[_i].status);
}
END_TEST

static const struct {
	const char *created; /* JSON, as all */
	const char *updated;
	int64_t updated_us;
} dates[] = {
	{ "null", "'2026-09-20T14:30:31+03:00'", AT_US },
	{ "null", "'2026-09-20T11:30:31Z'", AT_US },
	{ "null", "'2026-09-20T11:30:31.402413759Z'", AT_US + 402413 },
	{ "null", "'2026-09-20T14:30:31'", AT_US },
	{ "null", "'20-09-2026 14:30:31'", AT_US },
	{ "'20-09-2026 14:30:31'", "null", AT_US },
	{ "'2026-09-20T14:30:31+03:00'", "null", AT_US },
	{ "'2026-09-20T14:30:31+03:00'", "'yesterday'", AT_US },
	{ "'2026-09-20T14:30:31+03:00'", "1789903831", AT_US },
	{ "'2026-09-20T14:30:30+03:00'", "'2026-09-20T14:30:31+03:00'", AT_US },
};

START_TEST(an_order_is_as_old_as_its_update_else_as_its_creation)
{
	char members[256];
	struct seen seen;

	(void)snprintf(members, sizeof(members), "'orderId':1,'status':'DELIVERY','creationDate':%s,'updateDate':%s",
	               dates[_i].created, dates[_i].updated);
	seen = parse_members(members);
	ck_assert_int_eq(seen.key.updated.us, dates[_i].updated_us);
	ck_assert_int_eq(seen.entered.us, dates[_i].updated_us);
}
END_TEST

static const struct {
	const char *status;
	const char *created;
	int64_t before_us; /* how long before the update it was entered */
} births[] = {
	{ "PLACING", "2026-09-20T14:20:31+03:00", 600 * USEC_PER_SEC },
	{ "RESERVED", "2026-09-20T14:20:31+03:00", 600 * USEC_PER_SEC },
	{ "UNPAID", "20-09-2026 14:20:31", 600 * USEC_PER_SEC },
	{ "PENDING", "2026-09-20T14:20:31+03:00", 0 },
	{ "PROCESSING", "2026-09-20T14:20:31+03:00", 0 },
	{ "RESERVED_AGAIN", "2026-09-20T14:20:31+03:00", 0 },
	{ "RESERVED", "2026-09-20T14:40:31+03:00", 0 }, /* after the update: it can't be */
	{ "RESERVED", "", 0 },
};

START_TEST(what_an_order_is_born_in_was_entered_at_its_creation)
{
	char members[256];
	struct seen seen;

	(void)snprintf(members, sizeof(members),
	               "'orderId':1,'status':'%s','substatus':'X','creationDate':'%s','updateDate':'2026-09-20T14:30:31+03:00'",
	               births[_i].status, births[_i].created);
	seen = parse_members(members);
	ck_assert_int_eq(seen.key.updated.us, AT_US);
	ck_assert_int_eq(seen.entered.us, AT_US - births[_i].before_us);
}
END_TEST

static const struct {
	const char *members;
	const struct model *model;
	bool foreign;
} programs[] = {
	{ "'programType':'DBS'", &model_dbs, false },
	{ "'programType':'LAAS'", &model_laas, false },
	{ "'programType':'FBS'", NULL, true },
	{ "'programType':'FBY'", NULL, true },
	{ "'programType':'EXPRESS'", NULL, true },
	{ "'programType':'DBS2'", NULL, true },
	{ "'programType':'DB'", NULL, true },
	{ "'programType':'DBS\\u0000'", NULL, true },
	{ "'programType':''", NULL, false },
	{ "'programType':null", NULL, false },
	{ "'programType':['DBS']", NULL, false },
	{ "", NULL, false },
};

START_TEST(the_program_decides_the_model)
{
	struct seen seen = parse_one(programs[_i].members);

	ck_assert_ptr_eq(seen.model, programs[_i].model);
	ck_assert_int_eq(seen.foreign, programs[_i].foreign);
}
END_TEST

START_TEST(a_wish_to_cancel_was_uttered_by_the_update)
{
	struct seen asked = parse_one("'cancelRequested':true");
	struct seen no = parse_one("'cancelRequested':false");
	struct seen odd = parse_one("'cancelRequested':'true'");

	ck_assert_int_eq(asked.asked.us, AT_US);
	ck_assert(!wall_is_set(no.asked));
	ck_assert(!wall_is_set(odd.asked));
}
END_TEST

START_TEST(only_prepaid_is_paid_in_advance)
{
	struct seen prepaid = parse_one("'paymentType':'PREPAID'");
	struct seen postpaid = parse_one("'paymentType':'POSTPAID'");
	struct seen unknown = parse_one("'paymentType':'UNKNOWN'");

	ck_assert(prepaid.prepaid);
	ck_assert(!postpaid.prepaid);
	ck_assert(!unknown.prepaid);
}
END_TEST

START_TEST(what_is_no_order_is_counted_and_costs_only_itself)
{
	struct wire_orders orders =
		parse("{'orders':[null,1,'x',[],{},{'orderId':2,'updateDate':'2026-09-20T14:30:31Z'},"
	              "{'orderId':3,'status':'','updateDate':'2026-09-20T14:30:31Z'},"
	              "{'orderId':4,'status':'A/B','updateDate':'2026-09-20T14:30:31Z'},"
	              "{'orderId':5,'status':'DELIVERY'},"
	              "{'orderId':6,'status':'DELIVERY','updateDate':'2026-02-30T14:30:31Z','creationDate':'then'},"
	              "{'orderId':7,'status':'DELIVERY','updateDate':'2026-09-20T14:30:31Z'}]}");

	ck_assert_uint_eq(orders.orders.n, 1);
	ck_assert_uint_eq(orders.orders.n_unreadable, 10);
	ck_assert_str_eq(orders.orders.seen[0].external_id, "7");
	wire_orders_done(&orders);
}
END_TEST

START_TEST(two_orders_of_one_id_are_both_returned)
{
	struct wire_orders orders =
		parse("{'orders':[{'orderId':7,'status':'DELIVERY','updateDate':'2026-09-20T14:30:31Z'},"
	              "{'orderId':'7','status':'PICKUP','updateDate':'2026-09-20T14:30:32Z'}]}");

	ck_assert_uint_eq(orders.orders.n, 2);
	ck_assert_str_eq(orders.orders.seen[0].external_id, "7");
	ck_assert_str_eq(orders.orders.seen[1].external_id, "7");
	ck_assert_str_eq(orders.orders.seen[0].status, "DELIVERY/");
	ck_assert_str_eq(orders.orders.seen[1].status, "PICKUP/");
	wire_orders_done(&orders);
}
END_TEST

START_TEST(odd_numbers_in_other_fields_cost_nothing)
{
	struct seen seen = parse_one("'items':[{'price':1e999,'count':99999999999999999999999,'id':-0.0}],'new':{'a':[[]]}");

	ck_assert_str_eq(seen.external_id, "1");
}
END_TEST

static const char *const last_pages[] = {
	"{'orders':[]}",
	"{'orders':[],'paging':null}",
	"{'orders':[],'paging':{}}",
	"{'orders':[],'paging':[]}",
	"{'orders':[],'paging':{'nextPageToken':null}}",
	"{'orders':[],'paging':{'nextPageToken':''}}",
};

START_TEST(the_last_page_has_no_token)
{
	struct wire_orders orders = parse(last_pages[_i]);

	ck_assert_uint_eq(orders.orders.n, 0);
	ck_assert_ptr_null(orders.next_page_token);
	wire_orders_done(&orders);
}
END_TEST

START_TEST(a_page_token_is_kept_as_it_is)
{
	struct wire_orders orders = parse("{'orders':[],'paging':{'nextPageToken':'a/b+c=\\n\\u044f'}}");

	ck_assert_str_eq(orders.next_page_token, "a/b+c=\n\xd1\x8f");
	wire_orders_done(&orders);
}
END_TEST

/* A page whose token has LEN bytes. */
static char *page_with_token(size_t len)
{
	char *text = malloc(len + 64);
	char *at = stpcpy(text, "{\"orders\":[],\"paging\":{\"nextPageToken\":\"");

	memset(at, 'x', len);
	(void)stpcpy(at + len, "\"}}");
	return text;
}

START_TEST(a_page_token_has_an_end)
{
	char *longest = page_with_token(WIRE_PAGE_TOKEN_MAX);
	char *longer = page_with_token(WIRE_PAGE_TOKEN_MAX + 1);
	struct wire_orders orders;

	ck_assert_int_eq(wire_orders_parse(longest, strlen(longest), &orders), 0);
	ck_assert_uint_eq(strlen(orders.next_page_token), WIRE_PAGE_TOKEN_MAX);
	wire_orders_done(&orders);
	ck_assert_int_eq(wire_orders_parse(longer, strlen(longer), &orders), ERR_INVALID);
	free(longest);
	free(longer);
}
END_TEST

static const char *const bad_pages[] = {
	"",
	"x",
	"null",
	"[]",
	"7",
	"{}",
	"{'orders':null}",
	"{'orders':{}}",
	"{'orders':[]",
	"{'orders':[]} x",
	"[{'orders':[]}]",
	"{'status':'ERROR','errors':[{'code':'UNAUTHORIZED'}]}",
	"{'orders':[],'paging':{'nextPageToken':7}}",
	"{'orders':[],'paging':{'nextPageToken':'a\\u0000b'}}",
	"<html>502</html>",
};

START_TEST(what_is_no_page_is_invalid_and_writes_nothing)
{
	struct wire_orders orders = { .orders.n = 42 };
	char *json = quoted(bad_pages[_i]);

	ck_assert_int_eq(wire_orders_parse(json, strlen(json), &orders), ERR_INVALID);
	ck_assert_uint_eq(orders.orders.n, 42);
	ck_assert_ptr_null(orders.orders.seen);
	ck_assert_ptr_null(orders.next_page_token);
	free(json);
}
END_TEST

START_TEST(every_cut_of_a_page_is_invalid)
{
	struct wire_orders orders;
	char *json = quoted(sample);

	for (size_t len = 0; len < strlen(json); len++)
		ck_assert_int_eq(wire_orders_parse(json, len, &orders), ERR_INVALID);
	free(json);
}
END_TEST

static TCase *page_cases(void)
{
	TCase *tc = tcase_create("pages");

	tcase_add_test(tc, a_whole_page_is_read);
	tcase_add_test(tc, two_orders_of_one_id_are_both_returned);
	tcase_add_test(tc, what_is_no_order_is_counted_and_costs_only_itself);
	tcase_add_test(tc, odd_numbers_in_other_fields_cost_nothing);
	tcase_add_loop_test(tc, the_last_page_has_no_token, 0, (int)ARRAY_SIZE(last_pages));
	tcase_add_test(tc, a_page_token_is_kept_as_it_is);
	tcase_add_test(tc, a_page_token_has_an_end);
	tcase_add_loop_test(tc, what_is_no_page_is_invalid_and_writes_nothing, 0, (int)ARRAY_SIZE(bad_pages));
	tcase_add_test(tc, every_cut_of_a_page_is_invalid);
	return tc;
}

static TCase *order_cases(void)
{
	TCase *tc = tcase_create("orders");

	tcase_add_test(tc, an_order_gives_nothing_that_only_claims_have);
	tcase_add_test(tc, an_order_may_give_only_what_it_must);
	tcase_add_loop_test(tc, an_order_id_is_exact_or_the_order_is_unreadable, 0, (int)ARRAY_SIZE(ids));
	tcase_add_loop_test(tc, a_campaign_id_is_exact_or_not_given, 0, (int)ARRAY_SIZE(ids));
	tcase_add_loop_test(tc, status_and_substatus_survive_as_text, 0, (int)ARRAY_SIZE(statuses));
	tcase_add_loop_test(tc, an_order_is_as_old_as_its_update_else_as_its_creation, 0, (int)ARRAY_SIZE(dates));
	tcase_add_loop_test(tc, what_an_order_is_born_in_was_entered_at_its_creation, 0, (int)ARRAY_SIZE(births));
	tcase_add_loop_test(tc, the_program_decides_the_model, 0, (int)ARRAY_SIZE(programs));
	tcase_add_test(tc, a_wish_to_cancel_was_uttered_by_the_update);
	tcase_add_test(tc, only_prepaid_is_paid_in_advance);
	return tc;
}

Suite *suite(void)
{
	Suite *s = suite_create("wire_orders");

	suite_add_tcase(s, page_cases());
	suite_add_tcase(s, order_cases());
	return s;
}
