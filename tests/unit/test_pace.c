/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each outcome does to a source's pace.
 * Unit tests.
 */
#include "tests/suite.h"
#include "wire/claims.h"
#include "worker/pace.h"

#define NOW ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

static size_t limit;
static struct source source;

static void setup(void)
{
	limit = WIRE_BULK_IDS_MAX;
	source = (struct source){ .id = 1, .paused_until = WALL_NONE };
}

static int64_t pause_us(void)
{
	return wall_is_set(source.paused_until) ? source.paused_until.us - NOW.us : 0;
}

static void end(enum outcome_kind outcome, size_t n, int64_t retry_after_s)
{
	pace_source(&source, outcome, n > 1, retry_after_s, NOW, UINT64_MAX);
	limit = pace_limit(limit, WIRE_BULK_IDS_MAX, outcome, n);
}

/* The next request to end began after the pause. */
static void wait_out_the_pause(void)
{
	source.paused_until = NOW;
}

START_TEST(test_success_lifts_everything)
{
	end(OUTCOME_RETRY, 1000, -1);
	end(OUTCOME_RETRY, 1000, -1);
	wait_out_the_pause();
	end(OUTCOME_OK, 1000, -1);
	ck_assert_int_eq(source.state, SOURCE_OK);
	ck_assert_int_eq(source.failures, 0);
	ck_assert_int_eq(pause_us(), 0);
}
END_TEST

START_TEST(test_retry_after_is_obeyed_to_the_second)
{
	end(OUTCOME_LIMITED, 1, 7);
	ck_assert_int_eq(source.state, SOURCE_LIMITED);
	ck_assert_int_eq(pause_us(), 7 * USEC_PER_SEC);
	wait_out_the_pause();
	end(OUTCOME_RETRY, 1, 3);
	ck_assert_int_eq(pause_us(), 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(test_requests_from_before_a_pause_leave_it_as_it_is)
{
	static const enum outcome_kind kinds[] = { OUTCOME_OK, OUTCOME_GONE, OUTCOME_LIMITED, OUTCOME_RETRY, OUTCOME_PROTOCOL };

	end(OUTCOME_LIMITED, 1, 60);
	end(kinds[_i], 1, -1);
	ck_assert_int_eq(source.state, SOURCE_LIMITED);
	ck_assert_int_eq(pause_us(), 60 * USEC_PER_SEC);
	end(OUTCOME_LIMITED, 1, 90);
	ck_assert_int_eq(pause_us(), 90 * USEC_PER_SEC);
}
END_TEST

START_TEST(test_a_success_shows_that_the_credentials_are_good)
{
	end(OUTCOME_AUTH, 1, -1);
	end(OUTCOME_OK, 1, -1);
	ck_assert_int_eq(source.state, SOURCE_OK);
	ck_assert_int_eq(pause_us(), 0);
}
END_TEST

START_TEST(test_an_absurd_retry_after_is_cut)
{
	end(OUTCOME_LIMITED, 1, INT64_MAX);
	ck_assert_int_eq(pause_us(), 3600 * USEC_PER_SEC);
}
END_TEST

START_TEST(test_failures_pause_ever_longer_and_never_not_at_all)
{
	static const enum outcome_kind kinds[] = { OUTCOME_LIMITED, OUTCOME_RETRY, OUTCOME_PROTOCOL };
	int64_t last = 0;

	for (int i = 0; i < 200; i++) {
		end(kinds[_i], 1, -1);
		ck_assert_int_ge(pause_us(), last);
		last = pause_us();
	}
	ck_assert_int_eq(last, 60 * USEC_PER_SEC);
	pace_source(&source, kinds[_i], false, 0, NOW, 0);
	ck_assert_int_gt(pause_us(), 0);
}
END_TEST

START_TEST(test_refused_credentials_lock_out)
{
	end(OUTCOME_AUTH, 1, -1);
	ck_assert_int_eq(source.state, SOURCE_LOCKED_OUT);
	ck_assert_int_ge(pause_us(), 600 * USEC_PER_SEC);
}
END_TEST

START_TEST(test_a_bad_answer_is_narrowed_down_to_one_claim)
{
	static const enum outcome_kind kinds[] = { OUTCOME_PROTOCOL, OUTCOME_GONE };
	int requests = 0;

	while (limit > 1 && requests < 100) {
		end(kinds[_i], limit, -1);
		ck_assert_int_le(pause_us(), USEC_PER_SEC);
		requests++;
	}
	ck_assert_int_le(requests, 10);
	ck_assert_uint_eq(limit, 1);
	for (int i = 0; i < 10; i++)
		end(OUTCOME_OK, limit, -1);
	ck_assert_uint_eq(limit, WIRE_BULK_IDS_MAX);
}
END_TEST

START_TEST(test_one_missing_claim_does_not_slow_its_source)
{
	end(OUTCOME_GONE, 1, -1);
	ck_assert_int_eq(source.state, SOURCE_OK);
	ck_assert_int_eq(pause_us(), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("pace");
	TCase *tcase = tcase_create("pace");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, test_success_lifts_everything);
	tcase_add_test(tcase, test_retry_after_is_obeyed_to_the_second);
	tcase_add_loop_test(tcase, test_requests_from_before_a_pause_leave_it_as_it_is, 0, 5);
	tcase_add_test(tcase, test_a_success_shows_that_the_credentials_are_good);
	tcase_add_test(tcase, test_an_absurd_retry_after_is_cut);
	tcase_add_loop_test(tcase, test_failures_pause_ever_longer_and_never_not_at_all, 0, 3);
	tcase_add_test(tcase, test_refused_credentials_lock_out);
	tcase_add_loop_test(tcase, test_a_bad_answer_is_narrowed_down_to_one_claim, 0, 2);
	tcase_add_test(tcase, test_one_missing_claim_does_not_slow_its_source);
	suite_add_tcase(suite, tcase);
	return suite;
}
