/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A backlog of hints in a database, as a long outage of the upstream leaves it behind.
 * For the benchmarks.
 */
#ifndef CLAIMD_TESTS_BENCH_BACKLOG_H
#define CLAIMD_TESTS_BENCH_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

enum backlog {
	BACKLOG_UNFOLDED, /* in the inbox alone */
	BACKLOG_DUE,      /* folded into their claims, whose reads are due */
};

/* Adds hints about claims "c1" to "cN", and closes the file orderly. */
int backlog_add(const char *path, size_t n, enum backlog kind);

/* The same, unfolded, but the file is left as by kill -9, with all of them in its write-ahead log. */
int backlog_add_in_log(const char *path, size_t n);

/* How many hints are not folded, and how many claims wait for a read. */
int backlog_left(const char *path, long long *ret_unfolded, long long *ret_owed);

#endif
