/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts world, journal, endpoint, teller and server together.
 * Simulator: composition.
 * Whom it plays is sim-cast.c's.
 */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/listen.h"
#include "sim/control.h"
#include "sim/sim-internal.h"

#define MAX_CONNECTIONS 1000
#define MAX_BODY (256 * 1024) /* a thousand ids of 64 characters, and room to spare */
#define REQUEST_TIMEOUT_US (60 * USEC_PER_SEC)

void sim_config_default(struct sim_config *ret)
{
	*ret = (struct sim_config){
		.listen = "127.0.0.1:0",
		.seed = 1,
		.rate = 5,
		.step_min_us = 200 * USEC_PER_MS,
		.step_max_us = 1 * USEC_PER_SEC,
		.window_us = 10 * USEC_PER_SEC,
		.offer_us = 600 * USEC_PER_SEC,
		.business_id = 222,
		.dbs_campaign = 111,
		.laas_campaign = 112,
		.parallel_max = 2,
		.claim_rules.fee = "149.90",
		.page_max = WIRE_JOURNAL_LIMIT_MAX,
		.retry_after_s = 1,
		.delay_max_us = 300 * USEC_PER_MS,
		.behind_max_us = 1 * USEC_PER_SEC,
		.sender = {
			.retry_us = 1 * USEC_PER_SEC,
			.timeout_us = 5 * USEC_PER_SEC,
			.max_tries = 10,
			.push_speedup = 60,
			.max_in_flight = 64,
		},
	};
	life_weights_default(&ret->weights);
}

const char *sim_url(const struct sim *sim)
{
	return sim->url;
}

const struct world *sim_world(const struct sim *sim)
{
	return sim->world;
}

bool sim_is_done(const struct sim *sim)
{
	return world_is_done(sim->world) && teller_is_idle(sim->teller);
}

void sim_set_on_done(struct sim *sim, void (*fn)(void *cls), void *cls)
{
	sim->on_done = fn;
	sim->cls = cls;
}

static void tell_done(struct sim *sim)
{
	if (sim->on_done && sim_is_done(sim))
		sim->on_done(sim->cls);
}

static void on_done(struct world_shipment *shipment, void *cls)
{
	(void)shipment;
	tell_done(cls);
}

static void on_teller_idle(void *cls)
{
	tell_done(cls);
}

/* Short of memory, the journal misses an event; upstream's would not, but who is to tell. */
static void on_step(struct world_shipment *shipment, void *cls)
{
	struct sim *sim = cls;

	sim->n_transitions++;
	if (world_is_claim(shipment))
		journal_add(sim->journal, shipment, TELLING_STATUS, shipment->n - 1, loop_now(sim->loop));
	teller_tell_step(sim->teller, shipment);
}

static void on_edit(struct world_shipment *shipment, const struct plan_edit *edit, void *cls)
{
	struct sim *sim = cls;

	if (world_is_claim(shipment)) {
		sim->n_prices++;
		journal_add(sim->journal, shipment, TELLING_PRICE, shipment->n_prices - 1, loop_now(sim->loop));
	} else {
		sim->n_edits++;
	}
	teller_tell_edit(sim->teller, shipment, edit);
}

/* Nothing is refused by its head: the endpoint looks at whole requests. */
static void on_head(struct request *request, void *cls)
{
	(void)request;
	(void)cls;
}

static void on_request(struct request *request, void *cls)
{
	struct sim *sim = cls;

	if (control_is_route(request_target(request)))
		control_serve(sim, request);
	else
		endpoint_serve(sim->endpoint, request);
}

static int make_server(struct sim *sim)
{
	const struct server_limits limits = {
		.max_connections = MAX_CONNECTIONS,
		.max_body = MAX_BODY,
		.request_timeout_us = REQUEST_TIMEOUT_US,
	};
	const struct server_handler handler = { .on_head = on_head, .on_request = on_request, .cls = sim };
	char actual[ADDRESS_SIZE];
	int fd;
	int r = listen_open(sim->config.listen, &fd, actual);

	if (r < 0)
		return r;
	snprintf(sim->url, sizeof(sim->url), "http://%s", actual);
	r = server_new(sim->loop, fd, &limits, &handler, NULL, NULL, &sim->server);
	if (r < 0)
		close(fd);
	return r;
}

static int make_world(struct sim *sim)
{
	const struct world_rules rules = {
		.seed = sim->config.seed,
		.step_min_us = sim->config.step_min_us,
		.step_max_us = sim->config.step_max_us,
		.offer_us = sim->config.offer_us,
		.wait_read = sim->config.wait_read,
		.reader = sim->config.reader,
		.stale_max_us = sim->config.stale_max_us,
		.faults = &sim->config.faults,
	};
	const struct world_hooks hooks = {
		.on_step = on_step,
		.on_edit = on_edit,
		.on_done = on_done,
		.cls = sim,
	};

	return world_new(sim->loop, &rules, &hooks, &sim->world);
}

static int make_journal(struct sim *sim)
{
	const struct journal_rules rules = {
		.seed = sim->config.seed,
		.faults = &sim->config.faults,
		.page_max = sim->config.page_max,
		.keep_us = sim->config.keep_us,
		.keep_events = sim->config.keep_events,
	};

	return journal_new(&rules, &sim->journal);
}

static int make_endpoint(struct sim *sim)
{
	const struct endpoint_rules rules = {
		.token = sim->token,
		.api_key = sim->api_key,
		.business_id = sim->config.business_id,
		.dbs_campaign = sim->config.dbs_campaign,
		.laas_campaign = sim->config.laas_campaign,
		.read_only = sim->config.read_only,
		.parallel_max = sim->config.parallel_max,
		.faults = &sim->config.faults,
		.claims = &sim->config.claim_rules,
		.retry_after_s = sim->config.retry_after_s,
		.delay_max_us = sim->config.delay_max_us,
	};

	return endpoint_new(sim->loop, sim->world, sim->journal, &rules, &sim->endpoint);
}

static int make_teller(struct sim *sim)
{
	const struct teller_rules rules = {
		.seed = sim->config.seed,
		.faults = &sim->config.faults,
		.journal_reader = sim->config.journal_reader,
		.delay_max_us = sim->config.delay_max_us,
		.behind_max_us = sim->config.behind_max_us,
		.sender = sim->config.sender,
	};
	int r = teller_new(sim->loop, &rules, on_teller_idle, sim, &sim->teller);

	if (r == 0 && sim->config.callback_url)
		r = sim_set_callback(sim, sim->config.callback_url);
	if (r == 0 && sim->config.push_url)
		r = sim_set_push(sim, sim->config.push_url);
	return r;
}

static int copy_text(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? ERR_NOMEM : 0;
}

static int make_parts(struct sim *sim)
{
	int r = copy_text(sim->config.token, &sim->token);

	if (r == 0)
		r = copy_text(sim->config.api_key, &sim->api_key);
	if (r == 0)
		r = make_world(sim);
	if (r == 0)
		r = make_journal(sim);
	if (r == 0)
		r = make_endpoint(sim);
	if (r == 0)
		r = make_teller(sim);
	if (r == 0)
		r = make_server(sim);
	return r < 0 ? r : sim_cast_all(sim);
}

int sim_new(struct loop *loop, const struct sim_config *config, struct sim **ret)
{
	CLEANUP(sim_cleanup) struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return ERR_NOMEM;
	sim->loop = loop;
	sim->config = *config;
	sim->config.faults.seed = config->seed;

	int r = make_parts(sim);

	if (r < 0)
		return r;
	*ret = sim;
	sim = NULL;
	return 0;
}

/* The endpoint first: what it holds must be answered while there is a server. */
struct sim *sim_free(struct sim *sim)
{
	if (!sim)
		return NULL;
	endpoint_free(sim->endpoint);
	server_free(sim->server);
	teller_free(sim->teller);
	journal_free(sim->journal);
	world_free(sim->world);
	free(sim->token);
	free(sim->api_key);
	free(sim);
	return NULL;
}

int sim_set_callback(struct sim *sim, const char *url)
{
	return teller_set_callback(sim->teller, url);
}

int sim_set_push(struct sim *sim, const char *url)
{
	int r = teller_set_push(sim->teller, url);

	return r < 0 || !sim->config.ping ? r : teller_ping(sim->teller);
}

/* KEY is one of SIM's. */
static int replace_key(struct sim *sim, char **key, const char *text)
{
	char *before = *key;
	int r = copy_text(text, key);

	if (r < 0) {
		*key = before;
		return r;
	}
	endpoint_set_keys(sim->endpoint, sim->token, sim->api_key);
	free(before);
	return 0;
}

int sim_set_token(struct sim *sim, const char *token)
{
	return replace_key(sim, &sim->token, token);
}

int sim_set_api_key(struct sim *sim, const char *api_key)
{
	return replace_key(sim, &sim->api_key, api_key);
}

void sim_set_outage(struct sim *sim, enum outage outage)
{
	endpoint_set_outage(sim->endpoint, SIDE_CLAIMS, outage);
}

void sim_set_journal_outage(struct sim *sim, enum outage outage)
{
	endpoint_set_outage(sim->endpoint, SIDE_JOURNAL, outage);
}

void sim_set_market_outage(struct sim *sim, enum outage outage)
{
	endpoint_set_outage(sim->endpoint, SIDE_MARKET, outage);
}

int sim_set_faults(struct sim *sim, const char *spec)
{
	return faults_parse(&sim->config.faults, spec);
}

int sim_set_conflict(struct sim *sim, const char *code)
{
	return faults_set_conflict(&sim->config.faults, code);
}

void sim_set_fee(struct sim *sim, const char *fee)
{
	snprintf(sim->config.claim_rules.fee, sizeof(sim->config.claim_rules.fee), "%s", fee);
}

void sim_forget_cursors(struct sim *sim)
{
	journal_forget_cursors(sim->journal);
}

void sim_stats(const struct sim *sim, struct sim_stats *ret)
{
	struct teller_stats told;
	struct sim_stats stats = {
		.transitions = sim->n_transitions,
		.edits = sim->n_edits,
		.prices = sim->n_prices,
		.answers = *endpoint_stats(sim->endpoint),
	};

	for (size_t i = 0; i < world_count(sim->world); i++) {
		const struct world_shipment *shipment = world_at(sim->world, i);

		stats.claims += world_is_claim(shipment);
		stats.orders += !world_is_claim(shipment);
		stats.done += shipment->done;
	}
	teller_stats(sim->teller, &told);
	stats.lost = told.callbacks_lost;
	stats.pushes_lost = told.pushes_lost;
	stats.callbacks = told.sent[ERRAND_CALLBACK];
	stats.pushes = told.sent[ERRAND_PUSH];
	stats.pings = told.sent[ERRAND_PING];
	*ret = stats;
}
