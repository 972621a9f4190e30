/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts the worker's parts together and wakes each when another has made work for it.
 * Worker layer. Composition only.
 */
#include "worker/worker.h"

#include <stdlib.h>

#include "base/err.h"
#include "worker/deadline.h"
#include "worker/fold.h"
#include "worker/reader.h"

/* What one source has running. */
struct desk {
	struct reader *reader;
	struct deadline_clock *clock;
};

struct worker {
	struct folder *folder;
	size_t n_desks;
	struct desk desks[];
};

static void on_folded(void *cls)
{
	struct worker *worker = cls;

	for (size_t i = 0; i < worker->n_desks; i++)
		reader_wake(worker->desks[i].reader);
}

static void on_applied(void *cls)
{
	struct desk *desk = cls;

	deadline_clock_wake(desk->clock);
}

static void on_expired(void *cls)
{
	struct desk *desk = cls;

	reader_wake(desk->reader);
}

void worker_wake(struct worker *worker)
{
	folder_wake(worker->folder);
}

void worker_unlock(struct worker *worker)
{
	for (size_t i = 0; i < worker->n_desks; i++)
		reader_unlock(worker->desks[i].reader);
}

struct worker *worker_free(struct worker *worker)
{
	if (!worker)
		return NULL;
	folder_free(worker->folder);
	for (size_t i = 0; i < worker->n_desks; i++) {
		reader_free(worker->desks[i].reader);
		deadline_clock_free(worker->desks[i].clock);
	}
	free(worker);
	return NULL;
}

static int desk_open(const struct worker_config *config, const struct worker_source *source, struct desk *desk)
{
	const struct reader_config reader_config = {
		.loop = config->loop,
		.fetcher = config->fetcher,
		.store = config->store,
		.conf = source->conf,
		.policy = config->policy,
		.source = source->source,
		.on_applied = on_applied,
		.cls = desk,
	};
	int r = deadline_clock_new(config->loop, config->store, source->conf, source->source.id, &desk->clock);

	if (!r)
		r = reader_new(&reader_config, &desk->reader);
	if (!r)
		deadline_clock_on_expired(desk->clock, on_expired, desk);
	return r;
}

int worker_new(const struct worker_config *config, struct worker **ret)
{
	CLEANUP(worker_cleanup) struct worker *worker =
		calloc(1, sizeof(*worker) + config->n_sources * sizeof(worker->desks[0]));
	int r = worker ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; !r && i < config->n_sources; i++) {
		worker->n_desks = i + 1;
		r = desk_open(config, &config->sources[i], &worker->desks[i]);
	}
	if (!r)
		r = folder_new(config->loop, config->store, on_folded, worker, &worker->folder);
	if (r)
		return r;
	*ret = worker;
	worker = NULL;
	return ERR_OK;
}
