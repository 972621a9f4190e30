/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inbox: hints go in one by one, and are folded into their shipments in large batches.
 * Store layer. The inbox is append-only and has no index but its id, so that going in stays cheap at any size.
 */
#include <stdlib.h>

#include "base/err.h"
#include "store/query.h"
#include "store/store.h"

void store_hint_add(struct store *store, const struct hint *hint)
{
	struct query q = query_start(store, STMT_HINT_ADD);

	query_bind_number(&q, hint->source_id);
	query_bind_text(&q, hint->external_id);
	query_bind_time(&q, hint->upstream);
	query_bind_time(&q, hint->received);
	query_bind_text(&q, hint->remote_addr);
	query_bind_text(&q, hint->own_params);
	query_bind_number(&q, hint->quirks);
	query_bind_text(&q, hint->reason);
	query_run(&q);
}

static void note_callback(struct store *store, int64_t source_id, struct wall received)
{
	struct query q = query_start(store, STMT_SOURCE_CALLED);

	query_bind_number(&q, source_id);
	query_bind_time(&q, received);
	query_run(&q);
}

/* A hint about what is known already needs no read. A time without a fraction can't tell: several changes fit into its
 * second. */
static struct wall known_at(struct wall upstream)
{
	return upstream.us % USEC_PER_SEC == 0 ? WALL_NONE : upstream;
}

/* Takes the inbox row that IN stands at into its shipment. */
static int64_t fold_row(struct store *store, struct query *in, struct wall due)
{
	int64_t id = query_number(in);
	int64_t source_id = query_number(in);
	const char *external_id = query_text(in);
	struct wall upstream = query_time(in);
	struct wall received = query_time(in);
	const char *own_params = query_text(in);
	const char *reason = query_text(in);

	note_callback(store, source_id, received);
	if (reason)
		return id;

	struct query q = query_start(store, STMT_HINT_FOLD);

	query_bind_number(&q, source_id);
	query_bind_text(&q, external_id);
	query_bind_text(&q, own_params);
	query_bind_time(&q, received);
	query_bind_time(&q, due);
	query_bind_number(&q, id);
	query_bind_time(&q, upstream);
	query_bind_time(&q, known_at(upstream));
	query_run(&q);
	return id;
}

void store_fold_hints(struct store *store, struct wall due, size_t max_rows, size_t *ret_n)
{
	struct query in = query_start(store, STMT_HINTS_UNFOLDED);
	int64_t last = 0;
	size_t n = 0;

	query_bind_number(&in, (int64_t)max_rows);
	while (query_next(&in)) {
		last = fold_row(store, &in, due);
		n++;
	}
	query_end(&in);
	*ret_n = n;
	if (n == 0)
		return;

	struct query mark = query_start(store, STMT_FOLD_ADVANCE);

	query_bind_number(&mark, last);
	query_run(&mark);
}
