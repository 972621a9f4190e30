/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watches the windows of one source.
 * Worker layer.
 * Judges nothing: whether an answer came in time is the model's finding, from upstream's times.
 */
#include "worker/deadline.h"

#include <stdlib.h>

#include "base/err.h"

/* Windows of one transaction; more are taken in the next turn. */
#define DEADLINE_ROWS 64

/* When the file is locked, full or failing. */
#define DEADLINE_RETRY_US (200 * USEC_PER_MS)

/* A window that passes is closed within milliseconds. */
#define DEADLINE_STUCK_US (2 * 60 * USEC_PER_SEC)

struct deadline_clock {
	const struct kit *kit;
	struct loop_timer *timer;
	bool asleep; /* until the next deadline, if there is one */
	loop_fn fn;
	void *cls;
};

/* What one turn found to do. */
struct found {
	struct deadline passed[DEADLINE_ROWS];
	size_t n_passed;
	struct deadline unwarned[DEADLINE_ROWS];
	size_t n_unwarned;
};

static int find(struct deadline_clock *clock, struct wall now, struct found *ret)
{
	const struct kit *kit = clock->kit;
	struct wall horizon = wall_add(now, kit->conf->warning_us);
	int64_t source_id = gate_source_id(kit->gate);
	int r = store_deadlines_passed(kit->store, source_id, now, ret->passed, DEADLINE_ROWS, &ret->n_passed);

	/* The passed ones are closed first, so that they are not warned of as well. */
	if (!r && ret->n_passed == 0)
		r = store_deadlines_unwarned(kit->store, source_id, horizon, ret->unwarned, DEADLINE_ROWS, &ret->n_unwarned);
	return r;
}

static int store_found(struct deadline_clock *clock, struct wall now, const struct found *found)
{
	int r = store_begin(clock->kit->store);

	if (r)
		return r;
	for (size_t i = 0; i < found->n_passed; i++)
		store_window_expire(clock->kit->store, &found->passed[i], loop_now(clock->kit->loop));
	for (size_t i = 0; i < found->n_unwarned; i++)
		store_window_warn(clock->kit->store, &found->unwarned[i], found->unwarned[i].due.us - now.us,
		                  loop_now(clock->kit->loop));
	return store_commit(clock->kit->store);
}

static struct wall earlier(struct wall a, struct wall b)
{
	if (!wall_is_set(a))
		return b;
	return wall_is_set(b) && wall_cmp(b, a) < 0 ? b : a;
}

static void arm(struct deadline_clock *clock)
{
	struct wall due = WALL_NONE;
	struct wall unwarned = WALL_NONE;

	clock->asleep = store_next_deadlines(clock->kit->store, gate_source_id(clock->kit->gate), &due, &unwarned) == ERR_OK;
	if (!clock->asleep) {
		loop_timer_after(clock->timer, DEADLINE_RETRY_US);
		return;
	}
	if (wall_is_set(unwarned))
		due = earlier(due, wall_add(unwarned, -clock->kit->conf->warning_us));
	if (wall_is_set(due))
		loop_timer_at(clock->timer, wall_add(due, -gate_skew_us(clock->kit->gate)));
	else
		loop_timer_unset(clock->timer);
}

static void on_timer(void *cls)
{
	struct deadline_clock *clock = cls;
	struct wall now = wall_add(loop_now(clock->kit->loop), gate_skew_us(clock->kit->gate));
	struct found found = { 0 };
	int r = find(clock, now, &found);

	if (!r && found.n_passed + found.n_unwarned > 0)
		r = store_found(clock, now, &found);
	if (r) {
		clock->asleep = false;
		loop_timer_after(clock->timer, DEADLINE_RETRY_US);
		return;
	}
	for (size_t i = 0; i < found.n_passed; i++)
		counts_expired(&clock->kit->counts, found.passed[i].model, found.passed[i].kind);
	arm(clock);
	if (found.n_passed > 0 && clock->fn)
		clock->fn(clock->cls);
}

void deadline_clock_wake(struct deadline_clock *clock)
{
	arm(clock);
}

bool deadline_clock_is_stuck(const struct deadline_clock *clock, struct wall now)
{
	struct wall due = WALL_NONE;
	struct wall unwarned = WALL_NONE;

	if (!clock->asleep ||
	    store_next_deadlines(clock->kit->store, gate_source_id(clock->kit->gate), &due, &unwarned) != ERR_OK)
		return false;
	return wall_is_set(due) && now.us + gate_skew_us(clock->kit->gate) - due.us > DEADLINE_STUCK_US;
}

void deadline_clock_on_expired(struct deadline_clock *clock, loop_fn fn, void *cls)
{
	clock->fn = fn;
	clock->cls = cls;
}

struct deadline_clock *deadline_clock_free(struct deadline_clock *clock)
{
	if (!clock)
		return NULL;
	loop_timer_free(clock->timer);
	free(clock);
	return NULL;
}

int deadline_clock_new(const struct kit *kit, struct deadline_clock **ret)
{
	CLEANUP(deadline_clock_cleanup) struct deadline_clock *clock = calloc(1, sizeof(*clock));

	if (!clock)
		return ERR_NOMEM;
	clock->kit = kit;

	int r = loop_timer_new(kit->loop, on_timer, clock, &clock->timer);

	if (r)
		return r;
	arm(clock);
	*ret = clock;
	clock = NULL;
	return ERR_OK;
}
