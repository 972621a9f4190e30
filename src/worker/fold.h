/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes new hints from the inbox into their shipments, many at a time: a burst of hints becomes one due read a claim.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_FOLD_H
#define CLAIMD_WORKER_FOLD_H

#include "loop/loop.h"
#include "store/store.h"

struct folder;

/* FN is called after hints were folded: reads may be due. Folds what an earlier run left behind at once. */
int folder_new(struct loop *loop, struct store *store, loop_fn fn, void *cls, struct folder **ret);
struct folder *folder_free(struct folder *folder); /* takes NULL, returns NULL */

/* Hints have been stored: folds them now, or shortly if it has just done so. */
void folder_wake(struct folder *folder);

/* Hints wait to be folded since long before NOW, and nobody is about to do it. One that fails and tries again is not stuck. */
bool folder_is_stuck(const struct folder *folder, struct wall now);

DEFINE_CLEANUP(folder, struct folder *, folder_free)

#endif
