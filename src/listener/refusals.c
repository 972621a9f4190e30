/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts requests that were refused for a wrong name, secret or sender, and tells the log about them now and then.
 * Listener layer: refuses nothing itself.
 */
#include "listener/refusals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "entry/entry.h"
#include "listener/peer.h"

/* Anybody can send wrong secrets, so they are told of so often at most, for each source; the other refusals likewise. */
#define TELL_PAUSE_US (60 * USEC_PER_SEC)

struct tally {
	size_t n; /* not told yet */
	char last[PEER_SIZE];
	struct mono told_at;
};

struct refusals {
	struct loop *loop;
	struct loop_task *task;
	const struct listener_source *sources;
	size_t n_sources;
	struct tally tallies[][REFUSAL_MAX]; /* for each source, and once more for what fits none */
};

static void tell_sender(const struct entry *entry, const struct tally *tally)
{
	bool local = strcmp(tally->last, "unix") == 0;

	entry_tell(LOG_LEVEL_WARNING, entry, "%s %s: %zu from outside of allow_from, the last from %s; %s", entry->kind, entry->source,
	           tally->n, tally->last,
	           local ? "let the proxy before the Unix socket send X-Forwarded-For"
	                 : "if that is your own reverse proxy, put it into trusted_proxies and let it send X-Forwarded-For");
}

static void tell(const struct refusals *refusals, size_t i, enum refusal why)
{
	const struct conf_source *conf = i < refusals->n_sources ? refusals->sources[i].conf : NULL;
	const struct tally *tally = &refusals->tallies[i][why];
	const struct entry entry = {
		.event = EVENT_REFUSALS,
		.source = conf ? conf->name : NULL,
		.kind = conf ? conf_source_kind_text(conf->kind) : NULL,
		.remote_addr = tally->last,
	};

	if (!conf)
		entry_tell(LOG_LEVEL_INFO, &entry, "%zu to no known source, the last from %s", tally->n, tally->last);
	else if (why == REFUSAL_SENDER)
		tell_sender(&entry, tally);
	else
		entry_tell(LOG_LEVEL_NOTICE, &entry, "%s %s: %zu with a wrong secret, the last from %s", entry.kind, entry.source, tally->n,
		           tally->last);
}

static void tell_now_and_then(struct refusals *refusals, size_t i, struct mono now)
{
	for (enum refusal why = 0; why < REFUSAL_MAX; why++) {
		struct tally *tally = &refusals->tallies[i][why];
		if (tally->n == 0 || now.us - tally->told_at.us < TELL_PAUSE_US)
			continue;
		tell(refusals, i, why);
		tally->n = 0;
		tally->told_at = now;
	}
}

static void on_turn_end(void *cls)
{
	struct refusals *refusals = cls;
	struct mono now = clock_mono(loop_clock(refusals->loop));

	for (size_t i = 0; i <= refusals->n_sources; i++)
		tell_now_and_then(refusals, i, now);
}

void refusals_add(struct refusals *refusals, const struct listener_source *source, enum refusal why, const char *remote_addr)
{
	size_t i = source ? (size_t)(source - refusals->sources) : refusals->n_sources;
	struct tally *tally = &refusals->tallies[i][why];

	tally->n++;
	snprintf(tally->last, sizeof(tally->last), "%s", remote_addr);
	loop_task_post(refusals->task);
}

int refusals_new(struct loop *loop, const struct listener_source *sources, size_t n, struct refusals **ret)
{
	CLEANUP(refusals_cleanup) struct refusals *refusals = calloc(1, sizeof(*refusals) + (n + 1) * sizeof(refusals->tallies[0]));

	if (!refusals)
		return ERR_NOMEM;
	refusals->loop = loop;
	refusals->sources = sources;
	refusals->n_sources = n;
	for (size_t i = 0; i <= n; i++)
		for (enum refusal why = 0; why < REFUSAL_MAX; why++)
			refusals->tallies[i][why].told_at.us = clock_mono(loop_clock(loop)).us - TELL_PAUSE_US;
	int r = loop_task_new(loop, on_turn_end, refusals, &refusals->task);
	if (r < 0)
		return r;
	*ret = refusals;
	refusals = NULL;
	return ERR_OK;
}

struct refusals *refusals_free(struct refusals *refusals)
{
	if (!refusals)
		return NULL;
	loop_task_free(refusals->task);
	free(refusals);
	return NULL;
}
