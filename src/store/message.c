/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages into the outbox.
 * Store layer. What they say stands in views.sql; here they get an id, a time, and their place in the queue.
 */
#include "store/message.h"

#include "base/err.h"
#include "base/timefmt.h"
#include "store/query.h"

static void run_and_count(struct query *q, struct store *store)
{
	if (query_run(q) == ERR_OK)
		store->n_messages += query_changes(store);
}

void message_alert(struct store *store, enum alert_kind kind, int64_t about, const char *detail, struct wall now)
{
	struct query q = query_start(store, STMT_ALERT_ADD);
	char time[TIMEFMT_SIZE];

	timefmt_format(now, time);
	query_bind_text(&q, alert_kind_text(kind));
	query_bind_number(&q, about);
	query_bind_time(&q, now);
	query_bind_text(&q, time);
	query_bind_text(&q, detail);
	run_and_count(&q, store);
}

void store_storage_trouble(struct store *store, struct wall from, struct wall to, const char *reason)
{
	struct query q = query_start(store, STMT_ALERT_ADD_STORAGE);
	char from_text[TIMEFMT_SIZE];
	char to_text[TIMEFMT_SIZE];

	timefmt_format(from, from_text);
	timefmt_format(to, to_text);
	query_bind_text(&q, alert_kind_text(ALERT_STORAGE_TROUBLE));
	query_bind_text(&q, from_text);
	query_bind_text(&q, to_text);
	query_bind_text(&q, reason);
	query_bind_time(&q, to);
	run_and_count(&q, store);
}

bool message_is_forwarded(struct store *store, int64_t source_id)
{
	if (store->asked_id == source_id)
		return store->forwards;

	struct query q = query_start(store, STMT_FORWARD_IS_ON);

	query_bind_number(&q, source_id);
	store->forwards = query_next(&q) && query_number(&q) == 1;
	store->asked_id = query_end(&q) == ERR_OK ? source_id : 0;
	return store->forwards;
}

void message_transition(struct store *store, int64_t history_id, const char *status, struct wall now)
{
	struct query q = query_start(store, STMT_FORWARD_ADD);
	char time[TIMEFMT_SIZE];

	timefmt_format(now, time);
	query_bind_number(&q, history_id);
	query_bind_time(&q, now);
	query_bind_text(&q, time);
	query_bind_text(&q, status);
	run_and_count(&q, store);
}
