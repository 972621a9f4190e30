/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of Yandex Delivery: claims by their ids, and the journal.
 * API layer: never sees the store. Endpoints: upstream/delivery.md section 3.
 */
#ifndef CLAIMD_API_DELIVERY_H
#define CLAIMD_API_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "api/client.h"
#include "wire/journal.h"

struct delivery_page {
	struct client_end end;
	bool bad_cursor;          /* upstream refuses the cursor that was sent: OUTCOME_PROTOCOL */
	struct wire_journal page; /* when OUTCOME_OK; owned by the caller's side from now: wire_journal_done() */
};
typedef void (*delivery_page_fn)(struct delivery_page *page, void *cls);

/* Both start a request as client_start() does; FN runs exactly once, later, unless the client is freed. */

/* claims/bulk_info for 1 to WIRE_BULK_IDS_MAX ids. */
int delivery_bulk_info(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls);

/* The page of claims/journal behind CURSOR, as large as upstream gives it; NULL asks for the oldest that is
 * retained. */
int delivery_journal(struct client *client, const char *cursor, delivery_page_fn fn, void *cls);

#endif
