/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts world, endpoint, sender and server together, and decides what befalls callbacks.
 * Simulator: composition.
 */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/backoff.h"
#include "base/err.h"
#include "loop/listen.h"
#include "sim/chance.h"
#include "sim/control.h"

#define MAX_CONNECTIONS 1000
#define MAX_BODY (256 * 1024) /* a thousand ids of 64 characters, and room to spare */
#define REQUEST_TIMEOUT_US (60 * USEC_PER_SEC)

struct sim {
	struct loop *loop;
	struct sim_config config; /* its texts are ours */
	char *token;
	char *callback_url;
	char url[sizeof("http://") + ADDRESS_SIZE];
	struct world *world;
	struct journal *journal;
	struct endpoint *endpoint;
	struct sender *sender;
	struct server *server;
	size_t n_lost;
	size_t n_transitions;
	size_t n_prices;
	void (*on_done)(void *cls);
	void *cls;
};

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
		.page_max = WIRE_JOURNAL_LIMIT_MAX,
		.retry_after_s = 1,
		.delay_max_us = 300 * USEC_PER_MS,
		.behind_max_us = 1 * USEC_PER_SEC,
		.sender = {
			.retry_us = 1 * USEC_PER_SEC,
			.timeout_us = 5 * USEC_PER_SEC,
			.max_tries = 10,
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
	return world_is_done(sim->world) && sender_is_idle(sim->sender);
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

static void on_claim_done(struct world_claim *claim, void *cls)
{
	(void)claim;
	tell_done(cls);
}

static void on_sender_idle(void *cls)
{
	tell_done(cls);
}

/* Where callbacks alone tell of a claim, its first one is lost only if a scenario says so. */
static bool is_lost(const struct sim *sim, const struct world_claim *claim, const struct plan_step *step)
{
	bool may_be = claim->n > 1 || sim->config.journal_reader;

	return (step->fate & PLAN_LOST) || (may_be && faults_hit(&sim->config.faults, FAULT_LOST, claim->index, claim->n));
}

static bool is_fated(const struct sim *sim, const struct world_claim *claim, enum plan_fate fate, enum fault fault)
{
	return (claim->plan.steps[claim->n - 1].fate & fate) || faults_hit(&sim->config.faults, fault, claim->index, claim->n);
}

static int64_t callback_delay_us(const struct sim *sim, const struct world_claim *claim)
{
	uint64_t random = chance_draw(sim->config.seed, CHANCE_DELAY_CALLBACK, claim->index, claim->n);

	if (!faults_hit(&sim->config.faults, FAULT_DELAY, claim->index, claim->n))
		return 0;
	return backoff_spread_us(0, sim->config.delay_max_us, random);
}

static void send_callback(struct sim *sim, struct world_claim *claim)
{
	bool behind = is_fated(sim, claim, PLAN_BEHIND, FAULT_REORDER);
	const struct errand errand = {
		.url = sim->callback_url,
		.claim_id = claim->id,
		.updated = claim->transitions[claim->n - 1].seen.key.updated,
		.delay_us = behind ? sim->config.behind_max_us : callback_delay_us(sim, claim),
		.behind = behind,
	};

	if (is_lost(sim, claim, &claim->plan.steps[claim->n - 1])) {
		sim->n_lost++;
		return;
	}
	/* Short of memory, a callback is lost, as it may be at any time. */
	if (sender_send(sim->sender, &errand) < 0)
		sim->n_lost++;
	if (is_fated(sim, claim, PLAN_TWICE, FAULT_DUPLICATE))
		sender_send(sim->sender, &errand);
	if (!behind)
		sender_release(sim->sender, claim->id);
}

/* Short of memory, the journal misses an event; upstream's would not, but who is to tell. */
static void on_claim_step(struct world_claim *claim, void *cls)
{
	struct sim *sim = cls;

	sim->n_transitions++;
	journal_add(sim->journal, claim, TELLING_STATUS, claim->n - 1, loop_now(sim->loop));
	if (sim->callback_url)
		send_callback(sim, claim);
}

/* Whether upstream calls back for a price is not documented, so it does not. */
static void on_claim_price(struct world_claim *claim, void *cls)
{
	struct sim *sim = cls;

	sim->n_prices++;
	journal_add(sim->journal, claim, TELLING_PRICE, claim->n_prices - 1, loop_now(sim->loop));
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
		.faults = &sim->config.faults,
	};
	const struct world_hooks hooks = {
		.on_step = on_claim_step,
		.on_price = on_claim_price,
		.on_done = on_claim_done,
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
		.faults = &sim->config.faults,
		.retry_after_s = sim->config.retry_after_s,
		.delay_max_us = sim->config.delay_max_us,
	};

	return endpoint_new(sim->loop, sim->world, sim->journal, &rules, &sim->endpoint);
}

static int add_chosen(struct sim *sim, const struct life *life, int64_t delay_us, struct world_claim **ret)
{
	struct world_birth birth = { .delay_us = delay_us };

	if (!life)
		life = life_choose(&sim->config.weights,
		                   chance_draw(sim->config.seed, CHANCE_LIFE, world_count(sim->world), 0));
	birth.life = life->name;

	int r = life_plan(life, sim->config.window_us, &birth.plan);

	return r < 0 ? r : world_add(sim->world, &birth, ret);
}

static int add_text(struct sim *sim, const char *id, const char *steps, struct world_claim **ret)
{
	struct world_birth birth = { .id = id, .life = "script" };
	const char *why;
	int r = plan_add(&birth.plan, steps, strlen(steps), &why);

	if (r < 0) {
		plan_done(&birth.plan);
		return r;
	}
	return world_add(sim->world, &birth, ret);
}

static int add_scenario(struct sim *sim, const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->n; i++) {
		const struct scenario_claim *script = &scenario->claims[i];
		struct world_birth birth = { .id = script->id, .life = "scenario", .delay_us = script->start_us };
		struct world_claim *claim;
		int r = plan_copy(&script->plan, &birth.plan);

		if (r == 0)
			r = world_add(sim->world, &birth, &claim);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_claims(struct sim *sim)
{
	int64_t every_us = (int64_t)((double)USEC_PER_SEC / sim->config.rate);

	for (size_t i = 0; i < sim->config.claims; i++) {
		struct world_claim *claim;
		int r = add_chosen(sim, NULL, (int64_t)i * every_us, &claim);

		if (r < 0)
			return r;
	}
	return 0;
}

static int copy_texts(struct sim *sim)
{
	if (sim->config.token) {
		sim->token = strdup(sim->config.token);
		if (!sim->token)
			return ERR_NOMEM;
	}
	return sim->config.callback_url ? sim_set_callback(sim, sim->config.callback_url) : 0;
}

static int make_parts(struct sim *sim)
{
	int r = copy_texts(sim);

	if (r == 0)
		r = make_world(sim);
	if (r == 0)
		r = make_journal(sim);
	if (r == 0)
		r = make_endpoint(sim);
	if (r == 0)
		r = sender_new(sim->loop, &sim->config.sender, on_sender_idle, sim, &sim->sender);
	if (r == 0)
		r = make_server(sim);
	if (r == 0 && sim->config.scenario)
		r = add_scenario(sim, sim->config.scenario);
	if (r == 0)
		r = add_claims(sim);
	return r;
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
	sender_free(sim->sender);
	journal_free(sim->journal);
	world_free(sim->world);
	free(sim->callback_url);
	free(sim->token);
	free(sim);
	return NULL;
}

int sim_set_callback(struct sim *sim, const char *url)
{
	char *copy = strdup(url);

	if (!copy)
		return ERR_NOMEM;
	free(sim->callback_url);
	sim->callback_url = copy;
	return 0;
}

int sim_add_claim(struct sim *sim, const char *life, const char **ret_id)
{
	const struct life *chosen = life ? life_by_name(life) : NULL;
	struct world_claim *claim;

	if (life && !chosen)
		return ERR_NOT_FOUND;

	int r = add_chosen(sim, chosen, 0, &claim);

	if (r < 0)
		return r;
	*ret_id = claim->id;
	return 0;
}

int sim_script(struct sim *sim, const char *id, const char *steps)
{
	struct world_claim *claim = world_find(sim->world, id);

	return claim ? world_extend(claim, steps) : add_text(sim, id, steps, &claim);
}

void sim_set_outage(struct sim *sim, enum outage outage)
{
	endpoint_set_outage(sim->endpoint, SIDE_CLAIMS, outage);
}

void sim_set_journal_outage(struct sim *sim, enum outage outage)
{
	endpoint_set_outage(sim->endpoint, SIDE_JOURNAL, outage);
}

void sim_forget_cursors(struct sim *sim)
{
	journal_forget_cursors(sim->journal);
}

void sim_stats(const struct sim *sim, struct sim_stats *ret)
{
	size_t done = 0;

	for (size_t i = 0; i < world_count(sim->world); i++)
		done += world_at(sim->world, i)->done;
	*ret = (struct sim_stats){
		.claims = world_count(sim->world),
		.done = done,
		.transitions = sim->n_transitions,
		.prices = sim->n_prices,
		.lost = sim->n_lost,
		.answers = *endpoint_stats(sim->endpoint),
		.callbacks = *sender_stats(sim->sender),
	};
}
