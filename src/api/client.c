/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One upstream account's client: see client.h.
 * API layer: sends, and tells how it ended. When to ask, and what an answer means for a shipment, is the worker's.
 */
#include "api/client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bucket.h"
#include "base/err.h"
#include "meter/meter.h"
#include "wire/orders.h"

/* Until when a method of Market's is used up, as RFC 822 writes dates (upstream/market.md section 4.3). */
#define UNTIL_HEADER "X-RateLimit-Resource-Until"

/* As much of the credential, from wherever in it, as may not appear in a message. */
#define TELLTALE_LEN 8

/* A request ends at its timeout. What has not so much later, on however busy a machine, was lost. */
#define LOST_US (60 * USEC_PER_SEC)

/* What became of the requests for one thing. */
struct client_tally {
	struct counter *outcomes[OUTCOME_KIND_MAX];
	struct histogram *seconds;
};

struct call {
	struct client *client;
	struct fetch *fetch;
	enum endpoint endpoint;
	client_end_fn fn;
	void *detail;
	void (*drop)(void *detail);
	struct wall started;
	struct mono started_mono;
	int64_t timeout_us; /* as it was at the start */
	struct call *prev, *next;
};

struct client {
	struct loop *loop;
	struct fetcher *fetcher;
	const struct conf_source *conf;
	struct bucket bucket;
	struct call *calls;
	int64_t n_calls;
	struct gauge *in_flight;
	struct client_tally tallies[ENDPOINT_MAX]; /* of those that the upstream has */
};

static void open_tally(struct client *client, struct metrics *metrics, enum endpoint endpoint)
{
	const char *kind = conf_source_kind_text(client->conf->kind);
	const char *name = client->conf->name;
	const char *text = endpoint_text(endpoint);
	struct client_tally *tally = &client->tallies[endpoint];

	for (enum outcome_kind outcome = 0; outcome < OUTCOME_KIND_MAX; outcome++)
		tally->outcomes[outcome] = metrics_counter(metrics, METER_UPSTREAM_REQUESTS,
		                                           METRIC_VALUES(kind, name, text, outcome_kind_text(outcome)));
	tally->seconds = metrics_histogram(metrics, METER_UPSTREAM_SECONDS, METRIC_VALUES(kind, name, text));
}

static void open_tallies(struct client *client, struct metrics *metrics)
{
	const char *kind = conf_source_kind_text(client->conf->kind);

	client->in_flight = metrics_gauge(metrics, METER_UPSTREAM_IN_FLIGHT, METRIC_VALUES(kind, client->conf->name));
	for (enum endpoint endpoint = 0; endpoint < ENDPOINT_MAX; endpoint++)
		if (endpoint_is_of(endpoint, client->conf->kind))
			open_tally(client, metrics, endpoint);
}

int client_new(struct loop *loop, struct fetcher *fetcher, const struct conf_source *conf, struct metrics *metrics, struct client **ret)
{
	struct client *client = calloc(1, sizeof *client);

	if (!client)
		return ERR_NOMEM;
	client->loop = loop;
	client->fetcher = fetcher;
	client->conf = conf;
	open_tallies(client, metrics);
	*ret = client;
	return 0;
}

static void call_link(struct call *call)
{
	struct client *client = call->client;

	call->next = client->calls;
	if (call->next)
		call->next->prev = call;
	client->calls = call;
	client->n_calls++;
	gauge_add(client->in_flight, 1);
}

static void call_unlink(struct call *call)
{
	struct client *client = call->client;

	if (call->next)
		call->next->prev = call->prev;
	if (call->prev)
		call->prev->next = call->next;
	else
		client->calls = call->next;
	client->n_calls--;
	gauge_add(client->in_flight, -1);
}

struct client *client_free(struct client *client)
{
	if (!client)
		return NULL;
	while (client->calls) {
		struct call *call = client->calls;

		call_unlink(call);
		fetch_cancel(call->fetch);
		call->drop(call->detail);
		free(call);
	}
	free(client);
	return NULL;
}

const struct conf_source *client_conf(const struct client *client)
{
	return client->conf;
}

int64_t client_delay_us(struct client *client)
{
	if (client->n_calls >= client->conf->max_in_flight)
		return -1;
	return bucket_delay_us(&client->bucket, client->conf->requests_per_second, clock_mono(loop_clock(client->loop)));
}

bool client_is_idle(const struct client *client)
{
	return !client->calls;
}

bool client_is_stuck(const struct client *client, struct mono now)
{
	for (const struct call *call = client->calls; call; call = call->next)
		if (now.us - call->started_mono.us > call->timeout_us + LOST_US)
			return true;
	return false;
}

static struct wire_error error_of(const struct client *client, const struct fetch_result *result)
{
	struct wire_error error = { 0 };

	switch (client->conf->kind) {
	case CONF_DELIVERY:
		wire_error_parse(result->body, result->body_len, &error);
		break;
	case CONF_MARKET:
		wire_orders_error_parse(result->body, result->body_len, &error);
		break;
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return error;
}

bool client_refuses(const struct client *client, const struct fetch_result *result, const char *const *words)
{
	if (result->end != FETCH_ANSWERED || result->status != 400)
		return false;

	struct wire_error error = error_of(client, result);

	for (; *words; words++)
		if (strcasestr(error.code, *words) || strcasestr(error.message, *words))
			return true;
	return false;
}

static bool repeats_secret(const char *text, const struct secret *secret)
{
	size_t len = secret->len < TELLTALE_LEN ? secret->len : TELLTALE_LEN;

	for (size_t at = 0; len > 0 && at + len <= secret->len; at++)
		if (memmem(text, strlen(text), secret->text + at, len))
			return true;
	return false;
}

/* Some servers tell what they were given. */
struct wire_error client_error(const struct client *client, const struct fetch_result *result)
{
	const struct secret *credential = &client->conf->credential;
	struct wire_error error = error_of(client, result);

	if (repeats_secret(error.code, credential))
		error.code[0] = '\0';
	if (repeats_secret(error.message, credential))
		error.message[0] = '\0';
	return error;
}

/* "HTTP 429 too_many_requests: slow down", as much of it as the answer has. */
static void describe_status(const struct client *client, const struct fetch_result *result,
                            char reason[static OUTCOME_REASON_SIZE])
{
	struct wire_error error = client_error(client, result);

	snprintf(reason, OUTCOME_REASON_SIZE, "HTTP %u%s%s%s%s", result->status, *error.code ? " " : "", error.code,
	         *error.message ? ": " : "", error.message);
}

/* A Date is in whole seconds, cut, and was written at some time between request and answer. Only what lies outside
 * of that is a difference of the clocks. */
static int64_t skew_of(struct wall date, struct wall started, struct wall now)
{
	if (!wall_is_set(date))
		return NUMBER_NONE;
	if (wall_cmp(date, now) > 0)
		return date.us - now.us;
	if (date.us + USEC_PER_SEC < started.us)
		return date.us + USEC_PER_SEC - started.us;
	return 0;
}

/* Each answer of Market's may tell when its method's quota is new; who asked too much at a time need not wait for that. */
static bool is_used_up(const struct client *client, const struct fetch_result *result)
{
	struct wire_error error = error_of(client, result);

	return wall_is_set(result->until) && !strcasestr(error.message, "parallel");
}

/* Whole seconds from NOW until UNTIL, in the form of retry_after_s. */
static int64_t pause_s(struct wall now, struct wall until)
{
	if (wall_cmp(until, now) <= 0)
		return -1;

	int64_t seconds = (until.us - now.us + USEC_PER_SEC - 1) / USEC_PER_SEC;

	return seconds < FETCH_PAUSE_MAX_S ? seconds : FETCH_PAUSE_MAX_S;
}

static struct client_end end_of(const struct call *call, const struct fetch_result *result)
{
	const struct client *client = call->client;
	struct wall now = loop_now(client->loop);
	struct client_end end = {
		.outcome = outcome_of(result),
		.answered = result->end == FETCH_ANSWERED,
		.unsent = result->unsent,
		.took_us = clock_mono(loop_clock(client->loop)).us - call->started_mono.us,
		.retry_after_s = result->retry_after_s,
		.skew_us = skew_of(result->date, call->started, now),
	};

	if (end.outcome == OUTCOME_LIMITED && end.retry_after_s < 0 && is_used_up(client, result))
		end.retry_after_s = pause_s(wall_is_set(result->date) ? result->date : now, result->until);
	if (!end.answered)
		snprintf(end.reason, sizeof end.reason, "%s", result->reason);
	else if (end.outcome != OUTCOME_OK)
		describe_status(client, result, end.reason);
	return end;
}

/* A 200 is counted when it was read. */
static void count(const struct call *call, struct client_end *end)
{
	const struct client_tally *tally = &call->client->tallies[call->endpoint];

	histogram_add(tally->seconds, (double)end->took_us / 1e6);
	if (end->outcome == OUTCOME_OK)
		end->tally = tally;
	else
		counter_add(tally->outcomes[end->outcome], 1);
}

static void on_end(const struct fetch_result *result, void *cls)
{
	struct call *call = cls;
	struct call copy = *call;
	struct client_end end = end_of(call, result);

	count(call, &end);
	/* Before the callback, which may ask again or free the client. */
	call_unlink(call);
	free(call);
	copy.fn(&end, result, copy.detail);
}

void client_end_read(struct client_end *end, int r)
{
	if (r != 0) {
		end->outcome = r == ERR_NOMEM ? OUTCOME_RETRY : OUTCOME_PROTOCOL;
		snprintf(end->reason, sizeof end->reason, "HTTP 200, but the answer can't be read: %s", err_text(r));
	}
	if (end->tally)
		counter_add(end->tally->outcomes[end->outcome], 1);
	end->tally = NULL;
}

static void free_wiped(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
}

/* The header that tells who we are; NULL when memory is exhausted. */
static char *credential_header(const struct conf_source *conf)
{
	const char *name = "";

	switch (conf->kind) {
	case CONF_DELIVERY:
		name = "Authorization: Bearer ";
		break;
	case CONF_MARKET:
		name = "Api-Key: ";
		break;
	case CONF_SOURCE_KIND_MAX:
		break;
	}

	/* Not by asprintf(), which leaves copies where it grows. */
	size_t size = strlen(name) + conf->credential.len + 1;
	char *header = malloc(size);

	if (header)
		snprintf(header, size, "%s%s", name, conf->credential.text ? conf->credential.text : "");
	return header;
}

DEFINE_CLEANUP(text, char *, free)

static int call_fetch(struct call *call, const struct client_request *form)
{
	const struct conf_source *conf = call->client->conf;
	CLEANUP(free_wiped) char *credential = credential_header(conf);
	CLEANUP(text_cleanup) char *url = NULL;
	const char *headers[CLIENT_HEADERS_MAX + 3] = { credential };
	size_t n = 1;

	if (!credential || asprintf(&url, "%s%s", conf->base_url, form->path) < 0)
		return ERR_NOMEM;
	for (const char *const *header = form->headers; header && *header; header++) {
		assert(n <= CLIENT_HEADERS_MAX);
		headers[n++] = *header;
	}
	if (form->body)
		headers[n] = "Content-Type: application/json";

	const struct fetch_request request = {
		.url = url,
		.headers = headers,
		.method = form->method,
		.body = form->body,
		.body_len = form->body ? strlen(form->body) : 0,
		.once = form->once,
		.until_header = conf->kind == CONF_MARKET ? UNTIL_HEADER : NULL,
		.max_answer = form->max_answer,
		.timeout_us = conf->request_timeout_us,
		.connect_timeout_us = conf->connect_timeout_us,
	};

	return fetch_start(call->client->fetcher, &request, on_end, call, &call->fetch);
}

int client_start(struct client *client, const struct client_request *request)
{
	struct call *call = calloc(1, sizeof *call);

	assert(endpoint_is_of(request->endpoint, client->conf->kind));
	if (!call)
		return ERR_NOMEM;
	*call = (struct call){
		.client = client,
		.endpoint = request->endpoint,
		.fn = request->fn,
		.detail = request->detail,
		.drop = request->drop,
		.started = loop_now(client->loop),
		.started_mono = clock_mono(loop_clock(client->loop)),
		.timeout_us = client->conf->request_timeout_us,
	};

	int r = call_fetch(call, request);

	if (r < 0) {
		free(call);
		return r;
	}
	call_link(call);
	bucket_take(&client->bucket, client->conf->requests_per_second, clock_mono(loop_clock(client->loop)));
	return 0;
}

int client_start_with(struct client *client, const struct client_request *request, const void *detail, size_t size)
{
	struct client_request own = *request;

	own.detail = malloc(size);
	own.drop = free;
	if (!own.detail)
		return ERR_NOMEM;
	memcpy(own.detail, detail, size);

	int r = client_start(client, &own);

	if (r)
		free(own.detail);
	return r;
}

void client_take_detail(void *detail, void *ret, size_t size)
{
	memcpy(ret, detail, size);
	free(detail);
}
