/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shipments: what is current of each claim or order, and the read that is due.
 * Store layer.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "store/query.h"
#include "store/store.h"
#include "store/words.h"

int store_due(struct store *store, int64_t source_id, struct wall now, struct due *ret, size_t max, size_t *ret_n)
{
	struct query q = query_start(store, STMT_DUE_LIST);
	size_t n = 0;

	query_bind_number(&q, source_id);
	query_bind_time(&q, now);
	query_bind_number(&q, (int64_t)max);
	while (n < max && query_next(&q)) {
		ret[n].shipment_id = query_number(&q);
		query_copy(&q, ret[n].external_id, sizeof(ret[n].external_id));
		ret[n].hint_id = query_number(&q);
		ret[n].at = query_time(&q);
		n++;
	}

	int r = query_end(&q);

	if (!r)
		*ret_n = n;
	return r;
}

int store_next_due(struct store *store, int64_t source_id, struct wall after, struct wall *ret)
{
	struct query q = query_start(store, STMT_DUE_NEXT);
	struct wall due = WALL_NONE;

	query_bind_number(&q, source_id);
	query_bind_time(&q, after);
	if (query_next(&q))
		due = query_time(&q);

	int r = query_end(&q);

	if (!r)
		*ret = due;
	return r;
}

void store_pull_due(struct store *store, int64_t source_id, struct wall after, struct wall due)
{
	struct query q = query_start(store, STMT_DUE_PULL);

	query_bind_number(&q, source_id);
	query_bind_time(&q, after);
	query_bind_time(&q, due);
	query_run(&q);
}

static int find_shipment(struct store *store, int64_t source_id, const char *external_id, int64_t *ret)
{
	struct query q = query_start(store, STMT_SHIPMENT_FIND);
	int64_t id = 0;

	query_bind_number(&q, source_id);
	query_bind_text(&q, external_id);
	if (query_next(&q))
		id = query_number(&q);

	int r = query_end(&q);

	if (!r)
		*ret = id;
	return r;
}

static int add_shipment(struct store *store, const struct shipment_name *name, struct wall now, int64_t *ret)
{
	struct query q = query_start(store, STMT_SHIPMENT_ADD);

	query_bind_number(&q, name->source_id);
	query_bind_text(&q, name->external_id);
	query_bind_text(&q, words_model_text(name->model));
	query_bind_number(&q, name->campaign_id);
	query_bind_time(&q, now);
	query_bind_text(&q, via_text(name->via));

	int r = query_run(&q);

	if (!r)
		*ret = sqlite3_last_insert_rowid(store->handle);
	return r;
}

/* A push need not have named it. */
static void fill_campaign(struct store *store, int64_t shipment_id, int64_t campaign_id)
{
	struct query q = query_start(store, STMT_SHIPMENT_CAMPAIGN);

	query_bind_number(&q, shipment_id);
	query_bind_number(&q, campaign_id);
	query_run(&q);
}

int store_shipment_id(struct store *store, const struct shipment_name *name, struct wall now, int64_t *ret)
{
	int64_t id = 0;
	int r = find_shipment(store, name->source_id, name->external_id, &id);

	if (r)
		return r;
	if (id == 0)
		return add_shipment(store, name, now, ret);
	if (name->campaign_id != NUMBER_NONE)
		fill_campaign(store, id, name->campaign_id);
	*ret = id;
	return ERR_OK;
}

int store_witnessed(struct store *store, int64_t shipment_id, const struct model *model, struct wall until, uint64_t *ret)
{
	struct query q = query_start(store, STMT_WITNESS_LIST);
	uint64_t witnessed = 0;

	query_bind_number(&q, shipment_id);
	query_bind_time(&q, until);
	while (query_next(&q)) {
		int status = model_status(model, query_text(&q));

		if (status != STATUS_UNKNOWN)
			witnessed |= UINT64_C(1) << status;
	}

	int r = query_end(&q);

	if (!r)
		*ret = witnessed;
	return r;
}

static void read_shipment(struct query *q, struct shipment *ret)
{
	ret->source_id = query_number(q);
	ret->model = words_model(query_text(q));
	query_copy(q, ret->external_id, sizeof(ret->external_id));
	query_copy(q, ret->status, sizeof(ret->status));
	ret->entered = query_time(q);
	query_copy(q, ret->reported, sizeof(ret->reported));
	ret->newest.revision = query_number(q);
	ret->newest.updated = query_time(q);
	ret->version = query_number(q);
	ret->point_id = query_number(q);
	query_copy(q, ret->resolution, sizeof(ret->resolution));
	query_copy(q, ret->suspect, sizeof(ret->suspect));
	ret->asked = query_time(q);
	query_copy(q, ret->class, sizeof(ret->class));
}

static void read_pending(struct query *q, struct pending *ret)
{
	ret->due = query_time(q);
	ret->via = words_via(query_text(q));
	ret->tries = query_number(q);
	ret->hint_id = query_number(q);
	ret->served_id = query_number(q);
	ret->promised = query_time(q);
	ret->missing = query_number(q) == 1;
	ret->last_read = query_time(q);
	ret->owed_since = query_time(q);
}

int store_shipment(struct store *store, int64_t shipment_id, struct shipment *ret, struct pending *ret_pending)
{
	struct query q = query_start(store, STMT_SHIPMENT_GET);
	struct shipment shipment = { .id = shipment_id };
	struct pending pending = { 0 };
	bool found = false;

	query_bind_number(&q, shipment_id);
	if (query_next(&q)) {
		found = true;
		read_shipment(&q, &shipment);
		read_pending(&q, &pending);
	}

	int r = query_end(&q);

	if (r)
		return r;
	if (!found)
		return ERR_NOT_FOUND;
	*ret = shipment;
	*ret_pending = pending;
	return ERR_OK;
}

int store_shipment_campaign(struct store *store, int64_t shipment_id, int64_t *ret)
{
	struct query q = query_start(store, STMT_SHIPMENT_CAMPAIGN_GET);
	int64_t campaign_id = NUMBER_NONE;
	bool found = false;

	query_bind_number(&q, shipment_id);
	if (query_next(&q)) {
		found = true;
		campaign_id = query_number(&q);
	}

	int r = query_end(&q);

	if (!r && found)
		*ret = campaign_id;
	return r || found ? r : ERR_NOT_FOUND;
}

/* What the pushes told was for the read that is now done, if it has served them all; but a status that is held may still be
 * explained by a push that comes late. */
static void drop_witnesses(struct store *store, int64_t shipment_id)
{
	struct query q = query_start(store, STMT_WITNESS_DROP);

	query_bind_number(&q, shipment_id);
	query_run(&q);
}

void store_pending_save(struct store *store, int64_t shipment_id, const struct pending *pending, struct wall read)
{
	struct query q = query_start(store, STMT_PENDING_SAVE);

	query_bind_number(&q, shipment_id);
	query_bind_time(&q, pending->due);
	query_bind_text(&q, via_text(pending->via));
	query_bind_number(&q, pending->tries);
	query_bind_number(&q, pending->served_id);
	query_bind_number(&q, pending->missing);
	query_bind_time(&q, read);
	query_run(&q);
	if (pending->hint_id > 0)
		drop_witnesses(store, shipment_id);
}
