/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The upstreams' HTTP side, Delivery's and Market's, with the faults that befall answers.
 * Simulator: answers the requests that it is handed; the server is the caller's.
 */
#ifndef CLAIMD_SIM_ENDPOINT_H
#define CLAIMD_SIM_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/side.h"

struct endpoint;

/* What every request to a side gets until it is over: for tests. */
enum outage {
	OUTAGE_NONE,
	OUTAGE_ERROR,        /* 500 */
	OUTAGE_UNAUTHORIZED, /* 401 */
	OUTAGE_FORBIDDEN,    /* 403 */
	OUTAGE_NOT_FOUND,    /* 404 */
	OUTAGE_LIMITED,      /* 429 with Retry-After; 420 of both kinds, in turn */
	OUTAGE_REDIRECT,     /* 302 */
	OUTAGE_NO_JSON,      /* 200 with a page for people */
	OUTAGE_ABSURD,       /* 200 with JSON that is no answer */
	OUTAGE_CUT,          /* 200 with half of the answer */
	OUTAGE_SILENT,       /* nothing, until the outage is over; then 500 */
	OUTAGE_MAX,
};

struct endpoint_stats {
	size_t info;         /* requests */
	size_t bulk_info;
	size_t journal;
	size_t orders;
	size_t campaigns;
	size_t accept;
	size_t cancel_info;
	size_t cancel;
	size_t order_status;
	size_t cancellation;
	size_t operations;
	size_t tokens;
	size_t acts;         /* that were done, whatever was answered */
	size_t refused;      /* of these, answered with 4xx for what they are */
	size_t failed;       /* of these, met by a fault or an outage other than a delay */
	size_t ids;          /* asked for in answered requests */
	size_t unknown_ids;  /* of these */
	size_t stale;        /* answers for one id that were behind the truth */
	size_t events;       /* told in answered requests */
};

int endpoint_new(struct loop *loop, struct world *world, struct journal *journal, const struct endpoint_rules *rules,
                 struct endpoint **ret);
/* Answers what is held. Takes NULL, returns NULL. */
struct endpoint *endpoint_free(struct endpoint *endpoint);

/* Answers a whole request, now or later. */
void endpoint_serve(struct endpoint *endpoint, struct request *request);

void endpoint_set_outage(struct endpoint *endpoint, enum side side, enum outage outage);
/* As struct endpoint_rules has them. */
void endpoint_set_keys(struct endpoint *endpoint, const char *token, const char *api_key);
const struct endpoint_stats *endpoint_stats(const struct endpoint *endpoint);

DEFINE_CLEANUP(endpoint, struct endpoint *, endpoint_free)

#endif
