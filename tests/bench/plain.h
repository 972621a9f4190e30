/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit that page_store() is held against: the same events as plain prepared statements, by a program that knows
 * beforehand what the store has to look up and to judge.
 * For the benchmarks; goes straight to SQLite, past the store.
 */
#ifndef CLAIMD_TESTS_BENCH_PLAIN_H
#define CLAIMD_TESTS_BENCH_PLAIN_H

#include "bench/stream.h"

struct plain;

/* Opens a file that store_open() made and that is closed again, with the store's settings. SOURCE_ID: whose claims they are. */
int plain_open(const char *path, int64_t source_id, struct plain **ret);
struct plain *plain_close(struct plain *plain); /* takes NULL, returns NULL */

/* In one transaction: for each event an INSERT into history and an UPDATE of its shipment's row, for each first one an
 * INSERT of that row. Indices, triggers and foreign keys do their work. ERR_IO; plain_error_text() says more. */
int plain_store(struct plain *plain, const struct stream_page *page, struct wall now);

const char *plain_error_text(const struct plain *plain);
/* Of the SQLite that is linked: "3.40.1". */
const char *plain_sqlite_version(void);

#endif
