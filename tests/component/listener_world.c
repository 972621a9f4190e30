/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A listener to test: a database, a loop, sources of both kinds, an ephemeral port, and another program that may hold the
 * write lock. Component ring: the real store, loop and server.
 */
#include "listener_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/listen.h"
#include "meter/meter.h"
#include "suite.h"

static void on_hints(void *cls)
{
	struct listener_world *w = cls;

	w->hints++;
}

/* Loopback, where tests live, and a network of Market's own. */
static struct conf_cidr market_networks[] = {
	{ .family = AF_INET, .address = { 127 }, .prefix = 8 },
	{ .family = AF_INET, .address = { 5, 45, 207 }, .prefix = 25 },
};

static void add_source(struct listener_world *w, size_t i, const char *name, const char *secret)
{
	struct conf_source *conf = &w->conf[i];
	struct source source;

	if (i >= SOURCE_SHOP) {
		conf->kind = CONF_MARKET;
		conf->market.allow_from = (struct conf_cidrs){ market_networks, ARRAY_SIZE(market_networks) };
	}
	snprintf(conf->name, sizeof(conf->name), "%s", name);
	conf->callbacks = true;
	conf->secret = (struct secret){ strdup(secret), strlen(secret) };
	ck_assert_int_eq(store_begin(w->store), ERR_OK);
	ck_assert_int_eq(store_source(w->store, conf_source_kind_text(conf->kind), name, (struct wall){ 1 }, &source), ERR_OK);
	ck_assert_int_eq(store_commit(w->store), ERR_OK);
	w->sources[i] = (struct listener_source){ source.id, conf };
}

void listener_world_open(struct listener_world *w)
{
	struct store_error error;

	*w = (struct listener_world){ .client.fd = -1 };
	log_open("test", LOG_LEVEL_ERROR);
	ck_assert_int_gt(asprintf(&w->path, "%s/claimd.db", suite_tmpdir()), 0);
	ck_assert_int_eq(loop_new(&w->clock, &w->loop), ERR_OK);
	ck_assert_msg(store_open(w->path, &w->store, &error) == ERR_OK, "%s", error.text);
	ck_assert_int_eq(sqlite3_open(w->path, &w->other), SQLITE_OK);
	ck_assert_int_eq(meter_new(&w->metrics), ERR_OK);
	add_source(w, SOURCE_MAIN, "main", SECRET);
	add_source(w, SOURCE_OTHER, "other", OTHER_SECRET);
	add_source(w, SOURCE_SILENT, "silent", "silent");
	add_source(w, SOURCE_SHOP, "main", SHOP_SECRET);
	add_source(w, SOURCE_OTHER_SHOP, "other", OTHER_SHOP_SECRET);
	add_source(w, SOURCE_SILENT_SHOP, "silent", "silent");
	w->conf[SOURCE_SILENT].callbacks = false;
	w->conf[SOURCE_SILENT_SHOP].callbacks = false;
	w->listen = (struct conf_listen){
		.max_connections = 1000, .max_per_address = 100, .max_body_bytes = 65536, .request_timeout_us = 10 * USEC_PER_SEC };
}

void listener_world_close(struct listener_world *w)
{
	raw_close(&w->client);
	raw_answer_done(&w->answer);
	listener_free(w->listener);
	for (size_t i = 0; i < SOURCES; i++)
		free(w->conf[i].secret.text);
	sqlite3_close(w->other);
	metrics_free(w->metrics);
	store_close(w->store);
	loop_free(w->loop);
	free(w->path);
}

static int try_start_on(struct listener_world *w, int fd)
{
	struct listener_config config = {
		.listen = &w->listen,
		.sources = w->sources,
		.n_sources = SOURCES,
		.metrics = w->metrics,
		.fd = fd,
		.max_waiting = w->max_waiting,
		.on_hints = on_hints,
		.cls = w,
	};
	int r = listener_new(w->loop, w->store, &config, &w->listener);

	if (r < 0)
		close(fd);
	return r;
}

int listener_world_try_start(struct listener_world *w, const char *address)
{
	int fd;

	ck_assert_int_eq(listen_open(address, &fd, w->address), ERR_OK);
	return try_start_on(w, fd);
}

void listener_world_start_on(struct listener_world *w, int fd)
{
	ck_assert_int_eq(try_start_on(w, fd), ERR_OK);
}

void listener_world_start(struct listener_world *w)
{
	ck_assert_int_eq(listener_world_try_start(w, "127.0.0.1:0"), ERR_OK);
}

void listener_world_sql(struct listener_world *w, const char *sql)
{
	char *message = NULL;

	ck_assert_msg(sqlite3_exec(w->other, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
}

const char *listener_world_value(struct listener_world *w, const char *sql)
{
	static char text[256];
	sqlite3_stmt *stmt;

	ck_assert_int_eq(sqlite3_prepare_v2(w->other, sql, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_step(stmt) == SQLITE_ROW, "no row: %s", sql);
	const char *found = (const char *)sqlite3_column_text(stmt, 0);
	snprintf(text, sizeof(text), "%s", found ? found : "");
	sqlite3_finalize(stmt);
	return text;
}

int listener_world_rows(struct listener_world *w)
{
	return (int)strtol(listener_world_value(w, "SELECT count(*) FROM report_notifications"), NULL, 10);
}

const char *listener_world_request(const char *method, const char *target, const char *headers)
{
	static char text[1024];

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, target, headers);
	return text;
}

unsigned listener_world_ask(struct listener_world *w, const char *method, const char *target, const char *headers)
{
	raw_answer_done(&w->answer);
	raw_ask(w->loop, w->address, listener_world_request(method, target, headers), &w->answer);
	return w->answer.status;
}

unsigned listener_world_post(struct listener_world *w, const char *target)
{
	return listener_world_ask(w, "POST", target, "Content-Length: 0\r\n");
}

void listener_world_post_open(struct listener_world *w, struct raw_client *client)
{
	raw_open(client, w->loop, w->address);
	raw_send(client, listener_world_request("POST", GOOD, "Content-Length: 0\r\n"));
}

static const char *push_request(const char *target, const char *headers, const char *body)
{
	static char text[8192];

	snprintf(text, sizeof(text), "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n%s",
	         target, headers, strlen(body), body);
	return text;
}

unsigned listener_world_push_to(struct listener_world *w, const char *target, const char *headers, const char *body)
{
	raw_answer_done(&w->answer);
	raw_ask(w->loop, w->address, push_request(target, headers, body), &w->answer);
	return w->answer.status;
}

unsigned listener_world_push(struct listener_world *w, const char *headers, const char *body)
{
	return listener_world_push_to(w, PUSHES, headers, body);
}

void listener_world_push_open(struct listener_world *w, struct raw_client *client, const char *body)
{
	raw_open(client, w->loop, w->address);
	raw_send(client, push_request(PUSHES, "", body));
}

bool listener_world_answered(const struct listener_world *w, const char *text)
{
	return strstr(w->answer.head, text) != NULL;
}

int listener_world_capture_log(enum log_level level)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	log_open("test", level);
	return ends[0];
}
