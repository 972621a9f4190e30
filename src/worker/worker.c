/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folder of hints, a desk for each source, the way out of the outbox, and the keeper.
 * Worker layer. Composition only.
 */
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "worker/desk.h"
#include "worker/dispatch.h"
#include "worker/fold.h"
#include "worker/keeper.h"

struct worker {
	struct worker_config config; /* but for its sources */
	struct dispatch *dispatch;
	struct keeper *keeper;
	struct folder *folder;
	size_t n_desks;
	struct desk **desks;
};

static void on_folded(void *cls)
{
	struct worker *worker = cls;

	for (size_t i = 0; i < worker->n_desks; i++)
		desk_wake(worker->desks[i]);
}

static void on_retry(void *cls)
{
	struct worker *worker = cls;

	dispatch_retry(worker->dispatch);
}

void worker_wake(struct worker *worker)
{
	folder_wake(worker->folder);
}

void worker_act(struct worker *worker)
{
	for (size_t i = 0; i < worker->n_desks; i++)
		desk_act(worker->desks[i]);
	keeper_wake(worker->keeper);
}

void worker_reloaded(struct worker *worker)
{
	dispatch_reloaded(worker->dispatch);
	for (size_t i = 0; i < worker->n_desks; i++)
		desk_reloaded(worker->desks[i]);
}

bool worker_is_stuck(const struct worker *worker, char ret[static WORKER_STUCK_SIZE])
{
	if (folder_is_stuck(worker->folder, loop_now(worker->config.loop))) {
		snprintf(ret, WORKER_STUCK_SIZE, "hints are not folded into their claims and orders");
		return true;
	}
	for (size_t i = 0; i < worker->n_desks; i++) {
		const char *what = desk_find_stuck(worker->desks[i]);

		if (!what)
			continue;
		snprintf(ret, WORKER_STUCK_SIZE, "%s: %s", desk_conf(worker->desks[i])->name, what);
		return true;
	}
	return false;
}

struct worker *worker_free(struct worker *worker)
{
	if (!worker)
		return NULL;
	folder_free(worker->folder);
	for (size_t i = 0; i < worker->n_desks; i++)
		desk_free(worker->desks[i]);
	free(worker->desks);
	keeper_free(worker->keeper);
	dispatch_free(worker->dispatch);
	free(worker);
	return NULL;
}

static int open_keeper(struct worker *worker, const struct worker_config *config)
{
	const struct keeper_config keeper = {
		.loop = config->loop, .store = config->store, .conf = config->daemon, .on_retry = on_retry, .cls = worker,
	};

	return keeper_new(&keeper, &worker->keeper);
}

bool worker_source_is_among(const struct worker_source *sources, size_t n, const struct conf_source *conf)
{
	for (size_t i = 0; i < n; i++)
		if (sources[i].conf == conf)
			return true;
	return false;
}

static void close_gone(struct worker *worker, const struct worker_source *sources, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < worker->n_desks; i++) {
		if (worker_source_is_among(sources, n, desk_conf(worker->desks[i])))
			worker->desks[kept++] = worker->desks[i];
		else
			desk_free(worker->desks[i]);
	}
	worker->n_desks = kept;
}

static bool has_desk(const struct worker *worker, const struct worker_source *source)
{
	for (size_t i = 0; i < worker->n_desks; i++)
		if (desk_conf(worker->desks[i]) == source->conf)
			return true;
	return false;
}

static int open_desk(struct worker *worker, const struct worker_source *source)
{
	struct desk **desks = reallocarray(worker->desks, worker->n_desks + 1, sizeof(struct desk *));

	if (!desks)
		return ERR_NOMEM;
	worker->desks = desks;

	int r = desk_new(&worker->config, source, &desks[worker->n_desks]);

	worker->n_desks += r == ERR_OK;
	return r;
}

static int open_missing(struct worker *worker, const struct worker_source *sources, size_t n)
{
	int r = ERR_OK;

	for (size_t i = 0; !r && i < n; i++)
		if (!has_desk(worker, &sources[i]))
			r = open_desk(worker, &sources[i]);
	return r;
}

int worker_set_sources(struct worker *worker, const struct worker_source *sources, size_t n)
{
	close_gone(worker, sources, n);

	int r = dispatch_set_sources(worker->dispatch, sources, n);
	int of_desks = open_missing(worker, sources, n);

	return r ? r : of_desks;
}

int worker_new(const struct worker_config *config, struct worker **ret)
{
	CLEANUP(worker_cleanup) struct worker *worker = calloc(1, sizeof(*worker));

	if (!worker)
		return ERR_NOMEM;
	worker->config = *config;

	int r = dispatch_new(config, &worker->dispatch);

	if (!r)
		r = open_keeper(worker, config);
	if (!r)
		r = open_missing(worker, config->sources, config->n_sources);
	if (!r)
		r = folder_new(config->loop, config->store, on_folded, worker, &worker->folder);
	if (r)
		return r;
	*ret = worker;
	worker = NULL;
	return ERR_OK;
}
