/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retention: what is old enough is removed, a little in each transaction, so that nobody waits long behind it.
 * Store layer.
 */
#ifndef CLAIMD_STORE_KEEP_H
#define CLAIMD_STORE_KEEP_H

#include "store/store.h"

/* First it is counted, for reports, how long shipments stayed in their statuses, as far as their histories are newer than the last pass.
 * Then goes what is old, in this order: shipments after the notifications about them. */
enum prune_stage {
	PRUNE_STAYS,
	PRUNE_NOTIFICATIONS,
	PRUNE_ODD_EVENTS,
	PRUNE_ACTIONS,   /* those about no shipment */
	PRUNE_SHIPMENTS,
	PRUNE_UNREAD,    /* shipments of which nothing was ever kept: of a program that is not followed, or unknown upstream */
	PRUNE_DONE,
};

/* How far one pass has come. */
struct prune {
	struct wall before; /* what is older than this goes */
	struct wall now;
	enum prune_stage stage;
	struct wall after;  /* in the stage, up to here all was looked at */
	int64_t after_id;
	int64_t n_shipments; /* that were removed */
	int64_t n_notifications;
};

/* A pass that begins at NOW and removes what is older than DAYS. */
struct prune store_prune_start(struct wall now, int64_t days);

/* Counts some stays, or removes some of what is to go:
 * - notifications that were received before then, if they have had their read;
 * - shipments that have ended, with all that hangs on them, if they were updated last before then, their notifications are gone, and
 *   neither an action nor a message about them is still under way. An order that was delivered has ended once it is half a year old:
 *   until then it may be returned;
 * - likewise what was first heard of before then and never became more.
 * A shipment that is open is never removed, whatever its age. PRUNE is moved on; when the commit fails, go on from a copy made before.
 * It is at PRUNE_DONE when all was looked at. In a transaction. */
void store_prune(struct store *store, struct prune *prune);

#endif
