/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Databases as a shop has them after a long time: so many stored transitions, up to now.
 * For the benchmarks. What is in them went through the store's own verbs, for some hours of a shop's life; these hours are repeated
 * under other ids, names and times by SQL, under the file's own triggers, and the last hour is again the verbs' work. So all that
 * claimctl check-db looks for is as it should be.
 */
#ifndef CLAIMD_TESTS_BENCH_STOCK_H
#define CLAIMD_TESTS_BENCH_STOCK_H

#include <stdint.h>

#define STOCK_ERROR_SIZE 512
struct stock_error {
	char text[STOCK_ERROR_SIZE];
};

/* The least that there can be. */
#define STOCK_ROWS_MIN 10000

/* DIR/claimd-stock-ROWS.db; RET has room for PATH_MAX. */
void stock_path(const char *dir, int64_t rows, char *ret);

/* Makes that file with some ROWS transitions, unless there is one of this schema version that was made in the last half day. */
int stock_make(const char *dir, int64_t rows, struct stock_error *ret_error);

/* Makes COPY of it, for those who write. */
int stock_copy(const char *dir, int64_t rows, const char *copy, struct stock_error *ret_error);

#endif
