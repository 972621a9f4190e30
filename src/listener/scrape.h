/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /metrics: what claimd can be watched by, in Prometheus' text format 0.0.4.
 * Listener layer: brings together what the parts have counted and what the store and the system are asked now; changes
 * nothing.
 */
#ifndef CLAIMD_LISTENER_SCRAPE_H
#define CLAIMD_LISTENER_SCRAPE_H

#include "base/buf.h"
#include "base/metrics.h"
#include "listener/listener.h"
#include "store/store.h"

struct scrape {
	struct store *store;
	const struct metrics *metrics;
	const struct listener_source *sources;
	size_t n_sources;
	struct wall now;
	bool ready; /* what GET /readyz would say */
};

/* Adds every metric of the table to TEXT, each with its samples. A value that is not known has no sample. 0, or an error of
 * the store's or of memory, with TEXT of no use. It costs the same whatever the histories have grown to. */
int scrape_write(const struct scrape *scrape, struct buf *text);

#endif
