/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks at an action's shipment: whether the action may be sent now, and, once it was, whether it came about.
 * Worker layer. The model judges; here it is asked, and what its answer means for the action's row is worked out.
 */
#ifndef CLAIMD_WORKER_LOOK_H
#define CLAIMD_WORKER_LOOK_H

#include "worker/upshot.h"

/* Somebody waits for what becomes of it, as for all but what policy wants. */
bool look_is_awaited(const struct action *action);

/* Such an action must not go out long after who wanted it has turned away: what could not begin by then is given up. What policy
 * wants is as good as long as its window is open. */
struct wall look_patience_end(const struct action *action);
bool look_is_out_of_patience(const struct action *action, struct wall now);

/* What is known of it at this moment. */
struct sight {
	struct shipment shipment;
	struct pending pending;
	struct window window;
	bool dismissed;                /* what is held of it */
	char before[STATUS_TEXT_SIZE]; /* the status that the action was sent in; "" when it was not */
	int64_t under_way;             /* another action of the shipment; 0: none */
	int64_t campaign_id;           /* of an order */
};

/* Of an action that concerns a shipment. */
int look_load(const struct kit *kit, const struct action *action, struct sight *ret);

/* The action as the model takes it; points into ACTION. */
struct act look_act(const struct action *action);

/* May it be sent now? The upstream's clock counts. */
bool look_permits(const struct kit *kit, const struct action *action, const struct sight *sight, struct act_refusal *ret);

/* Market carries it out by itself, and is asked how far it is, rather than the order. */
bool look_wants_operation(const struct action *action);

/* How far Market is: the action's next step. GOES_ON: it said that it is not there yet, or nothing. */
struct upshot look_operation(const struct kit *kit, const struct action *action, bool goes_on);

/* What has been read since it was sent says of it. UPSHOT_NONE: a read is due and waited for, at most until `due`.
 *
 * An action that was taken is done as soon as the shipment shows what it was to bring about. For an accept this is all that can be
 * waited for: one that came too late may be answered 200, be followed by `accepted`, and then by `failed` (upstream/delivery.md
 * sections 2.1 and 5); such a failure is in the claim's history, not in the action's result. */
struct upshot look_settle(const struct kit *kit, const struct action *action, const struct sight *sight);

/* The same of a refetch. */
struct upshot look_refetch(const struct kit *kit, const struct action *action, const struct sight *sight);

#endif
