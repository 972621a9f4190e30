/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statements by name, typed binding and reading, and errors that stick to their transaction.
 * Store layer. The one place that prepares, binds, steps and reads columns.
 * Knows no table.
 */
#include "store/query.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "model/seen.h"

static const char *const stmt_texts[] = {
#define STMT(name, text) [STMT_##name] = text,
#include "store/stmt.def"
#undef STMT
};

const char *stmt_text(enum stmt stmt)
{
	return stmt_texts[stmt];
}

int query_err(int sqlite_code)
{
	switch (sqlite_code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_CONSTRAINT:
		return ERR_REFUSED;
	default:
		return ERR_IO;
	}
}

/* Why PATH may not be written, or made, as an errno; 0: it may be. */
static int reason_of_path(const char *path)
{
	const char *name = strrchr(path, '/');
	char folder[PATH_MAX];

	if (access(path, W_OK) < 0 && errno != ENOENT)
		return errno;
	/* The log beside it is to be made, too. */
	snprintf(folder, sizeof(folder), "%.*s", name ? (int)(name - path) + 1 : 2, name ? path : "./");
	return access(folder, W_OK) < 0 ? errno : 0;
}

/* Why the system refused what SQLite has just tried, as an errno; 0: it is not the system's doing. LAST: errno. SQLite opens for
 * reading what it may not write, so that of such a file the last one says nothing. */
static int system_reason(sqlite3 *handle, const char *path, int last)
{
	switch (sqlite3_errcode(handle) & 0xff) {
	case SQLITE_IOERR:
		return last;
	case SQLITE_CANTOPEN:
		return last == ENOENT ? reason_of_path(path) : last;
	case SQLITE_READONLY:
		return reason_of_path(path);
	default:
		return 0;
	}
}

void query_note_open_error(struct store *store, const char *path)
{
	int reason = system_reason(store->handle, path, errno);

	snprintf(store->error, sizeof(store->error), "%s%s%s", sqlite3_errmsg(store->handle), reason ? ": " : "",
	         reason ? strerror(reason) : "");
}

void query_note_error(struct store *store)
{
	query_note_open_error(store, store_path(store));
}

/* Keeps the first error of the query, of its transaction, and SQLite's words for it. */
static void query_fail(struct query *query, int sqlite_code)
{
	struct store *store = query->store;

	if (query->error)
		return;
	query->error = query_err(sqlite_code);
	query_note_error(store);
	if (store->in_transaction && !store->failed)
		store->failed = query->error;
}

struct query query_start(struct store *store, enum stmt stmt)
{
	struct query query = { .store = store };

	if (store->failed) {
		query.error = store->failed;
		return query;
	}
	if (!store->prepared[stmt]) {
		int r = sqlite3_prepare_v3(store->handle, stmt_texts[stmt], -1, SQLITE_PREPARE_PERSISTENT,
		                           &store->prepared[stmt], NULL);

		if (r != SQLITE_OK) {
			query_fail(&query, r);
			return query;
		}
	}
	query.stmt = store->prepared[stmt];
	return query;
}

static void query_bound(struct query *query, int sqlite_code)
{
	if (sqlite_code != SQLITE_OK)
		query_fail(query, sqlite_code);
}

void query_bind_number(struct query *query, int64_t number)
{
	if (!query->stmt)
		return;
	query->parameter++;
	/* What is not bound is NULL. */
	if (number != NUMBER_NONE)
		query_bound(query, sqlite3_bind_int64(query->stmt, query->parameter, number));
}

void query_bind_time(struct query *query, struct wall time)
{
	_Static_assert(NUMBER_NONE == INT64_MIN, "WALL_NONE and NUMBER_NONE are both NULL");
	query_bind_number(query, time.us);
}

void query_bind_text(struct query *query, const char *text)
{
	if (!query->stmt)
		return;
	query->parameter++;
	if (text && text[0])
		query_bound(query, sqlite3_bind_text(query->stmt, query->parameter, text, -1, SQLITE_STATIC));
}

bool query_next(struct query *query)
{
	if (!query->stmt || query->error)
		return false;

	int r = sqlite3_step(query->stmt);

	query->column = 0;
	if (r != SQLITE_ROW && r != SQLITE_DONE)
		query_fail(query, r);
	return r == SQLITE_ROW;
}

int64_t query_number(struct query *query)
{
	int column = query->column++;

	if (sqlite3_column_type(query->stmt, column) == SQLITE_NULL)
		return NUMBER_NONE;
	return sqlite3_column_int64(query->stmt, column);
}

struct wall query_time(struct query *query)
{
	return (struct wall){ query_number(query) };
}

const char *query_text(struct query *query)
{
	return (const char *)sqlite3_column_text(query->stmt, query->column++);
}

void query_copy(struct query *query, char *ret, size_t size)
{
	const char *text = query_text(query);

	snprintf(ret, size, "%s", text ? text : "");
}

int query_end(struct query *query)
{
	if (query->stmt) {
		sqlite3_reset(query->stmt);
		sqlite3_clear_bindings(query->stmt);
		query->stmt = NULL;
	}
	return query->error;
}

int query_run(struct query *query)
{
	while (query_next(query))
		continue;
	return query_end(query);
}

void query_run_once(struct query *query)
{
	struct store *store = query->store;

	if (query_run(query) != ERR_OK || query_changes(store) == 1)
		return;
	store->failed = ERR_REFUSED;
	snprintf(store->error, sizeof(store->error), "no such row, or not in the state that is to be left");
}

size_t query_changes(const struct store *store)
{
	return (size_t)sqlite3_changes64(store->handle);
}

int store_exec(struct store *store, const char *sql)
{
	int r = sqlite3_exec(store->handle, sql, NULL, NULL, NULL);

	if (r != SQLITE_OK)
		query_note_error(store);
	return query_err(r);
}
