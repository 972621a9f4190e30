/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of one desk work with: handed to each of them whole, so that none has to be handed seven things.
 * Worker layer. Plain data; all of it outlives the parts, and the desk owns it.
 */
#ifndef CLAIMD_WORKER_KIT_H
#define CLAIMD_WORKER_KIT_H

#include <stdbool.h>

#include "api/client.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "model/timeline.h"
#include "store/store.h"
#include "worker/counts.h"
#include "worker/gate.h"

struct kit {
	struct loop *loop;
	struct store *store;
	const struct conf_source *conf;
	enum policy policy;
	struct wall started;     /* what happened before went by unheard */
	bool caught_up;          /* but was listed since */
	struct gate *gate;       /* before every request; knows the upstream's clock */
	struct client *client;
	struct counts counts;
};

/* What the source's shipments are called, for the log: "claim", "order". */
static inline const char *kit_noun(const struct kit *kit)
{
	return kit->conf->kind == CONF_MARKET ? "order" : "claim";
}

#endif
