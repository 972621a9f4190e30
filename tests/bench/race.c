/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The race between page_store() and plain inserts.
 * Benchmarks. In turn, so that whatever else the machine does hits both alike.
 */
#include "bench/race.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "bench/plain.h"
#include "bench/stream.h"
#include "worker/page.h"

/* How long after its last event a page is read. */
#define READ_LAG_US USEC_PER_SEC

/* As many claims as one page can have made due. */
#define DUE_MAX STREAM_PAGE

struct race {
	struct clock clock; /* stands still at the time of the page's reading, but for what storing it takes */
	struct conf_source conf;
	struct kit kit; /* without a client: nothing goes upstream */
	struct source source;
	struct plain *plain;
	struct stream *stream;
	struct stream_page page;
	struct due due[DUE_MAX];
	int64_t rows;
	const char *error;
};

static int make_file(const char *path, struct store **ret, struct source *ret_source)
{
	CLEANUP(store_cleanup) struct store *store = NULL;
	int r = store_open(path, &store, NULL);

	r = r ? r : store_begin(store);
	r = r ? r : store_source(store, "delivery", "main", (struct wall){ 0 }, ret_source);
	r = r ? r : store_commit(store);
	if (r)
		return r;
	*ret = store;
	store = NULL;
	return ERR_OK;
}

static int open_page_store(struct race *race, const char *folder, int number)
{
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/page_store-%d.db", folder, number);
	r = make_file(path, &race->kit.store, &race->source);
	r = r ? r : loop_new(&race->clock, &race->kit.loop);

	const struct gate_config config = {
		.loop = race->kit.loop, .store = race->kit.store, .conf = &race->conf, .source = race->source,
	};

	return r ? r : gate_new(&config, &race->kit.gate);
}

static int open_plain(struct race *race, const char *folder, int number)
{
	struct store *store = NULL;
	struct source source;
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/plain-%d.db", folder, number);
	r = make_file(path, &store, &source);
	store_close(store);
	return r ? r : plain_open(path, source.id, &race->plain);
}

int race_open(const char *folder, int number, struct race **ret)
{
	CLEANUP(race_cleanup) struct race *race = calloc(1, sizeof(*race));
	int r;

	if (!race)
		return ERR_NOMEM;
	race->conf = (struct conf_source){
		.name = "main",
		.delivery.journal = true,
		.stale_retry = { 5 * USEC_PER_SEC, 30 * USEC_PER_SEC },
		.sweep_after_us = 1800 * USEC_PER_SEC,
	};
	race->kit = (struct kit){ .conf = &race->conf, .policy = POLICY_HOLD };
	race->error = "";
	r = stream_new(&race->stream);
	r = r ? r : open_page_store(race, folder, number);
	r = r ? r : open_plain(race, folder, number);
	if (r)
		return r;
	*ret = race;
	race = NULL;
	return ERR_OK;
}

struct race *race_close(struct race *race)
{
	if (!race)
		return NULL;
	plain_close(race->plain);
	gate_free(race->kit.gate);
	loop_free(race->kit.loop);
	store_close(race->kit.store);
	stream_free(race->stream);
	free(race);
	return NULL;
}

static int fail(struct race *race, int r, const char *words)
{
	race->error = words;
	return r;
}

/* The clocks' readings; subtracted from their later readings they are a cost. */
static struct cost read_clocks(const struct race *race)
{
	struct timespec cpu = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (struct cost){
		.wall_us = clock_mono(&race->clock).us,
		.cpu_us = cpu.tv_sec * USEC_PER_SEC + cpu.tv_nsec / 1000,
	};
}

static void add_cost_since(const struct race *race, struct cost begin, struct cost *sum)
{
	struct cost end = read_clocks(race);

	sum->wall_us += end.wall_us - begin.wall_us;
	sum->cpu_us += end.cpu_us - begin.cpu_us;
}

static int time_page_store(struct race *race, struct cost *sum)
{
	struct wire_journal page = { .cursor = (char *)"a cursor", .events = race->page.events, .n = STREAM_PAGE };
	struct page_result result = { 0 };
	struct cost begin = read_clocks(race);
	int r = page_store(&race->kit, &page, true, &result);

	add_cost_since(race, begin, sum);
	if (r)
		return fail(race, r, store_error_text(race->kit.store));
	if (result.changes.transitions != STREAM_PAGE || result.changes.violations > 0)
		return fail(race, ERR_REFUSED, "not every event became a legal step");
	return ERR_OK;
}

static int time_plain(struct race *race, struct wall now, struct cost *sum)
{
	struct cost begin = read_clocks(race);
	int r = plain_store(race->plain, &race->page, now);

	add_cost_since(race, begin, sum);
	return r ? fail(race, r, plain_error_text(race->plain)) : ERR_OK;
}

static void answer_read(struct race *race, const struct due *due, struct wall now)
{
	struct shipment shipment;
	struct pending pending;

	if (store_shipment(race->kit.store, due->shipment_id, &shipment, &pending) != ERR_OK)
		return;

	bool closed = model_is_terminal(&model_claims, model_status(&model_claims, shipment.status));

	pending.due = closed ? WALL_NONE : wall_add(now, race->conf.sweep_after_us);
	pending.via = VIA_SWEEP;
	store_pending_save(race->kit.store, shipment.id, &pending, now);
}

/* The reader's part: without it each claim would stay due for ever, and page_store() would find less to do. Not timed. */
static int answer_reads(struct race *race, struct wall now)
{
	size_t n = 0;
	int r = store_due(race->kit.store, race->source.id, now, race->due, DUE_MAX, &n);

	r = r ? r : store_begin(race->kit.store);
	if (r)
		return fail(race, r, store_error_text(race->kit.store));
	for (size_t i = 0; i < n; i++)
		answer_read(race, &race->due[i], now);
	r = store_commit(race->kit.store);
	return r ? fail(race, r, store_error_text(race->kit.store)) : ERR_OK;
}

static int run_page(struct race *race, struct lap *lap)
{
	struct wall now;
	int r;

	stream_next(race->stream, &race->page);
	now = wall_add(race->page.newest, READ_LAG_US);
	race->clock.shift_us += now.us - clock_wall(&race->clock).us;
	r = time_page_store(race, &lap->page);
	r = r ? r : time_plain(race, now, &lap->plain);
	/* By then page_store() may have written a time that is a little later than NOW. */
	return r ? r : answer_reads(race, clock_wall(&race->clock));
}

int race_run(struct race *race, int64_t rows, struct lap *ret)
{
	struct lap lap = { 0 };

	while (race->rows < rows) {
		int r = run_page(race, &lap);

		if (r)
			return r;
		race->rows += STREAM_PAGE;
		lap.events += STREAM_PAGE;
	}
	*ret = lap;
	return ERR_OK;
}

const char *race_error_text(const struct race *race)
{
	return race->error;
}
