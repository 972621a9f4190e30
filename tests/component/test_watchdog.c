/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the service manager's watchdog is fed, and when it is not.
 * Component tests: a real loop and a real notification socket.
 */
#include "daemon/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/manager.h"
#include "tests/suite.h"

/* Fed every 10 ms. */
#define PERIOD_US "20000"
#define TURNS 20

static struct manager manager;
static struct clock clock_of_system;
static struct loop *loop;
static struct watchdog *watchdog;
static bool stuck;
static unsigned n_asked;

static bool find_stuck(void *cls, char ret[static WATCHDOG_WHAT_SIZE])
{
	ck_assert_ptr_eq(cls, &stuck);
	n_asked++;
	snprintf(ret, WATCHDOG_WHAT_SIZE, "a test");
	return stuck;
}

static void setup(void)
{
	log_open("test", LOG_LEVEL_NOTICE);
	manager_open(&manager);
	putenv(manager.variable);
	setenv("WATCHDOG_USEC", PERIOD_US, 1);
	unsetenv("WATCHDOG_PID");
	ck_assert_int_eq(loop_new(&clock_of_system, &loop), 0);
}

static void start(void)
{
	ck_assert_int_eq(watchdog_new(loop, find_stuck, &stuck, &watchdog), 0);
}

static void teardown(void)
{
	watchdog_free(watchdog);
	loop_free(loop);
	manager_close(&manager);
}

/* Until it was asked so often. */
static void await_asked(unsigned n)
{
	while (n_asked < n)
		ck_assert_int_eq(loop_step(loop, USEC_PER_SEC, NULL), 0);
}

static unsigned count_feeds(void)
{
	unsigned n = 0;

	while (manager_hears(&manager, "WATCHDOG=1", 0))
		n++;
	return n;
}

START_TEST(it_is_fed_as_long_as_all_is_well)
{
	start();
	await_asked(5);
	ck_assert_uint_eq(count_feeds(), n_asked);
}
END_TEST

START_TEST(it_starves_while_something_is_stuck_and_no_longer)
{
	start();
	await_asked(1);
	stuck = true;
	await_asked(4);
	ck_assert_uint_eq(count_feeds(), 1);
	stuck = false;
	await_asked(6);
	ck_assert_uint_eq(count_feeds(), 2);
}
END_TEST

START_TEST(nobody_is_asked_where_nobody_watches)
{
	unsetenv("WATCHDOG_USEC");
	start();
	for (int i = 0; i < TURNS; i++)
		ck_assert_int_eq(loop_step(loop, USEC_PER_MS, NULL), 0);
	ck_assert_uint_eq(n_asked, 0);
}
END_TEST

/* The variables are inherited: those of another process's watchdog are none of ours. */
START_TEST(the_watchdog_of_another_process_is_left_alone)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%ld", (long)getppid());
	setenv("WATCHDOG_PID", pid, 1);
	start();
	for (int i = 0; i < TURNS; i++)
		ck_assert_int_eq(loop_step(loop, USEC_PER_MS, NULL), 0);
	ck_assert_uint_eq(n_asked, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("watchdog");
	TCase *tcase = tcase_create("watchdog");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, it_is_fed_as_long_as_all_is_well);
	tcase_add_test(tcase, it_starves_while_something_is_stuck_and_no_longer);
	tcase_add_test(tcase, nobody_is_asked_where_nobody_watches);
	tcase_add_test(tcase, the_watchdog_of_another_process_is_left_alone);
	suite_add_tcase(suite, tcase);
	return suite;
}
