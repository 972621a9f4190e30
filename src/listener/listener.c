/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public side: takes callbacks and pushes in, stores each as a hint, and answers 200 for what a commit has made
 * durable, and for Market's PING.
 * Listener layer: never reads an upstream, decides no status. It meets the worker only in the store.
 */
#include "listener/listener.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "listener/intake.h"
#include "loop/server.h"

struct listener {
	const struct conf_listen *conf;
	struct server *server;
	struct intake *intake;
};

static struct server_limits limits_of(const struct conf_listen *listen)
{
	return (struct server_limits){
		.max_connections = (unsigned)listen->max_connections,
		.max_per_address = (unsigned)listen->max_per_address,
		.max_body = (size_t)listen->max_body_bytes,
		.request_timeout_us = listen->request_timeout_us,
	};
}

static int serve(struct listener *listener, struct loop *loop, int fd)
{
	const struct server_limits limits = limits_of(listener->conf);
	const struct server_handler handler = {
		.on_head = intake_on_head,
		.on_request = intake_on_request,
		.is_exempt = intake_is_exempt,
		.on_fault = intake_on_fault,
		.cls = listener->intake,
	};
	int r = server_new(loop, fd, &limits, &handler, listener->conf->certificate.text, listener->conf->key.text, &listener->server);

	if (r < 0)
		log_error("can't serve callbacks and pushes: %s", err_text(r));
	return r;
}

int listener_new(struct loop *loop, struct store *store, const struct listener_config *config, struct listener **ret)
{
	CLEANUP(listener_cleanup) struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return ERR_NOMEM;
	listener->conf = config->listen;
	int r = intake_new(loop, store, config, &listener->intake);
	if (r < 0)
		return r;
	r = serve(listener, loop, config->fd);
	if (r < 0)
		return r;
	server_set_on_gone(listener->server, intake_on_gone, listener->intake);
	*ret = listener;
	listener = NULL;
	return ERR_OK;
}

int listener_reloaded(struct listener *listener)
{
	const struct server_limits limits = limits_of(listener->conf);
	int r = server_renew(listener->server, &limits, listener->conf->certificate.text, listener->conf->key.text);

	if (r < 0)
		log_error("the limits of [listen] and its certificate stay as they were: %s", err_text(r));
	return r;
}

void listener_set_sources(struct listener *listener, const struct listener_source *sources, size_t n)
{
	intake_set_sources(listener->intake, sources, n);
}

bool listener_drain(struct listener *listener)
{
	server_quiesce(listener->server);
	return intake_flush(listener->intake);
}

bool listener_is_stuck(const struct listener *listener, struct mono now)
{
	return intake_is_stuck(listener->intake, now);
}

struct listener *listener_free(struct listener *listener)
{
	if (!listener)
		return NULL;
	if (listener->intake)
		intake_close(listener->intake);
	server_free(listener->server);
	intake_free(listener->intake);
	free(listener);
	return NULL;
}
