/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pace of a source.
 * Worker layer, pure.
 */
#include "worker/pace.h"

#include "base/backoff.h"
#include "wire/claims.h"

/* Pauses after failures: never below the floor, so that nothing is ever a busy loop; a minute at most, so that
 * recovery is noticed. */
#define PAUSE_FLOOR_US (100 * USEC_PER_MS)
#define PAUSE_BASE_US (500 * USEC_PER_MS)
#define PAUSE_CAP_US (60 * USEC_PER_SEC)

/* A Retry-After beyond this is somebody's mistake. */
#define RETRY_AFTER_MAX_S 3600

#define LOCKOUT_PROBE_US (15 * 60 * USEC_PER_SEC)

void pace_init(struct pace *pace)
{
	pace->limit = WIRE_BULK_IDS_MAX;
}

size_t pace_batch(const struct pace *pace)
{
	return pace->limit;
}

static void pause_us(struct source *source, struct wall now, int64_t us)
{
	source->paused_until = wall_add(now, us);
}

static int64_t growing_pause_us(const struct source *source, uint64_t random)
{
	return backoff_delay_us((unsigned)source->failures, PAUSE_FLOOR_US, PAUSE_BASE_US, PAUSE_CAP_US, random);
}

static void succeed(struct pace *pace, struct source *source)
{
	source->state = SOURCE_OK;
	source->failures = 0;
	source->paused_until = WALL_NONE;
	pace->limit = pace->limit * 2 < WIRE_BULK_IDS_MAX ? pace->limit * 2 : WIRE_BULK_IDS_MAX;
}

static void slow_down(struct source *source, int64_t retry_after_s, struct wall now, uint64_t random)
{
	source->state = SOURCE_LIMITED;
	source->failures++;
	if (retry_after_s > RETRY_AFTER_MAX_S)
		retry_after_s = RETRY_AFTER_MAX_S;
	if (retry_after_s > 0)
		pause_us(source, now, retry_after_s * USEC_PER_SEC);
	else
		pause_us(source, now, growing_pause_us(source, random));
}

static void narrow(struct pace *pace, size_t n)
{
	pace->limit = n > 1 ? n / 2 : 1;
}

static void suspect_answer(struct pace *pace, struct source *source, size_t n, struct wall now, uint64_t random)
{
	narrow(pace, n);
	source->state = SOURCE_LIMITED;
	if (n == 1 || source->failures == 0)
		source->failures++;
	pause_us(source, now, growing_pause_us(source, random));
}

void pace_outcome(struct pace *pace, struct source *source, enum outcome_kind outcome, size_t n, int64_t retry_after_s,
                  struct wall now, uint64_t random)
{
	switch (outcome) {
	case OUTCOME_OK:
		succeed(pace, source);
		return;
	case OUTCOME_GONE:
		if (n == 1)
			succeed(pace, source);
		else
			narrow(pace, n);
		return;
	case OUTCOME_AUTH:
		source->state = SOURCE_LOCKED_OUT;
		source->failures++;
		pause_us(source, now, LOCKOUT_PROBE_US);
		return;
	case OUTCOME_LIMITED:
	case OUTCOME_RETRY:
		slow_down(source, retry_after_s, now, random);
		return;
	case OUTCOME_PROTOCOL:
		suspect_answer(pace, source, n, now, random);
		return;
	case OUTCOME_KIND_MAX:
		return;
	}
}
