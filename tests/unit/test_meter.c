/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of metrics: that each row keeps to Prometheus' conventions, and to ours.
 * Unit ring.
 */
#include "meter/meter.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "suite.h"

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static bool is_word(const char *text)
{
	if (!islower((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!islower((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

/* What a name of METRIC ends in: the unit, and of a counter "_total". */
static const char *name_end(const struct metric *metric)
{
	static const char *const gauges[METRIC_UNIT_MAX] = { "", "_seconds", "_bytes" };
	static const char *const counters[METRIC_UNIT_MAX] = { "_total", "_seconds_total", "_bytes_total" };

	return metric->type == METRIC_COUNTER ? counters[metric->unit] : gauges[metric->unit];
}

START_TEST(a_name_says_whose_it_is_what_unit_it_has_and_whether_it_only_grows)
{
	const struct metric *metric = &meter_table[_i];

	ck_assert_msg(is_word(metric->name), "%s", metric->name);
	ck_assert_msg(strncmp(metric->name, "claimd_", 7) == 0 || strncmp(metric->name, "process_", 8) == 0, "%s", metric->name);
	ck_assert_msg(ends_with(metric->name, name_end(metric)), "%s", metric->name);
	ck_assert_msg(metric->type == METRIC_COUNTER || !ends_with(metric->name, "_total"), "%s", metric->name);
	ck_assert_msg(metric->unit != METRIC_NUMBER || !(strstr(metric->name, "_seconds") || strstr(metric->name, "_bytes")), "%s",
	              metric->name);
}
END_TEST

START_TEST(a_name_is_there_once)
{
	for (int i = 0; i < METER_MAX; i++)
		ck_assert_msg(i == _i || strcmp(meter_table[i].name, meter_table[_i].name) != 0, "%s", meter_table[_i].name);
}
END_TEST

START_TEST(help_is_one_plain_line_of_sentences)
{
	const char *help = meter_table[_i].help;

	ck_assert_msg(isupper((unsigned char)help[0]) && ends_with(help, "."), "%s", help);
	ck_assert_msg(!strpbrk(help, "\\\n\t\"") && !strstr(help, "  "), "%s", help);
}
END_TEST

/* What a label may be: each has a few values that are known beforehand, or that stand in the configuration. */
START_TEST(no_label_is_an_id)
{
	static const char *const known[] = {
		"version", "kind", "source", "state", "outcome", "endpoint", "result", "model", "verdict", "window", "violation", "action",
		"channel", "fault",
	};
	const struct metric *metric = &meter_table[_i];

	for (size_t i = 0; i < metric_labels(metric); i++) {
		bool is_known = false;

		for (size_t j = 0; j < ARRAY_SIZE(known); j++)
			is_known = is_known || strcmp(metric->labels[i], known[j]) == 0;
		ck_assert_msg(is_known, "%s: %s", metric->name, metric->labels[i]);
	}
}
END_TEST

START_TEST(histograms_alone_have_bounds_and_these_ascend)
{
	const struct metric *metric = &meter_table[_i];

	ck_assert_msg((metric->type == METRIC_HISTOGRAM) == (metric->bounds != NULL), "%s", metric->name);
	for (const double *bound = metric->bounds; bound && !isinf(*bound); bound++)
		ck_assert_msg(bound[0] < bound[1], "%s: %g", metric->name, *bound);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("meter");
	TCase *tc = tcase_create("meter");

	tcase_add_loop_test(tc, a_name_says_whose_it_is_what_unit_it_has_and_whether_it_only_grows, 0, METER_MAX);
	tcase_add_loop_test(tc, a_name_is_there_once, 0, METER_MAX);
	tcase_add_loop_test(tc, help_is_one_plain_line_of_sentences, 0, METER_MAX);
	tcase_add_loop_test(tc, no_label_is_an_id, 0, METER_MAX);
	tcase_add_loop_test(tc, histograms_alone_have_bounds_and_these_ascend, 0, METER_MAX);
	suite_add_tcase(s, tc);
	return s;
}
