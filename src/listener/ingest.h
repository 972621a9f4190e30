/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Group commit: hints that come in one turn of the loop become durable together, by one commit at its end.
 * Listener layer: knows neither HTTP nor what a hint means; whoever adds a hint is told the commit's result and
 * nothing else.
 */
#ifndef CLAIMD_LISTENER_INGEST_H
#define CLAIMD_LISTENER_INGEST_H

#include <stddef.h>

#include "base/metrics.h"
#include "loop/loop.h"
#include "store/store.h"

/* Rows of one commit: the loop stands still for a few milliseconds at most. */
#define INGEST_BATCH_MAX 1024
/* Hints that wait, when nothing else is set: some batches, while another program holds the write lock. */
#define INGEST_WAITING_MAX (4 * INGEST_BATCH_MAX)
/* The lock is tried again so often, and a hint waits for it so long at most. */
#define INGEST_RETRY_US (20 * USEC_PER_MS)
#define INGEST_PATIENCE_US (3 * USEC_PER_SEC)
/* A hint that has waited for so long is committed, or refused, by nobody. */
#define INGEST_STUCK_US (10 * INGEST_PATIENCE_US)

struct ingest;

struct ingest_config {
	size_t max_waiting; /* hints that wait for a commit at once; 0: INGEST_WAITING_MAX */
	struct metrics *metrics; /* NULL: nothing is counted */
	/* Exactly once for each hint that was added, never from within ingest_add() for that very hint.
	 * RESULT is the commit's: ERR_OK means durable. */
	void (*on_result)(void *ticket, int result, void *cls);
	/* After each commit that stored at least one good hint, and after its on_result() calls. */
	void (*on_stored)(void *cls);
	void *cls;
};

int ingest_new(struct loop *loop, struct store *store, const struct ingest_config *config, struct ingest **ret);

/* Whoever still waits is told ERR_BUSY. Takes NULL, returns NULL. */
struct ingest *ingest_free(struct ingest *ingest);

/* Adds a hint, whose texts are copied. ERR_FULL when too many wait, ERR_NOMEM; the hint is then not added and
 * TICKET gets no result. */
int ingest_add(struct ingest *ingest, const struct hint *hint, void *ticket) ATTR_MUST_USE;

/* Commits a batch now instead of at the end of the turn. */
void ingest_commit(struct ingest *ingest);

/* Hints that have no result yet. */
size_t ingest_waiting(const struct ingest *ingest);

/* A hint waits at NOW that should have had its result long ago, whatever became of its commit. */
bool ingest_is_stuck(const struct ingest *ingest, struct mono now);

DEFINE_CLEANUP(ingest, struct ingest *, ingest_free)

#endif
