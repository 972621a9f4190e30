/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant does with an order: set its status, answer the buyer's wish to cancel it, and ask how far Market has come with
 * it (upstream/market.md sections 2.2, 3 and 4.2).
 * Simulator: judges by the truth, changes the world, and makes the answer that endpoint.c sends.
 */
#ifndef CLAIMD_SIM_ORDER_ACTS_H
#define CLAIMD_SIM_ORDER_ACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/answer.h"
#include "sim/operations.h"

struct order_ask {
	struct world *world;
	struct operations *operations;
	int64_t campaign_id;
	const char *id;  /* of LEN bytes */
	size_t id_len;
	const char *body;
	size_t body_len;
	struct wall now;
	bool fails;      /* an operation that this begins */
};

/* Each answers 400 for a body that is none, 404 for an order that there is not in the campaign, and 400 with its code for what
 * can't be. ERR_NOMEM, as all of these. */
int answer_order_status(const struct order_ask *ask, struct answer *ret);
int answer_order_cancellation(const struct order_ask *ask, struct answer *ret);

/* Operations that never were are left out. */
int answer_operations(struct operations *operations, const char *body, size_t len, struct answer *ret);

/* With CHANGES, the key is good for more than reading. */
int answer_token(bool changes, struct answer *ret);

#endif
