/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of Yandex Delivery: claims by their ids, and the journal; what is done to a claim: accept and cancel.
 * API layer: never sees the store. Endpoints: upstream/delivery.md section 3.
 */
#ifndef CLAIMD_API_DELIVERY_H
#define CLAIMD_API_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "api/act.h"
#include "api/client.h"
#include "wire/claim_acts.h"
#include "wire/journal.h"

struct delivery_page {
	struct client_end end;
	bool bad_cursor;          /* upstream refuses the cursor that was sent: OUTCOME_PROTOCOL */
	struct wire_journal page; /* when OUTCOME_OK; owned by the caller's side from now: wire_journal_done() */
};
typedef void (*delivery_page_fn)(struct delivery_page *page, void *cls);

/* All start a request as client_start() does; FN runs exactly once, later, unless the client is freed. */

/* claims/bulk_info for 1 to WIRE_BULK_IDS_MAX ids. */
int delivery_bulk_info(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls);

/* The page of claims/journal behind CURSOR, as large as upstream gives it; NULL asks for the oldest that is
 * retained. */
int delivery_journal(struct client *client, const char *cursor, delivery_page_fn fn, void *cls);

/* What claims/cancel-info says: advice, which the claim's next step may overtake. */
struct delivery_fee {
	struct client_end end;
	char code[WIRE_CODE_SIZE];       /* as in struct act_answer */
	char message[WIRE_MESSAGE_SIZE];
	struct wire_cancel_info info;    /* when OUTCOME_OK */
};
typedef void (*delivery_fee_fn)(struct delivery_fee *fee, void *cls);

int delivery_cancel_info(struct client *client, const char *claim_id, delivery_fee_fn fn, void *cls);

/* Which claim an act is about, in the version that it is meant for: upstream refuses another one. */
struct delivery_claim {
	const char *id;
	int64_t version;
};

/* Acts, see act.h. ERR_INVALID for what is no claim id, or no version. */
int delivery_accept(struct client *client, const struct delivery_claim *claim, act_answer_fn fn, void *cls);
/* PAID: for money too; else only while it is free. */
int delivery_cancel(struct client *client, const struct delivery_claim *claim, bool paid, act_answer_fn fn, void *cls);

#endif
