/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/notification: what each push says, what little is refused, and what is answered.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/notification.h"

/* 2026-09-21T15:03:07Z */
#define AT_US INT64_C(1790002987000000)

static struct notification parse(const char *text)
{
	struct notification notification;
	const char *why = NULL;
	char *json = quoted(text);

	ck_assert_msg(wire_notification_parse(json, strlen(json), &notification, &why) == 0, "%s", text);
	ck_assert_ptr_null(why);
	free(json);
	return notification;
}

#define TIME "2026-09-21T18:03:07+03:00"

/* The bodies of upstream/market.md section 1.4, and the types that have none there. */
static const struct {
	const char *type;
	enum notification_kind kind;
	const char *members;
} documented[] = {
	{ "PING", NOTIFICATION_PING, "'time':'" TIME "'" },
	{ "ORDER_CREATED", NOTIFICATION_ORDER,
	  "'orderId':55000001,'campaignId':111,'items':[{'offerId':'SKU-42','count':1}],'createdAt':'" TIME "'" },
	{ "ORDER_STATUS_UPDATED", NOTIFICATION_ORDER,
	  "'orderId':55000001,'campaignId':111,'status':'DELIVERY','substatus':'X','updatedAt':'" TIME "'" },
	{ "ORDER_CANCELLED", NOTIFICATION_ORDER,
	  "'orderId':55000001,'campaignId':111,'items':[{'offerId':'SKU-42','count':1}],'cancelledAt':'" TIME "'" },
	{ "ORDER_CANCELLATION_REQUEST", NOTIFICATION_ORDER,
	  "'orderId':55000001,'campaignId':111,'requestedAt':'" TIME "'" },
	{ "ORDER_UPDATED", NOTIFICATION_ORDER,
	  "'orderId':55000001,'campaignId':111,'updateType':'DELIVERY_DATE_UPDATED','updatedAt':'" TIME "'" },
	{ "ORDER_RETURN_CREATED", NOTIFICATION_ORDER,
	  "'orderId':55000001,'returnId':900001,'returnType':'UNREDEEMED','campaignId':111,'items':[],'createdAt':'" TIME "'" },
	{ "ORDER_RETURN_STATUS_UPDATED", NOTIFICATION_ORDER,
	  "'orderId':55000001,'returnId':900001,'campaignId':111,'statuses':{'shipmentStatus':'IN_TRANSIT'},"
	  "'updatedAt':'" TIME "'" },
	{ "ORDER_LINE_SERVICE_STATUS_UPDATED", NOTIFICATION_OTHER,
	  "'orderId':55000001,'campaignId':111,'itemId':700000001,'serviceArticle':'ASSEMBLY',"
	  "'statuses':[{'status':'PROVIDED','count':1}],'updatedAt':'" TIME "'" },
	{ "GOODS_FEEDBACK_CREATED", NOTIFICATION_OTHER,
	  "'feedbackId':1,'businessId':222,'createdAt':'" TIME "','publishedAt':'2026-09-22T00:00:00Z'" },
	{ "GOODS_FEEDBACK_COMMENT_CREATED", NOTIFICATION_OTHER, "'commentId':1,'businessId':222,'createdAt':'" TIME "'" },
	{ "CHAT_CREATED", NOTIFICATION_OTHER, "'chatId':5,'businessId':222,'createdAt':'" TIME "'" },
	{ "CHAT_MESSAGE_SENT", NOTIFICATION_OTHER, "'chatId':5,'messageId':'m','businessId':222,'sentAt':'" TIME "'" },
	{ "CHAT_ARBITRAGE_STARTED", NOTIFICATION_OTHER, "'chatId':5,'businessId':222,'startedAt':'" TIME "'" },
	{ "CHAT_ARBITRAGE_FINISHED", NOTIFICATION_OTHER, "'chatId':5,'businessId':222,'finishedAt':'" TIME "'" },
	{ "QUESTION_CREATED", NOTIFICATION_OTHER, "'questionId':1,'businessId':222,'createdAt':'" TIME "'" },
	{ "QUESTION_ANSWER_CREATED", NOTIFICATION_OTHER, "'answerId':1,'businessId':222,'createdAt':'" TIME "'" },
	{ "QUESTION_COMMENT_CREATED", NOTIFICATION_OTHER,
	  "'answerId':1,'commentId':2,'businessId':222,'createdAt':'" TIME "'" },
};

_Static_assert(ARRAY_SIZE(documented) == NOTIFICATION_TYPES, "each type");

START_TEST(each_known_type_is_read)
{
	bool of_order = strncmp(documented[_i].type, "ORDER_", 6) == 0;
	bool of_business = strstr(documented[_i].members, "businessId") != NULL;
	struct notification notification;
	char text[512];

	(void)snprintf(text, sizeof(text), "{'notificationType':'%s',%s}", documented[_i].type, documented[_i].members);
	notification = parse(text);
	ck_assert_str_eq(notification.type, documented[_i].type);
	ck_assert_int_eq(notification.kind, documented[_i].kind);
	ck_assert_str_eq(notification.order_id, of_order ? "55000001" : "");
	ck_assert_int_eq(notification.campaign_id, of_order ? 111 : NUMBER_NONE);
	ck_assert_int_eq(notification.business_id, of_business ? 222 : NUMBER_NONE);
	ck_assert_int_eq(notification.at.us, AT_US);
	ck_assert_int_eq(notification.asks_to_cancel, strcmp(documented[_i].type, "ORDER_CANCELLATION_REQUEST") == 0);
	ck_assert_str_eq(notification_types[_i], documented[_i].type);
}
END_TEST

START_TEST(only_the_type_s_own_field_is_its_time)
{
	struct notification notification =
		parse("{'notificationType':'ORDER_CANCELLED','orderId':1,'updatedAt':'" TIME "','createdAt':'" TIME "'}");

	ck_assert_int_eq(notification.kind, NOTIFICATION_ORDER);
	ck_assert(!wall_is_set(notification.at));
	ck_assert_str_eq(notification_time_member("ORDER_CANCELLED"), "cancelledAt");
	ck_assert_str_eq(notification_time_member("ORDER_TELEPORTED"), "updatedAt");
}
END_TEST

START_TEST(a_ping_needs_nothing_but_its_type)
{
	struct notification notification = parse("{'notificationType':'PING'}");

	ck_assert_int_eq(notification.kind, NOTIFICATION_PING);
	ck_assert_str_eq(notification.order_id, "");
	ck_assert_int_eq(notification.campaign_id, NUMBER_NONE);
	ck_assert_int_eq(notification.business_id, NUMBER_NONE);
	ck_assert(!wall_is_set(notification.at));
}
END_TEST

static const struct {
	const char *time;
	int64_t us; /* behind AT_US; NUMBER_NONE: no time */
} times[] = {
	{ "'2026-09-21T15:03:07Z'", 0 },
	{ "'2026-09-21T18:03:07+03:00'", 0 },
	{ "'2026-09-21T15:03:07.2Z'", 200000 },
	{ "'2026-09-21T15:03:07.213Z'", 213000 },
	{ "'2026-09-21T15:03:07.759084Z'", 759084 },
	{ "'2026-09-21T15:03:07.759084017Z'", 759084 },
	{ "'2026-09-21T18:03:07.759084017+03:00'", 759084 },
	{ "'2026-09-21T18:03:07'", 0 },
	{ "'21-09-2026 18:03:07'", 0 },
	{ "'yesterday'", NUMBER_NONE },
	{ "''", NUMBER_NONE },
	{ "1790002987", NUMBER_NONE },
	{ "null", NUMBER_NONE },
};

START_TEST(a_time_has_any_number_of_digits)
{
	struct notification notification;
	char text[256];

	(void)snprintf(text, sizeof(text), "{'notificationType':'ORDER_UPDATED','orderId':1,'updatedAt':%s}", times[_i].time);
	notification = parse(text);
	ck_assert_int_eq(notification.kind, NOTIFICATION_ORDER);
	ck_assert_int_eq(notification.at.us, times[_i].us == NUMBER_NONE ? WALL_NONE.us : AT_US + times[_i].us);
}
END_TEST

static const struct {
	const char *json;
	int64_t id; /* NUMBER_NONE: none */
} ids[] = {
	{ "9223372036854775807", INT64_MAX },
	{ "'9223372036854775807'", INT64_MAX },
	{ "9007199254740993", INT64_C(9007199254740993) },
	{ "'55000001'", 55000001 },
	{ "9223372036854775808", NUMBER_NONE },
	{ "'9223372036854775808'", NUMBER_NONE },
	{ "0", NUMBER_NONE },
	{ "-5", NUMBER_NONE },
	{ "5.0", NUMBER_NONE },
	{ "'five'", NUMBER_NONE },
	{ "''", NUMBER_NONE },
	{ "[5]", NUMBER_NONE },
	{ "null", NUMBER_NONE },
};

START_TEST(ids_are_numbers_or_digits_or_not_given)
{
	struct notification notification;
	char text[256];

	(void)snprintf(text, sizeof(text), "{'notificationType':'ORDER_UPDATED','orderId':%s,'campaignId':%s,'businessId':%s}",
	               ids[_i].json, ids[_i].json, ids[_i].json);
	notification = parse(text);
	ck_assert_int_eq(notification.campaign_id, ids[_i].id);
	ck_assert_int_eq(notification.business_id, ids[_i].id);
	/* An order that can't be named can't be read either. */
	if (ids[_i].id == NUMBER_NONE) {
		ck_assert_str_eq(notification.order_id, "");
		ck_assert_int_eq(notification.kind, NOTIFICATION_OTHER);
	} else {
		ck_assert_int_eq(strtoll(notification.order_id, NULL, 10), ids[_i].id);
		ck_assert_int_eq(notification.kind, NOTIFICATION_ORDER);
	}
}
END_TEST

START_TEST(only_a_status_update_tells_a_status)
{
	struct notification updated = parse("{'notificationType':'ORDER_STATUS_UPDATED','orderId':1,'status':'TELEPORTED',"
	                                    "'substatus':'BEAMED_UP_BY_A_BRAND_NEW_DELIVERY_SERVICE'}");
	struct notification bare = parse("{'notificationType':'ORDER_STATUS_UPDATED','orderId':1,'status':'PENDING'}");
	struct notification none = parse("{'notificationType':'ORDER_STATUS_UPDATED','orderId':1,'substatus':'STARTED'}");
	struct notification other = parse("{'notificationType':'ORDER_CREATED','orderId':1,'status':'A','substatus':'B'}");

	ck_assert_str_eq(updated.status, "TELEPORTED/BEAMED_UP_BY_A_BRAND_NEW_DELIVERY_SERVICE");
	ck_assert_str_eq(bare.status, "PENDING/");
	ck_assert_str_eq(none.status, "");
	ck_assert_int_eq(none.kind, NOTIFICATION_ORDER);
	ck_assert_str_eq(other.status, "");
}
END_TEST

START_TEST(a_type_that_is_new_is_kept_with_what_it_tells)
{
	struct notification notification =
		parse("{'new':[{'deep':{'er':null}}],'businessId':222,'notificationType':'ORDER_TELEPORTED','orderId':55000001,"
	              "'campaignId':'111','sentAt':'" TIME "','createdAt':7}");

	ck_assert_int_eq(notification.kind, NOTIFICATION_OTHER);
	ck_assert_str_eq(notification.type, "ORDER_TELEPORTED");
	ck_assert_str_eq(notification.order_id, "55000001");
	ck_assert_int_eq(notification.campaign_id, 111);
	ck_assert_int_eq(notification.business_id, 222);
	ck_assert_int_eq(notification.at.us, AT_US);
	ck_assert(!notification.asks_to_cancel);
}
END_TEST

#define TWENTY "ABCDEFGHIJKLMNOPQRST"

static const struct {
	const char *json;
	const char *type;
} odd_types[] = {
	{ "ping", "ping" },
	{ "PING ", "PING " },
	{ "PING\\u0000", "PING?" },
	{ "PIN", "PIN" },
	{ "A\\nB\\u001b[2J", "A?B?[2J" },
	{ TWENTY TWENTY TWENTY "ABCDEF", TWENTY TWENTY TWENTY "ABC" },
	{ "\xd0\x9f", "\xd0\x9f" },
};

START_TEST(a_type_is_one_line_and_must_be_exact)
{
	struct notification notification;
	char text[256];

	(void)snprintf(text, sizeof(text), "{'notificationType':'%s'}", odd_types[_i].json);
	notification = parse(text);
	ck_assert_int_eq(notification.kind, NOTIFICATION_OTHER);
	ck_assert_str_eq(notification.type, odd_types[_i].type);
}
END_TEST

/* What is odd in form, but a notification all the same: a refusal would lose the event for good. */
static const char *const forgiven[] = {
	"{'notificationType':'ORDER_UPDATED','orderId':1}\n",
	" \r\n\t{'notificationType' : 'ORDER_UPDATED' , 'orderId' : 1 } \r\n",
	"{'notificationType':'PING','notificationType':'ORDER_UPDATED','orderId':1}",
	"{'notificationType':'ORDER_UPDATED','orderId':1,'x':99999999999999999999999999,'y':1e999}",
	"{'notificationType':'ORDER_UPDATED','orderId':1,'x':'\xff\xfe'}",
	"{'notificationType':'ORDER_UPDATED','orderId':1,'items':'none','updateType':{},'campaignId':[]}",
};

START_TEST(odd_forms_are_forgiven)
{
	struct notification notification = parse(forgiven[_i]);

	ck_assert_int_eq(notification.kind, NOTIFICATION_ORDER);
	ck_assert_str_eq(notification.order_id, "1");
}
END_TEST

static const struct {
	const char *text;
	bool object; /* it is one, but has no type */
} refused[] = {
	{ "", false },
	{ "x", false },
	{ "null", false },
	{ "7", false },
	{ "'PING'", false },
	{ "[]", false },
	{ "[{'notificationType':'PING'}]", false },
	{ "{'notificationType':'PING'", false },
	{ "{'notificationType':'PING'} {}", false },
	{ "<xml/>", false },
	{ "{}", true },
	{ "{'notificationType':null}", true },
	{ "{'notificationType':''}", true },
	{ "{'notificationType':7}", true },
	{ "{'notificationType':['PING']}", true },
	{ "{'NotificationType':'PING'}", true },
	{ "{'order':{'notificationType':'PING'}}", true },
};

START_TEST(what_is_no_notification_is_refused_with_a_reason)
{
	struct notification notification = { .campaign_id = 42 };
	const char *why = NULL;
	char *json = quoted(refused[_i].text);

	ck_assert_int_eq(wire_notification_parse(json, strlen(json), &notification, &why), ERR_INVALID);
	ck_assert_int_eq(notification.campaign_id, 42);
	ck_assert_ptr_nonnull(why);
	ck_assert_int_eq(strstr(why, "notificationType") != NULL, refused[_i].object);
	free(json);
}
END_TEST

START_TEST(the_answer_is_what_market_wants)
{
	char *text;
	char *json = quoted("{'version':'1.4.0','name':'claimd','time':'2026-09-21T15:03:07.001Z'}");

	ck_assert_int_eq(wire_notification_answer("1.4.0", (struct wall){ AT_US + 1000 }, &text), 0);
	ck_assert_str_eq(text, json);
	free(text);
	free(json);
}
END_TEST

START_TEST(an_error_names_its_type_and_says_why)
{
	char *text;
	char *json = quoted("{'error':{'type':'WRONG_EVENT_FORMAT','message':'no object'}}");

	ck_assert_int_eq(wire_notification_error("WRONG_EVENT_FORMAT", "no object", &text), 0);
	ck_assert_str_eq(text, json);
	free(text);
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_notification");
	TCase *tc = tcase_create("notifications");

	tcase_add_loop_test(tc, each_known_type_is_read, 0, (int)ARRAY_SIZE(documented));
	tcase_add_test(tc, only_the_type_s_own_field_is_its_time);
	tcase_add_test(tc, a_ping_needs_nothing_but_its_type);
	tcase_add_loop_test(tc, a_time_has_any_number_of_digits, 0, (int)ARRAY_SIZE(times));
	tcase_add_loop_test(tc, ids_are_numbers_or_digits_or_not_given, 0, (int)ARRAY_SIZE(ids));
	tcase_add_test(tc, only_a_status_update_tells_a_status);
	tcase_add_test(tc, a_type_that_is_new_is_kept_with_what_it_tells);
	tcase_add_loop_test(tc, a_type_is_one_line_and_must_be_exact, 0, (int)ARRAY_SIZE(odd_types));
	tcase_add_loop_test(tc, odd_forms_are_forgiven, 0, (int)ARRAY_SIZE(forgiven));
	tcase_add_loop_test(tc, what_is_no_notification_is_refused_with_a_reason, 0, (int)ARRAY_SIZE(refused));
	tcase_add_test(tc, the_answer_is_what_market_wants);
	tcase_add_test(tc, an_error_names_its_type_and_says_why);
	suite_add_tcase(s, tc);
	return s;
}
