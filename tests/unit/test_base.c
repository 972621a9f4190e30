/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The small ones of the base layer: error codes and clocks.
 * Unit ring.
 */
#include "suite.h"

#include <errno.h>

#include "base/clock.h"
#include "base/err.h"

START_TEST(each_code_has_a_text_of_its_own)
{
	for (int code = ERR_REFUSED; code <= ERR_OK; code++) {
		ck_assert_str_ne(err_text(code), "unknown error");
		for (int other = ERR_REFUSED; other < code; other++)
			ck_assert_str_ne(err_text(code), err_text(other));
	}
	ck_assert_str_eq(err_text(ERR_REFUSED - 1), "unknown error");
	ck_assert_str_eq(err_text(1), "unknown error");
}
END_TEST

START_TEST(errno_values_find_their_code)
{
	ck_assert_int_eq(err_from_errno(0), ERR_OK);
	ck_assert_int_eq(err_from_errno(ENOMEM), ERR_NOMEM);
	ck_assert_int_eq(err_from_errno(EADDRINUSE), ERR_BUSY);
	ck_assert_int_eq(err_from_errno(EAGAIN), ERR_BUSY);
	ck_assert_int_eq(err_from_errno(ENOSPC), ERR_FULL);
	ck_assert_int_eq(err_from_errno(ENAMETOOLONG), ERR_INVALID);
	ck_assert_int_eq(err_from_errno(ENOENT), ERR_NOT_FOUND);
	ck_assert_int_eq(err_from_errno(EACCES), ERR_IO);
	ck_assert_int_eq(err_from_errno(EIO), ERR_IO);
	ck_assert_int_eq(err_from_errno(-1), ERR_IO);
}
END_TEST

START_TEST(the_shift_moves_wall_time_alone)
{
	const int64_t year = INT64_C(365) * 86400 * USEC_PER_SEC;
	const struct clock real = { 0 }, shifted = { .shift_us = year };
	struct mono before = clock_mono(&real);
	struct wall now = clock_wall(&real);
	struct mono during = clock_mono(&shifted);
	struct wall later = clock_wall(&shifted);
	struct mono after = clock_mono(&real);

	ck_assert_int_ge(later.us, now.us + year);
	ck_assert_int_lt(later.us, now.us + 2 * year);
	ck_assert_int_le(before.us, during.us);
	ck_assert_int_le(during.us, after.us);
}
END_TEST

START_TEST(wall_time_counts_from_1970)
{
	const struct clock real = { 0 };

	/* After 2020 and before 2100. */
	ck_assert_int_gt(clock_wall(&real).us, INT64_C(1577836800) * USEC_PER_SEC);
	ck_assert_int_lt(clock_wall(&real).us, INT64_C(4102444800) * USEC_PER_SEC);
}
END_TEST

START_TEST(no_time_sorts_before_every_time)
{
	const struct wall early = { 0 }, late = { 1 };

	ck_assert(!wall_is_set(WALL_NONE));
	ck_assert(wall_is_set(early));
	ck_assert_int_eq(wall_cmp(WALL_NONE, early), -1);
	ck_assert_int_eq(wall_cmp(early, late), -1);
	ck_assert_int_eq(wall_cmp(late, early), 1);
	ck_assert_int_eq(wall_cmp(late, wall_add(early, 1)), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("base");
	TCase *tc = tcase_create("base");

	tcase_add_test(tc, each_code_has_a_text_of_its_own);
	tcase_add_test(tc, errno_values_find_their_code);
	tcase_add_test(tc, the_shift_moves_wall_time_alone);
	tcase_add_test(tc, wall_time_counts_from_1970);
	tcase_add_test(tc, no_time_sorts_before_every_time);
	suite_add_tcase(s, tc);
	return s;
}
