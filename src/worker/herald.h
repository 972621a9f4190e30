/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells alerts to the journal, each once: an entry with its kind's MESSAGE_ID, or a line where standard error is no journal.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_HERALD_H
#define CLAIMD_WORKER_HERALD_H

#include "conf/conf.h"
#include "loop/loop.h"
#include "store/store.h"

struct herald;

struct herald_config {
	struct loop *loop;
	struct store *store;
	const struct conf_daemon *conf; /* outlives it; with an alert_url, what is logged stays for its receiver, else it is done */
	void (*on_logged)(void *cls);   /* alerts may be sent on */
	void *cls;
};

/* It begins with its first waking. */
int herald_new(const struct herald_config *config, struct herald **ret);
struct herald *herald_free(struct herald *herald); /* takes NULL, returns NULL */

/* Alerts were put into the outbox: tells them now. */
void herald_wake(struct herald *herald);

/* The configuration was read again. */
void herald_reloaded(struct herald *herald);

DEFINE_CLEANUP(herald, struct herald *, herald_free)

#endif
