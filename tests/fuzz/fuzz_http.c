/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the public side as a whole: an input is what a peer sends to the listener, at once and in two pieces. Whatever that is, the
 * answers are HTTP; each 200 but a PING's stands for a row that was committed before it, and each row for a 200; and it makes no
 * difference how the bytes came.
 * Tests: the real listener, server and store, in this process. The socket is a Unix one, whose peer may say in X-Forwarded-For who
 * it is.
 * Covers: listener/intake.c, listener/arrival-callback.c, listener/arrival-push.c, listener/ingest.c, loop/server-request.c.
 */
#include <string.h>

#include "base/err.h"
#include "meter/meter.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/fuzz.h"

#define STATUS_OK 200

/* Rows after which the inbox is emptied: what is slow to count finds little. */
#define ROWS_MAX 4096

#define SECRET(text_) { .text = (char *)(text_), .len = sizeof(text_) - 1 }

static struct conf_cidr loopback = { .family = AF_INET, .address = { 127 }, .prefix = 8 };

static struct conf_source confs[] = {
	{ .kind = CONF_DELIVERY, .name = "main", .callbacks = true, .secret = SECRET("s3cret") },
	{ .kind = CONF_MARKET, .name = "shop", .callbacks = true, .secret = SECRET("sh0p"), .market.allow_from = { &loopback, 1 } },
};

static const struct conf_listen listen_conf = {
	.max_connections = 64, .max_body_bytes = 1024, .request_timeout_us = 60 * USEC_PER_SEC };

struct world {
	struct door door;
	struct metrics *metrics;
	struct listener_source sources[ARRAY_SIZE(confs)];
	struct listener *listener;
	int64_t rows; /* before the input */
};

static void on_hints(void *cls)
{
	(void)cls;
}

static int64_t count_rows(struct world *w)
{
	return door_count(&w->door, "inbox");
}

/* How many PINGs were answered so far. */
static int64_t count_pings(const struct world *w)
{
	static const char sample[] = "{kind=\"market\",source=\"shop\",outcome=\"ping\"} ";
	struct exposition exposition;
	struct buf text = { 0 };
	const char *found;
	int64_t n;

	FUZZ_REQUIRE(exposition_init(&exposition, meter_table, METER_MAX) == ERR_OK);
	metrics_expose(w->metrics, &exposition);
	FUZZ_REQUIRE(exposition_write(&exposition, &text) == ERR_OK);
	exposition_done(&exposition);
	found = strstr(text.data, sample);
	FUZZ_REQUIRE(found);
	n = strtoll(found + strlen(sample), NULL, 10);
	buf_done(&text);
	return n;
}

/* Those to callbacks alone have no body; how many of either kind came before is the caller's to know. */
static void count_ok(const struct buf *answers, int64_t *ret_all, int64_t *ret_callbacks)
{
	struct http_answer answer;
	size_t at = 0;

	*ret_all = *ret_callbacks = 0;
	while (http_peer_take(answers, &at, &answer)) {
		*ret_all += answer.status == STATUS_OK;
		*ret_callbacks += answer.status == STATUS_OK && answer.body_len == 0;
	}
}

/* What is told to have been taken is there for everybody. */
static void require_committed(const struct buf *answers, void *cls)
{
	struct world *w = cls;
	int64_t n_all, n_callbacks;

	count_ok(answers, &n_all, &n_callbacks);
	FUZZ_REQUIRE(n_callbacks <= count_rows(w) - w->rows);
}

static void start_listener(struct world *w)
{
	const struct listener_config config = {
		.listen = &listen_conf,
		.sources = w->sources,
		.n_sources = ARRAY_SIZE(confs),
		.metrics = w->metrics,
		.fd = door_listen(&w->door),
		.on_hints = on_hints,
	};

	FUZZ_REQUIRE(listener_new(w->door.loop, w->door.store, &config, &w->listener) == ERR_OK);
}

static struct world *world(void)
{
	static struct world w;

	if (w.listener)
		return &w;
	door_open(&w.door);
	door_add_sources(&w.door, confs, ARRAY_SIZE(confs), w.sources);
	FUZZ_REQUIRE(meter_new(&w.metrics) == ERR_OK);
	start_listener(&w);
	w.door.peer.on_bytes = require_committed;
	w.door.peer.cls = &w;
	return &w;
}

/* Appends the statuses of the answers. */
static void add_statuses(const struct world *w, struct buf *statuses)
{
	struct http_answer answer;
	size_t at = 0;

	while (http_peer_take(&w->door.answers, &at, &answer))
		if (answer.status != 100)
			FUZZ_REQUIRE(buf_addf(statuses, "%u ", answer.status) == ERR_OK);
	FUZZ_REQUIRE(at == w->door.answers.len);
}

static void send_bytes(struct world *w, const uint8_t *data, size_t size, size_t cut, struct buf *statuses)
{
	int64_t pings = count_pings(w);
	int64_t n_all, n_callbacks;

	w->rows = count_rows(w);
	http_peer_send(&w->door.peer, data, size, cut, &w->door.answers);
	count_ok(&w->door.answers, &n_all, &n_callbacks);
	FUZZ_REQUIRE(count_rows(w) - w->rows == n_all - (count_pings(w) - pings));
	add_statuses(w, statuses);
	if (w->rows > ROWS_MAX)
		door_sql(&w->door, "DELETE FROM inbox");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world();
	struct buf whole = { 0 };
	struct buf pieces = { 0 };

	send_bytes(w, data, size, size, &whole);
	send_bytes(w, data, size, size > 0 ? data[size - 1] % size : 0, &pieces);
	FUZZ_REQUIRE(whole.len == pieces.len && (whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0));
	buf_done(&whole);
	buf_done(&pieces);
	return 0;
}
