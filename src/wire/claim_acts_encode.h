/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The upstream's side of what a merchant does with a claim, for the simulator (upstream/delivery.md sections 3.4 and 3.5).
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_CLAIM_ACTS_ENCODE_H
#define CLAIMD_WIRE_CLAIM_ACTS_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/seen.h"

/* {"version":N}, the body of claims/accept. ERR_INVALID for anything else than an object with a whole number there. */
int wire_accept_request_parse(const char *text, size_t len, int64_t *ret_version);

/* {"version":N,"cancel_state":"free"} or "paid", the body of claims/cancel; likewise. */
int wire_cancel_request_parse(const char *text, size_t len, int64_t *ret_version, bool *ret_paid);

/* What both are answered when they are taken: the claim's id, status, version and user_request_revision, and
 * skip_client_notify. *ret is owned by the caller, free(). ERR_NOMEM. */
int wire_claim_taken_encode(const struct seen *claim, char **ret);

/* What a cancellation costs. */
struct wire_cancel_terms {
	const char *state; /* "free", "paid", "unavailable" */
	const char *price; /* NULL: none */
	const char *currency;
};

/* The answer of claims/cancel-info; likewise. */
int wire_cancel_terms_encode(const struct wire_cancel_terms *terms, char **ret);

#endif
