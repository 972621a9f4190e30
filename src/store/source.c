/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources: what is remembered of each upstream account.
 * Store layer.
 */
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "store/message.h"
#include "store/query.h"
#include "store/store.h"

static const char *const state_texts[] = {
	[SOURCE_OK] = "ok",
	[SOURCE_LIMITED] = "limited",
	[SOURCE_LOCKED_OUT] = "locked_out",
};
_Static_assert(ARRAY_SIZE(state_texts) == SOURCE_STATE_MAX, "a text for each");

static enum source_state state_from_text(const char *text)
{
	for (int state = 0; state < SOURCE_STATE_MAX; state++)
		if (text && strcmp(state_texts[state], text) == 0)
			return (enum source_state)state;
	return SOURCE_OK;
}

int store_source(struct store *store, const char *kind, const char *name, struct wall now, struct source *ret)
{
	struct query add = query_start(store, STMT_SOURCE_ADD);

	query_bind_text(&add, kind);
	query_bind_text(&add, name);
	query_bind_time(&add, now);
	query_run(&add);

	struct query get = query_start(store, STMT_SOURCE_GET);
	struct source source = { 0 };

	query_bind_text(&get, kind);
	query_bind_text(&get, name);
	if (query_next(&get)) {
		source.id = query_number(&get);
		source.state = state_from_text(query_text(&get));
		source.paused_until = query_time(&get);
		source.failures = query_number(&get);
		source.skew_us = query_number(&get);
	}

	int r = query_end(&get);

	if (!r)
		*ret = source;
	return r;
}

static bool is_locked_out(struct store *store, int64_t source_id)
{
	struct query q = query_start(store, STMT_SOURCE_LOCKED_OUT);

	query_bind_number(&q, source_id);

	bool locked_out = query_next(&q) && query_number(&q) == 1;

	query_end(&q);
	return locked_out;
}

void store_source_save(struct store *store, const struct source *source, const char *reason, struct wall now)
{
	bool news = source->state == SOURCE_LOCKED_OUT && !is_locked_out(store, source->id);
	struct query q = query_start(store, STMT_SOURCE_SAVE);

	query_bind_number(&q, source->id);
	query_bind_text(&q, state_texts[source->state]);
	query_bind_time(&q, source->paused_until);
	query_bind_number(&q, source->failures);
	query_bind_number(&q, source->skew_us);
	query_bind_text(&q, reason);
	query_run(&q);
	if (news)
		message_alert(store, ALERT_LOCKED_OUT, source->id, NULL, now);
}

void store_source_read(struct store *store, int64_t source_id, struct wall now)
{
	struct query q = query_start(store, STMT_SOURCE_READ);

	query_bind_number(&q, source_id);
	query_bind_time(&q, now);
	query_run(&q);
}

void store_sources_unlock(struct store *store)
{
	struct query q = query_start(store, STMT_SOURCES_UNLOCK);

	query_run(&q);
}

void store_source_silent(struct store *store, int64_t source_id, struct wall since, struct wall now)
{
	struct query q = query_start(store, STMT_SOURCE_SILENT);

	query_bind_number(&q, source_id);
	query_bind_time(&q, since);
	if (query_run(&q) == ERR_OK && query_changes(store) > 0)
		message_alert(store, ALERT_SILENT, source_id, NULL, now);
}

bool store_source_disconnect(struct store *store, int64_t source_id, const char *words, struct wall now)
{
	struct query q = query_start(store, STMT_DISCONNECT_TOLD);

	query_bind_number(&q, source_id);
	query_bind_time(&q, now);
	if (query_run(&q) != ERR_OK || query_changes(store) == 0)
		return false;
	message_alert(store, ALERT_DISCONNECT_NEAR, source_id, words, now);
	return true;
}

int store_source_unanswered(struct store *store, int64_t source_id, struct wall now, int64_t *ret_us)
{
	struct query q = query_start(store, STMT_SOURCE_UNANSWERED);
	int64_t unanswered_us = 0;

	query_bind_number(&q, source_id);
	query_bind_time(&q, now);
	if (query_next(&q))
		unanswered_us = query_number(&q);

	int r = query_end(&q);

	if (!r)
		*ret_us = unanswered_us;
	return r;
}
