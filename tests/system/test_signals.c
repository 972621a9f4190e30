/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd and the one who manages it: how it ends, how it reloads, and what sockets it is given.
 * System tests.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

static struct site site;
static struct upstream upstream;

static void setup(void)
{
	site_open(&site);
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
}

/* --- The end */

enum { IN_FLIGHT = 5 };

/* Callbacks that claimd has taken in and can't store yet, for another program has the lock. */
static void hold_callbacks(int fds[static IN_FLIGHT])
{
	site_lock(&site);
	for (int i = 0; i < IN_FLIGHT; i++) {
		fds[i] = http_connect(site.address);
		http_request(fds[i], "POST", SITE_CALLBACK "held", "");
		process_await_line(&site.claimd, "callback for held");
	}
}

static const int endings[] = { SIGTERM, SIGINT };

START_TEST(what_is_in_flight_is_committed_and_answered_before_the_end)
{
	int fds[IN_FLIGHT];

	site_start(&site);
	hold_callbacks(fds);
	process_signal(&site.claimd, endings[_i]);
	process_await_line(&site.claimd, "stopping");
	ck_assert(process_is_alive(&site.claimd));
	site_unlock(&site);
	for (int i = 0; i < IN_FLIGHT; i++) {
		ck_assert_uint_eq(http_receive_status(fds[i]), 200);
		close(fds[i]);
	}
	ck_assert_int_eq(process_wait(&site.claimd), 0);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications"), IN_FLIGHT);
}
END_TEST

START_TEST(a_second_signal_ends_the_wait_and_nothing_is_acked)
{
	int fds[IN_FLIGHT];

	site_start(&site);
	hold_callbacks(fds);
	process_signal(&site.claimd, SIGTERM);
	process_await_line(&site.claimd, "stopping");
	process_signal(&site.claimd, SIGTERM);
	for (int i = 0; i < IN_FLIGHT; i++) {
		ck_assert_uint_eq(http_receive_status(fds[i]), 503);
		close(fds[i]);
	}
	ck_assert_int_eq(process_wait(&site.claimd), 0);
	site_unlock(&site);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications"), 0);
}
END_TEST

/* Whether somebody listens there. */
static bool is_open(const char *address)
{
	struct address to;

	ck_assert_int_eq(address_parse(address, &to, NULL), 0);
	int fd = socket(to.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	bool open = connect(fd, (const struct sockaddr *)&to.sa, to.len) == 0;
	ck_assert(open || errno == ECONNREFUSED);
	close(fd);
	return open;
}

START_TEST(nothing_new_is_accepted_while_it_ends)
{
	int fds[IN_FLIGHT];

	site_start(&site);
	hold_callbacks(fds);
	ck_assert(is_open(site.address));
	process_signal(&site.claimd, SIGTERM);
	process_await_line(&site.claimd, "stopping");
	for (int64_t end = process_patience(); is_open(site.address);)
		ck_assert(!process_patience_is_over(end));
	ck_assert(process_is_alive(&site.claimd));
	site_unlock(&site);
	for (int i = 0; i < IN_FLIGHT; i++)
		close(fds[i]);
	ck_assert_int_eq(process_wait(&site.claimd), 0);
}
END_TEST

START_TEST(an_idle_connection_does_not_keep_it)
{
	site_start(&site);
	int idle = http_connect(site.address);
	int half = http_connect(site.admin);
	http_request(half, "GET", "/healthz", "");
	ck_assert_uint_eq(http_receive_status(half), 200);
	site_stop(&site);
	close(idle);
	close(half);
}
END_TEST

START_TEST(what_was_acked_is_served_after_a_restart)
{
	upstream_start(&upstream, (const char *const[]){ "--claims", "1", "--lives", "happy=1", "--step", "1ms..2ms", NULL });
	upstream_await_stat(&upstream, "done", 1);
	site_start(&site); /* with an upstream that refuses connections */
	upstream_tell_truth(&upstream, &site);
	char *target = NULL;
	ck_assert_int_gt(asprintf(&target, SITE_PATH "?claim_id=%s", site_ask(&site, "SELECT claim_id FROM truth")), 0);
	ck_assert_uint_eq(http_post(site.address, target), 200);
	free(target);
	site_stop(&site);
	ck_assert_str_eq(site_ask(&site, "SELECT state FROM report_notifications"), "pending");
	site.base_url = upstream.url;
	/* Before it starts, so that no pause that the failures brought is waited for. */
	site_start(&site);
	site_await(&site, "SELECT state FROM report_notifications", "done");
	ck_assert_str_eq(site_ask(&site, "SELECT status FROM report_claims"), "delivered_finish");
}
END_TEST

/* --- Reload */

START_TEST(a_new_token_brings_a_locked_out_source_back)
{
	char *right = NULL;

	ck_assert_int_gt(asprintf(&right, "%s/right.token", site.folder), 0);
	site_write_file(right, "the-new-token\n");
	upstream_start(&upstream, (const char *const[]){ "--claims", "1", "--token", right, NULL });
	free(right);
	site.base_url = upstream.url;
	site.delivery_keys = "stale_retry = 5ms..15ms\n";
	site_start(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "unknown"), 200);
	process_await_line(&site.claimd, "main: locked out");
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 503);

	site_write_file(site.token_file, "the-new-token\n");
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	process_await_line(&site.claimd, "main: the upstream answers again");
	site_await(&site, "SELECT state FROM report_notifications", "done");
	ck_assert_str_eq(site_ask(&site, "SELECT state FROM report_sources"), "ok");
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 200);
	site_stop(&site);
}
END_TEST

START_TEST(a_new_callback_secret_replaces_the_old_one)
{
	site_start(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	ck_assert_uint_eq(http_post(site.address, "/delivery/main/fresh?claim_id=abc"), 404);
	site_write_file(site.secret_file, "fresh\n");
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 404);
	ck_assert_uint_eq(http_post(site.address, "/delivery/main/fresh?claim_id=abc"), 200);
}
END_TEST

START_TEST(a_broken_configuration_leaves_the_old_one_in_force)
{
	char where[4200];

	site_start(&site);
	site_write_file(site.secret_file, "fresh\n");
	site_configure_more(&site, "sweep_after = never\n");
	snprintf(where, sizeof(where), "%s:14: sweep_after", site.conf);
	process_signal(&site.claimd, SIGHUP);
	const char *line = process_await_line(&site.claimd, "not reloaded");
	ck_assert_msg(strstr(line, where), "no \"%s\" in: %s", where, line);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);

	/* Once it is right again, it is taken. */
	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 404);
	site_stop(&site);
}
END_TEST

START_TEST(a_secret_that_is_gone_leaves_the_old_one_in_force)
{
	site_start(&site);
	ck_assert_int_eq(unlink(site.secret_file), 0);
	process_signal(&site.claimd, SIGHUP);
	ck_assert_ptr_nonnull(strstr(process_await_line(&site.claimd, "not reloaded"), site.secret_file));
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
}
END_TEST

START_TEST(a_reload_during_the_start_is_done_after_it)
{
	const char *const argv[] = { "claimd", "-c", site.conf, NULL };

	site_configure(&site);
	process_start(&site.claimd, argv);
	process_await_line(&site.claimd, "serving callbacks on ");
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	site_stop(&site);
}
END_TEST

START_TEST(the_log_level_follows_a_reload)
{
	site_start(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "loud"), 200);
	process_await_line(&site.claimd, "callback for loud");
	site.log_level = "notice";
	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "quiet"), 200);
	ck_assert_ptr_null(strstr(process_errors(&site.claimd), "callback for quiet"));
}
END_TEST

/* --- Sockets */

START_TEST(a_passed_socket_is_used_in_place_of_the_address)
{
	site.listen_address = "127.0.0.1:1";
	site_open_socket(&site);
	site_start(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	site_stop(&site);
	/* It is the manager's: what comes now is answered after the next start. */
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "def", "");
	site_restart(&site);
	ck_assert_uint_eq(http_receive_status(fd), 200);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications"), 2);
	close(fd);
}
END_TEST

START_TEST(systemd_socket_activate_starts_it_with_the_first_callback)
{
	static const char activator[] = "/usr/bin/systemd-socket-activate";
	char claimd[4096];
	char address[ADDRESS_SIZE];

	if (access(activator, X_OK) < 0)
		return;
	snprintf(claimd, sizeof(claimd), "%s/claimd", getenv("CLAIMD_BUILD"));
	snprintf(address, sizeof(address), "unix:%s/public", site.folder);
	site_configure(&site);
	process_start(&site.claimd, (const char *const[]){
		activator, "--listen", address + strlen("unix:"), "--fdname=claimd", claimd, "-c", site.conf, NULL });
	process_await_line(&site.claimd, "Listening on");
	ck_assert_int_eq(access(site.database, F_OK), -1);
	ck_assert_uint_eq(http_post(address, SITE_CALLBACK "abc"), 200);
	ck_assert_str_eq(site_ask(&site, "SELECT external_id FROM report_notifications"), "abc");
	site_stop(&site);
}
END_TEST

START_TEST(a_unix_socket_is_for_user_and_group_and_outlives_a_crash)
{
	char address[ADDRESS_SIZE];
	struct stat status;

	snprintf(address, sizeof(address), "unix:%s/public", site.folder);
	site.listen_address = address;
	site_start(&site);
	ck_assert_str_eq(site.address, address);
	ck_assert_int_eq(stat(address + strlen("unix:"), &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0660);
	ck_assert_uint_eq(http_post(address, SITE_CALLBACK "abc"), 200);

	process_kill(&site.claimd);
	ck_assert(!is_open(address));
	site_restart(&site);
	ck_assert_uint_eq(http_post(address, SITE_CALLBACK "abc"), 200);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications"), 2);
}
END_TEST

START_TEST(a_port_is_free_again_after_a_crash)
{
	site_start(&site);
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "abc", "");
	ck_assert_uint_eq(http_receive_status(fd), 200);
	process_kill(&site.claimd);
	char *same = strdup(site.address);
	site.listen_address = same;
	site_start(&site);
	ck_assert_str_eq(site.address, same);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	close(fd);
	free(same);
}
END_TEST

static TCase *tcase_end(void)
{
	TCase *tcase = tcase_create("end");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, what_is_in_flight_is_committed_and_answered_before_the_end, 0, (int)ARRAY_SIZE(endings));
	tcase_add_test(tcase, a_second_signal_ends_the_wait_and_nothing_is_acked);
	tcase_add_test(tcase, nothing_new_is_accepted_while_it_ends);
	tcase_add_test(tcase, an_idle_connection_does_not_keep_it);
	tcase_add_test(tcase, what_was_acked_is_served_after_a_restart);
	return tcase;
}

static TCase *tcase_reload(void)
{
	TCase *tcase = tcase_create("reload");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_new_token_brings_a_locked_out_source_back);
	tcase_add_test(tcase, a_new_callback_secret_replaces_the_old_one);
	tcase_add_test(tcase, a_broken_configuration_leaves_the_old_one_in_force);
	tcase_add_test(tcase, a_secret_that_is_gone_leaves_the_old_one_in_force);
	tcase_add_test(tcase, a_reload_during_the_start_is_done_after_it);
	tcase_add_test(tcase, the_log_level_follows_a_reload);
	return tcase;
}

static TCase *tcase_sockets(void)
{
	TCase *tcase = tcase_create("sockets");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_passed_socket_is_used_in_place_of_the_address);
	tcase_add_test(tcase, systemd_socket_activate_starts_it_with_the_first_callback);
	tcase_add_test(tcase, a_unix_socket_is_for_user_and_group_and_outlives_a_crash);
	tcase_add_test(tcase, a_port_is_free_again_after_a_crash);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("signals");

	suite_add_tcase(suite, tcase_end());
	suite_add_tcase(suite, tcase_reload());
	suite_add_tcase(suite, tcase_sockets());
	return suite;
}
