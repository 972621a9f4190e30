/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pauses between tries: their bounds at each attempt.
 * Unit ring.
 */
#include "suite.h"

#include "base/backoff.h"

#define FLOOR 100
#define BASE 1000
#define CAP 60000

static int64_t shortest(unsigned attempt)
{
	return backoff_delay_us(attempt, FLOOR, BASE, CAP, 0);
}

static int64_t longest(unsigned attempt)
{
	return backoff_delay_us(attempt, FLOOR, BASE, CAP, UINT64_MAX);
}

START_TEST(the_ceiling_doubles_until_the_cap)
{
	ck_assert_int_eq(longest(1), 1000);
	ck_assert_int_eq(longest(2), 2000);
	ck_assert_int_eq(longest(3), 4000);
	ck_assert_int_eq(longest(6), 32000);
	ck_assert_int_eq(longest(7), CAP);
	ck_assert_int_eq(longest(64), CAP);
	ck_assert_int_eq(longest(UINT32_MAX), CAP);
}
END_TEST

START_TEST(the_floor_holds_at_each_attempt)
{
	for (unsigned attempt = 0; attempt < 100; attempt++)
		ck_assert_int_eq(shortest(attempt), FLOOR);
}
END_TEST

START_TEST(attempt_zero_counts_as_the_first)
{
	ck_assert_int_eq(longest(0), longest(1));
}
END_TEST

START_TEST(a_floor_above_the_cap_wins)
{
	ck_assert_int_eq(backoff_delay_us(3, 500, 1, 20, UINT64_MAX), 500);
	ck_assert_int_eq(backoff_delay_us(3, 500, 0, 20, 0), 500);
}
END_TEST

START_TEST(huge_bounds_do_not_overflow)
{
	ck_assert_int_eq(backoff_delay_us(70, 0, 3, INT64_MAX, UINT64_MAX), INT64_MAX);
	ck_assert_int_eq(backoff_spread_us(INT64_MIN, INT64_MAX, UINT64_MAX), INT64_MAX);
	ck_assert_int_eq(backoff_spread_us(INT64_MIN, INT64_MAX, 0), INT64_MIN);
}
END_TEST

START_TEST(spread_reaches_both_ends_and_the_middle)
{
	ck_assert_int_eq(backoff_spread_us(5, 30, 0), 5);
	ck_assert_int_eq(backoff_spread_us(5, 30, UINT64_MAX), 30);
	ck_assert_int_eq(backoff_spread_us(0, 9, UINT64_C(1) << 63), 5);
	ck_assert_int_eq(backoff_spread_us(5, 5, UINT64_MAX), 5);
	ck_assert_int_eq(backoff_spread_us(30, 5, UINT64_MAX), 30);
}
END_TEST

START_TEST(spread_is_even)
{
	int counts[10] = { 0 };

	for (uint64_t i = 0; i < 1000; i++)
		counts[backoff_spread_us(0, 9, i * (UINT64_MAX / 1000))]++;
	/* A thousand steps don't fall evenly on the ends of ten tenths. */
	for (int i = 0; i < 10; i++) {
		ck_assert_int_ge(counts[i], 99);
		ck_assert_int_le(counts[i], 101);
	}
}
END_TEST

START_TEST(random_numbers_differ)
{
	/* Three equal ones by chance: once in 2^128 runs. */
	uint64_t a = backoff_random(), b = backoff_random(), c = backoff_random();

	ck_assert(a != b || b != c);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("backoff");
	TCase *tc = tcase_create("backoff");

	tcase_add_test(tc, the_ceiling_doubles_until_the_cap);
	tcase_add_test(tc, the_floor_holds_at_each_attempt);
	tcase_add_test(tc, attempt_zero_counts_as_the_first);
	tcase_add_test(tc, a_floor_above_the_cap_wins);
	tcase_add_test(tc, huge_bounds_do_not_overflow);
	tcase_add_test(tc, spread_reaches_both_ends_and_the_middle);
	tcase_add_test(tc, spread_is_even);
	tcase_add_test(tc, random_numbers_differ);
	suite_add_tcase(s, tc);
	return s;
}
