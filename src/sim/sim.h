/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator as a whole: a server that plays upstream, claims that live, callbacks that tell of it.
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
#include "sim/sender.h"
#include "sim/world.h"

struct sim;

/* The texts are copied; the scenario is needed during sim_new() only. */
struct sim_config {
	const char *listen;       /* ADDR:PORT; port 0 lets the system choose */
	const char *callback_url; /* NULL: none is sent */
	const char *token;        /* NULL: any will do */
	uint64_t seed;
	size_t claims;            /* with lives of chance's choice */
	double rate;              /* of these start per second */
	struct life_weights weights;
	const struct scenario *scenario; /* its claims too; NULL for none */
	int64_t step_min_us;      /* the pause between two steps */
	int64_t step_max_us;
	int64_t window_us;        /* what lives with a short window leave of it */
	int64_t offer_us;         /* as struct world_rules, and as wait_read */
	bool wait_read;
	enum reader reader;
	bool journal_reader;      /* somebody reads the journal: a claim's first callback may be lost like any other */
	size_t page_max;          /* as struct journal_rules, with the next two */
	int64_t keep_us;
	size_t keep_events;
	struct faults faults;     /* drawn by the seed above */
	unsigned retry_after_s;   /* of a 429; 0: no Retry-After */
	int64_t delay_max_us;     /* of what FAULT_DELAY befalls */
	int64_t behind_max_us;    /* how long a callback waits for the next one to go before it */
	struct sender_rules sender;
};

/* What the command line starts from: no claims, no faults, no callbacks, 127.0.0.1:0. */
void sim_config_default(struct sim_config *ret);

/* Serves from now on; the claims begin when the loop runs. As listen_open(); ERR_REFUSED when two claims have one id. */
int sim_new(struct loop *loop, const struct sim_config *config, struct sim **ret);
struct sim *sim_free(struct sim *sim); /* takes NULL, returns NULL */

/* "http://127.0.0.1:PORT" */
const char *sim_url(const struct sim *sim);

/* For a receiver that can only be set up once sim_url() is known; ERR_NOMEM. */
int sim_set_callback(struct sim *sim, const char *url);

/* Every claim has made its steps, and every callback is acked or given up. */
bool sim_is_done(const struct sim *sim);
/* FN runs each time that it has become so. */
void sim_set_on_done(struct sim *sim, void (*fn)(void *cls), void *cls);

/* One more claim, of a named life, or of chance's choice for NULL; it begins at once. RET_ID is good as long as SIM.
 * ERR_NOT_FOUND when there is no such life. */
int sim_add_claim(struct sim *sim, const char *life, const char **ret_id);
/* Adds steps, as plan_add() reads them, to the claim of that id, which is made if need be. */
int sim_script(struct sim *sim, const char *id, const char *steps);

/* Of all but the journal, and of the journal. */
void sim_set_outage(struct sim *sim, enum outage outage);
void sim_set_journal_outage(struct sim *sim, enum outage outage);

/* The journal refuses every cursor that it has given so far. */
void sim_forget_cursors(struct sim *sim);

struct sim_stats {
	size_t claims;
	size_t done;
	size_t transitions;
	size_t prices;       /* that changed alone */
	size_t lost;         /* callbacks that were never sent */
	struct endpoint_stats answers;
	struct sender_stats callbacks;
};
void sim_stats(const struct sim *sim, struct sim_stats *ret);

/* The truth: claims with their transitions, see world.h. */
const struct world *sim_world(const struct sim *sim);

DEFINE_CLEANUP(sim, struct sim *, sim_free)

#endif
