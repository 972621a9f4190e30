/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reporting tools beside a claimd that writes: three that have nothing in common but SQLite read the views over and over, each
 * transaction being of one moment, and nobody ever meets a lock.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "load.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define ROUNDS 40
#define CLAIMS 60
#define POSTS 50 /* between two looks at the readers */

/* Each reads the statements of FILE, one a line, and stops at none that fails. A lock, if there is one, is not waited for. */
static const char sqlite3_script[] = "exec sqlite3 -batch -readonly \"$DATABASE\" <\"$FILE\"";
static const char python_script[] =
	"import os, sqlite3\n"
	"db = sqlite3.connect('file:' + os.environ['DATABASE'] + '?mode=ro', uri=True, timeout=0, isolation_level=None)\n"
	"for line in open(os.environ['FILE']):\n"
	"    for row in db.execute(line):\n"
	"        print(*row)\n";
static const char isql_script[] = "exec isql claimd -b -v <\"$FILE\"";

static const struct reader {
	const char *name;
	const char *argv[4];
} readers[] = {
	{ "sqlite3", { "/bin/sh", "-c", sqlite3_script } },
	{ "Python", { "/usr/bin/python3", "-c", python_script } },
	{ "ODBC", { "/bin/sh", "-c", isql_script } },
};

static struct site site;
static struct upstream upstream;
static struct load *load;
static struct process reading[ARRAY_SIZE(readers)];
static char *file;

static char *in_folder(const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site.folder, name), 0);
	return path;
}

/* A transaction: what is counted before each view is read is counted again behind them. */
static void add_round(struct buf *text, const char *views)
{
	static const char count[] = " ' || (SELECT count(*) FROM report_claims) || '+' || (SELECT count(*) FROM report_notifications)"
				    " || '+' || (SELECT count(*) FROM report_transitions) AS n;\n";
	char *names = strdup(views);
	char *rest = NULL;

	ck_assert_int_eq(buf_addf(text, "BEGIN;\nSELECT 'before%s", count), 0);
	for (char *view = strtok_r(names, " ", &rest); view; view = strtok_r(NULL, " ", &rest))
		ck_assert_int_eq(buf_addf(text, "SELECT * FROM %s LIMIT 20;\n", view), 0);
	ck_assert_int_eq(buf_addf(text, "SELECT 'after%s" "COMMIT;\n", count), 0);
	free(names);
}

static void write_statements(void)
{
	struct buf text CLEANUP(buf_done) = { 0 };
	char *views = strdup(site_ask(&site, "SELECT group_concat(name, ' ') FROM sqlite_schema"
	                                     " WHERE type = 'view' AND name LIKE 'report_%'"));

	ck_assert_ptr_nonnull(strstr(views, "report_claims"));
	for (int i = 0; i < ROUNDS; i++)
		add_round(&text, views);
	site_write_file(file, text.data);
	free(views);
}

static void write_odbc(const char *path)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text, "[claimd]\nDriver = SQLite3\nDatabase = %s\nTimeout = 0\nNoCreat = yes\n", site.database), 0);
	site_write_file(path, text);
	free(text);
}

static void setup(void)
{
	char claims[16];
	char *url = NULL;

	site_open(&site);
	file = in_folder("statements.sql");
	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&url, "http://%s" SITE_PATH "?", site.address), 0);
	snprintf(claims, sizeof(claims), "%d", CLAIMS);
	upstream_start(&upstream, (const char *const[]){
		"--claims", claims, "--orders", "dbs=20,laas=20", "--rate", "20", "--step", "5ms..50ms", "--callback", url, NULL });
	site.base_url = upstream.url;
	site.delivery_keys = "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n";
	site.market_keys = "stale_retry = 5ms..15ms\nrequests_per_second = 1000\ncatch_up = 100ms\n";
	site_start(&site);
	free(url);
}

static void teardown(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		process_done(&reading[i]);
	load_free(load);
	upstream_close(&upstream);
	site_close(&site);
	free(file);
}

static void start_readers(void)
{
	char *odbc = in_folder("odbc.ini");
	char *variables[3] = { NULL };

	write_odbc(odbc);
	ck_assert_int_gt(asprintf(&variables[0], "DATABASE=%s", site.database), 0);
	ck_assert_int_gt(asprintf(&variables[1], "FILE=%s", file), 0);
	ck_assert_int_gt(asprintf(&variables[2], "ODBCINI=%s", odbc), 0);

	const char *const environment[] = { variables[0], variables[1], variables[2], NULL };

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		process_start_as(&reading[i], &(struct process_plan){ .argv = readers[i].argv, .environment = environment });
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		free(variables[i]);
	free(odbc);
}

static bool is_any_reading(void)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		any = any || process_is_alive(&reading[i]);
	return any;
}

/* Copies the word behind WHAT, from *AT on, and moves *AT past it; false when there is none. */
static bool take_count(const char **at, const char *what, char ret[static 64])
{
	const char *found = strstr(*at, what);

	if (!found)
		return false;
	found += strlen(what);
	size_t len = strspn(found, "0123456789+");

	snprintf(ret, 64, "%.*s", (int)len, found);
	*at = found + len;
	return true;
}

/* Each round counted twice the same, and not all rounds did so. */
static void expect_one_moment_a_round(const char *name, const char *output)
{
	char before[64];
	char after[64];
	char first[64] = "";
	bool moved = false;
	int n = 0;

	while (take_count(&output, "before ", before)) {
		ck_assert_msg(take_count(&output, "after ", after), "%s: round %d does not end", name, n);
		ck_assert_msg(strcmp(before, after) == 0, "%s: round %d saw %s, then %s", name, n, before, after);
		if (n++ == 0)
			snprintf(first, sizeof(first), "%s", before);
		moved = moved || strcmp(before, first) != 0;
	}
	ck_assert_msg(n == ROUNDS, "%s: %d rounds", name, n);
	ck_assert_msg(moved, "%s: nothing was written meanwhile", name);
}

static void expect_good_reading(const struct reader *reader, struct process *process)
{
	ck_assert_msg(process_wait(process) == 0, "%s: %s", reader->name, process_errors(process));
	ck_assert_str_eq(process_errors(process), "");

	/* isql tells errors as [STATE][DRIVER]WORDS among the rows. */
	const char *output = process_output(process);

	ck_assert_msg(!strstr(output, "[SQLite]") && !strstr(output, "locked"), "%s: %s", reader->name, output);
	expect_one_moment_a_round(reader->name, output);
}

/* The claims that there are so far, to be called about. */
static char **list_claims(size_t *ret_n)
{
	static char *ids[CLAIMS];
	char *all = strdup(site_ask(&site, "SELECT group_concat(claim_id, ' ') FROM report_claims"));
	char *rest = NULL;
	size_t n = 0;

	for (char *id = strtok_r(all, " ", &rest); id && n < CLAIMS; id = strtok_r(NULL, " ", &rest))
		ids[n++] = strdup(id);
	free(all);
	ck_assert_uint_gt(n, 0);
	*ret_n = n;
	return ids;
}

START_TEST(three_unrelated_readers_and_claimd_never_meet)
{
	size_t n = 0;

	site_await(&site, "SELECT count(*) >= 5 FROM report_claims", "1");
	char **claims = list_claims(&n);

	write_statements();
	site_close_sql(&site);
	load = load_new(site.address, load_post_callback, claims, n);
	start_readers();
	while (is_any_reading())
		load_run(load, POSTS);
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		expect_good_reading(&readers[i], &reading[i]);
	ck_assert_msg(!strstr(process_errors(&site.claimd), "busy"), "%s", process_errors(&site.claimd));
	/* What was acked is there; of what was committed, some may not have been acked yet. */
	ck_assert_int_ge(site_number(&site, "SELECT count(*) FROM report_notifications WHERE own_params ->> 'n' IS NOT NULL"),
	                 load->n_acked);
	for (size_t i = 0; i < n; i++)
		free(claims[i]);
}
END_TEST

START_TEST(keeping_does_not_make_it_wait_either)
{
	static const char *const kept[] = { "backup", "export", "check-db" };
	char *copy = in_folder("copy.db");
	struct process keeping = { 0 };
	size_t n = 0;

	site_await(&site, "SELECT count(*) >= 5 FROM report_claims", "1");
	char **claims = list_claims(&n);

	site_close_sql(&site);
	load = load_new(site.address, load_post_callback, claims, n);
	for (size_t i = 0; i < 3 * ARRAY_SIZE(kept); i++) {
		const char *verb = kept[i % ARRAY_SIZE(kept)];
		const char *argv[] = { "claimctl", "-c", site.conf, verb, strcmp(verb, "backup") == 0 ? copy : NULL, NULL };

		process_start(&keeping, argv);
		while (process_is_alive(&keeping))
			load_run(load, POSTS);
		ck_assert_msg(process_wait(&keeping) == 0, "%s: %s%s", verb, process_errors(&keeping), process_output(&keeping));
		process_done(&keeping);
	}
	ck_assert_int_eq(process_run(&keeping, (const char *const[]){ "claimctl", "--db", copy, "check-db", NULL }), 0);
	ck_assert_msg(!strstr(process_errors(&site.claimd), "busy"), "%s", process_errors(&site.claimd));
	process_done(&keeping);
	for (size_t i = 0; i < n; i++)
		free(claims[i]);
	free(copy);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("readers");
	TCase *tcase = tcase_create("readers");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, three_unrelated_readers_and_claimd_never_meet);
	tcase_add_test(tcase, keeping_does_not_make_it_wait_either);
	suite_add_tcase(suite, tcase);
	return suite;
}
