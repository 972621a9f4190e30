/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery's callbacks: all that they say stands in the request target, and their answer is a bare status.
 * Listener layer.
 */
#include "base/err.h"
#include "base/log.h"
#include "listener/callback.h"
#include "listener/reply.h"
#include "listener/arrival.h"
#include "model/seen.h"

static void tell(const struct arrival *arrival, const struct callback *callback)
{
	const char *name = arrival->route.source->conf->name;

	if (callback->reason)
		log_info("delivery %s: callback from %s rejected: %s", name, arrival->remote, callback->reason);
	else
		log_debug("delivery %s: callback for %s from %s", name, callback->claim_id, arrival->remote);
}

int arrival_take_callback(struct ingest *ingest, struct arrival *arrival)
{
	CLEANUP(callback_done) struct callback callback = { 0 };
	int r = callback_parse(arrival->route.tail, arrival->route.tail_len, &callback);

	if (r < 0)
		return r;
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
