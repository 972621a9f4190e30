/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The token bucket, on a time of its own.
 * Unit ring: no clock, no waiting.
 */
#include <check.h>

#include "api/bucket.h"
#include "suite.h"

static const int64_t rates[] = { 1, 3, 5, 7, 1000 };

static struct mono at(int64_t us)
{
	return (struct mono){ us };
}

START_TEST(a_new_bucket_lets_a_burst_of_its_rate_through)
{
	struct bucket bucket = { 0 };
	struct mono now = at(12345678901);

	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(bucket_delay_us(&bucket, 5, now), 0);
		bucket_take(&bucket, 5, now);
	}
	ck_assert_int_eq(bucket_delay_us(&bucket, 5, now), 200000);
}
END_TEST

START_TEST(after_the_burst_the_rate_rules)
{
	struct bucket bucket = { 0 };
	int64_t now = 1000;

	for (int i = 0; i < 5; i++)
		bucket_take(&bucket, 5, at(now));
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(bucket_delay_us(&bucket, 5, at(now)), 200000);
		ck_assert_int_eq(bucket_delay_us(&bucket, 5, at(now + 199999)), 1);
		now += 200000;
		ck_assert_int_eq(bucket_delay_us(&bucket, 5, at(now)), 0);
		bucket_take(&bucket, 5, at(now));
	}
}
END_TEST

START_TEST(a_long_pause_saves_up_one_burst_and_no_more)
{
	struct bucket bucket = { 0 };
	struct mono later = at(INT64_C(3600) * USEC_PER_SEC);

	bucket_take(&bucket, 2, at(0));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(bucket_delay_us(&bucket, 2, later), 0);
		bucket_take(&bucket, 2, later);
	}
	ck_assert_int_gt(bucket_delay_us(&bucket, 2, later), 0);
}
END_TEST

START_TEST(asking_costs_nothing)
{
	struct bucket bucket = { 0 };

	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(bucket_delay_us(&bucket, 1, at(5)), 0);
}
END_TEST

START_TEST(who_does_not_wait_makes_the_next_wait_longer)
{
	struct bucket bucket = { 0 };

	for (int i = 0; i < 4; i++)
		bucket_take(&bucket, 1, at(0));
	ck_assert_int_eq(bucket_delay_us(&bucket, 1, at(0)), 4 * USEC_PER_SEC);
}
END_TEST

START_TEST(another_rate_takes_effect_at_once)
{
	struct bucket bucket = { 0 };

	bucket_take(&bucket, 1, at(0));
	ck_assert_int_eq(bucket_delay_us(&bucket, 1, at(0)), USEC_PER_SEC);
	ck_assert_int_eq(bucket_delay_us(&bucket, 10, at(0)), 100000);
}
END_TEST

/* Whatever the rate, who waits as told gets a burst at most, and then never more than the rate in any second. */
START_TEST(the_rate_is_kept_and_nearly_reached)
{
	enum { SECONDS = 3 };
	struct bucket bucket = { 0 };
	int64_t rate = rates[_i], now = 0, n = 0;

	while (now < SECONDS * USEC_PER_SEC) {
		bucket_take(&bucket, rate, at(now));
		n++;
		now += bucket_delay_us(&bucket, rate, at(now));
	}
	ck_assert_int_le(n, (SECONDS + 1) * rate);
	ck_assert_int_ge(n, SECONDS * rate);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bucket");
	TCase *tc = tcase_create("bucket");

	tcase_add_test(tc, a_new_bucket_lets_a_burst_of_its_rate_through);
	tcase_add_test(tc, after_the_burst_the_rate_rules);
	tcase_add_test(tc, a_long_pause_saves_up_one_burst_and_no_more);
	tcase_add_test(tc, asking_costs_nothing);
	tcase_add_test(tc, who_does_not_wait_makes_the_next_wait_longer);
	tcase_add_test(tc, another_rate_takes_effect_at_once);
	tcase_add_loop_test(tc, the_rate_is_kept_and_nearly_reached, 0, sizeof rates / sizeof *rates);
	suite_add_tcase(s, tc);
	return s;
}
