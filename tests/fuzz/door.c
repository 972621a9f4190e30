/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a door of the daemon needs.
 * Tests: listener layer.
 */
#include "tests/fuzz/door.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "loop/listen.h"
#include "tests/fuzz/fuzz.h"

static char folder[PATH_MAX];

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

static void remove_folder(void)
{
	(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_folder(void)
{
	const char *parent = getenv("TMPDIR");

	(void)snprintf(folder, sizeof(folder), "%s/fuzz.XXXXXX", parent ? parent : "/tmp");
	FUZZ_REQUIRE(mkdtemp(folder) && atexit(remove_folder) == 0);
}

void door_open(struct door *door)
{
	struct store_error error;
	char *path = NULL;

	make_folder();
	FUZZ_REQUIRE(asprintf(&path, "%s/claimd.db", folder) > 0);
	log_open("fuzz", LOG_LEVEL_ERROR);
	FUZZ_REQUIRE(loop_new(&door->clock, &door->loop) == ERR_OK && store_open(path, &door->store, &error) == ERR_OK);
	FUZZ_REQUIRE(sqlite3_open(path, &door->other) == SQLITE_OK);
	door->peer.loop = door->loop;
	free(path);
}

void door_add_sources(struct door *door, const struct conf_source *confs, size_t n, struct listener_source *ret)
{
	for (size_t i = 0; i < n; i++) {
		const char *kind = conf_source_kind_text(confs[i].kind);
		struct source source;

		FUZZ_REQUIRE(store_begin(door->store) == ERR_OK);
		FUZZ_REQUIRE(store_source(door->store, kind, confs[i].name, (struct wall){ 1 }, &source) == ERR_OK);
		FUZZ_REQUIRE(store_commit(door->store) == ERR_OK);
		ret[i] = (struct listener_source){ source.id, &confs[i] };
	}
}

int door_listen(struct door *door)
{
	char where[ADDRESS_SIZE];
	int fd;

	FUZZ_REQUIRE((size_t)snprintf(where, sizeof(where), "unix:%s/socket", folder) < sizeof(where));
	FUZZ_REQUIRE(listen_open(where, &fd, door->peer.address) == ERR_OK);
	return fd;
}

void door_sql(struct door *door, const char *sql)
{
	FUZZ_REQUIRE(sqlite3_exec(door->other, sql, NULL, NULL, NULL) == SQLITE_OK);
}

int64_t door_count(struct door *door, const char *table)
{
	sqlite3_stmt *count;
	char sql[64];
	int64_t n;

	FUZZ_REQUIRE((size_t)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table) < sizeof(sql));
	FUZZ_REQUIRE(sqlite3_prepare_v2(door->other, sql, -1, &count, NULL) == SQLITE_OK && sqlite3_step(count) == SQLITE_ROW);
	n = sqlite3_column_int64(count, 0);
	FUZZ_REQUIRE(sqlite3_finalize(count) == SQLITE_OK);
	return n;
}
