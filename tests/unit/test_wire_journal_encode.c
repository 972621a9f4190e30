/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/journal_encode and of our requests: what one side writes, the other reads.
 * Unit ring.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/journal_encode.h"

/* 2026-09-23T07:44:04Z */
#define AT_US INT64_C(1790149444000000)

static struct wire_event event(const char *change_type)
{
	struct wire_event event = {
		.change = WIRE_CHANGE_OTHER,
		.seen = {
			.via = VIA_JOURNAL,
			.external_id = "01a0cd38be93807496944ebfc9654d02",
			.key = { .revision = 3, .updated = { AT_US + 402413 } },
			.entered = { AT_US + 402413 },
			.version = NUMBER_NONE,
			.operation_id = 84,
			.point_id = NUMBER_NONE,
			.valid_until = WALL_NONE,
		},
	};

	(void)stpcpy(event.change_type, change_type);
	return event;
}

static struct wire_event status_event(const char *status)
{
	struct wire_event changed = event("status_changed");

	changed.change = WIRE_CHANGE_STATUS;
	(void)stpcpy(changed.seen.status, status);
	changed.seen.point_id = INT64_C(17594193737508);
	(void)stpcpy(changed.seen.resolution, "success");
	return changed;
}

static struct wire_event price_event(void)
{
	struct wire_event changed = event("price_changed");

	changed.change = WIRE_CHANGE_PRICE;
	(void)stpcpy(changed.seen.price, "1738.8");
	(void)stpcpy(changed.seen.currency, "RUB");
	return changed;
}

static void assert_same(const struct wire_event *a, const struct wire_event *b)
{
	ck_assert_int_eq(a->change, b->change);
	ck_assert_str_eq(a->change_type, b->change_type);
	ck_assert_int_eq(a->seen.via, b->seen.via);
	ck_assert_int_eq(a->seen.snapshot, b->seen.snapshot);
	ck_assert_str_eq(a->seen.external_id, b->seen.external_id);
	ck_assert_str_eq(a->seen.status, b->seen.status);
	ck_assert_int_eq(a->seen.key.revision, b->seen.key.revision);
	ck_assert_int_eq(a->seen.key.updated.us, b->seen.key.updated.us);
	ck_assert_int_eq(a->seen.entered.us, b->seen.entered.us);
	ck_assert_int_eq(a->seen.version, b->seen.version);
	ck_assert_int_eq(a->seen.operation_id, b->seen.operation_id);
	ck_assert_int_eq(a->seen.point_id, b->seen.point_id);
	ck_assert_int_eq(a->seen.valid_until.us, b->seen.valid_until.us);
	ck_assert_str_eq(a->seen.price, b->seen.price);
	ck_assert_str_eq(a->seen.currency, b->seen.currency);
	ck_assert_str_eq(a->seen.resolution, b->seen.resolution);
}

static void assert_round_trip(const struct wire_event *events, size_t n)
{
	struct wire_journal journal;
	char *text;

	ck_assert_int_eq(wire_journal_encode("c2", events, n, &text), 0);
	ck_assert_int_eq(wire_journal_parse(text, strlen(text), &journal), 0);
	ck_assert_str_eq(journal.cursor, "c2");
	ck_assert_uint_eq(journal.n, n);
	ck_assert_uint_eq(journal.n_unreadable, 0);
	for (size_t i = 0; i < n; i++)
		assert_same(&journal.events[i], &events[i]);
	wire_journal_done(&journal);
	free(text);
}

START_TEST(every_status_reads_back_as_it_was)
{
	struct wire_event changed = status_event(model_claims.statuses[_i].name);

	assert_round_trip(&changed, 1);
}
END_TEST

START_TEST(every_change_reads_back)
{
	struct wire_event events[] = { price_event(), event("teleported"), status_event("beamed_up") };

	assert_round_trip(events, ARRAY_SIZE(events));
	assert_round_trip(NULL, 0);
}
END_TEST

START_TEST(the_extremes_of_integers_read_back)
{
	struct wire_event changed = status_event("new");

	changed.seen.operation_id = INT64_MAX;
	changed.seen.key.revision = INT64_MIN + 1;
	changed.seen.point_id = INT64_MAX - 1;
	assert_round_trip(&changed, 1);
}
END_TEST

/* More than upstream gives at once. */
START_TEST(many_events_read_back_in_order)
{
	const size_t n = 5000;
	struct wire_event *events = malloc(n * sizeof(*events));

	for (size_t i = 0; i < n; i++) {
		events[i] = status_event("new");
		events[i].seen.operation_id = (int64_t)(n - i);
		events[i].seen.key.revision = (int64_t)i;
	}
	assert_round_trip(events, n);
	free(events);
}
END_TEST

START_TEST(a_page_looks_like_upstreams)
{
	struct wire_event events[] = { status_event("delivered"), price_event() };
	char *page = quoted("{'cursor':'c2','events':["
	                    "{'operation_id':84,'claim_id':'01a0cd38be93807496944ebfc9654d02','change_type':'status_changed',"
	                    "'updated_ts':'2026-09-23T07:44:04.402413+00:00','new_status':'delivered','resolution':'success',"
	                    "'revision':3,'current_point_id':17594193737508},"
	                    "{'operation_id':84,'claim_id':'01a0cd38be93807496944ebfc9654d02','change_type':'price_changed',"
	                    "'updated_ts':'2026-09-23T07:44:04.402413Z','new_price':'1738.8','new_currency':'RUB','revision':4}]}");
	char *text;

	events[1].seen.key.revision = 4;
	ck_assert_int_eq(wire_journal_encode("c2", events, ARRAY_SIZE(events), &text), 0);
	ck_assert_str_eq(text, page);
	free(text);
	free(page);
}
END_TEST

static const struct {
	const char *cursor;
	const char *body;
} requests[] = {
	{ NULL, "{}" },
	{ "", "{\"cursor\":\"\"}" },
	{ "eyJhbGciOi.x/y+z==", "{\"cursor\":\"eyJhbGciOi.x/y+z==\"}" },
	{ "\"\\\n", "{\"cursor\":\"\\\"\\\\\\n\"}" },
};

START_TEST(a_request_reads_back)
{
	char *text;
	char *cursor;

	ck_assert_int_eq(wire_journal_request(requests[_i].cursor, &text), 0);
	ck_assert_str_eq(text, requests[_i].body);
	ck_assert_int_eq(wire_journal_request_parse(text, strlen(text), &cursor), 0);
	if (requests[_i].cursor)
		ck_assert_str_eq(cursor, requests[_i].cursor);
	else
		ck_assert_ptr_null(cursor);
	free(cursor);
	free(text);
}
END_TEST

/* A page, and a request, with a cursor of so many bytes. */
static void parse_long_cursor(size_t len, int expected)
{
	char *cursor = malloc(len + 1);
	struct wire_journal journal;
	char *back;
	char *text;

	memset(cursor, 'c', len);
	cursor[len] = '\0';
	ck_assert_int_eq(wire_journal_encode(cursor, NULL, 0, &text), 0);
	ck_assert_int_eq(wire_journal_parse(text, strlen(text), &journal), expected);
	if (expected == ERR_OK) {
		ck_assert_str_eq(journal.cursor, cursor);
		wire_journal_done(&journal);
	}
	free(text);

	ck_assert_int_eq(wire_journal_request(cursor, &text), 0);
	ck_assert_int_eq(wire_journal_request_parse(text, strlen(text), &back), expected);
	if (expected == ERR_OK) {
		ck_assert_str_eq(back, cursor);
		free(back);
	}
	free(text);
	free(cursor);
}

START_TEST(a_cursor_has_at_most_64_KiB)
{
	parse_long_cursor(WIRE_CURSOR_MAX, ERR_OK);
	parse_long_cursor(WIRE_CURSOR_MAX + 1, ERR_INVALID);
}
END_TEST

static const char *const first_requests[] = {
	"",
	"{}",
	" { } ",
	"{\"limit\":10}",
	"{\"Cursor\":\"c1\"}",
};

START_TEST(a_request_without_a_cursor_asks_for_all)
{
	char *cursor = (char *)"unset";

	ck_assert_int_eq(wire_journal_request_parse(first_requests[_i], strlen(first_requests[_i]), &cursor), 0);
	ck_assert_ptr_null(cursor);
}
END_TEST

static const char *const bad_requests[] = {
	" ",
	"x",
	"null",
	"\"c1\"",
	"[]",
	"[{\"cursor\":\"c1\"}]",
	"{\"cursor\":null}",
	"{\"cursor\":1}",
	"{\"cursor\":[\"c1\"]}",
	"{\"cursor\":\"c1\\u0000\"}",
	"{\"cursor\":\"c1\"",
	"{\"cursor\":\"c1\",}",
	"{'cursor':'c1'}",
	"{\"cursor\":\"c1\"} x",
};

START_TEST(a_bad_request_is_refused)
{
	char *cursor = NULL;

	ck_assert_int_eq(wire_journal_request_parse(bad_requests[_i], strlen(bad_requests[_i]), &cursor), ERR_INVALID);
	ck_assert_ptr_null(cursor);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_journal_encode");
	TCase *page = tcase_create("page");
	TCase *request = tcase_create("request");

	tcase_add_loop_test(page, every_status_reads_back_as_it_was, 0, (int)model_claims.n_statuses);
	tcase_add_test(page, every_change_reads_back);
	tcase_add_test(page, the_extremes_of_integers_read_back);
	tcase_add_test(page, many_events_read_back_in_order);
	tcase_add_test(page, a_page_looks_like_upstreams);
	suite_add_tcase(s, page);

	tcase_add_loop_test(request, a_request_reads_back, 0, (int)ARRAY_SIZE(requests));
	tcase_add_loop_test(request, a_request_without_a_cursor_asks_for_all, 0, (int)ARRAY_SIZE(first_requests));
	tcase_add_loop_test(request, a_bad_request_is_refused, 0, (int)ARRAY_SIZE(bad_requests));
	tcase_add_test(request, a_cursor_has_at_most_64_KiB);
	suite_add_tcase(s, request);
	return s;
}
