/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening and closing the file, and transactions.
 * Store layer.
 * The settings that make a commit durable stand here: WAL, synchronous=FULL.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "store/query.h"

/* In WAL mode FULL syncs the log at every commit: what is committed survives a power cut. */
static const char settings_sql[] = "PRAGMA journal_mode = WAL;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA foreign_keys = ON;";

/* What a statement needs to be undone by itself is kept in memory then, in pieces of a kilobyte. Otherwise each statement that a
 * trigger belongs to gets 64 KiB for it from the system and gives them back, which costs more than all else that it does. Not
 * while migrating, which may sort more than fits into memory. */
static const char temporary_sql[] = "PRAGMA temp_store = MEMORY;";

/* Whoever puts in order a log that was left behind, or is the last one to close the file, has it for itself meanwhile. */
#define PATIENCE_MS 3000

struct store *store_close(struct store *store)
{
	if (!store)
		return NULL;
	for (size_t i = 0; i < STMT_MAX; i++)
		sqlite3_finalize(store->prepared[i]);
	sqlite3_close(store->handle);
	free(store);
	return NULL;
}

static int fail(const struct store *store, const char *path, int r, struct store_error *ret_error)
{
	const char *words = store && store->error[0] ? store->error : err_text(r);

	if (ret_error)
		snprintf(ret_error->text, sizeof(ret_error->text), "%s: %s", path, words);
	return r;
}

static int open_handle(const char *path, int flags, struct store **ret)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return ERR_NOMEM;
	/* Nobody asks SQLite how much memory it has taken, which it counts behind a lock at each allocation. Of effect before the first
	 * file is opened. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

	int r = sqlite3_open_v2(path, &store->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	*ret = store;
	if (r == SQLITE_OK)
		r = sqlite3_busy_timeout(store->handle, PATIENCE_MS);
	if (r == SQLITE_OK)
		return ERR_OK;
	if (store->handle)
		query_note_open_error(store, path);
	return query_err(r);
}

int store_open(const char *path, struct store **ret, struct store_error *ret_error)
{
	CLEANUP(store_cleanup) struct store *store = NULL;
	mode_t mask = umask(0027);
	int r = open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &store);

	/* First of all: WAL mode would be written into the file of somebody else. */
	if (!r)
		r = store_check_ours(store);
	if (!r)
		r = store_exec(store, settings_sql);
	if (!r)
		r = store_migrate(store);
	if (!r)
		r = store_exec(store, temporary_sql);
	umask(mask);
	if (r)
		return fail(store, path, r, ret_error);
	/* From here on the loop has the patience. */
	sqlite3_busy_timeout(store->handle, 0);
	*ret = store;
	store = NULL;
	return ERR_OK;
}

int store_open_readonly(const char *path, struct store **ret, struct store_error *ret_error)
{
	CLEANUP(store_cleanup) struct store *store = NULL;

	if (access(path, F_OK) != 0)
		return fail(NULL, path, ERR_NOT_FOUND, ret_error);

	int r = open_handle(path, SQLITE_OPEN_READONLY, &store);

	if (!r)
		r = store_check_version(store);
	if (r)
		return fail(store, path, r, ret_error);
	*ret = store;
	store = NULL;
	return ERR_OK;
}

const char *store_path(const struct store *store)
{
	return sqlite3_db_filename(store->handle, "main");
}

const char *store_error_text(const struct store *store)
{
	return store->error;
}

void store_set_watch(struct store *store, const struct store_watch *watch)
{
	store->watch = watch ? *watch : (struct store_watch){ 0 };
}

static void tell_end(const struct store *store, int result, size_t n_messages)
{
	if (store->watch.on_end)
		store->watch.on_end(result, n_messages, store->watch.cls);
}

static void leave(struct store *store)
{
	if (sqlite3_get_autocommit(store->handle) == 0)
		sqlite3_exec(store->handle, "ROLLBACK", NULL, NULL, NULL);
	store->in_transaction = false;
	store->failed = ERR_OK;
}

int store_begin(struct store *store)
{
	/* What was to end the last one may have needed more memory than there was. */
	if (!store->in_transaction)
		leave(store);
	store->failed = ERR_OK;
	store->n_messages = 0;
	store->asked_id = 0;

	int r = store_exec(store, "BEGIN IMMEDIATE");

	store->in_transaction = r == ERR_OK;
	if (r)
		tell_end(store, r, 0);
	return r;
}

int store_failed(const struct store *store)
{
	return store->failed;
}

bool store_is_stuck(const struct store *store)
{
	return sqlite3_txn_state(store->handle, NULL) != SQLITE_TXN_NONE;
}

void store_rollback(struct store *store)
{
	int failed = store->failed;

	leave(store);
	if (failed)
		tell_end(store, failed, 0);
}

static int make_durable(struct store *store)
{
	if (store->watch.on_commit)
		store->watch.on_commit(store->watch.cls);
	return store_exec(store, "COMMIT");
}

int store_commit(struct store *store)
{
	int r = store->failed;

	if (!r)
		r = make_durable(store);
	leave(store);
	tell_end(store, r, r ? 0 : store->n_messages);
	return r;
}

static void move_fold(struct store *store, int64_t by)
{
	struct query q = query_start(store, STMT_FOLD_MOVE);

	query_bind_number(&q, by);
	query_run(&q);
}

int store_probe(struct store *store)
{
	int r = store_begin(store);

	if (r)
		return r;
	/* There and back: SQLite writes no page for a value that was never another. */
	move_fold(store, 1);
	move_fold(store, -1);
	return store_commit(store);
}

int store_data_version(struct store *store, int64_t *ret)
{
	struct query q = query_start(store, STMT_DATA_VERSION);
	int64_t version = query_next(&q) ? query_number(&q) : 0;
	int r = query_end(&q);

	if (r == ERR_OK)
		*ret = version;
	return r;
}

/* 0 when there is no log now. */
static int64_t log_bytes(const struct store *store)
{
	const char *database = sqlite3_db_filename(store->handle, "main");
	struct stat st;

	return stat(sqlite3_filename_wal(database), &st) == 0 ? st.st_size : 0;
}

int store_size(struct store *store, struct store_size *ret)
{
	struct query q = query_start(store, STMT_SIZE);
	struct store_size size = { 0 };

	if (query_next(&q)) {
		size.database_bytes = query_number(&q);
		size.free_bytes = query_number(&q);
	}
	size.log_bytes = log_bytes(store);
	int r = query_end(&q);

	if (r == ERR_OK)
		*ret = size;
	return r;
}
