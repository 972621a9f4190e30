/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The backlog.
 * Benchmarks.
 */
#include "bench/backlog.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/office.h"
#include "store/query.h"

#define BATCH 1000

static struct crowd_event event_of(size_t number, struct wall at)
{
	struct crowd_event event = {
		.seen = {
			.model = &model_claims, .key = { .revision = 1, .updated = at }, .campaign_id = NUMBER_NONE,
			.version = NUMBER_NONE, .point_id = NUMBER_NONE, .valid_until = WALL_NONE, .asked = WALL_NONE,
		},
	};

	snprintf(event.seen.external_id, sizeof(event.seen.external_id), "c%zu", number);
	return event;
}

static int ingest(struct office *office, size_t n)
{
	struct crowd_event *events = calloc(BATCH, sizeof(*events));
	int r = events ? ERR_OK : ERR_NOMEM;

	for (size_t done = 0; !r && done < n;) {
		size_t batch = 0;

		for (; batch < BATCH && done < n; batch++)
			events[batch] = event_of(++done, office_now(office));
		r = office_ingest(office, events, batch);
	}
	free(events);
	return r;
}

int backlog_add(const char *path, size_t n, enum backlog kind)
{
	CLEANUP(office_cleanup) struct office *office = NULL;
	int r = office_open(path, &office);

	r = r ? r : office_hurry(office);
	r = r ? r : ingest(office, n);
	return r || kind == BACKLOG_UNFOLDED ? r : office_fold(office);
}

static int add_and_die(const char *path, size_t n)
{
	struct office *office = NULL;
	int r = office_open(path, &office);

	r = r ? r : office_hurry(office);
	r = r ? r : store_exec(office_store(office), "PRAGMA wal_autocheckpoint = 0");
	return r ? r : ingest(office, n);
}

int backlog_add_in_log(const char *path, size_t n)
{
	int status = EXIT_FAILURE;
	pid_t child = fork();

	if (child == 0)
		_exit(add_and_die(path, n) ? EXIT_FAILURE : EXIT_SUCCESS);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return ERR_IO;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS ? ERR_OK : ERR_IO;
}

int backlog_left(const char *path, long long *ret_unfolded, long long *ret_owed)
{
	static const char sql[] = "SELECT (SELECT coalesce(max(id), 0) FROM inbox) - (SELECT inbox_id FROM fold), sum(owed) FROM source";
	sqlite3 *handle = NULL;
	sqlite3_stmt *stmt = NULL;
	int r = ERR_IO;

	if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
		*ret_unfolded = sqlite3_column_int64(stmt, 0);
		*ret_owed = sqlite3_column_int64(stmt, 1);
		r = ERR_OK;
	}
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return r;
}
