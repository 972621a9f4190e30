/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd does about itself: removes what is older than retention_days, every hour and when an operator wants it, and tries again
 * what could not be told, when an operator wants that.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_KEEPER_H
#define CLAIMD_WORKER_KEEPER_H

#include "conf/conf.h"
#include "loop/loop.h"
#include "store/store.h"

struct keeper;

struct keeper_config {
	struct loop *loop;
	struct store *store;
	const struct conf_daemon *conf; /* outlives it */
	void (*on_retry)(void *cls);    /* messages were made due */
	void *cls;
};

/* Goes on with what was wanted before; the first pass of the clock's is a minute later. */
int keeper_new(const struct keeper_config *config, struct keeper **ret);
struct keeper *keeper_free(struct keeper *keeper); /* takes NULL, returns NULL */

/* Actions may have been added. */
void keeper_wake(struct keeper *keeper);

DEFINE_CLEANUP(keeper, struct keeper *, keeper_free)

#endif
