/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd tells its service manager.
 * System tests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "manager.h"
#include "site.h"
#include "suite.h"

static struct site site;
static struct manager manager;
static const char *environment[] = { manager.variable, NULL };

static void setup(void)
{
	site_open(&site);
	manager_open(&manager);
	site.environment = environment;
	site_open_socket(&site);
}

static void teardown(void)
{
	site_close(&site);
	manager_close(&manager);
}

static void assert_says(const char *message, const char *text)
{
	ck_assert_msg(strstr(message, text), "no \"%s\" in: %s", text, message);
}

START_TEST(it_is_ready_when_what_it_committed_is_there_and_it_listens)
{
	const char *const argv[] = { "claimd", "-c", site.conf, NULL };

	site_configure(&site);
	process_start_as(&site.claimd, &(struct process_plan){ .argv = argv, .environment = environment, .socket = site.socket });
	assert_says(manager_await(&manager, "READY=1"), "\nSTATUS=1 source; nothing pending; no open windows; no open violations");
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(name) FROM source"), "main");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
}
END_TEST

START_TEST(a_start_that_fails_is_never_ready)
{
	const char *const argv[] = { "claimd", "-c", site.conf, NULL };

	site_configure(&site);
	site_write_file(site.database, "this is no database\n");
	process_start_as(&site.claimd, &(struct process_plan){ .argv = argv, .environment = environment });
	ck_assert_int_ne(process_wait(&site.claimd), 0);
	ck_assert(!manager_hears(&manager, "READY=1", 0));
}
END_TEST

START_TEST(a_reload_begins_and_ends)
{
	site_start(&site);
	manager_await(&manager, "READY=1");
	process_signal(&site.claimd, SIGHUP);
	assert_says(manager_await(&manager, "RELOADING=1"), "\nMONOTONIC_USEC=");
	assert_says(manager_await(&manager, "READY=1"), "\nSTATUS=1 source; ");
	process_await_line(&site.claimd, "the configuration was reloaded");
}
END_TEST

START_TEST(a_reload_that_is_refused_ends_too_and_is_seen_until_the_next)
{
	site_start(&site);
	manager_await(&manager, "READY=1");
	site_configure_more(&site, "no_such_key = 1\n");
	process_signal(&site.claimd, SIGHUP);
	manager_await(&manager, "RELOADING=1");
	assert_says(manager_await(&manager, "READY=1"), "; the configuration was not reloaded");
	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	manager_await(&manager, "RELOADING=1");
	ck_assert_ptr_null(strstr(manager_await(&manager, "READY=1"), "not reloaded"));
}
END_TEST

/* The upstream refuses connections, so what a callback asks for stays to be done. */
START_TEST(the_line_about_the_work_is_kept_up_to_date)
{
	site_start(&site);
	assert_says(manager_await(&manager, "READY=1"), "; nothing pending; ");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	assert_says(manager_await(&manager, "; 1 pending, the oldest for "), "STATUS=1 source, 1 limited; ");
}
END_TEST

/* Its queue is as long as net.unix.max_dgram_qlen. */
START_TEST(a_manager_that_does_not_listen_holds_nothing_up)
{
	static const char *fed_often[] = { manager.variable, "WATCHDOG_USEC=20000", NULL };

	site.environment = fed_often;
	site_start(&site);
	manager_await(&manager, "READY=1");
	manager_fill(&manager);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	/* That it is ready again is told as soon as somebody listens. */
	manager_await(&manager, "READY=1");
}
END_TEST

START_TEST(the_end_is_told_when_it_begins_and_nothing_after_it)
{
	site_start(&site);
	site_lock(&site);
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "held", "");
	process_await_line(&site.claimd, "callback for held");
	process_signal(&site.claimd, SIGTERM);
	manager_await(&manager, "STOPPING=1\nSTATUS=Answering what is in flight");
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration is not read again");
	site_unlock(&site);
	ck_assert_uint_eq(http_receive_status(fd), 200);
	ck_assert_int_eq(process_wait(&site.claimd), 0);
	ck_assert(!manager_hears(&manager, "", 0));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("notify");
	TCase *tcase = tcase_create("notify");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, it_is_ready_when_what_it_committed_is_there_and_it_listens);
	tcase_add_test(tcase, a_start_that_fails_is_never_ready);
	tcase_add_test(tcase, a_reload_begins_and_ends);
	tcase_add_test(tcase, a_reload_that_is_refused_ends_too_and_is_seen_until_the_next);
	tcase_add_test(tcase, the_line_about_the_work_is_kept_up_to_date);
	tcase_add_test(tcase, a_manager_that_does_not_listen_holds_nothing_up);
	tcase_add_test(tcase, the_end_is_told_when_it_begins_and_nothing_after_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
