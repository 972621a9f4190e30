/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is pending for a shipment after a read: whether its hints have been answered, and when to read again.
 * Worker layer, pure: the caller brings time and chance.
 */
#ifndef CLAIMD_WORKER_SETTLE_H
#define CLAIMD_WORKER_SETTLE_H

#include "conf/conf.h"
#include "model/reconcile.h"
#include "store/store.h"

struct settle_pass {
	const struct conf_source *conf; /* stale_retry and sweep_after */
	struct wall now;
	uint64_t random;
	struct wall asked_due; /* when it had been due */
	int64_t asked_hint_id; /* the newest hint that was folded in when the read began */
};

/* No read is ever put off further than this. */
int64_t settle_ahead_max_us(const struct conf_source *conf);

/* The claim was read and reconciled. Read again at once when hints came during the read; after stale_retry while it is
 * older than a hint promised (S003: info may lag), or than what is to settle an action, or while an illegal status wants
 * confirming; otherwise after sweep_after, and never once CLOSED (a terminal status that stands) or where there are no
 * sweeps. Returns whether the answer was older than what it was to tell. */
bool settle_read(const struct settle_pass *pass, enum decision decision, const struct shipment *shipment, bool closed,
                 struct pending *pending);

/* A journal event told of the claim. What events lack (price, version, an offer's end) is read once, and again when
 * a WINDOW has opened; a sweep that was due is put off, since the claim has been heard of; a claim that is CLOSED
 * needs none. Hints stay owed to their own read. */
void settle_event(const struct settle_pass *pass, bool window, bool closed, struct pending *pending);

/* The upstream does not know the claim: it may lag behind its own callback, so it is asked again a few times; after
 * that once in sweep_after, and never when it is CLOSED or was never seen. */
void settle_missing(const struct settle_pass *pass, bool closed, struct pending *pending);

/* An action wants the shipment read, at AT at the latest. The read is owed to it (VIA) unless a hint or the journal asked for one
 * already; but what an operator asked to be read again (VIA_MANUAL) is owed to that. */
void settle_wanted(enum via via, struct wall at, struct pending *pending);

/* The claim could not be read or stored, though its source works: tried again ever more slowly. Its hints stay owed. */
void settle_failed(const struct settle_pass *pass, struct pending *pending);

#endif
