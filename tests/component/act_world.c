/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker with one Delivery source that acts, and its upstream.
 * Component ring.
 */
#include "act_world.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "raw_client.h"
#include "store/query.h"

#define LONG_US (60 * USEC_PER_SEC)

/* Turns that last longer than a request to a neighbour, all timers that are set to be short, and a few commits. */
#define TURNS 100

static const char *const paths[ACT_ASK_MAX] = {
	[ACT_ASK_READ] = "POST /b2b/cargo/integration/v2/claims/bulk_info ",
	[ACT_ASK_ACCEPT] = "POST /b2b/cargo/integration/v2/claims/accept?claim_id=c1 ",
	[ACT_ASK_FEE] = "POST /b2b/cargo/integration/v2/claims/cancel-info?claim_id=c1 ",
	[ACT_ASK_CANCEL] = "POST /b2b/cargo/integration/v2/claims/cancel?claim_id=c1 ",
	[ACT_ASK_PROBE] = "POST /b2b/cargo/integration/v2/claims/journal?limit=1 ",
};

static struct act_line *line_of(struct act_world *w)
{
	for (size_t i = 0; i < ACT_ASK_MAX; i++)
		if (strncmp(w->peer.request.data, paths[i], strlen(paths[i])) == 0)
			return &w->lines[i];
	ck_abort_msg("%.200s", w->peer.request.data);
	return NULL;
}

static const char *choose(struct canned_peer *peer, void *cls)
{
	struct act_world *w = cls;
	struct act_line *line = line_of(w);

	line->n_asked++;
	snprintf(line->last, sizeof(line->last), "%.*s", (int)peer->request.len, peer->request.data);
	if (line->next < line->n)
		return line->answers[line->next++];
	return w->then && line == &w->lines[ACT_ASK_READ] && w->lines[w->cause].n_asked > 0 ? w->then : line->usual;
}

static void open_conf(struct act_world *w)
{
	static char credential[] = "token";

	snprintf(w->base_url, sizeof(w->base_url), "http://%s", w->peer.address);
	w->conf = (struct conf_source){
		.kind = CONF_DELIVERY,
		.name = "main",
		.base_url = w->base_url,
		.callbacks = true,
		.delivery = { .language = (char *)"en", .auto_max_price = (char *)"", .auto_currency = (char *)"",
		              .auto_classes = (char *)"" },
		.stale_retry = { USEC_PER_MS, USEC_PER_MS },
		.forward_url = (char *)"",
		.max_in_flight = 4,
		.requests_per_second = 1000,
		.request_timeout_us = LONG_US,
		.connect_timeout_us = LONG_US,
		.credential = { credential, strlen(credential) },
	};
	w->daemon = (struct conf_daemon){ .retention_days = 400, .alert_url = (char *)"" };
}

void act_world_open(struct act_world *w)
{
	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	*w = (struct act_world){ 0 };
	w->clock.shift_us = ACT_T0.us - clock_wall(&w->clock).us;
	bed_open(&w->bed);
	ck_assert_int_eq(loop_new(&w->clock, &w->loop), ERR_OK);
	ck_assert_int_eq(fetcher_new(w->loop, &w->fetcher), ERR_OK);
	canned_peer_open(&w->peer, w->loop);
	w->peer.choose = choose;
	w->peer.cls = w;
	open_conf(w);
	act_world_answer(w, ACT_ASK_READ, "200 OK", ACT_OFFERED);
	act_world_answer(w, ACT_ASK_ACCEPT, "200 OK", ACT_TAKEN("new"));
	act_world_answer(w, ACT_ASK_FEE, "200 OK", ACT_FEE("free", "0"));
	act_world_answer(w, ACT_ASK_CANCEL, "200 OK", ACT_TAKEN("new"));
	act_world_answer(w, ACT_ASK_PROBE, "200 OK", "{\"cursor\":\"c\",\"events\":[]}");
}

void act_world_close(struct act_world *w)
{
	if (w->lock)
		act_world_unlock(w);
	act_world_stop(w);
	w->fetcher = fetcher_free(w->fetcher);
	canned_peer_close(&w->peer);
	w->loop = loop_free(w->loop);
	bed_close(&w->bed);
	free(w->then);
	for (size_t i = 0; i < ACT_ASK_MAX; i++) {
		for (size_t k = 0; k < w->lines[i].n; k++)
			free(w->lines[i].answers[k]);
		free(w->lines[i].usual);
	}
}

void act_world_start(struct act_world *w)
{
	ck_assert_int_eq(store_begin(w->bed.store), ERR_OK);
	store_actions_recover(w->bed.store, loop_now(w->loop));
	ck_assert_int_eq(store_source(w->bed.store, "delivery", "main", loop_now(w->loop), &w->bed.source), ERR_OK);
	ck_assert_int_eq(store_commit(w->bed.store), ERR_OK);

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

void act_world_stop(struct act_world *w)
{
	w->worker = worker_free(w->worker);
}

void act_world_start_read(struct act_world *w)
{
	act_world_start(w);
	act_world_call(w);
	act_world_await(w, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
}

void act_world_advance(struct act_world *w, int64_t us)
{
	w->clock.shift_us += us;
	loop_clock_stepped(w->loop);
}

void act_world_lock(struct act_world *w)
{
	ck_assert_int_eq(sqlite3_open(w->bed.path, &w->lock), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(w->lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

void act_world_unlock(struct act_world *w)
{
	ck_assert_int_eq(sqlite3_close(w->lock), SQLITE_OK);
	w->lock = NULL;
}

static void on_update(void *cls, int operation, const char *database, const char *table, sqlite3_int64 id)
{
	struct act_world *w = cls;

	(void)operation;
	(void)database;
	(void)id;
	w->acting = w->acting || strcmp(table, "action") == 0;
}

void act_world_watch(struct act_world *w)
{
	w->acting = false;
	sqlite3_update_hook(w->bed.store->handle, on_update, w);
}

void act_world_answer(struct act_world *w, enum act_ask ask, const char *status, const char *body)
{
	free(w->lines[ask].usual);
	w->lines[ask].usual = canned_answer(status, "", body);
}

static void add_to_line(struct act_world *w, enum act_ask ask, char *answer)
{
	struct act_line *line = &w->lines[ask];

	ck_assert_uint_lt(line->n, ACT_LINE_MAX);
	line->answers[line->n++] = answer;
}

void act_world_line_up(struct act_world *w, enum act_ask ask, const char *status, const char *body)
{
	add_to_line(w, ask, canned_answer(status, "", body));
}

void act_world_hold(struct act_world *w, enum act_ask ask)
{
	add_to_line(w, ask, NULL);
}

void act_world_let_go(struct act_world *w, const char *status, const char *body)
{
	char *text = canned_answer(status, "", body);

	canned_peer_break_silence(&w->peer, text);
	free(text);
}

void act_world_obey(struct act_world *w, enum act_ask cause, const char *body)
{
	free(w->then);
	w->then = canned_answer("200 OK", "", body);
	w->cause = cause;
}

void act_world_call(struct act_world *w)
{
	struct hint hint = bed_blank(&w->bed);

	hint.owes_read = true;
	hint.external_id = "c1";
	hint.received = loop_now(w->loop);
	ck_assert_int_eq(store_begin(w->bed.store), ERR_OK);
	store_hint_add(w->bed.store, &hint);
	ck_assert_int_eq(store_commit(w->bed.store), ERR_OK);
	worker_wake(w->worker);
}

struct action_wish act_world_wish(struct act_world *w, enum act_kind kind)
{
	return (struct action_wish){
		.source_id = w->bed.source.id,
		.shipment_id = kind == ACT_PROBE ? NUMBER_NONE : bed_shipment(&w->bed, "c1"),
		.kind = kind,
		.target_id = NUMBER_NONE,
		.version = NUMBER_NONE,
		.requested_by = "uid:1000",
	};
}

int64_t act_world_want(struct act_world *w, const struct action_wish *wish)
{
	int64_t id = 0;

	ck_assert_int_eq(store_begin(w->bed.store), ERR_OK);
	store_action_add(w->bed.store, wish, loop_now(w->loop), &id);
	ck_assert_msg(store_commit(w->bed.store) == ERR_OK, "%s", store_error_text(w->bed.store));
	if (w->worker)
		worker_act(w->worker);
	return id;
}

void act_world_await(struct act_world *w, const char *sql, const char *want)
{
	bed_await(&w->bed, w->loop, sql, want);
}

void act_world_await_asked(struct act_world *w, enum act_ask ask, size_t n)
{
	while (w->lines[ask].n_asked < n)
		raw_turn(w->loop);
}

void act_world_await_end(struct act_world *w, const char *want)
{
	act_world_await(w, "SELECT state FROM action ORDER BY id DESC LIMIT 1", "ended");
	ck_assert_str_eq(bed_ask(&w->bed, "SELECT result || ' ' || coalesce(code, '-') FROM action ORDER BY id DESC LIMIT 1"), want);
}

void act_world_turns(struct act_world *w)
{
	for (int i = 0; i < TURNS; i++)
		raw_turn(w->loop);
}
