/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds what a request is about, and appends its rows.
 * Listener layer. One transaction for both: what was found is there when the row says so.
 */
#include "listener/wish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/action.h"
#include "store/resolve.h"
#include "store/standing.h"

/* A wish that is being recorded. Its rows differ in their source alone. */
struct record {
	struct store *store;
	const struct wish *wish;
	struct action_wish row;
	struct wish_result result; /* with room for a row of each source, and for one of none */
};

static int not_found(struct record *record, const char *what, const char *name)
{
	const char *source = record->wish->act->source;

	record->result.fault = WISH_NOT_FOUND;
	(void)snprintf(record->result.message, sizeof(record->result.message), "no %s %s%s%s", what, name,
	               *source ? " in source " : "", source);
	return ERR_OK;
}

static bool is_configured(const struct wish *wish, int64_t source_id)
{
	for (size_t i = 0; i < wish->n_sources; i++)
		if (wish->sources[i].id == source_id)
			return true;
	return false;
}

static void add_row(struct record *record, int64_t source_id, int64_t shipment_id)
{
	record->row.source_id = source_id;
	record->row.shipment_id = shipment_id;
	store_action_add(record->store, &record->row, record->wish->now, &record->result.ids[record->result.n++]);
}

/* What is kept of a source that the configuration has no more is history: nobody there is asked again. */
static int add_found(struct record *record, const char *what, const char *name, int64_t source_id, int64_t shipment_id)
{
	struct wish_result *result = &record->result;

	if (is_configured(record->wish, source_id)) {
		add_row(record, source_id, shipment_id);
		return ERR_OK;
	}
	result->fault = WISH_NOT_FOUND;
	(void)snprintf(result->message, sizeof(result->message), "%s %s is of a source that is not configured any more", what, name);
	return ERR_OK;
}

static int add_for_shipment(struct record *record)
{
	const struct wire_act *act = record->wish->act;
	struct wish_result *result = &record->result;
	struct shipment_found found;
	size_t n = 0;
	int r = store_shipment_find(record->store, *act->source ? act->source : NULL, act->id, &found, &n);

	if (r < 0)
		return r;
	if (n == 0)
		return not_found(record, "claim or order", act->id);
	if (n == 1)
		return add_found(record, "claim or order", act->id, found.source_id, found.shipment_id);
	result->fault = WISH_AMBIGUOUS;
	(void)snprintf(result->message, sizeof(result->message), "%zu sources know a claim or order %s: name the one that is meant", n,
	               act->id);
	return ERR_OK;
}

static int add_for_violation(struct record *record)
{
	int64_t id = record->wish->act->target_id;
	struct violation_found found;
	char name[24];
	int r = store_violation_find(record->store, id, &found);

	(void)snprintf(name, sizeof(name), "%" PRId64, id);
	if (r == ERR_NOT_FOUND)
		return not_found(record, "violation", name);
	if (r < 0)
		return r;
	return add_found(record, "violation", name, found.source_id, found.shipment_id);
}

/* Of the source that is named, a Delivery and a Market account may share the name; without a name, of all. */
static int add_for_sources(struct record *record)
{
	const struct wish *wish = record->wish;
	const char *name = wish->act->source;

	for (size_t i = 0; i < wish->n_sources; i++)
		if (!*name || strcmp(wish->sources[i].conf->name, name) == 0)
			add_row(record, wish->sources[i].id, NUMBER_NONE);
	if (record->result.n > 0)
		return ERR_OK;
	record->result.fault = WISH_NOT_FOUND;
	(void)snprintf(record->result.message, sizeof(record->result.message), "no source %s%sis configured", name, *name ? " " : "");
	return ERR_OK;
}

static int add_rows(struct record *record)
{
	switch (record->wish->act->kind) {
	case ACT_ACCEPT:
	case ACT_CANCEL:
	case ACT_CANCEL_INFO:
	case ACT_ORDER_STATUS:
	case ACT_CANCELLATION:
	case ACT_REFETCH:
		return add_for_shipment(record);
	case ACT_RESOLVE:
		return add_for_violation(record);
	case ACT_PROBE:
		return add_for_sources(record);
	case ACT_PRUNE:
	case ACT_RETRY:
		add_row(record, NUMBER_NONE, NUMBER_NONE);
		return ERR_OK;
	case ACT_MAX:
		break;
	}
	return ERR_INVALID;
}

static int commit_rows(struct record *record)
{
	int r = store_begin(record->store);

	if (r < 0)
		return r;
	r = add_rows(record);
	if (r == ERR_OK && record->result.fault == WISH_RECORDED)
		return store_commit(record->store);
	store_rollback(record->store);
	return r;
}

int wish_record(struct store *store, const struct wish *wish, struct wish_result *ret)
{
	const struct wire_act *act = wish->act;
	struct record record = {
		.store = store,
		.wish = wish,
		.row = {
			.kind = act->kind,
			.argument = act->argument,
			.target_id = act->target_id,
			.note = act->note,
			.version = act->version,
			.price = act->price,
			.requested_by = wish->requested_by,
		},
	};

	record.result.ids = calloc(wish->n_sources + 1, sizeof(*record.result.ids));
	if (!record.result.ids)
		return ERR_NOMEM;
	int r = commit_rows(&record);
	if (r < 0) {
		wish_result_done(&record.result);
		return r;
	}
	*ret = record.result;
	return ERR_OK;
}

void wish_result_done(struct wish_result *result)
{
	free(result->ids);
	*result = (struct wish_result){ 0 };
}
