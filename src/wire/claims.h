/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Yandex Delivery's claim documents: requests that we send, answers that we read.
 * Wire layer: json-c lives here and nowhere else. Input is hostile: any bytes give a result or an error code.
 * The formats: upstream/delivery.md section 3.
 */
#ifndef CLAIMD_WIRE_CLAIMS_H
#define CLAIMD_WIRE_CLAIMS_H

#include <stddef.h>

#include "wire/snapshots.h"

/* bulk_info takes 1 to 1000 ids (upstream/delivery.md section 3.2). */
#define WIRE_BULK_IDS_MAX 1000

/* The body of a bulk_info request, {"claim_ids":[...]}; *ret is owned by the caller, free(). */
int wire_bulk_request(const char *const *ids, size_t n, char **ret);

/* Reads a bulk_info answer, {"claims":[...]}. Fields that are absent or null where the schema requires them are
 * taken as not given, as long as id, status and updated_ts stand; fields of the wrong type are not given; unknown
 * fields are passed over; integers are int64, never double. `entered` is last_status_change_ts where it is given,
 * past 1970 and not after updated_ts, else updated_ts. Of two objects with one id, both are returned. price is
 * pricing.final_price, else pricing.offer.price. ERR_INVALID when the text is not one JSON object with an array
 * "claims", ERR_NOMEM. */
int wire_claims_parse(const char *text, size_t len, struct wire_snapshots *ret);

/* Yandex's error document {"code","message"}; a text that is none gives two empty strings. */
#define WIRE_CODE_SIZE 64
#define WIRE_MESSAGE_SIZE 256
struct wire_error {
	char code[WIRE_CODE_SIZE];
	char message[WIRE_MESSAGE_SIZE]; /* cut at a character boundary, control characters replaced by spaces */
};
void wire_error_parse(const char *text, size_t len, struct wire_error *ret);

#endif
