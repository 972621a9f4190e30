/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl doctor: what it finds in a configuration, its files, a database and the sources.
 * Component ring: real files.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/doctor.h"
#include "doctor_world.h"
#include "suite.h"

#define MIB (UINT64_C(1024) * 1024)

/* --- Configuration and files ------------------------------------------------------------------------------------------ */

START_TEST(what_is_right_is_told_too_and_nothing_is_bad)
{
	struct ctl_world_run run = doctor_world_run("");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "ok", "configuration", "sources: 2");
	doctor_world_expect(&run, "ok", "[delivery main] token_file", "/token can be read, and not by everybody");
	doctor_world_expect(&run, "ok", "[delivery main] callback_secret_file", "/secret can be read");
	doctor_world_expect(&run, "ok", "secrets", "");
	doctor_world_expect(&run, "ok", "database", ctl_world_path());
	doctor_world_expect(&run, "ok", "source main", "the last callback came 10 minutes ago");
	doctor_world_expect(&run, "ok", "source main", "nothing is pending");
	doctor_world_expect(&run, "ok", "source main", "no history has a gap");
	doctor_world_expect(&run, "ok", "source other", "callbacks are off");
	ctl_world_expect_not_in(run.out, "[delivery other] callback_secret_file");
	ctl_world_expect_not_in(run.out, "bad ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_wrong_configuration_is_told_with_file_and_line)
{
	doctor_world_configure("journl = yes");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "configuration", "claimd.conf:11: ");
	ck_assert_int_eq(unlink(doctor_world_file("claimd.conf")), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "configuration", "claimd.conf");
}
END_TEST

START_TEST(the_database_is_looked_at_beside_a_wrong_configuration)
{
	doctor_world_configure("journl = yes");
	doctor_world_expect_run("--db @", EX_UNAVAILABLE, "ok", "source main", "nothing is pending");
}
END_TEST

START_TEST(a_configuration_without_sources_is_worth_a_look)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text, "[daemon]\ncontrol_socket = %s\n", doctor_world_file("control.sock")), 0);
	doctor_world_write("claimd.conf", text);
	free(text);
	doctor_world_expect_run("--db @", 0, "look", "configuration", "Add a section [delivery NAME]");
}
END_TEST

START_TEST(a_credential_is_the_daemons_alone)
{
	doctor_world_write("claimd.conf", "[delivery main]\n[listen]\ntls_certificate = /c\ntls_key = ${CREDENTIALS_DIRECTORY}/key\n");

	struct ctl_world_run run = doctor_world_run("--db @");

	doctor_world_expect(&run, "look", "[delivery main] token_file", "only the daemon can read it");
	doctor_world_expect(&run, "look", "[delivery main] callback_secret_file", "only the daemon can read it");
	doctor_world_expect(&run, "look", "[listen] tls_key", "${CREDENTIALS_DIRECTORY}/key: only the daemon can read it");
	doctor_world_expect(&run, "bad", "[listen] tls_certificate", "/c: No such file");
	ctl_world_expect_not_in(run.out, "  secrets ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_secret_that_everybody_can_read_is_bad)
{
	ck_assert_int_eq(chmod(doctor_world_file("secret"), 0644), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[delivery main] callback_secret_file", "chmod o= ");
	ck_assert_int_eq(chmod(doctor_world_file("secret"), 0640), 0);
	ck_assert_int_eq(chmod(doctor_world_file("token"), 0604), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[delivery main] token_file", "chmod o= ");
}
END_TEST

START_TEST(a_certificate_may_be_read_by_everybody)
{
	char *lines = NULL;

	doctor_world_write("cert", "");
	ck_assert_int_eq(chmod(doctor_world_file("cert"), 0644), 0);
	ck_assert_int_gt(asprintf(&lines, "[listen]\ntls_certificate = %s\ntls_key = /k", doctor_world_file("cert")), 0);
	doctor_world_configure(lines);
	doctor_world_expect_run("", EX_UNAVAILABLE, "ok", "[listen] tls_certificate", "/cert can be read");
	free(lines);
}
END_TEST

START_TEST(a_missing_secret_is_bad)
{
	ck_assert_int_eq(unlink(doctor_world_file("secret")), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[delivery main] callback_secret_file", "/secret: No such file");
}
END_TEST

START_TEST(a_secret_that_only_others_can_read_is_worth_a_look)
{
	ck_assert_int_eq(chmod(doctor_world_file("token"), 0), 0);
	if (access(doctor_world_file("token"), R_OK) == 0)
		return; /* root can read everything */
	doctor_world_expect_run("", 0, "look", "[delivery main] token_file", "not for this user to read");
}
END_TEST

START_TEST(a_secret_of_the_wrong_form_is_told_without_it)
{
	doctor_world_write("secret", DOCTOR_SECRET "/" DOCTOR_SECRET);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "secrets", "claimd.conf:10: callback_secret_file: ");
}
END_TEST

/* --- Database and disk ------------------------------------------------------------------------------------------------- */

START_TEST(without_a_database_claimd_must_be_started)
{
	ck_assert_int_eq(unlink(ctl_world_path()), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "database", "Start claimd");
}
END_TEST

START_TEST(a_database_of_something_else_is_bad)
{
	doctor_world_expect_run("", 0, "ok", "database", ctl_world_path());
	FILE *file = fopen(ctl_world_path(), "w");

	fputs("no database at all, and long enough to be taken for one that is damaged from its first byte on\n", file);
	fclose(file);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "database", ctl_world_path());
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_bad)
{
	doctor_world_expect_run("--db /nowhere/at/all/claimd.db", EX_UNAVAILABLE, "bad", "disk", "/nowhere/at/all/claimd.db");
}
END_TEST

START_TEST(room_on_the_disk_is_judged_in_two_steps)
{
	ck_assert_int_eq(doctor_disk_level(0), FINDING_BAD);
	ck_assert_int_eq(doctor_disk_level(100 * MIB - 1), FINDING_BAD);
	ck_assert_int_eq(doctor_disk_level(100 * MIB), FINDING_LOOK);
	ck_assert_int_eq(doctor_disk_level(1024 * MIB - 1), FINDING_LOOK);
	ck_assert_int_eq(doctor_disk_level(1024 * MIB), FINDING_OK);
}
END_TEST

START_TEST(a_database_alone_is_looked_at_without_a_configuration)
{
	struct ctl_world_run run = ctl_world_run("doctor --db @");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "ok", "database", ctl_world_path());
	doctor_world_expect(&run, "look", "source other", "");
	ctl_world_expect_not_in(run.out, "configuration");
	ctl_world_run_done(&run);
}
END_TEST

/* --- Sources ----------------------------------------------------------------------------------------------------------- */

static struct source begin_source(struct store *store, const char *name)
{
	struct source source;

	ck_assert_int_eq(store_begin(store), 0);
	ck_assert_int_eq(store_source(store, "delivery", name, (struct wall){ 1 }, &source), 0);
	return source;
}

static void set_source(const char *name, enum source_state state, int64_t skew_us, const char *reason)
{
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, name);

	source.state = state;
	source.skew_us = skew_us;
	store_source_save(store, &source, reason, ctl_world_time(1));
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

START_TEST(a_lockout_is_bad_and_says_why)
{
	set_source("main", SOURCE_LOCKED_OUT, NUMBER_NONE, "401 unauthorized");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "source main", "401 unauthorized. Put a valid token into token_file");
}
END_TEST

START_TEST(a_pause_is_worth_a_look)
{
	set_source("main", SOURCE_LIMITED, NUMBER_NONE, "429 too many requests");
	doctor_world_expect_run("", 0, "look", "source main", "429 too many requests. claimd goes on by itself");
}
END_TEST

START_TEST(silence_is_worth_a_look)
{
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "main");

	store_source_silent(store, source.id, ctl_world_time(1), ctl_world_time(1));
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
	doctor_world_expect_run("", 0, "look", "source main", "callbacks have stopped. See whether");
}
END_TEST

START_TEST(the_last_answer_of_the_upstream_is_told)
{
	doctor_world_expect_run("", 0, "look", "source main", "nothing was read from the upstream yet");
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "main");

	store_source_read(store, source.id, ctl_world_time(510));
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
	doctor_world_expect_run("", 0, "ok", "source main", "the upstream answers; last 90 seconds ago");
}
END_TEST

START_TEST(a_clock_that_differs_is_told_in_its_direction)
{
	set_source("main", SOURCE_OK, 2 * USEC_PER_SEC, "");
	doctor_world_expect_run("", 0, "look", "source main", "2.0 s ahead of ours. Deadlines run on the upstream's clock; check NTP here");
	set_source("main", SOURCE_OK, -90 * USEC_PER_SEC, "");
	doctor_world_expect_run("", 0, "look", "source main", "90.0 s behind ours. ");
	set_source("main", SOURCE_OK, -1900 * USEC_PER_MS, "");
	doctor_world_expect_run("", 0, "ok", "source main", "1.9 s behind ours");
}
END_TEST

START_TEST(a_source_that_was_never_called_is_told_its_url)
{
	struct store *store = ctl_world_open_store();

	begin_source(store, "fresh");
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
	doctor_world_configure("[delivery fresh]\ntoken_file = /t");
	doctor_world_expect_run("", EX_UNAVAILABLE, "look", "source fresh",
	                        "Give Yandex the callback_url https://YOUR-HOST/delivery/fresh/SECRET? with the content of "
	                        "${CREDENTIALS_DIRECTORY}/delivery-fresh.secret for SECRET");
}
END_TEST

static void add_hint(const char *source_name, struct wall received, unsigned quirks)
{
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, source_name);

	store_hint_add(store, &(struct hint){
		.source_id = source.id,
		.kind = "callback",
		.owes_read = true,
		.external_id = "hinted",
		.upstream = WALL_NONE,
		.received = received,
		.quirks = quirks,
		.campaign_id = NUMBER_NONE,
	});
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

START_TEST(what_is_pending_for_long_is_worth_a_look)
{
	struct clock real = { 0 };

	add_hint("main", clock_wall(&real), 0);
	doctor_world_expect_run("", 0, "ok", "source main", "1 pending, the oldest for ");
	add_hint("main", (struct wall){ USEC_PER_SEC }, 0);
	doctor_world_expect_run("", 0, "look", "source main", "2 pending, the oldest for ");
}
END_TEST

static void make_gap(const char *source_name)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	int64_t shipment = ctl_world_hear(store, source_name, "gappy");

	ctl_world_see(store, shipment, "new", 1);
	ctl_world_see(store, shipment, "accepted", 5);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

START_TEST(open_gaps_are_counted_and_the_journal_is_what_helps)
{
	make_gap("main");
	make_gap("other");

	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "look", "source main", "1 gaps in histories are open. Nothing: the journal fills them");
	doctor_world_expect(&run, "look", "source other", "1 gaps in histories are open. Set journal = yes");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(forgiven_callbacks_are_counted_by_what_was_forgiven)
{
	add_hint("main", ctl_world_time(0), HINT_GLUED);
	add_hint("main", ctl_world_time(0), HINT_GLUED | HINT_SPACE_ZONE);
	add_hint("main", ctl_world_time(0), HINT_GLUED | HINT_NO_TIME);
	add_hint("main", ctl_world_time(0), HINT_SPACE_ZONE | HINT_ODD_TIME);

	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "look", "source main", "3 callbacks came without ? or & before Yandex's parameters. End the ");
	doctor_world_expect(&run, "look", "source main", "2 callbacks came with a space for the + in updated_ts. ");
	doctor_world_expect(&run, "look", "source main", "1 callbacks came with an updated_ts of another form");
	doctor_world_expect(&run, "look", "source main", "1 callbacks came without an updated_ts");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(what_came_before_the_last_hundred_thousand_is_forgotten)
{
	add_hint("main", ctl_world_time(0), HINT_GLUED);
	add_hint("main", ctl_world_time(0), HINT_GLUED);
	ctl_world_sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
	              " INSERT INTO inbox (source_id, kind, owes, received_us, quirks, asks_to_cancel)"
	              " SELECT (SELECT id FROM source WHERE name = 'main'), 'callback', 0, i, 0, 0 FROM n");

	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "look", "source main", "1 callbacks came without ? or & before Yandex's parameters. ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(callbacks_that_needed_no_forgiving_are_not_told)
{
	struct ctl_world_run run = doctor_world_run("");

	ctl_world_expect_not_in(run.out, "callbacks came");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(configuration_and_database_need_not_know_the_same_sources)
{
	set_source("gone", SOURCE_LOCKED_OUT, NUMBER_NONE, "its token was taken back");
	add_hint("gone", ctl_world_time(0), HINT_GLUED);
	doctor_world_configure("[delivery added]\ntoken_file = /t\ncallbacks = no");

	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "look", "source added", "Reload claimd");
	ctl_world_expect_not_in(run.out, "taken back");
	ctl_world_expect_not_in(run.out, "callbacks came");
	ctl_world_run_done(&run);
}
END_TEST

/* --- Form -------------------------------------------------------------------------------------------------------------- */

START_TEST(as_json_each_finding_is_an_object_and_advice_stands_where_it_is_needed)
{
	set_source("main", SOURCE_LOCKED_OUT, 5 * USEC_PER_SEC, "\"quoted\"");

	struct ctl_world_run run = doctor_world_run("--json");
	char *rest = NULL;

	ck_assert_int_eq(run.status, EX_UNAVAILABLE);
	ctl_world_expect_begin(run.out, "[\n{\"level\":\"ok\",\"subject\":\"configuration\",\"finding\":\"");
	ctl_world_expect_in(run.out, "{\"level\":\"bad\",\"subject\":\"delivery source main\",\"finding\":\"locked_out");
	ctl_world_expect_in(run.out, ": \\\"quoted\\\"\",\"advice\":\"Put a valid token");
	ck_assert_str_eq(run.out + strlen(run.out) - 4, "}\n]\n");
	for (char *line = strtok_r(run.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (*line == '{')
			ck_assert_msg(!strstr(line, "\"level\":\"ok\"") == !strstr(line, ",\"advice\":null}"), "%s", line);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(findings_that_cant_be_written_are_an_io_error)
{
	char *err = NULL;
	size_t err_len = 0;
	struct console console = { .out = fopen("/dev/full", "w"), .err = open_memstream(&err, &err_len) };
	char *argv[] = {
		(char[]){ "claimctl" }, (char[]){ "doctor" }, (char[]){ "not-a-url" }, (char[]){ "--db" }, ctl_world_path(), NULL,
	};

	ck_assert_int_eq(ctl_run(&console, 5, argv), EX_IOERR);
	fclose(console.out);
	fclose(console.err);
	ctl_world_expect_in(err, "claimctl: the output can't be written");
	free(err);
}
END_TEST

static TCase *tcase(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, doctor_world_setup, doctor_world_teardown);
	suite_add_tcase(suite, tcase);
	return tcase;
}

static void add_files(TCase *tcase)
{
	tcase_add_test(tcase, what_is_right_is_told_too_and_nothing_is_bad);
	tcase_add_test(tcase, a_wrong_configuration_is_told_with_file_and_line);
	tcase_add_test(tcase, the_database_is_looked_at_beside_a_wrong_configuration);
	tcase_add_test(tcase, a_configuration_without_sources_is_worth_a_look);
	tcase_add_test(tcase, a_credential_is_the_daemons_alone);
	tcase_add_test(tcase, a_secret_that_everybody_can_read_is_bad);
	tcase_add_test(tcase, a_certificate_may_be_read_by_everybody);
	tcase_add_test(tcase, a_missing_secret_is_bad);
	tcase_add_test(tcase, a_secret_that_only_others_can_read_is_worth_a_look);
	tcase_add_test(tcase, a_secret_of_the_wrong_form_is_told_without_it);
	tcase_add_test(tcase, without_a_database_claimd_must_be_started);
	tcase_add_test(tcase, a_database_of_something_else_is_bad);
	tcase_add_test(tcase, a_folder_that_is_not_there_is_bad);
	tcase_add_test(tcase, room_on_the_disk_is_judged_in_two_steps);
	tcase_add_test(tcase, a_database_alone_is_looked_at_without_a_configuration);
}

static void add_sources(TCase *tcase)
{
	tcase_add_test(tcase, a_lockout_is_bad_and_says_why);
	tcase_add_test(tcase, a_pause_is_worth_a_look);
	tcase_add_test(tcase, silence_is_worth_a_look);
	tcase_add_test(tcase, the_last_answer_of_the_upstream_is_told);
	tcase_add_test(tcase, a_clock_that_differs_is_told_in_its_direction);
	tcase_add_test(tcase, a_source_that_was_never_called_is_told_its_url);
	tcase_add_test(tcase, what_is_pending_for_long_is_worth_a_look);
	tcase_add_test(tcase, open_gaps_are_counted_and_the_journal_is_what_helps);
	tcase_add_test(tcase, forgiven_callbacks_are_counted_by_what_was_forgiven);
	tcase_add_test(tcase, what_came_before_the_last_hundred_thousand_is_forgotten);
	tcase_add_test(tcase, callbacks_that_needed_no_forgiving_are_not_told);
	tcase_add_test(tcase, configuration_and_database_need_not_know_the_same_sources);
}

Suite *suite(void)
{
	Suite *suite = suite_create("doctor");
	TCase *form = tcase(suite, "form");

	add_files(tcase(suite, "files"));
	add_sources(tcase(suite, "sources"));
	tcase_add_test(form, as_json_each_finding_is_an_object_and_advice_stands_where_it_is_needed);
	tcase_add_test(form, findings_that_cant_be_written_are_an_io_error);
	return suite;
}
