/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Yandex Delivery is asked to do with a claim, and what it answers: accept, cancel-info, cancel.
 * Wire layer. Input is hostile: any bytes give a result or an error code. The formats: upstream/delivery.md sections 3.4 and 3.5.
 */
#ifndef CLAIMD_WIRE_CLAIM_ACTS_H
#define CLAIMD_WIRE_CLAIM_ACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/seen.h"

/* {"version":...} and {"version":...,"cancel_state":"free" or "paid"}; *ret is owned by the caller, free(). ERR_INVALID for a
 * negative VERSION, NUMBER_NONE included; ERR_NOMEM. */
int wire_accept_request(int64_t version, char **ret);
int wire_cancel_request(int64_t version, bool paid, char **ret);

/* What accept and cancel answer alike, of which only this is kept. */
struct wire_claim_taken {
	char external_id[EXTERNAL_ID_SIZE];
	char status[STATUS_TEXT_SIZE]; /* as upstream wrote it, "" when not given; examples of the documents show "new" */
};

/* ERR_INVALID when the text is not one JSON object with a usable "id"; ERR_NOMEM. */
int wire_claim_taken_parse(const char *text, size_t len, struct wire_claim_taken *ret);

enum wire_cancel_state {
	WIRE_CANCEL_FREE,
	WIRE_CANCEL_PAID,
	WIRE_CANCEL_UNAVAILABLE,
};

struct wire_cancel_info {
	enum wire_cancel_state state;
	char price[DECIMAL_SIZE];     /* "" when not given, as the next; of "price", not of "price_with_vat" */
	char currency[CURRENCY_SIZE];
};

/* ERR_INVALID when the text is not one JSON object with a "cancel_state" that is one of the three: where money may be at stake,
 * nothing is guessed. ERR_NOMEM. */
int wire_cancel_info_parse(const char *text, size_t len, struct wire_cancel_info *ret);

#endif
