/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock's side of windows: which is due next, warned of, expired.
 * Store layer. Windows open and close by observations in timeline.c; only expiry is the clock's own doing.
 */
#include <stdio.h>

#include "base/err.h"
#include "store/message.h"
#include "store/query.h"
#include "store/words.h"

static int list(struct query *q, struct deadline *ret, size_t max, size_t *ret_n)
{
	size_t n = 0;

	while (n < max && query_next(q)) {
		ret[n].history_id = query_number(q);
		ret[n].shipment_id = query_number(q);
		query_copy(q, ret[n].external_id, sizeof(ret[n].external_id));
		ret[n].model = words_model(query_text(q));
		query_copy(q, ret[n].kind, sizeof(ret[n].kind));
		ret[n].due = query_time(q);
		n++;
	}

	int r = query_end(q);

	if (!r)
		*ret_n = n;
	return r;
}

static struct query start_list(struct store *store, enum stmt stmt, int64_t source_id, struct wall before, size_t max)
{
	struct query q = query_start(store, stmt);

	query_bind_number(&q, source_id);
	query_bind_time(&q, before);
	query_bind_number(&q, (int64_t)max);
	return q;
}

int store_deadlines_passed(struct store *store, int64_t source_id, struct wall now, struct deadline *ret, size_t max, size_t *ret_n)
{
	struct query q = start_list(store, STMT_DEADLINES_PASSED, source_id, now, max);

	return list(&q, ret, max, ret_n);
}

int store_deadlines_unwarned(struct store *store, int64_t source_id, struct wall before, struct deadline *ret, size_t max, size_t *ret_n)
{
	struct query q = start_list(store, STMT_DEADLINES_UNWARNED, source_id, before, max);

	return list(&q, ret, max, ret_n);
}

static int earliest(struct store *store, enum stmt stmt, int64_t source_id, struct wall *ret)
{
	struct query q = query_start(store, stmt);
	struct wall due = WALL_NONE;

	query_bind_number(&q, source_id);
	if (query_next(&q))
		due = query_time(&q);

	int r = query_end(&q);

	if (!r)
		*ret = due;
	return r;
}

int store_next_deadlines(struct store *store, int64_t source_id, struct wall *ret_due, struct wall *ret_unwarned)
{
	int r = earliest(store, STMT_DEADLINE_NEXT, source_id, ret_due);

	return r ? r : earliest(store, STMT_WARNING_NEXT, source_id, ret_unwarned);
}

void store_window_warn(struct store *store, const struct deadline *deadline, int64_t left_us, struct wall now)
{
	struct query q = query_start(store, STMT_WINDOW_WARNED);
	char left[32];

	query_bind_number(&q, deadline->history_id);
	query_run(&q);
	snprintf(left, sizeof(left), ", in %lld s", (long long)(left_us / USEC_PER_SEC));
	message_alert(store, ALERT_WINDOW_WARNING, deadline->history_id, left, now);
}

void store_window_expire(struct store *store, const struct deadline *deadline, struct wall now)
{
	struct query expire = query_start(store, STMT_WINDOW_EXPIRE);

	query_bind_number(&expire, deadline->history_id);
	if (query_run(&expire) == ERR_OK && query_changes(store) > 0)
		message_alert(store, ALERT_WINDOW_EXPIRED, deadline->history_id, NULL, now);

	struct query read = query_start(store, STMT_READ_SOON);

	query_bind_number(&read, deadline->shipment_id);
	query_bind_time(&read, now);
	query_run(&read);
}
