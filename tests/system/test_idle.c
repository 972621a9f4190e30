/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd costs while nothing happens: little memory, and no wake-up.
 * System tests. These are the only ones that let time pass: that nothing happens in two seconds can't be seen in
 * less. How fast the machine is doesn't matter to them.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define RSS_MAX_KIB (24 * 1024)

static struct site site;
static struct upstream upstream;

static void setup(void)
{
	site_open(&site);
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
}

/* How often it went to sleep in the next MS; each wake-up is followed by one. */
static long wake_ups(int ms)
{
	long before = process_status(&site.claimd, "voluntary_ctxt_switches");
	struct pollfd end = { .fd = site.claimd.pidfd, .events = POLLIN };

	ck_assert_int_eq(poll(&end, 1, ms), 0);
	return process_status(&site.claimd, "voluntary_ctxt_switches") - before;
}

/* What began before may still settle, and a peer may close its connection: some stretch must be without a wake-up,
 * and none is when a timer goes round faster than that. */
static void assert_quiet(void)
{
	enum { TRIES = 10, STRETCH_MS = 2000 };
	int tries = 0;

	while (wake_ups(STRETCH_MS) > 0)
		ck_assert_msg(++tries < TRIES, "it never comes to rest:\n%s", process_errors(&site.claimd));
}

static void assert_small(void)
{
	long rss_kib = process_status(&site.claimd, "VmRSS");

	ck_assert_msg(SUITE_IS_SANITIZED || rss_kib < RSS_MAX_KIB, "%ld KiB resident", rss_kib);
}

START_TEST(with_nothing_to_do_it_is_small_and_sleeps)
{
	site_start(&site);
	assert_quiet();
	assert_small();
}
END_TEST

enum { CLAIMS = 1000 };

static char *write_scenario(void)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/play.scn", site.folder), 0);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < CLAIMS; i++)
		fprintf(file, "claim c%d\n\tnew, +1ms estimating, +1ms ready_for_approval\n", i);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

static void call_for_each_claim(void)
{
	int fd = http_connect(site.address);

	for (int i = 0; i < CLAIMS; i++) {
		char target[256];

		snprintf(target, sizeof(target), SITE_PATH "?claim_id=c%d", i);
		http_request(fd, "POST", target, "");
	}
	ck_assert_uint_eq(http_receive_good(fd, CLAIMS), CLAIMS);
	close(fd);
}

/* Each with a deadline, a warning and a sweep ahead: what may be set is one timer to the earliest of all that. */
START_TEST(with_many_open_windows_it_is_small_and_sleeps)
{
	char *scenario = write_scenario();

	upstream_start(&upstream, (const char *const[]){ "--scenario", scenario, NULL });
	upstream_await_stat(&upstream, "done", CLAIMS);
	site.base_url = upstream.url;
	site.listen_keys = "request_timeout = 2s\n"; /* its timer goes on when the connection is closed */
	site_start(&site);
	call_for_each_claim();
	site_await(&site, "SELECT count(*) FROM report_windows WHERE outcome = 'open'", "1000");
	site_await(&site, "SELECT pending FROM report_sources", "0");
	assert_quiet();
	assert_small();
	free(scenario);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("idle");
	TCase *tcase = tcase_create("idle");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, with_nothing_to_do_it_is_small_and_sleeps);
	tcase_add_test(tcase, with_many_open_windows_it_is_small_and_sleeps);
	suite_add_tcase(suite, tcase);
	return suite;
}
