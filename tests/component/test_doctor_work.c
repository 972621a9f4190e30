/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl doctor on what claimd has to do: its database's log and content, receivers, messages and actions.
 * Component tests. doctor_world_run() looks ten minutes after the world's beginning.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor_world.h"
#include "suite.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/* Runs SQL in which %lld stands for the instant that is so many seconds after the beginning. */
static void execute(const char *sql, int64_t second)
{
	sqlite3 *handle = NULL;
	char *text = NULL;
	char *error = NULL;

	ck_assert_int_gt(asprintf(&text, sql, (long long)ctl_world_time(second).us), 0);
	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, text, NULL, NULL, &error) == SQLITE_OK, "%s: %s", text, error);
	sqlite3_close(handle);
	free(text);
}

/* --- The database ----------------------------------------------------------------------------------------------------- */

START_TEST(a_sound_database_with_a_short_log_is_told)
{
	struct store *store = ctl_world_open_store(); /* the log stays while somebody has it open */
	struct ctl_world_run run;

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_hear(store, "main", "later");
	ck_assert_int_eq(store_commit(store), 0);
	run = doctor_world_run("");
	doctor_world_expect(&run, "ok", "database", "all that must hold of it does");
	doctor_world_expect(&run, "ok", "database", "its write-ahead log has 0 MiB");
	ctl_world_run_done(&run);
	store_close(store);
}
END_TEST

START_TEST(a_fault_in_it_is_bad)
{
	execute("UPDATE fold SET inbox_id = %lld", 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "database",
	                        "it has faults. See which, and what to do, by \"claimctl check-db\"");
}
END_TEST

START_TEST(a_long_log_is_worth_a_look)
{
	struct store *store = ctl_world_open_store();
	char *log = NULL;

	ck_assert_int_gt(asprintf(&log, "%s-wal", ctl_world_path()), 0);
	ck_assert_int_eq(truncate(log, 65 * 1024 * 1024), 0);
	doctor_world_expect_run("", 0, "look", "database", "its write-ahead log has 65 MiB. See which program reads");
	free(log);
	store_close(store);
}
END_TEST

/* --- Receivers and their keys ----------------------------------------------------------------------------------------- */

/* Where alerts and the transitions of main go to, both signed by the key in the file key. */
static void configure(const char *alert_url, const char *forward_url)
{
	char *folder = strdup(doctor_world_file(""));
	char *text = NULL;

	doctor_world_write("key", KEY "\n");
	ck_assert_int_gt(asprintf(&text,
	                          "[daemon]\ndatabase = %s\ncontrol_socket = %scontrol.sock\nalert_url = %s\nalert_secret_file = %skey\n"
	                          "[delivery main]\ntoken_file = %stoken\ncallback_secret_file = %ssecret\n"
	                          "forward_url = %s\nforward_secret_file = %skey\n",
	                          ctl_world_path(), folder, alert_url, folder, folder, folder, forward_url, folder), 0);
	doctor_world_write("claimd.conf", text);
	free(text);
	free(folder);
}

START_TEST(receivers_and_their_keys_are_told_without_what_may_be_secret)
{
	configure("https://alerts.example/t0ken/x", "http://127.0.0.1:9000/t0ken");

	struct ctl_world_run run = doctor_world_run("");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "ok", "[daemon] alert_secret_file", "/key can be read, and not by everybody");
	doctor_world_expect(&run, "ok", "[delivery main] forward_secret_file", "/key can be read, and not by everybody");
	doctor_world_expect(&run, "ok", "[daemon] alert_url", "alerts go to https://alerts.example");
	doctor_world_expect(&run, "ok", "[delivery main] forward_url", "transitions go to http://127.0.0.1:9000");
	ctl_world_expect_not_in(run.out, "t0ken");
	ctl_world_expect_not_in(run.out, KEY);
	ctl_world_run_done(&run);
}
END_TEST

static const struct {
	const char *url;
	const char *told;
	bool local;
} receivers[] = {
	{ "http://alerts.example/", "http://alerts.example", false },
	{ "http://alerts.example", "http://alerts.example", false },
	{ "http://localhost.example/", "http://localhost.example", false },
	{ "http://127.example:80/", "http://127.example:80", false },
	{ "http://127.0.0.1.example/", "http://127.0.0.1.example", false },
	{ "http://[::1:2]/", "http://[::1:2]", false },
	{ "http://localhost", "http://localhost", true },
	{ "http://localhost:9000/x", "http://localhost:9000", true },
	{ "http://127.0.0.2/x", "http://127.0.0.2", true },
	{ "http://[::1]:9000/", "http://[::1]:9000", true },
};

START_TEST(what_goes_over_the_network_in_the_clear_is_worth_a_look)
{
	const char *level = receivers[_i].local ? "ok" : "look";
	const char *danger = receivers[_i].local ? "" : ", over the network for all to read";
	char told[128];

	configure(receivers[_i].url, receivers[_i].url);

	struct ctl_world_run run = doctor_world_run("");

	ck_assert_int_eq(run.status, 0);
	snprintf(told, sizeof(told), "alerts go to %s%s", receivers[_i].told, danger);
	doctor_world_expect(&run, level, "[daemon] alert_url", told);
	snprintf(told, sizeof(told), "transitions go to %s%s", receivers[_i].told, danger);
	doctor_world_expect(&run, level, "[delivery main] forward_url", told);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_key_of_the_wrong_form_or_open_to_all_is_bad)
{
	configure("https://alerts.example/", "https://shop.example/");
	ck_assert_int_eq(chmod(doctor_world_file("key"), 0644), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[daemon] alert_secret_file", "chmod o= ");
	doctor_world_write("key", "no key\n");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "secrets", "alert_secret_file");
	ck_assert_int_eq(unlink(doctor_world_file("key")), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[delivery main] forward_secret_file", "/key: No such file");
}
END_TEST

/* --- Messages --------------------------------------------------------------------------------------------------------- */

#define MESSAGE "INSERT INTO outbox (channel, source_id, kind, message_id, summary, body, due_us, created_us, tries, error) VALUES "

START_TEST(an_empty_outbox_is_told)
{
	doctor_world_expect_run("", 0, "ok", "outbox", "nothing is still to be told");
}
END_TEST

START_TEST(messages_that_are_on_their_way_are_well)
{
	execute(MESSAGE "('forward', 1, 'transition', 'a', 's', '{}', 1, %lld, 0, NULL)", 599);
	doctor_world_expect_run("", 0, "ok", "transitions of main", "1 are still to be sent");
}
END_TEST

START_TEST(messages_that_fail_are_worth_a_look_and_bad_after_an_hour)
{
	execute(MESSAGE "('alert', NULL, 'violation', 'a', 's', '{}', 1, %lld, 0, NULL)", 590);
	execute(MESSAGE "('alert', NULL, 'violation', 'b', 's', '{}', 1, %lld, 3, 'HTTP status 500')", 300);
	doctor_world_expect_run("", 0, "look", "alerts",
	                        "2 are still to be sent, the oldest for 5 minutes; the last answer was: HTTP status 500. See why");
	execute(MESSAGE "('alert', NULL, 'violation', 'c', 's', '{}', 1, %lld, 0, NULL)", -3600);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "alerts", "3 are still to be sent, the oldest for 70 minutes");
}
END_TEST

/* --- Actions ---------------------------------------------------------------------------------------------------------- */

#define ACTION "INSERT INTO action (source_id, shipment_id, kind, requested_by, state, due_us, requested_us) VALUES (1, 1, "
#define ENDED "INSERT INTO action (source_id, shipment_id, kind, requested_by, state, result, requested_us, finished_us) VALUES (1, 1, "

START_TEST(actions_that_end_soon_or_have_ended_are_well)
{
	execute(ACTION "'accept', 'uid:0', 'settling', 1, %lld)", 400);
	execute(ENDED "'accept', 'uid:0', 'ended', 'done', 1, %lld)", 10);
	doctor_world_expect_run("", 0, "ok", "actions", "none is left open or in doubt");
}
END_TEST

START_TEST(actions_that_do_not_end_are_worth_a_look)
{
	execute(ACTION "'accept', 'uid:0', 'wanted', 1, %lld)", 240);
	execute(ACTION "'cancel', 'uid:0', 'settling', 1, %lld)", 0);
	doctor_world_expect_run("", 0, "look", "action 1", "accept of waits, wanted 6 minutes ago, is wanted. See whether claimd runs");
	doctor_world_expect_run("", 0, "look", "action 2", "cancel of waits, wanted 10 minutes ago, is settling. Nothing: claimd goes on");
}
END_TEST

START_TEST(doubts_are_told_for_a_week)
{
	execute(ENDED "'accept', 'uid:0', 'ended', 'in_doubt', 1, %lld)", 10);
	doctor_world_expect_run("", 0, "look", "action 1", "is in doubt. Look in the upstream's own cabinet");
	execute("DELETE FROM action", 0);
	execute(ENDED "'accept', 'uid:0', 'ended', 'in_doubt', 1, %lld)", -7 * 86400);
	doctor_world_expect_run("", 0, "ok", "actions", "none is left open or in doubt");
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, doctor_world_setup, doctor_world_teardown);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("doctor work");
	TCase *clear = tcase_create("clear");

	add(suite, "database", (const TTest *const[]){
		a_sound_database_with_a_short_log_is_told, a_fault_in_it_is_bad, a_long_log_is_worth_a_look, NULL });
	add(suite, "receivers", (const TTest *const[]){
		receivers_and_their_keys_are_told_without_what_may_be_secret, a_key_of_the_wrong_form_or_open_to_all_is_bad, NULL });
	tcase_add_checked_fixture(clear, doctor_world_setup, doctor_world_teardown);
	tcase_add_loop_test(clear, what_goes_over_the_network_in_the_clear_is_worth_a_look, 0, ARRAY_SIZE(receivers));
	suite_add_tcase(suite, clear);
	add(suite, "messages", (const TTest *const[]){
		an_empty_outbox_is_told, messages_that_are_on_their_way_are_well,
		messages_that_fail_are_worth_a_look_and_bad_after_an_hour, NULL });
	add(suite, "actions", (const TTest *const[]){
		actions_that_end_soon_or_have_ended_are_well, actions_that_do_not_end_are_worth_a_look, doubts_are_told_for_a_week,
		NULL });
	return suite;
}
