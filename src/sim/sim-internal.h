/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the two halves of the simulator share: sim.c puts its parts together, sim-cast.c brings claims and orders into it.
 * Simulator; nobody else includes this.
 */
#ifndef CLAIMD_SIM_SIM_INTERNAL_H
#define CLAIMD_SIM_SIM_INTERNAL_H

#include "base/address.h"
#include "sim/sim.h"

struct sim {
	struct loop *loop;
	struct sim_config config; /* its URLs are good in sim_new() only, its other texts are ours */
	char *token;
	char *api_key;
	char url[sizeof("http://") + ADDRESS_SIZE];
	struct world *world;
	struct journal *journal;
	struct endpoint *endpoint;
	struct teller *teller;
	struct server *server;
	size_t n_transitions;
	size_t n_edits;
	size_t n_prices;
	void (*on_done)(void *cls);
	void *cls;
};

/* Those of the configuration. As sim_new(). */
int sim_cast_all(struct sim *sim);

#endif
