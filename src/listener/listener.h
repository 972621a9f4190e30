/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public side: takes callbacks and pushes in, stores each as a hint, and answers 200 for what a commit has made
 * durable, and for Market's PING.
 * Listener layer: never reads an upstream, decides no status. It meets the worker only in the store.
 */
#ifndef CLAIMD_LISTENER_LISTENER_H
#define CLAIMD_LISTENER_LISTENER_H

#include "base/metrics.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "store/store.h"

struct listener;

/* A configured source and its row. CONF outlives the listener; its secret and allow_from are read at each request, so a
 * reload takes effect at once. */
struct listener_source {
	int64_t id;
	const struct conf_source *conf;
};

struct listener_config {
	const struct conf_listen *listen; /* outlives the listener */
	const struct listener_source *sources; /* outlive it, or are good until listener_set_sources() names others */
	size_t n_sources;
	int fd;             /* a listening socket, owned by the listener once listener_new() has succeeded */
	struct metrics *metrics; /* outlives the listener; NULL: nothing is counted */
	size_t max_waiting; /* requests that wait for a commit at once, the next is answered 503; 0: INGEST_WAITING_MAX */
	void (*on_hints)(void *cls); /* after each commit that stored a good hint: the worker's nudge */
	void *cls;
};

int listener_new(struct loop *loop, struct store *store, const struct listener_config *config, struct listener **ret);

/* The configuration was read again: the limits, and for new connections the certificate and the key, are those that stand in it now.
 * Who is connected is answered once more before the connection ends. On failure, which is told in the log, they stay as they were. */
int listener_reloaded(struct listener *listener);

/* The sources that there are from now on; what comes for another one is answered as for one that never was. Requests that wait for a
 * commit get their answer in any case. */
void listener_set_sources(struct listener *listener, const struct listener_source *sources, size_t n);

/* Stops accepting, commits what has come in, answers it. Returns whether nothing is left in flight; if something is,
 * call it again later. */
bool listener_drain(struct listener *listener);

/* Ends all; requests not yet committed are answered 503. Takes NULL, returns NULL. */
struct listener *listener_free(struct listener *listener);

/* A request waits at NOW for a commit that nobody makes any more. While the database can't be written, requests are answered
 * 503, and nothing is stuck. */
bool listener_is_stuck(const struct listener *listener, struct mono now);

DEFINE_CLEANUP(listener, struct listener *, listener_free)

#endif
