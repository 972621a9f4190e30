/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line about how the work stands.
 * Unit tests.
 */
#include "daemon/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "tests/suite.h"

#define NOW ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

static struct wall ago(int64_t seconds)
{
	return wall_add(NOW, -seconds * USEC_PER_SEC);
}

static const struct pulse calm = {
	.n_sources = 1, .pending_since = { INT64_MIN }, .cursor = { INT64_MIN }, .next_due = { INT64_MIN },
};

static const char *line_of(const struct summary *summary, const struct pulse *pulse)
{
	static char line[SUMMARY_SIZE];

	summary_write(summary, pulse, NOW, line);
	return line;
}

START_TEST(a_calm_day_is_told_in_one_line)
{
	const struct summary summary = { 0 };

	ck_assert_str_eq(line_of(&summary, &calm), "1 source; nothing pending; no open windows; no open violations");
}
END_TEST

START_TEST(all_that_goes_on_is_told)
{
	const struct summary summary = { 0 };
	const struct pulse pulse = {
		.n_sources = 6, .n_limited = 2, .n_locked_out = 1, .n_silent = 3,
		.pending = 17, .pending_since = ago(35), .cursor = ago(12), .windows = 4, .next_due = ago(-425), .violations = 1,
	};

	ck_assert_str_eq(line_of(&summary, &pulse), "6 sources, 1 locked out, 2 limited, 3 silent; 17 pending, the oldest for 35 s;"
	                                            " cursor 12 s old; 4 open windows, the next due in 7 min; 1 open violation");
}
END_TEST

START_TEST(one_of_each_is_one)
{
	const struct summary summary = { 0 };
	const struct pulse pulse = {
		.n_sources = 2, .pending = 1, .pending_since = NOW, .cursor = NOW, .windows = 1, .next_due = NOW, .violations = 2,
	};

	ck_assert_str_eq(line_of(&summary, &pulse), "2 sources; 1 pending, the oldest for 0 s; cursor 0 s old;"
	                                            " 1 open window, the next due in 0 s; 2 open violations");
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} spans[] = {
	{ -5, "0 s" }, { 0, "0 s" }, { 119, "119 s" }, { 120, "2 min" }, { 179, "2 min" }, { 7199, "119 min" }, { 7200, "2 h" },
	{ 172799, "47 h" }, { 172800, "2 d" }, { 864000, "10 d" },
};

START_TEST(an_age_has_one_unit)
{
	const struct summary summary = { 0 };
	struct pulse pulse = calm;
	char want[64];

	pulse.cursor = ago(spans[_i].seconds);
	snprintf(want, sizeof(want), "; cursor %s old;", spans[_i].text);
	ck_assert_ptr_nonnull(strstr(line_of(&summary, &pulse), want));
}
END_TEST

START_TEST(what_was_not_counted_to_its_end_is_told_so)
{
	const struct summary summary = { 0 };
	struct pulse pulse = calm;

	pulse.violations = PULSE_COUNT_MAX;
	ck_assert_ptr_nonnull(strstr(line_of(&summary, &pulse), "; 10000 or more open violations"));
}
END_TEST

START_TEST(a_first_reading_and_a_refused_configuration_are_told)
{
	const struct summary summary = { .reading = "main", .n_read = 1200, .not_reloaded = true };

	ck_assert_str_eq(line_of(&summary, &calm), "1 source; nothing pending; no open windows; no open violations;"
	                                           " main: reading all of the journal that is retained, 1200 events so far;"
	                                           " the configuration was not reloaded");
}
END_TEST

/* Numbers of any size: it is cut where there is no more room. */
START_TEST(the_line_has_room_for_every_number)
{
	const struct summary summary = { .reading = "a-name-of-32-characters-in-a-row", .n_read = SIZE_MAX, .not_reloaded = true };
	const struct pulse pulse = {
		.n_sources = SIZE_MAX, .n_limited = SIZE_MAX, .n_locked_out = SIZE_MAX, .n_silent = SIZE_MAX, .pending = INT64_MAX,
		.pending_since = { 0 }, .cursor = { 0 }, .windows = INT64_MAX, .next_due = { INT64_MAX }, .violations = INT64_MAX,
	};

	ck_assert_uint_lt(strlen(line_of(&summary, &pulse)), SUMMARY_SIZE);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("summary");
	TCase *tcase = tcase_create("summary");

	tcase_add_test(tcase, a_calm_day_is_told_in_one_line);
	tcase_add_test(tcase, all_that_goes_on_is_told);
	tcase_add_test(tcase, one_of_each_is_one);
	tcase_add_loop_test(tcase, an_age_has_one_unit, 0, (int)ARRAY_SIZE(spans));
	tcase_add_test(tcase, what_was_not_counted_to_its_end_is_told_so);
	tcase_add_test(tcase, a_first_reading_and_a_refused_configuration_are_told);
	tcase_add_test(tcase, the_line_has_room_for_every_number);
	suite_add_tcase(suite, tcase);
	return suite;
}
