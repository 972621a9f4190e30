/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox's queues, by index at any length.
 * Store layer. Messages come in by message.c.
 */
#include "store/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "store/query.h"

static const char *const kind_texts[] = {
#define ALERT(id, name, ...) [ALERT_##id] = name,
#define EVENT(id, ...)
#include "entry/events.def"
#undef ALERT
#undef EVENT
};
_Static_assert(ARRAY_SIZE(kind_texts) == ALERT_KIND_MAX, "a text for each");

const char *alert_kind_text(enum alert_kind kind)
{
	return kind_texts[kind];
}

static enum alert_kind kind_from_text(const char *text)
{
	for (int kind = 0; text && kind < ALERT_KIND_MAX; kind++)
		if (strcmp(kind_texts[kind], text) == 0)
			return (enum alert_kind)kind;
	return ALERT_KIND_MAX;
}

/* --- The journal's entries ------------------------------------------------------------------------------------------- */

static void read_alert(struct query *q, struct alert *ret)
{
	ret->id = query_number(q);
	ret->kind = kind_from_text(query_text(q));
	query_copy(q, ret->message_id, sizeof(ret->message_id));
	query_copy(q, ret->summary, sizeof(ret->summary));
	query_copy(q, ret->source, sizeof(ret->source));
	query_copy(q, ret->source_kind, sizeof(ret->source_kind));
	query_copy(q, ret->external_id, sizeof(ret->external_id));
	query_copy(q, ret->from, sizeof(ret->from));
	query_copy(q, ret->to, sizeof(ret->to));
	query_copy(q, ret->violation, sizeof(ret->violation));
	query_copy(q, ret->window, sizeof(ret->window));
	query_copy(q, ret->reason, sizeof(ret->reason));
}

int store_alerts_unlogged(struct store *store, struct alert *ret, size_t max, size_t *ret_n)
{
	struct query q = query_start(store, STMT_ALERTS_UNLOGGED);
	size_t n = 0;

	query_bind_number(&q, (int64_t)max);
	while (n < max && query_next(&q))
		read_alert(&q, &ret[n++]);

	int r = query_end(&q);

	if (!r)
		*ret_n = n;
	return r;
}

void store_alert_logged(struct store *store, int64_t id)
{
	struct query q = query_start(store, STMT_ALERT_LOGGED);

	query_bind_number(&q, id);
	query_run(&q);
}

size_t store_alerts_drop(struct store *store, size_t max)
{
	struct query q = query_start(store, STMT_ALERTS_DROP);

	query_bind_number(&q, (int64_t)max);
	return query_run(&q) == ERR_OK ? query_changes(store) : 0;
}

/* --- The receivers' queues ------------------------------------------------------------------------------------------- */

void store_forwards_reset(struct store *store)
{
	struct query q = query_start(store, STMT_FORWARDS_RESET);

	query_run(&q);
}

void store_source_forwards(struct store *store, int64_t source_id, bool forwards)
{
	struct query q = query_start(store, STMT_FORWARD_SWITCH);

	query_bind_number(&q, source_id);
	query_bind_number(&q, forwards);
	query_run(&q);
}

static bool is_of_alerts(const struct outbox_queue *queue)
{
	return queue->source_id == NUMBER_NONE;
}

/* The statements of a queue come in pairs; that of transitions has the source as its last parameter. */
static void bind_queue(struct query *q, const struct outbox_queue *queue)
{
	if (!is_of_alerts(queue))
		query_bind_number(q, queue->source_id);
}

int store_outbox_due(struct store *store, const struct outbox_queue *queue, struct wall now, struct message_due *ret, size_t max,
                     size_t *ret_n)
{
	struct query q = query_start(store, is_of_alerts(queue) ? STMT_OUTBOX_ALERTS_DUE : STMT_OUTBOX_FORWARDS_DUE);
	size_t n = 0;

	query_bind_time(&q, now);
	query_bind_number(&q, (int64_t)max);
	bind_queue(&q, queue);
	while (n < max && query_next(&q)) {
		ret[n].id = query_number(&q);
		ret[n].shipment_id = query_number(&q);
		ret[n].tries = query_number(&q);
		n++;
	}

	int r = query_end(&q);

	if (!r)
		*ret_n = n;
	return r;
}

int store_outbox_next(struct store *store, const struct outbox_queue *queue, struct wall after, struct wall *ret)
{
	struct query q = query_start(store, is_of_alerts(queue) ? STMT_OUTBOX_ALERTS_NEXT : STMT_OUTBOX_FORWARDS_NEXT);
	struct wall due = WALL_NONE;

	query_bind_time(&q, after);
	bind_queue(&q, queue);
	if (query_next(&q))
		due = query_time(&q);

	int r = query_end(&q);

	if (!r)
		*ret = due;
	return r;
}

int store_outbox_message(struct store *store, int64_t id, struct message *ret)
{
	struct query q = query_start(store, STMT_OUTBOX_GET);
	struct message message = { .body = NULL };
	int r = ERR_NOT_FOUND;

	query_bind_number(&q, id);
	if (query_next(&q)) {
		query_copy(&q, message.id, sizeof(message.id));
		message.body = strdup(query_text(&q));
		r = message.body ? ERR_OK : ERR_NOMEM;
	}

	int end = query_end(&q);

	if (r || end) {
		free(message.body);
		return end ? end : r;
	}
	*ret = message;
	return ERR_OK;
}

void store_outbox_delivered(struct store *store, const struct outbox_queue *queue, const struct message_due *message, struct wall now)
{
	struct query done = query_start(store, STMT_OUTBOX_DELETE);

	query_bind_number(&done, message->id);
	query_run(&done);
	if (is_of_alerts(queue))
		return;

	struct query next = query_start(store, STMT_OUTBOX_FOLLOW);

	query_bind_number(&next, message->shipment_id);
	query_bind_time(&next, now);
	query_run(&next);
}

void store_outbox_failed(struct store *store, int64_t id, const char *error, struct wall due)
{
	struct query q = query_start(store, STMT_OUTBOX_FAILED);

	query_bind_number(&q, id);
	query_bind_text(&q, error);
	query_bind_time(&q, due);
	query_run(&q);
}

void store_outbox_pull(struct store *store, const struct outbox_queue *queue, struct wall after, struct wall due)
{
	struct query q = query_start(store, is_of_alerts(queue) ? STMT_OUTBOX_ALERTS_PULL : STMT_OUTBOX_FORWARDS_PULL);

	query_bind_time(&q, after);
	query_bind_time(&q, due);
	bind_queue(&q, queue);
	query_run(&q);
}

bool store_outbox_retry(struct store *store, int64_t id, struct wall now)
{
	struct query q = query_start(store, STMT_OUTBOX_RETRY);

	query_bind_number(&q, id);
	query_bind_time(&q, now);
	return query_run(&q) == ERR_OK && query_changes(store) > 0;
}

size_t store_outbox_retry_some(struct store *store, size_t max, struct wall now)
{
	struct query q = query_start(store, STMT_OUTBOX_RETRY_SOME);

	query_bind_time(&q, now);
	query_bind_number(&q, (int64_t)max);
	return query_run(&q) == ERR_OK ? query_changes(store) : 0;
}
