/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pruning, stage by stage.
 * Store layer. What has ended is the model's to say. Children go before their parents: the file enforces it.
 */
#include "store/keep.h"

#include "base/attr.h"
#include "base/err.h"
#include "store/query.h"

#define DAY_US (24 * 3600 * USEC_PER_SEC)

/* Rows of one transaction, a few milliseconds: notifications and their like, and those that hang on shipments, which have more
 * indexes. */
#define PRUNE_ROWS 500
#define PRUNE_CHILDREN 150

/* Steps whose stays are counted in one. */
#define PRUNE_STEPS 1000

/* Shipments that are looked at in one, most of which may be there to stay. */
#define PRUNE_CANDIDATES 64

/* Until then a delivered order may still be returned; where nothing is final, nothing else says that it has ended. */
#define RETURN_US (180 * DAY_US)

static const struct wall before_all = { INT64_MIN + 1 };

struct prune store_prune_start(struct wall now, int64_t days)
{
	return (struct prune){ .before = wall_add(now, -days * DAY_US), .now = now, .after = before_all };
}

static void next_stage(struct prune *prune)
{
	prune->stage++;
	prune->after = before_all;
	prune->after_id = 0;
}

/* The last of the next few steps; 0: all are counted. */
static int64_t find_steps_end(struct store *store)
{
	struct query q = query_start(store, STMT_STAYS_END);
	int64_t end = 0;

	query_bind_number(&q, PRUNE_STEPS);
	if (query_next(&q))
		end = query_number(&q);
	query_end(&q);
	return end == NUMBER_NONE ? 0 : end;
}

static void run_up_to(struct store *store, enum stmt stmt, int64_t id)
{
	struct query q = query_start(store, stmt);

	query_bind_number(&q, id);
	query_run(&q);
}

/* Counts the stays of the next few steps; false: there were none. */
static bool count_stays(struct store *store)
{
	int64_t end = find_steps_end(store);

	if (end == 0)
		return false;
	run_up_to(store, STMT_STAYS_COUNT, end);
	run_up_to(store, STMT_STAYS_COUNTED, end);
	return true;
}

/* The newest of the next few notifications that is old enough; 0: there is none. */
static int64_t find_hints_end(struct store *store, const struct prune *prune)
{
	struct query q = query_start(store, STMT_PRUNE_HINTS_END);
	int64_t end = 0;

	query_bind_number(&q, prune->after_id);
	query_bind_time(&q, prune->before);
	query_bind_number(&q, PRUNE_ROWS);
	if (query_next(&q))
		end = query_number(&q);
	query_end(&q);
	return end == NUMBER_NONE ? 0 : end;
}

static void prune_hints(struct store *store, struct prune *prune)
{
	int64_t end = find_hints_end(store, prune);

	if (end == 0) {
		next_stage(prune);
		return;
	}

	struct query q = query_start(store, STMT_PRUNE_HINTS);

	query_bind_number(&q, prune->after_id);
	query_bind_number(&q, end);
	query_bind_time(&q, prune->before);
	if (query_run(&q) == ERR_OK)
		prune->n_notifications += (int64_t)query_changes(store);
	prune->after_id = end;
}

/* Rows that nothing else hangs on. */
static void prune_rows(struct store *store, struct prune *prune, enum stmt stmt)
{
	struct query q = query_start(store, stmt);

	query_bind_time(&q, prune->before);
	query_bind_number(&q, PRUNE_ROWS);
	if (query_run(&q) != ERR_OK || query_changes(store) < PRUNE_ROWS)
		next_stage(prune);
}

struct candidate {
	int64_t shipment_id;
	struct wall at; /* when it was updated, or read, last */
};

static size_t find_candidates(struct store *store, const struct prune *prune, struct candidate ret[static PRUNE_CANDIDATES])
{
	bool unread = prune->stage == PRUNE_UNREAD;
	struct query q = query_start(store, unread ? STMT_PRUNE_UNREAD : STMT_PRUNE_IDLE);
	size_t n = 0;

	query_bind_number(&q, prune->after_id);
	query_bind_number(&q, PRUNE_CANDIDATES);
	if (!unread) {
		query_bind_time(&q, prune->after);
		query_bind_time(&q, prune->before);
	}
	while (n < PRUNE_CANDIDATES && query_next(&q)) {
		ret[n].shipment_id = query_number(&q);
		ret[n++].at = query_time(&q);
	}
	query_end(&q);
	return n;
}

static bool is_delivered(const struct shipment *shipment)
{
	int status = shipment->model ? model_status(shipment->model, shipment->status) : STATUS_UNKNOWN;

	return status != STATUS_UNKNOWN && shipment->model->statuses[status].phase == PHASE_END;
}

/* Nothing of it was ever kept, or nothing more is to come. */
static bool has_ended(const struct prune *prune, const struct shipment *shipment)
{
	if (prune->stage == PRUNE_UNREAD)
		return shipment->status[0] == '\0' && shipment->reported[0] == '\0';
	if (shipment_is_closed(shipment))
		return true;
	return is_delivered(shipment) && prune->now.us - shipment->newest.updated.us > RETURN_US;
}

/* Something is under way that its row is needed for: a message, an action, or a read, which a notification that stays still waits for. */
static bool is_in_use(struct store *store, int64_t shipment_id)
{
	struct query q = query_start(store, STMT_PRUNE_IN_USE);

	query_bind_number(&q, shipment_id);

	bool in_use = !query_next(&q) || query_number(&q) != 0;

	query_end(&q);
	return in_use;
}

static bool may_go(struct store *store, const struct prune *prune, const struct candidate *candidate)
{
	struct shipment shipment;
	struct pending pending;

	if (wall_cmp(candidate->at, prune->before) >= 0)
		return false;
	if (store_shipment(store, candidate->shipment_id, &shipment, &pending) != ERR_OK)
		return false;
	return has_ended(prune, &shipment) && !is_in_use(store, shipment.id);
}

/* Returns how many rows hung on it. */
static size_t remove_shipment(struct store *store, int64_t shipment_id)
{
	static const enum stmt stmts[] = {
		STMT_PRUNE_WINDOWS, STMT_PRUNE_VIOLATIONS, STMT_PRUNE_PRICES, STMT_PRUNE_WITNESSES, STMT_PRUNE_SHIPMENT_ACTIONS,
		STMT_PRUNE_HISTORY, STMT_PRUNE_SHIPMENT,
	};
	size_t rows = 0;

	for (size_t i = 0; i < ARRAY_SIZE(stmts); i++) {
		struct query q = query_start(store, stmts[i]);

		query_bind_number(&q, shipment_id);
		if (query_run(&q) == ERR_OK)
			rows += query_changes(store);
	}
	return rows;
}

static void prune_shipments(struct store *store, struct prune *prune)
{
	struct candidate candidates[PRUNE_CANDIDATES];
	size_t n = find_candidates(store, prune, candidates);
	size_t rows = 0;
	size_t i;

	/* A step that goes uncounted would leave its id, and those of the counted ones before it, to others that are never counted then. */
	while (count_stays(store))
		continue;
	for (i = 0; i < n && rows < PRUNE_CHILDREN; i++) {
		prune->after = candidates[i].at;
		prune->after_id = candidates[i].shipment_id;
		if (!may_go(store, prune, &candidates[i]))
			continue;
		rows += remove_shipment(store, candidates[i].shipment_id);
		prune->n_shipments++;
	}
	if (i == n && n < PRUNE_CANDIDATES)
		next_stage(prune);
}

void store_prune(struct store *store, struct prune *prune)
{
	switch (prune->stage) {
	case PRUNE_STAYS:
		if (!count_stays(store))
			next_stage(prune);
		break;
	case PRUNE_NOTIFICATIONS:
		prune_hints(store, prune);
		break;
	case PRUNE_ODD_EVENTS:
		prune_rows(store, prune, STMT_PRUNE_ODD_EVENTS);
		break;
	case PRUNE_ACTIONS:
		prune_rows(store, prune, STMT_PRUNE_ACTIONS);
		break;
	case PRUNE_SHIPMENTS:
	case PRUNE_UNREAD:
		prune_shipments(store, prune);
		break;
	case PRUNE_DONE:
		break;
	}
}
