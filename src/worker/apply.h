/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes an upstream's answer into the store, shipment by shipment, in transactions small enough that no acknowledgement
 * waits long.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_APPLY_H
#define CLAIMD_WORKER_APPLY_H

#include "wire/snapshots.h"
#include "worker/kit.h"

struct apply;

/* Applies SNAPSHOTS (owned by it from now) to the shipments that were ASKED for (N of them, owned by the caller until
 * FN runs); one that they do not name is missing upstream (or among their unreadable members, if they have any).
 * Goes on over several turns of the loop, and past locks and full disks, until all is stored; FN then runs once,
 * and the handle is dead. Never runs FN from within this call. */
int apply_start(const struct kit *kit, const struct due *asked, size_t n, struct wire_snapshots *snapshots, loop_fn fn, void *cls,
                struct apply **ret);

/* A shipment could not be read by itself, or not be stored: puts its next read off, ever further. */
int apply_failure(const struct kit *kit, const struct due *asked);

/* Ends it without FN: what was not stored stays due. Takes NULL, returns NULL. */
struct apply *apply_cancel(struct apply *apply);

#endif
