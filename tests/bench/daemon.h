/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real claimd over a given database, with one account of Delivery, "main", and, where it is wanted, a claimsim that knows given claims.
 * For the benchmarks.
 */
#ifndef CLAIMD_TESTS_BENCH_DAEMON_H
#define CLAIMD_TESTS_BENCH_DAEMON_H

#include "bench/bench.h"
#include "bench/child.h"

struct daemon;

struct daemon_plan {
	const char *database;
	const char *base_url; /* of the upstream; NULL: one that refuses all connections */
	bool journal;         /* is read */
};

/* Starts claimd and comes back when it is ready. */
int daemon_start(const struct bench *bench, const struct daemon_plan *plan, struct daemon **ret);
/* Ends it, orderly. Takes NULL, returns NULL. */
struct daemon *daemon_free(struct daemon *daemon);

struct child *daemon_child(const struct daemon *daemon);

/* A callback about CLAIM over a connection of its own; the answer's status, 0 when there is none. */
int daemon_call(const struct daemon *daemon, const char *claim);

/* A page of metrics is asked for; likewise. */
int daemon_scrape(const struct daemon *daemon);

/* Starts claimsim with claims "c1" to "cN", each in its first status. *RET_URL has room for 64. */
int daemon_start_upstream(const struct bench *bench, size_t n, char *ret_url, struct child **ret);

DEFINE_CLEANUP(daemon, struct daemon *, daemon_free)

#endif
