/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The admin side: GET /healthz, GET /readyz and GET /metrics, for probes on the inside network; never the public side.
 * Listener layer: asks the store, changes nothing.
 */
#include "listener/admin.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "listener/column.h"
#include "listener/reply.h"
#include "listener/scrape.h"
#include "loop/server.h"

/* A few probes at a time; they send no body and are quick. */
#define ADMIN_CONNECTIONS 32
#define ADMIN_BODY_BYTES 1024
#define ADMIN_TIMEOUT_US (10 * USEC_PER_SEC)
/* What is wrong, in lines; past this it is bad enough without more of them. */
#define ADMIN_TEXT_BYTES 16384

struct admin {
	struct loop *loop;
	struct store *store;
	struct admin_config config;
	struct server *server;
};

static void serve_health(struct admin *admin ATTR_UNUSED, struct request *request)
{
	reply_status(request, true, "ok\n");
}

static int describe_locked_out(struct store *store, struct buf *text, size_t *ret_n)
{
	CLEANUP(report_cleanup) struct report *report = NULL;
	int r = store_report(store, REPORT_SOURCES, NULL, 0, &report);

	if (r < 0)
		return r;
	size_t kind, source, state;
	if (column_find(report, "kind", &kind) < 0 || column_find(report, "source", &source) < 0 ||
	    column_find(report, "state", &state) < 0)
		return ERR_NOT_FOUND;
	size_t n = 0;
	bool any;
	while ((r = report_next(report, &any)) == ERR_OK && any) {
		if (strcmp(report_text(report, state), "locked_out") != 0)
			continue;
		buf_addf(text, "%s %s: locked_out\n", report_text(report, kind), report_text(report, source));
		n++;
	}
	if (r < 0)
		return r;
	*ret_n = n;
	return ERR_OK;
}

/* TEXT says what is wrong, as far as it has room. */
static bool is_ready(struct store *store, struct buf *text)
{
	bool ready = true;

	if (store_probe(store) < 0) {
		buf_addf(text, "store: can't commit: %s\n", store_error_text(store));
		ready = false;
	}
	size_t n = 0;
	int r = describe_locked_out(store, text, &n);
	if (r < 0)
		buf_addf(text, "store: can't read: %s\n", err_text(r));
	return ready && r == ERR_OK && n == 0;
}

static void serve_ready(struct admin *admin, struct request *request)
{
	CLEANUP(buf_done) struct buf text = { .cap = ADMIN_TEXT_BYTES };
	bool ready = is_ready(admin->store, &text);

	reply_status(request, ready, ready ? "ready\n" : text.data ? text.data : "not ready\n");
}

static void serve_metrics(struct admin *admin, struct request *request)
{
	CLEANUP(buf_done) struct buf why = { .cap = ADMIN_TEXT_BYTES };
	CLEANUP(buf_done) struct buf text = { 0 };
	const struct scrape scrape = {
		.store = admin->store,
		.metrics = admin->config.metrics,
		.sources = admin->config.sources,
		.n_sources = admin->config.n_sources,
		.now = loop_now(admin->loop),
		.ready = is_ready(admin->store, &why),
	};

	if (scrape_write(&scrape, &text) < 0)
		reply_status(request, false, "store: can't read\n");
	else
		reply_metrics(request, text.data, text.len);
}

static const struct page {
	const char *path;
	void (*serve)(struct admin *admin, struct request *request);
} pages[] = {
	{ "/healthz", serve_health },
	{ "/readyz", serve_ready },
	{ "/metrics", serve_metrics },
};

static const struct page *find_page(const struct request *request)
{
	const char *target = request_target(request);
	size_t len = strcspn(target, "?");

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		if (strlen(pages[i].path) == len && memcmp(pages[i].path, target, len) == 0)
			return &pages[i];
	}
	return NULL;
}

static void on_head(struct request *request, void *cls ATTR_UNUSED)
{
	const char *method = request_method(request);

	if (!find_page(request))
		reply_not_found(request);
	else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		reply_bad_method(request, "GET, HEAD");
}

static void on_request(struct request *request, void *cls)
{
	find_page(request)->serve(cls, request);
}

int admin_new(struct loop *loop, struct store *store, const struct admin_config *config, struct admin **ret)
{
	CLEANUP(admin_cleanup) struct admin *admin = calloc(1, sizeof(*admin));

	if (!admin)
		return ERR_NOMEM;
	admin->loop = loop;
	admin->store = store;
	admin->config = *config;
	struct server_limits limits = {
		.max_connections = ADMIN_CONNECTIONS,
		.max_body = ADMIN_BODY_BYTES,
		.request_timeout_us = ADMIN_TIMEOUT_US,
	};
	struct server_handler handler = { .on_head = on_head, .on_request = on_request, .cls = admin };
	int r = server_new(loop, config->fd, &limits, &handler, NULL, NULL, &admin->server);
	if (r < 0)
		return r;
	*ret = admin;
	admin = NULL;
	return ERR_OK;
}

void admin_set_sources(struct admin *admin, const struct listener_source *sources, size_t n)
{
	admin->config.sources = sources;
	admin->config.n_sources = n;
}

struct admin *admin_free(struct admin *admin)
{
	if (!admin)
		return NULL;
	server_free(admin->server);
	free(admin);
	return NULL;
}
