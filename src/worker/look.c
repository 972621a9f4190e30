/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a look at an action's shipment shows.
 * Worker layer. Changes nothing: what follows is an upshot, for others to store.
 */
#include "worker/look.h"

#include <stdio.h>
#include <string.h>

#include "base/backoff.h"
#include "base/err.h"
#include "store/standing.h"

#define PATIENCE_US (60 * USEC_PER_SEC)

/* Market is asked for an operation this often, for about three minutes; then the order itself is looked at. */
#define OPERATION_US (2 * USEC_PER_SEC)
#define OPERATION_TRIES 90

/* Reads that may show nothing new before that is the answer: at 5-30 s each it is about two minutes of lag, as in settle.c. */
#define SETTLE_TRIES 8

/* Nobody waits longer for a shipment that can't be read. */
#define SETTLE_MAX_US (3600 * USEC_PER_SEC)

bool look_is_awaited(const struct action *action)
{
	return strcmp(action->requested_by, ACTION_POLICY) != 0;
}

struct wall look_patience_end(const struct action *action)
{
	return wall_add(action->requested, PATIENCE_US);
}

/* A clock that has been set back since must not make it longer. */
bool look_is_out_of_patience(const struct action *action, struct wall now)
{
	if (!look_is_awaited(action))
		return false;
	return wall_cmp(now, look_patience_end(action)) >= 0 || wall_cmp(now, wall_add(action->requested, -PATIENCE_US)) < 0;
}

static int load_known(const struct kit *kit, const struct action *action, struct sight *sight)
{
	int r = store_shipment(kit->store, action->shipment_id, &sight->shipment, &sight->pending);

	if (!r)
		r = store_shipment_campaign(kit->store, action->shipment_id, &sight->campaign_id);
	if (!r)
		r = store_standing_window(kit->store, &sight->shipment, &sight->window);
	return r ? r : store_standing_dismissed(kit->store, action->shipment_id, &sight->dismissed);
}

int look_load(const struct kit *kit, const struct action *action, struct sight *ret)
{
	struct sight sight = { .before = "" };
	int r = load_known(kit, action, &sight);

	if (!r)
		r = store_action_under_way(kit->store, action->shipment_id, action->id, &sight.under_way);
	if (!r && wall_is_set(action->sent))
		r = store_status_at(kit->store, action->shipment_id, action->sent, sight.before);
	if (!r)
		*ret = sight;
	return r;
}

struct act look_act(const struct action *action)
{
	return (struct act){
		.kind = action->kind,
		.argument = action->argument,
		.version = action->version,
		.price = action->price,
	};
}

static struct act_standing standing_of(const struct kit *kit, const struct sight *sight)
{
	return (struct act_standing){
		.shipment = &sight->shipment,
		.dismissed = sight->dismissed,
		.window = &sight->window,
		.now = wall_add(loop_now(kit->loop), gate_skew_us(kit->gate)),
	};
}

bool look_permits(const struct kit *kit, const struct action *action, const struct sight *sight, struct act_refusal *ret)
{
	struct act_standing standing = standing_of(kit, sight);
	struct act act = look_act(action);

	if (act_is_sent_once(action->kind) && sight->under_way != 0) {
		snprintf(ret->code, sizeof(ret->code), "under_way");
		snprintf(ret->message, sizeof(ret->message), "action %lld of this %s is under way; wait for what becomes of it",
		         (long long)sight->under_way, kit_noun(kit));
		return false;
	}
	return act_permit(&act, &standing, ret);
}

static struct upshot read_again(struct wall at, int64_t tries)
{
	struct upshot upshot = upshot_later(at, tries);

	upshot.read = at;
	return upshot;
}

bool look_wants_operation(const struct action *action)
{
	return action->operation_id[0] && action->tries < OPERATION_TRIES;
}

struct upshot look_operation(const struct kit *kit, const struct action *action, bool goes_on)
{
	struct wall now = loop_now(kit->loop);
	int64_t tries = goes_on ? action->tries + 1 : OPERATION_TRIES;
	struct wall due = goes_on ? wall_add(now, OPERATION_US) : now;

	return tries < OPERATION_TRIES ? upshot_later(due, tries) : read_again(due, tries);
}

/* The read that was wanted when the action was last looked at has been made; not when a clock that has been set back since says so. */
static bool is_read(const struct action *action, const struct pending *pending, struct wall now)
{
	return wall_cmp(pending->last_read, action->due) >= 0 && wall_cmp(pending->last_read, now) <= 0;
}

/* It has been answered, with or without the shipment. */
static bool is_answered(const struct action *action, const struct pending *pending)
{
	return !wall_is_set(pending->due) || wall_cmp(pending->due, action->due) > 0;
}

static struct upshot end_done(const struct act *act, const struct sight *sight)
{
	const char *status = sight->shipment.reported;
	struct upshot upshot;

	if (!act_is_charged(act, &sight->shipment))
		return upshot_end(ACTION_DONE, "", "it is %s now", status);
	upshot = upshot_end(ACTION_DONE, "charged", "it is %s now: it cost money, though only free was agreed to", status);
	upshot.alarming = true;
	return upshot;
}

static struct upshot end_failed(const struct action *action, const struct sight *sight)
{
	const char *hint = action->kind == ACT_ACCEPT ? "; an offer that was over by then ends so: create a new claim" : "";

	return upshot_end(ACTION_NOT_DONE, "", "it did not come about: it is %s now%s", sight->shipment.reported, hint);
}

/* What may be done once it is sure that nothing came of it. An accept books a courier, and a second one another. */
static const char *advice_to_repeat(const struct action *action)
{
	return action->kind == ACT_ACCEPT ? "look at it in the cabinet before you repeat it" : "it may be repeated";
}

/* All reads are made, and tell nothing. */
static struct upshot end_untold(const struct action *action, const struct sight *sight)
{
	const char *told = action->answer == ACTION_TAKEN ? "it was taken" : "no answer told what became of it";
	const char *status = sight->shipment.reported;

	if (strcmp(status, sight->before) != 0)
		return upshot_end(ACTION_IN_DOUBT, "", "%s, and that it is %s now does not tell", told, status);
	if (action->answer == ACTION_TAKEN)
		return upshot_end(ACTION_IN_DOUBT, "", "%s, but after %d reads it is still %s; look at it in the cabinet before you repeat "
		                  "anything", told, SETTLE_TRIES, status);
	return upshot_end(ACTION_NOT_DONE, "", "%s, and after %d reads it is still %s, so it was not done; %s", told, SETTLE_TRIES,
	                  status, advice_to_repeat(action));
}

static struct wall soon(const struct kit *kit)
{
	const struct conf_range *range = &kit->conf->stale_retry;

	return wall_add(loop_now(kit->loop), backoff_spread_us(range->min_us, range->max_us, backoff_random()));
}

/* How often it has been read for in vain; the looks at an operation count for themselves. */
static int64_t reads_of(const struct action *action)
{
	return action->operation_id[0] ? action->tries - OPERATION_TRIES : action->tries;
}

/* No read is on its way, nor has one failed: an earlier run was to ask for it, or another one came first and served for it. */
static bool is_forgotten(const struct action *action, const struct pending *pending)
{
	return is_answered(action, pending) && pending->tries == 0;
}

static struct upshot settle_unread(const struct kit *kit, const struct action *action, const struct sight *sight)
{
	struct wall now = loop_now(kit->loop);
	struct wall end = wall_add(action->sent, SETTLE_MAX_US);

	if (sight->pending.missing && is_answered(action, &sight->pending))
		return upshot_end(ACTION_IN_DOUBT, "not_found", "it was sent, but the upstream knows no such %s any more", kit_noun(kit));
	if (wall_cmp(now, end) >= 0)
		return upshot_end(ACTION_IN_DOUBT, "not_read", "it was sent, but the %s could not be read since; look at it in the "
		                  "cabinet before you repeat anything", kit_noun(kit));
	if (is_forgotten(action, &sight->pending))
		return read_again(wall_cmp(action->due, now) > 0 ? action->due : now, action->tries);
	return (struct upshot){ .kind = UPSHOT_NONE, .due = end };
}

struct upshot look_settle(const struct kit *kit, const struct action *action, const struct sight *sight)
{
	struct act_standing standing = standing_of(kit, sight);
	struct act act = look_act(action);

	switch (act_sign(&act, sight->before, &standing)) {
	case ACT_SIGN_DONE:
		return end_done(&act, sight);
	case ACT_SIGN_FAILED:
		return end_failed(action, sight);
	case ACT_SIGN_NONE:
		break;
	}
	if (!is_read(action, &sight->pending, loop_now(kit->loop)))
		return settle_unread(kit, action, sight);
	if (reads_of(action) + 1 < SETTLE_TRIES)
		return read_again(soon(kit), action->tries + 1);
	return end_untold(action, sight);
}

/* The upstream did not know it when it was asked last; that it may lag behind itself is not what a refetch waits for. */
static bool is_unknown(const struct pending *pending)
{
	return pending->missing || pending->tries > 0;
}

static struct upshot end_read(const struct sight *sight)
{
	const char *status = sight->shipment.reported;

	return upshot_end(ACTION_DONE, "", "it is %s", status[0] ? status : "of no program that is followed");
}

struct upshot look_refetch(const struct kit *kit, const struct action *action, const struct sight *sight)
{
	struct wall now = loop_now(kit->loop);
	struct upshot wait = { .kind = UPSHOT_NONE, .due = look_patience_end(action) };

	if (action->tries == 0)
		return read_again(now, 1);
	if (is_read(action, &sight->pending, now))
		return end_read(sight);
	if (is_unknown(&sight->pending) && is_answered(action, &sight->pending))
		return upshot_end(ACTION_DONE, "not_found", "the upstream knows no such %s", kit_noun(kit));
	if (look_is_out_of_patience(action, now))
		return upshot_end(ACTION_NOT_DONE, "not_read", "it could not be read within a minute; claimctl sources may say why");
	return wait;
}
