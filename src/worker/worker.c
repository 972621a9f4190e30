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
	struct loop *loop;
	struct dispatch *dispatch;
	struct keeper *keeper;
	struct folder *folder;
	size_t n_desks;
	struct desk *desks[];
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
	if (folder_is_stuck(worker->folder, loop_now(worker->loop))) {
		snprintf(ret, WORKER_STUCK_SIZE, "hints are not folded into their claims and orders");
		return true;
	}
	for (size_t i = 0; i < worker->n_desks; i++) {
		const char *what = desk_find_stuck(worker->desks[i]);

		if (!what)
			continue;
		snprintf(ret, WORKER_STUCK_SIZE, "%s: %s", desk_name(worker->desks[i]), what);
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

int worker_new(const struct worker_config *config, struct worker **ret)
{
	CLEANUP(worker_cleanup) struct worker *worker =
		calloc(1, sizeof(*worker) + config->n_sources * sizeof(worker->desks[0]));
	int r = worker ? dispatch_new(config, &worker->dispatch) : ERR_NOMEM;

	if (!r) {
		worker->loop = config->loop;
		r = open_keeper(worker, config);
	}
	for (size_t i = 0; !r && i < config->n_sources; i++) {
		r = desk_new(config, &config->sources[i], &worker->desks[i]);
		worker->n_desks += r == ERR_OK;
	}
	if (!r)
		r = folder_new(config->loop, config->store, on_folded, worker, &worker->folder);
	if (r)
		return r;
	*ret = worker;
	worker = NULL;
	return ERR_OK;
}
