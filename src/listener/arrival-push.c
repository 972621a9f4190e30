/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's pushes: all that they say stands in their JSON body, and their answers are JSON, too.
 * Listener layer. Market gives a push up for good after a 400 and repeats it after whatever else is no 200, so 400 is for
 * nothing but what never was a push.
 */
#include "base/err.h"
#include "entry/entry.h"
#include "listener/reply.h"
#include "listener/arrival.h"
#include "wire/notification.h"

static struct entry about(const struct arrival *arrival)
{
	return (struct entry){ .source = arrival->route.source->conf->name, .kind = "market", .remote_addr = arrival->remote };
}

/* It asks whether we are there, within a second, so it waits for nothing, least of all for the store. */
static void answer_ping(struct arrival *arrival)
{
	const struct entry entry = about(arrival);

	entry_tell(LOG_LEVEL_INFO, &entry, "market %s: PING from %s", entry.source, arrival->remote);
	arrival->outcome = ARRIVAL_PING;
	reply_push_accepted(arrival->request, arrival->received);
}

static const char *text_or_null(const char *text)
{
	return *text ? text : NULL;
}

static int add_hint(struct ingest *ingest, struct arrival *arrival, const struct notification *push)
{
	struct hint hint = {
		.source_id = arrival->route.source->id,
		.kind = push->type,
		.owes_read = push->kind == NOTIFICATION_ORDER,
		.external_id = text_or_null(push->order_id),
		.upstream = push->at,
		.received = arrival->received,
		.remote_addr = arrival->remote,
		.quirks = wall_is_set(push->at) ? 0 : HINT_NO_TIME,
		.campaign_id = push->campaign_id,
		.status = text_or_null(push->status),
		.asks_to_cancel = push->asks_to_cancel,
	};

	struct entry entry = about(arrival);

	entry.order = hint.external_id;
	entry_tell(LOG_LEVEL_DEBUG, &entry, "market %s: %s for %s from %s", entry.source, push->type,
	           hint.external_id ? hint.external_id : "no order", arrival->remote);
	int r = ingest_add(ingest, &hint, arrival);
	if (r == ERR_OK)
		server_suspend(arrival->request);
	return r;
}

int arrival_take_push(struct ingest *ingest, struct arrival *arrival)
{
	size_t len;
	const char *body = request_body(arrival->request, &len);
	struct notification push;
	const char *why;
	int r = wire_notification_parse(body, len, &push, &why);

	if (r == ERR_INVALID) {
		arrival->rejected = why;
		arrival->outcome = ARRIVAL_MALFORMED;
		reply_push_invalid(arrival->request, why);
		return ERR_OK;
	}
	if (r < 0)
		return r;
	if (push.kind != NOTIFICATION_PING)
		return add_hint(ingest, arrival, &push);
	answer_ping(arrival);
	return ERR_OK;
}

void arrival_answer_push(const struct arrival *arrival, int result)
{
	if (result == ERR_OK)
		reply_push_accepted(arrival->request, arrival->received);
	else
		reply_push_try_later(arrival->request);
}
