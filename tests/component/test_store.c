/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store on a real file: opening, hints, shipments, the one door of state changes, and what the file itself refuses.
 * Component tests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/err.h"
#include "model/graph.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

/* --- Statements and schema ---------------------------------------------------------------------------------------- */

START_TEST(test_every_statement_prepares)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_msg(sqlite3_prepare_v2(bed.store->handle, stmt_text((enum stmt)_i), -1, &stmt, NULL) == SQLITE_OK, "%s: %s",
	              stmt_text((enum stmt)_i), sqlite3_errmsg(bed.store->handle));
	sqlite3_finalize(stmt);
}
END_TEST

START_TEST(test_file_is_durable_and_private)
{
	struct stat st;

	ck_assert_str_eq(bed_ask(&bed, "PRAGMA journal_mode"), "wal");
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA user_version"), "4");
	ck_assert_int_eq(stat(bed.path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);

	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v2(bed.store->handle, "PRAGMA synchronous", -1, &stmt, NULL);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(stmt, 0), 2);
	sqlite3_finalize(stmt);
	store_rollback(bed.store);
}
END_TEST

START_TEST(test_every_table_is_strict)
{
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
	                               " AND name NOT LIKE 'sqlite%' AND NOT strict"), "0");
}
END_TEST

/* Whether the file has the edge, by a statement that is prepared already. */
static bool stored_edge(sqlite3_stmt *stmt, const struct model *model, size_t from, size_t to)
{
	sqlite3_reset(stmt);
	sqlite3_bind_text(stmt, 1, model->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, model->statuses[from].name, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, model->statuses[to].name, -1, SQLITE_STATIC);
	return sqlite3_step(stmt) == SQLITE_ROW;
}

START_TEST(test_reference_tables_say_what_the_model_says)
{
	const struct model *model = models[_i];
	sqlite3_stmt *stmt = NULL;
	char sql[256];
	size_t n = 0;

	ck_assert_int_eq(sqlite3_prepare_v2(bed.store->handle, "SELECT 1 FROM status_edge WHERE model = ?1 AND from_status = ?2"
	                                    " AND to_status = ?3", -1, &stmt, NULL), SQLITE_OK);
	for (size_t from = 0; from < model->n_statuses; from++)
		for (size_t to = 0; to < model->n_statuses; to++) {
			bool edge = model_has_edge(model, (int)from, (int)to);

			ck_assert_msg(stored_edge(stmt, model, from, to) == edge, "%s to %s", model->statuses[from].name,
			              model->statuses[to].name);
			n += edge;
		}
	sqlite3_finalize(stmt);
	snprintf(sql, sizeof(sql), "SELECT (SELECT count(*) FROM status WHERE model = '%s') = %zu"
	         " AND (SELECT count(*) FROM status_edge WHERE model = '%s') = %zu", model->name, model->n_statuses, model->name, n);
	ck_assert_str_eq(bed_ask(&bed, sql), "1");
}
END_TEST

START_TEST(test_an_edge_keeps_its_certainty_and_a_derived_one_is_tolerated)
{
	ck_assert_str_eq(bed_ask(&bed, "SELECT certainty FROM status_edge WHERE model = 'dbs' AND from_status = 'PROCESSING/STARTED'"
	                               " AND to_status = 'CANCELLED/*'"), "documented");
	ck_assert_str_eq(bed_ask(&bed, "SELECT certainty FROM status_edge WHERE model = 'dbs' AND from_status = 'PROCESSING/*'"
	                               " AND to_status = 'CANCELLED/*'"), "tolerated");
}
END_TEST

START_TEST(test_reopening_keeps_what_is_stored)
{
	struct source again;

	bed_hint(&bed, "c1", at_s(0), at_s(1));
	bed_close(&bed);
	ck_assert_int_eq(store_open(bed.path, &bed.store, NULL), ERR_OK);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_source(bed.store, "delivery", "main", T0, &again), ERR_OK);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(again.id, bed.source.id);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "1");
}
END_TEST

START_TEST(test_newer_file_is_refused_and_untouched)
{
	struct store_error error;
	struct store *store = NULL;

	bed_close(&bed);
	ck_assert_ptr_null(bed_try(&bed, "PRAGMA user_version = 99; CREATE TABLE future (x)"));
	ck_assert_int_eq(store_open(bed.path, &store, &error), ERR_TOO_NEW);
	ck_assert_ptr_nonnull(strstr(error.text, "schema version 99"));
	ck_assert_ptr_nonnull(strstr(error.text, bed.path));
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA user_version"), "99");
	ck_assert_int_eq(store_open_readonly(bed.path, &store, &error), ERR_TOO_NEW);
}
END_TEST

START_TEST(test_foreign_database_is_refused)
{
	struct bed other = { .path = "" };
	struct store_error error;

	snprintf(other.path, sizeof(other.path), "%s/other.db", suite_tmpdir());
	ck_assert_ptr_null(bed_try(&other, "CREATE TABLE shop (x)"));
	ck_assert_int_eq(store_open(other.path, &other.store, &error), ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(error.text, "another program"));
	ck_assert_str_eq(bed_ask(&other, "SELECT count(*) FROM sqlite_schema"), "1");
}
END_TEST

START_TEST(test_text_file_is_refused)
{
	char path[300];
	struct store *store = NULL;
	struct store_error error;

	snprintf(path, sizeof(path), "%s/notes.txt", suite_tmpdir());

	FILE *file = fopen(path, "w");

	for (int i = 0; i < 200; i++)
		fputs("these are notes, not a database\n", file);
	fclose(file);
	ck_assert_int_eq(store_open(path, &store, &error), ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(error.text, "not a database"));
}
END_TEST

START_TEST(test_missing_places_are_said)
{
	struct store *store = NULL;
	struct store_error error;

	ck_assert_int_ne(store_open("/nonexistent/claimd.db", &store, &error), ERR_OK);
	ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/claimd.db"));
	ck_assert_int_eq(store_open_readonly("/nonexistent/claimd.db", &store, &error), ERR_NOT_FOUND);
}
END_TEST

static sqlite3 *holder;

/* As a reader does that puts a log in order which was left behind, or the last one that closes the file. */
static void hold_file(void)
{
	ck_assert_int_eq(sqlite3_open(bed.path, &holder), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(holder, "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM source", NULL, NULL, NULL),
	                 SQLITE_OK);
}

/* In place of SQLite's sleep: who waits finds the file free. */
static int let_go(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	sqlite3_close(holder);
	holder = NULL;
	return us;
}

START_TEST(test_who_opens_waits_while_another_has_the_file_for_itself)
{
	sqlite3_vfs patient = *sqlite3_vfs_find(NULL);
	CLEANUP(store_cleanup) struct store *reader = NULL;

	bed.store = store_close(bed.store);
	patient.zName = "patient";
	patient.xSleep = let_go;
	ck_assert_int_eq(sqlite3_vfs_register(&patient, 1), SQLITE_OK);
	hold_file();
	ck_assert_int_eq(store_open_readonly(bed.path, &reader, NULL), ERR_OK);
	ck_assert_ptr_null(holder);
	reader = store_close(reader);
	hold_file();
	ck_assert_int_eq(store_open(bed.path, &bed.store, NULL), ERR_OK);
	ck_assert_ptr_null(holder);
	bed.store = store_close(bed.store);
	sqlite3_vfs_unregister(&patient);
}
END_TEST

/* --- Transactions -------------------------------------------------------------------------------------------------- */

START_TEST(test_a_held_lock_is_busy_at_once)
{
	sqlite3 *other = NULL;

	ck_assert_int_eq(sqlite3_open(bed.path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store_begin(bed.store), ERR_BUSY);
	ck_assert_int_eq(store_probe(bed.store), ERR_BUSY);
	ck_assert_int_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store_probe(bed.store), ERR_OK);
	sqlite3_close(other);
}
END_TEST

START_TEST(test_the_probe_tells_of_a_full_disk)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	const struct rlimit full = { 0, RLIM_INFINITY };

	ck_assert_int_eq(store_probe(bed.store), ERR_OK);
	signal(SIGXFSZ, SIG_IGN);
	/* Check writes to a file at each assertion, so there is none meanwhile. */
	setrlimit(RLIMIT_FSIZE, &full);

	int r = store_probe(bed.store);

	setrlimit(RLIMIT_FSIZE, &none);
	ck_assert_int_ne(r, ERR_OK);
	ck_assert_int_eq(store_probe(bed.store), ERR_OK);
}
END_TEST

START_TEST(test_lockouts_end_with_the_program)
{
	struct source source = bed.source;

	source.state = SOURCE_LOCKED_OUT;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_source_save(bed.store, &source, "HTTP 401", T0);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_sources"), "locked_out");
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_sources_unlock(bed.store);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state || coalesce(reason, '') FROM report_sources"), "ok");
}
END_TEST

START_TEST(test_a_failed_verb_undoes_its_transaction)
{
	const struct hint good = bed_blank(&bed);
	struct hint orphan = good;

	orphan.source_id = 4711;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_hint_add(bed.store, &good);
	store_hint_add(bed.store, &orphan);
	store_hint_add(bed.store, &good);
	ck_assert_int_eq(store_commit(bed.store), ERR_REFUSED);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM inbox"), "0");
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_hint_add(bed.store, &good);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM inbox"), "1");
}
END_TEST

/* --- The one door -------------------------------------------------------------------------------------------------- */

static void walk(const char *claim, const char *const *statuses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen seen = bed_seen(claim, statuses[i], (int64_t)i + 1, at_s((int64_t)i * 10));

		bed_apply(&bed, &seen, at_s((int64_t)i * 10 + 1), NULL);
	}
}

START_TEST(test_steps_become_transitions)
{
	static const char *const statuses[] = { "new", "estimating", "ready_for_approval", "accepted" };

	bed_hint(&bed, "c1", T0, T0);
	walk("c1", statuses, ARRAY_SIZE(statuses));
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(seq || ' ' || coalesce(from_status, '-') || '>' || to_status || ' '"
	                               " || verdict || ' ' || coalesce(seconds_in_from, '-'), ', ')"
	                               " FROM (SELECT * FROM report_transitions ORDER BY seq)"),
	                 "1 ->new first -, 2 new>estimating legal 10.0, 3 estimating>ready_for_approval legal 10.0, "
	                 "4 ready_for_approval>accepted legal 10.0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || phase || ' ' || held || ' ' || terminal FROM report_claims"),
	                 "accepted search 0 0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome || ' ' || closed_at FROM report_windows"),
	                 "met 2026-09-21T14:13:50.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT at FROM report_transitions WHERE seq = 1"), "2026-09-21T14:13:20.000000Z");
}
END_TEST

START_TEST(test_a_held_status_stands_beside_the_current_one)
{
	static const char *const statuses[] = { "new", "estimating", "cancelled" };
	struct seen seen = bed_seen("c1", "performer_lookup", 9, at_s(90));
	struct changes changes;

	bed_hint(&bed, "c1", T0, T0);
	walk("c1", statuses, ARRAY_SIZE(statuses));
	ck_assert_int_eq(bed_apply(&bed, &seen, at_s(91), &changes), DECISION_SUSPECT);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_violations"), "0");
	ck_assert_int_eq(bed_apply(&bed, &seen, at_s(92), &changes), DECISION_CHANGED);
	ck_assert_uint_eq(changes.violations, 1);
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || reported_status || ' ' || held FROM report_claims"),
	                 "cancelled performer_lookup 1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind || ' ' || from_status || ' ' || to_status || ' ' || state FROM report_violations"),
	                 "illegal_transition cancelled performer_lookup open");
	ck_assert_int_eq(bed_apply(&bed, &seen, at_s(93), &changes), DECISION_SAME);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_violations"), "1");
}
END_TEST

START_TEST(test_a_late_event_heals_gap_and_violation)
{
	struct seen estimating = bed_seen("c1", "estimating", 3, at_s(30));
	struct seen created = bed_seen("c1", "new", 1, at_s(10));
	struct seen early = bed_seen("c1", "performer_found", 9, at_s(90));
	struct seen draft = bed_seen("c1", "performer_draft", 8, at_s(80));
	struct changes changes;

	estimating.snapshot = created.snapshot = early.snapshot = draft.snapshot = false;
	estimating.operation_id = 3, created.operation_id = 1, early.operation_id = 9, draft.operation_id = 8;
	bed_hint(&bed, "c1", T0, T0);
	bed_apply(&bed, &created, at_s(91), NULL);
	bed_apply(&bed, &early, at_s(92), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT verdict FROM report_transitions WHERE to_status = 'performer_found'"), "gap");
	bed_apply(&bed, &draft, at_s(93), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT verdict FROM report_transitions WHERE to_status = 'performer_found'"), "legal");
	bed_apply(&bed, &estimating, at_s(94), &changes);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(to_status || ' ' || verdict, ', ') FROM"
	                               " (SELECT * FROM report_transitions ORDER BY seq)"),
	                 "new first, estimating legal, performer_draft gap, performer_found legal");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(DISTINCT seq) || ' ' || max(seq) FROM report_transitions"), "4 4");
}
END_TEST

START_TEST(test_prices_are_kept_when_they_change)
{
	static const char *const prices[] = { "100", "100", "120.5", "120.5" };

	bed_hint(&bed, "c1", T0, T0);
	for (size_t i = 0; i < ARRAY_SIZE(prices); i++) {
		struct seen seen = bed_seen("c1", "new", (int64_t)i + 1, at_s((int64_t)i));

		snprintf(seen.price, sizeof(seen.price), "%s", prices[i]);
		snprintf(seen.currency, sizeof(seen.currency), "RUB");
		bed_apply(&bed, &seen, at_s(5), NULL);
	}
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(price || ' ' || currency || ' ' || revision, ', ') FROM report_prices"),
	                 "100 RUB 1, 120.5 RUB 3");
	ck_assert_str_eq(bed_ask(&bed, "SELECT price || ' ' || currency FROM report_claims"), "120.5 RUB");
}
END_TEST

START_TEST(test_windows_expire_by_the_clock)
{
	static const char *const statuses[] = { "new", "estimating", "ready_for_approval" };
	struct deadline deadline[2];
	struct wall due;
	struct wall unwarned;
	size_t n = 0;

	bed_hint(&bed, "c1", T0, T0);
	walk("c1", statuses, ARRAY_SIZE(statuses));
	bed_settle(&bed, "c1", at_s(50));
	ck_assert_int_eq(store_next_deadlines(bed.store, bed.source.id, &due, &unwarned), ERR_OK);
	ck_assert_int_eq(due.us, at_s(620).us);
	ck_assert_int_eq(unwarned.us, at_s(620).us);
	ck_assert_str_eq(bed_ask(&bed, "SELECT approval_due_at FROM report_claims"), "2026-09-21T14:23:40.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT opened_at FROM report_windows"), "2026-09-21T14:13:40.000000Z");
	ck_assert_int_eq(store_deadlines_passed(bed.store, bed.source.id, wall_add(at_s(620), -1), deadline, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(store_deadlines_unwarned(bed.store, bed.source.id, at_s(620), deadline, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(deadline[0].kind, "approval");
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_window_warn(bed.store, &deadline[0], 0, at_s(620));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(store_deadlines_unwarned(bed.store, bed.source.id, at_s(620), deadline, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(store_deadlines_passed(bed.store, bed.source.id, at_s(620), deadline, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_window_expire(bed.store, &deadline[0], at_s(621));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome || ' ' || closed_at FROM report_windows"),
	                 "expired 2026-09-21T14:23:40.000000Z");
	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, T0, &due), ERR_OK);
	ck_assert_int_eq(due.us, at_s(621).us);
}
END_TEST

START_TEST(test_a_large_point_id_survives)
{
	struct seen seen = bed_seen("c1", "new", 1, at_s(1));

	seen.point_id = INT64_MAX;
	seen.operation_id = INT64_C(9007199254740993);
	bed_hint(&bed, "c1", T0, T0);
	bed_apply(&bed, &seen, at_s(2), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT current_point_id FROM report_claims"), "9223372036854775807");
	ck_assert_str_eq(bed_ask(&bed, "SELECT operation_id FROM report_transitions"), "9007199254740993");
}
END_TEST

/* --- What the file refuses, whoever writes ------------------------------------------------------------------------- */

#define HISTORY_INSERT                                                                                                   \
	"INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict,"         \
	" from_status, seq) VALUES "

static void assert_refused(const char *sql, const char *why)
{
	const char *words = bed_try(&bed, sql);

	ck_assert_msg(words != NULL, "accepted: %s", sql);
	ck_assert_msg(strstr(words, why) != NULL, "%s: %s", sql, words);
}

START_TEST(test_triggers_guard_the_graph)
{
	static const char *const statuses[] = { "new", "estimating" };

	bed_hint(&bed, "c1", T0, T0);
	walk("c1", statuses, ARRAY_SIZE(statuses));
	assert_refused(HISTORY_INSERT "(1, 9, 9, 9, 9, 'manual', 'delivered', 0, 'legal', 'estimating', 3)", "no such edge");
	assert_refused("UPDATE history SET verdict = 'legal', from_status = 'delivered' WHERE id = 2", "no such edge");
	assert_refused("UPDATE history SET status = 'delivered' WHERE id = 2", "never rewritten");
	assert_refused("UPDATE shipment SET status = 'delivered'", "last applied history row");
	assert_refused("UPDATE shipment SET status = 'new'", "last applied history row");
	assert_refused("UPDATE shipment SET status = NULL", "last applied history row");
	assert_refused("INSERT INTO shipment (source_id, model, external_id, status, first_seen_us, via)"
	               " VALUES (1, 'claims', 'x', 'new', 1, 'manual')", "needs a history row");
	ck_assert_ptr_null(bed_try(&bed, HISTORY_INSERT "(1, 9, 9, 9, 9, 'manual', 'cancelled', 0, 'legal', 'estimating', 3);"
	                                 "UPDATE shipment SET status = 'cancelled'"));
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

static void add_loop(Suite *suite, const char *name, const TTest *test, int n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, n);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("store");
	const TTest *const opening[] = {
		test_file_is_durable_and_private, test_every_table_is_strict,
		test_an_edge_keeps_its_certainty_and_a_derived_one_is_tolerated,
		test_reopening_keeps_what_is_stored, test_newer_file_is_refused_and_untouched, test_foreign_database_is_refused,
		test_text_file_is_refused, test_missing_places_are_said, test_who_opens_waits_while_another_has_the_file_for_itself,
	};
	const TTest *const transactions[] = {
		test_a_held_lock_is_busy_at_once, test_the_probe_tells_of_a_full_disk, test_a_failed_verb_undoes_its_transaction,
		test_lockouts_end_with_the_program,
	};
	const TTest *const door[] = {
		test_steps_become_transitions, test_a_held_status_stands_beside_the_current_one, test_a_late_event_heals_gap_and_violation,
		test_prices_are_kept_when_they_change, test_windows_expire_by_the_clock, test_a_large_point_id_survives,
	};
	const TTest *const guards[] = { test_triggers_guard_the_graph };

	add_loop(suite, "statements", test_every_statement_prepares, STMT_MAX);
	add_loop(suite, "reference", test_reference_tables_say_what_the_model_says, MODEL_MAX);
	add(suite, "opening", opening, ARRAY_SIZE(opening));
	add(suite, "transactions", transactions, ARRAY_SIZE(transactions));
	add(suite, "door", door, ARRAY_SIZE(door));
	add(suite, "guards", guards, ARRAY_SIZE(guards));
	return suite;
}
