/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the control socket as a whole: an input is what somebody on this machine sends to it. Whatever that is, the answers are HTTP,
 * and what is recorded is just what was answered 202, row by row.
 * Tests: the real control socket, server and store, in this process.
 * Covers: listener/control.c, listener/wish.c, wire/control.c.
 */
#include "base/err.h"
#include "listener/control.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/fuzz.h"
#include "wire/control.h"

#define STATUS_RECORDED 202

/* Two sources are configured and one was; a claim is known to the first, another to both, an order to the one that is gone. */
static const char shipments[] =
	"INSERT INTO shipment (id, source_id, external_id, model, first_seen_us, via) VALUES"
	" (1, 1, 'abc', 'claims', 1, 'callback'), (2, 1, 'twice', 'claims', 1, 'callback'),"
	" (3, 2, 'twice', 'claims', 1, 'callback'), (4, 3, '7', 'dbs', 1, 'callback');"
	"INSERT INTO history (id, shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	" VALUES (1, 1, 1, 1, 1, 1, 'callback', 'odd', 0, 'unknown', 1);"
	"INSERT INTO violation (id, history_id, kind) VALUES (17, 1, 'unknown_status')";

static struct conf_source confs[] = {
	{ .kind = CONF_DELIVERY, .name = "main" },
	{ .kind = CONF_DELIVERY, .name = "other" },
	{ .kind = CONF_MARKET, .name = "gone" },
};

enum {
	CONFIGURED = ARRAY_SIZE(confs) - 1,
};

struct world {
	struct door door;
	struct listener_source sources[ARRAY_SIZE(confs)];
	struct control *control;
	int64_t nudges;
};

static void on_actions(void *cls)
{
	struct world *w = cls;

	w->nudges++;
}

static void start_control(struct world *w)
{
	const struct control_config config = {
		.sources = w->sources,
		.n_sources = CONFIGURED,
		.fd = door_listen(&w->door),
		.on_actions = on_actions,
		.cls = w,
	};

	FUZZ_REQUIRE(control_new(w->door.loop, w->door.store, &config, &w->control) == ERR_OK);
}

static struct world *world(void)
{
	static struct world w;

	if (w.control)
		return &w;
	door_open(&w.door);
	door_add_sources(&w.door, confs, ARRAY_SIZE(confs), w.sources);
	door_sql(&w.door, shipments);
	start_control(&w);
	return &w;
}

/* How many rows an answer of 202 tells of. */
static size_t count_told(const struct http_answer *answer)
{
	struct wire_acts acts;
	size_t n;

	FUZZ_REQUIRE(wire_acts_parse(answer->body, answer->body_len, &acts) == ERR_OK);
	n = acts.n;
	FUZZ_REQUIRE(n > 0);
	wire_acts_done(&acts);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world();
	struct http_answer answer;
	int64_t n_recorded = 0;
	size_t n_rows = 0;
	size_t at = 0;

	w->nudges = 0;
	http_peer_send(&w->door.peer, data, size, size, &w->door.answers);
	while (http_peer_take(&w->door.answers, &at, &answer)) {
		if (answer.status != STATUS_RECORDED)
			continue;
		n_recorded++;
		n_rows += count_told(&answer);
	}
	FUZZ_REQUIRE(at == w->door.answers.len);
	FUZZ_REQUIRE(door_count(&w->door, "action") == (int64_t)n_rows && w->nudges == n_recorded);
	if (n_rows > 0)
		door_sql(&w->door, "DELETE FROM action");
	return 0;
}
