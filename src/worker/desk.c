/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desk of one source.
 * Worker layer.
 */
#include "worker/desk.h"

#include <stdlib.h>

#include "api/delivery.h"
#include "base/err.h"
#include "worker/deadline.h"
#include "worker/gate.h"
#include "worker/poller.h"
#include "worker/reader.h"

struct desk {
	void (*on_progress)(const char *source, size_t n_events, bool caught_up, void *cls);
	void *cls;
	const struct conf_delivery *conf;
	struct gate *gate;
	struct delivery *client;
	struct reader *reader;
	struct poller *poller; /* NULL with journal = no */
	struct deadline_clock *clock;
};

static void on_end(void *cls)
{
	struct desk *desk = cls;

	reader_wake(desk->reader);
	if (desk->poller)
		poller_wake(desk->poller);
}

static void on_applied(void *cls)
{
	struct desk *desk = cls;

	deadline_clock_wake(desk->clock);
}

static void on_page(void *cls)
{
	struct desk *desk = cls;

	deadline_clock_wake(desk->clock);
	reader_wake(desk->reader);
}

static void on_expired(void *cls)
{
	struct desk *desk = cls;

	reader_wake(desk->reader);
}

static void on_progress(size_t n_events, bool caught_up, void *cls)
{
	struct desk *desk = cls;

	if (desk->on_progress)
		desk->on_progress(desk->conf->name, n_events, caught_up, desk->cls);
}

void desk_wake(struct desk *desk)
{
	reader_wake(desk->reader);
	if (desk->poller)
		poller_expect(desk->poller);
}

void desk_unlock(struct desk *desk)
{
	if (gate_unlock(desk->gate))
		on_end(desk);
}

struct desk *desk_free(struct desk *desk)
{
	if (!desk)
		return NULL;
	/* The client first: its calls point to the others. */
	delivery_free(desk->client);
	poller_free(desk->poller);
	reader_free(desk->reader);
	deadline_clock_free(desk->clock);
	gate_free(desk->gate);
	free(desk);
	return NULL;
}

static int open_gate(struct desk *desk, const struct worker_config *config, const struct worker_source *source)
{
	const struct gate_config gate_config = {
		.loop = config->loop,
		.store = config->store,
		.conf = source->conf,
		.source = source->source,
	};
	int r = gate_new(&gate_config, &desk->gate);

	if (!r)
		r = delivery_new(config->loop, config->fetcher, source->conf, &desk->client);
	if (!r)
		r = deadline_clock_new(config->loop, config->store, source->conf, desk->gate, &desk->clock);
	return r;
}

static int open_reader(struct desk *desk, const struct worker_config *config)
{
	const struct reader_config reader_config = {
		.loop = config->loop,
		.store = config->store,
		.conf = desk->conf,
		.gate = desk->gate,
		.client = desk->client,
		.policy = config->policy,
		.on_end = on_end,
		.on_applied = on_applied,
		.cls = desk,
	};

	return reader_new(&reader_config, &desk->reader);
}

static int open_poller(struct desk *desk, const struct worker_config *config)
{
	const struct poller_config poller_config = {
		.loop = config->loop,
		.store = config->store,
		.conf = desk->conf,
		.gate = desk->gate,
		.client = desk->client,
		.policy = config->policy,
		.on_end = on_end,
		.on_applied = on_page,
		.on_progress = on_progress,
		.cls = desk,
	};

	return desk->conf->journal ? poller_new(&poller_config, &desk->poller) : ERR_OK;
}

int desk_new(const struct worker_config *config, const struct worker_source *source, struct desk **ret)
{
	CLEANUP(desk_cleanup) struct desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		return ERR_NOMEM;
	desk->conf = source->conf;
	desk->on_progress = config->on_progress;
	desk->cls = config->cls;

	int r = open_gate(desk, config, source);

	if (!r)
		r = open_reader(desk, config);
	if (!r)
		r = open_poller(desk, config);
	if (r)
		return r;
	deadline_clock_on_expired(desk->clock, on_expired, desk);
	*ret = desk;
	desk = NULL;
	return ERR_OK;
}
