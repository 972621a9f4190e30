/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl doctor on the daemon, and on what it says of its upstreams.
 * Component tests: a socket behind which the answers are made up.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "doctor_world.h"
#include "suite.h"

START_TEST(who_may_act_and_what_answers_is_told)
{
	struct ctl_world_run run = doctor_world_run("");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "ok", "daemon", "may act through ");
	doctor_world_expect(&run, "ok", "upstream of main", "the upstream takes our credentials, and answered in 0.012 s");
	doctor_world_expect(&run, "ok", "upstream of other", "the upstream takes our credentials");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(without_a_daemon_it_says_so_and_goes_on)
{
	struct ctl_world_run run;

	doctor_world_close_door();
	run = doctor_world_run("");
	ck_assert_int_eq(run.status, EX_UNAVAILABLE);
	doctor_world_expect(&run, "bad", "daemon", "claimd is not running: there is no ");
	doctor_world_expect(&run, "bad", "daemon", "Start it: systemctl start claimd");
	doctor_world_expect(&run, "ok", "source main", "nothing is pending");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_socket_that_is_left_of_one_is_bad)
{
	struct ctl_world_run run;
	char *other = strdup(doctor_world_file("other.sock"));

	fake_door_close(fake_door_open(other, ctl_world_path(), &(struct fake_end){ NULL, NULL, NULL }));
	doctor_world_close_door();
	ck_assert_int_eq(rename(other, doctor_world_file("control.sock")), 0);
	run = doctor_world_run("");
	ck_assert_int_eq(run.status, EX_UNAVAILABLE);
	doctor_world_expect(&run, "bad", "daemon", "Start it: systemctl start claimd");
	doctor_world_expect(&run, "ok", "source main", "nothing is pending");
	ctl_world_run_done(&run);
	free(other);
}
END_TEST

START_TEST(a_socket_that_everybody_can_use_is_bad)
{
	ck_assert_int_eq(chmod(doctor_world_file("control.sock"), 0666), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "daemon", "Close it: chmod o= ");
}
END_TEST

START_TEST(nothing_is_asked_without_a_database)
{
	ck_assert_int_eq(unlink(ctl_world_path()), 0);

	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "ok", "daemon", "may act through ");
	ctl_world_expect_not_in(run.out, "upstream of");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(with_db_alone_no_daemon_is_looked_for)
{
	doctor_world_close_door();

	struct ctl_world_run run = ctl_world_run("doctor --db @");

	ctl_world_expect_not_in(run.out, "daemon");
	ctl_world_run_done(&run);
}
END_TEST

static const struct {
	struct fake_end end;
	int status;
	const char *level;
	const char *part;
} upstreams[] = {
	{ { "not_done", "auth", "HTTP status 401" }, EX_UNAVAILABLE, "bad",
	  "the upstream refuses our credentials: HTTP status 401. Put valid ones into the file of this source" },
	{ { "not_done", "may_not_read", "the key is good, but not for reading orders" }, EX_UNAVAILABLE, "bad",
	  "the key is good, but not for reading orders. Give the key the rights" },
	{ { "done", "may_not_act", "the key is good for reading orders, but not for changing them" }, EX_UNAVAILABLE, "bad",
	  "not for changing them. Give the key the rights" },
	{ { "not_done", "retry", "Could not resolve host" }, EX_UNAVAILABLE, "bad",
	  "Could not resolve host. See whether base_url is right" },
	{ { "not_done", "protocol", "no JSON" }, EX_UNAVAILABLE, "bad", "does not answer as it should: no JSON. See whether" },
	{ { "not_done", "limited", "HTTP status 429" }, 0, "look", "wants a pause: HTTP status 429. Ask again" },
	{ { "refused", "not_sent", "the source is paused" }, 0, "look",
	  "the upstream was not asked, or wants a pause: the source is paused" },
	{ { NULL, NULL, NULL }, 0, "look", "the upstream has not answered yet. See later what came of it: \"claimctl actions\", number 1" },
};

START_TEST(what_an_upstream_comes_to_has_its_advice)
{
	doctor_world_open_door(&upstreams[_i].end);
	doctor_world_expect_run("", upstreams[_i].status, upstreams[_i].level, "upstream of main", upstreams[_i].part);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("doctor daemon");
	TCase *tcase = tcase_create("daemon");

	tcase_add_checked_fixture(tcase, doctor_world_setup, doctor_world_teardown);
	tcase_add_test(tcase, who_may_act_and_what_answers_is_told);
	tcase_add_test(tcase, without_a_daemon_it_says_so_and_goes_on);
	tcase_add_test(tcase, a_socket_that_is_left_of_one_is_bad);
	tcase_add_test(tcase, a_socket_that_everybody_can_use_is_bad);
	tcase_add_test(tcase, nothing_is_asked_without_a_database);
	tcase_add_test(tcase, with_db_alone_no_daemon_is_looked_for);
	tcase_add_loop_test(tcase, what_an_upstream_comes_to_has_its_advice, 0, ARRAY_SIZE(upstreams));
	suite_add_tcase(suite, tcase);
	return suite;
}
