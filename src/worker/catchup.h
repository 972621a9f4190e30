/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists the orders of one Market source that were updated since the last list: at start, and at intervals. So pushes that were
 * lost do no harm, and statuses that no push tells of are found.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_CATCHUP_H
#define CLAIMD_WORKER_CATCHUP_H

#include <stdbool.h>

#include "worker/kit.h"

struct catchup;

struct catchup_config {
	const struct kit *kit;
	bool (*may_list)(void *cls);   /* no order is being read: one is never under way twice, lest an older answer come later */
	void (*on_end)(void *cls);     /* a request has ended: the client has room for another */
	void (*on_applied)(void *cls); /* a page was stored, or none is asked for after all: reads may go on, windows may have changed */
	void (*on_round)(void *cls);   /* all that was updated until now is listed */
	void *cls;
};

/* Goes on from the time up to which all was listed, which is stored; the first time, from thirty days ago, as far as Market
 * lists by itself (upstream/market.md section 3.3). */
int catchup_new(const struct catchup_config *config, struct catchup **ret);

/* The client must have been freed before, and its calls with it. Takes NULL, returns NULL. */
struct catchup *catchup_free(struct catchup *catchup);

/* A page is under way, or only waits for may_list(): no read is to begin. */
bool catchup_is_busy(const struct catchup *catchup);

/* A page was read, and waits to be stored. */
bool catchup_is_storing(const struct catchup *catchup);

/* No page is under way, and nothing is left that would ask for the next one. */
bool catchup_is_stuck(const struct catchup *catchup);

/* The configuration was read again. */
void catchup_reloaded(struct catchup *catchup);

/* The gate has opened, the client has room again, or reads have ended. */
void catchup_wake(struct catchup *catchup);

DEFINE_CLEANUP(catchup, struct catchup *, catchup_free)

#endif
