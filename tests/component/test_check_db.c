/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl check-db: each thing that must hold is broken once, behind the triggers' back, and is found.
 * Component tests.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "ctl_world.h"
#include "store/resolve.h"
#include "suite.h"

static void execute(const char *sql)
{
	sqlite3 *handle = NULL;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, &error) == SQLITE_OK, "%s: %s", sql, error);
	sqlite3_close(handle);
}

START_TEST(of_a_good_database_all_holds)
{
	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ck_assert_int_eq(run.status, 0);
	ck_assert_str_eq(run.err, "");
	ctl_world_expect_begin(run.out, "ok  parts          each table, index, trigger and view is there\n"
	                                "ok  pages          the file is whole, and so is each index\n");
	ctl_world_expect_not_in(run.out, "bad");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(it_holds_of_an_empty_database_too)
{
	execute("DELETE FROM price; DELETE FROM window; DELETE FROM violation; DELETE FROM history; DELETE FROM shipment;"
	        "DELETE FROM inbox");

	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ck_assert_msg(run.status == 0, "%s", run.out);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(it_holds_while_somebody_writes)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_see(store, ctl_world_hear(store, "main", "later"), "new", 1);

	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ck_assert_msg(run.status == 0, "%s%s", run.out, run.err);
	ctl_world_run_done(&run);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}
END_TEST

/* An operator's ruling on the violation of "jumped". */
static void resolve(bool adopt)
{
	struct store *store = ctl_world_open_store();
	struct act_refusal refusal;
	bool done = false;
	const struct resolution resolution = {
		.violation_id = 1,
		.adopt = adopt,
		.by = "uid:0",
		.policy = POLICY_HOLD,
		.now = ctl_world_time(600),
		.upstream_now = ctl_world_time(600),
	};

	ck_assert_int_eq(store_begin(store), 0);
	ck_assert_int_eq(store_violation_resolve(store, &resolution, &done, &refusal), 0);
	ck_assert_msg(done, "%s", refusal.message);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

START_TEST(it_holds_whatever_an_operator_rules)
{
	resolve(_i == 1);

	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ck_assert_msg(run.status == 0, "%s%s", run.out, run.err);
	ctl_world_run_done(&run);
}
END_TEST

static const struct fault {
	const char *sql;
	const char *subject;
	const char *words;
} faults[] = {
	{ "DROP TRIGGER history_legal_insert", "parts", "trigger history_legal_insert is missing" },
	{ "DROP INDEX window_open", "parts", "index window_open is missing" },
	{ "DROP VIEW report_claims", "parts", "view report_claims is missing" },
	{ "DROP INDEX history_order; PRAGMA writable_schema = ON;"
	  "INSERT INTO sqlite_schema VALUES ('index', 'history_order', 'history',"
	  " (SELECT rootpage FROM sqlite_schema WHERE name = 'shipment_due'), 'CREATE INDEX history_order ON history (shipment_id)')",
	  "pages", "row 1 missing from index history_order" },
	{ "PRAGMA foreign_keys = OFF; DELETE FROM source WHERE name = 'other'", "references",
	  "a row of shipment, number 5, refers to no row of source" },
	{ "DROP TRIGGER shipment_status_update; UPDATE shipment SET status = 'accepted' WHERE external_id = 'waits'", "statuses",
	  "claim waits of main is in accepted, but its last allowed step says ready_for_approval" },
	{ "DROP TRIGGER shipment_status_update; UPDATE shipment SET status = NULL WHERE external_id = '55000001'", "statuses",
	  "order 55000001 of shop is in no status, but its last allowed step says DELIVERY/DELIVERY_SERVICE_RECEIVED" },
	{ "UPDATE shipment SET reported_status = 'new' WHERE external_id = 'jumped'", "statuses",
	  "claim jumped of main was last seen in new, but its last step says performer_lookup" },
	{ "DELETE FROM status_edge WHERE to_status = 'returned_finish'", "histories",
	  "claim ended of main: step 2, from returned to returned_finish, counts as legal without an edge" },
	{ "DELETE FROM status_edge WHERE from_status = 'PROCESSING/STARTED' AND to_status LIKE 'DELIVERY/%'", "histories",
	  "order 55000001 of shop: step 2, from PROCESSING/STARTED to DELIVERY/DELIVERY_SERVICE_RECEIVED, counts as legal" },
	{ "UPDATE history SET seq = 3 WHERE seq = 2 AND shipment_id = (SELECT id FROM shipment WHERE external_id = 'ended')", "histories",
	  "claim ended of main: step 2 has the number 3" },
	{ "DROP TRIGGER history_legal_update; UPDATE history SET from_status = 'new' WHERE status = 'returned_finish'", "histories",
	  "claim ended of main: step 2 comes from new, but the allowed one before it led to returned" },
	{ "UPDATE source SET gaps_open = 3 WHERE name = 'other'", "histories", "other counts 3 open gaps, but its histories have 0" },
	{ "UPDATE counted SET history_id = 1000", "histories",
	  "main: how long its shipments stayed in returned is not counted as its histories have it" },
	{ "INSERT INTO stay SELECT s.id, 'claims', 'new', l.value, 1 FROM source s, json_each('[1000, 9e18, 8e18]') l WHERE name = 'other'",
	  "histories", "other: how long its shipments stayed in new is not counted as its histories have it" },
	{ "DELETE FROM violation WHERE history_id = (SELECT id FROM history WHERE status = 'performer_lookup')", "violations",
	  "claim jumped of main: step 2 is illegal without a violation" },
	{ "INSERT INTO violation (id, history_id, kind) SELECT 17, id, 'illegal_transition' FROM history WHERE status = 'returned'",
	  "violations", "violation 17 is open, but its step is first" },
	{ "INSERT INTO window (history_id, source_id, kind, opened_us, due_us, outcome)"
	  " SELECT id, 1, 'approval', 1, 2, 'open' FROM history WHERE status = 'returned'",
	  "windows", "claim ended of main: its window of kind approval is open, but belongs to a status that was left" },
	{ "UPDATE window SET closed_us = 1 WHERE outcome = 'open'", "windows",
	  "claim waits of main: its window of kind approval is open, but closed" },
	{ "UPDATE window SET outcome = 'met'", "windows", "claim waits of main: its window of kind approval is met, but was never closed" },
	{ "UPDATE source SET owed = 17 WHERE name = 'main'", "notifications", "main counts 17 that wait for a read, but there are " },
	{ "UPDATE fold SET inbox_id = 1000", "notifications", "notifications are taken in up to number 1000, but there were only 8" },
	{ "DELETE FROM fold", "notifications", "how far notifications are taken in is not known" },
	{ "UPDATE shipment SET served_id = hint_id + 1 WHERE external_id = 'ended'", "notifications",
	  "claim ended of main is read for notification 3, but the newest about it is 2" },
	{ "UPDATE shipment SET served_id = 0 WHERE external_id = 'ended'", "notifications",
	  "claim ended of main waits for no read, but has a notification that wants one" },
	{ "UPDATE shipment SET model = 'dbs' WHERE external_id = 'waits'", "models", "claim waits of main follows the graph dbs" },
	{ "PRAGMA ignore_check_constraints = ON;"
	  "INSERT INTO action (id, kind, requested_us, requested_by, state, finished_us) VALUES (7, 'prune', 1, 'uid:0', 'ended', 2)",
	  "actions", "action 7 is ended, but has no result" },
	{ "PRAGMA ignore_check_constraints = ON;"
	  "INSERT INTO action (id, kind, requested_us, requested_by, state) VALUES (8, 'prune', 1, 'uid:0', 'settling')",
	  "actions", "action 8 is settling, but nothing will be done about it" },
	{ "INSERT INTO outbox (id, channel, source_id, shipment_id, kind, message_id, summary, body, created_us)"
	  " VALUES (9, 'forward', 1, 1, 'transition', 'm', 's', '{}', 1)",
	  "outbox", "message 9 waits for an earlier one that is not there" },
};

/* A line of OUT that begins with "bad", is about SUBJECT and has WORDS. */
static bool is_told(const char *out, const struct fault *fault)
{
	char *copy = strdup(out);
	char *rest = NULL;
	bool told = false;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		told = told || (strncmp(line, "bad  ", 5) == 0 && strncmp(line + 5, fault->subject, strlen(fault->subject)) == 0 &&
		                strstr(line, fault->words));
	free(copy);
	return told;
}

START_TEST(what_does_not_hold_is_told_with_what_to_do)
{
	const struct fault *fault = &faults[_i];

	execute(fault->sql);

	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ck_assert_msg(run.status == EX_DATAERR, "exit status %d: %s%s", run.status, run.out, run.err);
	ck_assert_msg(is_told(run.out, fault), "no \"%s\" in:\n%s", fault->words, run.out);
	ctl_world_expect_in(run.out, "Restore a backup, as RESTORING in claimctl(1) says");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(of_many_faults_the_first_are_shown)
{
	execute("DELETE FROM violation; DELETE FROM window; DROP TRIGGER shipment_status_update; UPDATE shipment SET status = NULL");

	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ctl_world_expect_in(run.out, "; and 3 more. Restore");
	ctl_world_run_done(&run);
}
END_TEST

/* The byte of the file at which an index's root page begins. */
static off_t find_page(const char *index)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(handle, "SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size"
	                                            " WHERE name = ?1", -1, &stmt, NULL), SQLITE_OK);
	sqlite3_bind_text(stmt, 1, index, -1, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);

	off_t at = (off_t)sqlite3_column_int64(stmt, 0);

	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return at;
}

START_TEST(damaged_pages_are_told_beside_what_still_holds)
{
	off_t at = find_page("price_shipment");
	int fd = open(ctl_world_path(), O_WRONLY);

	ck_assert_int_eq(pwrite(fd, "damage", 6, at), 6);
	close(fd);

	struct ctl_world_run run = ctl_world_run("check-db --db @");

	ck_assert_int_eq(run.status, EX_DATAERR);
	ctl_world_expect_in(run.out, "\nbad  pages ");
	ctl_world_expect_in(run.out, "\nok   outbox ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_is_an_array_of_findings)
{
	struct ctl_world_run run = ctl_world_run("check-db --db @ --json");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "[\n{\"level\":\"ok\",\"subject\":\"parts\","
	                                "\"finding\":\"each table, index, trigger and view is there\",\"advice\":null},\n");
	ctl_world_run_done(&run);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("check-db");
	TCase *tcase = tcase_create("check-db");

	tcase_add_checked_fixture(tcase, ctl_world_setup_both, ctl_world_teardown);
	tcase_add_test(tcase, of_a_good_database_all_holds);
	tcase_add_test(tcase, it_holds_of_an_empty_database_too);
	tcase_add_test(tcase, it_holds_while_somebody_writes);
	tcase_add_loop_test(tcase, it_holds_whatever_an_operator_rules, 0, 2);
	tcase_add_loop_test(tcase, what_does_not_hold_is_told_with_what_to_do, 0, ARRAY_SIZE(faults));
	tcase_add_test(tcase, of_many_faults_the_first_are_shown);
	tcase_add_test(tcase, damaged_pages_are_told_beside_what_still_holds);
	tcase_add_test(tcase, json_is_an_array_of_findings);
	suite_add_tcase(suite, tcase);
	return suite;
}
