/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Follows the journal of one source: page after page while there is news, then at a pace that adapts.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_POLLER_H
#define CLAIMD_WORKER_POLLER_H

#include <stdbool.h>
#include <stddef.h>

#include "worker/kit.h"

struct poller;

struct poller_config {
	const struct kit *kit;
	void (*on_end)(void *cls);     /* a request has ended: the client has room for another */
	void (*on_applied)(void *cls); /* a page with news was stored: reads may be due, windows may have changed */
	/* How far the first reading of all that is retained has come; CAUGHT_UP at its end. */
	void (*on_progress)(size_t n_events, bool caught_up, void *cls);
	void *cls;
};

/* Goes on from the stored cursor, or from the oldest event that upstream retains. */
int poller_new(const struct poller_config *config, struct poller **ret);

/* The client must have been freed before, and its calls with it. Takes NULL, returns NULL. */
struct poller *poller_free(struct poller *poller);

/* The gate has opened, the client has room again, or the configuration was read again: with journal = no it stands still. */
void poller_wake(struct poller *poller);

/* Callbacks have come, so there will be news: looks in a second at the latest. */
void poller_expect(struct poller *poller);

/* No page is under way, and nothing is left that would ask for the next one. */
bool poller_is_stuck(const struct poller *poller);

DEFINE_CLEANUP(poller, struct poller *, poller_free)

#endif
