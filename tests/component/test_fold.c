/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pace of folding, in turns with whatever else there is while hints come.
 * Component tests: a real store and loop.
 */
#include "worker/fold.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "store_bed.h"
#include "tests/suite.h"

/* Many transactions. */
#define HINTS 1000

static struct bed bed;
static struct clock real;
static struct loop *loop;
static struct folder *folder;

static void add_hints(void)
{
	char claim[16];
	struct hint hint = bed_blank(&bed);

	hint.owes_read = true;
	hint.external_id = claim;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	for (int i = 0; i < HINTS; i++) {
		snprintf(claim, sizeof(claim), "claim-%d", i);
		store_hint_add(bed.store, &hint);
	}
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

/* In a flood, each time that hints were folded new ones have come. */
static bool is_flooded;

static void on_folded(void *cls)
{
	(void)cls;
	if (is_flooded)
		folder_wake(folder);
}

static void setup(void)
{
	bed_open(&bed);
	add_hints();
	is_flooded = true;
	ck_assert_int_eq(loop_new(&real, &loop), ERR_OK);
	ck_assert_int_eq(folder_new(loop, bed.store, on_folded, NULL, &folder), ERR_OK);
}

static void teardown(void)
{
	folder = folder_free(folder);
	loop = loop_free(loop);
	bed_close(&bed);
}

static long count_folded(void)
{
	return strtol(bed_ask(&bed, "SELECT inbox_id FROM fold"), NULL, 10);
}

START_TEST(test_a_flood_has_its_turn_between_two_transactions)
{
	ck_assert_int_eq(loop_step(loop, -1, NULL), 0);
	ck_assert_int_gt(count_folded(), 0);
	ck_assert_int_lt(count_folded(), HINTS);
}
END_TEST

START_TEST(test_what_waits_is_folded_when_the_flood_is_over)
{
	ck_assert_int_eq(loop_step(loop, -1, NULL), 0);
	is_flooded = false;
	while (count_folded() < HINTS)
		ck_assert_int_eq(loop_step(loop, -1, NULL), 0);
	ck_assert_str_eq(bed_ask(&bed, "SELECT sum(pending) FROM report_sources"), "1000");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fold");
	TCase *tc = tcase_create("pace");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_a_flood_has_its_turn_between_two_transactions);
	tcase_add_test(tc, test_what_waits_is_folded_when_the_flood_is_over);
	suite_add_tcase(s, tc);
	return s;
}
