/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery's callbacks: all that they say stands in the request target, and their answer is a bare status.
 * Listener layer.
 */
#include "base/err.h"
#include "entry/entry.h"
#include "listener/callback.h"
#include "listener/reply.h"
#include "listener/arrival.h"
#include "model/seen.h"

static void tell(const struct arrival *arrival, const struct callback *callback)
{
	const struct entry entry = {
		.source = arrival->route.source->conf->name,
		.kind = "delivery",
		.claim = callback->claim_id,
		.remote_addr = arrival->remote,
	};

	entry_tell(LOG_LEVEL_DEBUG, &entry, "delivery %s: callback for %s from %s", entry.source, callback->claim_id, arrival->remote);
}

int arrival_take_callback(struct ingest *ingest, struct arrival *arrival)
{
	CLEANUP(callback_done) struct callback callback = { 0 };
	int r = callback_parse(arrival->route.tail, arrival->route.tail_len, &callback);

	if (r < 0)
		return r;
	arrival->rejected = callback.reason;
	if (!callback.reason)
		tell(arrival, &callback);
	struct hint hint = {
		.source_id = arrival->route.source->id,
		.kind = "callback",
		.owes_read = true,
		.external_id = callback.reason ? NULL : callback.claim_id,
		.upstream = callback.updated,
		.received = arrival->received,
		.remote_addr = arrival->remote,
		.own_params = callback.own_params,
		.quirks = callback.quirks,
		.reason = callback.reason,
		.campaign_id = NUMBER_NONE,
	};
	r = ingest_add(ingest, &hint, arrival);
	if (r == ERR_OK)
		server_suspend(arrival->request);
	return r;
}

void arrival_answer_callback(const struct arrival *arrival, int result)
{
	if (result == ERR_OK)
		reply_accepted(arrival->request);
	else
		reply_try_later(arrival->request);
}
