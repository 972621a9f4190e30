/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inbox: hints go in one by one, and are folded into their shipments in large batches.
 * Store layer. The inbox is append-only and has no index but its id, so that going in stays cheap at any size.
 */
#include "base/err.h"
#include "model/graph.h"
#include "store/query.h"
#include "store/store.h"

/* What a statement costs whatever it does is paid once for so many: as many as HINTS_ADD has rows. */
#define HINTS_AT_ONCE 8

static void bind_hint(struct query *q, const struct hint *hint)
{
	query_bind_number(q, hint->source_id);
	query_bind_text(q, hint->kind);
	query_bind_number(q, hint->owes_read && hint->external_id && !hint->reason);
	query_bind_text(q, hint->external_id);
	query_bind_time(q, hint->upstream);
	query_bind_time(q, hint->received);
	query_bind_text(q, hint->remote_addr);
	query_bind_text(q, hint->own_params);
	query_bind_number(q, hint->quirks);
	query_bind_text(q, hint->reason);
	query_bind_number(q, hint->campaign_id);
	query_bind_text(q, hint->status);
	query_bind_number(q, hint->asks_to_cancel);
}

void store_hint_add(struct store *store, const struct hint *hint)
{
	struct query q = query_start(store, STMT_HINT_ADD);

	bind_hint(&q, hint);
	query_run(&q);
}

static void add_some(struct store *store, const struct hint *const *hints)
{
	struct query q = query_start(store, STMT_HINTS_ADD);

	for (size_t i = 0; i < HINTS_AT_ONCE; i++)
		bind_hint(&q, hints[i]);
	query_run(&q);
}

void store_hints_add(struct store *store, const struct hint *const *hints, size_t n)
{
	for (; n >= HINTS_AT_ONCE; n -= HINTS_AT_ONCE, hints += HINTS_AT_ONCE)
		add_some(store, hints);
	for (size_t i = 0; i < n; i++)
		store_hint_add(store, hints[i]);
}

/* The last callback or push of one source among the rows that are folded: told the source once for all of them. */
struct called {
	int64_t source_id; /* 0: of none yet */
	struct wall received;
};

static void tell_source(struct store *store, const struct called *called)
{
	struct query q = query_start(store, STMT_SOURCE_CALLED);

	query_bind_number(&q, called->source_id);
	query_bind_time(&q, called->received);
	query_run(&q);
}

static void note_callback(struct store *store, struct called *called, int64_t source_id, struct wall received)
{
	if (called->source_id == source_id && wall_cmp(received, called->received) <= 0)
		return;
	if (called->source_id && called->source_id != source_id)
		tell_source(store, called);
	*called = (struct called){ source_id, received };
}

/* A hint that owes a read, on its way into its shipment. Texts are borrowed. */
struct fold {
	int64_t id;
	int64_t source_id;
	bool market;
	const char *external_id;
	const char *own_params;
	struct wall upstream;
	struct wall received;
	int64_t campaign_id;
	const char *status;
	bool asks_to_cancel;
};

/* What the hint promises. An updateDate may have been cut to its second, so Market's pushes promise no more than that. */
static struct wall fold_promise(const struct fold *fold)
{
	if (!fold->market || !wall_is_set(fold->upstream))
		return fold->upstream;
	return wall_add(fold->upstream, -(fold->upstream.us % USEC_PER_SEC));
}

/* From when on a shipment's newest observation is surely one that the hint was about: the very time that it promised,
 * unless that came without a fraction, for several changes fit into one second. */
static struct wall surely_known(struct wall promise)
{
	return promise.us % USEC_PER_SEC == 0 ? wall_add(promise, USEC_PER_SEC) : promise;
}

static void bind_fold(struct query *q, const struct fold *fold)
{
	query_bind_number(q, fold->source_id);
	query_bind_text(q, fold->external_id);
	query_bind_text(q, fold->own_params);
	query_bind_number(q, fold->id);
}

/* A hint about what is known already needs no read of its own. */
static bool fold_known(struct store *store, const struct fold *fold)
{
	struct wall promise = fold_promise(fold);

	if (!wall_is_set(promise))
		return false;

	struct query q = query_start(store, STMT_HINT_KNOWN);

	bind_fold(&q, fold);
	/* The same second tells nothing of Market's: both times may have been cut. */
	query_bind_time(&q, fold->market ? WALL_NONE : promise);
	query_bind_time(&q, surely_known(promise));
	return query_run(&q) == ERR_OK && query_changes(store) > 0;
}

static void bind_owed(struct query *q, const struct fold *fold, struct wall due)
{
	bind_fold(q, fold);
	query_bind_time(q, fold_promise(fold));
	query_bind_time(q, fold->received);
	query_bind_time(q, due);
	query_bind_number(q, fold->campaign_id);
}

/* The first hint about a shipment that was not heard of before. */
static void fold_first(struct store *store, const struct fold *fold, struct wall due)
{
	struct query q = query_start(store, STMT_HINT_FIRST);

	bind_owed(&q, fold, due);
	query_bind_text(&q, fold->market ? NULL : model_claims.name);
	query_run(&q);
}

static void fold_owed(struct store *store, const struct fold *fold, struct wall due)
{
	struct query q = query_start(store, STMT_HINT_OWED);

	bind_owed(&q, fold, due);
	if (query_run(&q) == ERR_OK && query_changes(store) == 0)
		fold_first(store, fold, due);
}

static void note_campaign(struct store *store, const struct fold *fold)
{
	struct query q = query_start(store, STMT_CAMPAIGN_SEEN);

	query_bind_number(&q, fold->source_id);
	query_bind_number(&q, fold->campaign_id);
	query_run(&q);
}

static void note_witness(struct store *store, const struct fold *fold)
{
	struct query q = query_start(store, STMT_HINT_WITNESS);

	query_bind_number(&q, fold->source_id);
	query_bind_text(&q, fold->external_id);
	query_bind_text(&q, fold->status);
	query_bind_time(&q, fold->upstream);
	query_run(&q);
}

static void note_wish(struct store *store, const struct fold *fold)
{
	struct query q = query_start(store, STMT_HINT_ASKED);

	query_bind_number(&q, fold->source_id);
	query_bind_text(&q, fold->external_id);
	query_bind_time(&q, fold->upstream);
	query_run(&q);
}

static void fold_hint(struct store *store, const struct fold *fold, struct wall due)
{
	if (fold->campaign_id != NUMBER_NONE)
		note_campaign(store, fold);
	if (!fold_known(store, fold)) {
		fold_owed(store, fold, due);
		if (fold->status)
			note_witness(store, fold);
	}
	if (fold->asks_to_cancel && wall_is_set(fold->upstream))
		note_wish(store, fold);
}

/* Takes the inbox row that IN stands at into its shipment; returns its id. */
static int64_t fold_row(struct store *store, struct query *in, struct wall due, struct called *called)
{
	struct fold fold;

	fold.id = query_number(in);
	fold.source_id = query_number(in);
	fold.market = query_number(in) == 1;
	fold.received = query_time(in);
	note_callback(store, called, fold.source_id, fold.received);
	if (query_number(in) != 1)
		return fold.id;
	fold.external_id = query_text(in);
	fold.upstream = query_time(in);
	fold.own_params = query_text(in);
	fold.campaign_id = query_number(in);
	fold.status = query_text(in);
	fold.asks_to_cancel = query_number(in) == 1;
	fold_hint(store, &fold, due);
	return fold.id;
}

int store_unfolded_since(struct store *store, struct wall *ret)
{
	struct query q = query_start(store, STMT_HINT_UNFOLDED);
	struct wall received = WALL_NONE;

	if (query_next(&q))
		received = query_time(&q);

	int r = query_end(&q);

	if (!r)
		*ret = received;
	return r;
}

void store_fold_hints(struct store *store, struct wall due, size_t max_rows, size_t *ret_n)
{
	struct query in = query_start(store, STMT_HINTS_UNFOLDED);
	struct called called = { 0 };
	int64_t last = 0;
	size_t n = 0;

	query_bind_number(&in, (int64_t)max_rows);
	while (query_next(&in)) {
		last = fold_row(store, &in, due, &called);
		n++;
	}
	query_end(&in);
	*ret_n = n;
	if (n == 0)
		return;

	tell_source(store, &called);

	struct query mark = query_start(store, STMT_FOLD_ADVANCE);

	query_bind_number(&mark, last);
	query_run(&mark);
}
