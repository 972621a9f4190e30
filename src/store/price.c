/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Price histories: a row where the price changed, in upstream's order, whatever order the observations came in.
 * Store layer.
 */
#include "store/query.h"
#include "store/store.h"

static void run(struct store *store, enum stmt stmt, int64_t shipment_id, const struct seen *seen)
{
	struct query q = query_start(store, stmt);

	query_bind_number(&q, shipment_id);
	query_bind_time(&q, seen->key.updated);
	query_bind_text(&q, seen->price);
	query_bind_text(&q, seen->currency);
	query_bind_number(&q, seen->key.revision == NUMBER_NONE ? 0 : seen->key.revision);
	query_run(&q);
}

/* A row that would repeat the one before it is not added, and one that the new row makes a repeat is dropped. */
void store_price(struct store *store, int64_t shipment_id, const struct seen *seen)
{
	if (!seen->price[0])
		return;
	run(store, STMT_PRICE_ADD, shipment_id, seen);
	run(store, STMT_PRICE_SQUASH, shipment_id, seen);
}
