/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/claims_encode: what the simulator writes is what we read, and looks like the field's documents.
 * Unit ring.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "wire/claims.h"
#include "wire/claims_encode.h"

/* 2026-09-23T07:44:04Z */
#define AT_US INT64_C(1790149444000000)

static struct seen claim(const char *status)
{
	struct seen seen = {
		.via = VIA_SWEEP,
		.snapshot = true,
		.external_id = "01a0cd38be93807496944ebfc9654d02",
		.key = { .revision = 17, .updated = { AT_US + 402413 } },
		.entered = { AT_US },
		.version = 1,
		.operation_id = NUMBER_NONE,
		.point_id = INT64_C(17594193737508),
		.valid_until = { AT_US + 600 * USEC_PER_SEC },
		.price = "1738.8",
		.currency = "RUB",
		.resolution = "success",
		.class = "express",
	};

	(void)stpcpy(seen.status, status);
	return seen;
}

static char *encode(const struct seen *seen)
{
	char *text;

	ck_assert_int_eq(wire_claim_encode(seen, &text), 0);
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
	ck_assert_int_eq(a->version, b->version);
	ck_assert_int_eq(a->operation_id, b->operation_id);
	ck_assert_int_eq(a->point_id, b->point_id);
	ck_assert_int_eq(a->valid_until.us, b->valid_until.us);
	ck_assert_str_eq(a->price, b->price);
	ck_assert_str_eq(a->currency, b->currency);
	ck_assert_str_eq(a->resolution, b->resolution);
	ck_assert_str_eq(a->class, b->class);
}

static void assert_round_trip(const struct seen *claims, size_t n)
{
	struct wire_snapshots read;
	char *text;

	ck_assert_int_eq(wire_claims_encode(claims, n, &text), 0);
	ck_assert_int_eq(wire_claims_parse(text, strlen(text), &read), 0);
	ck_assert_uint_eq(read.n, n);
	ck_assert_uint_eq(read.n_unreadable, 0);
	for (size_t i = 0; i < n; i++)
		assert_same(&read.seen[i], &claims[i]);
	wire_snapshots_done(&read);
	free(text);
}

START_TEST(every_status_reads_back_as_it_was)
{
	struct seen seen = claim(model_claims.statuses[_i].name);

	assert_round_trip(&seen, 1);
}
END_TEST

START_TEST(a_claim_that_gives_next_to_nothing_reads_back)
{
	struct seen seen = {
		.via = VIA_SWEEP,
		.snapshot = true,
		.external_id = "x",
		.status = "teleported",
		.key = { .revision = NUMBER_NONE, .updated = { AT_US } },
		.entered = { AT_US },
		.version = NUMBER_NONE,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
	};
	char *text = encode(&seen);

	assert_round_trip(&seen, 1);
	ck_assert_ptr_null(strstr(text, "pricing"));
	ck_assert_ptr_null(strstr(text, "\"version\""));
	ck_assert_ptr_null(strstr(text, "user_request_revision"));
	ck_assert_ptr_null(strstr(text, "performer_info"));
	ck_assert_ptr_null(strstr(text, "client_requirements"));
	free(text);
}
END_TEST

START_TEST(many_claims_read_back_in_order)
{
	struct seen claims[40];

	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		claims[i] = claim("accepted");
		claims[i].key.revision = (int64_t)i;
		claims[i].external_id[0] = (char)('A' + i % 26);
	}
	assert_round_trip(claims, ARRAY_SIZE(claims));
}
END_TEST

START_TEST(no_claims_read_back)
{
	assert_round_trip(NULL, 0);
}
END_TEST

START_TEST(the_extremes_of_integers_read_back)
{
	struct seen seen = claim("accepted");

	seen.key.revision = INT64_MAX;
	seen.version = INT64_MIN + 1;
	seen.point_id = INT64_MAX - 1;
	assert_round_trip(&seen, 1);
}
END_TEST

static const struct {
	int64_t fraction_us;
	int64_t revision;
	const char *text;
} times[] = {
	{ 0, 4, "\"updated_ts\":\"2026-09-23T07:44:04Z\"" },
	{ 0, 5, "\"updated_ts\":\"2026-09-23T07:44:04+00:00\"" },
	{ 0, NUMBER_NONE, "\"updated_ts\":\"2026-09-23T07:44:04Z\"" },
	{ 402413, 4, "\"updated_ts\":\"2026-09-23T07:44:04.402413Z\"" },
	{ 402413, 5, "\"updated_ts\":\"2026-09-23T07:44:04.402413+00:00\"" },
	{ 500000, 5, "\"updated_ts\":\"2026-09-23T07:44:04.5+00:00\"" },
	{ 1, 6, "\"updated_ts\":\"2026-09-23T07:44:04.000001Z\"" },
};

START_TEST(times_vary_in_form)
{
	struct seen seen = claim("accepted");
	char *text;

	seen.key.updated.us = AT_US + times[_i].fraction_us;
	seen.key.revision = times[_i].revision;
	text = encode(&seen);
	ck_assert_ptr_nonnull(strstr(text, times[_i].text));
	free(text);
}
END_TEST

START_TEST(every_claim_has_people_in_it)
{
	struct seen seen = claim("new");
	char *text = encode(&seen);

	for (const char *const *at = wire_invented_people; *at; at++)
		ck_assert_msg(strstr(text, *at), "%s", *at);
	free(text);
}
END_TEST

static const struct {
	const char *status;
	bool courier;
} couriers[] = {
	{ "new", false },
	{ "ready_for_approval", false },
	{ "performer_draft", false },
	{ "performer_not_found", false },
	{ "cancelled", false },
	{ "teleported", false },
	{ "performer_found", true },
	{ "pickuped", true },
	{ "delivery_arrived", true },
	{ "returning", true },
	{ "delivered_finish", true },
};

START_TEST(a_courier_stands_from_performer_found_on)
{
	struct seen seen = claim(couriers[_i].status);
	char *text = encode(&seen);

	for (const char *const *at = wire_invented_courier; *at; at++)
		ck_assert_int_eq(strstr(text, *at) != NULL, couriers[_i].courier);
	free(text);
}
END_TEST

START_TEST(only_a_failed_estimate_tells_its_reasons)
{
	struct seen failed = claim("estimating_failed");
	struct seen estimating = claim("estimating");
	char *with = encode(&failed);
	char *without = encode(&estimating);

	ck_assert_ptr_nonnull(strstr(with, "error_messages"));
	ck_assert_ptr_null(strstr(without, "error_messages"));
	free(with);
	free(without);
}
END_TEST

START_TEST(an_error_reads_back)
{
	struct wire_error error;
	char *text;

	ck_assert_int_eq(wire_error_encode("old_version", "say \"which\" version", &text), 0);
	wire_error_parse(text, strlen(text), &error);
	ck_assert_str_eq(error.code, "old_version");
	ck_assert_str_eq(error.message, "say \"which\" version");
	free(text);
}
END_TEST

START_TEST(a_bulk_request_reads_back)
{
	const char *const ids[] = { "01a0cd38be93807496944ebfc9654d02", "b", "01a0cd38be93807496944ebfc9654d02" };
	char **read;
	size_t n;
	char *text;

	ck_assert_int_eq(wire_bulk_request(ids, ARRAY_SIZE(ids), &text), 0);
	ck_assert_int_eq(wire_bulk_request_parse(text, strlen(text), &read, &n), 0);
	ck_assert_uint_eq(n, ARRAY_SIZE(ids));
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(read[i], ids[i]);
	free(read);
	free(text);
}
END_TEST

static const char *const bad_requests[] = {
	"",
	"x",
	"null",
	"[]",
	"{}",
	"{\"claim_ids\":null}",
	"{\"claim_ids\":\"a\"}",
	"{\"claim_ids\":[]}",
	"{\"claim_ids\":[1]}",
	"{\"claim_ids\":[\"a\",null]}",
	"{\"claim_ids\":[\"a\"]",
	"{\"claim_ids\":[\"a\",]}",
	"{\"claim_ids\":[\"a\"]} x",
	"{\"claims\":[\"a\"]}",
	"{\"claim_ids\":[\"a\\u0000b\"]}",
};

START_TEST(a_bad_bulk_request_is_refused)
{
	char **ids = NULL;
	size_t n = 42;

	ck_assert_int_eq(wire_bulk_request_parse(bad_requests[_i], strlen(bad_requests[_i]), &ids, &n), ERR_INVALID);
	ck_assert_ptr_null(ids);
	ck_assert_uint_eq(n, 42);
}
END_TEST

START_TEST(a_bulk_request_asks_for_one_to_a_thousand)
{
	static const char *ids[WIRE_BULK_IDS_MAX + 1];
	char **read;
	char *text = NULL;
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ids[i] = "a";
	ck_assert_int_eq(wire_bulk_request(ids, 0, &text), ERR_INVALID);
	ck_assert_int_eq(wire_bulk_request(ids, WIRE_BULK_IDS_MAX + 1, &text), ERR_INVALID);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(wire_bulk_request(ids, WIRE_BULK_IDS_MAX, &text), 0);
	ck_assert_int_eq(wire_bulk_request_parse(text, strlen(text), &read, &n), 0);
	ck_assert_uint_eq(n, WIRE_BULK_IDS_MAX);
	free(read);
	free(text);
}
END_TEST

START_TEST(more_than_a_thousand_ids_are_refused)
{
	char *text = malloc(5 * WIRE_BULK_IDS_MAX + 64);
	char *at = stpcpy(text, "{\"claim_ids\":[\"a\"");
	char **ids = NULL;
	size_t n;

	for (size_t i = 0; i < WIRE_BULK_IDS_MAX; i++)
		at = stpcpy(at, ",\"a\"");
	(void)stpcpy(at, "]}");
	ck_assert_int_eq(wire_bulk_request_parse(text, strlen(text), &ids, &n), ERR_INVALID);
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_encode");
	TCase *tc = tcase_create("encode");

	tcase_add_loop_test(tc, every_status_reads_back_as_it_was, 0, (int)model_claims.n_statuses);
	tcase_add_test(tc, a_claim_that_gives_next_to_nothing_reads_back);
	tcase_add_test(tc, many_claims_read_back_in_order);
	tcase_add_test(tc, no_claims_read_back);
	tcase_add_test(tc, the_extremes_of_integers_read_back);
	tcase_add_loop_test(tc, times_vary_in_form, 0, (int)ARRAY_SIZE(times));
	tcase_add_test(tc, every_claim_has_people_in_it);
	tcase_add_loop_test(tc, a_courier_stands_from_performer_found_on, 0, (int)ARRAY_SIZE(couriers));
	tcase_add_test(tc, only_a_failed_estimate_tells_its_reasons);
	tcase_add_test(tc, an_error_reads_back);
	tcase_add_test(tc, a_bulk_request_reads_back);
	tcase_add_loop_test(tc, a_bad_bulk_request_is_refused, 0, (int)ARRAY_SIZE(bad_requests));
	tcase_add_test(tc, a_bulk_request_asks_for_one_to_a_thousand);
	tcase_add_test(tc, more_than_a_thousand_ids_are_refused);
	suite_add_tcase(s, tc);
	return s;
}
