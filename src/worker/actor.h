/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Carries out the actions of one source: what operators and the approval policy wanted is judged, sent once, and settled.
 * Worker layer. An action is a row and all that is known of it stands there; memory holds one timer, and the requests under way.
 */
#ifndef CLAIMD_WORKER_ACTOR_H
#define CLAIMD_WORKER_ACTOR_H

#include "worker/kit.h"

struct actor;

struct actor_config {
	const struct kit *kit;
	void (*on_end)(void *cls);     /* a request has ended: the client has room for another */
	void (*on_changed)(void *cls); /* a shipment is to be read, or a window may have changed */
	void *cls;
};

/* Goes on with what an earlier run left behind, once store_actions_recover() has said what that did not learn. */
int actor_new(const struct actor_config *config, struct actor **ret);

/* The client must have been freed before, and its calls with it. Takes NULL, returns NULL. */
struct actor *actor_free(struct actor *actor);

/* Actions have been added, shipments were read, the gate has opened, or the client has room again. */
void actor_wake(struct actor *actor);

DEFINE_CLEANUP(actor, struct actor *, actor_free)

#endif
