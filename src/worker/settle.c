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

static struct wall soon(const struct settle_pass *pass)
{
	const struct conf_range *range = &pass->conf->stale_retry;

	return wall_add(pass->now, backoff_spread_us(range->min_us, range->max_us, pass->random));
}

static struct wall next_sweep(const struct settle_pass *pass)
{
	int64_t grid = pass->conf->sweep_after_us / SWEEP_GRID + 1;
	int64_t due = pass->now.us + pass->conf->sweep_after_us;

	return (struct wall){ (due + grid - 1) / grid * grid };
}

/* The hints that the read was for are served; those that came during it are not. */
static void serve(const struct settle_pass *pass, struct pending *pending)
{
	pending->tries = 0;
	if (pending->served_id < pass->asked_hint_id)
		pending->served_id = pass->asked_hint_id;
}

static void wait_for_news(const struct settle_pass *pass, bool closed, struct pending *pending)
{
	if (pending->hint_id > pass->asked_hint_id) {
		pending->due = pass->now;
		pending->via = VIA_CALLBACK;
		return;
	}
	pending->due = closed ? WALL_NONE : next_sweep(pass);
	pending->via = VIA_SWEEP;
}

void settle_read(const struct settle_pass *pass, enum decision decision, const struct shipment *shipment, bool closed,
                 struct pending *pending)
{
	bool stale = wall_is_set(pending->promised) && wall_cmp(shipment->newest.updated, pending->promised) < 0;

	pending->missing = false;
	if (decision == DECISION_SUSPECT || (stale && pending->tries < STALE_TRIES)) {
		pending->tries += stale;
		pending->due = soon(pass);
		return;
	}
	serve(pass, pending);
	wait_for_news(pass, closed, pending);
}

void settle_missing(const struct settle_pass *pass, const struct shipment *shipment, struct pending *pending)
{
	if (pending->tries < MISSING_TRIES) {
		pending->tries++;
		pending->due = soon(pass);
		return;
	}
	pending->missing = true;
	serve(pass, pending);
	wait_for_news(pass, shipment->reported[0] == '\0', pending);
}

void settle_failed(const struct settle_pass *pass, struct pending *pending)
{
	const struct conf_delivery *conf = pass->conf;
	int64_t floor = conf->stale_retry.min_us;
	int64_t cap = conf->sweep_after_us > floor ? conf->sweep_after_us : floor;

	pending->tries++;
	pending->due = wall_add(pass->now, backoff_delay_us((unsigned)pending->tries, floor, conf->stale_retry.max_us, cap,
	                                                    pass->random));
}
