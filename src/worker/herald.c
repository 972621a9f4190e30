/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From alerts in the outbox to entries of the journal.
 * Worker layer.
 * An alert is told before that is noted, so that none is lost; what is then told twice, after kill -9 between the two, has the same
 * CLAIMD_ALERT_ID.
 */
#include "worker/herald.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "entry/entry.h"
#include "store/outbox.h"

/* Alerts of one transaction. */
#define HERALD_ROWS 32

/* When the file is locked, full or failing. */
#define HERALD_RETRY_US (200 * USEC_PER_MS)

struct herald {
	struct herald_config config;
	struct loop_timer *timer;
	int64_t told_id; /* the newest that was told; that it was may not be noted yet */
	bool leftovers;  /* some that were told may be there, and nobody else to have them */
	struct alert alerts[HERALD_ROWS];
};

static const struct manner {
	enum log_level level;
	enum event event;
} manners[] = {
#define ALERT(id, name, level, ...) [ALERT_##id] = { LOG_LEVEL_##level, EVENT_##id },
#define EVENT(id, ...)
#include "entry/events.def"
#undef ALERT
#undef EVENT
	/* Of a version that knew more kinds. */
	[ALERT_KIND_MAX] = { LOG_LEVEL_WARNING, EVENT_NONE },
};

static void tell(const struct alert *alert)
{
	const struct manner *manner = &manners[alert->kind];
	bool is_order = strcmp(alert->source_kind, "market") == 0;
	const struct entry entry = {
		.event = manner->event,
		.alert_id = alert->message_id,
		.source = alert->source,
		.kind = alert->source_kind,
		.claim = is_order ? NULL : alert->external_id,
		.order = is_order ? alert->external_id : NULL,
		.from = alert->from,
		.to = alert->to,
		.violation = alert->violation,
		.window = alert->window,
		.reason = alert->reason,
	};

	entry_tell(manner->level, &entry, "%s", alert->summary);
}

static void tell_all(struct herald *herald, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (herald->alerts[i].id <= herald->told_id)
			continue;
		tell(&herald->alerts[i]);
		herald->told_id = herald->alerts[i].id;
	}
}

static bool has_receiver(const struct herald *herald)
{
	return herald->config.conf->alert_url[0] != '\0';
}

/* Notes that N were told, and drops those that are done with it; *ret_more: not all of them. */
static int note(struct herald *herald, size_t n, bool *ret_more)
{
	struct store *store = herald->config.store;
	size_t dropped = 0;
	int r = store_begin(store);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		store_alert_logged(store, herald->alerts[i].id);
	if (!has_receiver(herald))
		dropped = store_alerts_drop(store, 2 * HERALD_ROWS);
	r = store_commit(store);
	if (!r)
		*ret_more = dropped == 2 * HERALD_ROWS;
	return r;
}

static void on_timer(void *cls)
{
	struct herald *herald = cls;
	bool more = false;
	size_t n = 0;
	int r = store_alerts_unlogged(herald->config.store, herald->alerts, HERALD_ROWS, &n);

	if (!r)
		tell_all(herald, n);
	if (!r && (n > 0 || herald->leftovers))
		r = note(herald, n, &more);
	if (r) {
		loop_timer_after(herald->timer, HERALD_RETRY_US);
		return;
	}
	herald->leftovers = more;
	if (n == HERALD_ROWS || more)
		loop_timer_after(herald->timer, 0);
	if (n > 0)
		herald->config.on_logged(herald->config.cls);
}

void herald_wake(struct herald *herald)
{
	if (!loop_timer_is_set(herald->timer))
		on_timer(herald);
}

void herald_reloaded(struct herald *herald)
{
	herald->leftovers = !has_receiver(herald);
	herald_wake(herald);
}

struct herald *herald_free(struct herald *herald)
{
	if (!herald)
		return NULL;
	loop_timer_free(herald->timer);
	free(herald);
	return NULL;
}

int herald_new(const struct herald_config *config, struct herald **ret)
{
	CLEANUP(herald_cleanup) struct herald *herald = calloc(1, sizeof(*herald));

	if (!herald)
		return ERR_NOMEM;
	herald->config = *config;
	herald->leftovers = !has_receiver(herald);

	int r = loop_timer_new(config->loop, on_timer, herald, &herald->timer);

	if (r)
		return r;
	*ret = herald;
	herald = NULL;
	return ERR_OK;
}
