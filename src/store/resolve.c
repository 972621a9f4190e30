/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resolving violations.
 * Store layer. A ruling is a fact about one step, stored with its violation; the model judges by it, now and ever after.
 */
#include "store/resolve.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "store/query.h"
#include "store/words.h"

/* A violation's row, with the step that it is about. */
struct row {
	int64_t source_id;
	int64_t shipment_id;
	char state[16];
	struct wall resolved;
	char resolved_by[64];
	int64_t step_id;
	char status[STATUS_TEXT_SIZE];
	enum verdict verdict;
	struct order_key key;
};

static int get_row(struct store *store, int64_t violation_id, struct row *ret)
{
	struct query q = query_start(store, STMT_VIOLATION_GET);
	bool found = false;

	query_bind_number(&q, violation_id);
	if (query_next(&q)) {
		found = true;
		ret->source_id = query_number(&q);
		ret->shipment_id = query_number(&q);
		query_copy(&q, ret->state, sizeof(ret->state));
		ret->resolved = query_time(&q);
		query_copy(&q, ret->resolved_by, sizeof(ret->resolved_by));
		ret->step_id = query_number(&q);
		query_copy(&q, ret->status, sizeof(ret->status));
		ret->verdict = words_verdict(query_text(&q));
		ret->key.revision = query_number(&q);
		ret->key.updated = query_time(&q);
	}

	int r = query_end(&q);

	return r || found ? r : ERR_NOT_FOUND;
}

static bool is_open(const struct row *row)
{
	return !wall_is_set(row->resolved);
}

int store_violation_find(struct store *store, int64_t violation_id, struct violation_found *ret)
{
	struct row row;
	int r = get_row(store, violation_id, &row);

	if (!r)
		*ret = (struct violation_found){ .source_id = row.source_id, .shipment_id = row.shipment_id, .open = is_open(&row) };
	return r;
}

static enum ruling ruling_of(const struct resolution *resolution)
{
	return resolution->adopt ? RULING_ADOPTED : RULING_DISMISSED;
}

static void save(struct store *store, const struct resolution *resolution)
{
	struct query q = query_start(store, STMT_VIOLATION_RESOLVE);

	query_bind_number(&q, resolution->violation_id);
	query_bind_text(&q, ruling_text(ruling_of(resolution)));
	query_bind_time(&q, resolution->now);
	query_bind_text(&q, resolution->by);
	query_bind_text(&q, resolution->note);
	query_run_once(&q);
}

/* What stands follows from the judging, so the ruling need only stand with its step. */
static int adopt(struct store *store, const struct resolution *resolution, const struct row *row)
{
	CLEANUP(store_timeline_done) struct timeline timeline = { 0 };
	struct shipment shipment;
	struct pending pending;
	struct changes changes;
	int r = store_shipment(store, row->shipment_id, &shipment, &pending);

	if (!r)
		r = store_timeline(store, row->shipment_id, &row->key, &timeline);
	if (r)
		return r;
	for (size_t i = 0; i < timeline.n; i++)
		if (timeline.steps[i].id == row->step_id)
			timeline.steps[i].ruling = ruling_of(resolution);
	reconcile_again(resolution->policy, resolution->upstream_now, &shipment, &timeline);
	save(store, resolution);
	store_apply(store, &shipment, &timeline, resolution->now, &changes);
	return ERR_OK;
}

/* Says why; ERR_REFUSED. */
static int refuse(struct act_refusal *ret, const char *code, const char *message)
{
	snprintf(ret->code, sizeof(ret->code), "%s", code);
	snprintf(ret->message, sizeof(ret->message), "%s", message);
	return ERR_REFUSED;
}

static int refuse_resolved(const struct row *row, struct act_refusal *ret)
{
	char message[ACT_MESSAGE_SIZE];
	char at[TIMEFMT_SIZE];

	timefmt_format(row->resolved, at);
	snprintf(message, sizeof(message), "it was %s at %s by %s: there is nothing left to resolve", row->state, at, row->resolved_by);
	return refuse(ret, "already_resolved", message);
}

static int refuse_unknown_status(const struct row *row, struct act_refusal *ret)
{
	char message[ACT_MESSAGE_SIZE];

	snprintf(message, sizeof(message), "no status %s is known, so nothing could follow it: dismiss the violation instead", row->status);
	return refuse(ret, "unknown_status", message);
}

static int resolve(struct store *store, const struct resolution *resolution, const struct row *row, struct act_refusal *ret_refusal)
{
	if (!is_open(row))
		return refuse_resolved(row, ret_refusal);
	if (!resolution->adopt) {
		save(store, resolution);
		return ERR_OK;
	}
	if (row->verdict == VERDICT_UNKNOWN)
		return refuse_unknown_status(row, ret_refusal);

	int r = adopt(store, resolution, row);

	if (r == ERR_REFUSED)
		refuse(ret_refusal, "too_long", "too much has happened since to judge it again: dismiss the violation instead");
	return r;
}

int store_violation_resolve(struct store *store, const struct resolution *resolution, bool *ret_done, struct act_refusal *ret_refusal)
{
	struct row row;
	int r = get_row(store, resolution->violation_id, &row);

	if (r == ERR_NOT_FOUND)
		r = refuse(ret_refusal, "unknown_violation", "there is no violation of that number: see claimctl violations");
	else if (!r)
		r = resolve(store, resolution, &row, ret_refusal);
	if (r && r != ERR_REFUSED)
		return r;
	*ret_done = r == ERR_OK;
	return ERR_OK;
}
