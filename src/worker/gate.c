/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gate of a source.
 * Worker layer.
 */
#include "worker/gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/backoff.h"
#include "base/err.h"
#include "worker/pace.h"
#include "worker/tell.h"

/* A smaller difference than this does no harm to a ten-minute window, and comes and goes. */
#define SKEW_MIN_US (2 * USEC_PER_SEC)

/* When the file is locked, full or failing. */
#define SAVE_RETRY_US (200 * USEC_PER_MS)

/* While request after request goes well, when the last one did is saved no more often: each save waits for the disk, and
 * acknowledgements wait behind it. */
#define SAVE_GAP_US USEC_PER_SEC

struct gate {
	struct gate_config config;
	struct loop_timer *timer;         /* the state is still to be saved */
	char reason[OUTCOME_REASON_SIZE]; /* for it */
	struct mono saved;                /* when it was saved last */
	bool is_on_trial;                 /* a lockout was lifted, and no request has shown yet whether it is over */
};

int64_t gate_source_id(const struct gate *gate)
{
	return gate->config.source.id;
}

bool gate_is_open(const struct gate *gate, struct wall *ret_until)
{
	struct wall until = gate->config.source.paused_until;
	struct wall now = loop_now(gate->config.loop);

	if (!wall_is_set(until) || wall_cmp(now, until) >= 0)
		return true;
	/* No pause is that long: the clock has been set back since. */
	if (until.us - now.us > PACE_PAUSE_MAX_US)
		return true;
	*ret_until = until;
	return false;
}

int64_t gate_skew_us(const struct gate *gate)
{
	int64_t skew = gate->config.source.skew_us;

	if (skew == NUMBER_NONE || (skew > -SKEW_MIN_US && skew < SKEW_MIN_US))
		return 0;
	return skew;
}

static int store_state(struct gate *gate, bool read)
{
	struct store *store = gate->config.store;
	int r = store_begin(store);

	if (r)
		return r;
	store_source_save(store, &gate->config.source, gate->reason, loop_now(gate->config.loop));
	if (read)
		store_source_read(store, gate->config.source.id, loop_now(gate->config.loop));

	r = store_commit(store);
	if (r == ERR_OK)
		gate->saved = clock_mono(loop_clock(gate->config.loop));
	return r;
}

/* It is tried until it is saved, since a lockout is an alert. */
static void save(struct gate *gate, const char *reason, bool read)
{
	snprintf(gate->reason, sizeof(gate->reason), "%s", reason);
	if (store_state(gate, read) != ERR_OK)
		loop_timer_after(gate->timer, SAVE_RETRY_US);
	else
		loop_timer_unset(gate->timer);
}

static void on_timer(void *cls)
{
	struct gate *gate = cls;

	if (store_state(gate, false) != ERR_OK)
		loop_timer_after(gate->timer, SAVE_RETRY_US);
}

static void tell_answers_again(const struct gate *gate)
{
	struct entry entry = tell_about_source(gate->config.conf);

	entry.event = EVENT_ANSWERS_AGAIN;
	tell_entry(LOG_LEVEL_NOTICE, &entry, "the upstream answers again");
}

static void tell(struct gate *gate, const struct client_end *end, enum source_state before)
{
	const struct source *source = &gate->config.source;

	if (source->state == SOURCE_OK) {
		if (before != SOURCE_OK || gate->is_on_trial)
			tell_answers_again(gate);
		gate->is_on_trial = false;
		return;
	}

	/* It went well, but during a pause: that has been told. A lockout that begins is an alert, and told as such. */
	if (end->outcome == OUTCOME_OK || (source->state == SOURCE_LOCKED_OUT && before != SOURCE_LOCKED_OUT))
		return;

	double pause_s = (double)(source->paused_until.us - loop_now(gate->config.loop).us) / 1e6;

	tell_source(before == SOURCE_OK ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, gate->config.conf, "%s; next request in %.1f s", end->reason,
	            pause_s);
}

static void note_skew(struct gate *gate, int64_t skew_us)
{
	int64_t before = gate_skew_us(gate);

	if (skew_us == NUMBER_NONE)
		return;
	gate->config.source.skew_us = skew_us;
	if (before == 0 && gate_skew_us(gate) != 0)
		tell_source(LOG_LEVEL_WARNING, gate->config.conf,
		            "the upstream's clock is %+.1f s from ours; deadlines run on the upstream's", (double)gate_skew_us(gate) / 1e6);
}

/* Whether a request that went well followed upon another one, and that was saved just now. */
static bool is_saved(const struct gate *gate, const struct source *before)
{
	const struct source *source = &gate->config.source;
	struct mono now = clock_mono(loop_clock(gate->config.loop));

	return before->state == SOURCE_OK && source->state == SOURCE_OK && source->failures == before->failures &&
	       wall_cmp(source->paused_until, before->paused_until) == 0 && !loop_timer_is_set(gate->timer) &&
	       now.us - gate->saved.us < SAVE_GAP_US;
}

void gate_end(struct gate *gate, const struct client_end *end, bool several)
{
	struct source *source = &gate->config.source;
	struct source before = *source;

	note_skew(gate, end->skew_us);
	pace_source(source, end->outcome, several, end->retry_after_s, loop_now(gate->config.loop), backoff_random());
	if (!is_saved(gate, &before))
		save(gate, source->state == SOURCE_OK ? "" : end->reason, end->outcome == OUTCOME_OK);
	tell(gate, end, before.state);
}

/* No answer at all is how upstream throttles, too (upstream/delivery.md section 6). */
static bool concerns_source(const struct client_end *end)
{
	switch (end->outcome) {
	case OUTCOME_OK:
	case OUTCOME_AUTH:
	case OUTCOME_LIMITED:
		return true;
	case OUTCOME_RETRY:
		return !end->answered;
	case OUTCOME_GONE:
	case OUTCOME_PROTOCOL:
	case OUTCOME_KIND_MAX:
		return false;
	}
	return false;
}

bool gate_end_page(struct gate *gate, const struct client_end *end)
{
	if (!concerns_source(end))
		return false;
	gate_end(gate, end, false);
	return true;
}

void gate_end_act(struct gate *gate, const struct client_end *end)
{
	if (end->outcome != OUTCOME_AUTH)
		gate_end_page(gate, end);
}

bool gate_is_locked_out(const struct gate *gate)
{
	return gate->config.source.state == SOURCE_LOCKED_OUT;
}

bool gate_unlock(struct gate *gate)
{
	struct source *source = &gate->config.source;

	if (source->state != SOURCE_LOCKED_OUT)
		return false;
	source->state = SOURCE_OK;
	source->paused_until = WALL_NONE;
	gate->is_on_trial = true;
	save(gate, "", false);
	return true;
}

struct gate *gate_free(struct gate *gate)
{
	if (!gate)
		return NULL;
	loop_timer_free(gate->timer);
	free(gate);
	return NULL;
}

int gate_new(const struct gate_config *config, struct gate **ret)
{
	CLEANUP(gate_cleanup) struct gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return ERR_NOMEM;
	gate->config = *config;
	gate->saved.us = clock_mono(loop_clock(config->loop)).us - SAVE_GAP_US;

	int r = loop_timer_new(config->loop, on_timer, gate, &gate->timer);

	if (r)
		return r;
	gate_unlock(gate);
	*ret = gate;
	gate = NULL;
	return ERR_OK;
}
