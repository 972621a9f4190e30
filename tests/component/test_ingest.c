/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Group commit on a real database: one commit for a turn's hints, one result for each, patience with a lock, and
 * none with a dead disk. Component ring: the real store and loop, no sockets.
 */
#include "listener/ingest.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "suite.h"

#define TICKETS 8192

struct world {
	struct clock clock;
	struct loop *loop;
	struct store *store;
	struct ingest *ingest;
	int64_t source_id;
	char *path;
	sqlite3 *other; /* another program's connection */
	int results[TICKETS];      /* by ticket */
	unsigned answered[TICKETS]; /* times, by ticket */
	size_t n_answered;
	size_t n_stored;
	size_t again; /* hints that on_result() adds */
};

static struct world w;

static const struct hint late = { .external_id = "late", .upstream = { INT64_MIN }, .remote_addr = "192.0.2.1" };
static const struct hint rejected = { .upstream = { INT64_MIN }, .remote_addr = "192.0.2.1", .reason = "no claim_id" };

static void on_stored(void *cls)
{
	struct world *world = cls;

	world->n_stored++;
}

/* A callback, unless HINT says that it is something else. */
static void add_with(struct hint hint, size_t ticket, int expected)
{
	if (!hint.kind)
		hint.kind = "callback";
	hint.owes_read = true;
	hint.source_id = w.source_id;
	hint.received = loop_now(w.loop);
	ck_assert_int_eq(ingest_add(w.ingest, &hint, &w.answered[ticket]), expected);
}

static void add(size_t ticket)
{
	char id[32];

	snprintf(id, sizeof(id), "claim%zu", ticket);
	add_with((struct hint){ .external_id = id, .upstream = WALL_NONE, .remote_addr = "192.0.2.1" }, ticket, ERR_OK);
}

static void on_result(void *ticket, int result, void *cls)
{
	struct world *world = cls;
	size_t i = (size_t)((unsigned *)ticket - world->answered);

	world->results[i] = result;
	world->answered[i]++;
	world->n_answered++;
	if (world->again > 0)
		add(TICKETS - world->again--);
}

static void start(size_t max_waiting)
{
	struct ingest_config config = { .max_waiting = max_waiting, .on_result = on_result, .on_stored = on_stored, .cls = &w };

	ck_assert_int_eq(ingest_new(w.loop, w.store, &config, &w.ingest), ERR_OK);
}

static void setup(void)
{
	w = (struct world){ 0 };
	log_open("test", LOG_LEVEL_INFO);
	ck_assert_int_gt(asprintf(&w.path, "%s/claimd.db", suite_tmpdir()), 0);
	ck_assert_int_eq(loop_new(&w.clock, &w.loop), ERR_OK);
	struct store_error error;
	ck_assert_msg(store_open(w.path, &w.store, &error) == ERR_OK, "%s", error.text);
	struct source source;
	ck_assert_int_eq(store_begin(w.store), ERR_OK);
	ck_assert_int_eq(store_source(w.store, "delivery", "main", (struct wall){ 1 }, &source), ERR_OK);
	ck_assert_int_eq(store_commit(w.store), ERR_OK);
	w.source_id = source.id;
	ck_assert_int_eq(sqlite3_open(w.path, &w.other), SQLITE_OK);
	start(0);
}

static void teardown(void)
{
	ingest_free(w.ingest);
	sqlite3_close(w.other);
	store_close(w.store);
	loop_free(w.loop);
	free(w.path);
}

static void restart(size_t max_waiting)
{
	w.ingest = ingest_free(w.ingest);
	start(max_waiting);
}

static void await(size_t n)
{
	bool any;

	while (w.n_answered < n)
		ck_assert_int_eq(loop_step(w.loop, USEC_PER_SEC, &any), 0);
}

static void turn(void)
{
	bool any;

	ck_assert_int_eq(loop_step(w.loop, 1000, &any), 0);
}

static void run_sql(const char *sql)
{
	char *message = NULL;

	ck_assert_msg(sqlite3_exec(w.other, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
}

static int number(const char *sql)
{
	sqlite3_stmt *stmt;

	ck_assert_int_eq(sqlite3_prepare_v2(w.other, sql, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	int n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

static int rows(void)
{
	return number("SELECT count(*) FROM report_notifications");
}

static void check_results(size_t from, size_t to, int result)
{
	for (size_t i = from; i < to; i++) {
		ck_assert_msg(w.answered[i] == 1, "ticket %zu: %u results", i, w.answered[i]);
		ck_assert_msg(w.results[i] == result, "ticket %zu: result %d", i, w.results[i]);
	}
}

START_TEST(nobody_is_told_before_the_turn_ends)
{
	add(0);
	add(1);
	ck_assert_uint_eq(w.n_answered, 0);
	ck_assert_int_eq(rows(), 0);
	await(2);
	check_results(0, 2, ERR_OK);
	ck_assert_int_eq(rows(), 2);
}
END_TEST

START_TEST(the_hints_of_a_turn_share_one_commit)
{
	for (size_t i = 0; i < 100; i++)
		add(i);
	await(100);
	check_results(0, 100, ERR_OK);
	ck_assert_int_eq(rows(), 100);
	ck_assert_uint_eq(w.n_stored, 1);
}
END_TEST

START_TEST(a_full_batch_is_committed_without_waiting_for_the_turn)
{
	for (size_t i = 0; i < INGEST_BATCH_MAX; i++)
		add(i);
	ck_assert_uint_eq(w.n_answered, 0);
	add(INGEST_BATCH_MAX);
	ck_assert_uint_eq(w.n_answered, INGEST_BATCH_MAX);
	ck_assert_uint_eq(ingest_waiting(w.ingest), 1);
	await(INGEST_BATCH_MAX + 1);
	check_results(0, INGEST_BATCH_MAX + 1, ERR_OK);
	ck_assert_int_eq(rows(), INGEST_BATCH_MAX + 1);
}
END_TEST

START_TEST(texts_are_copied_and_stored_as_given)
{
	char id[] = "abc", addr[] = "2001:db8::1", params[] = "{\"my_order_id\":\"7\"}", reason[] = "no claim_id";
	char kind[] = "ORDER_STATUS_UPDATED", status[] = "DELIVERY/USER_RECEIVED";

	struct hint good = {
		.kind = kind, .external_id = id, .upstream = { 1000000 }, .remote_addr = addr, .own_params = params, .status = status,
	};
	struct hint bad = { .upstream = WALL_NONE, .remote_addr = addr, .own_params = params, .reason = reason };
	add_with(good, 0, ERR_OK);
	add_with(bad, 1, ERR_OK);
	memset(id, 'x', sizeof(id) - 1);
	memset(addr, 'x', sizeof(addr) - 1);
	memset(params, 'x', sizeof(params) - 1);
	memset(reason, 'x', sizeof(reason) - 1);
	memset(kind, 'x', sizeof(kind) - 1);
	memset(status, 'x', sizeof(status) - 1);
	await(2);
	ck_assert_int_eq(number("SELECT count(*) FROM report_notifications "
				"WHERE external_id = 'abc' AND upstream_at = '1970-01-01T00:00:01.000000Z' "
				"AND remote_addr = '2001:db8::1' AND json_extract(own_params, '$.my_order_id') = '7' "
				"AND state = 'pending' AND reason IS NULL "
				"AND kind = 'ORDER_STATUS_UPDATED' AND status = 'DELIVERY/USER_RECEIVED'"),
			 1);
	ck_assert_int_eq(number("SELECT count(*) FROM report_notifications "
				"WHERE external_id IS NULL AND upstream_at IS NULL AND state = 'rejected' AND reason = 'no claim_id'"),
			 1);
}
END_TEST

START_TEST(duplicates_are_stored_as_they_come)
{
	for (size_t i = 0; i < 3; i++)
		add_with((struct hint){ .external_id = "same", .upstream = { 5 }, .remote_addr = "192.0.2.1" }, i, ERR_OK);
	await(3);
	ck_assert_int_eq(rows(), 3);
}
END_TEST

START_TEST(the_nudge_comes_only_for_good_hints)
{
	add_with(rejected, 0, ERR_OK);
	await(1);
	ck_assert_int_eq(w.results[0], ERR_OK);
	ck_assert_uint_eq(w.n_stored, 0);
	add_with(rejected, 1, ERR_OK);
	add(2);
	await(3);
	ck_assert_uint_eq(w.n_stored, 1);
}
END_TEST

static struct mono in_us(int64_t us)
{
	return (struct mono){ clock_mono(&w.clock).us + us };
}

START_TEST(a_hint_that_nobody_commits_is_stuck)
{
	ck_assert(!ingest_is_stuck(w.ingest, in_us(2 * INGEST_STUCK_US)));
	add(0);
	ck_assert(!ingest_is_stuck(w.ingest, in_us(INGEST_PATIENCE_US)));
	ck_assert(ingest_is_stuck(w.ingest, in_us(INGEST_STUCK_US + 1)));
	await(1);
	ck_assert(!ingest_is_stuck(w.ingest, in_us(2 * INGEST_STUCK_US)));
}
END_TEST

START_TEST(a_short_lock_is_waited_for)
{
	run_sql("BEGIN IMMEDIATE");
	add(0);
	for (int i = 0; i < 20; i++)
		turn();
	add(1);
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert_uint_eq(w.n_answered, 0);
	run_sql("ROLLBACK");
	await(2);
	check_results(0, 2, ERR_OK);
	ck_assert_int_eq(rows(), 2);
	ck_assert_uint_eq(w.n_stored, 1);
}
END_TEST

START_TEST(a_long_lock_ends_in_a_refusal_and_nothing_is_stored)
{
	run_sql("BEGIN IMMEDIATE");
	add(0);
	await(1);
	check_results(0, 1, ERR_BUSY);
	ck_assert_uint_eq(ingest_waiting(w.ingest), 0);
	run_sql("ROLLBACK");
	add(1);
	await(2);
	check_results(1, 2, ERR_OK);
	ck_assert_int_eq(rows(), 1);
}
END_TEST

START_TEST(more_than_the_queue_holds_is_refused_at_once)
{
	restart(3);
	run_sql("BEGIN IMMEDIATE");
	for (size_t i = 0; i < 3; i++)
		add(i);
	add_with(late, 3, ERR_FULL);
	ck_assert_uint_eq(ingest_waiting(w.ingest), 3);
	run_sql("ROLLBACK");
	await(3);
	check_results(0, 3, ERR_OK);
	ck_assert_uint_eq(w.answered[3], 0);
	ck_assert_int_eq(rows(), 3);
}
END_TEST

START_TEST(a_full_queue_drains_in_batches_after_the_lock)
{
	size_t n = 2 * INGEST_BATCH_MAX + 10;

	run_sql("BEGIN IMMEDIATE");
	for (size_t i = 0; i < n; i++)
		add(i);
	ck_assert_uint_eq(ingest_waiting(w.ingest), n);
	run_sql("ROLLBACK");
	await(n);
	check_results(0, n, ERR_OK);
	ck_assert_int_eq(rows(), (int)n);
	ck_assert_uint_eq(w.n_stored, 3);
}
END_TEST

START_TEST(the_default_queue_holds_four_batches)
{
	run_sql("BEGIN IMMEDIATE");
	for (size_t i = 0; i < INGEST_WAITING_MAX; i++)
		add(i);
	add_with(late, INGEST_WAITING_MAX, ERR_FULL);
	run_sql("ROLLBACK");
}
END_TEST

START_TEST(a_result_may_add_another_hint)
{
	w.again = 2;
	add(0);
	add(1);
	await(4);
	check_results(0, 2, ERR_OK);
	check_results(TICKETS - 2, TICKETS, ERR_OK);
	ck_assert_int_eq(rows(), 4);
}
END_TEST

START_TEST(freeing_tells_those_who_wait_and_stores_nothing)
{
	add(0);
	add(1);
	w.ingest = ingest_free(w.ingest);
	check_results(0, 2, ERR_BUSY);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(a_commit_on_demand_needs_no_turn)
{
	add(0);
	ingest_commit(w.ingest);
	check_results(0, 1, ERR_OK);
	turn();
	ingest_commit(w.ingest);
	ck_assert_uint_eq(w.answered[0], 1);
	ck_assert_int_eq(rows(), 1);
}
END_TEST

/* No file can grow: what a full disk is like, for this process alone. */
static void forbid_writing(bool forbid)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = forbid ? 0 : limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Standard error from here on goes to a pipe, since no file can be written. */
static int capture_log(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	return ends[0];
}

static size_t count_lines(int fd)
{
	char text[8192];
	ssize_t len = read(fd, text, sizeof(text));
	size_t n = 0;

	for (ssize_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

START_TEST(a_dead_disk_is_refused_at_once_and_told_once)
{
	int log = capture_log();

	add(0);
	await(1);
	forbid_writing(true);
	for (size_t i = 1; i < 4; i++) {
		add(i);
		add(i + 10);
		await(i * 2 + 1);
		ck_assert_int_lt(w.results[i], 0);
		ck_assert_int_ne(w.results[i], ERR_BUSY);
		ck_assert_int_eq(w.results[i + 10], w.results[i]);
	}
	ck_assert_uint_eq(count_lines(log), 1);
	forbid_writing(false);
	add(20);
	await(8);
	check_results(20, 21, ERR_OK);
	ck_assert_uint_eq(count_lines(log), 1);
	ck_assert_int_eq(rows(), 2);
	ck_assert_uint_eq(w.n_stored, 2);
	close(log);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ingest");
	TCase *tc = tcase_create("ingest");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, nobody_is_told_before_the_turn_ends);
	tcase_add_test(tc, the_hints_of_a_turn_share_one_commit);
	tcase_add_test(tc, a_full_batch_is_committed_without_waiting_for_the_turn);
	tcase_add_test(tc, texts_are_copied_and_stored_as_given);
	tcase_add_test(tc, duplicates_are_stored_as_they_come);
	tcase_add_test(tc, the_nudge_comes_only_for_good_hints);
	tcase_add_test(tc, a_hint_that_nobody_commits_is_stuck);
	tcase_add_test(tc, a_short_lock_is_waited_for);
	tcase_add_test(tc, a_long_lock_ends_in_a_refusal_and_nothing_is_stored);
	tcase_add_test(tc, more_than_the_queue_holds_is_refused_at_once);
	tcase_add_test(tc, a_full_queue_drains_in_batches_after_the_lock);
	tcase_add_test(tc, the_default_queue_holds_four_batches);
	tcase_add_test(tc, a_result_may_add_another_hint);
	tcase_add_test(tc, freeing_tells_those_who_wait_and_stores_nothing);
	tcase_add_test(tc, a_commit_on_demand_needs_no_turn);
	tcase_add_test(tc, a_dead_disk_is_refused_at_once_and_told_once);
	suite_add_tcase(s, tc);
	return s;
}
