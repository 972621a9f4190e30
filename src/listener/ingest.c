/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Group commit: hints that come in one turn of the loop become durable together, by one commit at its end.
 * Listener layer: knows neither HTTP nor what a hint means; whoever adds a hint is told the commit's result and
 * nothing else.
 */
#include "listener/ingest.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "entry/entry.h"
#include "meter/meter.h"

/* A store that fails and recovers in turns is told about so often at most. */
#define TROUBLE_PAUSE_US (60 * USEC_PER_SEC)

struct row {
	struct row *next;
	void *ticket;
	struct mono joined;
	struct hint hint; /* its texts stand behind it */
	char texts[];
};

struct rows {
	struct row *first;
	struct row **end; /* where the next one is hung */
	size_t n;
};

/* What the log was told of a store that can't commit. */
struct trouble {
	bool told; /* the error stands in the log, the all-clear does not */
	struct mono told_at;
	size_t refused; /* hints that were not stored since */
};

struct ingest {
	struct loop *loop;
	struct store *store;
	struct ingest_config config;
	size_t max_batch;
	struct loop_task *task;   /* posted: a commit at the end of this turn */
	struct loop_timer *retry; /* set: somebody else holds the write lock */
	struct rows rows;
	struct trouble trouble;
	struct histogram *commit_seconds;
	struct histogram *batch_hints;
	struct histogram *lag_seconds;
};

static struct mono mono_now(const struct ingest *ingest)
{
	return clock_mono(loop_clock(ingest->loop));
}

static void rows_init(struct rows *rows)
{
	*rows = (struct rows){ .end = &rows->first };
}

static void rows_add(struct rows *rows, struct row *row)
{
	row->next = NULL;
	*rows->end = row;
	rows->end = &row->next;
	rows->n++;
}

static struct row *rows_take(struct rows *rows)
{
	struct row *row = rows->first;

	rows->first = row->next;
	if (!rows->first)
		rows->end = &rows->first;
	rows->n--;
	return row;
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* Copies *TEXT to AT, points *TEXT there, returns what is behind it. */
static char *move_text(char *at, const char **text)
{
	size_t size = text_size(*text);

	if (size == 0)
		return at;
	*text = memcpy(at, *text, size);
	return at + size;
}

static struct row *row_new(const struct hint *hint, void *ticket, struct mono joined)
{
	size_t size = text_size(hint->kind) + text_size(hint->external_id) + text_size(hint->remote_addr) +
	              text_size(hint->own_params) + text_size(hint->reason) + text_size(hint->status);
	struct row *row = malloc(sizeof(*row) + size);

	if (!row)
		return NULL;
	*row = (struct row){ .ticket = ticket, .joined = joined, .hint = *hint };
	char *at = row->texts;
	at = move_text(at, &row->hint.kind);
	at = move_text(at, &row->hint.external_id);
	at = move_text(at, &row->hint.remote_addr);
	at = move_text(at, &row->hint.own_params);
	at = move_text(at, &row->hint.reason);
	move_text(at, &row->hint.status);
	return row;
}

/* Once for an episode, however many requests it costs. */
static void tell_trouble(struct ingest *ingest, size_t n)
{
	struct trouble *trouble = &ingest->trouble;
	struct mono now = mono_now(ingest);

	trouble->refused += n;
	if (trouble->told || now.us - trouble->told_at.us < TROUBLE_PAUSE_US)
		return;
	entry_tell(LOG_LEVEL_ERROR, &(struct entry){ .event = EVENT_HINTS_REFUSED, .reason = store_error_text(ingest->store) },
	           "callbacks and pushes can't be stored and are refused: %s", store_error_text(ingest->store));
	trouble->told = true;
	trouble->told_at = now;
}

static void tell_all_clear(struct ingest *ingest)
{
	if (ingest->trouble.told)
		entry_tell(LOG_LEVEL_NOTICE, &(struct entry){ .event = EVENT_HINTS_STORED },
		           "callbacks and pushes are stored again; %zu were refused meanwhile", ingest->trouble.refused);
	ingest->trouble.told = false;
	ingest->trouble.refused = 0;
}

/* Takes the rows off before anybody is called, so that whoever is called may add again. */
static void answer(struct ingest *ingest, size_t n, int result)
{
	struct rows done;

	rows_init(&done);
	while (done.n < n)
		rows_add(&done, rows_take(&ingest->rows));
	while (done.n > 0) {
		struct row *row = rows_take(&done);
		ingest->config.on_result(row->ticket, result, ingest->config.cls);
		free(row);
	}
}

static void wait_for_lock(struct ingest *ingest)
{
	int64_t since = mono_now(ingest).us - INGEST_PATIENCE_US;
	size_t n = 0;

	for (const struct row *row = ingest->rows.first; row && row->joined.us <= since; row = row->next)
		n++;
	if (n > 0) {
		tell_trouble(ingest, n);
		answer(ingest, n, ERR_BUSY);
	}
	if (ingest->rows.n > 0)
		loop_timer_after(ingest->retry, INGEST_RETRY_US);
}

static int store_rows(struct ingest *ingest, size_t n, bool *ret_any_good)
{
	int r = store_begin(ingest->store);

	if (r < 0)
		return r;
	const struct hint *hints[INGEST_BATCH_MAX];
	bool any_good = false;
	const struct row *row = ingest->rows.first;
	for (size_t i = 0; i < n; i++, row = row->next) {
		hints[i] = &row->hint;
		any_good = any_good || !row->hint.reason;
	}
	store_hints_add(ingest->store, hints, n);
	r = store_commit(ingest->store);
	if (r < 0)
		return r;
	*ret_any_good = any_good;
	return ERR_OK;
}

static double seconds_between(struct mono from, struct mono to)
{
	return (double)(to.us - from.us) / 1e6;
}

/* The first N rows are durable; their commit began at BEGAN. */
static void count_commit(const struct ingest *ingest, size_t n, struct mono began)
{
	struct mono now = mono_now(ingest);
	const struct row *row = ingest->rows.first;

	histogram_add(ingest->commit_seconds, seconds_between(began, now));
	histogram_add(ingest->batch_hints, (double)n);
	for (size_t i = 0; i < n; i++, row = row->next)
		histogram_add(ingest->lag_seconds, seconds_between(row->joined, now));
}

void ingest_commit(struct ingest *ingest)
{
	loop_timer_unset(ingest->retry);
	size_t n = ingest->rows.n < ingest->max_batch ? ingest->rows.n : ingest->max_batch;
	if (n == 0)
		return;
	struct mono began = mono_now(ingest);
	bool any_good = false;
	int r = store_rows(ingest, n, &any_good);
	if (r == ERR_BUSY) {
		wait_for_lock(ingest);
		return;
	}
	if (r < 0) {
		tell_trouble(ingest, n);
	} else {
		tell_all_clear(ingest);
		count_commit(ingest, n, began);
	}
	answer(ingest, n, r);
	if (ingest->rows.n > 0)
		loop_task_post(ingest->task);
	if (any_good)
		ingest->config.on_stored(ingest->config.cls);
}

static void on_due(void *cls)
{
	ingest_commit(cls);
}

int ingest_add(struct ingest *ingest, const struct hint *hint, void *ticket)
{
	bool locked = loop_timer_is_set(ingest->retry);

	if (!locked && ingest->rows.n >= ingest->max_batch) {
		ingest_commit(ingest);
		locked = loop_timer_is_set(ingest->retry);
	}
	if (ingest->rows.n >= ingest->config.max_waiting)
		return ERR_FULL;
	struct row *row = row_new(hint, ticket, mono_now(ingest));
	if (!row)
		return ERR_NOMEM;
	rows_add(&ingest->rows, row);
	/* While the lock is held elsewhere, the timer does the trying, not each request that comes. */
	if (!locked)
		loop_task_post(ingest->task);
	return ERR_OK;
}

size_t ingest_waiting(const struct ingest *ingest)
{
	return ingest->rows.n;
}

bool ingest_is_stuck(const struct ingest *ingest, struct mono now)
{
	const struct row *oldest = ingest->rows.first;

	return oldest && now.us - oldest->joined.us > INGEST_STUCK_US;
}

int ingest_new(struct loop *loop, struct store *store, const struct ingest_config *config, struct ingest **ret)
{
	CLEANUP(ingest_cleanup) struct ingest *ingest = calloc(1, sizeof(*ingest));

	if (!ingest)
		return ERR_NOMEM;
	ingest->loop = loop;
	ingest->store = store;
	ingest->config = *config;
	if (ingest->config.max_waiting == 0)
		ingest->config.max_waiting = INGEST_WAITING_MAX;
	ingest->max_batch = ingest->config.max_waiting < INGEST_BATCH_MAX ? ingest->config.max_waiting : INGEST_BATCH_MAX;
	ingest->trouble.told_at.us = mono_now(ingest).us - TROUBLE_PAUSE_US;
	ingest->commit_seconds = metrics_histogram(config->metrics, METER_INGEST_COMMIT_SECONDS, NULL);
	ingest->batch_hints = metrics_histogram(config->metrics, METER_INGEST_BATCH_HINTS, NULL);
	ingest->lag_seconds = metrics_histogram(config->metrics, METER_INGEST_LAG_SECONDS, NULL);
	rows_init(&ingest->rows);
	int r = loop_task_new(loop, on_due, ingest, &ingest->task);
	if (r < 0)
		return r;
	r = loop_timer_new(loop, on_due, ingest, &ingest->retry);
	if (r < 0)
		return r;
	*ret = ingest;
	ingest = NULL;
	return ERR_OK;
}

struct ingest *ingest_free(struct ingest *ingest)
{
	if (!ingest)
		return NULL;
	answer(ingest, ingest->rows.n, ERR_BUSY);
	loop_timer_free(ingest->retry);
	loop_task_free(ingest->task);
	free(ingest);
	return NULL;
}
