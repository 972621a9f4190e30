/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the work stands, in a few numbers.
 * Store layer.
 */
#include "store/pulse.h"

#include <string.h>

#include "base/err.h"
#include "store/query.h"

static struct wall earlier(struct wall a, struct wall b)
{
	if (!wall_is_set(a))
		return b;
	return wall_is_set(b) && wall_cmp(b, a) < 0 ? b : a;
}

static void count_state(struct pulse *pulse, const char *state, bool silent)
{
	pulse->n_sources++;
	if (state && strcmp(state, "limited") == 0)
		pulse->n_limited++;
	else if (state && strcmp(state, "locked_out") == 0)
		pulse->n_locked_out++;
	else if (silent)
		pulse->n_silent++;
}

/* Windows run on the upstream's clock. */
static struct wall by_our_clock(struct wall due, int64_t skew_us)
{
	return wall_is_set(due) && skew_us != NUMBER_NONE ? wall_add(due, -skew_us) : due;
}

static int add_source(struct store *store, int64_t source_id, struct pulse *pulse)
{
	struct query q = query_start(store, STMT_PULSE_SOURCE);

	query_bind_number(&q, source_id);
	query_bind_number(&q, PULSE_COUNT_MAX);
	if (query_next(&q)) {
		const char *state = query_text(&q);
		bool silent = query_number(&q) == 1;
		int64_t skew_us = query_number(&q);

		count_state(pulse, state, silent);
		pulse->cursor = earlier(pulse->cursor, query_time(&q));
		pulse->pending += query_number(&q);
		pulse->pending_since = earlier(pulse->pending_since, query_time(&q));
		pulse->windows += query_number(&q);
		pulse->next_due = earlier(pulse->next_due, by_our_clock(query_time(&q), skew_us));
	}
	return query_end(&q);
}

static int add_inbox(struct store *store, struct pulse *pulse)
{
	struct query q = query_start(store, STMT_PULSE_INBOX);

	query_bind_number(&q, PULSE_COUNT_MAX);
	if (query_next(&q)) {
		pulse->pending += query_number(&q);
		pulse->pending_since = earlier(pulse->pending_since, query_time(&q));
	}
	return query_end(&q);
}

static int count_violations(struct store *store, struct pulse *pulse)
{
	struct query q = query_start(store, STMT_PULSE_VIOLATIONS);

	query_bind_number(&q, PULSE_COUNT_MAX);
	if (query_next(&q))
		pulse->violations = query_number(&q);
	return query_end(&q);
}

int store_pulse(struct store *store, const int64_t *source_ids, size_t n, struct pulse *ret)
{
	struct pulse pulse = { .pending_since = WALL_NONE, .cursor = WALL_NONE, .next_due = WALL_NONE };
	int r = ERR_OK;

	for (size_t i = 0; i < n && !r; i++)
		r = add_source(store, source_ids[i], &pulse);
	if (!r)
		r = add_inbox(store, &pulse);
	if (!r)
		r = count_violations(store, &pulse);
	if (!r)
		*ret = pulse;
	return r;
}
