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

#define SHIPMENTS 120
#define SHIPMENTS_TEXT "120"
#define ROUNDS 8
#define ACKS_MAX 250

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

static const unsigned seeds[] = { 1, 2, 3 };

static struct site site;
static struct upstream upstream;
static struct load *load;
static char *subjects[SHIPMENTS];

/* SUBJECT: what load's subjects are, over the truth. */
static void open_all(const char *const *arguments, load_post_fn post, const char *subject)
{
	upstream_start(&upstream, arguments);
	site.base_url = upstream.url;
	upstream_await_stat(&upstream, "transitions", SHIPMENTS);
	site_start(&site);
	upstream_tell_truth(&upstream, &site);
	for (int i = 0; i < SHIPMENTS; i++) {
		char sql[160];

		snprintf(sql, sizeof(sql), "SELECT %s FROM truth LIMIT 1 OFFSET %d", subject, i);
		subjects[i] = strdup(site_ask(&site, sql));
	}
	load = load_new(site.address, post, subjects, SHIPMENTS);
}

static void setup_claims(void)
{
	site_open(&site);
	site_open_socket(&site);
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	open_all((const char *const[]){ "--claims", SHIPMENTS_TEXT, "--rate", "1000000", "--step", "1ms..10ms", "--wait-read",
	                                "--window", "300ms", NULL },
	         load_post_callback, "claim_id");
}

/* Where DBS takes no jump, a step that a kill hid would be held against the order, as long as no push has told of it. So
 * only lives whose statuses may be left out. */
static void setup_orders(void)
{
	site_open(&site);
	site_open_socket(&site);
	site.market_keys = IN_A_HURRY "catch_up = 50ms\n";
	open_all((const char *const[]){ "--orders", "dbs=60,laas=60", "--rate", "1000000", "--step", "1ms..10ms", "--wait-read",
	                                "--lives", "dbs_cancel_new=1,dbs_cancel_sent=2,dbs_reason=2,dbs_ready_failed=2,"
	                                "laas_courier=1,laas_pickup=2,laas_lost=1,laas_draft=1", NULL },
	         load_post_push, "printf('\"orderId\":%s,\"campaignId\":%d', claim_id, iif(model = 'dbs', 111, 112))");
}

static void teardown(void)
{
	load_free(load);
	for (int i = 0; i < SHIPMENTS; i++)
		free(subjects[i]);
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

static void kill_often(unsigned seed)
{
	for (int i = 0; i < ROUNDS; i++) {
		load_run(load, 1 + rand_r(&seed) % ACKS_MAX);
		kill_and_restart();
	}
}

/* Each shipment ends, as ENDED tells, and each hint is served. */
static void await_done(const char *ended)
{
	load_run(load, 2 * SHIPMENTS);
	upstream_await_stat(&upstream, "done", SHIPMENTS);
	site_await(&site, ended, SHIPMENTS_TEXT " " SHIPMENTS_TEXT);
	site_await(&site, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
	site_await(&site, "SELECT sum(pending) FROM report_sources", "0");
}

static void assert_none(const char *sql)
{
	ck_assert_msg(*site_ask(&site, sql) == '\0', "%s: %s", sql, site.value);
}

/* NUMBER: what of a stored hint tells load's number, as text. */
static void assert_acked_are_there(const char *number)
{
	char sql[256];

	site_sql(&site, "CREATE TEMP TABLE acked (n TEXT PRIMARY KEY); BEGIN");
	for (int n = 0; n < load->next; n++) {
		snprintf(sql, sizeof(sql), "INSERT INTO acked (n) VALUES ('%d')", n);
		if (load->acked[n])
			site_sql(&site, sql);
	}
	snprintf(sql, sizeof(sql), "COMMIT; CREATE TEMP TABLE stored AS SELECT %s AS n, count(*) AS times FROM report_notifications"
	                           " GROUP BY 1", number);
	site_sql(&site, sql);
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
	            " GROUP BY external_id, coalesce(revision, to_status) HAVING count(*) > 1)");
	assert_none("SELECT group_concat(external_id || ' ' || seq) FROM (SELECT external_id, seq, coalesce(revision, at_us) AS place,"
	            " lag(coalesce(revision, at_us)) OVER (PARTITION BY external_id ORDER BY seq) AS before FROM report_transitions)"
	            " WHERE place < before");
	assert_none("SELECT group_concat(verdict) FROM report_transitions WHERE verdict NOT IN ('first', 'legal', 'gap')");
	assert_none("SELECT group_concat(external_id) FROM report_violations");
	assert_none("SELECT group_concat(t.external_id) FROM report_transitions t JOIN (SELECT claim_id, status, max(seq) FROM truth"
	            " GROUP BY claim_id) u ON u.claim_id = t.external_id WHERE t.to_status <> u.status AND t.seq ="
	            " (SELECT max(seq) FROM report_transitions l WHERE l.external_id = t.external_id)");
	site_check(&site);
}

START_TEST(no_acknowledged_callback_is_lost_and_no_transition_of_a_claim_is_doubled)
{
	kill_often(seeds[_i]);
	await_done("SELECT count(*) || ' ' || sum(terminal) FROM report_claims");
	assert_acked_are_there("own_params ->> 'n'");
	assert_history_is_true();
	assert_none("SELECT group_concat(claim_id) FROM report_claims WHERE held");
	site_stop(&site);
}
END_TEST

START_TEST(no_acknowledged_push_is_lost_and_no_transition_of_an_order_is_doubled)
{
	kill_often(seeds[_i]);
	await_done("SELECT count(*) || ' ' || sum(terminal) FROM report_orders");
	assert_acked_are_there("CAST(upstream_at_us % 1000000 AS TEXT)");
	assert_none("SELECT group_concat(upstream_at) FROM report_notifications WHERE substr(upstream_at, 1, 19) <> '"
	            LOAD_PUSH_SECOND "'");
	assert_history_is_true();
	assert_none("SELECT group_concat(order_id) FROM report_orders WHERE held");
	site_stop(&site);
}
END_TEST

static TCase *make_case(const char *name, void (*setup)(void), const TTest *test)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 180);
	tcase_add_loop_test(tcase, test, 0, (int)ARRAY_SIZE(seeds));
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("kill9");

	suite_add_tcase(suite, make_case("claims", setup_claims,
	                                 no_acknowledged_callback_is_lost_and_no_transition_of_a_claim_is_doubled));
	suite_add_tcase(suite, make_case("orders", setup_orders,
	                                 no_acknowledged_push_is_lost_and_no_transition_of_an_order_is_doubled));
	return suite;
}
