/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far each source's journal has been read, and what in it could not be understood.
 * Store layer. Cursors are opaque here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/query.h"
#include "store/store.h"

int store_cursor(struct store *store, int64_t source_id, char **ret)
{
	struct query q = query_start(store, STMT_CURSOR_GET);
	char *cursor = NULL;
	int r = ERR_OK;

	query_bind_number(&q, source_id);
	if (query_next(&q)) {
		const char *text = query_text(&q);

		cursor = text ? strdup(text) : NULL;
		r = text && !cursor ? ERR_NOMEM : ERR_OK;
	}

	int end = query_end(&q);

	if (r || end) {
		free(cursor);
		return r ? r : end;
	}
	*ret = cursor;
	return ERR_OK;
}

void store_cursor_save(struct store *store, int64_t source_id, const char *cursor, size_t n, struct wall now)
{
	struct query q = query_start(store, STMT_CURSOR_SAVE);

	query_bind_number(&q, source_id);
	query_bind_text(&q, cursor);
	query_bind_time(&q, now);
	query_bind_number(&q, (int64_t)n);
	query_run(&q);
}

void store_odd_event(struct store *store, int64_t source_id, const char *change_type, const struct seen *seen)
{
	struct query q = query_start(store, STMT_ODD_EVENT_ADD);

	query_bind_number(&q, source_id);
	query_bind_number(&q, seen->operation_id);
	query_bind_text(&q, seen->external_id);
	query_bind_text(&q, change_type);
	query_bind_number(&q, seen->key.revision);
	query_bind_time(&q, seen->key.updated);
	query_run(&q);
}
