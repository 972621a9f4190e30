/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each callback waits for its time, queues for a place, is sent, and waits again until it is answered 200.
 * Simulator.
 * Knows nothing of claims but their ids.
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

/* Answers to callbacks have no meaning beyond their status. */
#define ANSWER_MAX 4096

#define RETRY_DOUBLINGS_MAX 5

/* What the callback in front is ahead by. */
#define BEHIND_US (5 * USEC_PER_MS)

#define HTTP_OK 200

struct callout {
	TAILQ_ENTRY(callout) all;
	STAILQ_ENTRY(callout) queue;
	struct sender *sender;
	struct loop_timer *timer;
	struct fetch *fetch;
	struct buf url;
	char claim_id[EXTERNAL_ID_SIZE];
	bool behind;
	unsigned tries;
};

struct sender {
	struct loop *loop;
	struct fetcher *fetcher;
	struct sender_rules rules;
	struct sender_stats stats;
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

static void callout_retry(struct callout *callout)
{
	const struct sender_rules *rules = &callout->sender->rules;
	unsigned doublings = callout->tries - 1;

	if (callout->tries >= rules->max_tries) {
		callout->sender->stats.given_up++;
		callout_end(callout);
		return;
	}
	if (doublings > RETRY_DOUBLINGS_MAX)
		doublings = RETRY_DOUBLINGS_MAX;
	loop_timer_after(callout->timer, rules->retry_us << doublings);
}

static void sender_pump(struct sender *sender);

static void on_answer(const struct fetch_result *result, void *cls)
{
	struct callout *callout = cls;
	struct sender *sender = callout->sender;

	callout->fetch = NULL;
	sender->in_flight--;
	sender_pump(sender);
	if (result->end == FETCH_ANSWERED && result->status == HTTP_OK) {
		sender->stats.acked++;
		callout_end(callout);
	} else {
		callout_retry(callout);
	}
}

static void callout_start(struct callout *callout)
{
	struct sender *sender = callout->sender;
	const struct fetch_request request = {
		.url = callout->url.data,
		.max_answer = ANSWER_MAX,
		.timeout_us = sender->rules.timeout_us,
		.connect_timeout_us = CONNECT_TIMEOUT_US,
	};

	callout->tries++;
	sender->stats.sent++;
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

	timefmt_format(errand->updated, updated);
	return buf_addf(&callout->url, "%supdated_ts=%.*s+00:00&claim_id=%s", errand->url, (int)strcspn(updated, "Z"), updated,
	                errand->claim_id);
}

int sender_send(struct sender *sender, const struct errand *errand)
{
	struct callout *callout = calloc(1, sizeof(*callout));

	if (!callout)
		return ERR_NOMEM;
	callout->sender = sender;
	callout->behind = errand->behind;
	memcpy(callout->claim_id, errand->claim_id, strnlen(errand->claim_id, sizeof(callout->claim_id) - 1));

	int r = callout_address(callout, errand);

	if (r == 0)
		r = loop_timer_new(sender->loop, on_due, callout, &callout->timer);
	if (r < 0) {
		callout_free(callout);
		return r;
	}
	TAILQ_INSERT_TAIL(&sender->all, callout, all);
	loop_timer_after(callout->timer, errand->delay_us);
	return 0;
}

void sender_release(struct sender *sender, const char *claim_id)
{
	struct callout *callout;

	TAILQ_FOREACH (callout, &sender->all, all) {
		if (!callout->behind || strcmp(callout->claim_id, claim_id) != 0)
			continue;
		callout->behind = false;
		loop_timer_after(callout->timer, BEHIND_US);
	}
}

bool sender_is_idle(const struct sender *sender)
{
	return TAILQ_EMPTY(&sender->all);
}

const struct sender_stats *sender_stats(const struct sender *sender)
{
	return &sender->stats;
}
