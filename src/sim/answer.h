/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer to one request as data, with what it tells of which shipment; and the answers of Delivery.
 * Simulator: made here, sent by endpoint.c.
 */
#ifndef CLAIMD_SIM_ANSWER_H
#define CLAIMD_SIM_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal.h"
#include "sim/rate.h"
#include "sim/world.h"

struct told {
	struct world_shipment *shipment;
	enum telling telling;
	size_t place;
};

struct answer {
	unsigned status;
	unsigned retry_after_s;
	struct rate rate;   /* of Market's */
	char *body;         /* owned */
	size_t len;
	struct told *told;  /* owned */
	size_t n_told;
	size_t n_asked;   /* ids */
	size_t n_unknown; /* of these */
	size_t n_stale;   /* of these */
	size_t n_acts;    /* that were done */
	bool unsaid;      /* nobody gets it */
};

/* {"code","message"} under an HTTP status. ERR_NOMEM, as all of these. */
int answer_error(unsigned status, const char *code, const char *message, struct answer *ret);
/* A text under an HTTP status. */
int answer_text(unsigned status, const char *text, struct answer *ret);
/* claims/info for one id: 404 for an unknown one, 400 for none (NULL). */
int answer_info(struct world *world, const char *id, struct answer *ret);
/* claims/bulk_info for a request body: unknown ids are left out, 400 for a body that is none. */
int answer_bulk_info(struct world *world, const char *body, size_t len, struct answer *ret);
/* claims/journal for a request body, in which the cursor of ASK stands. ERR_INVALID when the journal refuses that. */
int answer_journal(struct journal *journal, const char *body, size_t len, struct journal_ask ask, struct answer *ret);

/* Cuts the body in its middle: it then tells nothing. */
void answer_cut(struct answer *answer);
void answer_done(struct answer *answer);

#endif
