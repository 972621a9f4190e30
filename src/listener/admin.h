/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The admin side: GET /healthz, GET /readyz and GET /metrics, for probes on the inside network; never the public side.
 * Listener layer.
 */
#ifndef CLAIMD_LISTENER_ADMIN_H
#define CLAIMD_LISTENER_ADMIN_H

#include "base/metrics.h"
#include "listener/listener.h"
#include "loop/loop.h"
#include "store/store.h"

struct admin;

struct admin_config {
	const struct metrics *metrics;         /* what the parts have counted; outlives it; NULL: nothing */
	const struct listener_source *sources; /* that metrics tell of; outlive it, or are good until admin_set_sources() names others */
	size_t n_sources;
	int fd; /* a listening socket, owned by the admin side once admin_new() has succeeded */
};

/* /healthz: 200 while the loop turns. /readyz: 200 while a commit succeeds and no source is locked out, else 503; the body
 * says which, one line each. /metrics: what scrape_write() tells, or 503 while the store can't be read. */
int admin_new(struct loop *loop, struct store *store, const struct admin_config *config, struct admin **ret);
struct admin *admin_free(struct admin *admin); /* takes NULL, returns NULL */

/* The sources that there are from now on. */
void admin_set_sources(struct admin *admin, const struct listener_source *sources, size_t n);

DEFINE_CLEANUP(admin, struct admin *, admin_free)

#endif
