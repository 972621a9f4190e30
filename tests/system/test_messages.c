/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts and transitions as a merchant's program gets them: genuine by the lines of the manual, whatever dies meanwhile.
 * System tests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site.h"
#include "suite.h"
#include "upstream.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define IN_A_HURRY "stale_retry = 5ms..15ms\nsweep_after = 100ms\nrequests_per_second = 1000\n"
#define LOCKED_OUT "main: locked out: "

static struct site site;
static struct upstream upstream;
static struct process receiver;
static char *callback_url;
static char *key_file;
static char *broken;
static char *delivery_keys;
static char url[64];

static char *in_folder(const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site.folder, name), 0);
	return path;
}

static void start_receiver(void)
{
	const char *const argv[] = { "/usr/bin/env", "python3", "tests/system/receiver.py", KEY, "man/claimd.8.in", broken, NULL };

	process_start(&receiver, argv);
	snprintf(url, sizeof(url), "http://127.0.0.1:%s/", process_await_output(&receiver, "port ") + strlen("port "));
}

static void setup(void)
{
	setenv("no_proxy", "*", 1);
	site_open(&site);
	site_open_socket(&site);
	key_file = in_folder("messages.secret");
	broken = in_folder("broken");
	site_write_file(key_file, KEY "\n");
	start_receiver();
	ck_assert_int_gt(asprintf(&callback_url, "http://%s" SITE_PATH "?", site.address), 0);
	ck_assert_int_gt(asprintf(&delivery_keys, IN_A_HURRY "forward_url = %s\nforward_secret_file = %s\n", url, key_file), 0);
	site.delivery_keys = delivery_keys;
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
	process_done(&receiver);
	free(callback_url);
	free(key_file);
	free(broken);
	free(delivery_keys);
}

#define PLAY(...) play((const char *const[]){ __VA_ARGS__, NULL })

static void play(const char *const *arguments)
{
	upstream_start(&upstream, arguments);
	site.base_url = upstream.url;
	site_start(&site);
}

static unsigned count(const char *text, const char *words)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, words)); at++)
		n++;
	return n;
}

static char *write_scenario(const char *text)
{
	char *path = in_folder("play.scn");

	site_write_file(path, text);
	return path;
}

START_TEST(transitions_are_genuine_and_in_order)
{
	char *scenario = write_scenario("claim c1\n\tnew, estimating, ready_for_approval, accepted, performer_lookup\n");

	PLAY("--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback_url);
	process_await_output(&receiver, "claimd.transition c1 performer_lookup");

	const char *heard = process_output(&receiver);

	ck_assert_uint_eq(count(heard, "204 genuine msg_"), 5);
	ck_assert_uint_eq(count(heard, "forged"), 0);
	ck_assert(strstr(heard, " c1 new\n") < strstr(heard, " c1 estimating\n"));
	ck_assert(strstr(heard, " c1 estimating\n") < strstr(heard, " c1 ready_for_approval\n"));
	ck_assert(strstr(heard, " c1 ready_for_approval\n") < strstr(heard, " c1 accepted\n"));
	site_await(&site, "SELECT count(*) FROM report_outbox", "0");
	site_stop(&site);
	free(scenario);
}
END_TEST

START_TEST(what_was_not_taken_before_kill_9_is_sent_after_it_as_it_was)
{
	char *scenario = write_scenario("claim c1\n\tnew, estimating, ready_for_approval\n");
	char message[64], want[128];

	site_write_file(broken, "");
	PLAY("--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback_url);
	site_await(&site, "SELECT group_concat(state, ' ') FROM (SELECT state FROM report_outbox WHERE channel = 'forward' ORDER BY id)",
	           "failing waits waits");
	process_kill(&site.claimd);
	snprintf(message, sizeof(message), "%s", site_ask(&site, "SELECT message_id FROM report_outbox ORDER BY id"));
	snprintf(want, sizeof(want), "500 genuine %s", message);
	process_await_output(&receiver, want);
	/* It need not wait for what the next try is put off by. */
	site_sql(&site, "UPDATE outbox SET due_us = 1 WHERE due_us IS NOT NULL");
	ck_assert_int_eq(unlink(broken), 0);
	site_restart(&site);
	snprintf(want, sizeof(want), "204 genuine %s claimd.transition c1 new", message);
	process_await_output(&receiver, want);
	process_await_output(&receiver, "claimd.transition c1 ready_for_approval");
	site_await(&site, "SELECT count(*) FROM report_outbox WHERE channel = 'forward'", "0");
	free(scenario);
}
END_TEST

START_TEST(an_alert_goes_where_a_reload_says)
{
	char *token = in_folder("another.token");
	char *lines;

	site_write_file(token, "another\n");
	PLAY("--claims", "1", "--step", "1h..1h", "--token", token);
	ck_assert_int_gt(asprintf(&lines, "alert_url = %s\nalert_secret_file = %s\n", url, key_file), 0);
	site.daemon_keys = lines;
	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(count(process_errors(&site.claimd), "take effect at a restart"), 0);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "c1"), 200);
	process_await_output(&receiver, " claimd.locked_out main -");
	process_await_line(&site.claimd, LOCKED_OUT);
	ck_assert_uint_eq(count(process_errors(&site.claimd), LOCKED_OUT), 1);
	ck_assert_uint_eq(count(process_output(&receiver), "forged"), 0);
	site_await(&site, "SELECT count(*) FROM report_outbox", "0");
	free(lines);
	free(token);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("messages");
	TCase *tcase = tcase_create("messages");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, transitions_are_genuine_and_in_order);
	tcase_add_test(tcase, what_was_not_taken_before_kill_9_is_sent_after_it_as_it_was);
	tcase_add_test(tcase, an_alert_goes_where_a_reload_says);
	suite_add_tcase(suite, tcase);
	return suite;
}
