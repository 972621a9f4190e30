/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Built programs as children: claimctl to its end, claimd and claimsim for as long as they are needed.
 * For the benchmarks. A child goes when the benchmark goes.
 */
#ifndef CLAIMD_TESTS_BENCH_CHILD_H
#define CLAIMD_TESTS_BENCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

struct child;

/* A program's own built one, in CLAIMD_BUILD or build/. Its words go to the file LOG (NULL: nowhere); its notifications as a service
 * are listened to. ARGV ends with NULL. */
int child_start(const char *const *argv, const char *log, struct child **ret);
/* Ends it, by SIGKILL if need be. Takes NULL, returns NULL. */
struct child *child_free(struct child *child);

pid_t child_pid(const struct child *child);

/* Waits until it says READY=1. ERR_IO when it ends instead, or TIMEOUT_US passes. */
int child_await_ready(struct child *child, int64_t timeout_us);

/* Sends SIGNAL and waits for its end. */
void child_end(struct child *child, int signal);

/* The resident memory of it now, and the most that it ever was; 0 when it has ended. */
int64_t child_resident_bytes(const struct child *child);
int64_t child_peak_bytes(const struct child *child);

/* Runs one to its end, its words thrown away; its exit status, -1 when it was killed after TIMEOUT_US. */
int child_run(const char *const *argv, int64_t timeout_us);

DEFINE_CLEANUP(child, struct child *, child_free)

#endif
