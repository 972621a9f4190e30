/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the database can be written: trouble is told to the log when it begins, and becomes an alert when it is over. A disk that is
 * slow is told of as well.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_STORAGE_H
#define CLAIMD_WORKER_STORAGE_H

#include "base/metrics.h"
#include "loop/loop.h"
#include "store/store.h"

struct storage;

/* METRICS may be NULL: nothing is counted. */
int storage_new(struct loop *loop, struct store *store, struct metrics *metrics, struct storage **ret);
struct storage *storage_free(struct storage *storage); /* takes NULL, returns NULL */

/* For store_set_watch(), from within a transaction: it is about to be made durable; it has ended so. */
void storage_note_commit(struct storage *storage);
void storage_note(struct storage *storage, int result);

DEFINE_CLEANUP(storage, struct storage *, storage_free)

#endif
