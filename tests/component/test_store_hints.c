/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the inbox to a due read: what folding hints does to their claims, and which hints need no read.
 * Component tests.
 */
#include <stdio.h>

#include "base/err.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

START_TEST(test_a_hint_makes_its_claim_due)
{
	struct due due[4];
	struct wall next;
	size_t n = 0;

	bed_hint(&bed, "c1", at_s(0), at_s(1));
	ck_assert_int_eq(store_due(bed.store, bed.source.id, at_s(0), due, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, at_s(0), &next), ERR_OK);
	ck_assert_int_eq(next.us, at_s(1).us);
	ck_assert_int_eq(store_due(bed.store, bed.source.id, at_s(1), due, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(due[0].external_id, "c1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_notifications"), "pending");
	ck_assert_str_eq(bed_ask(&bed, "SELECT pending FROM report_sources"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT last_callback_at FROM report_sources"), "2026-09-21T14:13:21.000000Z");
}
END_TEST

START_TEST(test_copies_of_a_hint_make_one_read)
{
	struct due due[4];
	size_t n = 0;

	for (int i = 0; i < 20; i++)
		bed_hint(&bed, "c1", at_s(0), at_s(1 + i));
	ck_assert_int_eq(store_due(bed.store, bed.source.id, at_s(100), due, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(due[0].at.us, at_s(1).us);
	ck_assert_int_eq(due[0].hint_id, 20);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM inbox"), "20");
}
END_TEST

START_TEST(test_hints_that_are_added_together_are_kept_in_their_order)
{
	enum { N = 21 };
	struct hint hints[N];
	const struct hint *together[N];
	char claims[N][16];

	for (int i = 0; i < N; i++) {
		snprintf(claims[i], sizeof(claims[i]), "claim-%02d", i);
		hints[i] = bed_blank(&bed);
		hints[i].external_id = claims[i];
		hints[i].owes_read = i % 2 == 0;
		hints[i].received = at_s(i);
		together[i] = &hints[i];
	}
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_hints_add(bed.store, together, N);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM inbox WHERE external_id = format('claim-%02d', id - 1)"
	                               " AND owes = id % 2 AND received_us = 1790000000000000 + (id - 1) * 1000000"), "21");
}
END_TEST

START_TEST(test_a_hint_for_what_is_known_needs_no_read)
{
	struct wall updated = wall_add(at_s(10), 1);
	struct seen seen = bed_seen("c1", "new", 1, updated);
	struct wall next;

	bed_hint(&bed, "c1", updated, at_s(11));
	bed_apply(&bed, &seen, at_s(12), NULL);
	bed_settle(&bed, "c1", at_s(50));
	bed_hint(&bed, "c1", updated, at_s(20));
	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, T0, &next), ERR_OK);
	ck_assert(!wall_is_set(next));
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_notifications WHERE state = 'done'"), "2");
	bed_hint(&bed, "c1", wall_add(updated, 1), at_s(21));
	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, T0, &next), ERR_OK);
	ck_assert_int_eq(next.us, at_s(21).us);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_notifications WHERE state = 'pending'"), "1");
}
END_TEST

START_TEST(test_a_hint_in_whole_seconds_always_needs_a_read)
{
	struct seen seen = bed_seen("c1", "new", 1, wall_add(at_s(10), 400 * USEC_PER_MS));
	struct wall next;

	bed_hint(&bed, "c1", at_s(10), at_s(11));
	bed_apply(&bed, &seen, at_s(12), NULL);
	bed_settle(&bed, "c1", at_s(50));
	bed_hint(&bed, "c1", at_s(10), at_s(20));
	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, T0, &next), ERR_OK);
	ck_assert_int_eq(next.us, at_s(20).us);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_notifications WHERE state = 'pending'"), "1");
}
END_TEST

START_TEST(test_a_promise_ends_with_its_hint)
{
	bed_hint(&bed, "c1", at_s(10), at_s(11));
	ck_assert_str_eq(bed_ask(&bed, "SELECT promised_us FROM shipment"), "1790000010000000");
	bed_settle(&bed, "c1", at_s(50));
	ck_assert_str_eq(bed_ask(&bed, "SELECT promised_us FROM shipment"), "");
}
END_TEST

START_TEST(test_a_hint_without_time_always_needs_a_read)
{
	struct seen seen = bed_seen("c1", "new", 1, at_s(10));
	struct wall next;

	bed_hint(&bed, "c1", at_s(10), at_s(11));
	bed_apply(&bed, &seen, at_s(12), NULL);
	bed_settle(&bed, "c1", at_s(50));
	bed_hint(&bed, "c1", WALL_NONE, at_s(20));
	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, T0, &next), ERR_OK);
	ck_assert_int_eq(next.us, at_s(20).us);
}
END_TEST

START_TEST(test_a_rejected_hint_makes_nothing_due)
{
	struct hint hint = bed_blank(&bed);

	hint.owes_read = true;
	hint.reason = "no claim_id parameter";
	bed_fold(&bed, &hint);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT state || ': ' || reason FROM report_notifications"),
	                 "rejected: no claim_id parameter");
}
END_TEST

START_TEST(test_folding_goes_on_where_it_stopped)
{
	static const size_t wants[] = { 10, 10, 5, 0 };
	struct hint hint = bed_blank(&bed);
	size_t n = 0;

	hint.owes_read = true;
	hint.external_id = "c1";
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	for (int i = 0; i < 25; i++)
		store_hint_add(bed.store, &hint);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	for (size_t i = 0; i < ARRAY_SIZE(wants); i++) {
		ck_assert_int_eq(store_begin(bed.store), ERR_OK);
		store_fold_hints(bed.store, T0, 10, &n);
		ck_assert_int_eq(store_commit(bed.store), ERR_OK);
		ck_assert_uint_eq(n, wants[i]);
	}
	ck_assert_str_eq(bed_ask(&bed, "SELECT inbox_id FROM fold"), "25");
}
END_TEST

START_TEST(test_own_parameters_join_in_reports)
{
	struct hint hint = bed_blank(&bed);

	hint.owes_read = true;
	hint.external_id = "c1";
	hint.own_params = "{\"my_order_id\":\"123\"}";
	bed_fold(&bed, &hint);
	ck_assert_str_eq(bed_ask(&bed, "SELECT own_params ->> 'my_order_id' FROM report_claims"), "123");
	ck_assert_str_eq(bed_ask(&bed, "SELECT own_params ->> 'my_order_id' FROM report_notifications"), "123");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("hints");
	TCase *tcase = tcase_create("hints");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_a_hint_makes_its_claim_due);
	tcase_add_test(tcase, test_copies_of_a_hint_make_one_read);
	tcase_add_test(tcase, test_hints_that_are_added_together_are_kept_in_their_order);
	tcase_add_test(tcase, test_a_hint_for_what_is_known_needs_no_read);
	tcase_add_test(tcase, test_a_hint_in_whole_seconds_always_needs_a_read);
	tcase_add_test(tcase, test_a_promise_ends_with_its_hint);
	tcase_add_test(tcase, test_a_hint_without_time_always_needs_a_read);
	tcase_add_test(tcase, test_a_rejected_hint_makes_nothing_due);
	tcase_add_test(tcase, test_folding_goes_on_where_it_stopped);
	tcase_add_test(tcase, test_own_parameters_join_in_reports);
	suite_add_tcase(suite, tcase);
	return suite;
}
