/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counting, and Prometheus' text format: by a table of the test's own.
 * Unit ring.
 */
#include "base/metrics.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/process.h"
#include "suite.h"

enum {
	REQUESTS,
	IN_FLIGHT,
	SECONDS,
	BYTES,
	AGE,
	ROWS,
};

static const double seconds_bounds[] = { 0.005, 0.25, 1, 1000, INFINITY };
static const double bytes_bounds[] = { 10, INFINITY };

static const struct metric table[ROWS] = {
	[REQUESTS] = { "t_requests_total", METRIC_COUNTER, METRIC_NUMBER, { "source", "outcome" }, NULL, "Requests." },
	[IN_FLIGHT] = { "t_in_flight", METRIC_GAUGE, METRIC_NUMBER, { NULL }, NULL, "Requests in flight." },
	[SECONDS] = { "t_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, { "source" }, seconds_bounds, "How long they take." },
	[BYTES] = { "t_bytes", METRIC_HISTOGRAM, METRIC_BYTES, { NULL }, bytes_bounds, "How large they are." },
	[AGE] = { "t_age_seconds", METRIC_GAUGE, METRIC_SECONDS, { "source" }, NULL, "How old it is." },
};

static struct metrics *metrics;
static struct exposition exposition;
static struct buf text;

static void setup(void)
{
	ck_assert_int_eq(metrics_new(table, ROWS, &metrics), ERR_OK);
	ck_assert_int_eq(exposition_init(&exposition, table, ROWS), ERR_OK);
	text = (struct buf){ 0 };
}

static void teardown(void)
{
	buf_done(&text);
	exposition_done(&exposition);
	metrics_free(metrics);
}

static void write_all(void)
{
	metrics_expose(metrics, &exposition);
	ck_assert_int_eq(exposition_write(&exposition, &text), ERR_OK);
}

static void check_has(const char *part)
{
	ck_assert_msg(strstr(text.data, part), "no \"%s\" in:\n%s", part, text.data);
}

static void check_has_not(const char *part)
{
	ck_assert_msg(!strstr(text.data, part), "\"%s\" in:\n%s", part, text.data);
}

START_TEST(every_metric_has_its_heading_in_the_order_of_the_table)
{
	write_all();
	ck_assert_str_eq(text.data, "# HELP t_requests_total Requests.\n# TYPE t_requests_total counter\n"
	                            "# HELP t_in_flight Requests in flight.\n# TYPE t_in_flight gauge\n"
	                            "# HELP t_seconds How long they take.\n# TYPE t_seconds histogram\n"
	                            "# HELP t_bytes How large they are.\n# TYPE t_bytes histogram\n"
	                            "# HELP t_age_seconds How old it is.\n# TYPE t_age_seconds gauge\n");
}
END_TEST

START_TEST(samples_of_a_metric_stand_together)
{
	counter_add(metrics_counter(metrics, REQUESTS, METRIC_VALUES("a", "ok")), 2);
	exposition_add(&exposition, AGE, METRIC_VALUES("a"), 1.5);
	metrics_counter(metrics, REQUESTS, METRIC_VALUES("b", "ok"));
	exposition_add(&exposition, AGE, METRIC_VALUES("b"), -2);
	write_all();
	check_has("t_requests_total counter\n"
	          "t_requests_total{source=\"a\",outcome=\"ok\"} 2\n"
	          "t_requests_total{source=\"b\",outcome=\"ok\"} 0\n# HELP");
	check_has("t_age_seconds gauge\n"
	          "t_age_seconds{source=\"a\"} 1.500000\n"
	          "t_age_seconds{source=\"b\"} -2.000000\n");
}
END_TEST

START_TEST(the_same_labels_are_the_same_count)
{
	struct counter *counter = metrics_counter(metrics, REQUESTS, METRIC_VALUES("a", "ok"));

	counter_add(counter, 1);
	ck_assert_ptr_eq(metrics_counter(metrics, REQUESTS, METRIC_VALUES("a", "ok")), counter);
	ck_assert_ptr_ne(metrics_counter(metrics, REQUESTS, METRIC_VALUES("ok", "a")), counter);
	counter_add(metrics_counter(metrics, REQUESTS, METRIC_VALUES("a", "ok")), 1);
	write_all();
	check_has("\nt_requests_total{source=\"a\",outcome=\"ok\"} 2\n");
}
END_TEST

START_TEST(a_gauge_goes_up_and_down)
{
	struct gauge *gauge = metrics_gauge(metrics, IN_FLIGHT, NULL);

	gauge_add(gauge, 3);
	gauge_add(gauge, -1);
	write_all();
	check_has("\nt_in_flight 2\n");
	gauge_set(gauge, 0);
	exposition_done(&exposition);
	ck_assert_int_eq(exposition_init(&exposition, table, ROWS), ERR_OK);
	buf_clear(&text);
	write_all();
	check_has("\nt_in_flight 0\n");
}
END_TEST

START_TEST(a_bucket_counts_all_that_is_no_larger_than_its_bound)
{
	static const double values[] = { 0, 0.005, 0.0050001, 0.25, 999, 1001, 5000 };
	struct histogram *histogram = metrics_histogram(metrics, SECONDS, METRIC_VALUES("a"));

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		histogram_add(histogram, values[i]);
	write_all();
	check_has("t_seconds histogram\n"
	          "t_seconds_bucket{source=\"a\",le=\"0.005\"} 2\n"
	          "t_seconds_bucket{source=\"a\",le=\"0.25\"} 4\n"
	          "t_seconds_bucket{source=\"a\",le=\"1\"} 4\n"
	          "t_seconds_bucket{source=\"a\",le=\"1000\"} 5\n"
	          "t_seconds_bucket{source=\"a\",le=\"+Inf\"} 7\n"
	          "t_seconds_sum{source=\"a\"} 7000.260000\n"
	          "t_seconds_count{source=\"a\"} 7\n# HELP");
}
END_TEST

START_TEST(a_histogram_without_labels_has_that_of_its_bounds)
{
	histogram_add(metrics_histogram(metrics, BYTES, NULL), 11);
	write_all();
	check_has("t_bytes_bucket{le=\"10\"} 0\nt_bytes_bucket{le=\"+Inf\"} 1\nt_bytes_sum 11\nt_bytes_count 1\n");
}
END_TEST

START_TEST(what_nobody_has_counted_yet_is_there_at_zero)
{
	metrics_histogram(metrics, BYTES, NULL);
	metrics_gauge(metrics, IN_FLIGHT, NULL);
	write_all();
	check_has("t_bytes_bucket{le=\"+Inf\"} 0\nt_bytes_sum 0\nt_bytes_count 0\n");
	check_has("\nt_in_flight 0\n");
}
END_TEST

START_TEST(a_count_of_many_digits_is_told_in_full)
{
	counter_add(metrics_counter(metrics, REQUESTS, METRIC_VALUES("a", "ok")), UINT64_C(9007199254740991));
	write_all();
	check_has("} 9007199254740991\n");
}
END_TEST

START_TEST(a_label_may_hold_any_text)
{
	metrics_counter(metrics, REQUESTS, METRIC_VALUES("a\"b\\c\nd\te", ""));
	exposition_add(&exposition, AGE, METRIC_VALUES("\\\n\""), 0);
	write_all();
	check_has("\nt_requests_total{source=\"a\\\"b\\\\c\\nd\te\",outcome=\"\"} 0\n");
	check_has("\nt_age_seconds{source=\"\\\\\\n\\\"\"} 0.000000\n");
}
END_TEST

START_TEST(what_is_not_known_has_no_sample)
{
	exposition_add(&exposition, AGE, METRIC_VALUES("a"), NAN);
	write_all();
	check_has("# TYPE t_age_seconds gauge\n");
	check_has_not("\nt_age_seconds{");
}
END_TEST

START_TEST(without_metrics_nothing_is_counted)
{
	counter_add(metrics_counter(NULL, REQUESTS, METRIC_VALUES("a", "ok")), 1);
	gauge_set(metrics_gauge(NULL, IN_FLIGHT, NULL), 1);
	gauge_add(metrics_gauge(NULL, IN_FLIGHT, NULL), 1);
	histogram_add(metrics_histogram(NULL, BYTES, NULL), 1);
	ck_assert_ptr_null(metrics_free(NULL));
}
END_TEST

START_TEST(the_first_error_is_that_of_the_whole)
{
	exposition.failed = ERR_FULL;
	exposition_add(&exposition, AGE, METRIC_VALUES("a"), 1);
	metrics_gauge(metrics, IN_FLIGHT, NULL);
	metrics_histogram(metrics, BYTES, NULL);
	metrics_expose(metrics, &exposition);
	ck_assert_int_eq(exposition_write(&exposition, &text), ERR_FULL);
	ck_assert_ptr_null(text.data);
}
END_TEST

START_TEST(a_process_knows_what_it_takes)
{
	struct process_usage before, after;
	int fds[2];

	process_usage(&before);
	ck_assert(before.cpu_seconds >= 0);
	ck_assert(before.open_fds >= 3 && before.open_fds < before.max_fds);
	ck_assert(before.resident_bytes > 0 && before.resident_bytes <= before.virtual_bytes);
	ck_assert_int_eq(pipe(fds), 0);
	process_usage(&after);
	ck_assert_double_eq(after.open_fds, before.open_fds + 2);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("metrics");
	TCase *tc = tcase_create("metrics");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_metric_has_its_heading_in_the_order_of_the_table);
	tcase_add_test(tc, samples_of_a_metric_stand_together);
	tcase_add_test(tc, the_same_labels_are_the_same_count);
	tcase_add_test(tc, a_gauge_goes_up_and_down);
	tcase_add_test(tc, a_bucket_counts_all_that_is_no_larger_than_its_bound);
	tcase_add_test(tc, a_histogram_without_labels_has_that_of_its_bounds);
	tcase_add_test(tc, what_nobody_has_counted_yet_is_there_at_zero);
	tcase_add_test(tc, a_count_of_many_digits_is_told_in_full);
	tcase_add_test(tc, a_label_may_hold_any_text);
	tcase_add_test(tc, what_is_not_known_has_no_sample);
	tcase_add_test(tc, without_metrics_nothing_is_counted);
	tcase_add_test(tc, the_first_error_is_that_of_the_whole);
	tcase_add_test(tc, a_process_knows_what_it_takes);
	suite_add_tcase(s, tc);
	return s;
}
