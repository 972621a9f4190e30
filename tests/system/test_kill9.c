/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL in the middle of everything, over and over, with eight clients waiting for their answers: nothing that was
 * acknowledged is lost, nothing is doubled.
 * System tests. KILL9_ROUNDS and KILL9_SEED ask for another number of kills, from one seed.
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

/* claimd is killed so long after its start, or its first answer, at most; a start takes a good part of that. */
#define LIFE_US 40000

/* While a round of this length goes on, a claim or an order should go on too. */
#define STEP_MS_PER_ROUND 10

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

static const unsigned seeds[] = { 1, 2 };

static unsigned rounds;
static char step[40]; /* of what is upstream, so that it lives as long as there are kills */
static struct site site;
static struct upstream upstream;
static struct load *load;
static char *subjects[SHIPMENTS];
static char control_address[ADDRESS_SIZE];
static unsigned n_waiting; /* for an answer when claimd was killed */

static void open_site(void)
{
	const char *text = getenv("KILL9_ROUNDS");

	rounds = text ? (unsigned)strtoul(text, NULL, 10) : ROUNDS;
	snprintf(step, sizeof(step), "1ms..%ums", rounds * STEP_MS_PER_ROUND);
	n_waiting = 0;
	site_open(&site);
	site.log_level = "notice";
	site_open_socket(&site);
}

/* SUBJECT: what load's subjects are, over the truth. */
static void open_all(const char *const *arguments, const char *subject)
{
	upstream_start(&upstream, arguments);
	site.base_url = upstream.url;
	upstream_await_stat(&upstream, "transitions", SHIPMENTS);
	site_start(&site);
	upstream_tell_truth(&upstream, &site);
	for (int i = 0; i < SHIPMENTS; i++) {
		char sql[160];

		snprintf(sql, sizeof(sql), "SELECT %s FROM truth GROUP BY claim_id LIMIT 1 OFFSET %d", subject, i);
		subjects[i] = strdup(site_ask(&site, sql));
	}
}

static void setup_claims(void)
{
	open_site();
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	open_all((const char *const[]){ "--claims", SHIPMENTS_TEXT, "--rate", "1000000", "--step", step, "--wait-read",
	                                "--window", "300ms", NULL }, "claim_id");
	load = load_new(site.address, load_post_callback, subjects, SHIPMENTS);
}

/* What no read has seen stands in the journal. */
static void setup_journal(void)
{
	open_site();
	site.journal = true;
	site.delivery_keys = IN_A_HURRY "journal_interval = 20ms\n";
	open_all((const char *const[]){ "--claims", SHIPMENTS_TEXT, "--rate", "1000000", "--step", step, "--journal-reader",
	                                "--wait-read=either", "--page-limit", "20", "--window", "300ms", NULL }, "claim_id");
	load = load_new(site.address, load_post_callback, subjects, SHIPMENTS);
}

/* Where DBS takes no jump, a step that a kill hid would be held against the order, as long as no push has told of it. So
 * only lives whose statuses may be left out. */
static void setup_orders(void)
{
	open_site();
	site.market_keys = IN_A_HURRY "catch_up = 50ms\n";
	open_all((const char *const[]){ "--orders", "dbs=60,laas=60", "--rate", "1000000", "--step", step, "--wait-read",
	                                "--lives", "dbs_cancel_new=1,dbs_cancel_sent=2,dbs_reason=2,dbs_ready_failed=2,"
	                                "laas_courier=1,laas_pickup=2,laas_lost=1,laas_draft=1", NULL },
	         "printf('\"orderId\":%s,\"campaignId\":%d', claim_id, iif(model = 'dbs', 111, 112))");
	load = load_new(site.address, load_post_push, subjects, SHIPMENTS);
}

/* An operator's wish to accept a claim: once in the version that it has, and then in others, which are refused. */
static void post_accept(int fd, const char *claim, int n)
{
	char body[256];

	snprintf(body, sizeof(body), "{\"kind\":\"accept\",\"id\":\"%s\",\"version\":%d}", claim, n / SHIPMENTS + 1);
	http_request_json(fd, "/actions", "", body);
}

static void setup_acts(void)
{
	open_site();
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\nrequest_timeout = 300ms\n";
	open_all((const char *const[]){ "--claims", SHIPMENTS_TEXT, "--rate", "1000000", "--step", "1ms..10ms", "--wait-read",
	                                "--lives", "approve=1", NULL }, "claim_id");
	load = load_new(site.address, load_post_callback, subjects, SHIPMENTS);
	load_run(load, 2 * SHIPMENTS);
	site_await(&site, "SELECT count(*) FROM report_claims WHERE status = 'ready_for_approval'", SHIPMENTS_TEXT);
	load = load_free(load);
	snprintf(control_address, sizeof(control_address), "unix:%s", site.control_socket);
	load = load_new(control_address, post_accept, subjects, SHIPMENTS);
}

static void teardown(void)
{
	load_free(load);
	for (int i = 0; i < SHIPMENTS; i++)
		free(subjects[i]);
	upstream_close(&upstream);
	site_close(&site);
}

/* --- The kills */

static void kill_now(void)
{
	/* Ours must not be the connection that keeps the log's index alive: what is left behind is then recovered. */
	site_close_sql(&site);
	process_kill(&site.claimd);
	n_waiting += load_bury(load);
}

/* Three times in four after claimd has answered, else also before. */
static void kill_at_random(unsigned *seed)
{
	if (rand_r(seed) % 4)
		load_run(load, 1);
	load_run_for(load, rand_r(seed) % LIFE_US);
	kill_now();
}

/* Also while it starts. */
static void kill_often(unsigned seed)
{
	kill_now();
	for (unsigned i = 0; i < rounds; i++) {
		site_spawn(&site);
		kill_at_random(&seed);
	}
	site_restart(&site);
}

/* The door is made anew by each start, and only then can anybody knock. */
static void kill_operators_often(unsigned seed)
{
	for (unsigned i = 0; i < rounds; i++) {
		process_await_line(&site.claimd, "serving claimctl on ");
		kill_at_random(&seed);
		site_restart(&site);
	}
}

static unsigned seed_of(int test)
{
	const char *text = getenv("KILL9_SEED");

	return text ? (unsigned)strtoul(text, NULL, 10) : seeds[test];
}

/* --- What is to hold behind them */

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

/* STORED: SQL for load's numbers, as text, of what is stored of it. */
static void assert_acked_are_there(const char *stored)
{
	char sql[512];

	site_sql(&site, "CREATE TEMP TABLE acked (n TEXT PRIMARY KEY); BEGIN");
	for (int n = 0; n < load->next; n++) {
		snprintf(sql, sizeof(sql), "INSERT INTO acked (n) VALUES ('%d')", n);
		if (load->acked[n])
			site_sql(&site, sql);
	}
	snprintf(sql, sizeof(sql), "COMMIT; CREATE TEMP TABLE stored AS SELECT n, count(*) AS times FROM (%s) GROUP BY 1", stored);
	site_sql(&site, sql);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM acked"), load->n_acked);
	assert_none("SELECT group_concat(n) FROM (SELECT n FROM acked EXCEPT SELECT n FROM stored)");
	assert_none("SELECT group_concat(n) FROM stored WHERE times <> 1");
}

static void assert_file_is_whole(void)
{
	ck_assert_str_eq(site_ask(&site, "PRAGMA integrity_check"), "ok");
	assert_none("PRAGMA foreign_key_check");
	site_check(&site);
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
}

/* What a run that somebody asked for has shown. */
static void tell(const char *subject, unsigned seed)
{
	if (getenv("KILL9_ROUNDS"))
		printf("kill -9, %s, seed %u: %u rounds, %d acked, 0 lost, 0 doubled; %u waited for an answer when it died, of which "
		       "%lld were stored\n", subject, seed, rounds, load->n_acked, n_waiting,
		       site_number(&site, "SELECT count(*) FROM (SELECT n FROM stored EXCEPT SELECT n FROM acked)"));
}

#define CALLBACKS "SELECT own_params ->> 'n' AS n FROM report_notifications WHERE own_params ->> 'n' IS NOT NULL"

static void await_claims_done(void)
{
	await_done("SELECT count(*) || ' ' || sum(terminal) FROM report_claims");
	assert_acked_are_there(CALLBACKS);
}

START_TEST(no_acknowledged_callback_is_lost_and_no_transition_of_a_claim_is_doubled)
{
	kill_often(seed_of(_i));
	await_claims_done();
	assert_history_is_true();
	assert_none("SELECT group_concat(claim_id) FROM report_claims WHERE held");
	assert_file_is_whole();
	tell("claims", seed_of(_i));
	site_stop(&site);
}
END_TEST

START_TEST(no_event_of_the_journal_is_lost_or_doubled)
{
	kill_often(seed_of(_i));
	await_claims_done();
	site_await(&site, "SELECT count(*) FROM report_transitions WHERE verdict = 'gap'", "0");
	upstream_assert_truth(&upstream, &site);
	assert_file_is_whole();
	tell("journal", seed_of(_i));
	site_stop(&site);
}
END_TEST

START_TEST(no_acknowledged_push_is_lost_and_no_transition_of_an_order_is_doubled)
{
	kill_often(seed_of(_i));
	await_done("SELECT count(*) || ' ' || sum(terminal) FROM report_orders");
	assert_acked_are_there("SELECT CAST(upstream_at_us % 1000000 AS TEXT) AS n FROM report_notifications");
	assert_none("SELECT group_concat(upstream_at) FROM report_notifications WHERE substr(upstream_at, 1, 19) <> '"
	            LOAD_PUSH_SECOND "'");
	assert_history_is_true();
	assert_none("SELECT group_concat(order_id) FROM report_orders WHERE held");
	assert_file_is_whole();
	tell("orders", seed_of(_i));
	site_stop(&site);
}
END_TEST

/* A wish that was recorded and had no luck is wished again, as an operator would. */
static void accept_the_rest(void)
{
	int64_t end = process_patience();
	int left;

	while ((left = (int)site_number(&site, "SELECT count(*) FROM report_claims WHERE status = 'ready_for_approval'")) > 0) {
		struct http_answer answer;
		char body[160];

		ck_assert_msg(!process_patience_is_over(end), "%d claims are not accepted", left);
		snprintf(body, sizeof(body), "{\"kind\":\"accept\",\"id\":\"%s\"}",
		         site_ask(&site, "SELECT claim_id FROM report_claims WHERE status = 'ready_for_approval' LIMIT 1"));
		ck_assert_uint_eq(http_ask_json(control_address, "/actions", body, &answer), 202);
		http_answer_done(&answer);
		site_await(&site, "SELECT count(*) FROM report_actions WHERE state <> 'ended'", "0");
	}
}

START_TEST(no_recorded_act_is_lost_and_none_is_sent_twice)
{
	kill_operators_often(seed_of(_i));
	process_await_line(&site.claimd, "serving claimctl on ");
	load_run(load, 10);
	site_await(&site, "SELECT count(*) FROM report_actions WHERE state <> 'ended'", "0");
	assert_acked_are_there("SELECT CAST((version - 1) * " SHIPMENTS_TEXT " + place AS TEXT) AS n FROM report_actions"
	                       " JOIN (SELECT claim_id, row_number() OVER (ORDER BY claim_id) - 1 AS place FROM report_claims)"
	                       " ON claim_id = external_id");
	assert_none("SELECT group_concat(version) FROM report_actions WHERE sent_at IS NOT NULL AND version <> 1");
	accept_the_rest();
	upstream_await_stat(&upstream, "done", SHIPMENTS);
	site_await(&site, "SELECT count(*) || ' ' || sum(terminal) FROM report_claims", SHIPMENTS_TEXT " " SHIPMENTS_TEXT);
	/* Each claim was accepted by one act, and a second accept of any would have been refused. */
	ck_assert_int_eq(upstream_stat(&upstream, "acts"), SHIPMENTS);
	ck_assert_int_eq(upstream_stat(&upstream, "refused"), 0);
	ck_assert_int_ge(site_number(&site, "SELECT count(sent_at) FROM report_actions"), upstream_stat(&upstream, "accept"));
	assert_none("SELECT group_concat(result) FROM report_actions WHERE result NOT IN ('done', 'refused', 'not_done')");
	assert_history_is_true();
	assert_file_is_whole();
	tell("acts", seed_of(_i));
	site_stop(&site);
}
END_TEST

static TCase *make_case(const char *name, void (*setup)(void), const TTest *test)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 180);
	tcase_add_loop_test(tcase, test, 0, getenv("KILL9_SEED") ? 1 : (int)ARRAY_SIZE(seeds));
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("kill9");

	suite_add_tcase(suite, make_case("claims", setup_claims,
	                                 no_acknowledged_callback_is_lost_and_no_transition_of_a_claim_is_doubled));
	suite_add_tcase(suite, make_case("journal", setup_journal, no_event_of_the_journal_is_lost_or_doubled));
	suite_add_tcase(suite, make_case("orders", setup_orders,
	                                 no_acknowledged_push_is_lost_and_no_transition_of_an_order_is_doubled));
	suite_add_tcase(suite, make_case("acts", setup_acts, no_recorded_act_is_lost_and_none_is_sent_twice));
	return suite;
}
