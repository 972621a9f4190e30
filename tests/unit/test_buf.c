/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The growing buffer: what it holds, and that its cap is hard.
 * Unit ring.
 */
#include "suite.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

START_TEST(an_empty_buffer_has_no_bytes)
{
	struct buf buf = { 0 };

	ck_assert_int_eq(buf_add(&buf, NULL, 0), 0);
	ck_assert_int_eq(buf_addf(&buf, "%s", ""), 0);
	ck_assert_ptr_null(buf.data);
	ck_assert_uint_eq(buf.len, 0);
	buf_clear(&buf);
	buf_done(&buf);
}
END_TEST

START_TEST(bytes_are_kept_in_order_and_end_with_a_nul)
{
	struct buf buf = { 0 };

	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(buf_add(&buf, "a\0b", 3), 0);
	ck_assert_int_eq(buf_addf(&buf, "%d-%s", 12, "x"), 0);
	ck_assert_uint_eq(buf.len, 3004);
	ck_assert_mem_eq(buf.data + 2997, "a\0b12-x", 8);
	buf_done(&buf);
	ck_assert_ptr_null(buf.data);
	ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(the_cap_can_be_reached_but_not_passed)
{
	struct buf buf = { .cap = 100 };
	char bytes[100];

	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(buf_add(&buf, bytes, 99), 0);
	ck_assert_int_eq(buf_add(&buf, bytes, 2), ERR_FULL);
	ck_assert_int_eq(buf_addf(&buf, "%d", 12), ERR_FULL);
	ck_assert_uint_eq(buf.len, 99);
	ck_assert_int_eq(buf_addf(&buf, "%d", 1), 0);
	ck_assert_uint_eq(buf.len, 100);
	ck_assert_str_eq(buf.data + 98, "x1");
	ck_assert_int_eq(buf_add(&buf, bytes, 1), ERR_FULL);
	ck_assert_int_eq(buf_add(&buf, bytes, SIZE_MAX), ERR_FULL);
	buf_done(&buf);
}
END_TEST

START_TEST(an_absurd_length_is_refused_without_a_cap)
{
	struct buf buf = { 0 };

	ck_assert_int_eq(buf_add(&buf, "x", SIZE_MAX), ERR_FULL);
	ck_assert_int_eq(buf_add(&buf, "abc", 3), 0);
	ck_assert_int_eq(buf_add(&buf, "x", SIZE_MAX - 2), ERR_FULL);
	ck_assert_str_eq(buf.data, "abc");
	buf_done(&buf);
}
END_TEST

START_TEST(clear_keeps_the_room)
{
	struct buf buf = { 0 };

	ck_assert_int_eq(buf_add(&buf, "hello", 5), 0);

	char *data = buf.data;

	buf_clear(&buf);
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_str_eq(buf.data, "");
	ck_assert_int_eq(buf_add(&buf, "bye", 3), 0);
	ck_assert_ptr_eq(buf.data, data);
	ck_assert_str_eq(buf.data, "bye");
	buf_done(&buf);
}
END_TEST

START_TEST(a_finished_buffer_can_be_used_again_with_its_cap)
{
	struct buf buf = { .cap = 3 };

	ck_assert_int_eq(buf_add(&buf, "abc", 3), 0);
	buf_done(&buf);
	ck_assert_int_eq(buf_add(&buf, "abcd", 4), ERR_FULL);
	ck_assert_int_eq(buf_add(&buf, "def", 3), 0);
	ck_assert_str_eq(buf.data, "def");
	buf_done(&buf);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, an_empty_buffer_has_no_bytes);
	tcase_add_test(tc, bytes_are_kept_in_order_and_end_with_a_nul);
	tcase_add_test(tc, the_cap_can_be_reached_but_not_passed);
	tcase_add_test(tc, an_absurd_length_is_refused_without_a_cap);
	tcase_add_test(tc, clear_keeps_the_room);
	tcase_add_test(tc, a_finished_buffer_can_be_used_again_with_its_cap);
	suite_add_tcase(s, tc);
	return s;
}
