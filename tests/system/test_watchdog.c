/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd under a service manager that watches it: what makes it stick, and what doesn't, from outside. A manager restarts
 * what has told nothing for a whole period; the tests do what it does.
 * System tests. That nothing is told takes a period to see.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "disk.h"
#include "http.h"
#include "manager.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define PERIOD_MS 400
#define PERIOD_US_TEXT "400000"

static struct site site;
static struct upstream upstream;
static struct manager manager;
static struct disk_trouble trouble;
/* Where sanitizers are in the program, they want to be the first of all libraries, but can do without. */
static const char *environment[] = {
	manager.variable, "WATCHDOG_USEC=" PERIOD_US_TEXT, trouble.preload, trouble.variable, "ASAN_OPTIONS=verify_asan_link_order=0", NULL,
};

static void setup(void)
{
	site_open(&site);
	manager_open(&manager);
	disk_trouble_open(&trouble, site.folder);
	site.environment = environment;
	site_open_socket(&site);
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
	manager_close(&manager);
}

static void await_feeds(unsigned n)
{
	while (n-- > 0)
		manager_await(&manager, "WATCHDOG=1");
}

/* What was told before it stuck may still be in the socket. */
static void await_starving(void)
{
	int64_t end = process_patience();

	while (manager_hears(&manager, "WATCHDOG=1", PERIOD_MS))
		ck_assert_msg(!process_patience_is_over(end), "it says that all is well:\n%s", process_errors(&site.claimd));
}

/* What a manager does to who starves. */
static void abort_claimd(void)
{
	process_signal(&site.claimd, SIGABRT);
	process_await_signal(&site.claimd, SIGABRT);
}

/* On the same socket, as the unit has it. */
static void abort_and_restart(void)
{
	abort_claimd();
	site_restart(&site);
	await_feeds(3);
}

/* --- Stuck */

START_TEST(a_disk_that_hangs_starves_it_and_a_restart_loses_nothing)
{
	site_start(&site);
	await_feeds(3);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "before"), 200);
	disk_trouble_begin(&trouble, 0);
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "during", "");
	await_starving();
	int waiting = http_connect(site.address);
	http_request(waiting, "POST", SITE_CALLBACK "after", "");
	abort_claimd();
	disk_trouble_end(&trouble);
	site_restart(&site);
	/* Nobody has said that the second one is safe, unless another commit hung before it was taken in; and nobody has refused
	 * the third. */
	unsigned status = http_receive_status(fd);
	ck_assert(status == 0 || status == 200);
	ck_assert_uint_eq(http_receive_status(waiting), 200);
	await_feeds(3);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(external_id) FROM report_notifications WHERE external_id <> 'during'"),
	                 "before,after");
	close(fd);
	close(waiting);
}
END_TEST

/* SQL with a %lld for a moment three minutes ago: past all that would wake the worker. */
static void run_sql_ago(const char *fmt)
{
	const struct clock clock = { 0 };
	char sql[400];

	snprintf(sql, sizeof(sql), fmt, (long long)(clock_wall(&clock).us - 180 * USEC_PER_SEC));
	site_sql(&site, sql);
}

START_TEST(a_read_that_nobody_makes_starves_it_and_a_restart_makes_it)
{
	site_start(&site);
	await_feeds(3);
	run_sql_ago("INSERT INTO shipment (source_id, external_id, model, first_seen_us, due_us, via)"
	            " SELECT id, 'forgotten', 'claims', 1, %lld, 'sweep' FROM source");
	process_await_line(&site.claimd, "stuck: main: what is due is not read");
	await_starving();
	abort_and_restart();
	process_await_line(&site.claimd, "main: "); /* the upstream refuses connections, but it was asked */
}
END_TEST

START_TEST(a_hint_that_nobody_folds_starves_it_and_a_restart_folds_it)
{
	site_start(&site);
	await_feeds(3);
	run_sql_ago("INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	            " SELECT id, 'callback', 1, 'forgotten', %lld, 0, 0 FROM source");
	process_await_line(&site.claimd, "stuck: hints are not folded");
	await_starving();
	abort_and_restart();
	site_await(&site, "SELECT count(*) FROM shipment", "1");
}
END_TEST

START_TEST(what_ends_by_itself_is_fed_again)
{
	site_start(&site);
	await_feeds(3);
	run_sql_ago("INSERT INTO shipment (source_id, external_id, model, first_seen_us, due_us, via)"
	            " SELECT id, 'forgotten', 'claims', 1, %lld, 'sweep' FROM source");
	process_await_line(&site.claimd, "stuck: ");
	site_sql(&site, "DELETE FROM shipment");
	process_await_line(&site.claimd, "nothing is stuck any more");
	await_feeds(3);
}
END_TEST

/* --- In trouble, which no restart would cure */

/* Longer than anybody who is stuck would be fed. */
enum { FEEDS = 12 };

START_TEST(a_lock_that_lasts_is_trouble)
{
	site_start(&site);
	site_lock(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 503);
	await_feeds(FEEDS);
	site_unlock(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
}
END_TEST

/* No file may grow, from now on or from now on again. */
static void forbid_writing(bool forbid)
{
	const struct rlimit limit = { .rlim_cur = forbid ? 0 : RLIM_INFINITY, .rlim_max = RLIM_INFINITY };

	ck_assert_int_eq(prlimit(site.claimd.pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

START_TEST(a_full_disk_is_trouble)
{
	signal(SIGXFSZ, SIG_IGN); /* which claimd inherits: the limit is to be an error, as the end of a disk is */
	site_start(&site);
	forbid_writing(true);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 503);
	await_feeds(FEEDS);
	forbid_writing(false);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
}
END_TEST

/* Many periods, a request each. */
START_TEST(an_upstream_that_hangs_is_trouble)
{
	upstream_start(&upstream, (const char *const[]){ "--claims", "1", NULL });
	site.base_url = upstream.url;
	site.delivery_keys = "request_timeout = 300ms\n";
	site_start(&site);
	process_signal(&upstream.claimsim, SIGSTOP);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	process_await_line(&site.claimd, "next request in");
	run_sql_ago("UPDATE shipment SET due_us = %lld");
	await_feeds(FEEDS);
	process_signal(&upstream.claimsim, SIGCONT);
	process_await_line(&site.claimd, "the upstream answers again");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("watchdog");
	TCase *tcase = tcase_create("stuck");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_disk_that_hangs_starves_it_and_a_restart_loses_nothing);
	tcase_add_test(tcase, a_read_that_nobody_makes_starves_it_and_a_restart_makes_it);
	tcase_add_test(tcase, a_hint_that_nobody_folds_starves_it_and_a_restart_folds_it);
	tcase_add_test(tcase, what_ends_by_itself_is_fed_again);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("trouble");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_lock_that_lasts_is_trouble);
	tcase_add_test(tcase, a_full_disk_is_trouble);
	tcase_add_test(tcase, an_upstream_that_hangs_is_trouble);
	suite_add_tcase(suite, tcase);
	return suite;
}
