/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox's way out.
 * Worker layer.
 */
#include "worker/dispatch.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/webhook.h"
#include "base/err.h"
#include "worker/courier.h"
#include "worker/herald.h"
#include "worker/storage.h"
#include "worker/tell.h"

/* When the file is locked, full or failing. */
#define SWITCH_RETRY_US (200 * USEC_PER_MS)

/* A source's receiver; a block of its own, since its courier points into it. */
struct forwarding {
	const struct conf_source *conf;
	int64_t source_id;
	char name[CONF_NAME_SIZE + sizeof(": forward_url")];
	struct courier *courier;
};

struct dispatch {
	struct worker_config config; /* but for its sources */
	struct loop_task *task;    /* messages were put in */
	struct loop_timer *timer;  /* which sources forward is still to be stored */
	struct storage *storage;
	struct herald *herald;
	struct courier *alerts;
	size_t n_forwardings;
	struct forwarding **forwardings;
};

static void on_commit(void *cls)
{
	struct dispatch *dispatch = cls;

	storage_note_commit(dispatch->storage);
}

static void on_end(int result, size_t n_messages, void *cls)
{
	struct dispatch *dispatch = cls;

	storage_note(dispatch->storage, result);
	if (n_messages > 0)
		loop_task_post(dispatch->task);
}

static void on_messages(void *cls)
{
	struct dispatch *dispatch = cls;

	herald_wake(dispatch->herald);
	courier_wake(dispatch->alerts);
	for (size_t i = 0; i < dispatch->n_forwardings; i++)
		courier_wake(dispatch->forwardings[i]->courier);
}

static void on_logged(void *cls)
{
	struct dispatch *dispatch = cls;

	courier_wake(dispatch->alerts);
}

static int store_switches(const struct dispatch *dispatch)
{
	int r = store_begin(dispatch->config.store);

	if (r)
		return r;
	store_forwards_reset(dispatch->config.store);
	for (size_t i = 0; i < dispatch->n_forwardings; i++)
		store_source_forwards(dispatch->config.store, dispatch->forwardings[i]->source_id,
		                      dispatch->forwardings[i]->conf->forward_url[0] != '\0');
	return store_commit(dispatch->config.store);
}

/* Whether a source forwards is stored, so that the store's verbs know it. */
static void on_switch(void *cls)
{
	struct dispatch *dispatch = cls;

	if (store_switches(dispatch) != ERR_OK)
		loop_timer_after(dispatch->timer, SWITCH_RETRY_US);
}

void dispatch_retry(struct dispatch *dispatch)
{
	courier_retry(dispatch->alerts);
	for (size_t i = 0; i < dispatch->n_forwardings; i++)
		courier_retry(dispatch->forwardings[i]->courier);
}

void dispatch_reloaded(struct dispatch *dispatch)
{
	on_switch(dispatch);
	herald_reloaded(dispatch->herald);
	dispatch_retry(dispatch);
}

static struct forwarding *forwarding_free(struct forwarding *forwarding)
{
	courier_free(forwarding->courier);
	free(forwarding);
	return NULL;
}

struct dispatch *dispatch_free(struct dispatch *dispatch)
{
	if (!dispatch)
		return NULL;
	store_set_watch(dispatch->config.store, NULL);
	for (size_t i = 0; i < dispatch->n_forwardings; i++)
		forwarding_free(dispatch->forwardings[i]);
	free(dispatch->forwardings);
	courier_free(dispatch->alerts);
	herald_free(dispatch->herald);
	storage_free(dispatch->storage);
	loop_timer_free(dispatch->timer);
	loop_task_free(dispatch->task);
	free(dispatch);
	return NULL;
}

static int open_alerts(struct dispatch *dispatch, const struct worker_config *config)
{
	const struct herald_config herald = {
		.loop = config->loop, .store = config->store, .conf = config->daemon, .on_logged = on_logged, .cls = dispatch,
	};
	const struct courier_config courier = {
		.loop = config->loop,
		.fetcher = config->fetcher,
		.store = config->store,
		.queue = { .source_id = NUMBER_NONE },
		.name = "alert_url",
		.url = &config->daemon->alert_url,
		.secret = &config->daemon->alert_secret,
		.timeout_us = WEBHOOK_TIMEOUT_US,
	};
	int r = courier_new(&courier, &dispatch->alerts);

	return r ? r : herald_new(&herald, &dispatch->herald);
}

static int forwarding_new(const struct worker_config *config, const struct worker_source *source, struct forwarding **ret)
{
	struct forwarding *forwarding = calloc(1, sizeof(*forwarding));

	if (!forwarding)
		return ERR_NOMEM;
	forwarding->conf = source->conf;
	forwarding->source_id = source->source.id;
	snprintf(forwarding->name, sizeof(forwarding->name), "%s: forward_url", source->conf->name);

	const struct courier_config courier = {
		.loop = config->loop,
		.fetcher = config->fetcher,
		.store = config->store,
		.queue = { .source_id = source->source.id },
		.name = forwarding->name,
		.about = tell_about_source(source->conf),
		.url = &source->conf->forward_url,
		.secret = &source->conf->forward_secret,
		.timeout_us = WEBHOOK_TIMEOUT_US,
	};
	int r = courier_new(&courier, &forwarding->courier);

	if (r) {
		forwarding_free(forwarding);
		return r;
	}
	*ret = forwarding;
	return ERR_OK;
}

static void close_gone(struct dispatch *dispatch, const struct worker_source *sources, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < dispatch->n_forwardings; i++) {
		if (worker_source_is_among(sources, n, dispatch->forwardings[i]->conf))
			dispatch->forwardings[kept++] = dispatch->forwardings[i];
		else
			forwarding_free(dispatch->forwardings[i]);
	}
	dispatch->n_forwardings = kept;
}

static bool has_forwarding(const struct dispatch *dispatch, const struct worker_source *source)
{
	for (size_t i = 0; i < dispatch->n_forwardings; i++)
		if (dispatch->forwardings[i]->conf == source->conf)
			return true;
	return false;
}

static int open_forwarding(struct dispatch *dispatch, const struct worker_source *source)
{
	struct forwarding **forwardings =
		reallocarray(dispatch->forwardings, dispatch->n_forwardings + 1, sizeof(struct forwarding *));

	if (!forwardings)
		return ERR_NOMEM;
	dispatch->forwardings = forwardings;

	int r = forwarding_new(&dispatch->config, source, &forwardings[dispatch->n_forwardings]);

	dispatch->n_forwardings += r == ERR_OK;
	return r;
}

int dispatch_set_sources(struct dispatch *dispatch, const struct worker_source *sources, size_t n)
{
	int r = ERR_OK;

	close_gone(dispatch, sources, n);
	for (size_t i = 0; !r && i < n; i++)
		if (!has_forwarding(dispatch, &sources[i]))
			r = open_forwarding(dispatch, &sources[i]);
	return r;
}

static int open_parts(struct dispatch *dispatch, const struct worker_config *config)
{
	int r = loop_task_new(config->loop, on_messages, dispatch, &dispatch->task);

	if (!r)
		r = loop_timer_new(config->loop, on_switch, dispatch, &dispatch->timer);
	if (!r)
		r = storage_new(config->loop, config->store, config->metrics, &dispatch->storage);
	if (!r)
		r = open_alerts(dispatch, config);
	return r ? r : dispatch_set_sources(dispatch, config->sources, config->n_sources);
}

int dispatch_new(const struct worker_config *config, struct dispatch **ret)
{
	CLEANUP(dispatch_cleanup) struct dispatch *dispatch = calloc(1, sizeof(*dispatch));

	if (!dispatch)
		return ERR_NOMEM;
	dispatch->config = *config;

	int r = open_parts(dispatch, config);

	if (r)
		return r;
	store_set_watch(config->store, &(struct store_watch){ .on_commit = on_commit, .on_end = on_end, .cls = dispatch });
	on_switch(dispatch);
	/* What an earlier run left is told as soon as the loop runs. */
	loop_task_post(dispatch->task);
	*ret = dispatch;
	dispatch = NULL;
	return ERR_OK;
}
