/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desk of one source.
 * Worker layer.
 */
#include "worker/desk.h"

#include <stdlib.h>

#include "base/err.h"
#include "worker/deadline.h"
#include "worker/kit.h"
#include "worker/poller.h"
#include "worker/reader.h"

struct desk {
	void (*on_progress)(const char *source, size_t n_events, bool caught_up, void *cls);
	void *cls;
	struct kit kit;
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
		desk->on_progress(desk->kit.conf->name, n_events, caught_up, desk->cls);
}

void desk_wake(struct desk *desk)
{
	reader_wake(desk->reader);
	if (desk->poller)
		poller_expect(desk->poller);
}

void desk_reloaded(struct desk *desk)
{
	deadline_clock_wake(desk->clock);
	if (gate_unlock(desk->kit.gate))
		on_end(desk);
}

struct desk *desk_free(struct desk *desk)
{
	if (!desk)
		return NULL;
	/* The client first: its calls point to the others. */
	delivery_free(desk->kit.client);
	poller_free(desk->poller);
	reader_free(desk->reader);
	deadline_clock_free(desk->clock);
	gate_free(desk->kit.gate);
	free(desk);
	return NULL;
}

static int open_kit(struct kit *kit, const struct worker_config *config, const struct worker_source *source)
{
	const struct gate_config gate_config = {
		.loop = config->loop,
		.store = config->store,
		.conf = source->conf,
		.source = source->source,
	};

	*kit = (struct kit){
		.loop = config->loop,
		.store = config->store,
		.conf = source->conf,
		.model = &model_claims,
		.policy = config->policy,
	};

	int r = gate_new(&gate_config, &kit->gate);

	return r ? r : delivery_new(config->loop, config->fetcher, source->conf, &kit->client);
}

static int open_parts(struct desk *desk)
{
	const struct reader_config reader_config = {
		.kit = &desk->kit, .on_end = on_end, .on_applied = on_applied, .cls = desk,
	};
	const struct poller_config poller_config = {
		.kit = &desk->kit, .on_end = on_end, .on_applied = on_page, .on_progress = on_progress, .cls = desk,
	};
	int r = deadline_clock_new(&desk->kit, &desk->clock);

	if (!r)
		r = reader_new(&reader_config, &desk->reader);
	if (!r && desk->kit.conf->journal)
		r = poller_new(&poller_config, &desk->poller);
	return r;
}

int desk_new(const struct worker_config *config, const struct worker_source *source, struct desk **ret)
{
	CLEANUP(desk_cleanup) struct desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		return ERR_NOMEM;
	desk->on_progress = config->on_progress;
	desk->cls = config->cls;

	int r = open_kit(&desk->kit, config, source);

	if (!r)
		r = open_parts(desk);
	if (r)
		return r;
	deadline_clock_on_expired(desk->clock, on_expired, desk);
	*ret = desk;
	desk = NULL;
	return ERR_OK;
}
