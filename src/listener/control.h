/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: claimctl's door. POST /actions records what is wanted and by whom, and wakes the worker.
 * Listener layer. It does nothing else: what may be done, and what comes of it, is between the worker and the store, where
 * claimctl reads it. The protocol stands in claimd(8).
 */
#ifndef CLAIMD_LISTENER_CONTROL_H
#define CLAIMD_LISTENER_CONTROL_H

#include "listener/listener.h"

struct control;

struct control_config {
	const struct listener_source *sources; /* outlive it, or are good until control_set_sources() names others */
	size_t n_sources;
	int fd; /* a listening Unix socket, owned by the control once control_new() has succeeded */
	void (*on_actions)(void *cls); /* after each commit that recorded some: the worker's nudge */
	void *cls;
};

/* Who may connect is up to the socket's file. While another program holds the write lock, a request waits for three seconds at
 * most, then it is answered 503. */
int control_new(struct loop *loop, struct store *store, const struct control_config *config, struct control **ret);

/* The sources that there are from now on. */
void control_set_sources(struct control *control, const struct listener_source *sources, size_t n);

/* What waits is answered 503. Takes NULL, returns NULL. */
struct control *control_free(struct control *control);

DEFINE_CLEANUP(control, struct control *, control_free)

#endif
