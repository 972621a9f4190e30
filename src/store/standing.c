/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipment that somebody wants to act on: found, and how it stands.
 * Store layer.
 */
#include "store/standing.h"

#include <string.h>

#include "base/err.h"
#include "store/query.h"

/* NULL where it governs another status than the one that stands. */
static const struct window_rule *find_rule(const struct shipment *shipment, const char *kind)
{
	const struct model *model = shipment->model;
	int status = model_status(model, shipment->status);

	for (size_t i = 0; i < model->n_windows; i++) {
		const struct window_rule *rule = &model->windows[i];

		if (strcmp(rule->kind, kind) == 0 && (rule->status == status || (rule->flags & WINDOW_REQUEST)))
			return rule;
	}
	return NULL;
}

static struct window read_window(struct query *q, const struct shipment *shipment)
{
	struct window window = { .rule = find_rule(shipment, query_text(q)) };

	window.opened = query_time(q);
	window.due = query_time(q);
	window.closed = query_time(q);
	window.outcome = strcmp(query_text(q), outcome_text(OUTCOME_OPEN)) == 0 ? OUTCOME_OPEN : OUTCOME_EXPIRED;
	return window;
}

int store_standing_window(struct store *store, const struct shipment *shipment, struct window *ret)
{
	struct query q = query_start(store, STMT_WINDOW_STANDING);
	struct window window = { .opened = WALL_NONE, .due = WALL_NONE, .closed = WALL_NONE };

	query_bind_number(&q, shipment->id);
	if (shipment->model && query_next(&q))
		window = read_window(&q, shipment);

	int r = query_end(&q);

	if (!r)
		*ret = window;
	return r;
}

int store_standing_dismissed(struct store *store, int64_t shipment_id, bool *ret)
{
	struct query q = query_start(store, STMT_STANDING_DISMISSED);
	bool dismissed = false;

	query_bind_number(&q, shipment_id);
	if (query_next(&q))
		dismissed = query_number(&q) == 1;

	int r = query_end(&q);

	if (!r)
		*ret = dismissed;
	return r;
}

int store_status_at(struct store *store, int64_t shipment_id, struct wall at, char ret[STATUS_TEXT_SIZE])
{
	struct query q = query_start(store, STMT_STATUS_AT);
	char status[STATUS_TEXT_SIZE] = "";

	query_bind_number(&q, shipment_id);
	query_bind_time(&q, at);
	if (query_next(&q))
		query_copy(&q, status, sizeof(status));

	int r = query_end(&q);

	if (!r)
		memcpy(ret, status, sizeof(status));
	return r;
}

int store_shipment_find(struct store *store, const char *source, const char *external_id, struct shipment_found *ret, size_t *ret_n)
{
	struct query q = query_start(store, STMT_SHIPMENT_NAMED);
	struct shipment_found found = { 0 };
	size_t n = 0;

	query_bind_text(&q, source);
	query_bind_text(&q, external_id);
	while (query_next(&q)) {
		found.shipment_id = query_number(&q);
		found.source_id = query_number(&q);
		query_copy(&q, found.source_kind, sizeof(found.source_kind));
		found.version = query_number(&q);
		n++;
	}

	int r = query_end(&q);

	if (r)
		return r;
	if (n == 1)
		*ret = found;
	*ret_n = n;
	return ERR_OK;
}
