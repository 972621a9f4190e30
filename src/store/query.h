/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection and its statements: bind in order, run, read in order, look for errors once.
 * Store layer, private to it: the only header there that knows SQLite. An error inside a transaction sticks until
 * its end: each later query does nothing and the commit fails with the first error.
 */
#ifndef CLAIMD_STORE_QUERY_H
#define CLAIMD_STORE_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "store/store.h"

enum stmt {
#define STMT(name, text) STMT_##name,
#include "store/stmt.def"
#undef STMT
	STMT_MAX,
};

struct store {
	sqlite3 *handle;
	sqlite3_stmt *prepared[STMT_MAX]; /* at first use */
	bool in_transaction;
	int failed;                       /* the transaction's first error */
	size_t n_messages;                /* that it has put into the outbox */
	int64_t asked_id;                 /* the source that it asked about last, whether transitions are forwarded; 0: none */
	bool forwards;                    /* and the answer */
	struct store_watch watch;
	char error[256];                  /* of the last failure, for the log */
};

/* A statement under way. Columns and parameters advance by themselves. */
struct query {
	struct store *store;
	sqlite3_stmt *stmt; /* NULL: failed to start, everything after is a no-op */
	int parameter;
	int column;
	int error;
};

struct query query_start(struct store *store, enum stmt stmt);

/* NUMBER_NONE, WALL_NONE, NULL and "" are SQL NULL. Texts must live until query_run() or query_end(). */
void query_bind_number(struct query *query, int64_t number);
void query_bind_time(struct query *query, struct wall time);
void query_bind_text(struct query *query, const char *text);

/* Steps to the next row; false at the end and on errors. */
bool query_next(struct query *query);

/* The next column of the row: NULL reads as NUMBER_NONE, WALL_NONE, NULL or "". */
int64_t query_number(struct query *query);
struct wall query_time(struct query *query);
const char *query_text(struct query *query); /* valid until the next step */
void query_copy(struct query *query, char *ret, size_t size);

/* Ends the query, freeing the statement for its next use; returns its first error. */
int query_end(struct query *query);

/* For a statement without rows: steps and ends. */
int query_run(struct query *query);

/* Runs it, and fails its transaction, as a constraint would, unless it changed just one row. */
void query_run_once(struct query *query);

/* How many rows the last statement that was run changed. */
size_t query_changes(const struct store *store);

/* The nearest of our codes for an SQLite result code. */
int query_err(int sqlite_code);
/* Keeps what the connection's last failure was, in SQLite's words and, where the system has a reason, in its own. */
void query_note_error(struct store *store);
/* The same for one that could not even open PATH. */
void query_note_open_error(struct store *store, const char *path);

/* The text of a statement. */
const char *stmt_text(enum stmt stmt);

/* Runs SQL that stands in no table: pragmas and schema texts. */
int store_exec(struct store *store, const char *sql);

/* Whether the file is ours, or empty, and not of a newer claimd; a phrase in store->error when not. Writes nothing. */
int store_check_ours(struct store *store);

/* Brings the schema to this version and writes the reference tables. */
int store_migrate(struct store *store);

/* Whether a file that is opened for reading has just this version; a phrase in store->error when not. */
int store_check_version(struct store *store);

/* The schema version that this claimd reads and writes. */
#define STORE_SCHEMA_VERSION 4

#endif
