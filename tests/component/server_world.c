/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server to test, whose handler does what the request's target says.
 * Component ring: the real loop and sockets.
 */
#include "server_world.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/listen.h"

#define HUGE_BYTES ((size_t)8 * 1024 * 1024)

static void on_head(struct request *request, void *cls)
{
	struct server_world *w = cls;

	ck_assert_ptr_null(request_data(request));
	request_set_data(request, w);
	w->heads++;
	if (strcmp(request_target(request), "/refuse") == 0)
		server_reply(request, &(struct reply){ .status = 404 });
	else if (strcmp(request_target(request), "/method") == 0)
		server_reply(request, &(struct reply){ .status = 405, .allow = "POST" });
}

static void reply_text(struct request *request, const char *text)
{
	server_reply(request, &(struct reply){ .status = 200, .content_type = "text/plain", .body = text, .body_len = strlen(text) });
}

static void reply_huge(struct request *request)
{
	char *bytes = calloc(1, HUGE_BYTES);

	ck_assert_ptr_nonnull(bytes);
	server_reply(request, &(struct reply){ .status = 200, .body = bytes, .body_len = HUGE_BYTES });
	free(bytes);
}

static void echo(struct request *request)
{
	char text[32 * 1024];
	size_t len;
	const char *body = request_body(request, &len);
	const char *header = request_header(request, "x-test");

	ck_assert_uint_eq(strlen(body), len);
	snprintf(text, sizeof text, "%s|%s|%s|%s", request_method(request), request_target(request), header ? header : "-", body);
	reply_text(request, text);
}

static void reply_uid(struct request *request)
{
	char text[32];
	uid_t uid;

	if (request_peer_uid(request, &uid))
		snprintf(text, sizeof text, "%u", uid);
	else
		snprintf(text, sizeof text, "unknown");
	reply_text(request, text);
}

static void suspend(struct server_world *w, struct request *request)
{
	ck_assert_uint_lt(w->n_suspended, SUSPENDED_MAX);
	w->suspended[w->n_suspended++] = request;
	server_suspend(request);
	if (w->to_reset)
		raw_reset(w->to_reset);
	if (w->to_end) {
		raw_send(w->to_end, w->last_words);
		ck_assert_int_eq(shutdown(w->to_end->fd, SHUT_WR), 0);
		w->to_end = NULL;
	}
}

static void on_request(struct request *request, void *cls)
{
	struct server_world *w = cls;
	const char *target = request_target(request);

	ck_assert_ptr_eq(request_data(request), w);
	w->requests++;
	if (strcmp(target, "/suspend") == 0) {
		suspend(w, request);
	} else if (strcmp(target, "/both") == 0) {
		server_suspend(request);
		server_reply(request, &(struct reply){ .status = 202 });
	} else if (strcmp(target, "/empty") == 0) {
		server_reply(request, &(struct reply){ .status = 200 });
	} else if (strcmp(target, "/later") == 0) {
		server_reply(request, &(struct reply){ .status = 503, .retry_after_s = 7 });
	} else if (strcmp(target, "/close") == 0) {
		server_reply(request, &(struct reply){ .status = 200, .close = true });
	} else if (strcmp(target, "/family") == 0) {
		reply_text(request, request_peer(request)->sa_family == AF_UNIX ? "unix" : "inet");
	} else if (strcmp(target, "/uid") == 0) {
		reply_uid(request);
	} else if (strcmp(target, "/huge") == 0) {
		reply_huge(request);
	} else {
		echo(request);
	}
}

static void on_gone(struct request *request, void *cls)
{
	struct server_world *w = cls;

	ck_assert_ptr_eq(request_data(request), w);
	w->gone++;
}

static bool is_exempt(const struct sockaddr *peer, void *cls ATTR_UNUSED)
{
	struct sockaddr_in in;
	char text[INET_ADDRSTRLEN];

	ck_assert_int_eq(peer->sa_family, AF_INET);
	memcpy(&in, peer, sizeof in);
	ck_assert_ptr_nonnull(inet_ntop(AF_INET, &in.sin_addr, text, sizeof text));
	return strcmp(text, EXEMPT) == 0;
}

static void on_fault(enum server_fault fault, const struct sockaddr *peer, void *cls)
{
	struct server_world *w = cls;

	ck_assert(peer->sa_family == AF_INET || peer->sa_family == AF_UNIX);
	w->faults[fault]++;
}

void server_world_open(struct server_world *w)
{
	*w = (struct server_world){ .limits = {
		.max_connections = MAX_CONNECTIONS, .max_body = MAX_BODY, .request_timeout_us = LONG_TIMEOUT_US } };
	ck_assert_int_eq(loop_new(&w->clock, &w->loop), 0);
}

void server_world_start(struct server_world *w, const char *where)
{
	const struct server_handler handler = {
		.on_head = on_head, .on_request = on_request, .is_exempt = is_exempt, .on_fault = on_fault, .cls = w };
	int fd;

	ck_assert_int_eq(listen_open(where, &fd, w->address), 0);
	ck_assert_int_eq(server_new(w->loop, fd, &w->limits, &handler, w->certificate, w->key, &w->server), 0);
	server_set_on_gone(w->server, on_gone, w);
}

void server_world_close(struct server_world *w)
{
	w->server = server_free(w->server);
	ck_assert_uint_eq(w->heads, w->gone);
	w->loop = loop_free(w->loop);
}

void server_world_resume(struct server_world *w, unsigned i, unsigned status)
{
	ck_assert_uint_lt(i, w->n_suspended);
	server_reply(w->suspended[i], &(struct reply){ .status = status });
	w->suspended[i] = NULL;
}

void server_world_get(struct server_world *w, struct raw_client *client, const char *target)
{
	char text[256];

	snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
	raw_open(client, w->loop, w->address);
	raw_send(client, text);
}

void server_world_expect(struct server_world *w, struct raw_client *client, const char *text, unsigned status)
{
	raw_open(client, w->loop, w->address);
	raw_send(client, text);
	ck_assert_uint_eq(raw_status(client), status);
}
