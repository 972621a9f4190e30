/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the database can be written: trouble is told to the log when it begins, and becomes an alert when it is over.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_STORAGE_H
#define CLAIMD_WORKER_STORAGE_H

#include "loop/loop.h"
#include "store/store.h"

struct storage;

int storage_new(struct loop *loop, struct store *store, struct storage **ret);
struct storage *storage_free(struct storage *storage); /* takes NULL, returns NULL */

/* A transaction has ended so: for store_set_on_end(), from within it. */
void storage_note(struct storage *storage, int result);

DEFINE_CLEANUP(storage, struct storage *, storage_free)

#endif
