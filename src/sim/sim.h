/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator as a whole: a server that plays both upstreams, claims and orders that live, callbacks and pushes that tell of it.
 * Simulator: composition. It runs on a loop of the caller's, so a test runs it in one process with the daemon's own objects.
 */
#ifndef CLAIMD_SIM_SIM_H
#define CLAIMD_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sim/endpoint.h"
#include "sim/lives.h"
#include "sim/scenario.h"
#include "sim/teller.h"
#include "sim/world.h"

struct sim;

/* The texts are copied; the scenario is needed during sim_new() only. */
struct sim_config {
	const char *listen;       /* ADDR:PORT; port 0 lets the system choose */
	uint64_t seed;
	size_t claims;            /* with lives of chance's choice, as the next two */
	size_t dbs_orders;
	size_t laas_orders;
	double rate;              /* of each kind so many start per second */
	double fake;              /* the share of the orders above that are test orders */
	struct life_weights weights;
	const struct scenario *scenario; /* its claims and orders too; NULL for none */
	int64_t step_min_us;      /* the pause between two steps */
	int64_t step_max_us;
	int64_t window_us;        /* what lives with a short window leave of it */
	int64_t offer_us;         /* as struct world_rules, and as wait_read */
	bool wait_read;
	enum reader reader;
	int64_t stale_max_us;
	struct claim_rules claim_rules;

	const char *token;        /* Delivery's, as struct endpoint_rules, with what follows */
	const char *api_key;
	int64_t business_id;
	int64_t dbs_campaign;
	int64_t laas_campaign;
	bool read_only;
	unsigned parallel_max;
	unsigned retry_after_s;
	struct faults faults;     /* drawn by the seed above */
	size_t page_max;          /* as struct journal_rules, with the next two */
	int64_t keep_us;
	size_t keep_events;

	const char *callback_url; /* NULL: none is sent */
	const char *push_url;     /* to which Market adds "/notification"; NULL: none is sent */
	bool ping;                /* a PING is sent as soon as there is a push_url */
	bool journal_reader;      /* as struct teller_rules, with what follows */
	int64_t delay_max_us;
	int64_t behind_max_us;
	struct sender_rules sender;
};

/* What the command line starts from: no claims and orders, no faults, no callbacks and pushes, business 222 with the campaigns 111
 * (DBS) and 112 (LaaS), 127.0.0.1:0. */
void sim_config_default(struct sim_config *ret);

/* Serves from now on; the claims and orders begin when the loop runs. As listen_open(); ERR_INVALID when
 * two of them have one id. */
int sim_new(struct loop *loop, const struct sim_config *config, struct sim **ret);
struct sim *sim_free(struct sim *sim); /* takes NULL, returns NULL */

/* "http://127.0.0.1:PORT" */
const char *sim_url(const struct sim *sim);

/* For a receiver that can only be set up once sim_url() is known; ERR_NOMEM. */
int sim_set_callback(struct sim *sim, const char *url);
int sim_set_push(struct sim *sim, const char *url);

/* Every claim and order has made its steps, which one that waits for an act has not, and every callback and push is acked,
 * refused or given up. */
bool sim_is_done(const struct sim *sim);
/* FN runs each time that it has become so. */
void sim_set_on_done(struct sim *sim, void (*fn)(void *cls), void *cls);

/* One more claim, of a named life, or of chance's choice for NULL; it begins at once. RET_ID is good as long as SIM.
 * ERR_NOT_FOUND when claims have no such life. */
int sim_add_claim(struct sim *sim, const char *life, const char **ret_id);
/* The same for an order of MODEL. */
int sim_add_order(struct sim *sim, const struct model *model, const char *life, const char **ret_id);

/* From now on every request must have another token (Delivery's) or Api-Key (Market's); copied, ERR_NOMEM. */
int sim_set_token(struct sim *sim, const char *token);
int sim_set_api_key(struct sim *sim, const char *api_key);

/* Adds steps, as plan_add() reads them, to the claim or order of that id; a claim is made if need be. */
int sim_script(struct sim *sim, const char *id, const char *steps);
/* The same, but an order of MODEL is made if need be, prepaid and no test order; ID is then its number. */
int sim_script_order(struct sim *sim, const struct model *model, const char *id, const char *steps);

/* Of all of Delivery but the journal; of the journal; of Market. */
void sim_set_outage(struct sim *sim, enum outage outage);
void sim_set_journal_outage(struct sim *sim, enum outage outage);
void sim_set_market_outage(struct sim *sim, enum outage outage);

/* What goes wrong from now on, and how often: as faults_parse(), on top of what was set before. */
int sim_set_faults(struct sim *sim, const char *spec);
/* As faults_set_conflict(). */
int sim_set_conflict(struct sim *sim, const char *code);

/* What a cancellation with the courier at the sender costs from now on: a decimal, which is copied. */
void sim_set_fee(struct sim *sim, const char *fee);

/* The journal refuses every cursor that it has given so far. */
void sim_forget_cursors(struct sim *sim);

struct sim_stats {
	size_t claims;
	size_t orders;
	size_t done;         /* of both */
	size_t transitions;
	size_t edits;        /* of orders, which leave the status as it is */
	size_t prices;       /* that changed alone */
	size_t lost;         /* callbacks that were never sent */
	size_t pushes_lost;  /* likewise */
	struct endpoint_stats answers;
	struct sender_stats callbacks;
	struct sender_stats pushes;
	struct sender_stats pings;
};
void sim_stats(const struct sim *sim, struct sim_stats *ret);

/* The truth: claims and orders with their transitions, see world.h. */
const struct world *sim_world(const struct sim *sim);

DEFINE_CLEANUP(sim, struct sim *, sim_free)

#endif
