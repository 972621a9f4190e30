/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metrics from outside: that Prometheus' own tool has nothing to say against them, that the dashboard and the alert rules name
 * none that claimd does not serve, and that the counts are those of what has happened.
 * System tests. What promtool checks is skipped where there is none.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define PROMTOOL "/usr/bin/promtool"
#define PYTHON "/usr/bin/python3"
#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

static struct site site;
static struct upstream upstream;
static struct http_answer page;
static char *callback_url, *push_url;

static void setup(void)
{
	site_open(&site);
	site_open_socket(&site);
	site.delivery_keys = IN_A_HURRY "sweep_after = 1h\n";
	ck_assert_int_gt(asprintf(&callback_url, "http://%s" SITE_PATH "?", site.address), 0);
	ck_assert_int_gt(asprintf(&push_url, "http://%s" SITE_SHOP, site.address), 0);
}

static void teardown(void)
{
	http_answer_done(&page);
	upstream_close(&upstream);
	site_close(&site);
	free(callback_url);
	free(push_url);
}

/* Claims and an order or two, all read before they go on. */
static void play(void)
{
	site.market_keys = IN_A_HURRY "catch_up = 50ms\n";
	upstream_start(&upstream, (const char *const[]){ "--claims", "8", "--orders", "dbs=2,laas=2", "--rate", "1000", "--wait-read",
	                                                  "--step", "1ms..5ms", "--callback", callback_url, "--push", push_url, NULL });
	site.base_url = upstream.url;
	site_start(&site);
	upstream_await_stat(&upstream, "done", 12);
	site_await(&site, "SELECT sum(pending) FROM report_sources", "0");
}

static void scrape(void)
{
	http_answer_done(&page);
	ck_assert_uint_eq(http_ask(site.admin, "GET", "/metrics", &page), 200);
}

static double value(const char *sample)
{
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "\n%s ", sample), 0);

	const char *found = strstr(page.body, line);

	ck_assert_msg(found, "no %s in:\n%s", sample, page.body);

	double value = strtod(found + strlen(line), NULL);

	free(line);
	return value;
}

/* The page as a file. */
static const char *save_page(void)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/metrics.txt", site.folder);
	site_write_file(path, page.body);
	return path;
}

static void run(const char *const *argv)
{
	struct process process = { 0 };
	int status = process_run(&process, argv);

	ck_assert_msg(status == 0, "%s: exit status %d\n%s%s", argv[0], status, process_output(&process), process_errors(&process));
	process_done(&process);
}

/* It reads its standard input, and wants nothing but metrics there. */
static void check_by_promtool(void)
{
	if (access(PROMTOOL, X_OK) != 0) {
		printf("note: skipped, there is no promtool (Debian: prometheus)\n");
		return;
	}
	run((const char *const[]){ "/bin/sh", "-c", "exec " PROMTOOL " check metrics < \"$1\"", "sh", save_page(), NULL });
}

START_TEST(promtool_has_nothing_to_say_against_metrics)
{
	play();
	scrape();
	check_by_promtool();
}
END_TEST

START_TEST(nor_against_those_of_a_claimd_without_anything_to_do)
{
	site_configure(&site);
	site_restart(&site);
	scrape();
	check_by_promtool();
}
END_TEST

START_TEST(dashboard_and_rules_name_metrics_that_there_are)
{
	play();
	scrape();
	run((const char *const[]){ PYTHON, "tests/system/queries.py", "names", save_page(), "etc/grafana/claimd.json",
	                           "etc/prometheus/claimd.rules.yml", NULL });
}
END_TEST

#define DELIVERY "{kind=\"delivery\",source=\"main\","

static double number(const char *sql)
{
	return strtod(site_ask(&site, sql), NULL);
}

START_TEST(counts_are_those_of_what_has_happened)
{
	play();
	scrape();
	ck_assert_double_eq(value("claimd_ingest_requests_total" DELIVERY "outcome=\"stored\"}") +
	                            value("claimd_ingest_requests_total{kind=\"market\",source=\"main\",outcome=\"stored\"}"),
	                    number("SELECT count(*) FROM report_notifications"));
	ck_assert_double_eq(value("claimd_ingest_batch_hints_sum"), number("SELECT count(*) FROM report_notifications"));
	ck_assert_double_eq(value("claimd_transitions_total" DELIVERY "model=\"claims\",verdict=\"legal\"}"),
	                    number("SELECT count(*) FROM report_transitions WHERE model = 'claims' AND verdict = 'legal'"));
	ck_assert_double_eq(value("claimd_upstream_requests_total" DELIVERY "endpoint=\"bulk_info\",outcome=\"ok\"}"),
	                    (double)upstream_stat(&upstream, "bulk_info"));
	ck_assert_double_gt(value("process_resident_memory_bytes"), 1e6);
	ck_assert_double_gt(value("claimd_database_bytes"), 1e4);
	ck_assert_double_eq(value("claimd_ready"), 1);
}
END_TEST

START_TEST(a_count_that_is_kept_in_the_database_outlives_a_restart)
{
	double events;

	play();
	scrape();
	events = value("claimd_journal_events_total{kind=\"market\",source=\"main\"}");
	ck_assert_double_gt(events, 0);
	process_kill(&site.claimd);
	site_restart(&site);
	scrape();
	ck_assert_double_ge(value("claimd_journal_events_total{kind=\"market\",source=\"main\"}"), events);
	ck_assert_double_eq(value("claimd_ingest_batch_hints_sum"), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, promtool_has_nothing_to_say_against_metrics);
	tcase_add_test(tcase, nor_against_those_of_a_claimd_without_anything_to_do);
	tcase_add_test(tcase, dashboard_and_rules_name_metrics_that_there_are);
	tcase_add_test(tcase, counts_are_those_of_what_has_happened);
	tcase_add_test(tcase, a_count_that_is_kept_in_the_database_outlives_a_restart);
	suite_add_tcase(suite, tcase);
	return suite;
}
