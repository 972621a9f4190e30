/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The admin side: GET /healthz, GET /readyz and GET /metrics, for probes on the inside network; never the public side.
 * Listener layer.
 */
#ifndef CLAIMD_LISTENER_ADMIN_H
#define CLAIMD_LISTENER_ADMIN_H

#include "loop/loop.h"
#include "store/store.h"

struct admin;

/* Serves FD, a listening socket that it then owns. /healthz: 200 while the loop turns. /readyz: 200 while a commit
 * succeeds and no source is locked out, else 503; the body says which, one line each. /metrics: what metrics_write() tells, or
 * 503 while the store can't be read. */
int admin_new(struct loop *loop, struct store *store, int fd, struct admin **ret);
struct admin *admin_free(struct admin *admin); /* takes NULL, returns NULL */

DEFINE_CLEANUP(admin, struct admin *, admin_free)

#endif
