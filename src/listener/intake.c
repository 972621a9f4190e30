/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens to one request: refused at its head, or taken in as its kind wants it, and answered by the commit's result.
 * Listener layer: the handlers behind the listener's server; owns no socket.
 */
#include "listener/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "listener/arrival.h"
#include "listener/ingest.h"
#include "listener/refusals.h"
#include "listener/reply.h"

struct intake {
	struct loop *loop;
	struct listener_config config;
	struct listener_source *sources; /* owned; config.sources points to it */
	struct ingest *ingest; /* NULL once closed */
	struct refusals *refusals;
	size_t in_flight; /* requests whose head has come and whose end has not */
};

/* A proxy may add a header line of its own to those that its client sent, so all of them count. */
static int find_sender(const struct intake *intake, struct arrival *arrival)
{
	CLEANUP(buf_done) struct buf forwarded = { 0 };
	int r = request_header_list(arrival->request, "X-Forwarded-For", &forwarded);

	if (r < 0)
		return r;
	peer_find(request_peer(arrival->request), forwarded.data, &intake->config.listen->trusted_proxies, &arrival->sender);
	peer_format(&arrival->sender, arrival->remote);
	return ERR_OK;
}

static bool may_send(const struct arrival *arrival)
{
	const struct conf_source *conf = arrival->route.source->conf;

	return conf->kind != CONF_MARKET || conf_cidrs_contain(&conf->market.allow_from, &arrival->sender.sa);
}

static void refuse_route(struct intake *intake, const struct arrival *arrival)
{
	refusals_add(intake->refusals, arrival->route.source, REFUSAL_SECRET, arrival->remote);
	reply_not_found(arrival->request);
}

static void refuse_sender(struct intake *intake, const struct arrival *arrival)
{
	refusals_add(intake->refusals, arrival->route.source, REFUSAL_SENDER, arrival->remote);
	reply_forbidden(arrival->request);
}

/* Whether the request may go on; otherwise it has been answered. */
static bool admit(struct intake *intake, struct arrival *arrival)
{
	const struct request *request = arrival->request;
	enum route_verdict verdict = route_find(intake->config.sources, intake->config.n_sources, request_method(request),
	                                        request_target(request), &arrival->route);

	switch (verdict) {
	case ROUTE_WRONG_SECRET:
	case ROUTE_UNKNOWN:
		refuse_route(intake, arrival);
		return false;
	case ROUTE_FOUND:
	case ROUTE_BAD_METHOD:
		break;
	}
	if (!may_send(arrival)) {
		refuse_sender(intake, arrival);
		return false;
	}
	if (verdict == ROUTE_BAD_METHOD)
		reply_bad_method(arrival->request, "POST");
	return verdict == ROUTE_FOUND;
}

static int take(struct intake *intake, struct arrival *arrival)
{
	if (!intake->ingest)
		return ERR_BUSY;
	switch (arrival->route.source->conf->kind) {
	case CONF_DELIVERY:
		return arrival_take_callback(intake->ingest, arrival);
	case CONF_MARKET:
		return arrival_take_push(intake->ingest, arrival);
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return ERR_INVALID;
}

static void answer(const struct arrival *arrival, int result)
{
	switch (arrival->route.source->conf->kind) {
	case CONF_DELIVERY:
		arrival_answer_callback(arrival, result);
		break;
	case CONF_MARKET:
		arrival_answer_push(arrival, result);
		break;
	case CONF_SOURCE_KIND_MAX:
		break;
	}
}

void intake_on_head(struct request *request, void *cls)
{
	struct intake *intake = cls;
	struct arrival *arrival = calloc(1, sizeof(*arrival));

	if (!arrival) {
		reply_try_later(request);
		return;
	}
	arrival->request = request;
	request_set_data(request, arrival);
	intake->in_flight++;
	if (find_sender(intake, arrival) < 0)
		reply_try_later(request);
	else
		admit(intake, arrival);
}

void intake_on_request(struct request *request, void *cls)
{
	struct intake *intake = cls;
	struct arrival *arrival = request_data(request);

	/* Asked again rather than remembered: while the body came, a reload may have changed the secret and so where the tail begins. */
	if (!admit(intake, arrival))
		return;
	arrival->received = loop_now(intake->loop);
	int r = take(intake, arrival);
	if (r < 0)
		answer(arrival, r);
}

void intake_on_gone(struct request *request, void *cls)
{
	struct intake *intake = cls;
	struct arrival *arrival = request_data(request);

	/* There was no memory for it. */
	if (!arrival)
		return;
	intake->in_flight--;
	free(arrival);
}

static void on_result(void *ticket, int result, void *cls ATTR_UNUSED)
{
	answer(ticket, result);
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

bool intake_is_stuck(const struct intake *intake, struct mono now)
{
	return ingest_is_stuck(intake->ingest, now);
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
