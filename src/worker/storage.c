/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trouble of writing.
 * Worker layer. It sees how every transaction ends, whoever's it is, so that nobody else has to tell of a disk that is full.
 */
#include "worker/storage.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "entry/entry.h"
#include "meter/meter.h"
#include "store/outbox.h"

/* Trouble is over when nothing has failed for so long: small rows still fit where large ones don't. */
#define CALM_US (10 * USEC_PER_SEC)

/* Another program may hold the lock for a moment; when it does not let go for so long it is trouble. Who waits for it asks again all
 * the time, so tries further apart say nothing of what was between. */
#define LOCK_US (10 * USEC_PER_SEC)
#define LOCK_GAP_US (1 * USEC_PER_SEC)

/* A commit takes some milliseconds, and nothing else is done meanwhile. A disk that goes on taking so long is told of now and then. */
#define SLOW_US (1 * USEC_PER_SEC)
#define SLOW_PAUSE_US (60 * USEC_PER_SEC)

#define REASON_SIZE 256

struct storage {
	struct loop *loop;
	struct store *store;
	struct loop_timer *timer;
	bool in_trouble;
	struct wall from;
	struct wall to; /* the first success since the last failure; WALL_NONE before it */
	char reason[REASON_SIZE];
	struct wall locked_since; /* the lock that is met now: the first time, WALL_NONE while there is none, and the last */
	struct wall locked_last;
	bool committing;
	struct mono committing_since;
	struct mono slow_told_at;
	struct histogram *commit_seconds;
};

static struct mono mono_now(const struct storage *storage)
{
	return clock_mono(loop_clock(storage->loop));
}

static void begin_trouble(struct storage *storage, struct wall from)
{
	storage->to = WALL_NONE;
	loop_timer_at(storage->timer, wall_add(loop_now(storage->loop), CALM_US));
	if (storage->in_trouble)
		return;
	storage->in_trouble = true;
	storage->from = from;
	snprintf(storage->reason, sizeof(storage->reason), "%s", store_error_text(storage->store));
	entry_tell(LOG_LEVEL_ERROR, &(struct entry){ .event = EVENT_STORAGE_FAILING, .reason = storage->reason },
	           "the database can't be written: %s; will go on trying", storage->reason);
}

static void note_lock(struct storage *storage)
{
	struct wall now = loop_now(storage->loop);
	bool again = wall_is_set(storage->locked_since) && now.us - storage->locked_last.us <= LOCK_GAP_US;

	if (!again)
		storage->locked_since = now;
	storage->locked_last = now;
	if (now.us - storage->locked_since.us >= LOCK_US)
		begin_trouble(storage, storage->locked_since);
}

static void note_success(struct storage *storage)
{
	storage->locked_since = WALL_NONE;
	if (storage->in_trouble && !wall_is_set(storage->to))
		storage->to = loop_now(storage->loop);
}

static void tell_slow(struct storage *storage, double seconds)
{
	struct mono now = mono_now(storage);
	char reason[64];

	if (now.us - storage->slow_told_at.us < SLOW_PAUSE_US)
		return;
	snprintf(reason, sizeof(reason), "a commit took %.1f s", seconds);
	entry_tell(LOG_LEVEL_WARNING, &(struct entry){ .event = EVENT_STORAGE_SLOW, .reason = reason },
	           "the disk is slow: %s, and nothing else was done meanwhile", reason);
	storage->slow_told_at = now;
}

void storage_note_commit(struct storage *storage)
{
	storage->committing = true;
	storage->committing_since = mono_now(storage);
}

/* However it ended. */
static void note_duration(struct storage *storage)
{
	int64_t took_us = mono_now(storage).us - storage->committing_since.us;
	double seconds = (double)took_us / 1e6;

	storage->committing = false;
	histogram_add(storage->commit_seconds, seconds);
	if (took_us >= SLOW_US)
		tell_slow(storage, seconds);
}

void storage_note(struct storage *storage, int result)
{
	if (storage->committing)
		note_duration(storage);
	switch ((enum err)result) {
	case ERR_OK:
		note_success(storage);
		break;
	case ERR_BUSY:
		note_lock(storage);
		break;
	case ERR_NOMEM:
	case ERR_IO:
	case ERR_FULL:
	case ERR_CORRUPT:
		begin_trouble(storage, loop_now(storage->loop));
		break;
	/* What a rule of the file refuses is no fault of the disk's. */
	case ERR_INVALID:
	case ERR_NOT_FOUND:
	case ERR_TOO_NEW:
	case ERR_REFUSED:
		break;
	}
}

static int store_alert(struct storage *storage)
{
	int r = store_begin(storage->store);

	if (r)
		return r;
	store_storage_trouble(storage->store, storage->from,
	                      wall_is_set(storage->to) ? storage->to : loop_now(storage->loop), storage->reason);
	return store_commit(storage->store);
}

/* Nothing has failed for a while. Storing the alert is the last proof. */
static void on_calm(void *cls)
{
	struct storage *storage = cls;

	if (store_alert(storage) == ERR_OK)
		storage->in_trouble = false;
	else
		loop_timer_at(storage->timer, wall_add(loop_now(storage->loop), CALM_US));
}

struct storage *storage_free(struct storage *storage)
{
	if (!storage)
		return NULL;
	loop_timer_free(storage->timer);
	free(storage);
	return NULL;
}

int storage_new(struct loop *loop, struct store *store, struct metrics *metrics, struct storage **ret)
{
	struct storage *storage = calloc(1, sizeof(*storage));

	if (!storage)
		return ERR_NOMEM;
	*storage = (struct storage){ .loop = loop, .store = store, .to = WALL_NONE, .locked_since = WALL_NONE };
	storage->slow_told_at.us = mono_now(storage).us - SLOW_PAUSE_US;
	storage->commit_seconds = metrics_histogram(metrics, METER_COMMIT_SECONDS, NULL);

	int r = loop_timer_new(loop, on_calm, storage, &storage->timer);

	if (r) {
		free(storage);
		return r;
	}
	*ret = storage;
	return ERR_OK;
}
