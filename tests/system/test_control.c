/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket of a running claimd: its file from start to end, who came through it, and what happens without it.
 * System tests. What comes of an act is test_acts.c's.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "http.h"
#include "site.h"
#include "suite.h"

#define PRUNE "{\"kind\":\"prune\"}"

static struct site site;

static void setup(void)
{
	site_open(&site);
}

static void teardown(void)
{
	site_close(&site);
}

static unsigned ask(const char *body)
{
	struct http_answer answer;
	char address[ADDRESS_SIZE];

	snprintf(address, sizeof(address), "unix:%s", site.control_socket);
	unsigned status = http_ask_json(address, "/actions", body, &answer);
	http_answer_done(&answer);
	return status;
}

static bool is_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

START_TEST(what_is_asked_is_on_disk_when_it_is_answered)
{
	char by[32];

	site_start(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	ck_assert_uint_eq(ask(PRUNE), 202);
	process_kill(&site.claimd);
	snprintf(by, sizeof(by), "uid:%u", getuid());
	ck_assert_str_eq(site_ask(&site, "SELECT kind FROM report_actions"), "prune");
	ck_assert_str_eq(site_ask(&site, "SELECT requested_by FROM report_actions"), by);
}
END_TEST

START_TEST(the_file_is_for_owner_and_group_in_a_folder_that_all_may_enter)
{
	struct stat status;

	free(site.control_socket);
	ck_assert_int_gt(asprintf(&site.control_socket, "%s/run/control.sock", site.folder), 0);
	mode_t mask = umask(0077);
	site_start(&site);
	umask(mask);
	process_await_line(&site.claimd, "serving claimctl on ");
	ck_assert_int_eq(lstat(site.control_socket, &status), 0);
	ck_assert(S_ISSOCK(status.st_mode));
	ck_assert_uint_eq(status.st_mode & 07777, 0660);
	*strrchr(site.control_socket, '/') = '\0';
	ck_assert_int_eq(lstat(site.control_socket, &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0755);
}
END_TEST

START_TEST(the_file_goes_at_a_clean_end)
{
	site_start(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	site_stop(&site);
	ck_assert(!is_there(site.control_socket));
}
END_TEST

START_TEST(a_file_that_was_left_behind_is_replaced)
{
	site_start(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	process_kill(&site.claimd);
	ck_assert(is_there(site.control_socket));
	site_restart(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	ck_assert_uint_eq(ask(PRUNE), 202);
}
END_TEST

START_TEST(without_the_socket_all_but_acting_goes_on)
{
	site_write_file(site.control_socket, "somebody's file\n");
	site_start(&site);
	const char *line = process_await_line(&site.claimd, "can't open the control socket ");

	ck_assert_ptr_nonnull(strstr(line, "it is a file of another kind; claimctl can only read until "));
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "kept"), 200);
	site_stop(&site);
	ck_assert(is_there(site.control_socket));
}
END_TEST

START_TEST(a_folder_that_cant_be_made_is_told)
{
	free(site.control_socket);
	ck_assert_int_gt(asprintf(&site.control_socket, "%s/a/b/control.sock", site.folder), 0);
	site_start(&site);
	const char *line = process_await_line(&site.claimd, "can't open the control socket ");

	ck_assert_ptr_nonnull(strstr(line, "its folder must be there"));
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "kept"), 200);
	site_stop(&site);
}
END_TEST

START_TEST(a_second_daemon_leaves_the_door_to_the_first)
{
	struct site second;

	site_start(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	site_open(&second);
	free(second.control_socket);
	second.control_socket = strdup(site.control_socket);
	site_start(&second);
	process_await_line(&second.claimd, "another program listens there");
	site_stop(&second);
	site_close(&second);
	ck_assert_uint_eq(ask(PRUNE), 202);
}
END_TEST

START_TEST(a_lock_that_lasts_is_answered_and_callbacks_go_on)
{
	site_start(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	site_lock(&site);
	ck_assert_uint_eq(ask(PRUNE), 503);
	site_unlock(&site);
	ck_assert_uint_eq(ask(PRUNE), 202);
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_actions"), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("control");
	TCase *tcase = tcase_create("control");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, what_is_asked_is_on_disk_when_it_is_answered);
	tcase_add_test(tcase, the_file_is_for_owner_and_group_in_a_folder_that_all_may_enter);
	tcase_add_test(tcase, the_file_goes_at_a_clean_end);
	tcase_add_test(tcase, a_file_that_was_left_behind_is_replaced);
	tcase_add_test(tcase, without_the_socket_all_but_acting_goes_on);
	tcase_add_test(tcase, a_folder_that_cant_be_made_is_told);
	tcase_add_test(tcase, a_second_daemon_leaves_the_door_to_the_first);
	tcase_add_test(tcase, a_lock_that_lasts_is_answered_and_callbacks_go_on);
	suite_add_tcase(suite, tcase);
	return suite;
}
