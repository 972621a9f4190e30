/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper: what it removes by itself and when it is told to, what it tries again, and that nobody waits for it.
 * Component ring: a real file and the real loop; the clock is moved.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/log.h"
#include "listener/ingest.h"
#include "raw_client.h"
#include "store/action.h"
#include "store/outbox.h"
#include "store_bed.h"
#include "suite.h"
#include "worker/keeper.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })
#define TURNS 100
#define LAST_ACTION "SELECT coalesce(result, state) || ' ' || coalesce(code, '-') || ': ' || coalesce(message, '-')" \
	" FROM report_actions ORDER BY id DESC"

static struct bed bed;
static struct clock clock_now;
static struct loop *loop;
static struct keeper *keeper;
static struct conf_daemon conf;
static unsigned n_retries;

static void on_retry(void *cls ATTR_UNUSED)
{
	n_retries++;
}

static void start(void)
{
	const struct keeper_config config = { .loop = loop, .store = bed.store, .conf = &conf, .on_retry = on_retry };

	ck_assert_int_eq(keeper_new(&config, &keeper), ERR_OK);
}

static void set_up(void)
{
	bed_open(&bed);
	log_open("test", LOG_LEVEL_ERROR);
	clock_now.shift_us = T0.us - clock_wall(&clock_now).us;
	ck_assert_int_eq(loop_new(&clock_now, &loop), ERR_OK);
	conf = (struct conf_daemon){ .retention_days = 400 };
	n_retries = 0;
}

static void tear_down(void)
{
	keeper = keeper_free(keeper);
	loop = loop_free(loop);
	bed_close(&bed);
}

static void turns(void)
{
	for (int i = 0; i < TURNS; i++)
		raw_turn(loop);
}

static void await(const char *sql, const char *want)
{
	bed_await(&bed, loop, sql, want);
}

static void advance_s(int64_t seconds)
{
	clock_now.shift_us += seconds * USEC_PER_SEC;
	loop_clock_stepped(loop);
}

static void want(enum act_kind kind, int64_t target_id)
{
	int64_t id = 0;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_action_add(bed.store, &(struct action_wish){
		.source_id = NUMBER_NONE, .shipment_id = NUMBER_NONE, .kind = kind, .target_id = target_id, .version = NUMBER_NONE,
		.requested_by = "uid:0" }, loop_now(loop), &id);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	if (keeper)
		keeper_wake(keeper);
}

/* So many ended claims, each with its notification, all of them old. */
static void fill(int n)
{
	char sql[2048];
	const char *words;

	snprintf(sql, sizeof(sql),
	         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
	         " INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)"
	         "  SELECT 1, 'callback', 1, 'old' || i, i, 0, 0 FROM n;"
	         "UPDATE fold SET inbox_id = (SELECT max(id) FROM inbox);"
	         "INSERT INTO shipment (source_id, model, external_id, updated_us, first_seen_us, via, hint_id, served_id)"
	         " SELECT 1, 'claims', external_id, received_us, 1, 'callback', id, id FROM inbox;"
	         "INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	         " SELECT id, 1, updated_us, updated_us, updated_us, 'callback', 'cancelled', 0, 'first', 1 FROM shipment;"
	         "UPDATE shipment SET status = 'cancelled', reported_status = 'cancelled'", n);
	words = bed_try(&bed, sql);
	ck_assert_msg(!words, "%s", words);
}

/* --- Pruning ------------------------------------------------------------------------------------------------------- */

START_TEST(what_is_old_is_removed_every_hour)
{
	fill(10);
	start();
	turns();
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "10");
	advance_s(60);
	await("SELECT count(*) FROM shipment", "0");
	fill(3);
	advance_s(3500);
	turns();
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "3");
	advance_s(100);
	await("SELECT count(*) FROM shipment", "0");
}
END_TEST

START_TEST(it_is_removed_at_once_when_somebody_wants_it)
{
	fill(10);
	start();
	want(ACT_PRUNE, NUMBER_NONE);
	await(LAST_ACTION, "done -: removed 10 shipments and 10 notifications");
	want(ACT_PRUNE, NUMBER_NONE);
	await(LAST_ACTION, "done -: removed 0 shipments and 0 notifications");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "0");
}
END_TEST

START_TEST(what_was_wanted_before_the_start_is_done_after_it)
{
	fill(1);
	want(ACT_PRUNE, NUMBER_NONE);
	start();
	await(LAST_ACTION, "done -: removed 1 shipment and 1 notification");
}
END_TEST

START_TEST(a_pass_that_kill_9_ended_is_made_anew)
{
	fill(1000);
	start();
	want(ACT_PRUNE, NUMBER_NONE);
	await("SELECT count(*) < 1000 FROM shipment", "1");
	keeper = keeper_free(keeper);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_actions"), "wanted");
	start();
	await("SELECT result FROM report_actions", "done");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "0");
}
END_TEST

START_TEST(a_locked_file_is_waited_for)
{
	sqlite3 *lock = NULL;

	fill(10);
	start();
	want(ACT_PRUNE, NUMBER_NONE);
	ck_assert_int_eq(sqlite3_open(bed.path, &lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	turns();
	sqlite3_close(lock);
	await(LAST_ACTION, "done -: removed 10 shipments and 10 notifications");
}
END_TEST

START_TEST(what_a_rule_of_the_file_forbids_ends_the_pass_and_says_why)
{
	fill(10);
	ck_assert_ptr_null(bed_try(&bed, "CREATE TRIGGER hands_off BEFORE DELETE ON shipment BEGIN SELECT RAISE(ABORT, 'hands off'); END"));
	start();
	want(ACT_PRUNE, NUMBER_NONE);
	await(LAST_ACTION, "not_done -: what is old can't be removed: hands off");
	turns();
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "10");
	ck_assert_ptr_null(bed_try(&bed, "DROP TRIGGER hands_off"));
	want(ACT_PRUNE, NUMBER_NONE);
	await(LAST_ACTION, "done -: removed 10 shipments and 0 notifications");
}
END_TEST

static size_t n_acked;

static void on_result(void *ticket ATTR_UNUSED, int result, void *cls ATTR_UNUSED)
{
	ck_assert_int_eq(result, ERR_OK);
	n_acked++;
}

static void on_stored(void *cls ATTR_UNUSED)
{
}

/* Each is answered while the pass goes on, in a turn or two of the loop. */
START_TEST(hints_are_acknowledged_while_much_is_removed)
{
	const struct ingest_config config = { .on_result = on_result, .on_stored = on_stored };
	struct ingest *ingest = NULL;
	struct hint hint = bed_blank(&bed);
	size_t n = 0;

	hint.received = T0;
	fill(10000);
	ck_assert_int_eq(ingest_new(loop, bed.store, &config, &ingest), ERR_OK);
	start();
	want(ACT_PRUNE, NUMBER_NONE);
	while (strcmp(bed_ask(&bed, "SELECT state FROM report_actions"), "wanted") == 0) {
		int steps = 0;

		ck_assert_int_eq(ingest_add(ingest, &hint, &n), ERR_OK);
		n++;
		for (; n_acked < n; steps++)
			raw_turn(loop);
		ck_assert_int_le(steps, 10);
	}
	ck_assert_uint_gt(n, 100);
	ck_assert_str_eq(bed_ask(&bed, "SELECT message FROM report_actions"), "removed 10000 shipments and 10000 notifications");
	ingest_free(ingest);
}
END_TEST

/* --- Trying again -------------------------------------------------------------------------------------------------- */

/* N messages that failed, and are due in an hour. */
static void leave_failing(int n)
{
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(store_begin(bed.store), ERR_OK);
		store_storage_trouble(bed.store, T0, T0, "full");
		ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	}
	ck_assert_ptr_null(bed_try(&bed, "UPDATE outbox SET tries = 3, due_us = due_us + 3600000000"));
}

static const char *due_now(void)
{
	static char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM outbox WHERE due_us <= %lld", (long long)loop_now(loop).us);
	return bed_ask(&bed, sql);
}

START_TEST(all_that_failed_is_tried_again)
{
	leave_failing(450);
	start();
	want(ACT_RETRY, NUMBER_NONE);
	await(LAST_ACTION, "done -: 450 messages that had failed are tried now");
	ck_assert_str_eq(due_now(), "450");
	ck_assert_uint_ge(n_retries, 3);
	want(ACT_RETRY, NUMBER_NONE);
	await(LAST_ACTION, "done -: 0 messages that had failed are tried now");
}
END_TEST

START_TEST(one_message_is_tried_again)
{
	leave_failing(2);
	start();
	want(ACT_RETRY, 2);
	await(LAST_ACTION, "done -: it is tried now");
	ck_assert_str_eq(due_now(), "1");
	ck_assert_uint_eq(n_retries, 1);
	want(ACT_RETRY, 4711);
	await("SELECT result || ' ' || code FROM report_actions ORDER BY id DESC", "refused unknown_message");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("keeper");
	const TTest *const tests[] = {
		what_is_old_is_removed_every_hour, it_is_removed_at_once_when_somebody_wants_it,
		what_was_wanted_before_the_start_is_done_after_it, a_pass_that_kill_9_ended_is_made_anew, a_locked_file_is_waited_for,
		what_a_rule_of_the_file_forbids_ends_the_pass_and_says_why, hints_are_acknowledged_while_much_is_removed,
		all_that_failed_is_tried_again, one_message_is_tried_again,
	};
	TCase *t = tcase_create("keeper");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(s, t);
	return s;
}
