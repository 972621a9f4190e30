/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant's own system.
 * Scenario tests. What came is kept in a database in memory, which can be asked about JSON.
 */
#include "shop.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/webhook.h"
#include "base/address.h"
#include "base/err.h"
#include "loop/listen.h"
#include "loop/server.h"
#include "tests/suite.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

struct shop {
	struct server *server;
	sqlite3 *memory;
	unsigned fails;
	size_t n_requests;
	char url[ADDRESS_SIZE + 32];
	char answer[8192];
};

struct secret shop_key(void)
{
	return (struct secret){ (char *)KEY, sizeof(KEY) - 1 };
}

/* The first column of the first row. */
static const char *ask(struct shop *shop, const char *sql, const char *first, const char *second)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_msg(sqlite3_prepare_v2(shop->memory, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(shop->memory));
	sqlite3_bind_text(stmt, 1, first, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, second, -1, SQLITE_STATIC);
	shop->answer[0] = '\0';
	if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0))
		snprintf(shop->answer, sizeof(shop->answer), "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return shop->answer;
}

static void assert_genuine(const char *id, const char *time, const char *signature, const char *body)
{
	const struct secret key = shop_key();
	const struct webhook_request request = {
		.secret = &key, .id = id, .body = body, .at = { strtoll(time, NULL, 10) * USEC_PER_SEC },
	};
	char want[WEBHOOK_SIGNATURE_SIZE];

	ck_assert_int_eq(webhook_sign(&request, want), ERR_OK);
	ck_assert_str_eq(signature, want);
}

static void on_head(struct request *request, void *cls)
{
	(void)request;
	(void)cls;
}

/* One that fails may have been taken all the same: the answer alone got lost. */
static void on_request(struct request *request, void *cls)
{
	struct shop *shop = cls;
	size_t len = 0;
	const char *body = request_body(request, &len);
	const char *id = request_header(request, "webhook-id");
	bool fails = shop->fails > 0 && ++shop->n_requests % shop->fails == 0;

	shop->n_requests += shop->fails == 0;
	assert_genuine(id, request_header(request, "webhook-timestamp"), request_header(request, "webhook-signature"), body);
	ask(shop, "SELECT body = ?2 FROM message WHERE id = ?1", id, body);
	ck_assert_msg(strcmp(shop->answer, "0") != 0, "%s came again with another body: %s", id, body);
	if (!fails || shop->n_requests % 2 == 0)
		ask(shop, "INSERT OR IGNORE INTO message (id, body) VALUES (?1, ?2)", id, body);
	server_reply(request, &(struct reply){ .status = fails ? 500 : 204 });
}

struct shop *shop_open(struct stage *stage, unsigned fails)
{
	const struct server_limits limits = { .max_connections = 100, .max_body = 65536, .request_timeout_us = 60 * USEC_PER_SEC };
	struct shop *shop = calloc(1, sizeof(*shop));
	const struct server_handler handler = { .on_head = on_head, .on_request = on_request, .cls = shop };
	char actual[ADDRESS_SIZE];
	int fd = -1;

	ck_assert_ptr_nonnull(shop);
	shop->fails = fails;
	ck_assert_int_eq(sqlite3_open(":memory:", &shop->memory), SQLITE_OK);
	ask(shop, "CREATE TABLE message (number INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)", NULL, NULL);
	ck_assert_int_eq(listen_open("127.0.0.1:0", &fd, actual), ERR_OK);
	ck_assert_int_eq(server_new(stage_loop(stage), fd, &limits, &handler, NULL, NULL, &shop->server), ERR_OK);
	snprintf(shop->url, sizeof(shop->url), "http://%s/claimd", actual);
	return shop;
}

void shop_close(struct shop *shop)
{
	server_free(shop->server);
	sqlite3_close(shop->memory);
	free(shop);
}

const char *shop_url(const struct shop *shop)
{
	return shop->url;
}

size_t shop_count(const struct shop *shop, const char *type)
{
	struct shop copy = *shop;

	return strtoul(ask(&copy, "SELECT count(*) FROM message WHERE json_extract(body, '$.type') = ?1", type, NULL), NULL, 10);
}

size_t shop_requests(const struct shop *shop)
{
	return shop->n_requests;
}

const char *shop_heard(struct shop *shop, const char *external_id, const char *member)
{
	char path[64];

	snprintf(path, sizeof(path), "$.data.%s", member);
	return ask(shop, "SELECT group_concat(json_extract(body, ?2), ' ') FROM"
	                 " (SELECT body FROM message WHERE json_extract(body, '$.data.external_id') = ?1 ORDER BY number)",
	           external_id, path);
}
