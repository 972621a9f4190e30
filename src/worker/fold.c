/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folding of hints, at a pace that lets a burst fall together.
 * Worker layer.
 */
#include "worker/fold.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"

/* The first hint is folded at once, those after it together a gap later. The gap doubles while many come, so that a
 * burst of 600 callbacks costs a handful of reads, and falls back when few do, so that a lone callback is never
 * kept waiting. */
#define FOLD_GAP_MIN_US (50 * USEC_PER_MS)
#define FOLD_GAP_MAX_US (500 * USEC_PER_MS)
#define FOLD_MANY 8

/* Rows of one transaction: two or three milliseconds, so that no acknowledgement waits long behind it. */
#define FOLD_ROWS 200

/* While hints go on coming faster than that, folding rests so many times as long as it took: a flood is acknowledged first. What
 * waits is durable, and is folded without a rest as soon as the flood is over. */
#define FOLD_RESTS 9

/* When the file is locked, full or failing. */
#define FOLD_RETRY_US (200 * USEC_PER_MS)

/* What comes is folded within half a second. */
#define FOLD_STUCK_US (2 * 60 * USEC_PER_SEC)

struct folder {
	struct loop *loop;
	struct store *store;
	struct loop_timer *timer;
	struct mono last;
	int64_t gap_us;
	bool is_flooded; /* hints came since it began to fold last */
	bool failing; /* told in the log */
	loop_fn fn;
	void *cls;
};

static int fold_some(struct folder *folder, size_t *ret_n)
{
	int r = store_begin(folder->store);

	if (r)
		return r;
	store_fold_hints(folder->store, loop_now(folder->loop), FOLD_ROWS, ret_n);
	return store_commit(folder->store);
}

static void retry_later(struct folder *folder, int error)
{
	/* What comes from the disk is told by who watches it (storage.h). */
	if (!err_may_pass(error) && !folder->failing) {
		log_error("can't fold hints into their claims: %s; will go on trying", store_error_text(folder->store));
		folder->failing = true;
	}
	loop_timer_after(folder->timer, FOLD_RETRY_US);
}

static int64_t next_gap_us(const struct folder *folder, size_t n)
{
	if (n < FOLD_MANY)
		return FOLD_GAP_MIN_US;
	return folder->gap_us * 2 < FOLD_GAP_MAX_US ? folder->gap_us * 2 : FOLD_GAP_MAX_US;
}

static struct mono mono_now(const struct folder *folder)
{
	return clock_mono(loop_clock(folder->loop));
}

/* BEGAN: to fold as many rows as one transaction may have. */
static int64_t rest_us(const struct folder *folder, struct mono began)
{
	return folder->is_flooded ? FOLD_RESTS * (folder->last.us - began.us) : 0;
}

static void on_timer(void *cls)
{
	struct folder *folder = cls;
	struct mono began = mono_now(folder);
	size_t n = 0;
	int r = fold_some(folder, &n);

	if (r) {
		retry_later(folder, r);
		return;
	}
	folder->failing = false;
	folder->last = mono_now(folder);
	folder->gap_us = next_gap_us(folder, n);
	if (n == FOLD_ROWS)
		loop_timer_after(folder->timer, rest_us(folder, began));
	folder->is_flooded = false;
	if (n > 0)
		folder->fn(folder->cls);
}

void folder_wake(struct folder *folder)
{
	folder->is_flooded = true;
	if (loop_timer_is_set(folder->timer))
		return;

	int64_t since = mono_now(folder).us - folder->last.us;

	loop_timer_after(folder->timer, since < folder->gap_us ? folder->gap_us - since : 0);
}

bool folder_is_stuck(const struct folder *folder, struct wall now)
{
	struct wall since = WALL_NONE;

	if (loop_timer_is_set(folder->timer) || store_unfolded_since(folder->store, &since) != ERR_OK)
		return false;
	return wall_is_set(since) && now.us - since.us > FOLD_STUCK_US;
}

struct folder *folder_free(struct folder *folder)
{
	if (!folder)
		return NULL;
	loop_timer_free(folder->timer);
	free(folder);
	return NULL;
}

int folder_new(struct loop *loop, struct store *store, loop_fn fn, void *cls, struct folder **ret)
{
	CLEANUP(folder_cleanup) struct folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		return ERR_NOMEM;
	*folder = (struct folder){
		.loop = loop, .store = store, .fn = fn, .cls = cls, .last = { -FOLD_GAP_MIN_US }, .gap_us = FOLD_GAP_MIN_US,
	};

	int r = loop_timer_new(loop, on_timer, folder, &folder->timer);

	if (r)
		return r;
	loop_timer_after(folder->timer, 0);
	*ret = folder;
	folder = NULL;
	return ERR_OK;
}
