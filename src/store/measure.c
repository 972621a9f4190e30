/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much there is of what is measured.
 * Store layer.
 */
#include "store/measure.h"

#include <sys/statvfs.h>

#include "base/err.h"
#include "store/query.h"

/* Hints that are not folded yet are counted no further: so many are folded within a second or two. */
#define UNFOLDED_MAX 10000

/* What waits in one place, and since when. */
struct waiting {
	int64_t n;
	struct wall since;
};

static int end_waiting(struct query *q, struct waiting *ret)
{
	if (query_next(q)) {
		ret->n = query_number(q);
		ret->since = query_time(q);
	}
	return query_end(q);
}

static int read_owed(struct store *store, int64_t source_id, struct waiting *ret)
{
	struct query q = query_start(store, STMT_MEASURE_OWED);

	query_bind_number(&q, source_id);
	return end_waiting(&q, ret);
}

static int read_unfolded(struct store *store, int64_t source_id, struct waiting *ret)
{
	struct query q = query_start(store, STMT_MEASURE_UNFOLDED);

	query_bind_number(&q, source_id);
	query_bind_number(&q, UNFOLDED_MAX);
	return end_waiting(&q, ret);
}

static struct wall earlier(struct wall a, struct wall b)
{
	if (!wall_is_set(a))
		return b;
	return wall_is_set(b) && wall_cmp(b, a) < 0 ? b : a;
}

static int read_pending(struct store *store, int64_t source_id, struct source_measure *measure)
{
	struct waiting owed = { .since = WALL_NONE };
	struct waiting unfolded = { .since = WALL_NONE };
	int r = read_owed(store, source_id, &owed);

	if (!r)
		r = read_unfolded(store, source_id, &unfolded);
	measure->pending = owed.n + unfolded.n;
	measure->pending_since = earlier(owed.since, unfolded.since);
	return r;
}

int store_measure_source(struct store *store, int64_t source_id, struct source_measure *ret)
{
	struct query q = query_start(store, STMT_MEASURE_SOURCE);
	struct source_measure measure = { 0 };
	bool found = false;

	query_bind_number(&q, source_id);
	if (query_next(&q)) {
		found = true;
		query_copy(&q, measure.state, sizeof(measure.state));
		measure.skew_us = query_number(&q);
		measure.gaps_healed = query_number(&q);
		measure.gaps_open = query_number(&q);
		measure.cursor_read = query_time(&q);
		measure.journal_events = query_number(&q);
	}

	int r = query_end(&q);

	if (!r)
		r = found ? read_pending(store, source_id, &measure) : ERR_NOT_FOUND;
	if (!r)
		*ret = measure;
	return r;
}

/* Ends Q, whose only row is one number; without a row it is 0. */
static int end_number(struct query *q, int64_t *ret)
{
	int64_t n = query_next(q) ? query_number(q) : 0;
	int r = query_end(q);

	if (!r)
		*ret = n;
	return r;
}

/* The number of what has this WORD. */
static int count_word(struct store *store, enum stmt stmt, const char *word, int64_t *ret)
{
	struct query q = query_start(store, stmt);

	query_bind_text(&q, word);
	return end_number(&q, ret);
}

int store_measure_windows(struct store *store, int64_t source_id, const struct model *model, const char *kind,
                          struct window_measure *ret)
{
	struct query q = query_start(store, STMT_MEASURE_WINDOWS);
	struct window_measure measure = { 0 };

	query_bind_number(&q, source_id);
	query_bind_text(&q, model->name);
	query_bind_text(&q, kind);
	if (query_next(&q)) {
		measure.open = query_number(&q);
		measure.warned = query_number(&q);
	}

	int r = query_end(&q);

	if (!r)
		*ret = measure;
	return r;
}

int store_measure_violations(struct store *store, enum violation kind, int64_t *ret_open)
{
	return count_word(store, STMT_MEASURE_VIOLATIONS, violation_text(kind), ret_open);
}

int store_measure_actions(struct store *store, enum act_kind kind, int64_t *ret_open)
{
	return count_word(store, STMT_MEASURE_ACTIONS, act_kind_text(kind), ret_open);
}

int store_measure_results(struct store *store, enum act_kind kind, enum action_result result, int64_t *ret)
{
	struct query q = query_start(store, STMT_MEASURE_RESULTS);

	query_bind_text(&q, act_kind_text(kind));
	query_bind_text(&q, action_result_text(result));
	return end_number(&q, ret);
}

const char *channel_text(enum channel channel)
{
	return channel == CHANNEL_ALERT ? "alert" : "forward";
}

int store_measure_outbox(struct store *store, enum channel channel, struct outbox_measure *ret)
{
	struct query q = query_start(store, channel == CHANNEL_ALERT ? STMT_MEASURE_ALERTS : STMT_MEASURE_FORWARDS);
	struct outbox_measure measure;
	int r = end_number(&q, &measure.waiting);

	if (!r)
		r = count_word(store, STMT_MEASURE_FAILING, channel_text(channel), &measure.failing);
	if (!r)
		*ret = measure;
	return r;
}

int store_measure_disk(struct store *store, int64_t *ret_bytes, int64_t *ret_free_bytes)
{
	struct statvfs fs;

	if (statvfs(sqlite3_db_filename(store->handle, "main"), &fs) != 0)
		return ERR_IO;
	*ret_bytes = (int64_t)(fs.f_blocks * fs.f_frsize);
	*ret_free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize);
	return ERR_OK;
}
