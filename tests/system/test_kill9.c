/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL in the middle of everything, over and over: nothing that was acknowledged is lost, nothing is doubled.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "load.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define CLAIMS 120
#define CLAIMS_TEXT "120"
#define ROUNDS 8
#define ACKS_MAX 250

static const unsigned seeds[] = { 1, 2, 3 };

static struct site site;
static struct upstream upstream;
static struct load *load;
static char *claims[CLAIMS];

static void setup(void)
{
	site_open(&site);
	site_open_socket(&site);
	site.delivery_keys = "stale_retry = 5ms..15ms\nsweep_after = 100ms\nrequests_per_second = 1000\n";
	upstream_start(&upstream, (const char *const[]){
		"--claims", CLAIMS_TEXT, "--rate", "1000000", "--step", "1ms..10ms", "--wait-read", "--window", "300ms", NULL });
	site.base_url = upstream.url;
	upstream_await_stat(&upstream, "transitions", CLAIMS);
	site_start(&site);
	upstream_tell_truth(&upstream, &site);
	for (int i = 0; i < CLAIMS; i++) {
		char sql[96];

		snprintf(sql, sizeof(sql), "SELECT claim_id FROM truth LIMIT 1 OFFSET %d", i);
		claims[i] = strdup(site_ask(&site, sql));
	}
	load = load_new(site.address, claims, CLAIMS);
}

static void teardown(void)
{
	load_free(load);
	for (int i = 0; i < CLAIMS; i++)
		free(claims[i]);
	upstream_close(&upstream);
	site_close(&site);
}

static void kill_and_restart(void)
{
	/* Ours must not be the connection that keeps the log's index alive: what is left behind is then recovered. */
	site_close_sql(&site);
	process_kill(&site.claimd);
	load_bury(load);
	site_restart(&site);
}

/* Each claim ends, each hint is served. */
static void await_done(void)
{
	load_run(load, 2 * CLAIMS);
	upstream_await_stat(&upstream, "done", CLAIMS);
	site_await(&site, "SELECT count(*) || ' ' || sum(terminal) FROM report_claims", CLAIMS_TEXT " " CLAIMS_TEXT);
	site_await(&site, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
	site_await(&site, "SELECT pending FROM report_sources", "0");
}

static void assert_none(const char *sql)
{
	ck_assert_msg(*site_ask(&site, sql) == '\0', "%s: %s", sql, site.value);
}

static void assert_acked_are_there(void)
{
	site_sql(&site, "CREATE TEMP TABLE acked (n TEXT PRIMARY KEY); BEGIN");
	for (int n = 0; n < load->next; n++) {
		char sql[96];

		snprintf(sql, sizeof(sql), "INSERT INTO acked (n) VALUES ('%d')", n);
		if (load->acked[n])
			site_sql(&site, sql);
	}
	site_sql(&site, "COMMIT; CREATE TEMP TABLE stored AS SELECT own_params ->> 'n' AS n, count(*) AS times"
	                " FROM report_notifications GROUP BY 1");
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM acked"), load->n_acked);
	assert_none("SELECT group_concat(n) FROM (SELECT n FROM acked EXCEPT SELECT n FROM stored)");
	assert_none("SELECT group_concat(n) FROM stored WHERE times <> 1");
}

/* What is stored is a part of the truth, in its order, none twice; a kill may have cost the sight of a step, which is
 * then a gap, and never more than that. */
static void assert_history_is_true(void)
{
	upstream_tell_truth(&upstream, &site);
	assert_none("SELECT group_concat(external_id || ' ' || to_status) FROM (SELECT external_id, to_status, at_us, revision"
	            " FROM report_transitions EXCEPT SELECT claim_id, status, at_us, revision FROM truth)");
	assert_none("SELECT group_concat(external_id) FROM (SELECT external_id FROM report_transitions"
	            " GROUP BY external_id, seq HAVING count(*) > 1)");
	assert_none("SELECT group_concat(external_id) FROM (SELECT external_id FROM report_transitions"
	            " GROUP BY external_id, revision HAVING count(*) > 1)");
	assert_none("SELECT group_concat(external_id || ' ' || seq) FROM (SELECT external_id, seq, revision,"
	            " lag(revision) OVER (PARTITION BY external_id ORDER BY seq) AS before FROM report_transitions)"
	            " WHERE revision < before");
	assert_none("SELECT group_concat(verdict) FROM report_transitions WHERE verdict NOT IN ('first', 'legal', 'gap')");
	assert_none("SELECT group_concat(external_id) FROM report_violations");
	assert_none("SELECT group_concat(claim_id) FROM report_claims c WHERE status IS NOT"
	            " (SELECT status FROM truth t WHERE t.claim_id = c.claim_id ORDER BY seq DESC LIMIT 1)");
}

START_TEST(no_acknowledged_hint_is_lost_and_no_transition_is_doubled)
{
	unsigned seed = seeds[_i];

	for (int i = 0; i < ROUNDS; i++) {
		load_run(load, 1 + rand_r(&seed) % ACKS_MAX);
		kill_and_restart();
	}
	await_done();
	assert_acked_are_there();
	assert_history_is_true();
	ck_assert_str_eq(site_ask(&site, "PRAGMA integrity_check"), "ok");
	assert_none("PRAGMA foreign_key_check");
	site_stop(&site);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("kill9");
	TCase *tcase = tcase_create("kill9");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 180);
	tcase_add_loop_test(tcase, no_acknowledged_hint_is_lost_and_no_transition_is_doubled, 0, (int)ARRAY_SIZE(seeds));
	suite_add_tcase(suite, tcase);
	return suite;
}
