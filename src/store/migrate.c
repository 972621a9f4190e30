/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema's versions, and the reference tables that the models write.
 * Store layer. PRAGMA user_version counts the migrations that a file has had; one transaction each.
 * A file of a newer claimd is refused before anything is written.
 */
#include <stdio.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/graph.h"
#include "store/query.h"
#include "store/store.h"

/* "clmd": PRAGMA application_id tells our files from others' (and file(1) can too). */
#define APPLICATION_ID INT64_C(0x636c6d64)
#define APPLICATION_ID_SQL "PRAGMA application_id = 0x636c6d64"

static const char schema_1[] =
#include "store/schema.sql.h"
	;

static const char schema_2[] =
#include "store/schema-2.sql.h"
	;

static const char schema_3[] =
#include "store/schema-3.sql.h"
	;

static const char schema_4[] =
#include "store/schema-4.sql.h"
	;

static const char views[] =
#include "store/views.sql.h"
	;

/* migrations[N] leads from version N to N + 1. A released one is never edited. */
static const char *const migrations[] = {
	schema_1,
	schema_2,
	schema_3,
	schema_4,
};
_Static_assert(ARRAY_SIZE(migrations) == STORE_SCHEMA_VERSION, "one migration a version");

static int read_pragma(struct store *store, const char *sql, int64_t *ret)
{
	sqlite3_stmt *stmt = NULL;
	int r = sqlite3_prepare_v2(store->handle, sql, -1, &stmt, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_step(stmt);
	if (r == SQLITE_ROW)
		*ret = sqlite3_column_int64(stmt, 0);
	else
		query_note_error(store);
	sqlite3_finalize(stmt);
	return query_err(r);
}

/* The file's version, 0 for an empty file. */
static int read_version(struct store *store, int64_t *ret)
{
	int64_t application = 0;
	int64_t tables = 0;
	int64_t version = 0;
	int r = read_pragma(store, "PRAGMA user_version", &version);

	if (!r)
		r = read_pragma(store, "PRAGMA application_id", &application);
	if (!r)
		r = read_pragma(store, "SELECT count(*) FROM sqlite_schema", &tables);
	if (r)
		return r;
	if (tables > 0 && application != APPLICATION_ID) {
		snprintf(store->error, sizeof(store->error), "is a database of another program, not of claimd");
		return ERR_CORRUPT;
	}
	if (version > STORE_SCHEMA_VERSION) {
		snprintf(store->error, sizeof(store->error),
		         "has schema version %lld, written by a newer claimd; this one knows up to %d",
		         (long long)version, STORE_SCHEMA_VERSION);
		return ERR_TOO_NEW;
	}
	*ret = version;
	return ERR_OK;
}

int store_check_ours(struct store *store)
{
	int64_t version;

	return read_version(store, &version);
}

int store_check_version(struct store *store)
{
	int64_t version = 0;
	int r = read_version(store, &version);

	if (!r && version < STORE_SCHEMA_VERSION) {
		snprintf(store->error, sizeof(store->error),
		         "has schema version %lld, this program reads %d; start claimd once to bring it up to date",
		         (long long)version, STORE_SCHEMA_VERSION);
		return ERR_CORRUPT;
	}
	return r;
}

/* The views are those of the last version, and come with it: earlier, each change of a table would read all of them again. */
static int migrate_one(struct store *store, int64_t version)
{
	char set_version[64];

	snprintf(set_version, sizeof(set_version), "PRAGMA user_version = %lld", (long long)version + 1);

	int r = store_begin(store);

	if (!r)
		r = store_exec(store, APPLICATION_ID_SQL);
	if (!r)
		r = store_exec(store, migrations[version]);
	if (!r && version + 1 == STORE_SCHEMA_VERSION)
		r = store_exec(store, views);
	if (!r)
		r = store_exec(store, set_version);
	if (!r)
		return store_commit(store);
	store_rollback(store);
	return r;
}

static void write_status(struct store *store, const struct model *model, int status)
{
	struct query q = query_start(store, STMT_STATUS_ADD);

	query_bind_text(&q, model->name);
	query_bind_text(&q, model->statuses[status].name);
	query_bind_text(&q, phase_text(model->statuses[status].phase));
	query_bind_number(&q, model_is_terminal(model, status));
	query_run(&q);
}

/* An edge that follows from a stranger's status, and stands in no table, is only tolerated. */
static enum certainty edge_certainty(const struct model *model, int from, int to)
{
	for (size_t i = 0; i < model->n_edges; i++)
		if (model->edges[i].from == from && model->edges[i].to == to)
			return (enum certainty)model->edges[i].certainty;
	return CERTAINTY_TOLERATED;
}

static void write_edge(struct store *store, const struct model *model, int from, int to)
{
	if (!model_has_edge(model, from, to))
		return;

	struct query q = query_start(store, STMT_STATUS_EDGE_ADD);

	query_bind_text(&q, model->name);
	query_bind_text(&q, model->statuses[from].name);
	query_bind_text(&q, model->statuses[to].name);
	query_bind_text(&q, certainty_text(edge_certainty(model, from, to)));
	query_run(&q);
}

static void write_model(struct store *store, const struct model *model)
{
	int n = (int)model->n_statuses;

	for (int status = 0; status < n; status++)
		write_status(store, model, status);
	for (int from = 0; from < n; from++)
		for (int to = 0; to < n; to++)
			write_edge(store, model, from, to);
}

static void clear(struct store *store, enum stmt stmt)
{
	struct query q = query_start(store, stmt);

	query_run(&q);
}

/* Written anew at each start, so that the file always says what this program enforces. */
static int write_reference(struct store *store)
{
	int r = store_begin(store);

	if (r)
		return r;
	clear(store, STMT_STATUS_EDGE_CLEAR);
	clear(store, STMT_STATUS_CLEAR);
	for (size_t i = 0; i < MODEL_MAX; i++)
		write_model(store, models[i]);
	return store_commit(store);
}

int store_migrate(struct store *store)
{
	int64_t version = 0;
	int r = read_version(store, &version);

	while (!r && version < STORE_SCHEMA_VERSION)
		r = migrate_one(store, version++);
	return r ? r : write_reference(store);
}
