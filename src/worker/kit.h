/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of one desk work with: handed to each of them whole, so that none has to be handed seven things.
 * Worker layer. Plain data; all of it outlives the parts, and the desk owns it.
 */
#ifndef CLAIMD_WORKER_KIT_H
#define CLAIMD_WORKER_KIT_H

#include "api/delivery.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "model/timeline.h"
#include "store/store.h"
#include "worker/gate.h"

struct kit {
	struct loop *loop;
	struct store *store;
	const struct conf_delivery *conf;
	const struct model *model;
	enum policy policy;
	struct gate *gate;       /* before every request; knows the upstream's clock */
	struct delivery *client;
};

#endif
