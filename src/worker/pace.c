/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pace of a source.
 * Worker layer, pure.
 */
#include "worker/pace.h"

#include "base/backoff.h"

/* Pauses after failures: never below the floor, so that nothing is ever a busy loop; a minute at most, so that
 * recovery is noticed. */
#define PAUSE_FLOOR_US (100 * USEC_PER_MS)
#define PAUSE_BASE_US (500 * USEC_PER_MS)
#define PAUSE_CAP_US (60 * USEC_PER_SEC)

#define LOCKOUT_PROBE_US (15 * 60 * USEC_PER_SEC)

static bool is_paused(const struct source *source, struct wall now)
{
	struct wall until = source->paused_until;

	return wall_is_set(until) && wall_cmp(now, until) < 0 && until.us - now.us <= PACE_PAUSE_MAX_US;
}

/* A pause is never cut short by another request that was under way when it began. */
static void pause_us(struct source *source, struct wall now, int64_t us)
{
	struct wall until = wall_add(now, us);

	if (!is_paused(source, now) || wall_cmp(until, source->paused_until) > 0)
		source->paused_until = until;
}

static int64_t growing_pause_us(const struct source *source, uint64_t random)
{
	return backoff_delay_us((unsigned)source->failures, PAUSE_FLOOR_US, PAUSE_BASE_US, PAUSE_CAP_US, random);
}

static void succeed(struct source *source, struct wall now)
{
	/* It began before the upstream asked for the pause. */
	if (source->state == SOURCE_LIMITED && is_paused(source, now))
		return;
	source->state = SOURCE_OK;
	source->failures = 0;
	source->paused_until = WALL_NONE;
}

static void slow_down(struct source *source, int64_t retry_after_s, struct wall now, uint64_t random)
{
	source->state = SOURCE_LIMITED;
	source->failures++;
	if (retry_after_s > PACE_PAUSE_MAX_US / USEC_PER_SEC)
		pause_us(source, now, PACE_PAUSE_MAX_US);
	else if (retry_after_s > 0)
		pause_us(source, now, retry_after_s * USEC_PER_SEC);
	else
		pause_us(source, now, growing_pause_us(source, random));
}

static void suspect_answer(struct source *source, bool several, struct wall now, uint64_t random)
{
	source->state = SOURCE_LIMITED;
	if (!several || source->failures == 0)
		source->failures++;
	pause_us(source, now, growing_pause_us(source, random));
}

static void lock_out(struct source *source, struct wall now)
{
	source->state = SOURCE_LOCKED_OUT;
	source->failures++;
	pause_us(source, now, LOCKOUT_PROBE_US);
}

void pace_source(struct source *source, enum outcome_kind outcome, bool several, int64_t retry_after_s, struct wall now,
                 uint64_t random)
{
	switch (outcome) {
	case OUTCOME_OK:
	case OUTCOME_GONE:
		succeed(source, now);
		return;
	case OUTCOME_AUTH:
		lock_out(source, now);
		return;
	case OUTCOME_LIMITED:
	case OUTCOME_RETRY:
		slow_down(source, retry_after_s, now, random);
		return;
	case OUTCOME_PROTOCOL:
		suspect_answer(source, several, now, random);
		return;
	case OUTCOME_KIND_MAX:
		return;
	}
}

size_t pace_limit(size_t limit, size_t max, enum outcome_kind outcome, size_t n)
{
	switch (outcome) {
	case OUTCOME_OK:
		return limit * 2 < max ? limit * 2 : max;
	case OUTCOME_GONE:
	case OUTCOME_PROTOCOL:
		return n > 1 ? n / 2 : 1;
	case OUTCOME_AUTH:
	case OUTCOME_LIMITED:
	case OUTCOME_RETRY:
	case OUTCOME_KIND_MAX:
		return limit;
	}
	return limit;
}
