/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox's way out as a whole: what is stored is told to the log and to the receivers, and so is that nothing can be stored.
 * Component ring: a real file and real receivers; the clock is moved.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "listener_world.h"
#include "raw_client.h"
#include "receiver.h"
#include "store/outbox.h"
#include "store_bed.h"
#include "suite.h"
#include "worker/dispatch.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })
#define LOCKED_OUT "main: locked out: HTTP 401; callbacks go on being stored; check token_file, then reload or restart"
#define TURNS 100

static struct bed bed;
static struct clock clock_now;
static struct loop *loop;
static struct fetcher *fetcher;
static struct receiver receiver;
static struct conf_daemon conf_daemon;
static struct conf_source conf_source;
static struct dispatch *dispatch;
static char nowhere[] = "";
static int log_fd;
static char log_text[16384];
static size_t log_len;

static void start(void)
{
	const struct worker_source source = { .conf = &conf_source, .source = bed.source };
	const struct worker_config config = {
		.loop = loop, .fetcher = fetcher, .store = bed.store, .daemon = &conf_daemon, .sources = &source, .n_sources = 1,
	};

	ck_assert_int_eq(dispatch_new(&config, &dispatch), ERR_OK);
}

static void restart(void)
{
	dispatch = dispatch_free(dispatch);
	start();
}

static void set_up(void)
{
	bed_open(&bed);
	clock_now.shift_us = T0.us - clock_wall(&clock_now).us;
	ck_assert_int_eq(loop_new(&clock_now, &loop), ERR_OK);
	ck_assert_int_eq(fetcher_new(loop, &fetcher), ERR_OK);
	receiver_open(&receiver, loop);
	log_fd = listener_world_capture_log(LOG_LEVEL_ERROR);
	conf_daemon = (struct conf_daemon){ .alert_url = nowhere, .alert_secret = receiver_key };
	conf_source = (struct conf_source){ .name = "main", .forward_url = nowhere, .forward_secret = receiver_key };
}

static void tear_down(void)
{
	dispatch = dispatch_free(dispatch);
	fetcher = fetcher_free(fetcher);
	receiver_close(&receiver);
	loop = loop_free(loop);
	bed_close(&bed);
	close(log_fd);
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

/* How often the log says so. */
static unsigned count_told(const char *words)
{
	ssize_t n = read(log_fd, log_text + log_len, sizeof(log_text) - 1 - log_len);
	unsigned times = 0;

	log_len += n > 0 ? (size_t)n : 0;
	log_text[log_len] = '\0';
	for (const char *at = log_text; (at = strstr(at, words)); at++)
		times++;
	return times;
}

static void lock_out(void)
{
	struct source source = bed.source;

	source.state = SOURCE_LOCKED_OUT;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_source_save(bed.store, &source, "HTTP 401", loop_now(loop));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

/* --- Alerts -------------------------------------------------------------------------------------------------------- */

START_TEST(without_a_receiver_an_alert_is_done_once_it_is_logged)
{
	start();
	lock_out();
	await("SELECT count(*) FROM outbox", "0");
	ck_assert_uint_eq(count_told("test: " LOCKED_OUT "\n"), 1);
	restart();
	turns();
	ck_assert_uint_eq(count_told("locked out"), 1);
}
END_TEST

START_TEST(with_a_receiver_it_is_sent_as_well)
{
	char id[64];

	conf_daemon.alert_url = receiver.url;
	start();
	lock_out();
	snprintf(id, sizeof(id), "%s", bed_ask(&bed, "SELECT message_id FROM outbox"));
	receiver_await(&receiver, 1);
	await("SELECT count(*) FROM outbox", "0");
	ck_assert_str_eq(receiver.messages[0].id, id);
	ck_assert_ptr_nonnull(strstr(receiver.messages[0].body, "{\"type\":\"claimd.locked_out\","));
	ck_assert_ptr_nonnull(strstr(receiver.messages[0].body, "\"summary\":\"" LOCKED_OUT "\""));
	ck_assert_uint_eq(count_told(LOCKED_OUT), 1);
}
END_TEST

START_TEST(a_receiver_that_fails_gets_it_later_and_the_log_says_it_once)
{
	conf_daemon.alert_url = receiver.url;
	receiver_line_up(&receiver, RECEIVER_FAILS);
	start();
	lock_out();
	await("SELECT state || logged FROM report_outbox r JOIN outbox o ON o.id = r.id", "failing1");
	restart();
	clock_now.shift_us += 11 * USEC_PER_SEC;
	loop_clock_stepped(loop);
	await("SELECT count(*) FROM outbox", "0");
	ck_assert_uint_eq(receiver.n, 2);
	ck_assert_str_eq(receiver.messages[1].id, receiver.messages[0].id);
	ck_assert_uint_eq(count_told(LOCKED_OUT), 1);
}
END_TEST

START_TEST(an_alert_that_an_earlier_run_left_is_told)
{
	lock_out();
	start();
	await("SELECT count(*) FROM outbox", "0");
	ck_assert_uint_eq(count_told(LOCKED_OUT), 1);
}
END_TEST

START_TEST(many_alerts_are_told_in_their_order)
{
	for (int64_t i = 0; i < 100; i++) {
		ck_assert_int_eq(store_begin(bed.store), ERR_OK);
		store_storage_trouble(bed.store, T0, wall_add(T0, i * USEC_PER_SEC), i < 50 ? "early" : "late");
		ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	}
	start();
	await("SELECT count(*) FROM outbox", "0");
	ck_assert_uint_eq(count_told("early"), 50);
	ck_assert_uint_eq(count_told("late"), 50);
	ck_assert_ptr_null(strstr(strstr(log_text, "late"), "early"));
}
END_TEST

START_TEST(a_locked_file_makes_no_alert_twice)
{
	sqlite3 *lock = NULL;

	lock_out();
	ck_assert_int_eq(sqlite3_open(bed.path, &lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	start();
	turns();
	ck_assert_uint_eq(count_told(LOCKED_OUT), 1);
	sqlite3_close(lock);
	await("SELECT count(*) FROM outbox", "0");
	ck_assert_uint_eq(count_told(LOCKED_OUT), 1);
}
END_TEST

START_TEST(alerts_follow_a_reload)
{
	receiver.usual = NULL;
	conf_daemon.alert_url = receiver.url;
	start();
	lock_out();
	receiver_await(&receiver, 1);
	/* Nobody is to have it any more, so that it is done. */
	conf_daemon.alert_url = nowhere;
	dispatch_reloaded(dispatch);
	await("SELECT count(*) FROM outbox", "0");
	receiver.usual = RECEIVER_OK;
	conf_daemon.alert_url = receiver.url;
	dispatch_reloaded(dispatch);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_storage_trouble(bed.store, T0, T0, "full");
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	receiver_await(&receiver, 2);
	ck_assert_ptr_nonnull(strstr(receiver.messages[1].body, "claimd.storage_trouble"));
}
END_TEST

/* --- Transitions --------------------------------------------------------------------------------------------------- */

static void take(const char *claim, const char *status, int64_t revision)
{
	struct seen seen = bed_seen(claim, status, revision, wall_add(T0, revision));

	bed_apply(&bed, &seen, loop_now(loop), NULL);
}

START_TEST(a_source_forwards_from_the_reload_on_that_says_so)
{
	bed_hint(&bed, "c1", T0, T0);
	start();
	take("c1", "new", 1);
	conf_source.forward_url = receiver.url;
	dispatch_reloaded(dispatch);
	take("c1", "estimating", 2);
	receiver_await(&receiver, 1);
	ck_assert_ptr_nonnull(strstr(receiver.messages[0].body, "\"to_status\":\"estimating\""));
	await("SELECT count(*) FROM outbox", "0");
	conf_source.forward_url = nowhere;
	dispatch_reloaded(dispatch);
	take("c1", "estimating_failed", 3);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(summary) FROM outbox"), "");
}
END_TEST

START_TEST(what_waits_when_a_receiver_goes_away_is_for_the_next_one)
{
	receiver.usual = RECEIVER_FAILS;
	conf_source.forward_url = receiver.url;
	bed_hint(&bed, "c1", T0, T0);
	start();
	take("c1", "new", 1);
	await("SELECT state FROM report_outbox", "failing");
	conf_source.forward_url = nowhere;
	dispatch_reloaded(dispatch);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_outbox"), "stopped");
	receiver.usual = RECEIVER_OK;
	conf_source.forward_url = receiver.url;
	dispatch_reloaded(dispatch);
	clock_now.shift_us += 11 * USEC_PER_SEC;
	loop_clock_stepped(loop);
	await("SELECT count(*) FROM outbox", "0");
}
END_TEST

START_TEST(a_source_that_is_gone_from_the_configuration_forwards_no_more)
{
	struct source gone;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_source(bed.store, "delivery", "gone", T0, &gone), ERR_OK);
	store_source_forwards(bed.store, gone.id, true);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	conf_source.forward_url = receiver.url;
	start();
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(name || forwards, ' ') FROM source"), "main1 gone0");
}
END_TEST

START_TEST(a_source_that_goes_and_comes_back_at_a_reload_loses_nothing)
{
	const struct worker_source source = { .conf = &conf_source, .source = bed.source };

	receiver.usual = RECEIVER_FAILS;
	conf_source.forward_url = receiver.url;
	bed_hint(&bed, "c1", T0, T0);
	start();
	take("c1", "new", 1);
	receiver_await(&receiver, 1);
	ck_assert_int_eq(dispatch_set_sources(dispatch, NULL, 0), ERR_OK);
	dispatch_reloaded(dispatch);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_outbox"), "stopped");
	ck_assert_str_eq(bed_ask(&bed, "SELECT forwards FROM source"), "0");
	receiver.usual = RECEIVER_OK;
	ck_assert_int_eq(dispatch_set_sources(dispatch, &source, 1), ERR_OK);
	ck_assert_int_eq(dispatch_set_sources(dispatch, &source, 1), ERR_OK);
	dispatch_reloaded(dispatch);
	clock_now.shift_us += 11 * USEC_PER_SEC;
	loop_clock_stepped(loop);
	await("SELECT count(*) FROM outbox", "0");
}
END_TEST

START_TEST(a_source_forwards_although_the_file_was_locked_at_the_start)
{
	sqlite3 *lock = NULL;

	conf_source.forward_url = receiver.url;
	ck_assert_int_eq(sqlite3_open(bed.path, &lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	start();
	sqlite3_close(lock);
	await("SELECT forwards FROM source", "1");
}
END_TEST

/* --- Storage ------------------------------------------------------------------------------------------------------- */

/* A commit while no file may grow. Check writes to a file at each assertion, so there is none meanwhile. */
static void fail_to_commit(void)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	const struct rlimit full = { 0, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	fflush(NULL);
	setrlimit(RLIMIT_FSIZE, &full);

	int r = store_probe(bed.store);

	setrlimit(RLIMIT_FSIZE, &none);
	ck_assert_int_ne(r, ERR_OK);
}

static void advance_s(int64_t seconds)
{
	clock_now.shift_us += seconds * USEC_PER_SEC;
	loop_clock_stepped(loop);
}

START_TEST(storage_trouble_is_told_at_once_and_is_an_alert_when_it_is_over)
{
	conf_daemon.alert_url = receiver.url;
	start();
	turns();
	fail_to_commit();
	ck_assert_uint_eq(count_told("the database can't be written: "), 1);
	fail_to_commit();
	ck_assert_uint_eq(count_told("the database can't be written: "), 1);
	advance_s(90);
	ck_assert_int_eq(store_probe(bed.store), ERR_OK);
	/* It is over when it has been well for ten seconds. */
	advance_s(10);
	receiver_await(&receiver, 1);
	ck_assert_uint_eq(count_told("the database could not be written from 2026-09-21T14:13:"), 1);
	ck_assert_uint_eq(count_told(" to 2026-09-21T14:14:"), 1);
	ck_assert_ptr_nonnull(strstr(receiver.messages[0].body, "\"from_at\":\"2026-09-21T14:13:"));
	await("SELECT count(*) FROM outbox", "0");
}
END_TEST

START_TEST(a_lock_for_a_moment_is_no_trouble_and_one_for_long_is)
{
	sqlite3 *lock = NULL;

	start();
	turns();
	ck_assert_int_eq(sqlite3_open(bed.path, &lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	/* Two that are far apart say nothing of what was between. */
	ck_assert_int_eq(store_probe(bed.store), ERR_BUSY);
	advance_s(3600);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(store_probe(bed.store), ERR_BUSY);
		ck_assert_uint_eq(count_told("the database can't be written"), 0);
		clock_now.shift_us += 450 * USEC_PER_MS;
	}
	for (int i = 0; i < 5; i++) {
		clock_now.shift_us += 450 * USEC_PER_MS;
		ck_assert_int_eq(store_probe(bed.store), ERR_BUSY);
	}
	ck_assert_uint_eq(count_told("the database can't be written: database is locked"), 1);
	sqlite3_close(lock);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("dispatch");
	const TTest *const tests[] = {
		without_a_receiver_an_alert_is_done_once_it_is_logged, with_a_receiver_it_is_sent_as_well,
		a_receiver_that_fails_gets_it_later_and_the_log_says_it_once, an_alert_that_an_earlier_run_left_is_told,
		many_alerts_are_told_in_their_order, a_locked_file_makes_no_alert_twice, alerts_follow_a_reload,
		a_source_forwards_from_the_reload_on_that_says_so, what_waits_when_a_receiver_goes_away_is_for_the_next_one,
		a_source_that_is_gone_from_the_configuration_forwards_no_more, a_source_that_goes_and_comes_back_at_a_reload_loses_nothing,
		a_source_forwards_although_the_file_was_locked_at_the_start,
		storage_trouble_is_told_at_once_and_is_an_alert_when_it_is_over, a_lock_for_a_moment_is_no_trouble_and_one_for_long_is,
	};
	TCase *t = tcase_create("dispatch");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(s, t);
	return s;
}
