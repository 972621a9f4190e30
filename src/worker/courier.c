/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From due messages to POSTs, and from their ends to what is due next.
 * Worker layer.
 * What has ended is kept until that is stored: a message that the receiver has is not sent again because the file is locked.
 */
#include "worker/courier.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/webhook.h"
#include "base/backoff.h"
#include "base/err.h"

/* Messages under way at a time. */
#define IN_FLIGHT_MAX 4

/* Between two tries of one message. */
#define TRY_FLOOR_US (5 * USEC_PER_SEC)
#define TRY_BASE_US (10 * USEC_PER_SEC)
#define TRY_MAX_US (3600 * USEC_PER_SEC)

/* So many messages that fail at their first try, and none that is delivered between, are no fault of theirs: the receiver is given a
 * rest, and then tried with one. */
#define DOUBT_MAX 3
#define PAUSE_FLOOR_US (5 * USEC_PER_SEC)
#define PAUSE_BASE_US (10 * USEC_PER_SEC)
#define PAUSE_MAX_US (300 * USEC_PER_SEC)

/* A receiver that takes some messages and not others is told about so often at most. */
#define TOLD_PAUSE_US (60 * USEC_PER_SEC)

/* Another program holds the lock; the disk is full or failing. */
#define BUSY_US (20 * USEC_PER_MS)
#define RETRY_US (1 * USEC_PER_SEC)

/* A message under way, or one whose end is still to be stored. */
struct post {
	struct courier *courier;
	struct post *next;
	struct message_due message;
	struct webhook *webhook; /* NULL: it has ended */
	struct webhook_end end;
};

struct courier {
	struct courier_config config;
	struct loop_timer *timer;   /* to the next message */
	struct loop_timer *settler; /* ends are to be stored */
	struct post *posts;
	size_t n_posts;
	size_t n_doubts;            /* first tries that failed in a row */
	unsigned n_pauses;          /* in a row; 0: the receiver is well, as far as is known */
	struct wall resume;         /* the end of the pause */
	struct mono told_at;        /* that a message was not taken */
};

static struct mono mono_now(const struct courier *courier)
{
	return clock_mono(loop_clock(courier->config.loop));
}

static bool has_receiver(const struct courier *courier)
{
	return (*courier->config.url)[0] != '\0';
}

/* No pause is longer than it may be: the clock has been set back since. */
static bool is_paused(const struct courier *courier)
{
	int64_t left_us = courier->resume.us - loop_now(courier->config.loop).us;

	return courier->n_pauses > 0 && left_us > 0 && left_us <= PAUSE_MAX_US;
}

static bool is_under_way(const struct courier *courier, int64_t id)
{
	for (const struct post *post = courier->posts; post; post = post->next)
		if (post->message.id == id)
			return true;
	return false;
}

static void post_free(struct post *post)
{
	struct post **link = &post->courier->posts;

	while (*link != post)
		link = &(*link)->next;
	*link = post->next;
	post->courier->n_posts--;
	webhook_cancel(post->webhook);
	free(post);
}

static void begin_pause(struct courier *courier, const char *reason)
{
	if (courier->n_pauses++ == 0)
		entry_tell(LOG_LEVEL_WARNING, &courier->config.about, "%s takes no messages: %s; they wait, and it is tried again",
		           courier->config.name, reason);
	courier->resume = wall_add(loop_now(courier->config.loop), backoff_delay_us(courier->n_pauses, PAUSE_FLOOR_US, PAUSE_BASE_US,
	                                                                            PAUSE_MAX_US, backoff_random()));
}

static void tell_failure(struct courier *courier, const struct post *post)
{
	struct mono now = mono_now(courier);

	if (courier->n_pauses > 0 || now.us - courier->told_at.us < TOLD_PAUSE_US)
		return;
	entry_tell(LOG_LEVEL_WARNING, &courier->config.about, "%s: message %" PRId64 " was not taken: %s; it is tried again",
	           courier->config.name, post->message.id, post->end.reason);
	courier->told_at = now;
}

static void judge_failure(struct courier *courier, const struct post *post)
{
	/* It was sent before the pause, and says nothing new. */
	if (is_paused(courier))
		return;
	tell_failure(courier, post);
	courier->n_doubts += post->message.tries == 0;
	if (courier->n_pauses > 0 || courier->n_doubts >= DOUBT_MAX)
		begin_pause(courier, post->end.reason);
}

static void judge(struct courier *courier, const struct post *post)
{
	if (!post->end.delivered) {
		judge_failure(courier, post);
		return;
	}
	if (courier->n_pauses > 0)
		entry_tell(LOG_LEVEL_NOTICE, &courier->config.about, "%s takes messages again", courier->config.name);
	courier->n_pauses = 0;
	courier->n_doubts = 0;
}

static struct wall next_try(const struct courier *courier, const struct post *post)
{
	unsigned attempt = post->message.tries < UINT8_MAX ? (unsigned)post->message.tries + 1 : UINT8_MAX;

	return wall_add(loop_now(courier->config.loop), backoff_delay_us(attempt, TRY_FLOOR_US, TRY_BASE_US, TRY_MAX_US, backoff_random()));
}

static void store_end(const struct courier *courier, const struct post *post)
{
	struct store *store = courier->config.store;

	if (post->end.delivered)
		store_outbox_delivered(store, &courier->config.queue, &post->message, loop_now(courier->config.loop));
	else
		store_outbox_failed(store, post->message.id, post->end.reason, next_try(courier, post));
}

static int store_ends(const struct courier *courier)
{
	struct store *store = courier->config.store;
	int r = store_begin(store);

	if (r)
		return r;
	for (const struct post *post = courier->posts; post; post = post->next)
		if (!post->webhook)
			store_end(courier, post);
	return store_commit(store);
}

static void settle(void *cls)
{
	struct courier *courier = cls;
	int r = store_ends(courier);

	if (r) {
		loop_timer_after(courier->settler, r == ERR_BUSY ? BUSY_US : RETRY_US);
		return;
	}
	for (struct post *post = courier->posts, *next; post; post = next) {
		next = post->next;
		if (post->webhook)
			continue;
		judge(courier, post);
		post_free(post);
	}
	courier_wake(courier);
}

static void end_post(struct post *post, const struct webhook_end *end)
{
	post->webhook = NULL;
	post->end = *end;
	if (!loop_timer_is_set(post->courier->settler))
		loop_timer_after(post->courier->settler, 0);
}

static void on_end(const struct webhook_end *end, void *cls)
{
	end_post(cls, end);
}

static int send_message(struct post *post)
{
	const struct courier_config *config = &post->courier->config;
	struct message message;
	int r = store_outbox_message(config->store, post->message.id, &message);

	if (r)
		return r;

	const struct webhook_request request = {
		.url = *config->url,
		.secret = config->secret,
		.id = message.id,
		.body = message.body,
		.at = loop_now(config->loop),
		.timeout_us = config->timeout_us,
	};

	r = webhook_post(config->fetcher, &request, on_end, post, &post->webhook);
	free(message.body);
	return r;
}

static int start(struct courier *courier, const struct message_due *message)
{
	struct post *post = calloc(1, sizeof(*post));

	if (!post)
		return ERR_NOMEM;
	*post = (struct post){ .courier = courier, .message = *message, .next = courier->posts };
	courier->posts = post;
	courier->n_posts++;

	int r = send_message(post);

	if (r)
		post_free(post);
	return r;
}

/* No try is put off further than its longest pause: what is, was put off by a clock that has been set back since. */
static int pull_in(struct courier *courier, struct wall now)
{
	struct store *store = courier->config.store;
	struct wall limit = wall_add(now, TRY_MAX_US);
	struct wall beyond = WALL_NONE;
	int r = store_outbox_next(store, &courier->config.queue, limit, &beyond);

	if (r || !wall_is_set(beyond))
		return r;
	r = store_begin(store);
	if (r)
		return r;
	store_outbox_pull(store, &courier->config.queue, limit, now);
	return store_commit(store);
}

/* Sends what is due, while it may; *ret_room: more could be under way. */
static int send_due(struct courier *courier, struct wall now, bool *ret_room)
{
	struct message_due due[2 * IN_FLIGHT_MAX];
	size_t max = courier->n_pauses > 0 ? 1 : IN_FLIGHT_MAX;
	size_t n = 0;
	int r = pull_in(courier, now);

	if (!r)
		r = store_outbox_due(courier->config.store, &courier->config.queue, now, due, max + courier->n_posts, &n);
	for (size_t i = 0; !r && i < n && courier->n_posts < max; i++)
		if (!is_under_way(courier, due[i].id))
			r = start(courier, &due[i]);
	*ret_room = courier->n_posts < max;
	return r;
}

static void sleep_until_due(struct courier *courier, struct wall now)
{
	struct wall due = WALL_NONE;

	if (store_outbox_next(courier->config.store, &courier->config.queue, now, &due) != ERR_OK)
		loop_timer_after(courier->timer, RETRY_US);
	else if (wall_is_set(due))
		loop_timer_at(courier->timer, due);
	else
		loop_timer_unset(courier->timer);
}

static void look(void *cls)
{
	struct courier *courier = cls;
	struct wall now = loop_now(courier->config.loop);
	bool room = false;

	loop_timer_unset(courier->timer);
	if (!has_receiver(courier))
		return;
	if (is_paused(courier))
		loop_timer_at(courier->timer, courier->resume);
	else if (send_due(courier, now, &room) != ERR_OK)
		loop_timer_after(courier->timer, RETRY_US);
	else if (room)
		sleep_until_due(courier, now);
}

void courier_wake(struct courier *courier)
{
	look(courier);
}

void courier_retry(struct courier *courier)
{
	courier->resume = loop_now(courier->config.loop);
	look(courier);
}

struct courier *courier_free(struct courier *courier)
{
	if (!courier)
		return NULL;
	while (courier->posts)
		post_free(courier->posts);
	loop_timer_free(courier->settler);
	loop_timer_free(courier->timer);
	free(courier);
	return NULL;
}

int courier_new(const struct courier_config *config, struct courier **ret)
{
	CLEANUP(courier_cleanup) struct courier *courier = calloc(1, sizeof(*courier));

	if (!courier)
		return ERR_NOMEM;
	courier->config = *config;
	courier->told_at.us = mono_now(courier).us - TOLD_PAUSE_US;

	int r = loop_timer_new(config->loop, look, courier, &courier->timer);

	if (!r)
		r = loop_timer_new(config->loop, settle, courier, &courier->settler);
	if (r)
		return r;
	*ret = courier;
	courier = NULL;
	return ERR_OK;
}
