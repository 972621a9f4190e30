/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/journal: what is taken from a page, and what hostile or odd pages come to.
 * Unit ring. Requests are in test_wire_journal_encode.c. Documents are written with single quotes: see quoted.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/journal.h"

/* 2026-09-23T07:44:04Z */
#define AT_US INT64_C(1790149444000000)

#define S10 "0123456789"
#define S60 S10 S10 S10 S10 S10 S10

/* What every event has. */
#define PLACE "'operation_id':84,'claim_id':'c1','updated_ts':'2026-09-23T07:44:04Z','revision':3"
#define EVENT(more) "{" PLACE "," more "}"
#define NEW EVENT("'change_type':'status_changed','new_status':'new'")

static struct wire_journal parse(const char *text)
{
	struct wire_journal journal;
	char *json = quoted(text);

	ck_assert_int_eq(wire_journal_parse(json, strlen(json), &journal), 0);
	ck_assert_ptr_nonnull(journal.cursor);
	free(json);
	return journal;
}

/* A page of this one member. */
static struct wire_journal parse_member(const char *member)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "{'cursor':'c2','events':[%s]}", member);
	return parse(text);
}

static struct wire_event parse_event(const char *member)
{
	struct wire_journal journal = parse_member(member);
	struct wire_event event;

	ck_assert_uint_eq(journal.n, 1);
	ck_assert_uint_eq(journal.n_unreadable, 0);
	event = journal.events[0];
	wire_journal_done(&journal);
	return event;
}

/* An event of a new status, with these members beside. */
static struct seen parse_new(const char *members)
{
	char text[512];

	(void)snprintf(text, sizeof(text), EVENT("'change_type':'status_changed','new_status':'new',%s"), members);
	return parse_event(text).seen;
}

static bool is_event(const char *member)
{
	struct wire_journal journal = parse_member(member);
	bool is = journal.n == 1;

	ck_assert_uint_eq(journal.n + journal.n_unreadable, 1);
	wire_journal_done(&journal);
	return is;
}

static const char sample[] =
	"{'cursor':'eyJhbGciOi.opaque','events':["
	"{'operation_id':84,'claim_id':'01a0cd38be93807496944ebfc9654d02','change_type':'status_changed',"
	"'updated_ts':'2026-09-23T07:44:03.849724+00:00','new_status':'new','revision':1,"
	"'current_point_id':17594193737507,'client_id':'cd8cc018bde34597932855e3cfdce927'},"
	"{'operation_id':86,'claim_id':'01a0cd38be93807496944ebfc9654d02','change_type':'price_changed',"
	"'updated_ts':'2026-09-23T07:44:04+00:00','new_price':'1738.8','new_currency':'RUB','revision':4},"
	"{'operation_id':87,'claim_id':'01a0cd38be93807496944ebfc9654d02','change_type':'status_changed',"
	"'updated_ts':'2026-09-23T07:44:53.304895+00:00','new_status':'cancelled','resolution':'failed','revision':5}]}";

START_TEST(a_whole_page_is_read)
{
	struct wire_journal journal = parse(sample);
	const struct wire_event *events = journal.events;

	ck_assert_str_eq(journal.cursor, "eyJhbGciOi.opaque");
	ck_assert_uint_eq(journal.n, 3);
	ck_assert_uint_eq(journal.n_unreadable, 0);
	ck_assert_int_eq(events[0].change, WIRE_CHANGE_STATUS);
	ck_assert_str_eq(events[0].change_type, "status_changed");
	ck_assert_int_eq(events[0].seen.operation_id, 84);
	ck_assert_str_eq(events[0].seen.external_id, "01a0cd38be93807496944ebfc9654d02");
	ck_assert_str_eq(events[0].seen.status, "new");
	ck_assert_int_eq(events[0].seen.key.revision, 1);
	ck_assert_int_eq(events[0].seen.key.updated.us, AT_US - 150276);
	ck_assert_int_eq(events[0].seen.point_id, INT64_C(17594193737507));
	ck_assert_int_eq(events[1].change, WIRE_CHANGE_PRICE);
	ck_assert_str_eq(events[1].seen.price, "1738.8");
	ck_assert_str_eq(events[1].seen.currency, "RUB");
	ck_assert_str_eq(events[1].seen.status, "");
	ck_assert_str_eq(events[2].seen.resolution, "failed");
	wire_journal_done(&journal);
	ck_assert_ptr_null(journal.cursor);
	wire_journal_done(&journal);
}
END_TEST

START_TEST(an_event_is_a_single_step_of_the_journal)
{
	struct seen seen = parse_event(NEW).seen;

	ck_assert_int_eq(seen.via, VIA_JOURNAL);
	ck_assert(!seen.snapshot);
	ck_assert_int_eq(seen.key.updated.us, AT_US);
	ck_assert_int_eq(seen.entered.us, AT_US);
	ck_assert_int_eq(seen.version, NUMBER_NONE);
	ck_assert_int_eq(seen.point_id, NUMBER_NONE);
	ck_assert(!wall_is_set(seen.valid_until));
	ck_assert_ptr_null(seen.model);
	ck_assert_int_eq(seen.campaign_id, NUMBER_NONE);
	ck_assert(!wall_is_set(seen.asked));
	ck_assert_str_eq(seen.price, "");
	ck_assert_str_eq(seen.currency, "");
	ck_assert_str_eq(seen.resolution, "");
}
END_TEST

static const struct {
	const char *change_type;
	enum wire_change change;
	const char *kept;
} change_types[] = {
	{ "'status_changed'", WIRE_CHANGE_STATUS, "status_changed" },
	{ "'price_changed'", WIRE_CHANGE_PRICE, "price_changed" },
	{ "'performer_changed'", WIRE_CHANGE_OTHER, "performer_changed" },
	{ "'Status_changed'", WIRE_CHANGE_OTHER, "Status_changed" },
	{ "'status_changed '", WIRE_CHANGE_OTHER, "status_changed " },
	{ "'status_changed\\u0000'", WIRE_CHANGE_OTHER, "status_changed?" },
	{ "'status'", WIRE_CHANGE_OTHER, "status" },
	{ "'\\n'", WIRE_CHANGE_OTHER, "?" },
	{ "'" S60 "1234'", WIRE_CHANGE_OTHER, S60 "123" },
	{ "'" S60 "12\xd0\x9f'", WIRE_CHANGE_OTHER, S60 "12" }, /* cut before the character, not in it */
};

START_TEST(a_change_type_is_known_or_kept_raw)
{
	char text[512];
	struct wire_event event;

	(void)snprintf(text, sizeof(text), EVENT("'change_type':%s,'new_status':'new','new_price':'10','new_currency':'RUB'"),
	               change_types[_i].change_type);
	event = parse_event(text);
	ck_assert_int_eq(event.change, change_types[_i].change);
	ck_assert_str_eq(event.change_type, change_types[_i].kept);
	ck_assert_str_eq(event.seen.status, event.change == WIRE_CHANGE_STATUS ? "new" : "");
	ck_assert_str_eq(event.seen.price, event.change == WIRE_CHANGE_PRICE ? "10" : "");
	ck_assert_str_eq(event.seen.currency, event.change == WIRE_CHANGE_PRICE ? "RUB" : "");
}
END_TEST

START_TEST(an_unknown_change_needs_nothing_new)
{
	struct wire_event event = parse_event(EVENT("'change_type':'teleported','current_point_id':7"));

	ck_assert_int_eq(event.change, WIRE_CHANGE_OTHER);
	ck_assert_str_eq(event.seen.external_id, "c1");
	ck_assert_int_eq(event.seen.operation_id, 84);
	ck_assert_int_eq(event.seen.key.revision, 3);
	ck_assert_int_eq(event.seen.key.updated.us, AT_US);
	ck_assert_int_eq(event.seen.point_id, 7);
}
END_TEST

static const struct {
	const char *json;
	const char *status; /* NULL: no event */
} statuses[] = {
	{ "'ready_for_approval'", "ready_for_approval" },
	{ "'beamed_up'", "beamed_up" },
	{ "'new\\u0000'", "new?" },
	{ "'a\xff" "b'", "a?b" },
	{ "'" S60 S60 "12345678'", S60 S60 "1234567" },
	{ "''", NULL },
	{ "null", NULL },
	{ "7", NULL },
	{ "['new']", NULL },
};

START_TEST(a_status_is_kept_raw_or_there_is_no_event)
{
	char text[512];

	(void)snprintf(text, sizeof(text), EVENT("'change_type':'status_changed','new_status':%s"), statuses[_i].json);
	if (statuses[_i].status)
		ck_assert_str_eq(parse_event(text).seen.status, statuses[_i].status);
	else
		ck_assert(!is_event(text));
}
END_TEST

static const struct {
	const char *json;
	const char *price; /* NULL: no event */
	const char *currency;
} prices[] = {
	{ "'new_price':'1449'", "1449", "" },
	{ "'new_price':'372036854775807.0001','new_currency':'RUB'", "372036854775807.0001", "RUB" },
	{ "'new_price':1449,'new_currency':'aed'", "1449", "aed" },
	{ "'new_price':'-0.5','new_currency':'RUBLES'", "-0.5", "" },
	{ "'new_price':'10','new_currency':null", "10", "" },
	{ "'new_price':'10','new_currency':643", "10", "" },
	{ "'new_price':1449.5", NULL, NULL },
	{ "'new_price':9223372036854775808", NULL, NULL },
	{ "'new_price':'1,5'", NULL, NULL },
	{ "'new_price':'1e3'", NULL, NULL },
	{ "'new_price':'10\\u0000'", NULL, NULL },
	{ "'new_price':'12345678901234567890123456789012'", NULL, NULL }, /* would have to be cut */
	{ "'new_price':''", NULL, NULL },
	{ "'new_price':null", NULL, NULL },
	{ "'new_currency':'RUB'", NULL, NULL },
	{ "'new_status':'new'", NULL, NULL },
};

START_TEST(a_price_is_kept_whole_or_there_is_no_event)
{
	char text[512];

	(void)snprintf(text, sizeof(text), EVENT("'change_type':'price_changed',%s"), prices[_i].json);
	if (!prices[_i].price) {
		ck_assert(!is_event(text));
		return;
	}
	ck_assert_str_eq(parse_event(text).seen.price, prices[_i].price);
	ck_assert_str_eq(parse_event(text).seen.currency, prices[_i].currency);
}
END_TEST

static const struct {
	const char *json;
	int64_t integer;
} integers[] = {
	{ "0", 0 },
	{ "-7", -7 },
	{ "17594193737507", INT64_C(17594193737507) },
	{ "372036854775807", INT64_C(372036854775807) },
	{ "9007199254740993", INT64_C(9007199254740993) }, /* no double holds it */
	{ "9223372036854775807", INT64_MAX },
	{ "-9223372036854775807", INT64_MIN + 1 },
	{ "9223372036854775808", NUMBER_NONE },
	{ "-9223372036854775809", NUMBER_NONE },
	{ "99999999999999999999999999", NUMBER_NONE },
	{ "17.0", NUMBER_NONE },
	{ "1e3", NUMBER_NONE },
	{ "NaN", NUMBER_NONE },
	{ "'17'", NUMBER_NONE },
	{ "true", NUMBER_NONE },
	{ "[17]", NUMBER_NONE },
	{ "null", NUMBER_NONE },
};

START_TEST(a_point_is_exact_or_not_given)
{
	char members[80];

	(void)snprintf(members, sizeof(members), "'current_point_id':%s", integers[_i].json);
	ck_assert_int_eq(parse_new(members).point_id, integers[_i].integer);
}
END_TEST

START_TEST(an_event_without_an_exact_place_in_the_order_is_none)
{
	static const char *const forms[] = {
		"{'operation_id':%s,'revision':3,'claim_id':'c1','updated_ts':'2026-09-23T07:44:04Z','change_type':'x'}",
		"{'operation_id':3,'revision':%s,'claim_id':'c1','updated_ts':'2026-09-23T07:44:04Z','change_type':'x'}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text), forms[i], integers[_i].json);
		ck_assert_int_eq(is_event(text), integers[_i].integer != NUMBER_NONE);
		if (!is_event(text))
			continue;
		struct seen seen = parse_event(text).seen;
		ck_assert_int_eq(i == 0 ? seen.operation_id : seen.key.revision, integers[_i].integer);
	}
}
END_TEST

static const struct {
	const char *json;
	const char *resolution;
} resolutions[] = {
	{ "'success'", "success" },
	{ "'sixteen letters!'", "sixteen letters" },
	{ "'a\\nb'", "a?b" },
	{ "''", "" },
	{ "null", "" },
	{ "{}", "" },
};

START_TEST(a_resolution_is_kept_as_short_text)
{
	char members[80];

	(void)snprintf(members, sizeof(members), "'resolution':%s", resolutions[_i].json);
	ck_assert_str_eq(parse_new(members).resolution, resolutions[_i].resolution);
}
END_TEST

static const struct {
	const char *json;
	int64_t at_us; /* INT64_MIN: no event */
} times[] = {
	{ "'2026-09-23T07:44:04Z'", AT_US },
	{ "'2026-09-23T07:44:04.402413+00:00'", AT_US + 402413 },
	{ "'2026-09-23T10:44:04.5+03:00'", AT_US + 500000 },
	{ "'2026-09-23T07:44:04'", AT_US },
	{ "'1970-01-01T00:00:00Z'", 0 },
	{ "'2026-09-23'", INT64_MIN },
	{ "'2026-09-23T07:44:04Z\\u0000'", INT64_MIN },
	{ "''", INT64_MIN },
	{ "'soon'", INT64_MIN },
	{ "1790149444", INT64_MIN },
	{ "null", INT64_MIN },
};

START_TEST(an_event_without_a_time_is_none)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "{'operation_id':1,'claim_id':'c1','change_type':'x','revision':3,'updated_ts':%s}",
	               times[_i].json);
	if (times[_i].at_us == INT64_MIN) {
		ck_assert(!is_event(text));
		return;
	}
	ck_assert_int_eq(parse_event(text).seen.key.updated.us, times[_i].at_us);
	ck_assert_int_eq(parse_event(text).seen.entered.us, times[_i].at_us);
}
END_TEST

static const struct {
	const char *json;
	bool usable;
} ids[] = {
	{ "'01a0cd38be93807496944ebfc9654d02'", true },
	{ "'" S60 "aZ_-'", true },
	{ "'" S60 "aZ_-x'", false },
	{ "''", false },
	{ "'a b'", false },
	{ "'a\\u0000'", false },
	{ "'../a'", false },
	{ "1", false },
	{ "null", false },
	{ "['a']", false },
};

START_TEST(an_event_of_no_usable_claim_is_none)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
	               "{'operation_id':1,'change_type':'x','revision':3,'updated_ts':'2026-09-23T07:44:04Z','claim_id':%s}",
	               ids[_i].json);
	ck_assert_int_eq(is_event(text), ids[_i].usable);
}
END_TEST

static const char *const no_events[] = {
	"null",
	"1",
	"'status_changed'",
	"[]",
	"{}",
	"[" NEW "]",
	"{" PLACE "}",
	EVENT("'change_type':''"),
	EVENT("'change_type':null"),
	EVENT("'change_type':3"),
	EVENT("'change_type':'status_changed'"),
	EVENT("'change_type':'price_changed'"),
	"{'claim_id':'c1','updated_ts':'2026-09-23T07:44:04Z','revision':3,'change_type':'x'}",
	"{'operation_id':1,'updated_ts':'2026-09-23T07:44:04Z','revision':3,'change_type':'x'}",
	"{'operation_id':1,'claim_id':'c1','revision':3,'change_type':'x'}",
	"{'operation_id':1,'claim_id':'c1','updated_ts':'2026-09-23T07:44:04Z','change_type':'x'}",
};

START_TEST(what_is_no_event_is_counted_and_costs_the_others_nothing)
{
	char text[1024];
	struct wire_journal journal;

	(void)snprintf(text, sizeof(text), "%s,%s,%s", EVENT("'change_type':'first'"), no_events[_i],
	               EVENT("'change_type':'last'"));
	journal = parse_member(text);
	ck_assert_uint_eq(journal.n, 2);
	ck_assert_uint_eq(journal.n_unreadable, 1);
	ck_assert_str_eq(journal.events[0].change_type, "first");
	ck_assert_str_eq(journal.events[1].change_type, "last");
	/* Nothing of what was no event stands in the one behind it. */
	ck_assert_str_eq(journal.events[1].seen.status, "");
	ck_assert_str_eq(journal.events[1].seen.price, "");
	ck_assert_str_eq(journal.events[1].seen.currency, "");
	wire_journal_done(&journal);
}
END_TEST

/* A price without an amount has a currency, a time without an id has a status: none of it may stay. */
START_TEST(an_event_begins_afresh)
{
	struct wire_journal journal = parse_member(EVENT("'change_type':'price_changed','new_currency':'RUB'") ","
	                                           "{'change_type':'status_changed','new_status':'new'},"
	                                           EVENT("'change_type':'price_changed','new_price':'1'") "," NEW);

	ck_assert_uint_eq(journal.n, 2);
	ck_assert_uint_eq(journal.n_unreadable, 2);
	ck_assert_str_eq(journal.events[0].seen.currency, "");
	ck_assert_str_eq(journal.events[0].seen.status, "");
	ck_assert_str_eq(journal.events[1].seen.price, "");
	wire_journal_done(&journal);
}
END_TEST

static const struct {
	const char *text;
	const char *cursor;
	size_t n;
} pages[] = {
	{ "{'cursor':'c2','events':[]}", "c2", 0 },
	{ " \r\n{ 'events' : [ ] , 'cursor' : 'c2' }\n", "c2", 0 },
	{ "{'cursor':'','events':[]}", "", 0 },
	{ "{'cursor':'c1','cursor':'c2','events':null,'events':[]}", "c2", 0 }, /* the last of two stands */
	{ "{'cursor':'a/b+c=\\u0041\\n\\\"','events':[]}", "a/b+c=A\n\"", 0 },
	{ "{'cursor':'\xd0\x9f','events':[]}", "\xd0\x9f", 0 },
	{ "{'cursor':'\xff','events':[]}", "\xff", 0 },
	{ "{'cursor':'c2','events':[" NEW "," NEW "],'more':[1]}", "c2", 2 }, /* twins are the model's to tell */
	{ "{'cursor':'c2','events':[{'odd':1e999,'odder':99999999999999999999999999," PLACE ",'change_type':'x'}]}", "c2", 1 },
	{ "{'cursor':'c2','events':[{'claim_id':'a'," PLACE ",'change_type':'x'}]}", "c2", 1 },
};

START_TEST(an_odd_page_is_read)
{
	struct wire_journal journal = parse(pages[_i].text);

	ck_assert_str_eq(journal.cursor, pages[_i].cursor);
	ck_assert_uint_eq(journal.n, pages[_i].n);
	ck_assert_uint_eq(journal.n_unreadable, 0);
	for (size_t i = 0; i < journal.n; i++)
		ck_assert_str_eq(journal.events[i].seen.external_id, "c1");
	wire_journal_done(&journal);
}
END_TEST

static const char *const no_pages[] = {
	"",
	" ",
	"null",
	"1",
	"'c2'",
	"[]",
	"[{'cursor':'c2','events':[]}]",
	"{}",
	"{'events':[]}",
	"{'cursor':'c2'}",
	"{'cursor':null,'events':[]}",
	"{'cursor':2,'events':[]}",
	"{'cursor':{},'events':[]}",
	"{'cursor':['c2'],'events':[]}",
	"{'cursor':'c2\\u0000','events':[]}",
	"{'cursor':'\\u0000','events':[" NEW "]}",
	"{'cursor':'c2','events':null}",
	"{'cursor':'c2','events':{}}",
	"{'cursor':'c2','events':'none'}",
	"{'cursor':'c2','events':[" NEW "]",
	"{'cursor':'c2','events':[{'operation_id':84,'claim_id':'c1'",
	"{'cursor':'c2','events':[]}}",
	"{'cursor':'c2','events':[]}{'cursor':'c2','events':[]}",
	"{'cursor':'c2','events':[]} x",
	"{'Cursor':'c2','Events':[]}",
	"{'code':'invalid_cursor','message':'wrong cursor format'}",
	"<html><body>502 Bad Gateway</body></html>",
	"\xef\xbb\xbf{'cursor':'c2','events':[]}",
	"\xff\xfe",
};

START_TEST(what_is_no_page_is_refused)
{
	struct wire_journal journal = { .n = 42 };
	char *json = quoted(no_pages[_i]);

	ck_assert_int_eq(wire_journal_parse(json, strlen(json), &journal), ERR_INVALID);
	ck_assert_uint_eq(journal.n, 42);
	ck_assert_ptr_null(journal.cursor);
	free(json);
}
END_TEST

START_TEST(nothing_after_a_nul_is_let_through)
{
	static const char text[] = "{\"cursor\":\"c2\",\"events\":[]}\0";
	struct wire_journal journal;

	ck_assert_int_eq(wire_journal_parse(text, sizeof(text) - 1, &journal), ERR_INVALID);
}
END_TEST

START_TEST(nesting_is_bounded)
{
	char text[512];
	char *at = stpcpy(text, "{\"cursor\":\"c2\",\"events\":");
	struct wire_journal journal;

	for (size_t i = 0; i < 200; i++)
		*at++ = '[';
	for (size_t i = 0; i < 200; i++)
		*at++ = ']';
	(void)stpcpy(at, "}");
	ck_assert_int_eq(wire_journal_parse(text, strlen(text), &journal), ERR_INVALID);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_journal");
	TCase *tc_event = tcase_create("event");
	TCase *tc_page = tcase_create("page");

	tcase_add_test(tc_event, a_whole_page_is_read);
	tcase_add_test(tc_event, an_event_is_a_single_step_of_the_journal);
	tcase_add_loop_test(tc_event, a_change_type_is_known_or_kept_raw, 0, (int)ARRAY_SIZE(change_types));
	tcase_add_test(tc_event, an_unknown_change_needs_nothing_new);
	tcase_add_loop_test(tc_event, a_status_is_kept_raw_or_there_is_no_event, 0, (int)ARRAY_SIZE(statuses));
	tcase_add_loop_test(tc_event, a_price_is_kept_whole_or_there_is_no_event, 0, (int)ARRAY_SIZE(prices));
	tcase_add_loop_test(tc_event, a_point_is_exact_or_not_given, 0, (int)ARRAY_SIZE(integers));
	tcase_add_loop_test(tc_event, an_event_without_an_exact_place_in_the_order_is_none, 0, (int)ARRAY_SIZE(integers));
	tcase_add_loop_test(tc_event, a_resolution_is_kept_as_short_text, 0, (int)ARRAY_SIZE(resolutions));
	tcase_add_loop_test(tc_event, an_event_without_a_time_is_none, 0, (int)ARRAY_SIZE(times));
	tcase_add_loop_test(tc_event, an_event_of_no_usable_claim_is_none, 0, (int)ARRAY_SIZE(ids));
	suite_add_tcase(s, tc_event);

	tcase_add_loop_test(tc_page, what_is_no_event_is_counted_and_costs_the_others_nothing, 0, (int)ARRAY_SIZE(no_events));
	tcase_add_test(tc_page, an_event_begins_afresh);
	tcase_add_loop_test(tc_page, an_odd_page_is_read, 0, (int)ARRAY_SIZE(pages));
	tcase_add_loop_test(tc_page, what_is_no_page_is_refused, 0, (int)ARRAY_SIZE(no_pages));
	tcase_add_test(tc_page, nothing_after_a_nul_is_let_through);
	tcase_add_test(tc_page, nesting_is_bounded);
	suite_add_tcase(s, tc_page);
	return s;
}
