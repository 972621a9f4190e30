/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage of the scenario tests.
 * Scenario tests.
 */
#include "stage.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "listener/listener.h"
#include "loop/listen.h"
#include "meter/meter.h"
#include "store/action.h"
#include "store/standing.h"
#include "tests/reading.h"
#include "tests/suite.h"
#include "worker/worker.h"

#define SECRET "0123456789abcdef-stage"

/* For how many turns anything may look stuck. */
#define STUCK_TURNS_MAX 100

struct stage {
	struct clock clock;
	struct loop *loop;
	struct fetcher *fetcher;
	struct metrics *metrics;
	struct sim *sim;
	struct conf_daemon daemon;
	struct conf_listen listen;
	struct conf_source confs[2]; /* Delivery's, Market's */
	size_t n_sources;
	enum policy policy;
	bool deaf;
	char base_url[160];
	char path[300];
	char callback_url[320];
	char push_url[320];
	/* The daemon. */
	struct store *store;
	struct source sources[2];
	struct worker_source worked[2];
	struct listener_source listened[2];
	struct worker *worker;
	struct listener *listener;
	/* The test's own eyes. */
	sqlite3 *eyes;
	sqlite3 *hands; /* opened when they are needed */
	char answer[4096];
	char stuck[WORKER_STUCK_SIZE];
	bool may_stick;
	bool called;
	unsigned status;
};

void stage_defaults(struct stage_config *ret)
{
	*ret = (struct stage_config){
		.daemon = { .retention_days = 400, .alert_url = (char *)"" },
		.delivery = {
			.name = "main",
			.callbacks = true,
			.delivery = { .language = (char *)"en", .auto_max_price = (char *)"", .auto_currency = (char *)"",
			              .auto_classes = (char *)"" },
			.stale_retry = { 5 * USEC_PER_MS, 15 * USEC_PER_MS },
			.sweep_after_us = 60 * USEC_PER_MS,
			.warning_us = 120 * USEC_PER_SEC,
			.forward_url = (char *)"",
			.max_in_flight = 4,
			.requests_per_second = 100000,
			.request_timeout_us = STAGE_PATIENCE_US,
			.connect_timeout_us = STAGE_PATIENCE_US,
			.credential = { (char *)"token", 5 },
			.secret = { (char *)SECRET, sizeof(SECRET) - 1 },
		},
		.policy = POLICY_HOLD,
	};
	sim_config_default(&ret->sim);
	ret->sim.seed = 1;
	ret->sim.step_min_us = 1 * USEC_PER_MS;
	ret->sim.step_max_us = 5 * USEC_PER_MS;
	ret->sim.rate = 1000;
	ret->sim.sender.timeout_us = STAGE_PATIENCE_US;
}

void stage_journal_defaults(struct stage_config *ret)
{
	stage_defaults(ret);
	ret->deaf = true;
	ret->delivery.callbacks = false;
	ret->delivery.delivery.journal = true;
	ret->delivery.delivery.journal_interval_us = 20 * USEC_PER_MS;
	ret->delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	ret->sim.journal_reader = true;
	ret->sim.window_us = 300 * USEC_PER_MS;
}

static struct conf_campaign campaigns[] = { { .id = 111, .model = "dbs" }, { .id = 112, .model = "laas" } };
static struct conf_cidr loopback = { .family = AF_INET, .address = { 127 }, .prefix = 8 };

void stage_market_defaults(struct stage_config *ret)
{
	stage_defaults(ret);
	ret->market = ret->delivery;
	ret->market.kind = CONF_MARKET;
	ret->market.sweep_after_us = 0;
	/* Reads, lists and the campaigns: the simulator, as Market, refuses what is more at a time than it bears. */
	ret->market.max_in_flight = 2;
	ret->market.delivery = (struct conf_delivery){ 0 };
	ret->market.market = (struct conf_market){
		.business_id = 222,
		.campaigns = { campaigns, 2 },
		.allow_from = { &loopback, 1 },
		.catch_up_us = 60 * USEC_PER_MS,
	};
}

static void on_hints(void *cls)
{
	struct stage *stage = cls;

	worker_wake(stage->worker);
}

static void open_sources(struct stage *stage)
{
	ck_assert_int_eq(store_begin(stage->store), ERR_OK);
	store_actions_recover(stage->store, stage_now(stage));
	for (size_t i = 0; i < stage->n_sources; i++)
		ck_assert_int_eq(store_source(stage->store, conf_source_kind_text(stage->confs[i].kind), "main", stage_now(stage),
		                              &stage->sources[i]), ERR_OK);
	ck_assert_int_eq(store_commit(stage->store), ERR_OK);
}

static void list_sources(struct stage *stage)
{
	for (size_t i = 0; i < ARRAY_SIZE(stage->confs); i++) {
		stage->worked[i] = (struct worker_source){ .conf = &stage->confs[i], .source = stage->sources[i] };
		stage->listened[i] = (struct listener_source){ .id = stage->sources[i].id, .conf = &stage->confs[i] };
	}
}

static void open_worker(struct stage *stage)
{
	const struct worker_config config = {
		.loop = stage->loop,
		.fetcher = stage->fetcher,
		.store = stage->store,
		.daemon = &stage->daemon,
		.metrics = stage->metrics,
		.policy = stage->policy,
		.sources = stage->worked,
		.n_sources = stage->n_sources,
	};

	ck_assert_int_eq(worker_new(&config, &stage->worker), ERR_OK);
}

static void open_listener(struct stage *stage)
{
	struct listener_config config = {
		.listen = &stage->listen,
		.sources = stage->listened,
		.n_sources = stage->n_sources,
		.metrics = stage->metrics,
		.on_hints = on_hints,
		.cls = stage,
	};
	char actual[ADDRESS_SIZE];

	/* After a restart the daemon is found where it was. */
	ck_assert_int_eq(listen_open(stage->listen.address, &config.fd, actual), ERR_OK);
	free(stage->listen.address);
	stage->listen.address = strdup(actual);
	ck_assert_int_eq(listener_new(stage->loop, stage->store, &config, &stage->listener), ERR_OK);
	snprintf(stage->callback_url, sizeof(stage->callback_url), "http://%s/delivery/main/" SECRET "?", actual);
	snprintf(stage->push_url, sizeof(stage->push_url), "http://%s/market/main/" SECRET, actual);
}

static void open_daemon(struct stage *stage)
{
	struct store_error error = { "" };

	ck_assert_msg(store_open(stage->path, &stage->store, &error) == ERR_OK, "%s", error.text);
	open_sources(stage);
	list_sources(stage);
	open_worker(stage);
	if (!stage->deaf)
		open_listener(stage);
}

/* Of where the daemon hears of claims, and of orders if it is to. */
static void tell_simulator(struct stage *stage)
{
	ck_assert_int_eq(sim_set_callback(stage->sim, stage->callback_url), ERR_OK);
	if (stage->n_sources > 1)
		ck_assert_int_eq(sim_set_push(stage->sim, stage->push_url), ERR_OK);
}

static void close_daemon(struct stage *stage)
{
	stage->listener = listener_free(stage->listener);
	stage->worker = worker_free(stage->worker);
	stage->store = store_close(stage->store);
}

static void open_eyes(struct stage *stage)
{
	ck_assert_int_eq(sqlite3_open_v2(stage->path, &stage->eyes, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
}

static void close_eyes(struct stage *stage)
{
	sqlite3_close(stage->eyes);
	sqlite3_close(stage->hands);
	stage->eyes = NULL;
	stage->hands = NULL;
}

struct stage *stage_open(const struct stage_config *config)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	ck_assert_ptr_nonnull(stage);
	log_open("claimd", getenv("STAGE_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	stage->daemon = config->daemon;
	stage->confs[0] = config->delivery;
	stage->confs[1] = config->market;
	stage->n_sources = config->market.market.business_id != 0 ? 2 : 1;
	stage->policy = config->policy;
	stage->deaf = config->deaf;
	stage->listen = (struct conf_listen){
		.address = strdup("127.0.0.1:0"),
		.max_connections = 1000,
		.max_body_bytes = 65536,
		.request_timeout_us = STAGE_PATIENCE_US,
	};
	snprintf(stage->path, sizeof(stage->path), "%s/claimd.db", config->folder ? config->folder : suite_tmpdir());
	ck_assert_int_eq(loop_new(&stage->clock, &stage->loop), ERR_OK);
	ck_assert_int_eq(fetcher_new(stage->loop, &stage->fetcher), ERR_OK);
	ck_assert_int_eq(meter_new(&stage->metrics), ERR_OK);
	ck_assert_int_eq(sim_new(stage->loop, &config->sim, &stage->sim), ERR_OK);
	snprintf(stage->base_url, sizeof(stage->base_url), "%s", sim_url(stage->sim));
	stage->confs[0].base_url = stage->base_url;
	stage->confs[1].base_url = stage->base_url;
	open_daemon(stage);
	if (!stage->deaf)
		tell_simulator(stage);
	open_eyes(stage);
	return stage;
}

void stage_close(struct stage *stage)
{
	stage_stop(stage);
	sim_free(stage->sim);
	metrics_free(stage->metrics);
	fetcher_free(stage->fetcher);
	loop_free(stage->loop);
	free(stage->listen.address);
	free(stage);
}

void stage_restart(struct stage *stage)
{
	close_daemon(stage);
	open_daemon(stage);
}

void stage_stop(struct stage *stage)
{
	close_eyes(stage);
	close_daemon(stage);
}

void stage_start(struct stage *stage)
{
	open_daemon(stage);
	open_eyes(stage);
}

void stage_reload(struct stage *stage, size_t n)
{
	size_t before = stage->n_sources;

	stage->n_sources = n;
	ck_assert_int_eq(store_begin(stage->store), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(store_source(stage->store, conf_source_kind_text(stage->confs[i].kind), "main", stage_now(stage),
		                              &stage->sources[i]), ERR_OK);
		if (i >= before)
			store_actions_recover_of(stage->store, stage->sources[i].id, stage_now(stage));
	}
	ck_assert_int_eq(store_commit(stage->store), ERR_OK);
	list_sources(stage);
	ck_assert_int_eq(worker_set_sources(stage->worker, stage->worked, n), ERR_OK);
	worker_reloaded(stage->worker);
	if (!stage->listener)
		return;
	listener_set_sources(stage->listener, stage->listened, n);
	if (n > before)
		tell_simulator(stage);
}

struct loop *stage_loop(struct stage *stage)
{
	return stage->loop;
}

struct sim *stage_sim(struct stage *stage)
{
	return stage->sim;
}

struct conf_daemon *stage_daemon(struct stage *stage)
{
	return &stage->daemon;
}

struct conf_source *stage_delivery(struct stage *stage)
{
	return &stage->confs[0];
}

struct conf_source *stage_market(struct stage *stage)
{
	return &stage->confs[1];
}

const char *stage_ask(struct stage *stage, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_msg(sqlite3_prepare_v2(stage->eyes, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(stage->eyes));
	stage->answer[0] = '\0';
	if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0))
		snprintf(stage->answer, sizeof(stage->answer), "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return stage->answer;
}

void stage_sql(struct stage *stage, const char *sql)
{
	if (!stage->hands)
		ck_assert_int_eq(sqlite3_open_v2(stage->path, &stage->hands, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(stage->hands, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(stage->hands));
}

double stage_reading(const struct stage *stage, const char *sample)
{
	return reading(stage->metrics, sample);
}

static int64_t deadline_us(const struct stage *stage)
{
	return clock_mono(&stage->clock).us + STAGE_PATIENCE_US;
}

/* In whatever story: what looks stuck right after the clock was set is not for long. */
static void assert_not_stuck(struct stage *stage)
{
	char what[WORKER_STUCK_SIZE];

	ck_assert_msg(!store_is_stuck(stage->store), "a transaction or a statement was left open");
	for (int i = 0; worker_is_stuck(stage->worker, what); i++) {
		ck_assert_msg(i < STUCK_TURNS_MAX, "stuck: %s", what);
		ck_assert_int_eq(loop_step(stage->loop, 20 * USEC_PER_MS, NULL), ERR_OK);
	}
}

void stage_turn(struct stage *stage)
{
	bool any;

	ck_assert_int_eq(loop_step(stage->loop, 20 * USEC_PER_MS, &any), ERR_OK);
	if (!stage->may_stick)
		assert_not_stuck(stage);
}

const char *stage_find_stuck(struct stage *stage)
{
	stage->may_stick = true;
	return worker_is_stuck(stage->worker, stage->stuck) ? stage->stuck : NULL;
}

void stage_await(struct stage *stage, const char *sql, const char *want)
{
	char before[sizeof(stage->answer)] = "";
	int64_t end = deadline_us(stage);

	while (strcmp(stage_ask(stage, sql), want) != 0) {
		if (strcmp(stage->answer, before) != 0)
			end = deadline_us(stage);
		memcpy(before, stage->answer, sizeof(before));
		ck_assert_msg(clock_mono(&stage->clock).us < end, "%s: \"%s\", not \"%s\"", sql, stage->answer, want);
		stage_turn(stage);
	}
}

bool stage_life_waits(const struct life *life)
{
	return strstr(life->steps, ", act ") != NULL;
}

/* Steps, and what was told of them and heard. */
static size_t count_progress(const struct stage *stage)
{
	struct sim_stats stats;

	sim_stats(stage->sim, &stats);
	return stats.transitions + stats.callbacks.acked + stats.pushes.acked;
}

void stage_await_done(struct stage *stage)
{
	size_t n_before = 0;
	int64_t end = deadline_us(stage);

	while (!sim_is_done(stage->sim)) {
		size_t n = count_progress(stage);

		if (n > n_before)
			end = deadline_us(stage);
		n_before = n;
		ck_assert_msg(clock_mono(&stage->clock).us < end, "the simulator goes on no more: %s of its steps are stored",
		              stage_ask(stage, "SELECT count(*) FROM report_transitions"));
		stage_turn(stage);
	}
	stage_await(stage, "SELECT sum(pending) FROM report_sources", "0");
}

void stage_settle(struct stage *stage)
{
	bool any = true;

	while (any)
		ck_assert_int_eq(loop_step(stage->loop, 0, &any), ERR_OK);
}

void stage_set_clock(struct stage *stage, int64_t shift_us)
{
	stage->clock.shift_us = shift_us;
	loop_clock_stepped(stage->loop);
}

struct wall stage_now(const struct stage *stage)
{
	return clock_wall(&stage->clock);
}

static void on_called(const struct fetch_result *result, void *cls)
{
	struct stage *stage = cls;

	ck_assert_int_eq(result->end, FETCH_ANSWERED);
	stage->status = result->status;
	stage->called = true;
}

/* The status that a POST is answered with. */
static unsigned post(struct stage *stage, const char *url, const char *body)
{
	const char *const headers[] = { "Content-Type: application/json", NULL };
	const struct fetch_request request = {
		.url = url, .headers = headers, .body = body, .body_len = strlen(body), .max_answer = 4096,
		.timeout_us = STAGE_PATIENCE_US, .connect_timeout_us = STAGE_PATIENCE_US,
	};
	struct fetch *fetch;

	stage->called = false;
	ck_assert_int_eq(fetch_start(stage->fetcher, &request, on_called, stage, &fetch), ERR_OK);
	while (!stage->called)
		stage_turn(stage);
	return stage->status;
}

static unsigned call(struct stage *stage, const char *claim, struct wall updated)
{
	char time[TIMEFMT_SIZE] = "";
	char url[512];

	if (wall_is_set(updated))
		timefmt_format(updated, time);
	snprintf(url, sizeof(url), "%s%s%s%sclaim_id=%s", stage->callback_url, time[0] ? "updated_ts=" : "", time,
	         time[0] ? "&" : "", claim);
	return post(stage, url, "");
}

void stage_call(struct stage *stage, const char *claim, struct wall updated)
{
	ck_assert_uint_eq(call(stage, claim, updated), 200);
}

unsigned stage_try_call(struct stage *stage, const char *claim)
{
	return call(stage, claim, WALL_NONE);
}

unsigned stage_push(struct stage *stage, const char *body)
{
	char url[512];

	snprintf(url, sizeof(url), "%s/notification", stage->push_url);
	return post(stage, url, body);
}

bool stage_try_act(struct stage *stage, const struct stage_wish *wish)
{
	struct shipment_found found;
	size_t n = 0;
	int64_t id = 0;

	ck_assert_int_eq(store_shipment_find(stage->store, NULL, wish->id, &found, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);

	const struct action_wish action = {
		.source_id = found.source_id,
		.shipment_id = found.shipment_id,
		.kind = wish->kind,
		.argument = wish->argument,
		.target_id = NUMBER_NONE,
		.version = found.version,
		.price = wish->price,
		.requested_by = "uid:1000",
	};

	ck_assert_int_eq(store_begin(stage->store), ERR_OK);
	store_action_add(stage->store, &action, stage_now(stage), &id);
	if (store_commit(stage->store) != ERR_OK)
		return false;
	worker_act(stage->worker);
	return true;
}

void stage_act(struct stage *stage, const struct stage_wish *wish)
{
	ck_assert(stage_try_act(stage, wish));
}

void stage_await_act(struct stage *stage, const char *want)
{
	stage_await(stage, "SELECT state FROM report_actions ORDER BY id DESC LIMIT 1", "ended");
	ck_assert_str_eq(stage_ask(stage, "SELECT result || ' ' || coalesce(code, '-') FROM report_actions ORDER BY id DESC LIMIT 1"),
	                 want);
}

static bool file_holds(const char *path, const char *text)
{
	struct buf bytes = { 0 };
	char block[65536];
	size_t n;
	FILE *file = fopen(path, "rb");

	if (!file)
		return false;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		ck_assert_int_eq(buf_add(&bytes, block, n), ERR_OK);
	fclose(file);

	bool holds = bytes.len > 0 && memmem(bytes.data, bytes.len, text, strlen(text)) != NULL;

	buf_done(&bytes);
	return holds;
}

bool stage_file_holds(struct stage *stage, const char *text)
{
	char wal[320];

	snprintf(wal, sizeof(wal), "%s-wal", stage->path);
	return file_holds(stage->path, text) || file_holds(wal, text);
}
