/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant does with a claim: accept and cancel it, and ask what that costs (upstream/delivery.md sections 3.4 and 3.5).
 * Simulator: judges by the truth, changes the world, and makes the answer that endpoint.c sends.
 */
#ifndef CLAIMD_SIM_CLAIM_ACTS_H
#define CLAIMD_SIM_CLAIM_ACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/answer.h"

struct claim_rules {
	char fee[DECIMAL_SIZE]; /* of a cancellation with the courier at the sender */
	bool late_refused;      /* an accept after the deadline is answered 409 offer_expired; else 200, and the claim soon fails */
};

struct claim_ask {
	struct world *world;
	const char *id;   /* NULL: none is given */
	const char *body;
	size_t body_len;
	struct wall now;
	const struct claim_rules *rules;
};

/* Each answers 400 for a body or an id that is none, 404 for a claim that there is not, and 409 with its code for what can't be.
 * ERR_NOMEM. */
int answer_accept(const struct claim_ask *ask, struct answer *ret);
int answer_cancel(const struct claim_ask *ask, struct answer *ret);
int answer_cancel_info(const struct claim_ask *ask, struct answer *ret);

#endif
