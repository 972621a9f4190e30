/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From due rows to requests, and from outcomes to what the source may do next.
 * Worker layer.
 * What an answer means for a claim is apply.c's; what a failure means for the source is the gate's.
 */
#include "worker/reader.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "api/read.h"
#include "base/err.h"
#include "worker/apply.h"
#include "worker/pace.h"
#include "worker/settle.h"
#include "worker/tell.h"

/* When the file is locked, full or failing. */
#define READER_RETRY_US (200 * USEC_PER_MS)

/* Claims of a request whose memory is worth giving back. */
#define LARGE_BATCH 200

/* What is due, and may be read, is asked for within a second. */
#define READER_STUCK_US (2 * 60 * USEC_PER_SEC)

/* One request and the claims it asks for; they count as in flight until the answer is stored. */
struct batch {
	struct reader *reader;
	struct batch *next;
	struct apply *apply;
	size_t n;
	struct due dues[]; /* by shipment id */
};

struct reader {
	struct reader_config config;
	size_t limit; /* claims of the next request */
	struct batch *batches;
	size_t n_in_flight; /* claims */
	struct loop_timer *timer;
	bool asleep;        /* nothing was due when it looked last */
};

static int compare_ids(const void *a, const void *b)
{
	int64_t x = ((const struct due *)a)->shipment_id;
	int64_t y = ((const struct due *)b)->shipment_id;

	return (x > y) - (x < y);
}

static bool is_in_flight(const struct reader *reader, const struct due *due)
{
	for (const struct batch *batch = reader->batches; batch; batch = batch->next)
		if (bsearch(due, batch->dues, batch->n, sizeof(*due), compare_ids))
			return true;
	return false;
}

/* Reads further ahead than any is ever put off were put off by a clock that has been set back since: they are due
 * now. */
static int pull_in(struct reader *reader, struct wall now)
{
	struct store *store = reader->config.kit->store;
	int64_t source_id = gate_source_id(reader->config.kit->gate);
	struct wall limit = wall_add(now, settle_ahead_max_us(reader->config.kit->conf));
	struct wall beyond = WALL_NONE;
	int r = store_next_due(store, source_id, limit, &beyond);

	if (r || !wall_is_set(beyond))
		return r;
	r = store_begin(store);
	if (r)
		return r;
	store_pull_due(store, source_id, limit, now);
	return store_commit(store);
}

/* The due claims that are not in flight, at most as many as the pace allows in one request. */
static int collect(struct reader *reader, struct wall now, struct batch **ret)
{
	size_t room = reader->limit + reader->n_in_flight;
	struct batch *batch = malloc(sizeof(*batch) + room * sizeof(batch->dues[0]));
	size_t n = 0;

	if (!batch)
		return ERR_NOMEM;

	int r = pull_in(reader, now);

	if (!r)
		r = store_due(reader->config.kit->store, gate_source_id(reader->config.kit->gate), now, batch->dues, room, &n);
	if (r) {
		free(batch);
		return r;
	}
	*batch = (struct batch){ .reader = reader };
	for (size_t i = 0; i < n && batch->n < reader->limit; i++)
		if (!is_in_flight(reader, &batch->dues[i]))
			batch->dues[batch->n++] = batch->dues[i];
	qsort(batch->dues, batch->n, sizeof(batch->dues[0]), compare_ids);
	*ret = batch;
	return ERR_OK;
}

static void batch_unlink(struct batch *batch)
{
	struct batch **link = &batch->reader->batches;

	while (*link != batch)
		link = &(*link)->next;
	*link = batch->next;
	batch->reader->n_in_flight -= batch->n;
}

static void batch_end(struct batch *batch)
{
	struct reader *reader = batch->reader;

	batch_unlink(batch);
	apply_cancel(batch->apply);
	free(batch);
	reader_wake(reader);
}

/* The memory of an answer for many claims goes back to the system: it came in many small pieces, of which the heap would
 * keep most for good. */
static void give_back_memory(size_t n)
{
	if (n >= LARGE_BATCH)
		malloc_trim(0);
}

static void on_applied(void *cls)
{
	struct batch *batch = cls;
	struct reader *reader = batch->reader;

	batch->apply = NULL;
	give_back_memory(batch->n);
	batch_end(batch);
	reader->config.on_applied(reader->config.cls);
}

static void take_answer(struct batch *batch, struct client_answer *answer)
{
	const struct kit *kit = batch->reader->config.kit;

	if (answer->end.outcome == OUTCOME_OK && answer->snapshots.n_unreadable > 0)
		tell_source(LOG_LEVEL_WARNING, kit->conf, "%zu %ss of an answer can't be read", answer->snapshots.n_unreadable,
		            kit_noun(kit));
	if (apply_start(kit, batch->dues, batch->n, &answer->snapshots, on_applied, batch, &batch->apply) != ERR_OK)
		batch_end(batch);
}

/* A claim that fails alone is its own fault: it steps back, so that the others go on. */
static void step_back(struct batch *batch)
{
	const struct kit *kit = batch->reader->config.kit;

	if (apply_failure(kit, &batch->dues[0]) != ERR_OK)
		tell_shipment(LOG_LEVEL_DEBUG, kit->conf, batch->dues[0].external_id, "stays due");
	batch_end(batch);
}

static void take_failure(struct batch *batch, struct client_answer *answer)
{
	bool alone = batch->n == 1;

	if (answer->end.outcome == OUTCOME_GONE && alone)
		take_answer(batch, answer); /* for one id, a 404 and an answer without it say the same */
	else if (answer->end.outcome == OUTCOME_PROTOCOL && alone)
		step_back(batch);
	else
		batch_end(batch);
}

static void on_answer(struct client_answer *answer, void *cls)
{
	struct batch *batch = cls;
	struct reader *reader = batch->reader;

	gate_end(reader->config.kit->gate, &answer->end, batch->n > 1);
	reader->limit = pace_limit(reader->limit, read_max(reader->config.kit->client), answer->end.outcome, batch->n);
	if (answer->end.outcome == OUTCOME_OK || answer->snapshots.n > 0)
		take_answer(batch, answer);
	else
		take_failure(batch, answer);
	wire_snapshots_done(&answer->snapshots);
	reader->config.on_end(reader->config.cls);
}

static int start(struct reader *reader, struct batch *batch)
{
	const char **ids = malloc(batch->n * sizeof(*ids));

	if (!ids)
		return ERR_NOMEM;
	for (size_t i = 0; i < batch->n; i++)
		ids[i] = batch->dues[i].external_id;

	int r = read_shipments(reader->config.kit->client, ids, batch->n, on_answer, batch);

	free(ids);
	if (r)
		return r;
	batch->next = reader->batches;
	reader->batches = batch;
	reader->n_in_flight += batch->n;
	return ERR_OK;
}

/* Nothing is due now: sleeps until something is. */
static void sleep_until_due(struct reader *reader, struct wall now)
{
	struct wall due = WALL_NONE;

	if (store_next_due(reader->config.kit->store, gate_source_id(reader->config.kit->gate), now, &due) != ERR_OK) {
		loop_timer_after(reader->timer, READER_RETRY_US);
		return;
	}
	reader->asleep = true;
	if (wall_is_set(due))
		loop_timer_at(reader->timer, due);
	else
		loop_timer_unset(reader->timer);
}

/* One step: a request goes out, or the timer is set for the reason why none may. Returns whether to look again. */
static bool read_some(struct reader *reader)
{
	struct wall now = loop_now(reader->config.kit->loop);
	struct wall until;
	struct batch *batch = NULL;

	reader->asleep = false;
	if (!gate_is_open(reader->config.kit->gate, &until)) {
		loop_timer_at(reader->timer, until);
		return false;
	}

	int64_t delay = client_delay_us(reader->config.kit->client);

	if (delay < 0 || (reader->config.may_read && !reader->config.may_read(reader->config.cls)))
		return false;
	if (collect(reader, now, &batch) != ERR_OK) {
		loop_timer_after(reader->timer, READER_RETRY_US);
		return false;
	}
	if (batch->n == 0)
		sleep_until_due(reader, now);
	else if (delay > 0)
		loop_timer_after(reader->timer, delay);
	else if (start(reader, batch) == ERR_OK)
		return true;
	else
		loop_timer_after(reader->timer, READER_RETRY_US);
	free(batch);
	return false;
}

static void on_timer(void *cls)
{
	struct reader *reader = cls;

	while (read_some(reader))
		continue;
}

void reader_wake(struct reader *reader)
{
	on_timer(reader);
}

bool reader_is_idle(const struct reader *reader)
{
	return !reader->batches;
}

/* It is about to look when it waits for a pause or a retry to end, or for a request: each end of one wakes it. An answer that is
 * not stored yet has a timer of its own. */
static bool is_about_to_look(const struct reader *reader)
{
	return reader->batches || !client_is_idle(reader->config.kit->client) ||
	       (loop_timer_is_set(reader->timer) && !reader->asleep);
}

bool reader_is_stuck(const struct reader *reader, struct wall now)
{
	const struct kit *kit = reader->config.kit;
	struct wall ever = { 0 };
	struct wall due = WALL_NONE;

	if (is_about_to_look(reader) || store_next_due(kit->store, gate_source_id(kit->gate), ever, &due) != ERR_OK)
		return false;
	return wall_is_set(due) && now.us - due.us > READER_STUCK_US;
}

struct reader *reader_free(struct reader *reader)
{
	if (!reader)
		return NULL;
	while (reader->batches) {
		struct batch *batch = reader->batches;

		batch_unlink(batch);
		apply_cancel(batch->apply);
		free(batch);
	}
	loop_timer_free(reader->timer);
	free(reader);
	return NULL;
}

int reader_new(const struct reader_config *config, struct reader **ret)
{
	CLEANUP(reader_cleanup) struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return ERR_NOMEM;
	reader->config = *config;
	reader->limit = read_max(config->kit->client);

	int r = loop_timer_new(config->kit->loop, on_timer, reader, &reader->timer);

	if (r)
		return r;
	loop_timer_after(reader->timer, 0);
	*ret = reader;
	reader = NULL;
	return ERR_OK;
}
