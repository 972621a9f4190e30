/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The upstream's side of the claim documents, for the simulator: the same formats as claims.h, written and read the
 * other way.
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_CLAIMS_ENCODE_H
#define CLAIMD_WIRE_CLAIMS_ENCODE_H

#include <stddef.h>

#include "model/seen.h"

/* The invented personal data of wire_claim_encode(), as a test greps for it; NULL ends each list. The courier's
 * stands only in claims that have a courier. */
extern const char *const wire_invented_people[];
extern const char *const wire_invented_courier[];

/* The ids of a bulk_info request; the array and its strings are one block, free(). ERR_INVALID for anything else than
 * {"claim_ids":[...]} with 1 to WIRE_BULK_IDS_MAX strings. */
int wire_bulk_request_parse(const char *text, size_t len, char ***ret_ids, size_t *ret_n);

/* One claim as claims/info gives it, with the personal data that a real answer has (invented names, phones,
 * addresses, codes), so that a test can prove that none of it is kept. What CLAIM does not give is left out;
 * performer_info stands from performer_found on, error_messages in estimating_failed. Times vary in form as the
 * field's do: no needless digits, "Z" or "+00:00" by the revision's parity. *ret is owned by the caller, free().
 * ERR_NOMEM. */
int wire_claim_encode(const struct seen *claim, char **ret);

/* {"claims":[...]} of the claims given, none included. ERR_NOMEM. */
int wire_claims_encode(const struct seen *claims, size_t n, char **ret);

/* {"code","message"}. ERR_NOMEM. */
int wire_error_encode(const char *code, const char *message, char **ret);

#endif
