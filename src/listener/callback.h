/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the end of a Delivery callback's request target, in each form that real merchants' callback_urls make of it.
 * Listener layer, pure: bytes in, pieces out. The contract: upstream/delivery.md section 4 and CONTRACT section 3.
 */
#ifndef CLAIMD_LISTENER_CALLBACK_H
#define CLAIMD_LISTENER_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/seen.h"

/* Whether TAIL, what follows the secret, can follow it: nothing, "?...", "&...", or our own parameters glued on
 * ("updated_ts=...", "claim_id=..."), each with or without a "/" before it; anything else means that the secret was
 * longer, so wrong. */
bool callback_tail_fits(const char *tail, size_t len);

struct callback {
	char claim_id[EXTERNAL_ID_SIZE]; /* "" when there is none that is usable: see reason */
	struct wall updated;             /* WALL_NONE when missing or unreadable */
	char *own_params;                /* JSON object of the parameters that are not ours, owned; NULL for none */
	unsigned quirks;                 /* enum hint_quirk of store.h */
	const char *reason;              /* static; why there is no claim id; NULL when there is one */
};

/* Parses what follows the secret. Total: every input gives a callback, at worst a rejected one. ERR_NOMEM only. */
int callback_parse(const char *tail, size_t len, struct callback *ret);
void callback_done(struct callback *callback);

#endif
