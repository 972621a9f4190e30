/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens to one request: refused at its head, or parsed, stored as a hint, and answered by the commit's result.
 * Listener layer: the handlers behind the listener's server; owns no socket.
 */
#include "listener/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "listener/callback.h"
#include "listener/ingest.h"
#include "listener/peer.h"
#include "listener/refusals.h"
#include "listener/reply.h"
#include "listener/route.h"

struct intake {
	struct loop *loop;
	struct listener_config config;
	struct listener_source *sources; /* owned; config.sources points to it */
	struct ingest *ingest; /* NULL once closed */
	struct refusals *refusals;
	size_t in_flight; /* requests whose head has come and whose end has not */
};

static void format_peer(const struct intake *intake, const struct request *request, char ret[static PEER_SIZE])
{
	peer_format(request_peer(request), request_header(request, "X-Forwarded-For"), &intake->config.listen->trusted_proxies, ret);
}

static void refuse(struct intake *intake, struct request *request, const struct listener_source *source)
{
	char remote[PEER_SIZE];

	format_peer(intake, request, remote);
	refusals_add(intake->refusals, source, remote);
	reply_not_found(request);
}

/* Whether the request may go on; otherwise it has been answered. */
static bool admit(struct intake *intake, struct request *request, struct route *ret)
{
	switch (route_find(intake->config.sources, intake->config.n_sources, request_method(request), request_target(request), ret)) {
	case ROUTE_DELIVERY:
		return true;
	case ROUTE_BAD_METHOD:
		reply_bad_method(request, "POST");
		return false;
	case ROUTE_WRONG_SECRET:
	case ROUTE_UNKNOWN:
		refuse(intake, request, ret->source);
		return false;
	}
	return false;
}

static int add_hint(struct intake *intake, struct request *request, const struct listener_source *source, const struct callback *callback)
{
	if (!intake->ingest)
		return ERR_BUSY;
	char remote[PEER_SIZE];
	format_peer(intake, request, remote);
	if (callback->reason)
		log_info("source %s: callback from %s rejected: %s", source->conf->name, remote, callback->reason);
	else
		log_debug("source %s: callback for %s from %s", source->conf->name, callback->claim_id, remote);
	struct hint hint = {
		.source_id = source->id,
		.external_id = callback->reason ? NULL : callback->claim_id,
		.upstream = callback->updated,
		.received = loop_now(intake->loop),
		.remote_addr = remote,
		.own_params = callback->own_params,
		.quirks = callback->quirks,
		.reason = callback->reason,
	};
	return ingest_add(intake->ingest, &hint, request);
}

void intake_on_head(struct request *request, void *cls)
{
	struct intake *intake = cls;
	struct route route;

	request_set_data(request, intake);
	intake->in_flight++;
	admit(intake, request, &route);
}

void intake_on_request(struct request *request, void *cls)
{
	struct intake *intake = cls;
	struct route route;

	/* Asked again rather than remembered: while the body came, a reload may have changed the secret and so where the tail begins. */
	if (!admit(intake, request, &route))
		return;
	CLEANUP(callback_done) struct callback callback = { 0 };
	int r = callback_parse(route.tail, route.tail_len, &callback);
	if (r == ERR_OK)
		r = add_hint(intake, request, route.source, &callback);
	if (r < 0)
		reply_try_later(request);
	else
		server_suspend(request);
}

void intake_on_gone(struct request *request, void *cls)
{
	struct intake *intake = cls;

	/* The server may have answered by itself, before any head was shown to us. */
	if (request_data(request))
		intake->in_flight--;
}

static void on_result(void *ticket, int result, void *cls ATTR_UNUSED)
{
	if (result == ERR_OK)
		reply_accepted(ticket);
	else
		reply_try_later(ticket);
}

static void on_stored(void *cls)
{
	struct intake *intake = cls;

	intake->config.on_hints(intake->config.cls);
}

bool intake_flush(struct intake *intake)
{
	ingest_commit(intake->ingest);
	return intake->in_flight == 0;
}

static int copy_sources(struct intake *intake)
{
	size_t size = intake->config.n_sources * sizeof(*intake->sources);

	if (size == 0)
		return ERR_OK;
	intake->sources = malloc(size);
	if (!intake->sources)
		return ERR_NOMEM;
	memcpy(intake->sources, intake->config.sources, size);
	intake->config.sources = intake->sources;
	return ERR_OK;
}

int intake_new(struct loop *loop, struct store *store, const struct listener_config *config, struct intake **ret)
{
	CLEANUP(intake_cleanup) struct intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return ERR_NOMEM;
	intake->loop = loop;
	intake->config = *config;
	int r = copy_sources(intake);
	if (r < 0)
		return r;
	struct ingest_config ingest = {
		.max_waiting = config->max_waiting,
		.on_result = on_result,
		.on_stored = on_stored,
		.cls = intake,
	};
	r = ingest_new(loop, store, &ingest, &intake->ingest);
	if (r < 0)
		return r;
	r = refusals_new(loop, intake->config.sources, config->n_sources, &intake->refusals);
	if (r < 0)
		return r;
	*ret = intake;
	intake = NULL;
	return ERR_OK;
}

void intake_close(struct intake *intake)
{
	intake->ingest = ingest_free(intake->ingest);
}

struct intake *intake_free(struct intake *intake)
{
	if (!intake)
		return NULL;
	intake_close(intake);
	refusals_free(intake->refusals);
	free(intake->sources);
	free(intake);
	return NULL;
}
