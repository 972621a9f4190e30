/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd and claimsim together, as two programs: from a callback to a checked history.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

/* Without an own limit, so that a test waits for nothing but the two programs. */
#define IN_A_HURRY "stale_retry = 5ms..15ms\nsweep_after = 100ms\nrequests_per_second = 1000\n"

static struct site site;
static struct upstream upstream;
static char *callback_url;

/* The public socket is made first: each of the two programs must know where the other one is. */
static void setup(void)
{
	site_open(&site);
	site_open_socket(&site);
	site.delivery_keys = IN_A_HURRY;
	ck_assert_int_gt(asprintf(&callback_url, "http://%s" SITE_PATH "?", site.address), 0);
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
	free(callback_url);
}

#define PLAY(...) play((const char *const[]){ __VA_ARGS__, NULL })

static void play(const char *const *arguments)
{
	upstream_start(&upstream, arguments);
	site.base_url = upstream.url;
	site_start(&site);
}

static char *write_scenario(const char *text)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/play.scn", site.folder), 0);
	site_write_file(path, text);
	return path;
}

START_TEST(a_claim_from_new_to_delivered_finish_is_fourteen_legal_steps)
{
	PLAY("--claims", "1", "--lives", "happy=1", "--step", "1ms..5ms", "--wait-read", "--callback", callback_url);
	site_await(&site, "SELECT status FROM report_claims", "delivered_finish");
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(to_status, ' ') FROM (SELECT * FROM report_transitions ORDER BY seq)"),
	                 "new estimating ready_for_approval accepted performer_lookup performer_draft performer_found pickup_arrived"
	                 " ready_for_pickup_confirmation pickuped delivery_arrived ready_for_delivery_confirmation delivered"
	                 " delivered_finish");
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(verdict) FROM (SELECT verdict FROM report_transitions ORDER BY seq)"),
	                 "first,legal,legal,legal,legal,legal,legal,legal,legal,legal,legal,legal,legal,legal");
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_violations"), 0);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(outcome) FROM report_windows"), "met");
	ck_assert_str_eq(site_ask(&site, "SELECT terminal || held FROM report_claims"), "10");
	site_await(&site, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
	site_stop(&site);
}
END_TEST

START_TEST(what_claimd_knows_is_what_claimsim_did)
{
	static const char lives[] = "happy=4,edit=2,multidrop=2,return=2,performer_change=2,missed_failed=1,late_approval=1,"
	                            "illegal_back=2,unknown_status=2";

	PLAY("--claims", "40", "--rate", "1000", "--seed", "7", "--step", "1ms..5ms", "--window", "300ms", "--wait-read",
	     "--lives", lives, "--faults", "stale=0.1,duplicate=0.1,reorder=0.1,lost=0.1", "--retry", "20ms", "--callback", callback_url);
	upstream_await_stat(&upstream, "done", 40);
	site_await(&site, "SELECT count(*) || ' ' || sum(terminal) FROM report_claims", "40 40");
	site_await(&site, "SELECT sum(pending) FROM report_sources", "0");
	upstream_assert_truth(&upstream, &site);
	ck_assert_int_gt(site_number(&site, "SELECT count(*) FROM report_transitions"), 40 * 5);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(DISTINCT state) FROM report_violations"), "open");
	ck_assert_int_eq(site_number(&site, "SELECT (SELECT count(*) FROM report_violations) - (SELECT count(*)"
	                                    " FROM report_transitions WHERE verdict IN ('illegal', 'late', 'unknown'))"), 0);
	ck_assert_str_eq(site_ask(&site, "PRAGMA integrity_check"), "ok");
}
END_TEST

/* Real time runs here: three seconds are left of the window when claimd first reads of it, so that it has the time to
 * be before its end on a slow machine. */
START_TEST(a_window_is_warned_of_and_expires_at_its_exact_end)
{
	char *scenario = write_scenario("claim waits\n"
	                                "\tbackdate 597s\n"
	                                "\tnew, estimating, ready_for_approval\n");

	PLAY("--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback_url);
	site_await(&site, "SELECT outcome FROM report_windows", "open");
	ck_assert_int_eq(site_number(&site, "SELECT due_at_us - opened_at_us FROM report_windows"), 600000000);
	ck_assert_str_eq(site_ask(&site, "SELECT c.approval_due_at = w.due_at FROM report_claims c, report_windows w"), "1");
	process_await_line(&site.claimd, "main: claim waits: the approval window closes at ");
	process_await_line(&site.claimd, "main: claim waits: the approval window expired at ");
	site_await(&site, "SELECT outcome FROM report_windows", "expired");
	ck_assert_int_eq(site_number(&site, "SELECT closed_at_us - due_at_us FROM report_windows"), 0);
	/* A local fact: the status waits for what upstream says. */
	ck_assert_str_eq(site_ask(&site, "SELECT status FROM report_claims"), "ready_for_approval");
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_violations"), 0);
	free(scenario);
}
END_TEST

static long long window_left_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return site_number(&site, "SELECT due_at_us / 1000 FROM report_windows") - now.tv_sec * 1000LL - now.tv_nsec / 1000000;
}

START_TEST(a_window_that_ended_while_claimd_was_down_expires_at_its_exact_end)
{
	char *scenario = write_scenario("claim waits\n"
	                                "\tbackdate 598s\n"
	                                "\tnew, estimating, ready_for_approval\n");

	site.delivery_keys = IN_A_HURRY "approval_warning = 0s\n";
	PLAY("--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback_url);
	site_await(&site, "SELECT count(*) FROM report_windows", "1");
	process_kill(&site.claimd);
	for (int64_t end = process_patience(); window_left_ms() > 0 && !process_patience_is_over(end);)
		process_pause(&upstream.claimsim, (int)window_left_ms());
	site_restart(&site);
	site_await(&site, "SELECT outcome FROM report_windows", "expired");
	ck_assert_int_eq(site_number(&site, "SELECT closed_at_us - due_at_us FROM report_windows"), 0);
	free(scenario);
}
END_TEST

/* --- Bursts */

#define CONNECTIONS 20
#define CALLBACKS_EACH 30

/* All of them are sent before the first answer is read. */
static void send_burst(bool same_claim)
{
	int fds[CONNECTIONS];
	char sql[96];

	for (int i = 0; i < CONNECTIONS; i++)
		fds[i] = http_connect(site.address);
	for (int i = 0; i < CONNECTIONS * CALLBACKS_EACH; i++) {
		char target[256];

		snprintf(sql, sizeof(sql), "SELECT claim_id FROM truth LIMIT 1 OFFSET %d", same_claim ? 0 : i);
		snprintf(target, sizeof(target), SITE_PATH "?claim_id=%s", site_ask(&site, sql));
		http_request(fds[i % CONNECTIONS], "POST", target, "");
	}
	for (int i = 0; i < CONNECTIONS; i++) {
		ck_assert_uint_eq(http_receive_good(fds[i], CALLBACKS_EACH), CALLBACKS_EACH);
		close(fds[i]);
	}
}

static void burst(bool same_claim)
{
	site.delivery_keys = "requests_per_second = 1000\n";
	PLAY("--claims", "600", "--rate", "1000000", "--step", "1h..1h");
	upstream_await_stat(&upstream, "transitions", 600);
	upstream_tell_truth(&upstream, &site);
	send_burst(same_claim);
	site_await(&site, "SELECT count(*) FROM report_notifications WHERE state = 'done'", "600");
	site_await(&site, "SELECT pending FROM report_sources", "0");
}

/* How many requests exactly is a matter of how long the burst takes, half a second a request at most; without folding
 * it would be one a callback. */

START_TEST(a_burst_for_600_claims_costs_a_handful_of_requests)
{
	burst(false);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_claims WHERE status = 'new'"), 600);
	ck_assert_int_le(upstream_stat(&upstream, "bulk_info") + upstream_stat(&upstream, "info"), 30);
}
END_TEST

START_TEST(many_copies_of_a_callback_cost_a_handful_of_requests)
{
	burst(true);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_transitions"), 1);
	ck_assert_int_le(upstream_stat(&upstream, "bulk_info") + upstream_stat(&upstream, "info"), 30);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("flow");
	TCase *tcase = tcase_create("flow");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_claim_from_new_to_delivered_finish_is_fourteen_legal_steps);
	tcase_add_test(tcase, what_claimd_knows_is_what_claimsim_did);
	tcase_add_test(tcase, a_window_is_warned_of_and_expires_at_its_exact_end);
	tcase_add_test(tcase, a_window_that_ended_while_claimd_was_down_expires_at_its_exact_end);
	tcase_add_test(tcase, a_burst_for_600_claims_costs_a_handful_of_requests);
	tcase_add_test(tcase, many_copies_of_a_callback_cost_a_handful_of_requests);
	suite_add_tcase(suite, tcase);
	return suite;
}
