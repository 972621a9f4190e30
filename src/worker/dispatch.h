/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that leaves by the outbox: the herald for the journal, a courier for each receiver, and the look at how the store's
 * transactions end, which wakes them, and tells of a store that can't be written.
 * Worker layer. Composition only.
 */
#ifndef CLAIMD_WORKER_DISPATCH_H
#define CLAIMD_WORKER_DISPATCH_H

#include "worker/worker.h"

struct dispatch;

/* Before all others that write, so that it sees how each transaction ends. */
int dispatch_new(const struct worker_config *config, struct dispatch **ret);
struct dispatch *dispatch_free(struct dispatch *dispatch); /* takes NULL, returns NULL */

/* As worker_set_sources(); dispatch_reloaded() is to follow. */
int dispatch_set_sources(struct dispatch *dispatch, const struct worker_source *sources, size_t n);

/* The configuration was read again: receivers and keys may be others. */
void dispatch_reloaded(struct dispatch *dispatch);

/* Messages were made due: their receivers are tried whatever was known of them. */
void dispatch_retry(struct dispatch *dispatch);

DEFINE_CLEANUP(dispatch, struct dispatch *, dispatch_free)

#endif
