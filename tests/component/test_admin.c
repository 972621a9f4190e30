/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The admin pages over real sockets: alive, ready, who is to blame when not, and the metrics.
 * Component ring: the real store, loop and server.
 */
#include "listener/admin.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "loop/listen.h"
#include "meter/meter.h"
#include "raw_client.h"
#include "suite.h"

/* What is configured. */
static const struct {
	enum conf_source_kind kind;
	const char *name;
} sources[] = {
	{ CONF_DELIVERY, "main" }, { CONF_DELIVERY, "other" }, { CONF_DELIVERY, "third" },
	{ CONF_MARKET, "main" }, { CONF_MARKET, "third" },
};

struct world {
	struct clock clock;
	struct loop *loop;
	struct store *store;
	struct metrics *metrics;
	struct conf_source conf[ARRAY_SIZE(sources)];
	struct listener_source listened[ARRAY_SIZE(sources)];
	struct admin *admin;
	char address[ADDRESS_SIZE];
	char *path;
	sqlite3 *other; /* another program's connection */
	struct raw_answer answer;
};

static struct world w;

static void add_source(size_t i)
{
	struct conf_source *conf = &w.conf[i];
	struct source source;

	conf->kind = sources[i].kind;
	snprintf(conf->name, sizeof(conf->name), "%s", sources[i].name);
	ck_assert_int_eq(store_begin(w.store), ERR_OK);
	ck_assert_int_eq(store_source(w.store, conf_source_kind_text(conf->kind), conf->name, (struct wall){ 1 }, &source), ERR_OK);
	ck_assert_int_eq(store_commit(w.store), ERR_OK);
	w.listened[i] = (struct listener_source){ source.id, conf };
}

static void setup(void)
{
	struct admin_config config = { .sources = w.listened, .n_sources = ARRAY_SIZE(sources) };
	struct store_error error;

	w = (struct world){ 0 };
	ck_assert_int_gt(asprintf(&w.path, "%s/claimd.db", suite_tmpdir()), 0);
	ck_assert_int_eq(loop_new(&w.clock, &w.loop), ERR_OK);
	ck_assert_msg(store_open(w.path, &w.store, &error) == ERR_OK, "%s", error.text);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		add_source(i);
	ck_assert_int_eq(meter_new(&w.metrics), ERR_OK);
	config.metrics = w.metrics;
	ck_assert_int_eq(listen_open("127.0.0.1:0", &config.fd, w.address), ERR_OK);
	ck_assert_int_eq(admin_new(w.loop, w.store, &config, &w.admin), ERR_OK);
	ck_assert_int_eq(sqlite3_open(w.path, &w.other), SQLITE_OK);
}

static void teardown(void)
{
	raw_answer_done(&w.answer);
	admin_free(w.admin);
	metrics_free(w.metrics);
	sqlite3_close(w.other);
	store_close(w.store);
	loop_free(w.loop);
	free(w.path);
}

static void ask(const char *method, const char *target)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: x\r\n\r\n", method, target);
	raw_answer_done(&w.answer);
	raw_ask(w.loop, w.address, text, &w.answer);
}

static void check(unsigned status, const char *body)
{
	ck_assert_uint_eq(w.answer.status, status);
	ck_assert_str_eq(w.answer.body, body);
}

static void set_state_of(const char *kind, const char *name, enum source_state state)
{
	struct source source;

	ck_assert_int_eq(store_begin(w.store), ERR_OK);
	ck_assert_int_eq(store_source(w.store, kind, name, (struct wall){ 1 }, &source), ERR_OK);
	source.state = state;
	store_source_save(w.store, &source, state == SOURCE_OK ? "" : "told by a test", loop_now(w.loop));
	ck_assert_int_eq(store_commit(w.store), ERR_OK);
}

static void set_state(const char *name, enum source_state state)
{
	set_state_of("delivery", name, state);
}

START_TEST(healthz_says_that_the_loop_turns)
{
	ask("GET", "/healthz");
	check(200, "ok\n");
}
END_TEST

START_TEST(healthz_does_not_ask_the_store)
{
	ck_assert_int_eq(sqlite3_exec(w.other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ask("GET", "/healthz");
	check(200, "ok\n");
}
END_TEST

START_TEST(readyz_is_ready_when_a_commit_succeeds)
{
	ask("GET", "/readyz");
	check(200, "ready\n");
	ask("GET", "/readyz?verbose");
	check(200, "ready\n");
}
END_TEST

START_TEST(readyz_blames_the_store_while_it_cant_commit)
{
	ck_assert_int_eq(sqlite3_exec(w.other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ask("GET", "/readyz");
	ck_assert_uint_eq(w.answer.status, 503);
	ck_assert_ptr_eq(strstr(w.answer.body, "store: can't commit: "), w.answer.body);
	ck_assert_ptr_nonnull(strstr(w.answer.body, "locked"));
	ck_assert_int_eq(sqlite3_exec(w.other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	ask("GET", "/readyz");
	check(200, "ready\n");
}
END_TEST

START_TEST(readyz_names_each_source_that_is_locked_out)
{
	set_state("main", SOURCE_LOCKED_OUT);
	set_state("other", SOURCE_LIMITED);
	set_state("third", SOURCE_LOCKED_OUT);
	set_state_of("market", "third", SOURCE_LOCKED_OUT);
	ask("GET", "/readyz");
	ck_assert_uint_eq(w.answer.status, 503);
	ck_assert_ptr_nonnull(strstr(w.answer.body, "delivery main: locked_out\n"));
	ck_assert_ptr_nonnull(strstr(w.answer.body, "delivery third: locked_out\n"));
	ck_assert_ptr_nonnull(strstr(w.answer.body, "market third: locked_out\n"));
	ck_assert_ptr_null(strstr(w.answer.body, "other"));
	set_state("main", SOURCE_OK);
	set_state("third", SOURCE_OK);
	set_state_of("market", "third", SOURCE_OK);
	ask("GET", "/readyz");
	check(200, "ready\n");
}
END_TEST

/* --- Metrics ----------------------------------------------------------------------------------------------------------- */

#define DELIVERY "{kind=\"delivery\",source="
#define MARKET "{kind=\"market\",source="

static void check_has(const char *part)
{
	ck_assert_msg(strstr(w.answer.body, part), "no \"%s\" in:\n%s", part, w.answer.body);
}

static void check_has_not(const char *part)
{
	ck_assert_msg(!strstr(w.answer.body, part), "\"%s\" in:\n%s", part, w.answer.body);
}

START_TEST(metrics_are_prometheus_text)
{
	ask("GET", "/metrics");
	ck_assert_uint_eq(w.answer.status, 200);
	ck_assert_ptr_nonnull(strstr(w.answer.head, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	check_has("# TYPE claimd_build_info gauge\nclaimd_build_info{version=\"" VERSION "\"} 1\n");
}
END_TEST

static void run_sql(const char *sql)
{
	char *message = NULL;

	ck_assert_msg(sqlite3_exec(w.other, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
}

START_TEST(metrics_tell_how_each_source_fares)
{
	set_state("main", SOURCE_LIMITED);
	run_sql("UPDATE source SET skew_us = -2500000, gaps_healed = 7, gaps_open = 8, silent = 1 WHERE name = 'other'");
	run_sql("INSERT INTO cursor SELECT id, 'c', 1000000, 42 FROM source WHERE kind = 'delivery' AND name = 'main'");
	run_sql("INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	        " SELECT id, 'callback', 1, 'abc', 1000000, 0, 0 FROM source WHERE kind = 'delivery' AND name = 'main'");
	ask("GET", "/metrics");
	check_has("\nclaimd_source_state" DELIVERY "\"main\",state=\"ok\"} 0\n"
	          "claimd_source_state" DELIVERY "\"main\",state=\"limited\"} 1\n"
	          "claimd_source_state" DELIVERY "\"main\",state=\"locked_out\"} 0\n"
	          "claimd_source_state" DELIVERY "\"main\",state=\"silent\"} 0\n");
	check_has("\nclaimd_source_state" DELIVERY "\"other\",state=\"silent\"} 1\n");
	check_has("\nclaimd_source_clock_skew_seconds" DELIVERY "\"other\"} -2.500000\n");
	check_has("\nclaimd_source_pending" DELIVERY "\"main\"} 1\nclaimd_source_pending" DELIVERY "\"other\"} 0\n");
	check_has("\nclaimd_source_oldest_pending_seconds" DELIVERY "\"main\"} ");
	check_has("\nclaimd_journal_cursor_age_seconds" DELIVERY "\"main\"} ");
	check_has("\n# TYPE claimd_journal_events_total counter\nclaimd_journal_events_total" DELIVERY "\"main\"} 42\n");
	check_has("\nclaimd_gaps_healed_total" DELIVERY "\"main\"} 0\nclaimd_gaps_healed_total" DELIVERY "\"other\"} 7\n");
	check_has("\nclaimd_gaps_open" DELIVERY "\"main\"} 0\nclaimd_gaps_open" DELIVERY "\"other\"} 8\n");
}
END_TEST

START_TEST(metrics_go_by_the_daemons_clock)
{
	run_sql("INSERT INTO cursor SELECT id, 'c', 1000000, 1 FROM source WHERE kind = 'delivery' AND name = 'main'");
	w.clock.shift_us = 11 * USEC_PER_SEC - clock_wall(&w.clock).us;
	ask("GET", "/metrics");
	check_has("\nclaimd_journal_cursor_age_seconds" DELIVERY "\"main\"} 10.");
	/* Set back behind the time of what is stored. */
	w.clock.shift_us -= 11 * USEC_PER_SEC;
	ask("GET", "/metrics");
	check_has("\nclaimd_journal_cursor_age_seconds" DELIVERY "\"main\"} 0.000000\n");
}
END_TEST

START_TEST(metrics_tell_sources_of_one_name_apart_by_their_kind)
{
	set_state_of("market", "main", SOURCE_LIMITED);
	ask("GET", "/metrics");
	check_has("\nclaimd_source_state" DELIVERY "\"main\",state=\"limited\"} 0\n");
	check_has("\nclaimd_source_state" MARKET "\"main\",state=\"limited\"} 1\n");
}
END_TEST

/* What stands still since it was taken from the configuration would look as if it were in trouble. */
START_TEST(metrics_say_nothing_of_a_source_that_is_no_longer_configured)
{
	set_state("gone", SOURCE_OK);
	ask("GET", "/metrics");
	check_has_not("\"gone\"");
}
END_TEST

START_TEST(metrics_tell_how_long_market_has_gone_unanswered)
{
	ask("GET", "/metrics");
	check_has("\n# TYPE claimd_market_unanswered_seconds gauge\n"
	          "claimd_market_unanswered_seconds" MARKET "\"main\"} 0.000000\n");
	check_has_not("\nclaimd_market_unanswered_seconds{kind=\"delivery\"");
	run_sql("UPDATE source SET silent = 1, last_callback_us = 0");
	ask("GET", "/metrics");
	check_has("\nclaimd_market_unanswered_seconds" MARKET "\"main\"} ");
	check_has_not("\nclaimd_market_unanswered_seconds" MARKET "\"main\"} 0.000000\n");
}
END_TEST

START_TEST(metrics_leave_out_what_is_not_known)
{
	ask("GET", "/metrics");
	check_has("\n# TYPE claimd_source_clock_skew_seconds gauge\n# HELP ");
	check_has_not("\nclaimd_source_oldest_pending_seconds{");
	check_has_not("\nclaimd_journal_cursor_age_seconds{");
}
END_TEST

START_TEST(metrics_tell_whether_claimd_is_ready)
{
	ask("GET", "/metrics");
	check_has("\nclaimd_ready 1\n");
	set_state("third", SOURCE_LOCKED_OUT);
	ask("GET", "/metrics");
	check_has("\nclaimd_ready 0\n");
}
END_TEST

START_TEST(metrics_name_each_window_of_a_source_by_its_graph)
{
	ask("GET", "/metrics");
	check_has("\nclaimd_windows_open" DELIVERY "\"main\",model=\"claims\",window=\"approval\"} 0\n"
	          "claimd_windows_open" DELIVERY "\"other\",model=\"claims\",window=\"approval\"} 0\n");
	check_has("\nclaimd_windows_due_soon" MARKET "\"main\",model=\"dbs\",window=\"reservation\"} 0\n");
	check_has("\nclaimd_windows_due_soon" MARKET "\"main\",model=\"laas\",window=\"reservation\"} 0\n");
	check_has("\nclaimd_windows_open" MARKET "\"main\",model=\"dbs\",window=\"payment\"} 0\n");
	check_has("\nclaimd_windows_open" MARKET "\"main\",model=\"dbs\",window=\"cancel_answer\"} 0\n");
	check_has_not("\nclaimd_windows_open" MARKET "\"main\",model=\"claims\"");
}
END_TEST

START_TEST(metrics_tell_what_is_left_to_do)
{
	run_sql("INSERT INTO action (kind, requested_us, requested_by, due_us) VALUES ('prune', 1, 'uid:0', 1), ('retry', 1, 'uid:0', 1);"
	        "UPDATE action SET state = 'ended', due_us = NULL, finished_us = 2, result = 'done' WHERE kind = 'retry';"
	        "INSERT INTO outbox (channel, kind, message_id, summary, body, created_us, due_us, tries)"
	        " VALUES ('alert', 'k', 'm', '', '{}', 1, 1, 3)");
	ask("GET", "/metrics");
	check_has("\nclaimd_actions_open{action=\"prune\"} 1\n");
	check_has("\nclaimd_actions_total{action=\"prune\",result=\"done\"} 0\n");
	check_has("\nclaimd_actions_total{action=\"retry\",result=\"done\"} 1\n");
	check_has("\nclaimd_outbox_waiting{channel=\"alert\"} 1\nclaimd_outbox_waiting{channel=\"forward\"} 0\n");
	check_has("\nclaimd_outbox_failing{channel=\"alert\"} 1\n");
	check_has("\nclaimd_violations_open{violation=\"illegal_transition\"} 0\n");
}
END_TEST

START_TEST(metrics_tell_what_claimd_takes_of_the_system)
{
	static const char *const names[] = {
		"claimd_database_bytes", "claimd_database_wal_bytes", "claimd_disk_bytes", "claimd_disk_free_bytes",
		"process_open_fds", "process_max_fds", "process_resident_memory_bytes", "process_virtual_memory_bytes",
	};

	ask("GET", "/metrics");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char sample[96];

		snprintf(sample, sizeof(sample), "\n%s ", names[i]);
		check_has(sample);
		ck_assert_int_gt(strtoll(strstr(w.answer.body, sample) + strlen(sample), NULL, 10), 0);
	}
	check_has("\nprocess_cpu_seconds_total ");
}
END_TEST

START_TEST(metrics_tell_what_the_parts_have_counted)
{
	counter_add(metrics_counter(w.metrics, METER_READS, METRIC_VALUES("delivery", "main", "stale")), 3);
	ask("GET", "/metrics");
	check_has("\nclaimd_reads_total" DELIVERY "\"main\",result=\"stale\"} 3\n");
}
END_TEST

/* Each metric has its HELP and its TYPE once, then all of its samples, as the format demands. */
START_TEST(metrics_stand_together_each_under_its_own_heading)
{
	const struct metric *metric = NULL;
	char *rest = NULL;

	histogram_add(metrics_histogram(w.metrics, METER_INGEST_BATCH_HINTS, NULL), 7);
	ask("GET", "/metrics");
	ck_assert_int_eq(w.answer.body[strlen(w.answer.body) - 1], '\n');
	for (char *line = strtok_r(w.answer.body, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char heading[256];

		if (strncmp(line, "# HELP ", 7) == 0) {
			metric = metric ? metric + 1 : meter_table;
			line = strtok_r(NULL, "\n", &rest);
			snprintf(heading, sizeof(heading), "# TYPE %s %s", metric->name, metric_type_text(metric->type));
			ck_assert_str_eq(line, heading);
			continue;
		}
		ck_assert_ptr_nonnull(metric);
		ck_assert_msg(strncmp(line, metric->name, strlen(metric->name)) == 0, "%s: %s", metric->name, line);
		ck_assert_ptr_nonnull(strchr(metric->type == METRIC_HISTOGRAM ? "_" : "{ ", line[strlen(metric->name)]));
	}
	ck_assert_ptr_eq(metric + 1, meter_table + METER_MAX);
}
END_TEST

START_TEST(metrics_escape_what_a_label_must_not_hold)
{
	snprintf(w.conf[0].name, sizeof(w.conf[0].name), "a\"b\\c\nd");
	ask("GET", "/metrics");
	check_has("\nclaimd_source_pending" DELIVERY "\"a\\\"b\\\\c\\nd\"} 0\n");
}
END_TEST

START_TEST(metrics_are_told_while_another_program_writes)
{
	run_sql("BEGIN IMMEDIATE");
	ask("GET", "/metrics");
	ck_assert_uint_eq(w.answer.status, 200);
	run_sql("ROLLBACK");
}
END_TEST

START_TEST(metrics_are_a_503_when_the_store_cant_be_read)
{
	run_sql("DROP TABLE outbox");
	ask("GET", "/metrics");
	check(503, "store: can't read\n");
}
END_TEST

START_TEST(head_has_the_head_of_get_and_no_body)
{
	struct raw_client client;

	raw_open(&client, w.loop, w.address);
	raw_send(&client, "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	while (!raw_take_answer(&client, true, &w.answer))
		raw_turn(w.loop);
	check(200, "");
	ck_assert_uint_eq(raw_content_length(w.answer.head, strlen(w.answer.head)), strlen("ok\n"));
	raw_answer_done(&w.answer);
	raw_answer(&client, &w.answer);
	check(200, "ok\n");
	raw_close(&client);
}
END_TEST

START_TEST(another_path_is_not_found)
{
	static const char *const paths[] = { "/", "/health", "/healthzz", "/healthz/", "//healthz", "/READYZ", "/delivery/main/secret" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		ask("GET", paths[i]);
		ck_assert_msg(w.answer.status == 404, "%s: %u", paths[i], w.answer.status);
	}
}
END_TEST

START_TEST(another_method_is_told_which_are_allowed)
{
	static const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS" };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		ask(methods[i], "/readyz");
		ck_assert_uint_eq(w.answer.status, 405);
		ck_assert_ptr_nonnull(strstr(w.answer.head, "\r\nAllow: GET, HEAD\r\n"));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("admin");
	TCase *tc = tcase_create("admin");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, healthz_says_that_the_loop_turns);
	tcase_add_test(tc, healthz_does_not_ask_the_store);
	tcase_add_test(tc, readyz_is_ready_when_a_commit_succeeds);
	tcase_add_test(tc, readyz_blames_the_store_while_it_cant_commit);
	tcase_add_test(tc, readyz_names_each_source_that_is_locked_out);
	tcase_add_test(tc, metrics_are_prometheus_text);
	tcase_add_test(tc, metrics_tell_how_each_source_fares);
	tcase_add_test(tc, metrics_go_by_the_daemons_clock);
	tcase_add_test(tc, metrics_tell_sources_of_one_name_apart_by_their_kind);
	tcase_add_test(tc, metrics_say_nothing_of_a_source_that_is_no_longer_configured);
	tcase_add_test(tc, metrics_tell_how_long_market_has_gone_unanswered);
	tcase_add_test(tc, metrics_leave_out_what_is_not_known);
	tcase_add_test(tc, metrics_tell_whether_claimd_is_ready);
	tcase_add_test(tc, metrics_name_each_window_of_a_source_by_its_graph);
	tcase_add_test(tc, metrics_tell_what_is_left_to_do);
	tcase_add_test(tc, metrics_tell_what_claimd_takes_of_the_system);
	tcase_add_test(tc, metrics_tell_what_the_parts_have_counted);
	tcase_add_test(tc, metrics_stand_together_each_under_its_own_heading);
	tcase_add_test(tc, metrics_escape_what_a_label_must_not_hold);
	tcase_add_test(tc, metrics_are_told_while_another_program_writes);
	tcase_add_test(tc, metrics_are_a_503_when_the_store_cant_be_read);
	tcase_add_test(tc, head_has_the_head_of_get_and_no_body);
	tcase_add_test(tc, another_path_is_not_found);
	tcase_add_test(tc, another_method_is_told_which_are_allowed);
	suite_add_tcase(s, tc);
	return s;
}
