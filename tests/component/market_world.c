/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker with one Market source, and its upstream.
 * Component ring.
 */
#include "market_world.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "raw_client.h"
#include "store/action.h"

#define LONG_US (60 * USEC_PER_SEC)

/* Turns that last longer than a request to a neighbour, all timers that are set to be short, and a few commits. */
#define TURNS 100

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* MARKET_ASK_MAX for what is about many orders. */
static enum market_ask single_ask_of(const char *text)
{
	if (begins(text, "GET /v2/campaigns?"))
		return MARKET_CAMPAIGNS;
	if (begins(text, "POST /v1/businesses/222/operations "))
		return MARKET_OPERATION;
	if (begins(text, "POST /v2/auth/token "))
		return MARKET_TOKEN;
	if (!begins(text, "PUT /v2/campaigns/111/orders/1/") && !begins(text, "PUT /v2/campaigns/112/orders/1/"))
		return MARKET_ASK_MAX;
	return strstr(text, "/status ") ? MARKET_STATUS : MARKET_CANCELLATION;
}

static enum market_ask ask_of(const struct canned_peer *peer, struct market_request *request)
{
	const char *text = peer->request.data;
	const char *token = strstr(text, "pageToken=");
	const char *body = strstr(text, "\r\n\r\n") + 4;
	const char *why = "";
	enum market_ask single = single_ask_of(text);

	snprintf(request->body, sizeof(request->body), "%.*s", (int)(peer->request.data + peer->request.len - body), body);
	if (single != MARKET_ASK_MAX)
		return single;
	ck_assert_msg(strncmp(text, "POST /v1/businesses/222/orders?limit=50", 39) == 0, "%.200s", text);
	if (token)
		sscanf(token, "pageToken=%31[^ &]", request->token);
	ck_assert_msg(wire_orders_filter_parse(body, strlen(body), &request->filter, &why) == ERR_OK, "%s: %s", why, body);
	if (request->filter.n_ids > 0)
		return request->filter.fake ? MARKET_READ_FAKE : MARKET_READ;
	return request->filter.fake ? MARKET_LIST_FAKE : MARKET_LIST;
}

static const char *choose(struct canned_peer *peer, void *cls)
{
	struct market_world *w = cls;
	struct market_request *request = &w->requests[w->n_requests];

	ck_assert_uint_lt(w->n_requests, MARKET_REQUESTS_MAX);
	w->n_requests++;
	request->ask = ask_of(peer, request);

	struct market_line *line = &w->lines[request->ask];

	return line->next < line->n ? line->answers[line->next++] : line->usual;
}

static void open_conf(struct market_world *w)
{
	static char credential[] = "ACMA:secret:1";
	static char no_url[] = "";

	w->campaigns[0] = (struct conf_campaign){ BED_CAMPAIGN_DBS, "dbs" };
	w->campaigns[1] = (struct conf_campaign){ BED_CAMPAIGN_LAAS, "laas" };
	snprintf(w->base_url, sizeof(w->base_url), "http://%s", w->peer.address);
	w->daemon = (struct conf_daemon){ .retention_days = 400, .alert_url = no_url };
	w->conf = (struct conf_source){
		.kind = CONF_MARKET,
		.name = "shop",
		.base_url = w->base_url,
		.callbacks = true,
		.stale_retry = { USEC_PER_MS, USEC_PER_MS },
		.warning_us = 0,
		.forward_url = no_url,
		.max_in_flight = 2,
		.requests_per_second = 1000,
		.request_timeout_us = LONG_US,
		.connect_timeout_us = LONG_US,
		.market = {
			.business_id = BED_BUSINESS,
			.campaigns = { w->campaigns, 2 },
			.catch_up_us = MARKET_HOUR_US,
		},
		.credential = { credential, strlen(credential) },
	};
}

void market_world_open(struct market_world *w)
{
	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	*w = (struct market_world){ 0 };
	w->clock.shift_us = MARKET_T0.us - clock_wall(&w->clock).us;
	bed_open_market(&w->bed);
	ck_assert_int_eq(loop_new(&w->clock, &w->loop), ERR_OK);
	ck_assert_int_eq(fetcher_new(w->loop, &w->fetcher), ERR_OK);
	canned_peer_open(&w->peer, w->loop);
	w->peer.choose = choose;
	w->peer.cls = w;
	open_conf(w);
	for (enum market_ask ask = 0; ask < MARKET_CAMPAIGNS; ask++)
		market_world_answer(w, ask, "200 OK", MARKET_ORDERS(""));
	market_world_answer(w, MARKET_CAMPAIGNS, "200 OK", MARKET_CAMPAIGN_LIST(MARKET_OWN_CAMPAIGNS));
}

static void line_free(struct market_line *line)
{
	for (size_t i = 0; i < line->n; i++)
		free(line->answers[i]);
	free(line->usual);
}

void market_world_close(struct market_world *w)
{
	if (w->lock)
		market_world_unlock(w);
	w->worker = worker_free(w->worker);
	w->fetcher = fetcher_free(w->fetcher);
	canned_peer_close(&w->peer);
	w->loop = loop_free(w->loop);
	bed_close(&w->bed);
	for (size_t i = 0; i < MARKET_ASK_MAX; i++)
		line_free(&w->lines[i]);
}

static void read_source(struct market_world *w)
{
	ck_assert_int_eq(store_begin(w->bed.store), ERR_OK);
	store_actions_recover(w->bed.store, loop_now(w->loop));
	ck_assert_int_eq(store_source(w->bed.store, "market", "shop", loop_now(w->loop), &w->bed.source), ERR_OK);
	ck_assert_int_eq(store_commit(w->bed.store), ERR_OK);
}

void market_world_start(struct market_world *w)
{
	if (!w->lock)
		read_source(w);

	const struct worker_source source = { .conf = &w->conf, .source = w->bed.source };
	const struct worker_config config = {
		.loop = w->loop,
		.fetcher = w->fetcher,
		.store = w->bed.store,
		.daemon = &w->daemon,
		.policy = POLICY_HOLD,
		.sources = &source,
		.n_sources = 1,
	};

	ck_assert_int_eq(worker_new(&config, &w->worker), ERR_OK);
}

void market_world_restart(struct market_world *w)
{
	w->worker = worker_free(w->worker);
	market_world_start(w);
}

void market_world_advance(struct market_world *w, int64_t us)
{
	w->clock.shift_us += us;
	loop_clock_stepped(w->loop);
}

void market_world_lock(struct market_world *w)
{
	ck_assert_int_eq(sqlite3_open(w->bed.path, &w->lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(w->lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

void market_world_unlock(struct market_world *w)
{
	ck_assert_int_eq(sqlite3_close(w->lock), SQLITE_OK);
	w->lock = NULL;
}

void market_world_listed(struct market_world *w, struct wall at)
{
	char text[TIMEFMT_SIZE];

	timefmt_format(at, text);
	ck_assert_int_eq(store_begin(w->bed.store), ERR_OK);
	store_cursor_save(w->bed.store, w->bed.source.id, text, 0, at);
	ck_assert_int_eq(store_commit(w->bed.store), ERR_OK);
}

void market_world_answer(struct market_world *w, enum market_ask ask, const char *status, const char *body)
{
	free(w->lines[ask].usual);
	w->lines[ask].usual = canned_answer(status, "", body);
}

static void add_to_line(struct market_world *w, enum market_ask ask, char *answer)
{
	struct market_line *line = &w->lines[ask];

	ck_assert_uint_lt(line->n, MARKET_LINE_MAX);
	line->answers[line->n++] = answer;
}

void market_world_line_up(struct market_world *w, enum market_ask ask, const char *status, const char *body)
{
	add_to_line(w, ask, canned_answer(status, "", body));
}

void market_world_hold(struct market_world *w, enum market_ask ask)
{
	add_to_line(w, ask, NULL);
}

void market_world_let_go(struct market_world *w, const char *status, const char *body)
{
	char *text = canned_answer(status, "", body);

	canned_peer_break_silence(&w->peer, text);
	free(text);
}

size_t market_world_count(const struct market_world *w, enum market_ask ask)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_requests; i++)
		n += w->requests[i].ask == ask;
	return n;
}

const struct market_request *market_world_request(const struct market_world *w, enum market_ask ask, size_t i)
{
	for (size_t at = 0; at < w->n_requests; at++)
		if (w->requests[at].ask == ask && i-- == 0)
			return &w->requests[at];
	ck_abort_msg("no such request");
	return NULL;
}

void market_world_await_count(struct market_world *w, enum market_ask ask, size_t n)
{
	while (market_world_count(w, ask) < n)
		raw_turn(w->loop);
}

void market_world_await(struct market_world *w, const char *sql, const char *want)
{
	bed_await(&w->bed, w->loop, sql, want);
}

void market_world_await_listed(struct market_world *w)
{
	market_world_await(w, "SELECT cursor >= '2026-09-20T12:00:00' FROM cursor", "1");
}

void market_world_turns(struct market_world *w)
{
	for (int i = 0; i < TURNS; i++)
		raw_turn(w->loop);
}

void market_world_push(struct market_world *w, const char *order, int64_t campaign_id, const char *status, struct wall at)
{
	struct hint hint = bed_push(&w->bed, order, campaign_id, status, at);

	hint.received = loop_now(w->loop);
	ck_assert_int_eq(store_begin(w->bed.store), ERR_OK);
	store_hint_add(w->bed.store, &hint);
	ck_assert_int_eq(store_commit(w->bed.store), ERR_OK);
	worker_wake(w->worker);
	market_world_await(w, "SELECT inbox_id = (SELECT max(id) FROM inbox) FROM fold", "1");
}
