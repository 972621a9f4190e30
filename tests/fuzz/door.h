/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a door of the daemon needs to stand in this process: a loop, a database with sources, a socket; and who knocks.
 * Tests: listener layer. One of all, for as long as the process lives.
 */
#ifndef CLAIMD_TESTS_FUZZ_DOOR_H
#define CLAIMD_TESTS_FUZZ_DOOR_H

#include <sqlite3.h>

#include "listener/listener.h"
#include "tests/fuzz/http_peer.h"

struct door {
	struct clock clock;
	struct loop *loop;
	struct store *store;
	sqlite3 *other;        /* another program, which sees what is committed, and nothing else */
	struct http_peer peer; /* who knocks */
	struct buf answers;    /* what it got last */
};

/* In a folder that goes at the end of the process, with all that is in it. */
void door_open(struct door *door);

/* Makes a row for each of CONFS, and writes which to RET. */
void door_add_sources(struct door *door, const struct conf_source *confs, size_t n, struct listener_source *ret);

/* A listening Unix socket, which the peer will connect to. */
int door_listen(struct door *door);

/* As another program: runs SQL; counts the rows of a table. */
void door_sql(struct door *door, const char *sql);
int64_t door_count(struct door *door, const char *table);

#endif
