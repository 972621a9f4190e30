/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts what peers do wrong, and tells the log about it: the first one at once, what follows within a minute together at its end.
 * Listener layer: refuses nothing itself.
 */
#include "listener/refusals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "entry/entry.h"
#include "listener/peer.h"

/* Each kind is told of so often at most, for each source. */
#define TELL_PAUSE_US (60 * USEC_PER_SEC)

/* Room for a reason, of which any is shorter. */
#define DETAIL_SIZE 128

struct tally {
	size_t n; /* not told yet */
	char last[PEER_SIZE];
	char detail[DETAIL_SIZE];
	struct wall told; /* WALL_NONE: never */
};

struct account {
	const struct conf_source *conf;
	struct tally tallies[REFUSAL_MAX];
};

struct refusals {
	struct loop *loop;
	struct loop_task *task;
	struct loop_timer *timer; /* set: something is told of at the end of its minute */
	struct account nobodys;
	struct account *accounts; /* of the sources */
	size_t n_accounts;
};

/* --- Telling --- */

static void tell_sender(const struct entry *entry, size_t n)
{
	bool local = strcmp(entry->remote_addr, "unix") == 0;

	entry_tell(LOG_LEVEL_WARNING, entry, "%s %s: %zu from outside of allow_from, the last from %s; %s", entry->kind, entry->source, n,
	           entry->remote_addr,
	           local ? "let the proxy before the Unix socket send X-Forwarded-For"
	                 : "if that is your own reverse proxy, put it into trusted_proxies and let it send X-Forwarded-For");
}

static void tell_source(enum refusal why, const struct entry *entry, size_t n)
{
	switch (why) {
	case REFUSAL_SECRET:
		entry_tell(LOG_LEVEL_NOTICE, entry, "%s %s: %zu with a wrong secret, the last from %s", entry->kind, entry->source, n,
		           entry->remote_addr);
		break;
	case REFUSAL_SENDER:
		tell_sender(entry, n);
		break;
	case REFUSAL_CALLBACK:
		entry_tell(LOG_LEVEL_INFO, entry, "%s %s: %zu rejected, the last from %s: %s", entry->kind, entry->source, n,
		           entry->remote_addr, entry->reason);
		break;
	case REFUSAL_PUSH:
		entry_tell(LOG_LEVEL_WARNING, entry, "%s %s: %zu that are no push and were answered 400, the last from %s: %s", entry->kind,
		           entry->source, n, entry->remote_addr, entry->reason);
		break;
	case REFUSAL_FULL:
	case REFUSAL_CROWD:
	case REFUSAL_SLOW:
	case REFUSAL_REQUEST:
	case REFUSAL_TLS:
	case REFUSAL_MAX:
		break;
	}
}

static void tell_nobodys(enum refusal why, const struct entry *entry, size_t n)
{
	const char *from = entry->remote_addr;

	switch (why) {
	case REFUSAL_SECRET:
		entry_tell(LOG_LEVEL_INFO, entry, "%zu to no known source, the last from %s", n, from);
		break;
	case REFUSAL_FULL:
		entry_tell(LOG_LEVEL_WARNING, entry, "%zu above max_connections, the last from %s", n, from);
		break;
	case REFUSAL_CROWD:
		entry_tell(LOG_LEVEL_WARNING, entry, "%zu above max_connections_per_address, the last from %s; "
		           "if that is your own reverse proxy, put it into trusted_proxies", n, from);
		break;
	case REFUSAL_SLOW:
		entry_tell(LOG_LEVEL_INFO, entry, "%zu slower than request_timeout, the last from %s", n, from);
		break;
	case REFUSAL_REQUEST:
		entry_tell(LOG_LEVEL_INFO, entry, "%zu broken or too large, the last from %s", n, from);
		break;
	case REFUSAL_TLS:
		entry_tell(LOG_LEVEL_NOTICE, entry, "%zu that ended within TLS, before any request, the last from %s; "
		           "claimctl doctor says whether callers can believe the certificate", n, from);
		break;
	case REFUSAL_SENDER:
	case REFUSAL_CALLBACK:
	case REFUSAL_PUSH:
	case REFUSAL_MAX:
		break;
	}
}

/* A clock that was set back ends the pause, too. */
static bool may_tell(const struct tally *tally, struct wall now)
{
	return !wall_is_set(tally->told) || wall_cmp(now, wall_add(tally->told, TELL_PAUSE_US)) >= 0 || wall_cmp(now, tally->told) < 0;
}

static void tell(const struct account *account, enum refusal why, struct tally *tally, struct wall now)
{
	const struct conf_source *conf = account->conf;
	const struct entry entry = {
		.event = EVENT_REFUSALS,
		.source = conf ? conf->name : NULL,
		.kind = conf ? conf_source_kind_text(conf->kind) : NULL,
		.remote_addr = tally->last,
		.reason = tally->detail,
	};

	if (conf)
		tell_source(why, &entry, tally->n);
	else
		tell_nobodys(why, &entry, tally->n);
	tally->n = 0;
	tally->told = now;
}

/* Tells of what may be told; *NEXT becomes the time when something else may, if that is sooner. */
static void tell_now_and_then(struct account *account, struct wall now, struct wall *next)
{
	for (enum refusal why = 0; why < REFUSAL_MAX; why++) {
		struct tally *tally = &account->tallies[why];
		struct wall due = wall_add(tally->told, TELL_PAUSE_US);

		if (tally->n == 0)
			continue;
		if (may_tell(tally, now))
			tell(account, why, tally, now);
		else if (!wall_is_set(*next) || wall_cmp(due, *next) < 0)
			*next = due;
	}
}

static void on_time(void *cls)
{
	struct refusals *refusals = cls;
	struct wall now = loop_now(refusals->loop);
	struct wall next = WALL_NONE;

	tell_now_and_then(&refusals->nobodys, now, &next);
	for (size_t i = 0; i < refusals->n_accounts; i++)
		tell_now_and_then(&refusals->accounts[i], now, &next);
	if (wall_is_set(next))
		loop_timer_at(refusals->timer, next);
}

/* --- Counting --- */

static struct account *find_account(struct refusals *refusals, const struct conf_source *conf)
{
	for (size_t i = 0; i < refusals->n_accounts; i++)
		if (refusals->accounts[i].conf == conf)
			return &refusals->accounts[i];
	return NULL;
}

void refusals_add(struct refusals *refusals, const struct conf_source *conf, enum refusal why, const char *remote_addr, const char *detail)
{
	struct account *account = conf ? find_account(refusals, conf) : &refusals->nobodys;

	if (!account)
		return;
	struct tally *tally = &account->tallies[why];
	tally->n++;
	snprintf(tally->last, sizeof(tally->last), "%s", remote_addr);
	snprintf(tally->detail, sizeof(tally->detail), "%s", detail ? detail : "");
	loop_task_post(refusals->task);
}

/* --- Life --- */

static void open_account(struct account *account, const struct conf_source *conf)
{
	account->conf = conf;
	for (enum refusal why = 0; why < REFUSAL_MAX; why++)
		account->tallies[why].told = WALL_NONE;
}

void refusals_set_sources(struct refusals *refusals, const struct listener_source *sources, size_t n)
{
	struct account *accounts = calloc(n + 1, sizeof(*accounts));

	for (size_t i = 0; accounts && i < n; i++) {
		const struct account *known = find_account(refusals, sources[i].conf);

		if (known)
			accounts[i] = *known;
		else
			open_account(&accounts[i], sources[i].conf);
	}
	free(refusals->accounts);
	refusals->accounts = accounts;
	refusals->n_accounts = accounts ? n : 0;
}

int refusals_new(struct loop *loop, struct refusals **ret)
{
	CLEANUP(refusals_cleanup) struct refusals *refusals = calloc(1, sizeof(*refusals));

	if (!refusals)
		return ERR_NOMEM;
	refusals->loop = loop;
	int r = loop_task_new(loop, on_time, refusals, &refusals->task);
	if (r == ERR_OK)
		r = loop_timer_new(loop, on_time, refusals, &refusals->timer);
	if (r < 0)
		return r;
	open_account(&refusals->nobodys, NULL);
	*ret = refusals;
	refusals = NULL;
	return ERR_OK;
}

struct refusals *refusals_free(struct refusals *refusals)
{
	if (!refusals)
		return NULL;
	loop_task_free(refusals->task);
	loop_timer_free(refusals->timer);
	free(refusals->accounts);
	free(refusals);
	return NULL;
}
