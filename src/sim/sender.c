/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each errand waits for its time, queues for a place, is sent, and waits again until it is answered 200.
 * Simulator.
 * Knows nothing of claims and orders but their ids.
 */
#include "sim/sender.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "model/seen.h"

#define CONNECT_TIMEOUT_US (2 * USEC_PER_SEC)

#define ANSWER_MAX 4096

#define RETRY_DOUBLINGS_MAX 5

/* What the errand in front is ahead by. */
#define BEHIND_US (5 * USEC_PER_MS)

/* upstream/market.md section 1.1. */
#define PUSH_TIMEOUT_US (10 * USEC_PER_SEC)
#define PING_TIMEOUT_US (1 * USEC_PER_SEC)

#define HTTP_OK 200
#define HTTP_BAD_REQUEST 400

#define NOT_AGAIN (-1)

/* How often Market repeats a push: TRIES times after PAUSE_US each, then as the next row says; in the end never
 * (section 1.3: the first hour, the rest of the first day, the rest of 14 days). */
struct schedule {
	unsigned tries;
	int64_t pause_us;
};

static const struct schedule push_schedule[] = {
	{ 60, 60 * USEC_PER_SEC },
	{ 23 * 4, 15 * 60 * USEC_PER_SEC },
	{ 13 * 24, 3600 * USEC_PER_SEC },
};

struct callout {
	TAILQ_ENTRY(callout) all;
	STAILQ_ENTRY(callout) queue;
	struct sender *sender;
	struct loop_timer *timer;
	struct fetch *fetch;
	enum errand_kind kind;
	struct buf url;
	char *body;
	char id[EXTERNAL_ID_SIZE];
	struct wall updated;
	bool behind;
	unsigned tries;
};

struct sender {
	struct loop *loop;
	struct fetcher *fetcher;
	struct sender_rules rules;
	struct sender_stats stats[ERRAND_MAX];
	void (*on_idle)(void *cls);
	void *cls;
	unsigned in_flight;
	TAILQ_HEAD(, callout) all;
	STAILQ_HEAD(, callout) queue;
};

int sender_new(struct loop *loop, const struct sender_rules *rules, void (*on_idle)(void *cls), void *cls, struct sender **ret)
{
	struct sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return ERR_NOMEM;
	*sender = (struct sender){ .loop = loop, .rules = *rules, .on_idle = on_idle, .cls = cls };
	TAILQ_INIT(&sender->all);
	STAILQ_INIT(&sender->queue);

	int r = fetcher_new(loop, &sender->fetcher);

	if (r < 0) {
		free(sender);
		return r;
	}
	*ret = sender;
	return 0;
}

static void callout_free(struct callout *callout)
{
	loop_timer_free(callout->timer);
	fetch_cancel(callout->fetch);
	buf_done(&callout->url);
	free(callout->body);
	free(callout);
}

struct sender *sender_free(struct sender *sender)
{
	if (!sender)
		return NULL;
	while (!TAILQ_EMPTY(&sender->all)) {
		struct callout *callout = TAILQ_FIRST(&sender->all);

		TAILQ_REMOVE(&sender->all, callout, all);
		callout_free(callout);
	}
	fetcher_free(sender->fetcher);
	free(sender);
	return NULL;
}

static void callout_end(struct callout *callout)
{
	struct sender *sender = callout->sender;

	TAILQ_REMOVE(&sender->all, callout, all);
	callout_free(callout);
	if (TAILQ_EMPTY(&sender->all))
		sender->on_idle(sender->cls);
}

static struct sender_stats *stats_of(const struct callout *callout)
{
	return &callout->sender->stats[callout->kind];
}

static int64_t callback_pause_us(const struct sender_rules *rules, unsigned tries)
{
	unsigned doublings = tries - 1;

	if (tries >= rules->max_tries)
		return NOT_AGAIN;
	return rules->retry_us << (doublings < RETRY_DOUBLINGS_MAX ? doublings : RETRY_DOUBLINGS_MAX);
}

static int64_t push_pause_us(const struct sender_rules *rules, unsigned tries)
{
	for (size_t i = 0; i < ARRAY_SIZE(push_schedule); i++) {
		if (tries <= push_schedule[i].tries)
			return (int64_t)((double)push_schedule[i].pause_us / rules->push_speedup);
		tries -= push_schedule[i].tries;
	}
	return NOT_AGAIN;
}

/* How long CALLOUT waits for its next try; NOT_AGAIN when there is none. */
static int64_t pause_us(const struct callout *callout)
{
	const struct sender_rules *rules = &callout->sender->rules;

	switch (callout->kind) {
	case ERRAND_CALLBACK:
		return callback_pause_us(rules, callout->tries);
	case ERRAND_PUSH:
		return push_pause_us(rules, callout->tries);
	case ERRAND_PING:
	case ERRAND_MAX:
		break;
	}
	return NOT_AGAIN;
}

static void callout_retry(struct callout *callout)
{
	int64_t us = pause_us(callout);

	if (us == NOT_AGAIN) {
		stats_of(callout)->given_up++;
		callout_end(callout);
		return;
	}
	loop_timer_after(callout->timer, us);
}

/* Market takes a 200 without these three for an error (section 1.2). To say no more of JSON than that is enough here. */
static bool is_market_ack(const char *body)
{
	return strstr(body, "\"version\"") && strstr(body, "\"name\"") && strstr(body, "\"time\"");
}

static bool is_ack(const struct callout *callout, const struct fetch_result *result)
{
	return result->end == FETCH_ANSWERED && result->status == HTTP_OK &&
	       (callout->kind == ERRAND_CALLBACK || is_market_ack(result->body));
}

static bool is_refusal(const struct callout *callout, const struct fetch_result *result)
{
	return callout->kind == ERRAND_PUSH && result->end == FETCH_ANSWERED && result->status == HTTP_BAD_REQUEST;
}

static void note_ack(const struct callout *callout)
{
	const struct sender_rules *rules = &callout->sender->rules;

	stats_of(callout)->acked++;
	if (rules->on_acked)
		rules->on_acked(callout->kind, callout->id, callout->updated, rules->cls);
}

static void sender_pump(struct sender *sender);

static void on_answer(const struct fetch_result *result, void *cls)
{
	struct callout *callout = cls;
	struct sender *sender = callout->sender;

	callout->fetch = NULL;
	sender->in_flight--;
	sender_pump(sender);
	if (!is_ack(callout, result) && !is_refusal(callout, result)) {
		callout_retry(callout);
		return;
	}
	if (is_ack(callout, result))
		note_ack(callout);
	stats_of(callout)->refused += is_refusal(callout, result);
	callout_end(callout);
}

static int64_t timeout_us(const struct callout *callout)
{
	switch (callout->kind) {
	case ERRAND_PUSH:
		return PUSH_TIMEOUT_US;
	case ERRAND_PING:
		return PING_TIMEOUT_US;
	case ERRAND_CALLBACK:
	case ERRAND_MAX:
		break;
	}
	return callout->sender->rules.timeout_us;
}

static void callout_start(struct callout *callout)
{
	static const char *const json[] = { "Content-Type: application/json", NULL };
	struct sender *sender = callout->sender;
	const struct fetch_request request = {
		.url = callout->url.data,
		.headers = callout->body ? json : NULL,
		.body = callout->body,
		.body_len = callout->body ? strlen(callout->body) : 0,
		.max_answer = ANSWER_MAX,
		.timeout_us = timeout_us(callout),
		.connect_timeout_us = CONNECT_TIMEOUT_US,
	};

	callout->tries++;
	stats_of(callout)->sent++;
	/* A URL that can't even be sent is a merchant's mistake like any other: it is repeated and given up. */
	if (fetch_start(sender->fetcher, &request, on_answer, callout, &callout->fetch) < 0)
		callout_retry(callout);
	else
		sender->in_flight++;
}

static void sender_pump(struct sender *sender)
{
	while (!STAILQ_EMPTY(&sender->queue) && sender->in_flight < sender->rules.max_in_flight) {
		struct callout *callout = STAILQ_FIRST(&sender->queue);

		STAILQ_REMOVE_HEAD(&sender->queue, queue);
		callout_start(callout);
	}
}

/* Every callout leaves its waiting through here, and is then in the queue or sent. */
static void on_due(void *cls)
{
	struct callout *callout = cls;

	callout->behind = false;
	STAILQ_INSERT_TAIL(&callout->sender->queue, callout, queue);
	sender_pump(callout->sender);
}

/* The zone is written as upstream writes it: "+00:00", not encoded. */
static int callout_address(struct callout *callout, const struct errand *errand)
{
	char updated[TIMEFMT_SIZE];

	if (errand->kind != ERRAND_CALLBACK)
		return buf_addf(&callout->url, "%s/notification", errand->url);
	timefmt_format(errand->updated, updated);
	return buf_addf(&callout->url, "%supdated_ts=%.*s+00:00&claim_id=%s", errand->url, (int)strcspn(updated, "Z"), updated,
	                errand->id);
}

static int callout_fill(struct callout *callout, const struct errand *errand)
{
	int r = callout_address(callout, errand);

	if (r == 0 && errand->body) {
		callout->body = strdup(errand->body);
		r = callout->body ? 0 : ERR_NOMEM;
	}
	return r < 0 ? r : loop_timer_new(callout->sender->loop, on_due, callout, &callout->timer);
}

int sender_send(struct sender *sender, const struct errand *errand)
{
	struct callout *callout = calloc(1, sizeof(*callout));

	if (!callout)
		return ERR_NOMEM;
	callout->sender = sender;
	callout->kind = errand->kind;
	callout->updated = errand->updated;
	callout->behind = errand->behind;
	memcpy(callout->id, errand->id, strnlen(errand->id, sizeof(callout->id) - 1));

	int r = callout_fill(callout, errand);

	if (r < 0) {
		callout_free(callout);
		return r;
	}
	TAILQ_INSERT_TAIL(&sender->all, callout, all);
	loop_timer_after(callout->timer, errand->delay_us);
	return 0;
}

void sender_release(struct sender *sender, const char *id)
{
	struct callout *callout;

	TAILQ_FOREACH (callout, &sender->all, all) {
		if (!callout->behind || strcmp(callout->id, id) != 0)
			continue;
		callout->behind = false;
		loop_timer_after(callout->timer, BEHIND_US);
	}
}

bool sender_is_idle(const struct sender *sender)
{
	return TAILQ_EMPTY(&sender->all);
}

const struct sender_stats *sender_stats(const struct sender *sender, enum errand_kind kind)
{
	return &sender->stats[kind];
}
