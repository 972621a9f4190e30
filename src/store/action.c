/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions: their rows, from being wanted to their end.
 * Store layer. What may be done, and when, is the worker's business; that nothing is sent twice is the file's own.
 */
#include "store/action.h"

#include <string.h>

#include "base/err.h"
#include "store/query.h"

/* --- Words --------------------------------------------------------------------------------------------------------- */

const char *action_state_text(enum action_state state)
{
	static const char *const texts[] = {
		[ACTION_WANTED] = "wanted",
		[ACTION_SENT] = "sent",
		[ACTION_SETTLING] = "settling",
		[ACTION_ENDED] = "ended",
	};

	_Static_assert(ARRAY_SIZE(texts) == ACTION_STATE_MAX, "a text for each");
	return texts[state];
}

const char *action_answer_text(enum action_answer answer)
{
	static const char *const texts[] = {
		[ACTION_TAKEN] = "taken",
		[ACTION_UNKNOWN] = "unknown",
	};

	_Static_assert(ARRAY_SIZE(texts) == ACTION_ANSWER_MAX, "a text for each but none");
	return texts[answer];
}

const char *action_result_text(enum action_result result)
{
	static const char *const texts[] = {
		[ACTION_DONE] = "done",
		[ACTION_REFUSED] = "refused",
		[ACTION_REJECTED] = "rejected",
		[ACTION_NOT_DONE] = "not_done",
		[ACTION_IN_DOUBT] = "in_doubt",
	};

	_Static_assert(ARRAY_SIZE(texts) == ACTION_RESULT_MAX, "a text for each");
	return texts[result];
}

/* The table lets no other word in. */
static enum action_state state_from_text(const char *text)
{
	enum action_state state = ACTION_WANTED;

	while (state < ACTION_ENDED && strcmp(action_state_text(state), text) != 0)
		state++;
	return state;
}

static enum action_answer answer_from_text(const char *text)
{
	if (!text)
		return ACTION_ANSWER_NONE;
	return strcmp(text, action_answer_text(ACTION_TAKEN)) == 0 ? ACTION_TAKEN : ACTION_UNKNOWN;
}

/* --- Wanted -------------------------------------------------------------------------------------------------------- */

void store_action_add(struct store *store, const struct action_wish *wish, struct wall now, int64_t *ret_id)
{
	struct query q = query_start(store, STMT_ACTION_ADD);

	query_bind_number(&q, wish->source_id);
	query_bind_number(&q, wish->shipment_id);
	query_bind_text(&q, act_kind_text(wish->kind));
	query_bind_text(&q, wish->argument);
	query_bind_number(&q, wish->target_id);
	query_bind_text(&q, wish->note);
	query_bind_number(&q, wish->version);
	query_bind_text(&q, wish->price);
	query_bind_text(&q, wish->requested_by);
	query_bind_time(&q, now);

	bool added = query_run(&q) == ERR_OK && query_changes(store) == 1;

	*ret_id = added ? sqlite3_last_insert_rowid(store->handle) : 0;
}

static struct action read_action(struct query *q)
{
	struct action action = { 0 };

	action.id = query_number(q);
	action.source_id = query_number(q);
	action.shipment_id = query_number(q);
	act_kind_parse(query_text(q), &action.kind);
	action.state = state_from_text(query_text(q));
	query_copy(q, action.argument, sizeof(action.argument));
	action.target_id = query_number(q);
	query_copy(q, action.note, sizeof(action.note));
	action.version = query_number(q);
	query_copy(q, action.price, sizeof(action.price));
	query_copy(q, action.requested_by, sizeof(action.requested_by));
	action.requested = query_time(q);
	action.due = query_time(q);
	action.sent = query_time(q);
	action.tries = query_number(q);
	action.answer = answer_from_text(query_text(q));
	query_copy(q, action.operation_id, sizeof(action.operation_id));
	return action;
}

int store_actions_due(struct store *store, int64_t source_id, struct wall now, struct action *ret, size_t max, size_t *ret_n)
{
	struct query q = query_start(store, STMT_ACTIONS_DUE);
	size_t n = 0;

	query_bind_number(&q, source_id);
	query_bind_time(&q, now);
	query_bind_number(&q, (int64_t)max);
	while (n < max && query_next(&q))
		ret[n++] = read_action(&q);

	int r = query_end(&q);

	if (!r)
		*ret_n = n;
	return r;
}

int store_action(struct store *store, int64_t action_id, struct action *ret)
{
	struct query q = query_start(store, STMT_ACTION_GET);
	struct action action;
	bool found = false;

	query_bind_number(&q, action_id);
	if (query_next(&q)) {
		found = true;
		action = read_action(&q);
	}

	int r = query_end(&q);

	if (r)
		return r;
	if (!found)
		return ERR_NOT_FOUND;
	*ret = action;
	return ERR_OK;
}

/* --- Carried out --------------------------------------------------------------------------------------------------- */

void store_actions_recover_of(struct store *store, int64_t source_id, struct wall now)
{
	struct query q = query_start(store, STMT_ACTIONS_RECOVER);

	query_bind_number(&q, source_id);
	query_bind_time(&q, now);
	query_run(&q);
}

void store_actions_recover(struct store *store, struct wall now)
{
	store_actions_recover_of(store, NUMBER_NONE, now);
}

void store_action_sent(struct store *store, int64_t action_id, struct wall now)
{
	struct query q = query_start(store, STMT_ACTION_SENT);

	query_bind_number(&q, action_id);
	query_bind_time(&q, now);
	query_run_once(&q);
}

void store_action_answered(struct store *store, int64_t action_id, enum action_answer answer, const char *operation_id,
                           struct wall due)
{
	struct query q = query_start(store, STMT_ACTION_ANSWERED);

	query_bind_number(&q, action_id);
	query_bind_text(&q, action_answer_text(answer));
	query_bind_text(&q, operation_id);
	query_bind_time(&q, due);
	query_run_once(&q);
}

void store_action_later(struct store *store, int64_t action_id, struct wall due, int64_t tries)
{
	struct query q = query_start(store, STMT_ACTION_LATER);

	query_bind_number(&q, action_id);
	query_bind_time(&q, due);
	query_bind_number(&q, tries);
	query_run_once(&q);
}

void store_action_end(struct store *store, int64_t action_id, const struct action_end *end, struct wall now)
{
	struct query q = query_start(store, STMT_ACTION_END);

	query_bind_number(&q, action_id);
	query_bind_time(&q, now);
	query_bind_text(&q, action_result_text(end->result));
	query_bind_text(&q, end->code);
	query_bind_text(&q, end->message);
	query_bind_text(&q, end->price);
	query_run_once(&q);
}

/* --- What they are judged by --------------------------------------------------------------------------------------- */

int store_action_under_way(struct store *store, int64_t shipment_id, int64_t except_id, int64_t *ret_id)
{
	struct query q = query_start(store, STMT_ACTION_UNDER_WAY);
	int64_t id = 0;

	query_bind_number(&q, shipment_id);
	query_bind_number(&q, except_id);
	if (query_next(&q))
		id = query_number(&q);

	int r = query_end(&q);

	if (!r)
		*ret_id = id;
	return r;
}

int store_acting(struct store *store, int64_t shipment_id, bool *ret)
{
	int64_t id = 0;
	int r = store_action_under_way(store, shipment_id, NUMBER_NONE, &id);

	if (!r)
		*ret = id != 0;
	return r;
}
