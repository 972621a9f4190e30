/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens to one request: refused at its head, or taken in as its kind wants it, and answered by the commit's result.
 * Listener layer: the handlers behind the listener's server; owns no socket.
 */
#include "listener/intake.h"

#include <stdlib.h>

#include "base/err.h"
#include "listener/arrival.h"
#include "listener/ingest.h"
#include "listener/refusals.h"
#include "listener/reply.h"
#include "meter/meter.h"

struct intake {
	struct loop *loop;
	struct listener_config config;
	struct counter *faults[SERVER_FAULT_MAX];
	struct arrival_tally *tallies; /* of each source, and once more of what fits none; NULL: nothing is counted */
	struct ingest *ingest;
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

static void refuse_route(struct intake *intake, struct arrival *arrival)
{
	const struct listener_source *source = arrival->route.source;

	arrival->outcome = ARRIVAL_NOT_FOUND;
	refusals_add(intake->refusals, source ? source->conf : NULL, REFUSAL_SECRET, arrival->remote, NULL);
	reply_not_found(arrival->request);
}

static void refuse_sender(struct intake *intake, struct arrival *arrival)
{
	arrival->outcome = ARRIVAL_FORBIDDEN;
	refusals_add(intake->refusals, arrival->route.source->conf, REFUSAL_SENDER, arrival->remote, NULL);
	reply_forbidden(arrival->request);
}

static void find_tally(const struct intake *intake, struct arrival *arrival)
{
	const struct listener_source *source = arrival->route.source;
	size_t i = source ? (size_t)(source - intake->config.sources) : intake->config.n_sources;

	if (intake->tallies)
		arrival->tally = intake->tallies[i];
}

/* Whether the request may go on; otherwise it has been answered. */
static bool admit(struct intake *intake, struct arrival *arrival)
{
	const struct request *request = arrival->request;
	enum route_verdict verdict = route_find(intake->config.sources, intake->config.n_sources, request_method(request),
	                                        request_target(request), &arrival->route);

	find_tally(intake, arrival);
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
	if (verdict == ROUTE_FOUND)
		return true;
	arrival->outcome = ARRIVAL_BAD_METHOD;
	reply_bad_method(arrival->request, "POST");
	return false;
}

static int take(struct intake *intake, struct arrival *arrival)
{
	switch (arrival->kind) {
	case CONF_DELIVERY:
		return arrival_take_callback(intake->ingest, arrival);
	case CONF_MARKET:
		return arrival_take_push(intake->ingest, arrival);
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return ERR_INVALID;
}

static void tell_rejected(struct intake *intake, const struct arrival *arrival)
{
	enum refusal why = arrival->kind == CONF_MARKET ? REFUSAL_PUSH : REFUSAL_CALLBACK;

	if (arrival->rejected)
		refusals_add(intake->refusals, arrival->route.source->conf, why, arrival->remote, arrival->rejected);
}

static void answer(struct arrival *arrival, int result)
{
	arrival->outcome = arrival_outcome_of(arrival, result);
	switch (arrival->kind) {
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
	arrival->kind = arrival->route.source->conf->kind;
	int r = take(intake, arrival);
	tell_rejected(intake, arrival);
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
	counter_add(arrival->tally.outcomes[arrival->outcome], 1);
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

/* What a peer's fault is called in the metrics, and how it is told. */
static const struct {
	const char *text;
	enum refusal refusal;
} faults[] = {
	[SERVER_FAULT_FULL] = { "full", REFUSAL_FULL },
	[SERVER_FAULT_CROWD] = { "crowd", REFUSAL_CROWD },
	[SERVER_FAULT_SLOW] = { "slow", REFUSAL_SLOW },
	[SERVER_FAULT_REQUEST] = { "request", REFUSAL_REQUEST },
	[SERVER_FAULT_TLS] = { "tls", REFUSAL_TLS },
};
_Static_assert(ARRAY_SIZE(faults) == SERVER_FAULT_MAX, "a text for each");

void intake_on_fault(enum server_fault fault, const struct sockaddr *sa, void *cls)
{
	struct intake *intake = cls;
	union peer peer;
	char text[PEER_SIZE];

	peer_find(sa, NULL, &intake->config.listen->trusted_proxies, &peer);
	peer_format(&peer, text);
	counter_add(intake->faults[fault], 1);
	refusals_add(intake->refusals, NULL, faults[fault].refusal, text, NULL);
}

bool intake_is_exempt(const struct sockaddr *sa, void *cls)
{
	const struct intake *intake = cls;

	return conf_cidrs_contain(&intake->config.listen->trusted_proxies, sa);
}

static void open_tally(const struct intake *intake, const char *kind, const char *name, struct arrival_tally *ret)
{
	for (enum arrival_outcome outcome = 0; outcome < ARRIVAL_OUTCOME_MAX; outcome++)
		ret->outcomes[outcome] = metrics_counter(intake->config.metrics, METER_INGEST_REQUESTS,
		                                         METRIC_VALUES(kind, name, arrival_outcome_text(outcome)));
}

static void open_tallies(struct intake *intake)
{
	size_t n = intake->config.n_sources;

	free(intake->tallies);
	intake->tallies = calloc(n + 1, sizeof(*intake->tallies));
	if (!intake->tallies)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct conf_source *conf = intake->config.sources[i].conf;

		open_tally(intake, conf_source_kind_text(conf->kind), conf->name, &intake->tallies[i]);
	}
	open_tally(intake, "none", "none", &intake->tallies[n]);
}

void intake_set_sources(struct intake *intake, const struct listener_source *sources, size_t n)
{
	refusals_set_sources(intake->refusals, sources, n);
	intake->config.sources = sources;
	intake->config.n_sources = n;
	open_tallies(intake);
}

int intake_new(struct loop *loop, struct store *store, const struct listener_config *config, struct intake **ret)
{
	CLEANUP(intake_cleanup) struct intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return ERR_NOMEM;
	intake->loop = loop;
	intake->config = *config;
	struct ingest_config ingest = {
		.max_waiting = config->max_waiting,
		.metrics = config->metrics,
		.on_result = on_result,
		.on_stored = on_stored,
		.cls = intake,
	};
	int r = ingest_new(loop, store, &ingest, &intake->ingest);
	if (r == ERR_OK)
		r = refusals_new(loop, &intake->refusals);
	if (r < 0)
		return r;
	for (enum server_fault fault = 0; fault < SERVER_FAULT_MAX; fault++)
		intake->faults[fault] = metrics_counter(config->metrics, METER_LISTENER_FAULTS, METRIC_VALUES(faults[fault].text));
	intake_set_sources(intake, config->sources, config->n_sources);
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
	free(intake->tallies);
	free(intake);
	return NULL;
}
