/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimsim's life, its statistics and its truth.
 * System tests.
 */
#include "upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define ARGUMENTS_MAX 30
#define SCHEME "http://"

void upstream_start(struct upstream *upstream, const char *const *arguments)
{
	static const char words[] = "claimsim: listening on ";
	const char *argv[ARGUMENTS_MAX + 2] = { "claimsim" };

	*upstream = (struct upstream){ .address = upstream->url + strlen(SCHEME) };
	for (size_t i = 0; arguments[i]; i++) {
		ck_assert_uint_lt(i, ARGUMENTS_MAX);
		argv[i + 1] = arguments[i];
	}
	process_start(&upstream->claimsim, argv);
	snprintf(upstream->url, sizeof(upstream->url), "%s",
	         process_await_output(&upstream->claimsim, words) + strlen(words));
}

void upstream_close(struct upstream *upstream)
{
	process_done(&upstream->claimsim);
}

long long upstream_stat(const struct upstream *upstream, const char *name)
{
	struct http_answer answer;
	char member[64];

	ck_assert_uint_eq(http_ask(upstream->address, "GET", "/sim/stats", &answer), 200);
	snprintf(member, sizeof(member), "\"%s\":", name);

	const char *found = strstr(answer.body, member);

	ck_assert_msg(found, "no %s in %s", name, answer.body);

	long long value = strtoll(found + strlen(member), NULL, 10);

	http_answer_done(&answer);
	return value;
}

void upstream_await_stat(struct upstream *upstream, const char *name, long long want)
{
	enum { ASK_AGAIN_MS = 20 };
	int64_t end = process_patience();
	long long value;

	while ((value = upstream_stat(upstream, name)) != want) {
		ck_assert_msg(!process_patience_is_over(end), "%s is %lld, not %lld", name, value, want);
		process_pause(&upstream->claimsim, ASK_AGAIN_MS);
	}
}

void upstream_tell_truth(const struct upstream *upstream, struct site *site)
{
	struct http_answer answer;
	char *rest = NULL;

	ck_assert_uint_eq(http_ask(upstream->address, "GET", "/sim/truth", &answer), 200);
	site_sql(site, "DROP TABLE IF EXISTS temp.line; CREATE TEMP TABLE line (json TEXT)");
	for (char *line = strtok_r(answer.body, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *sql = sqlite3_mprintf("INSERT INTO temp.line (json) VALUES (%Q)", line);

		site_sql(site, sql);
		sqlite3_free(sql);
	}
	http_answer_done(&answer);
	site_sql(site, "DROP TABLE IF EXISTS temp.truth; CREATE TEMP TABLE truth AS SELECT"
	               " json ->> 'claim_id' AS claim_id, json ->> 'seq' AS seq, json ->> 'status' AS status,"
	               " json ->> 'at_us' AS at_us, json ->> 'revision' AS revision, json ->> 'verdict' AS verdict,"
	               " json ->> 'model' AS model"
	               " FROM temp.line");
}

void upstream_assert_truth(const struct upstream *upstream, struct site *site)
{
	upstream_tell_truth(upstream, site);
	/* A transition that only one of them knows, either way round. */
	ck_assert_str_eq(site_ask(site,
		"SELECT group_concat(claim_id || ' ' || seq || ' ' || status || ' ' || verdict, '; ') FROM ("
		"SELECT claim_id, seq, status, at_us, revision, verdict FROM truth"
		" EXCEPT SELECT external_id, seq, to_status, at_us, revision, verdict FROM report_transitions)"), "");
	ck_assert_str_eq(site_ask(site,
		"SELECT group_concat(external_id || ' ' || seq || ' ' || to_status || ' ' || verdict, '; ') FROM ("
		"SELECT external_id, seq, to_status, at_us, revision, verdict FROM report_transitions"
		" EXCEPT SELECT claim_id, seq, status, at_us, revision, verdict FROM truth)"), "");
	site_check(site);
}
