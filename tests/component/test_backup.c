/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl backup: what a copy is, and that nothing is left where none can be had.
 * Component tests: real files.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "ctl/target.h"
#include "ctl_world.h"
#include "store/backup.h"
#include "store/query.h"
#include "suite.h"

static const char *folder; /* of the backups */
static char *file;

static void setup(void)
{
	ctl_world_setup_both();
	folder = suite_tmpdir();
	ck_assert_int_gt(asprintf(&file, "%s/copy.db", folder), 0);
}

static void teardown(void)
{
	free(file);
	ctl_world_teardown();
}

static struct ctl_world_run run_backup(const char *name)
{
	struct ctl_world_run run;
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "backup --db @ %s", name), 0);
	run = ctl_world_run(line);
	free(line);
	return run;
}

static void expect_failure(const char *name, int status, const char *what)
{
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "backup --db @ %s", name), 0);
	ctl_world_expect_failure(line, status, what);
	free(line);
}

static void make_backup(void)
{
	struct ctl_world_run run = run_backup(file);

	ck_assert_msg(run.status == 0, "%s", run.err);
	ctl_world_run_done(&run);
}

/* The names in the folder of the backups, each followed by a space. */
static void expect_files(const char *want)
{
	struct buf found CLEANUP(buf_done) = { 0 };
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.')
			ck_assert_int_eq(buf_addf(&found, "%s ", entries[i]->d_name), 0);
		free(entries[i]);
	}
	free(entries);
	ck_assert_str_eq(found.data ? found.data : "", want);
}

/* The first column of the first row, as text; the caller's. */
static char *ask(const char *path, const char *sql)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(handle));
	sqlite3_step(stmt);
	char *answer = strdup(sqlite3_column_text(stmt, 0) ? (const char *)sqlite3_column_text(stmt, 0) : "");

	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return answer;
}

static void expect_answer(const char *path, const char *sql, const char *want)
{
	char *answer = ask(path, sql);

	ck_assert_str_eq(answer, want);
	free(answer);
}

static const char history_sql[] =
	"SELECT group_concat(external_id || seq || from_status || to_status || at || verdict) FROM"
	" (SELECT * FROM report_transitions ORDER BY source, external_id, seq)";

START_TEST(a_backup_is_a_whole_database_that_says_the_same)
{
	char *want = ask(ctl_world_path(), history_sql);
	struct stat status;

	make_backup();
	expect_answer(file, history_sql, want);
	expect_answer(file, "PRAGMA integrity_check", "ok");
	expect_answer(file, "PRAGMA journal_mode", "delete");
	ck_assert_int_eq(stat(file, &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0640);
	expect_files("copy.db ");
	free(want);
}
END_TEST

START_TEST(it_tells_what_the_backup_holds)
{
	struct ctl_world_run run = run_backup(file);

	ctl_world_expect_begin(run.out, file);
	ctl_world_expect_in(run.out, " MiB; claims and orders: 8; steps of their histories: 12\n");
	ctl_world_run_done(&run);

	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "--json %s", file), 0);
	run = run_backup(line);
	ctl_world_expect_begin(run.out, "{\"file\":\"");
	ctl_world_expect_in(run.out, "\"shipments\":8,\"steps\":12}\n");
	ctl_world_run_done(&run);
	free(line);
}
END_TEST

START_TEST(it_serves_as_the_database_again)
{
	struct store *store = NULL;
	struct store_error error;

	make_backup();
	ck_assert_msg(store_open(file, &store, &error) == 0, "%s", error.text);
	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_hear(store, "main", "later");
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}
END_TEST

START_TEST(a_newer_backup_takes_the_place_of_an_older_one)
{
	struct store *store = ctl_world_open_store();

	make_backup();
	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_hear(store, "main", "later");
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
	expect_answer(file, "SELECT count(*) FROM shipment", "8");
	make_backup();
	expect_answer(file, "SELECT count(*) FROM shipment", "9");
	expect_files("copy.db ");
}
END_TEST

START_TEST(it_neither_waits_for_a_writer_nor_takes_half_of_what_he_does)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_hear(store, "main", "later");
	make_backup();
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
	expect_answer(file, "SELECT count(*) FROM shipment", "8");
}
END_TEST

/* --- While somebody writes --- */

struct writer {
	struct store *store;
	int n;
};

static bool on_ask_write(void *cls)
{
	struct writer *writer = cls;
	char id[16];

	snprintf(id, sizeof(id), "late-%d", writer->n++);
	ck_assert_int_eq(store_begin(writer->store), 0);
	ctl_world_hear(writer->store, "main", id);
	ck_assert_int_eq(store_commit(writer->store), 0);
	return false;
}

static bool on_ask_stop(void *cls)
{
	(void)cls;
	return true;
}

static void make_empty(void)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0640);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static int copy(const struct backup_stop *stop, struct backup_content *ret, struct store_error *ret_error)
{
	struct store *store = NULL;

	make_empty();
	ck_assert_int_eq(store_open_readonly(ctl_world_path(), &store, NULL), 0);
	int r = store_backup(store, file, stop, ret, ret_error);

	store_close(store);
	return r;
}

START_TEST(nobody_who_writes_meanwhile_waits_and_his_rows_are_not_in_it)
{
	struct writer writer = { .store = ctl_world_open_store() };
	struct backup_content content;
	struct store_error error;

	ck_assert_msg(copy(&(struct backup_stop){ on_ask_write, &writer }, &content, &error) == 0, "%s", error.text);
	ck_assert_int_ge(writer.n, 1);
	ck_assert_int_eq(content.shipments, 8);
	expect_answer(file, "SELECT count(*) FROM shipment", "8");
	store_close(writer.store);
}
END_TEST

START_TEST(it_can_be_given_up)
{
	struct backup_content content;
	struct store_error error;

	ck_assert_int_eq(copy(&(struct backup_stop){ on_ask_stop, NULL }, &content, &error), ERR_REFUSED);
	ck_assert_str_eq(error.text, "it was given up");
}
END_TEST

START_TEST(every_table_is_counted)
{
	struct store *store = ctl_world_open_store();
	char tables[16];
	int n = 0;

	for (struct query q = query_start(store, STMT_TABLE_COUNTS); query_next(&q) || query_end(&q);)
		n++;
	snprintf(tables, sizeof(tables), "%d", n);
	expect_answer(ctl_world_path(), "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", tables);
	store_close(store);
}
END_TEST

/* --- What can't be written --- */

START_TEST(the_database_and_its_log_are_no_place_for_a_backup)
{
	struct store *store = ctl_world_open_store();
	char *log = NULL;

	ck_assert_int_eq(symlink(ctl_world_path(), file), 0);
	ck_assert_int_gt(asprintf(&log, "%s-wal", ctl_world_path()), 0);
	expect_failure("@", EX_USAGE, "belongs to the database itself");
	expect_failure(file, EX_USAGE, "belongs to the database itself");
	expect_failure(log, EX_USAGE, "belongs to the database itself");
	free(log);
	store_close(store);
}
END_TEST

START_TEST(a_database_in_use_is_none_either)
{
	sqlite3 *handle = NULL;

	make_backup();
	ck_assert_int_eq(sqlite3_open(file, &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, "PRAGMA journal_mode = WAL; DELETE FROM price", NULL, NULL, NULL), SQLITE_OK);
	expect_failure(file, EX_USAGE, "is a database in use");
	sqlite3_close(handle);
}
END_TEST

START_TEST(only_an_ordinary_file_is_replaced)
{
	expect_failure("/dev/null", EX_USAGE, "is no ordinary file");
	expect_failure(folder, EX_USAGE, "is no ordinary file");
	expect_files("");
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
	char *name = NULL;

	ck_assert_int_gt(asprintf(&name, "%s/nowhere/copy.db", folder), 0);
	expect_failure(name, EX_NOINPUT, "can't be written: No such file or directory");
	expect_files("");
	free(name);
}
END_TEST

START_TEST(without_room_the_older_one_stays_and_nothing_else)
{
	struct rlimit limit = { .rlim_cur = 65536, .rlim_max = RLIM_INFINITY };

	make_backup();
	char *want = ask(file, history_sql);

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_failure(file, EX_IOERR, "no backup was made: ");
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_files("copy.db ");
	expect_answer(file, history_sql, want);
	free(want);
}
END_TEST

START_TEST(of_a_damaged_database_there_is_no_backup_and_the_older_one_stays)
{
	make_backup();
	char *want = ask(file, history_sql);

	free(ask(ctl_world_path(), "PRAGMA wal_checkpoint(TRUNCATE)"));
	char *page = ask(ctl_world_path(), "SELECT (rootpage - 1) * 4096 FROM sqlite_schema WHERE name = 'history_order'");
	int fd = open(ctl_world_path(), O_WRONLY);

	ck_assert_int_eq(pwrite(fd, "damage", 6, strtol(page, NULL, 10) + 2), 6);
	close(fd);
	expect_failure(file, EX_DATAERR, "claimctl check-db");
	expect_files("copy.db ");
	expect_answer(file, history_sql, want);
	free(page);
	free(want);
}
END_TEST

/* In a process of its own, which does not survive it. */
static _Noreturn void be_interrupted(void)
{
	const struct console console = { .out = stdout, .err = stderr };
	struct target target;

	signal(SIGINT, SIG_DFL); /* Check has its own way with it */
	if (target_open(&console, file, ctl_world_path(), &target) != 0 || target_is_interrupted(&target))
		_exit(1);
	raise(SIGINT);
	if (!target_is_interrupted(&target) || access(target.temporary, F_OK) != 0)
		_exit(2);
	target_done(&target);
	_exit(3);
}

START_TEST(an_interrupt_ends_it_and_leaves_nothing)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		be_interrupted();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "status %x", status);
	expect_files("");
}
END_TEST

static _Noreturn void be_spared(void)
{
	const struct console console = { .out = stdout, .err = stderr };
	struct target target;

	signal(SIGHUP, SIG_IGN);
	if (target_open(&console, file, ctl_world_path(), &target) != 0)
		_exit(1);
	raise(SIGHUP);
	_exit(target_is_interrupted(&target) ? 2 : 0);
}

START_TEST(a_signal_that_is_ignored_ends_nothing)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		be_spared();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("backup");
	TCase *made = tcase_create("made");
	TCase *refused = tcase_create("refused");

	tcase_add_checked_fixture(made, setup, teardown);
	tcase_add_test(made, a_backup_is_a_whole_database_that_says_the_same);
	tcase_add_test(made, it_tells_what_the_backup_holds);
	tcase_add_test(made, it_serves_as_the_database_again);
	tcase_add_test(made, a_newer_backup_takes_the_place_of_an_older_one);
	tcase_add_test(made, it_neither_waits_for_a_writer_nor_takes_half_of_what_he_does);
	tcase_add_test(made, nobody_who_writes_meanwhile_waits_and_his_rows_are_not_in_it);
	tcase_add_test(made, it_can_be_given_up);
	tcase_add_test(made, every_table_is_counted);
	suite_add_tcase(suite, made);
	tcase_add_checked_fixture(refused, setup, teardown);
	tcase_add_test(refused, the_database_and_its_log_are_no_place_for_a_backup);
	tcase_add_test(refused, a_database_in_use_is_none_either);
	tcase_add_test(refused, only_an_ordinary_file_is_replaced);
	tcase_add_test(refused, a_folder_that_is_not_there_is_told);
	tcase_add_test(refused, without_room_the_older_one_stays_and_nothing_else);
	tcase_add_test(refused, of_a_damaged_database_there_is_no_backup_and_the_older_one_stays);
	tcase_add_test(refused, an_interrupt_ends_it_and_leaves_nothing);
	tcase_add_test(refused, a_signal_that_is_ignored_ends_nothing);
	suite_add_tcase(suite, refused);
	return suite;
}
