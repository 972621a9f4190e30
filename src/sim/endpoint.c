/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a request through outage, checks and faults to its answer.
 * Simulator.
 * What an answer says is answer.c's.
 */
#include "sim/endpoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/backoff.h"
#include "base/err.h"
#include "sim/answer.h"
#include "sim/chance.h"

#define PREFIX "/b2b/cargo/integration/v2/claims/"

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
	struct endpoint_rules rules;
	struct endpoint_stats stats;
	enum outage outages[SIDE_MAX];
	uint64_t n_requests;
	TAILQ_HEAD(, held) held;
};

int endpoint_new(struct loop *loop, struct world *world, struct journal *journal, const struct endpoint_rules *rules,
                 struct endpoint **ret)
{
	struct endpoint *endpoint = calloc(1, sizeof(*endpoint));

	if (!endpoint)
		return ERR_NOMEM;
	endpoint->loop = loop;
	endpoint->world = world;
	endpoint->journal = journal;
	endpoint->rules = *rules;
	TAILQ_INIT(&endpoint->held);
	*ret = endpoint;
	return 0;
}

static bool path_is(const char *target, const char *name)
{
	size_t len = strcspn(target, "?");

	return len == strlen(PREFIX) + strlen(name) && strncmp(target, PREFIX, strlen(PREFIX)) == 0 &&
	       memcmp(target + strlen(PREFIX), name, strlen(name)) == 0;
}

static enum side side_of(const struct request *request)
{
	return path_is(request_target(request), "journal") ? SIDE_JOURNAL : SIDE_CLAIMS;
}

/* Sends ANSWER and forgets it. */
static void send_answer(struct request *request, struct answer *answer)
{
	server_reply(request, &(struct reply){
		.status = answer->status,
		.content_type = "application/json; charset=utf-8",
		.body = answer->body,
		.body_len = answer->len,
		.retry_after_s = answer->retry_after_s,
	});
	for (size_t i = 0; i < answer->n_told; i++)
		world_told(answer->told[i].claim, answer->told[i].telling, answer->told[i].place);
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
static int hold(struct endpoint *endpoint, struct request *request, struct answer *answer, int64_t delay_us)
{
	struct held *held = calloc(1, sizeof(*held));

	if (!held)
		return ERR_NOMEM;
	*held = (struct held){ .endpoint = endpoint, .side = side_of(request), .request = request, .answer = *answer };
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
	free(endpoint);
	return NULL;
}

void endpoint_set_outage(struct endpoint *endpoint, enum side side, enum outage outage)
{
	endpoint->outages[side] = outage;
	if (outage != OUTAGE_SILENT)
		release(endpoint, side);
}

const struct endpoint_stats *endpoint_stats(const struct endpoint *endpoint)
{
	return &endpoint->stats;
}

/* The first parameter of that name in the query, of LEN bytes; NULL when there is none. What we look for needs no decoding. */
static const char *parameter(const char *target, const char *name, size_t *ret_len)
{
	const char *at = strchr(target, '?');
	size_t n = strlen(name);

	for (; at; at = strchr(at, '&')) {
		at++;
		if (strncmp(at, name, n) != 0 || at[n] != '=')
			continue;
		*ret_len = strcspn(at + n + 1, "&");
		return at + n + 1;
	}
	return NULL;
}

static const char *claim_id_of(const char *target, char ret[static EXTERNAL_ID_SIZE])
{
	size_t len;
	const char *id = parameter(target, "claim_id", &len);

	if (!id || len == 0 || len >= EXTERNAL_ID_SIZE)
		return NULL;
	memcpy(ret, id, len);
	ret[len] = '\0';
	return ret;
}

/* How long a page may be; 0 for a limit that is none. */
static size_t limit_of(const char *target)
{
	size_t len;
	const char *digits = parameter(target, "limit", &len);
	size_t limit = 0;

	if (!digits)
		return WIRE_JOURNAL_LIMIT_MAX;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return 0;
		limit = limit * 10 + (size_t)(digits[i] - '0');
		if (limit > WIRE_JOURNAL_LIMIT_MAX)
			return 0;
	}
	return limit;
}

static bool is_authorized(const struct endpoint *endpoint, const struct request *request)
{
	const char *given = request_header(request, "Authorization");

	if (!endpoint->rules.token)
		return true;
	return given && strncmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, endpoint->rules.token) == 0;
}

static bool meets(const struct endpoint *endpoint, enum fault fault)
{
	return faults_hit(endpoint->rules.faults, fault, 0, endpoint->n_requests);
}

static int ask_journal(struct endpoint *endpoint, struct request *request, struct answer *ret)
{
	const struct journal_ask ask = {
		.limit = limit_of(request_target(request)),
		.number = endpoint->n_requests,
		.now = loop_now(endpoint->loop),
	};
	size_t len;
	const char *body = request_body(request, &len);

	if (ask.limit == 0)
		return answer_error(400, "400", "limit must be a number from 1 to 1000", ret);

	int r = answer_journal(endpoint->journal, body, len, ask, ret);

	if (r != ERR_INVALID)
		return r;
	/* Upstream's own example has the vague form. */
	return meets(endpoint, FAULT_VAGUE) ? answer_error(400, "unknown_error", "wrong cursor format", ret)
	                                    : answer_error(400, "invalid_cursor", "Invalid cursor", ret);
}

static int ask_claims(struct endpoint *endpoint, struct request *request, struct answer *ret)
{
	const char *target = request_target(request);
	char id[EXTERNAL_ID_SIZE];
	const char *body;
	size_t len;

	if (!request_header(request, "Accept-Language"))
		return answer_error(400, "bad_request", "Accept-Language is missing", ret);
	if (path_is(target, "info"))
		return answer_info(endpoint->world, claim_id_of(target, id), ret);
	body = request_body(request, &len);
	return answer_bulk_info(endpoint->world, body, len, ret);
}

/* The true answer. */
static int answer_truly(struct endpoint *endpoint, struct request *request, struct answer *ret)
{
	const char *target = request_target(request);
	bool journal = path_is(target, "journal");

	if (!journal && !path_is(target, "info") && !path_is(target, "bulk_info"))
		return answer_error(404, "not_found", "No such operation", ret);
	if (strcmp(request_method(request), "POST") != 0)
		return answer_error(405, "405", "Method Not Allowed", ret);
	if (!is_authorized(endpoint, request))
		return answer_error(401, "unauthorized", "Access denied", ret);
	return journal ? ask_journal(endpoint, request, ret) : ask_claims(endpoint, request, ret);
}

static int answer_limited(const struct endpoint *endpoint, struct answer *ret)
{
	int r = answer_error(429, "too_many_requests", "Too many requests", ret);

	if (r == 0)
		ret->retry_after_s = endpoint->rules.retry_after_s;
	return r;
}

static int answer_halved(struct endpoint *endpoint, struct request *request, struct answer *ret)
{
	int r = answer_truly(endpoint, request, ret);

	if (r == 0)
		answer_cut(ret);
	return r;
}

static const char *const absurd[SIDE_MAX] = {
	[SIDE_CLAIMS] = "{\"claims\":{\"id\":[],\"status\":7}}",
	[SIDE_JOURNAL] = "{\"cursor\":7,\"events\":{\"claim_id\":[]}}",
};

/* The answer of an outage other than OUTAGE_NONE and OUTAGE_SILENT. */
static int answer_outage(struct endpoint *endpoint, struct request *request, struct answer *ret)
{
	enum side side = side_of(request);

	switch (endpoint->outages[side]) {
	case OUTAGE_UNAUTHORIZED:
		return answer_error(401, "unauthorized", "Access denied", ret);
	case OUTAGE_FORBIDDEN:
		return answer_error(403, "forbidden", "Forbidden", ret);
	case OUTAGE_NOT_FOUND:
		return answer_error(404, "not_found", "Not found", ret);
	case OUTAGE_LIMITED:
		return answer_limited(endpoint, ret);
	case OUTAGE_REDIRECT:
		return answer_text(302, "", ret);
	case OUTAGE_NO_JSON:
		return answer_text(200, "<html><body>We will be back soon.</body></html>", ret);
	case OUTAGE_ABSURD:
		return answer_text(200, absurd[side], ret);
	case OUTAGE_CUT:
		return answer_halved(endpoint, request, ret);
	case OUTAGE_ERROR:
	case OUTAGE_NONE:
	case OUTAGE_SILENT:
	case OUTAGE_MAX:
		break;
	}
	return answer_error(500, "500", "Internal server error", ret);
}

/* The answer of a request, by what befalls it. */
static int answer_request(struct endpoint *endpoint, struct request *request, struct answer *ret)
{
	endpoint->stats.failed++;
	if (endpoint->outages[side_of(request)] != OUTAGE_NONE)
		return answer_outage(endpoint, request, ret);
	if (meets(endpoint, FAULT_LIMIT))
		return answer_limited(endpoint, ret);
	if (meets(endpoint, FAULT_ERROR))
		return answer_error(500, "500", "Internal server error", ret);
	if (meets(endpoint, FAULT_CUT))
		return answer_halved(endpoint, request, ret);

	endpoint->stats.failed--;
	int r = answer_truly(endpoint, request, ret);

	if (r < 0)
		return r;
	endpoint->stats.refused += ret->status >= 400;
	endpoint->stats.ids += ret->n_asked;
	endpoint->stats.unknown_ids += ret->n_unknown;
	endpoint->stats.stale += ret->n_stale;
	endpoint->stats.events += side_of(request) == SIDE_JOURNAL ? ret->n_told : 0;
	return 0;
}

static void count(struct endpoint *endpoint, const char *target)
{
	endpoint->n_requests++;
	endpoint->stats.info += path_is(target, "info");
	endpoint->stats.bulk_info += path_is(target, "bulk_info");
	endpoint->stats.journal += path_is(target, "journal");
}

void endpoint_serve(struct endpoint *endpoint, struct request *request)
{
	struct answer answer = { 0 };
	uint64_t random = chance_draw(endpoint->rules.faults->seed, CHANCE_DELAY_ANSWER, 0, endpoint->n_requests + 1);

	count(endpoint, request_target(request));
	if (endpoint->outages[side_of(request)] == OUTAGE_SILENT) {
		endpoint->stats.failed++;
		if (hold(endpoint, request, &answer, -1) < 0)
			send_failure(request);
		return;
	}
	if (answer_request(endpoint, request, &answer) < 0) {
		send_failure(request);
		return;
	}
	if (meets(endpoint, FAULT_DELAY) &&
	    hold(endpoint, request, &answer, backoff_spread_us(0, endpoint->rules.delay_max_us, random)) == 0)
		return;
	send_answer(request, &answer);
}
