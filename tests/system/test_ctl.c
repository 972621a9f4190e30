/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl beside a running claimd: what an operator sees of a real run, and what a wrong question is answered.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/attr.h"
#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

static const char claims_text[] =
	"claim good\n"
	"\tnew, estimating, ready_for_approval, accepted, performer_lookup, performer_not_found\n"
	"claim waits\n"
	"\tnew, estimating, ready_for_approval\n"
	"claim jumped\n"
	"\tnew, estimating, failed, pickuped\n";

static const char orders_text[] =
	"order dbs 9223372036854775807\n"
	"\tPROCESSING/STARTED, DELIVERY/DRONE_LAUNCHED times 60\n"
	"order dbs 55000000001\n"
	"\tPROCESSING/STARTED, CANCELLED/SHOP_FAILED, PROCESSING/STARTED\n"
	"order laas 56000000001\n"
	"\tRESERVED/AWAIT_CONFIRMATION\n";

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

static struct site site;
static struct upstream upstream;
static struct process run;

/* Plays the scenario; claimsim is told by OPTION of the URL whose path is given. */
static void play(const char *scenario_text, const char *option, const char *path)
{
	char *scenario = NULL;
	char *url = NULL;

	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&scenario, "%s/play.scn", site.folder), 0);
	ck_assert_int_gt(asprintf(&url, "http://%s%s", site.address, path), 0);
	site_write_file(scenario, scenario_text);
	upstream_start(&upstream, (const char *const[]){
		"--scenario", scenario, "--step", "1ms..5ms", "--wait-read", option, url, NULL });
	site.base_url = upstream.url;
	site_start(&site);
	free(scenario);
	free(url);
}

/* Three claims that have come to rest, of which one waits for approval and one is held; claimd runs on. */
static void setup_claims(void)
{
	site_open(&site);
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	play(claims_text, "--callback", SITE_PATH "?my_order_id=17&");
	site_await(&site, "SELECT group_concat(claim_id || ' ' || status || ' ' || reported_status, '; ')"
	                  " FROM (SELECT * FROM report_claims ORDER BY claim_id)",
	           "good performer_not_found performer_not_found; jumped failed pickuped;"
	           " waits ready_for_approval ready_for_approval");
}

/* Three orders: one in a status that nobody knows, one that is held, and one that waits to be confirmed. */
static void setup_orders(void)
{
	site_open(&site);
	site.market_keys = IN_A_HURRY "catch_up = 20ms\n";
	play(orders_text, "--push", SITE_SHOP);
	site_await(&site, "SELECT group_concat(order_id || ' ' || status || ' ' || reported_status, '; ')"
	                  " FROM (SELECT * FROM report_orders ORDER BY order_id)",
	           "55000000001 CANCELLED PROCESSING/STARTED; 56000000001 RESERVED RESERVED/AWAIT_CONFIRMATION;"
	           " 9223372036854775807 DELIVERY DELIVERY/DRONE_LAUNCHED");
	site_await(&site, "SELECT count(*) FROM report_notifications WHERE status = 'DELIVERY/DRONE_LAUNCHED' AND state = 'done'", "60");
}

static void teardown(void)
{
	process_done(&run);
	upstream_close(&upstream);
	site_close(&site);
}

#define ASK(...) ask((const char *const[]){ "claimctl", "-c", site.conf, __VA_ARGS__, NULL })

static int ask(const char *const *argv)
{
	process_done(&run);
	return process_run(&run, argv);
}

static void assert_said(const char *text)
{
	const char *output = process_output(&run);

	ck_assert_msg(strstr(output, text), "no \"%s\" in:\n%s", text, output);
}

static void assert_not_said(const char *text)
{
	const char *output = process_output(&run);

	ck_assert_msg(!strstr(output, text), "\"%s\" in:\n%s", text, output);
}

START_TEST(list_shows_claims_and_filters_them)
{
	ck_assert_int_eq(ASK("list"), EX_OK);
	assert_said("good");
	assert_said("waits");
	assert_said("jumped");
	ck_assert_str_eq(process_errors(&run), "");
	ck_assert_int_eq(ASK("list", "--open"), EX_OK);
	assert_said("waits");
	assert_not_said("good");
	ck_assert_int_eq(ASK("list", "--held"), EX_OK);
	assert_said("jumped");
	assert_not_said("waits");
	ck_assert_int_eq(ASK("list", "--status", "performer_not_found", "--source", "main"), EX_OK);
	assert_said("good");
	assert_not_said("jumped");
}
END_TEST

START_TEST(show_history_windows_violations_and_sources_tell_the_run)
{
	ck_assert_int_eq(ASK("show", "jumped"), EX_OK);
	assert_said("pickuped");
	assert_said("illegal_transition");
	ck_assert_int_eq(ASK("history", "good"), EX_OK);
	assert_said("performer_lookup");
	assert_not_said("illegal");
	ck_assert_int_eq(ASK("windows", "--due", "10min"), EX_OK);
	assert_said("waits");
	assert_not_said("good");
	ck_assert_int_eq(ASK("violations"), EX_OK);
	assert_said("jumped");
	assert_not_said("waits");
	ck_assert_int_eq(ASK("sources"), EX_OK);
	assert_said("main");
	assert_said("ok");
}
END_TEST

/* SQLite's own parser is the judge. */
static void assert_json(const char *path, const char *want)
{
	char *sql = sqlite3_mprintf("SELECT json_valid(%Q) || ' ' || json_extract(%Q, %Q)", run.text, run.text, path);

	ck_assert_str_eq(site_ask(&site, sql), want);
	sqlite3_free(sql);
}

START_TEST(json_is_json)
{
	ck_assert_int_eq(ASK("list", "--held", "--json"), EX_OK);
	process_output(&run);
	assert_json("$[0].claim_id", "1 jumped");
	assert_json("$[0].held", "1 1");
	assert_json("$[0].own_params.my_order_id", "1 17");
	ck_assert_int_eq(ASK("--json", "show", "good"), EX_OK);
	process_output(&run);
	assert_json("$.claim.status", "1 performer_not_found");
	assert_json("$.history[5].verdict", "1 legal");
	ck_assert_int_eq(ASK("graph", "--json"), EX_OK);
	process_output(&run);
	assert_json("$[0].status", "1 new");
}
END_TEST

START_TEST(orders_are_listed_and_filtered)
{
	ck_assert_int_eq(ASK("list"), EX_OK);
	assert_said("9223372036854775807");
	assert_said("55000000001");
	assert_said("56000000001");
	assert_not_said("CLAIM_ID");
	ck_assert_str_eq(process_errors(&run), "");
	ck_assert_int_eq(ASK("list", "--held"), EX_OK);
	assert_said("55000000001");
	assert_not_said("9223372036854775807");
	ck_assert_int_eq(ASK("list", "--status", "DELIVERY/DRONE_LAUNCHED"), EX_OK);
	assert_said("9223372036854775807");
	assert_not_said("56000000001");
	ck_assert_int_eq(ASK("list", "--status", "RESERVED", "--open", "--source", "main"), EX_OK);
	assert_said("56000000001");
	assert_not_said("55000000001");
}
END_TEST

START_TEST(show_history_windows_violations_and_sources_tell_of_orders)
{
	ck_assert_int_eq(ASK("show", "55000000001"), EX_OK);
	assert_said("CANCELLED");
	assert_said("illegal_transition");
	ck_assert_int_eq(ASK("history", "9223372036854775807"), EX_OK);
	assert_said("DELIVERY/DRONE_LAUNCHED");
	assert_not_said("illegal");
	/* Sixty copies of its push are one transition. */
	ck_assert_ptr_null(strstr(strstr(process_output(&run), "DRONE_LAUNCHED") + 1, "DRONE_LAUNCHED"));
	ck_assert_int_eq(ASK("windows", "--due", "60min"), EX_OK);
	assert_said("reservation");
	assert_said("56000000001");
	ck_assert_int_eq(ASK("violations"), EX_OK);
	assert_said("55000000001");
	assert_said("unknown_status");
	assert_not_said("56000000001");
	ck_assert_int_eq(ASK("sources"), EX_OK);
	assert_said("market");
}
END_TEST

START_TEST(json_of_orders_is_json)
{
	ck_assert_int_eq(ASK("list", "--held", "--json"), EX_OK);
	process_output(&run);
	assert_json("$[0].order_id", "1 55000000001");
	assert_json("$[0].model", "1 dbs");
	assert_json("$[0].held", "1 1");
	ck_assert_int_eq(ASK("--json", "show", "9223372036854775807"), EX_OK);
	process_output(&run);
	assert_json("$.order.substatus", "1 DRONE_LAUNCHED");
	assert_json("$.history[0].to_status", "1 PROCESSING/STARTED");
	assert_json("$.violations[0].kind", "1 unknown_status");
	ck_assert_int_eq(ASK("history", "55000000001", "--json"), EX_OK);
	process_output(&run);
	assert_json("$[2].verdict", "1 illegal");
	ck_assert_int_eq(ASK("graph", "dbs", "--json"), EX_OK);
	process_output(&run);
	assert_json("$[0].status", "1 PLACING/*");
}
END_TEST

START_TEST(graph_is_source_for_graphviz)
{
	ck_assert_int_eq(ASK("graph", "--dot"), EX_OK);
	assert_said("digraph");
	assert_said("ready_for_approval");
	ck_assert_int_eq(ASK("graph", "dbs", "--dot"), EX_OK);
	assert_said("digraph");
	assert_said("DELIVERED/DELIVERED_USER_NOT_RECEIVED");
	assert_not_said("PROCESSING/PACKAGING");
}
END_TEST

static const struct {
	const char *words[3];
	int status;
} wrong[] = {
	{ { "lst" }, EX_USAGE },
	{ { "list", "--sorted" }, EX_USAGE },
	{ { "list", "extra" }, EX_USAGE },
	{ { "show" }, EX_USAGE },
	{ { "windows", "--due", "soon" }, EX_USAGE },
	{ { "graph", "fbs" }, EX_USAGE },
	{ { "show", "nobody" }, EX_NOINPUT },
	{ { "history", "nobody" }, EX_NOINPUT },
	{ { "list", "--db", "/nowhere/claimd.db" }, EX_NOINPUT },
	{ { "list", "--db", "/etc/passwd" }, EX_DATAERR },
	{ { "list", "-c", "/nowhere/claimd.conf" }, EX_CONFIG },
};

START_TEST(a_wrong_question_is_told_in_one_line)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const char *const *words = wrong[i].words;
		int status = ask((const char *const[]){ "claimctl", "-c", site.conf, words[0], words[1], words[2], NULL });
		const char *errors = process_errors(&run);

		ck_assert_msg(status == wrong[i].status, "%s: %d, not %d: %s", words[0], status, wrong[i].status, errors);
		ck_assert_ptr_eq(strstr(errors, "claimctl: "), errors);
		ck_assert_ptr_eq(strchr(errors, '\n'), errors + strlen(errors) - 1);
		ck_assert_str_eq(process_output(&run), "");
	}
}
END_TEST

START_TEST(it_works_without_the_daemon_and_never_writes)
{
	site_lock(&site);
	ck_assert_int_eq(ASK("list"), EX_OK);
	site_unlock(&site);
	site_stop(&site);
	ck_assert_int_eq(ASK("list"), EX_OK);
	assert_said("good");
}
END_TEST

START_TEST(it_needs_no_secret)
{
	ck_assert_int_eq(remove(site.token_file), 0);
	ck_assert_int_eq(remove(site.secret_file), 0);
	ck_assert_int_eq(ASK("list"), EX_OK);
	assert_said("good");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl");
	TCase *tcase = tcase_create("claims");
	TCase *orders = tcase_create("orders");

	tcase_add_checked_fixture(tcase, setup_claims, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, list_shows_claims_and_filters_them);
	tcase_add_test(tcase, show_history_windows_violations_and_sources_tell_the_run);
	tcase_add_test(tcase, json_is_json);
	tcase_add_test(tcase, graph_is_source_for_graphviz);
	tcase_add_test(tcase, a_wrong_question_is_told_in_one_line);
	tcase_add_test(tcase, it_works_without_the_daemon_and_never_writes);
	tcase_add_test(tcase, it_needs_no_secret);
	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(orders, setup_orders, teardown);
	tcase_set_timeout(orders, 60);
	tcase_add_test(orders, orders_are_listed_and_filtered);
	tcase_add_test(orders, show_history_windows_violations_and_sources_tell_of_orders);
	tcase_add_test(orders, json_of_orders_is_json);
	suite_add_tcase(suite, orders);
	return suite;
}
