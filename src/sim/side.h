/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the endpoint asks of the two upstreams that it plays: the true answer to a request, and how they refuse one.
 * Simulator. delivery.c and market.c implement it.
 */
#ifndef CLAIMD_SIM_SIDE_H
#define CLAIMD_SIM_SIDE_H

#include "loop/server.h"
#include "sim/answer.h"
#include "sim/claim-acts.h"
#include "sim/operations.h"
#include "sim/target.h"

struct endpoint_rules {
	const char *token;      /* Delivery's; NULL: any will do; kept, not copied, as the next and FAULTS */
	const char *api_key;    /* Market's; NULL: any will do, but one must be */
	int64_t business_id;
	int64_t dbs_campaign;
	int64_t laas_campaign;
	bool read_only;         /* its key is good for nothing else */
	unsigned parallel_max;  /* Market answers no more requests at a time; 0: as many as come */
	const struct faults *faults;
	const struct claim_rules *claims; /* kept, not copied */
	unsigned retry_after_s; /* of a request over the limit; 0: it is not told */
	int64_t delay_max_us;   /* of an answer that FAULT_DELAY befalls */
};

/* One request, and where its answer is found. */
struct question {
	struct request *request;
	struct target target;
	uint64_t number;        /* of the request */
	uint64_t n_limited;     /* requests that met a limit before it */
	struct wall now;
	struct world *world;
	struct journal *journal;
	struct operations *operations;
	const struct endpoint_rules *rules;
};

/* Why a request is refused, whatever it says. */
enum refusal {
	REFUSAL_UNAUTHORIZED,
	REFUSAL_FORBIDDEN,
	REFUSAL_NOT_FOUND,
	REFUSAL_METHOD,
	REFUSAL_LIMITED,  /* too many in a time */
	REFUSAL_PARALLEL, /* too many at a time */
	REFUSAL_ERROR,    /* upstream's own fault */
	REFUSAL_CONFLICT, /* of an act, by a code that the faults name or chance chooses */
	REFUSAL_MAX,
};

/* Each writes RET on success only; ERR_NOMEM. */
int delivery_answer(const struct question *question, struct answer *ret);
int delivery_refuse(const struct question *question, enum refusal refusal, struct answer *ret);
int market_answer(const struct question *question, struct answer *ret);
int market_refuse(const struct question *question, enum refusal refusal, struct answer *ret);

#endif
