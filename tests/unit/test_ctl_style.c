/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What values mean to the eye, how wide texts are, and how people read times and sizes.
 * Unit ring.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/readable.h"
#include "ctl/style.h"
#include "suite.h"

START_TEST(a_status_has_the_style_of_its_phase)
{
	ck_assert_int_eq(style_of_status(&model_claims, "ready_for_approval"), STYLE_PHASE + PHASE_CREATE);
	ck_assert_int_eq(style_of_status(&model_claims, "delivered_finish"), STYLE_PHASE + PHASE_END);
	ck_assert_int_eq(style_of_status(&model_dbs, "CANCELLED/USER_CHANGED_MIND"), STYLE_PHASE + PHASE_CANCEL);
	ck_assert_int_eq(style_of_status(&model_dbs, "DELIVERY/DRONE_LAUNCHED"), STYLE_PHASE + PHASE_DELIVERY);
	ck_assert_int_eq(style_of_status(&model_claims, "teleported"), STYLE_PLAIN);
	ck_assert_int_eq(style_of_status(&model_claims, NULL), STYLE_PLAIN);
	ck_assert_int_eq(style_of_status(NULL, "new"), STYLE_PLAIN);
	for (enum phase phase = 0; phase < PHASE_MAX; phase++)
		ck_assert_int_eq(style_of_phase(phase_text(phase)), STYLE_PHASE + phase);
	ck_assert_int_eq(style_of_phase(NULL), STYLE_PLAIN);
}
END_TEST

START_TEST(a_word_has_the_style_of_its_column)
{
	ck_assert_int_eq(style_of_word("verdict", "illegal"), STYLE_BAD);
	ck_assert_int_eq(style_of_word("verdict", "late"), STYLE_BAD);
	ck_assert_int_eq(style_of_word("verdict", "unknown"), STYLE_BAD);
	ck_assert_int_eq(style_of_word("verdict", "gap"), STYLE_LOOK);
	ck_assert_int_eq(style_of_word("verdict", "legal"), STYLE_PLAIN);
	ck_assert_int_eq(style_of_word("outcome", "open"), STYLE_PLAIN);
	ck_assert_int_eq(style_of_word("state", "open"), STYLE_BAD);
	ck_assert_int_eq(style_of_word("state", "locked_out"), STYLE_BAD);
	ck_assert_int_eq(style_of_word("source", "late"), STYLE_PLAIN);
	ck_assert_int_eq(style_of_word("state", NULL), STYLE_PLAIN);
}
END_TEST

START_TEST(a_window_is_near_its_end_in_its_last_fifth)
{
	const int64_t approval_us = 600 * USEC_PER_SEC;

	ck_assert_int_eq(style_of_window(120 * USEC_PER_SEC + 1, approval_us), STYLE_PLAIN);
	ck_assert_int_eq(style_of_window(120 * USEC_PER_SEC, approval_us), STYLE_LOOK);
	ck_assert_int_eq(style_of_window(1, approval_us), STYLE_LOOK);
	ck_assert_int_eq(style_of_window(0, approval_us), STYLE_BAD);
	ck_assert_int_eq(style_of_window(-1, approval_us), STYLE_BAD);
}
END_TEST

START_TEST(escapes_have_no_width)
{
	ck_assert_uint_eq(style_width(""), 0);
	ck_assert_uint_eq(style_width("late"), 4);
	ck_assert_uint_eq(style_width("\033[31mlate\033[0m"), 4);
	ck_assert_uint_eq(style_width("\033[31"), 0);
}
END_TEST

START_TEST(a_text_is_cut_between_characters)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_uint_eq(style_fit("abc", 2), 2);
	ck_assert_uint_eq(style_fit("abc", 3), 3);
	ck_assert_uint_eq(style_fit("abc", 0), 0);
	ck_assert_uint_eq(style_fit("\u00e9t\u00e9", 2), strlen("\u00e9t"));
	ck_assert_uint_eq(style_fit("\u8ca8\u8ca8", 3), strlen("\u8ca8"));
	ck_assert_uint_eq(style_fit("e\u0301x", 1), strlen("e\u0301"));
	ck_assert_uint_eq(style_fit("\033[31mlate\033[0m", 2), strlen("\033[31mla"));
	ck_assert_uint_eq(style_fit("\033[31mla\033[0mte", 2), strlen("\033[31mla\033[0m"));
}
END_TEST

START_TEST(bytes_that_are_no_text_are_counted_nevertheless)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_uint_eq(style_width("\377\301a"), 3);
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C"));
	ck_assert_uint_eq(style_width("\u00e9t\u00e9"), 3);
}
END_TEST

struct span {
	double seconds;
	const char *text;
};

static const struct span spans[] = {
	{ 0, "0.0 s" },         { 12.34, "12.3 s" },      { 59.94, "59.9 s" },   { 59.96, "1 min 0 s" },
	{ 60, "1 min 0 s" },    { 245.4, "4 min 5 s" },   { 3599.4, "59 min 59 s" }, { 3599.6, "1.0 h" },
	{ 7560, "2.1 h" },      { 172799, "48.0 h" },     { 172800, "2.0 d" },   { 293760, "3.4 d" },
	{ -2.5, "-2.5 s" },
};

START_TEST(a_span_has_the_unit_that_suits_it)
{
	char text[READABLE_SIZE];

	readable_seconds(spans[_i].seconds, text);
	ck_assert_str_eq(text, spans[_i].text);
}
END_TEST

START_TEST(an_age_is_in_whole_seconds)
{
	char text[READABLE_SIZE];

	readable_age(59999999, text);
	ck_assert_str_eq(text, "59 s");
	readable_age(60000000, text);
	ck_assert_str_eq(text, "1 min 0 s");
	readable_age(3599 * USEC_PER_SEC + 999999, text);
	ck_assert_str_eq(text, "59 min 59 s");
	readable_age(-5 * USEC_PER_SEC, text);
	ck_assert_str_eq(text, "0 s");
}
END_TEST

START_TEST(a_countdown_goes_on_below_zero)
{
	char text[READABLE_SIZE];

	readable_countdown(307 * USEC_PER_SEC + 999999, text);
	ck_assert_str_eq(text, "5:07");
	readable_countdown(0, text);
	ck_assert_str_eq(text, "0:00");
	readable_countdown(-61 * USEC_PER_SEC, text);
	ck_assert_str_eq(text, "-1:01");
}
END_TEST

START_TEST(times_are_local)
{
	char text[READABLE_SIZE];

	setenv("TZ", "LOC-3", 1);
	tzset();
	readable_time((struct wall){ INT64_C(1790149444402413) }, text);
	ck_assert_str_eq(text, "2026-09-23 10:44:04");
	readable_time_of_day((struct wall){ INT64_C(1790149444402413) }, text);
	ck_assert_str_eq(text, "10:44:04");
	readable_time(WALL_NONE, text);
	ck_assert_str_eq(text, "-");
}
END_TEST

START_TEST(sizes_have_the_unit_that_suits_them)
{
	char text[READABLE_SIZE];

	readable_bytes(1023, text);
	ck_assert_str_eq(text, "1023 B");
	readable_bytes(1024, text);
	ck_assert_str_eq(text, "1.0 KiB");
	readable_bytes(1048575, text);
	ck_assert_str_eq(text, "1.0 MiB");
	readable_bytes(INT64_C(325193728), text);
	ck_assert_str_eq(text, "310.1 MiB");
	readable_bytes(INT64_MAX, text);
	ck_assert_str_eq(text, "8388608.0 TiB");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl_style");
	TCase *styles = tcase_create("styles");
	TCase *readable = tcase_create("readable");

	tcase_add_test(styles, a_status_has_the_style_of_its_phase);
	tcase_add_test(styles, a_word_has_the_style_of_its_column);
	tcase_add_test(styles, a_window_is_near_its_end_in_its_last_fifth);
	tcase_add_test(styles, escapes_have_no_width);
	tcase_add_test(styles, a_text_is_cut_between_characters);
	tcase_add_test(styles, bytes_that_are_no_text_are_counted_nevertheless);
	tcase_add_loop_test(readable, a_span_has_the_unit_that_suits_it, 0, (int)(sizeof(spans) / sizeof(spans[0])));
	tcase_add_test(readable, an_age_is_in_whole_seconds);
	tcase_add_test(readable, a_countdown_goes_on_below_zero);
	tcase_add_test(readable, times_are_local);
	tcase_add_test(readable, sizes_have_the_unit_that_suits_them);
	suite_add_tcase(suite, styles);
	suite_add_tcase(suite, readable);
	return suite;
}
