/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a request through outage, checks and faults to its answer.
 * Simulator.
 * What an answer says is the sides': delivery.c and market.c.
 */
#include "sim/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/attr.h"
#include "base/backoff.h"
#include "base/err.h"
#include "sim/chance.h"

/* How long what nobody is to hear is held: longer than any client waits. */
#define UNSAID_US (60 * USEC_PER_SEC)

/* A request whose answer takes its time. */
struct held {
	TAILQ_ENTRY(held) all;
	struct endpoint *endpoint;
	enum side side;
	struct request *request;
	struct loop_timer *timer;
	struct answer answer;
};

struct endpoint {
	struct loop *loop;
	struct world *world;
	struct journal *journal;
	struct operations *operations;
	struct endpoint_rules rules;
	struct endpoint_stats stats;
	enum outage outages[SIDE_MAX];
	uint64_t n_requests;
	uint64_t n_limited;
	TAILQ_HEAD(, held) held;
};

int endpoint_new(struct loop *loop, struct world *world, struct journal *journal, const struct endpoint_rules *rules,
                 struct endpoint **ret)
{
	struct endpoint *endpoint = calloc(1, sizeof(*endpoint));

	if (!endpoint)
		return ERR_NOMEM;
	if (operations_new(rules->faults->seed, &endpoint->operations) < 0) {
		free(endpoint);
		return ERR_NOMEM;
	}
	endpoint->loop = loop;
	endpoint->world = world;
	endpoint->journal = journal;
	endpoint->rules = *rules;
	TAILQ_INIT(&endpoint->held);
	*ret = endpoint;
	return 0;
}

/* Sends ANSWER and forgets it. */
static void send_answer(struct request *request, struct answer *answer)
{
	char limit[16];
	char remaining[16];
	const struct reply_header headers[] = {
		{ "X-RateLimit-Resource-Limit", limit },
		{ "X-RateLimit-Resource-Remaining", remaining },
		{ "X-RateLimit-Resource-Until", answer->rate.until },
	};

	snprintf(limit, sizeof(limit), "%u", answer->rate.limit);
	snprintf(remaining, sizeof(remaining), "%u", answer->rate.remaining);
	server_reply(request, &(struct reply){
		.status = answer->status,
		.content_type = "application/json; charset=utf-8",
		.body = answer->body,
		.body_len = answer->len,
		.retry_after_s = answer->retry_after_s,
		.headers = headers,
		.n_headers = answer->rate.limit > 0 ? ARRAY_SIZE(headers) : 0,
	});
	for (size_t i = 0; i < answer->n_told; i++)
		world_told(answer->told[i].shipment, answer->told[i].telling, answer->told[i].place);
	answer_done(answer);
}

/* Memory ran out, or the simulation ends: upstream would say the same. */
static void send_failure(struct request *request)
{
	server_reply(request, &(struct reply){ .status = 500 });
}

static void held_end(struct held *held)
{
	TAILQ_REMOVE(&held->endpoint->held, held, all);
	loop_timer_free(held->timer);
	answer_done(&held->answer);
	free(held);
}

static void on_held_due(void *cls)
{
	struct held *held = cls;

	send_answer(held->request, &held->answer);
	held_end(held);
}

/* Holds the request open: for DELAY_US, then ANSWER is sent; or, with a DELAY_US below 0, until the outage is over. */
static int hold(struct endpoint *endpoint, const struct question *question, struct answer *answer, int64_t delay_us)
{
	struct request *request = question->request;
	struct held *held = calloc(1, sizeof(*held));

	if (!held)
		return ERR_NOMEM;
	*held = (struct held){ .endpoint = endpoint, .side = question->target.side, .request = request, .answer = *answer };
	if (loop_timer_new(endpoint->loop, on_held_due, held, &held->timer) < 0) {
		free(held);
		return ERR_NOMEM;
	}
	TAILQ_INSERT_TAIL(&endpoint->held, held, all);
	server_suspend(request);
	if (delay_us >= 0)
		loop_timer_after(held->timer, delay_us);
	*answer = (struct answer){ 0 };
	return 0;
}

/* Ends what is held for good on SIDE; with SIDE_MAX, whatever is held, also what is only delayed. */
static void release(struct endpoint *endpoint, enum side side)
{
	struct held *next;

	for (struct held *held = TAILQ_FIRST(&endpoint->held); held; held = next) {
		next = TAILQ_NEXT(held, all);
		if (side != SIDE_MAX && (held->side != side || loop_timer_is_set(held->timer)))
			continue;
		send_failure(held->request);
		held_end(held);
	}
}

struct endpoint *endpoint_free(struct endpoint *endpoint)
{
	if (!endpoint)
		return NULL;
	release(endpoint, SIDE_MAX);
	operations_free(endpoint->operations);
	free(endpoint);
	return NULL;
}

void endpoint_set_outage(struct endpoint *endpoint, enum side side, enum outage outage)
{
	endpoint->outages[side] = outage;
	if (outage != OUTAGE_SILENT)
		release(endpoint, side);
}

void endpoint_set_keys(struct endpoint *endpoint, const char *token, const char *api_key)
{
	endpoint->rules.token = token;
	endpoint->rules.api_key = api_key;
}

const struct endpoint_stats *endpoint_stats(const struct endpoint *endpoint)
{
	return &endpoint->stats;
}

static bool meets(const struct endpoint *endpoint, enum fault fault)
{
	return faults_hit(endpoint->rules.faults, fault, 0, endpoint->n_requests);
}

/* The true answer. */
static int answer_truly(struct endpoint *endpoint, const struct question *question, struct answer *ret)
{
	int r = question->target.side == SIDE_MARKET ? market_answer(question, ret) : delivery_answer(question, ret);

	if (r == 0)
		endpoint->stats.acts += ret->n_acts;
	return r;
}

static int refuse(struct endpoint *endpoint, const struct question *question, enum refusal refusal, struct answer *ret)
{
	endpoint->n_limited += refusal == REFUSAL_LIMITED;
	return question->target.side == SIDE_MARKET ? market_refuse(question, refusal, ret)
	                                            : delivery_refuse(question, refusal, ret);
}

static int answer_halved(struct endpoint *endpoint, const struct question *question, struct answer *ret)
{
	int r = answer_truly(endpoint, question, ret);

	if (r == 0)
		answer_cut(ret);
	return r;
}

static const char *const absurd[SIDE_MAX] = {
	[SIDE_CLAIMS] = "{\"claims\":{\"id\":[],\"status\":7}}",
	[SIDE_JOURNAL] = "{\"cursor\":7,\"events\":{\"claim_id\":[]}}",
	[SIDE_MARKET] = "{\"orders\":{\"orderId\":[],\"status\":7},\"campaigns\":7}",
};

/* The answer of an outage other than OUTAGE_NONE and OUTAGE_SILENT. */
static int answer_outage(struct endpoint *endpoint, const struct question *question, struct answer *ret)
{
	enum side side = question->target.side;

	switch (endpoint->outages[side]) {
	case OUTAGE_UNAUTHORIZED:
		return refuse(endpoint, question, REFUSAL_UNAUTHORIZED, ret);
	case OUTAGE_FORBIDDEN:
		return refuse(endpoint, question, REFUSAL_FORBIDDEN, ret);
	case OUTAGE_NOT_FOUND:
		return refuse(endpoint, question, REFUSAL_NOT_FOUND, ret);
	case OUTAGE_LIMITED:
		return refuse(endpoint, question, REFUSAL_LIMITED, ret);
	case OUTAGE_REDIRECT:
		return answer_text(302, "", ret);
	case OUTAGE_NO_JSON:
		return answer_text(200, "<html><body>We will be back soon.</body></html>", ret);
	case OUTAGE_ABSURD:
		return answer_text(200, absurd[side], ret);
	case OUTAGE_CUT:
		return answer_halved(endpoint, question, ret);
	case OUTAGE_ERROR:
	case OUTAGE_NONE:
	case OUTAGE_SILENT:
	case OUTAGE_MAX:
		break;
	}
	return refuse(endpoint, question, REFUSAL_ERROR, ret);
}

/* Whether Market is busy with as many requests as it takes at a time. One whose client waits in vain is no work. */
static bool is_crowded(const struct endpoint *endpoint, enum side side)
{
	const struct held *held;
	unsigned n = 0;

	TAILQ_FOREACH (held, &endpoint->held, all)
		n += held->side == SIDE_MARKET && !held->answer.unsaid;
	return side == SIDE_MARKET && endpoint->rules.parallel_max > 0 && n >= endpoint->rules.parallel_max;
}

/* What befalls a request because it is an act; FAULT_MAX: nothing. */
static enum fault act_fault(const struct endpoint *endpoint, const struct question *question)
{
	static const enum fault faults[] = { FAULT_DEAF, FAULT_FAIL, FAULT_CONFLICT, FAULT_MUTE, FAULT_DOUBT };

	for (size_t i = 0; target_is_act(&question->target) && i < ARRAY_SIZE(faults); i++)
		if (meets(endpoint, faults[i]))
			return faults[i];
	return FAULT_MAX;
}

/* The answer of an act that FAULT befalls: whether it is done is one thing, what is said of it another. */
static int answer_struck(struct endpoint *endpoint, const struct question *question, enum fault fault, struct answer *ret)
{
	int r = 0;

	if (fault == FAULT_CONFLICT)
		return refuse(endpoint, question, REFUSAL_CONFLICT, ret);
	if (fault == FAULT_MUTE || fault == FAULT_DOUBT) {
		r = answer_truly(endpoint, question, ret);
		if (r < 0)
			return r;
		answer_done(ret);
	}
	r = refuse(endpoint, question, REFUSAL_ERROR, ret);
	if (r == 0)
		ret->unsaid = fault == FAULT_DEAF || fault == FAULT_MUTE;
	return r;
}

/* The answer of a request, by what befalls it. */
static int answer_request(struct endpoint *endpoint, const struct question *question, struct answer *ret)
{
	enum side side = question->target.side;
	enum fault fault = act_fault(endpoint, question);

	endpoint->stats.failed++;
	if (endpoint->outages[side] != OUTAGE_NONE)
		return answer_outage(endpoint, question, ret);
	if (is_crowded(endpoint, side))
		return refuse(endpoint, question, REFUSAL_PARALLEL, ret);
	if (meets(endpoint, FAULT_LIMIT))
		return refuse(endpoint, question, REFUSAL_LIMITED, ret);
	if (meets(endpoint, FAULT_ERROR))
		return refuse(endpoint, question, REFUSAL_ERROR, ret);
	if (meets(endpoint, FAULT_CUT))
		return answer_halved(endpoint, question, ret);
	if (fault != FAULT_MAX)
		return answer_struck(endpoint, question, fault, ret);

	endpoint->stats.failed--;
	int r = answer_truly(endpoint, question, ret);

	if (r < 0)
		return r;
	endpoint->stats.refused += ret->status >= 400;
	endpoint->stats.ids += ret->n_asked;
	endpoint->stats.unknown_ids += ret->n_unknown;
	endpoint->stats.stale += ret->n_stale;
	endpoint->stats.events += side == SIDE_JOURNAL ? ret->n_told : 0;
	return 0;
}

static void count(struct endpoint *endpoint, enum route route)
{
	struct endpoint_stats *stats = &endpoint->stats;

	endpoint->n_requests++;
	stats->info += route == ROUTE_INFO;
	stats->bulk_info += route == ROUTE_BULK_INFO;
	stats->journal += route == ROUTE_JOURNAL;
	stats->accept += route == ROUTE_ACCEPT;
	stats->cancel_info += route == ROUTE_CANCEL_INFO;
	stats->cancel += route == ROUTE_CANCEL;
	stats->orders += route == ROUTE_ORDERS;
	stats->campaigns += route == ROUTE_CAMPAIGNS;
	stats->order_status += route == ROUTE_ORDER_STATUS;
	stats->cancellation += route == ROUTE_ORDER_CANCELLATION;
	stats->operations += route == ROUTE_OPERATIONS;
	stats->tokens += route == ROUTE_TOKEN;
}

static void serve(struct endpoint *endpoint, const struct question *question)
{
	struct answer answer = { 0 };
	uint64_t random = chance_draw(endpoint->rules.faults->seed, CHANCE_DELAY_ANSWER, 0, endpoint->n_requests);

	if (endpoint->outages[question->target.side] == OUTAGE_SILENT) {
		endpoint->stats.failed++;
		if (hold(endpoint, question, &answer, -1) < 0)
			send_failure(question->request);
		return;
	}
	if (answer_request(endpoint, question, &answer) < 0) {
		send_failure(question->request);
		return;
	}
	if (answer.unsaid && hold(endpoint, question, &answer, UNSAID_US) == 0)
		return;
	/* Who is turned away because others wait does not wait with them. */
	if (!is_crowded(endpoint, question->target.side) && meets(endpoint, FAULT_DELAY) &&
	    hold(endpoint, question, &answer, backoff_spread_us(0, endpoint->rules.delay_max_us, random)) == 0)
		return;
	send_answer(question->request, &answer);
}

void endpoint_serve(struct endpoint *endpoint, struct request *request)
{
	struct question question = {
		.request = request,
		.target = target_parse(request_target(request)),
		.n_limited = endpoint->n_limited,
		.now = loop_now(endpoint->loop),
		.world = endpoint->world,
		.journal = endpoint->journal,
		.operations = endpoint->operations,
		.rules = &endpoint->rules,
	};

	count(endpoint, question.target.route);
	question.number = endpoint->n_requests;
	serve(endpoint, &question);
}
