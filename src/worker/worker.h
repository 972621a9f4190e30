/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker: folds hints, reads what is due, follows the journals, keeps the windows' clocks, carries actions out, tells what is to be
 * told, removes what is old. One desk a source.
 * Worker layer: never sees a listening socket; it meets the listener in the store.
 */
#ifndef CLAIMD_WORKER_WORKER_H
#define CLAIMD_WORKER_WORKER_H

#include "base/metrics.h"
#include "conf/conf.h"
#include "loop/fetch.h"
#include "loop/loop.h"
#include "model/timeline.h"
#include "store/store.h"

struct worker;

/* A configured source and its row. CONF outlives the worker, or is good until worker_set_sources() leaves it out. */
struct worker_source {
	const struct conf_source *conf;
	struct source source;
};

struct worker_config {
	struct loop *loop;
	struct fetcher *fetcher;
	struct store *store;
	const struct conf_daemon *daemon; /* outlives the worker */
	struct metrics *metrics; /* outlives the worker; NULL: nothing is counted */
	enum policy policy;
	const struct worker_source *sources; /* copied */
	size_t n_sources;
	/* How far the first reading of a source's journal has come; may be NULL. */
	void (*on_progress)(const char *source, size_t n_events, bool caught_up, void *cls);
	void *cls;
};

/* Goes on where the store says that the last run ended. */
int worker_new(const struct worker_config *config, struct worker **ret);

/* Gives up the requests under way; all that is pending is in the store. Takes NULL, returns NULL. */
struct worker *worker_free(struct worker *worker);

/* The sources that there are from now on. What is under way for one that is gone is given up; all that is pending is in the store. One
 * that is new is begun with where the store says that it was left. ERR_NOMEM: some that are new are not served. */
int worker_set_sources(struct worker *worker, const struct worker_source *sources, size_t n);

/* Hints have been stored. */
void worker_wake(struct worker *worker);

/* Actions have been added. */
void worker_act(struct worker *worker);

/* The configuration was read again: sources that are locked out try again, the windows' warnings are timed anew, and messages go to
 * whom it names now. */
void worker_reloaded(struct worker *worker);

/* Whether something has stuck, for between two turns of the loop: there is work, and nothing is left that would do it, which a
 * restart cures. What waits for an upstream, for another program's lock or for a disk is not stuck: those are no better after a
 * restart. *ret says what it is, for the log, when something has. */
#define WORKER_STUCK_SIZE 96
bool worker_is_stuck(const struct worker *worker, char ret[static WORKER_STUCK_SIZE]);

/* --- For the modules of this layer ------------------------------------------------------------------------------------ */

/* Whether CONF is one of these. */
bool worker_source_is_among(const struct worker_source *sources, size_t n, const struct conf_source *conf);

DEFINE_CLEANUP(worker, struct worker *, worker_free)

#endif
