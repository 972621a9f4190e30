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

static const char scenario_text[] =
	"claim good\n"
	"\tnew, estimating, ready_for_approval, accepted, performer_lookup, performer_not_found\n"
	"claim waits\n"
	"\tnew, estimating, ready_for_approval\n"
	"claim jumped\n"
	"\tnew, estimating, failed, pickuped\n";

static struct site site;
static struct upstream upstream;
static struct process run;

/* Three claims that have come to rest, of which one waits for approval and one is held; claimd runs on. */
static void setup(void)
{
	char *scenario = NULL;
	char *callback = NULL;

	site_open(&site);
	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&scenario, "%s/play.scn", site.folder), 0);
	ck_assert_int_gt(asprintf(&callback, "http://%s" SITE_PATH "?my_order_id=17&", site.address), 0);
	site_write_file(scenario, scenario_text);
	upstream_start(&upstream, (const char *const[]){
		"--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback, NULL });
	site.base_url = upstream.url;
	site.delivery_keys = "stale_retry = 5ms..15ms\nsweep_after = 100ms\nrequests_per_second = 1000\n";
	site_start(&site);
	site_await(&site, "SELECT group_concat(claim_id || ' ' || status || ' ' || reported_status, '; ')"
	                  " FROM (SELECT * FROM report_claims ORDER BY claim_id)",
	           "good performer_not_found performer_not_found; jumped failed pickuped;"
	           " waits ready_for_approval ready_for_approval");
	free(scenario);
	free(callback);
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

START_TEST(graph_is_source_for_graphviz)
{
	ck_assert_int_eq(ASK("graph", "--dot"), EX_OK);
	assert_said("digraph");
	assert_said("ready_for_approval");
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
	{ { "graph", "dbs" }, EX_USAGE },
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
	TCase *tcase = tcase_create("ctl");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, list_shows_claims_and_filters_them);
	tcase_add_test(tcase, show_history_windows_violations_and_sources_tell_the_run);
	tcase_add_test(tcase, json_is_json);
	tcase_add_test(tcase, graph_is_source_for_graphviz);
	tcase_add_test(tcase, a_wrong_question_is_told_in_one_line);
	tcase_add_test(tcase, it_works_without_the_daemon_and_never_writes);
	tcase_add_test(tcase, it_needs_no_secret);
	suite_add_tcase(suite, tcase);
	return suite;
}
