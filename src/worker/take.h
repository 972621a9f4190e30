/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes one snapshot of one shipment into the store: what is known, what the model makes of both, what that changes.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_TAKE_H
#define CLAIMD_WORKER_TAKE_H

#include "model/reconcile.h"
#include "worker/kit.h"

/* What taking a snapshot came to, to be told once it is stored. */
struct taken {
	enum decision decision;
	struct changes changes;
	struct step last; /* of the history */
};

/* What an observation of a shipment is owed to: an action of it that is under way, else OTHERWISE. */
int take_via(const struct kit *kit, int64_t shipment_id, enum via otherwise, enum via *ret);

/* In a transaction. SEEN's via and seen_at are set by the caller; it may be filled in here by what only the store knows. An order
 * that follows no model (a program that claimd doesn't watch, upstream/market.md section 3.5) is DECISION_SAME. */
int take_snapshot(const struct kit *kit, struct shipment *shipment, const struct pending *pending, struct seen *seen,
                  struct taken *ret);

#endif
