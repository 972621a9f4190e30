/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides the next read of a shipment.
 * Worker layer, pure.
 * Every branch leaves a due time, or a reason why none is needed: nothing is waited for in memory.
 */
#include "worker/settle.h"

#include "base/backoff.h"

/* Stale answers are read again this often, then left to the sweep: at 5-30 s each it is about two minutes of lag. */
#define STALE_TRIES 8

/* A claim that the upstream doesn't know is asked for this often. */
#define MISSING_TRIES 6

/* Sweeps fall on a grid of this fraction of sweep_after, so that claims which are swept together share a request. */
#define SWEEP_GRID 16

/* Further tries where nothing is swept: the first doublings, then one in half an hour. */
#define LONG_TRIES 30

/* The longest pause of a shipment that can't be read or stored, where no sweep_after says one. */
#define FAILED_MAX_US (30 * 60 * USEC_PER_SEC)

static struct wall soon(const struct settle_pass *pass)
{
	const struct conf_range *range = &pass->conf->stale_retry;

	return wall_add(pass->now, backoff_spread_us(range->min_us, range->max_us, pass->random));
}

/* The longest pause of what fails. */
static int64_t failed_max_us(const struct conf_source *conf)
{
	int64_t cap = conf->sweep_after_us > 0 ? conf->sweep_after_us : FAILED_MAX_US;

	return cap > conf->stale_retry.min_us ? cap : conf->stale_retry.min_us;
}

/* How often is tried before it is left to the sweep; where there is none, as much more often as takes half a day. */
static int64_t tries_max(const struct settle_pass *pass, int64_t tries)
{
	return pass->conf->sweep_after_us > 0 ? tries : tries + LONG_TRIES;
}

/* The next try: soon, and ever later once N is above 0. */
static struct wall again(const struct settle_pass *pass, int64_t n)
{
	const struct conf_range *range = &pass->conf->stale_retry;

	if (n <= 0)
		return soon(pass);
	return wall_add(pass->now, backoff_delay_us((unsigned)n, range->max_us, range->max_us, failed_max_us(pass->conf),
	                                            pass->random));
}

/* WALL_NONE where there are no sweeps. */
static struct wall next_sweep(const struct settle_pass *pass)
{
	if (pass->conf->sweep_after_us == 0)
		return WALL_NONE;

	int64_t grid = pass->conf->sweep_after_us / SWEEP_GRID + 1;
	int64_t due = pass->now.us + pass->conf->sweep_after_us;

	return (struct wall){ (due + grid - 1) / grid * grid };
}

/* Failures are counted below zero: they say nothing of how far the upstream lags, which is counted from here on. */
static void count_from_zero(struct pending *pending)
{
	if (pending->tries < 0)
		pending->tries = 0;
}

int64_t settle_ahead_max_us(const struct conf_source *conf)
{
	int64_t sweep = failed_max_us(conf) + 2 * (conf->sweep_after_us / SWEEP_GRID + 1);

	return sweep > conf->stale_retry.max_us ? sweep : conf->stale_retry.max_us;
}

/* The hints that the read was for are served; those that came during it are not. */
static void serve(const struct settle_pass *pass, struct pending *pending)
{
	pending->tries = 0;
	if (pending->served_id < pass->asked_hint_id)
		pending->served_id = pass->asked_hint_id;
}

static bool came_during_read(const struct settle_pass *pass, const struct pending *pending)
{
	return pending->hint_id > pass->asked_hint_id;
}

static void read_at_once(const struct settle_pass *pass, struct pending *pending)
{
	pending->due = pass->now;
	pending->via = VIA_CALLBACK;
}

/* Somebody wanted a read while one was under way: a window has opened or expired. */
static bool is_asked_again(const struct settle_pass *pass, const struct pending *pending)
{
	return wall_is_set(pending->due) && wall_cmp(pending->due, pass->asked_due) != 0;
}

static void wait_for_news(const struct settle_pass *pass, bool closed, struct pending *pending)
{
	if (came_during_read(pass, pending)) {
		read_at_once(pass, pending);
		return;
	}
	if (is_asked_again(pass, pending))
		return;
	pending->due = closed ? WALL_NONE : next_sweep(pass);
	pending->via = VIA_SWEEP;
}

/* What the journal lacks must come from an answer that is as new as the journal, and what an action came to from one that is as new
 * as what it was judged by. */
static bool wants_newest(enum via via)
{
	switch (via) {
	case VIA_JOURNAL:
	case VIA_ACTION:
	case VIA_MANUAL:
		return true;
	case VIA_CALLBACK:
	case VIA_SWEEP:
	case VIA_MAX:
		return false;
	}
	return false;
}

/* Whether the answer can't be the one that hints were about. One without a time promised something newer than the
 * answer only if that is older than what was known already. */
static bool is_stale(enum decision decision, const struct shipment *shipment, const struct pending *pending)
{
	if (decision == DECISION_STALE && wants_newest(pending->via))
		return true;
	if (wall_is_set(pending->promised))
		return wall_cmp(shipment->newest.updated, pending->promised) < 0;
	return decision == DECISION_STALE && pending->hint_id > pending->served_id;
}

bool settle_read(const struct settle_pass *pass, enum decision decision, const struct shipment *shipment, bool closed,
                 struct pending *pending)
{
	/* Of what follows no model nothing is kept, so nothing is waited for. */
	bool stale = shipment->model && is_stale(decision, shipment, pending);

	pending->missing = false;
	count_from_zero(pending);
	if (decision != DECISION_SUSPECT && stale && came_during_read(pass, pending)) {
		read_at_once(pass, pending);
		return stale;
	}
	if (decision == DECISION_SUSPECT || (stale && pending->tries < tries_max(pass, STALE_TRIES))) {
		pending->tries += stale;
		pending->due = again(pass, pending->tries - STALE_TRIES);
		return stale;
	}
	serve(pass, pending);
	wait_for_news(pass, closed, pending);
	return stale;
}

void settle_event(const struct settle_pass *pass, bool window, bool closed, struct pending *pending)
{
	bool swept = pending->via == VIA_SWEEP || !wall_is_set(pending->due);

	if (!swept)
		return;
	if (!wall_is_set(pending->last_read) || window) {
		pending->due = pass->now;
		pending->via = VIA_JOURNAL;
		return;
	}
	pending->due = closed ? WALL_NONE : next_sweep(pass);
	pending->via = VIA_SWEEP;
}

void settle_missing(const struct settle_pass *pass, bool closed, struct pending *pending)
{
	bool is_news = !pending->missing || pending->hint_id > pending->served_id;

	count_from_zero(pending);
	if (is_news && pending->tries < tries_max(pass, MISSING_TRIES)) {
		pending->tries++;
		pending->due = again(pass, pending->tries - MISSING_TRIES);
		return;
	}
	pending->missing = true;
	serve(pass, pending);
	wait_for_news(pass, closed, pending);
}

void settle_wanted(enum via via, struct wall at, struct pending *pending)
{
	if (!wall_is_set(pending->due) || wall_cmp(at, pending->due) < 0)
		pending->due = at;
	if (via == VIA_MANUAL || pending->via == VIA_SWEEP)
		pending->via = via;
}

void settle_failed(const struct settle_pass *pass, struct pending *pending)
{
	const struct conf_source *conf = pass->conf;
	int64_t floor = conf->stale_retry.min_us;

	pending->tries = pending->tries < 0 ? pending->tries - 1 : -1;
	pending->due = wall_add(pass->now, backoff_delay_us((unsigned)-pending->tries, floor, conf->stale_retry.max_us,
	                                                    failed_max_us(conf), pass->random));
}
