/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd on a disk that is full, broken, read-only or slow: what comes meanwhile is refused or waits, that is told, it recovers by
 * itself, and all that was ever answered 200 is in the file.
 * System tests.
 */
#include "disk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/attr.h"
#include "http.h"
#include "load.h"
#include "site.h"
#include "suite.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define PUSH "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":1,\"campaignId\":111,\"createdAt\":\"2026-01-01T00:00:00Z\"}"
#define PING "{\"notificationType\":\"PING\",\"time\":\"2026-01-01T00:00:00Z\"}"

#define DISK_BYTES ((size_t)4 * 1024 * 1024)

static struct site site;
static struct process receiver;
static struct process start;
static struct disk_trouble trouble;
static struct load *load;
static char *claim = (char *)"claim";
static char *disk;
static char *daemon_keys;
static const char *environment[] = { trouble.preload, trouble.variable, "ASAN_OPTIONS=verify_asan_link_order=0", NULL };

static void setup(void)
{
	site_open(&site);
	site.log_level = "notice";
	site.market_keys = "";
	disk_trouble_open(&trouble, site.folder);
}

/* Its database is on a disk that is small. False, with a note, where there can't be one. */
static bool mount_disk(void)
{
	const char *why;

	ck_assert_int_gt(asprintf(&disk, "%s/disk", site.folder), 0);
	ck_assert_int_eq(mkdir(disk, 0700), 0);
	if (!disk_mount(disk, DISK_BYTES, &why)) {
		printf("note: skipped, %s\n", why);
		return false;
	}
	free(site.database);
	ck_assert_int_gt(asprintf(&site.database, "%s/claimd.db", disk), 0);
	return true;
}

static void teardown(void)
{
	load = load_free(load);
	process_done(&start);
	process_done(&receiver);
	site_close(&site);
	free(disk);
	free(daemon_keys);
	disk = NULL;
	daemon_keys = NULL;
}

/* --- What is seen from outside */

static void assert_answer(unsigned want, unsigned status, struct http_answer *answer)
{
	ck_assert_uint_eq(status, want);
	ck_assert_msg(want != 503 || http_has(answer, "\r\nRetry-After: "), "%s", answer->head);
	http_answer_done(answer);
}

static void assert_public(unsigned want)
{
	struct http_answer answer;

	assert_answer(want, http_ask(site.address, "POST", SITE_CALLBACK "claim", &answer), &answer);
	assert_answer(want, http_ask_json(site.address, SITE_PUSH, PUSH, &answer), &answer);
}

/* It is alive, but takes nothing in, and says why. */
static void assert_refusing(const char *why)
{
	struct http_answer answer;

	assert_public(503);
	ck_assert_uint_eq(http_ask_json(site.address, SITE_PUSH, PING, &answer), 200);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_get(site.admin, "/healthz"), 200);
	ck_assert_uint_eq(http_ask(site.admin, "GET", "/readyz", &answer), 503);
	ck_assert_msg(strstr(answer.body, "store: can't commit: ") && strstr(answer.body, why), "%s", answer.body);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask(site.admin, "GET", "/metrics", &answer), 200);
	ck_assert_msg(strstr(answer.body, "\nclaimd_ready 0\n"), "%s", answer.body);
	http_answer_done(&answer);
}

static void assert_well(void)
{
	assert_public(200);
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 200);
}

static void assert_all_there(void)
{
	ck_assert_int_ge(site_number(&site, "SELECT count(*) FROM report_notifications WHERE own_params ->> 'n' IS NOT NULL"),
	                 load->n_acked);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) - count(DISTINCT own_params ->> 'n') FROM report_notifications"
	                                    " WHERE own_params ->> 'n' IS NOT NULL"), 0);
	for (int n = 0; n < load->next; n++) {
		char sql[120];

		snprintf(sql, sizeof(sql), "SELECT count(*) FROM report_notifications WHERE own_params ->> 'n' = '%d'", n);
		ck_assert(!load->acked[n] || site_number(&site, sql) == 1);
	}
	site_check(&site);
}

static unsigned count_lines(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

/* A disk in trouble may not become a log that is full: SINCE lines were there before it. */
static void assert_few_lines(unsigned since)
{
	unsigned n = count_lines(process_errors(&site.claimd)) - since;

	ck_assert_msg(n <= 12, "%u lines:\n%s", n, process_errors(&site.claimd));
}

/* --- Errors */

static const int errors[] = { EIO, EROFS, ENOSPC };

#define CLIENTS_GO_ON_US 200000

START_TEST(while_writing_fails_all_is_refused_and_then_it_goes_on_by_itself)
{
	const char *why = errors[_i] == ENOSPC ? "full" : strerror(errors[_i]);

	site.environment = environment;
	site_start(&site);
	load = load_new(site.address, load_post_callback, &claim, 1);
	load_run(load, 20);

	unsigned lines = count_lines(process_errors(&site.claimd));

	disk_trouble_begin(&trouble, errors[_i]);
	assert_refusing(why);

	int acked = load->n_acked;

	load_run_for(load, CLIENTS_GO_ON_US);
	/* What had been sent before may have been taken in before. */
	ck_assert_int_le(load->n_acked, acked + LOAD_CLIENTS);
	process_await_line(&site.claimd, "the database can't be written: ");
	process_await_line(&site.claimd, "callbacks and pushes can't be stored and are refused: ");
	assert_refusing(why);
	disk_trouble_end(&trouble);
	assert_well();
	process_await_line(&site.claimd, "callbacks and pushes are stored again");
	assert_few_lines(lines);
	load_run(load, 20);
	process_kill(&site.claimd);
	load_bury(load);
	assert_all_there();
}
END_TEST

/* --- A disk that is full */

static void start_receiver(void)
{
	char *key_file = NULL;
	const char *const argv[] = { "/usr/bin/env", "python3", "tests/system/receiver.py", KEY, "man/claimd.8.in", "/nonexistent", NULL };

	setenv("no_proxy", "*", 1);
	process_start(&receiver, argv);
	ck_assert_int_gt(asprintf(&key_file, "%s/alert.secret", site.folder), 0);
	site_write_file(key_file, KEY "\n");
	ck_assert_int_gt(asprintf(&daemon_keys, "alert_url = http://127.0.0.1:%s/\nalert_secret_file = %s\n",
	                          process_await_output(&receiver, "port ") + strlen("port "), key_file), 0);
	site.daemon_keys = daemon_keys;
	free(key_file);
}

START_TEST(a_full_disk_is_refused_told_and_an_alert_once_there_is_room_again)
{
	if (!mount_disk())
		return;
	start_receiver();
	site_start(&site);
	load = load_new(site.address, load_post_callback, &claim, 1);
	load_run(load, 20);
	disk_fill(disk);
	/* There may be room in the log for some more. */
	while (http_post(site.address, SITE_CALLBACK "claim") == 200)
		continue;
	load_run_for(load, CLIENTS_GO_ON_US);
	process_await_line(&site.claimd, "the database can't be written: database or disk is full");
	assert_refusing("full");
	disk_free_up(disk);
	assert_well();
	load_run(load, 20);
	process_await_output(&receiver, "claimd.storage_trouble");
	ck_assert_ptr_nonnull(strstr(process_output(&receiver), "204 genuine msg_"));
	process_kill(&site.claimd);
	load_bury(load);
	assert_all_there();
}
END_TEST

/* --- A disk that hangs for a while */

enum { HANG_MS = 1200 };

/* Clients post to TARGET while it hangs, and are answered when it no longer does. */
static void hang_and_await(const char *target)
{
	int fds[LOAD_CLIENTS];

	disk_trouble_begin(&trouble, 0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = http_connect(site.address);
		http_request(fds[i], "POST", target, "");
	}
	/* All that can be awaited of a process that hangs. */
	poll(NULL, 0, HANG_MS);
	disk_trouble_end(&trouble);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		ck_assert_uint_eq(http_receive_status(fds[i]), 200);
		close(fds[i]);
	}
}

START_TEST(what_comes_while_the_disk_hangs_waits_and_that_is_told)
{
	static const char slow[] = "the disk is slow: a commit took ";
	struct http_answer answer;

	site.environment = environment;
	site_start(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "before"), 200);
	hang_and_await(SITE_CALLBACK "during");
	process_await_line(&site.claimd, slow);
	hang_and_await(SITE_CALLBACK "during");
	/* A minute has not passed. */
	ck_assert_ptr_null(strstr(strstr(process_errors(&site.claimd), slow) + 1, slow));
	assert_well();
	ck_assert_uint_eq(http_ask(site.admin, "GET", "/metrics", &answer), 200);
	ck_assert_msg(strstr(answer.body, "\nclaimd_commit_seconds_bucket{le=\"1\"} "), "%s", answer.body);
	http_answer_done(&answer);
	process_kill(&site.claimd);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications WHERE external_id = 'during'"), 2 * LOAD_CLIENTS);
	site_check(&site);
}
END_TEST

/* --- A disk that claimd can't begin on */

static void use_database(const char *name)
{
	free(site.database);
	ck_assert_int_gt(asprintf(&site.database, "%s/%s", disk, name), 0);
}

static void be_missing(void)
{
	use_database("folder/claimd.db");
}

static void be_folder(void)
{
	ck_assert_int_eq(mkdir(site.database, 0700), 0);
}

static void be_full(void)
{
	disk_fill(disk);
}

static void be_read_only(void)
{
	disk_set_read_only(disk);
}

/* It was well at an earlier start. */
static void start_once(void)
{
	site_start(&site);
	site_stop(&site);
	process_done(&site.claimd);
}

static void be_full_later(void)
{
	start_once();
	be_full();
}

static void be_read_only_later(void)
{
	start_once();
	be_read_only();
}

static const struct {
	void (*prepare)(void);
	const char *why;
} starts[] = {
	{ be_missing, "unable to open database file: No such file or directory" },
	{ be_folder, "unable to open database file: Is a directory" },
	{ be_full, "database or disk is full" },
	{ be_full_later, "No space left on device" },
	{ be_read_only, "unable to open database file: Read-only file system" },
	{ be_read_only_later, "Read-only file system" },
};

START_TEST(where_nothing_can_be_stored_it_does_not_start_and_says_why)
{
	char want[600];

	if (!mount_disk())
		return;
	starts[_i].prepare();
	site_configure(&site);
	ck_assert_int_eq(process_run(&start, (const char *const[]){ "claimd", "-c", site.conf, NULL }), EX_IOERR);
	snprintf(want, sizeof(want), "claimd: %s: ", site.database);
	ck_assert_msg(strncmp(process_errors(&start), want, strlen(want)) == 0, "%s", process_errors(&start));
	ck_assert_msg(strstr(process_errors(&start), starts[_i].why), "%s", process_errors(&start));
	ck_assert_uint_eq(count_lines(process_errors(&start)), 1);
}
END_TEST

START_TEST(a_start_that_failed_on_a_full_disk_works_when_there_is_room)
{
	if (!mount_disk())
		return;
	be_full();
	site_configure(&site);
	ck_assert_int_eq(process_run(&start, (const char *const[]){ "claimd", "-c", site.conf, NULL }), EX_IOERR);
	disk_free_up(disk);
	site_start(&site);
	assert_well();
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("disk");
	TCase *tcase = tcase_create("errors");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, while_writing_fails_all_is_refused_and_then_it_goes_on_by_itself, 0, (int)ARRAY_SIZE(errors));
	tcase_add_test(tcase, a_full_disk_is_refused_told_and_an_alert_once_there_is_room_again);
	tcase_add_test(tcase, what_comes_while_the_disk_hangs_waits_and_that_is_told);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("start");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, where_nothing_can_be_stored_it_does_not_start_and_says_why, 0, (int)ARRAY_SIZE(starts));
	tcase_add_test(tcase, a_start_that_failed_on_a_full_disk_works_when_there_is_room);
	suite_add_tcase(suite, tcase);
	return suite;
}
