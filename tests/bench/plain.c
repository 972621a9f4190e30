/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain inserts.
 * Benchmarks. Reads nothing, judges nothing, and looks at no window: the least that ends in the same rows of
 * history and shipment.
 */
#include "bench/plain.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/err.h"

/* When an open claim is read next: half an hour after its last event, on a grid, as the store's default has it. */
#define SWEEP_US (1800 * USEC_PER_SEC)
#define SWEEP_GRID_US (SWEEP_US / 16)

static const char settings_sql[] = "PRAGMA journal_mode = WAL;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA foreign_keys = ON;";

static const char claim_sql[] =
	"INSERT INTO shipment (id, source_id, model, external_id, first_seen_us, via) VALUES (?1, ?2, 'claims', ?3, ?4, 'journal')";

static const char step_sql[] =
	"INSERT INTO history (shipment_id, revision, updated_us, operation_id, at_us, seen_us, via, status, adopted, verdict,"
	" from_status, from_us, seq) VALUES (?1, ?2, ?3, ?4, ?3, ?5, 'journal', ?6, 0, iif(?7 IS NULL, 'first', 'legal'), ?7, ?8, ?9)";

static const char state_sql[] =
	"UPDATE shipment SET status = ?2, entered_us = ?3, reported_status = ?2, revision = ?4, updated_us = ?3, due_us = ?5"
	" WHERE id = ?1";

struct plain {
	sqlite3 *handle;
	sqlite3_stmt *claim;
	sqlite3_stmt *step;
	sqlite3_stmt *state;
	int64_t source_id;
};

static int run_sql(struct plain *plain, const char *sql)
{
	return sqlite3_exec(plain->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : ERR_IO;
}

static int prepare(struct plain *plain, const char *sql, sqlite3_stmt **ret)
{
	int r = sqlite3_prepare_v3(plain->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);

	return r == SQLITE_OK ? ERR_OK : ERR_IO;
}

int plain_open(const char *path, int64_t source_id, struct plain **ret)
{
	struct plain *plain = calloc(1, sizeof(*plain));
	int r;

	if (!plain)
		return ERR_NOMEM;
	plain->source_id = source_id;
	r = sqlite3_open_v2(path, &plain->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ? ERR_IO : ERR_OK;
	r = r ? r : run_sql(plain, settings_sql);
	r = r ? r : prepare(plain, claim_sql, &plain->claim);
	r = r ? r : prepare(plain, step_sql, &plain->step);
	r = r ? r : prepare(plain, state_sql, &plain->state);
	if (r) {
		plain_close(plain);
		return r;
	}
	*ret = plain;
	return ERR_OK;
}

struct plain *plain_close(struct plain *plain)
{
	if (!plain)
		return NULL;
	sqlite3_finalize(plain->claim);
	sqlite3_finalize(plain->step);
	sqlite3_finalize(plain->state);
	sqlite3_close(plain->handle);
	free(plain);
	return NULL;
}

static void bind_time(sqlite3_stmt *stmt, int parameter, struct wall time)
{
	if (wall_is_set(time))
		sqlite3_bind_int64(stmt, parameter, time.us);
	else
		sqlite3_bind_null(stmt, parameter);
}

static int run(sqlite3_stmt *stmt)
{
	int r = sqlite3_step(stmt);

	sqlite3_reset(stmt);
	return r == SQLITE_DONE ? ERR_OK : ERR_IO;
}

static int add_claim(struct plain *plain, const struct seen *seen, int64_t claim, struct wall now)
{
	sqlite3_bind_int64(plain->claim, 1, claim);
	sqlite3_bind_int64(plain->claim, 2, plain->source_id);
	sqlite3_bind_text(plain->claim, 3, seen->external_id, -1, SQLITE_STATIC);
	bind_time(plain->claim, 4, now);
	return run(plain->claim);
}

static int add_step(struct plain *plain, const struct seen *seen, const struct stream_place *place, struct wall now)
{
	sqlite3_bind_int64(plain->step, 1, place->claim);
	sqlite3_bind_int64(plain->step, 2, seen->key.revision);
	bind_time(plain->step, 3, seen->key.updated);
	sqlite3_bind_int64(plain->step, 4, seen->operation_id);
	bind_time(plain->step, 5, now);
	sqlite3_bind_text(plain->step, 6, seen->status, -1, SQLITE_STATIC);
	sqlite3_bind_text(plain->step, 7, place->from, -1, SQLITE_STATIC);
	bind_time(plain->step, 8, place->from_at);
	sqlite3_bind_int64(plain->step, 9, place->seq);
	return run(plain->step);
}

static int save_state(struct plain *plain, const struct seen *seen, const struct stream_place *place, struct wall now)
{
	struct wall due = { (now.us + SWEEP_US + SWEEP_GRID_US - 1) / SWEEP_GRID_US * SWEEP_GRID_US };

	sqlite3_bind_int64(plain->state, 1, place->claim);
	sqlite3_bind_text(plain->state, 2, seen->status, -1, SQLITE_STATIC);
	bind_time(plain->state, 3, seen->key.updated);
	sqlite3_bind_int64(plain->state, 4, seen->key.revision);
	bind_time(plain->state, 5, place->last ? WALL_NONE : due);
	return run(plain->state);
}

int plain_store(struct plain *plain, const struct stream_page *page, struct wall now)
{
	int r = run_sql(plain, "BEGIN IMMEDIATE");

	for (size_t i = 0; !r && i < STREAM_PAGE; i++) {
		const struct seen *seen = &page->events[i].seen;
		const struct stream_place *place = &page->places[i];

		if (place->seq == 1)
			r = add_claim(plain, seen, place->claim, now);
		r = r ? r : add_step(plain, seen, place, now);
		r = r ? r : save_state(plain, seen, place, now);
	}
	return r ? r : run_sql(plain, "COMMIT");
}

const char *plain_error_text(const struct plain *plain)
{
	return sqlite3_errmsg(plain->handle);
}

const char *plain_sqlite_version(void)
{
	return sqlite3_libversion();
}
