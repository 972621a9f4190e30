/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's answers as data: orders in pages, campaigns, errors.
 * Simulator: made here, sent by endpoint.c.
 */
#ifndef CLAIMD_SIM_ORDERS_H
#define CLAIMD_SIM_ORDERS_H

#include "sim/answer.h"
#include "wire/orders_encode.h"

/* {"status":"ERROR","errors":[...]} under an HTTP status. ERR_NOMEM, as all of these. */
int answer_orders_error(unsigned status, const char *code, const char *message, struct answer *ret);

struct orders_ask {
	const char *body;  /* the filter */
	size_t body_len;
	size_t limit;      /* of a page, from 1 */
	const char *token; /* of LEN bytes; NULL: the first page */
	size_t token_len;
	uint64_t key;      /* page tokens are signed with it */
};

/* Orders for a filter, by their numbers, a page at a time. A page's token is good with the same filter and limit only. 400 for a
 * body or a token that is none. */
int answer_orders(struct world *world, const struct orders_ask *ask, struct answer *ret);

int answer_campaigns(const struct wire_campaign *campaigns, size_t n, struct answer *ret);

#endif
