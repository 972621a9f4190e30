/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One snapshot's way into the store.
 * Worker layer. The model decides, the store writes; here the two are brought together.
 */
#include "worker/take.h"

#include <string.h>

#include "base/err.h"
#include "store/action.h"

/* The graph that an order follows: as Market says, or, where it does not, as its campaign's. What has a history keeps its
 * graph. */
static int settle_model(const struct kit *kit, struct shipment *shipment, const struct seen *seen)
{
	struct campaign campaign;

	if (shipment->status[0] || shipment->reported[0] || (shipment->model && !seen->model && !seen->foreign))
		return ERR_OK;
	shipment->model = seen->model;
	if (seen->model || seen->foreign || seen->campaign_id == NUMBER_NONE)
		return ERR_OK;

	int r = store_campaign(kit->store, shipment->source_id, seen->campaign_id, &campaign);

	if (!r)
		shipment->model = campaign.model;
	return r == ERR_NOT_FOUND ? ERR_OK : r;
}

/* claimd was not there since the last read, and has not caught up yet. */
static bool was_away(const struct kit *kit, const struct pending *pending)
{
	return !kit->caught_up && wall_cmp(pending->last_read, kit->started) < 0;
}

/* No push told of the change. */
static bool is_untold(const struct pending *pending)
{
	return pending->hint_id == pending->served_id && pending->via == VIA_SWEEP;
}

/* Pushes told of each status between. An updateDate may be cut to its second, which a push's time is not; and what the order was in
 * later, while this answer is behind, explains nothing. */
static int see_witnesses(const struct kit *kit, const struct shipment *shipment, struct seen *seen)
{
	const struct model *model = shipment->model;
	struct wall until = wall_add(seen->key.updated, USEC_PER_SEC);
	uint64_t witnessed = 0;
	int r = store_witnessed(kit->store, shipment->id, model, until, &witnessed);

	if (!r)
		seen->may_skip = model_reaches_through(model, model_status(model, shipment->status),
		                                       model_status(model, seen->status), witnessed);
	return r;
}

/* What explains that an order is further than it should be: contact that was lost, or, where statuses can't be skipped, that no push
 * told of it, or that pushes told of what lies between. What is held already was told of by a push, and is not excused by being
 * listed again. */
static int see_skips(const struct kit *kit, const struct shipment *shipment, const struct pending *pending, struct seen *seen)
{
	bool held = strcmp(shipment->status, shipment->reported) != 0 && strcmp(seen->status, shipment->reported) == 0;
	bool ordered = shipment->model->traits & MODEL_ORDERED;

	if (kit->conf->kind != CONF_MARKET)
		return ERR_OK;
	seen->may_skip = !held && (was_away(kit, pending) || (ordered && is_untold(pending)));
	return ordered && !seen->may_skip ? see_witnesses(kit, shipment, seen) : ERR_OK;
}

static int reconcile_seen(const struct kit *kit, struct shipment *shipment, const struct seen *seen, struct taken *taken)
{
	struct wall upstream_now = wall_add(seen->seen_at, gate_skew_us(kit->gate));
	CLEANUP(store_timeline_done) struct timeline timeline = { 0 };
	int r = store_timeline(kit->store, shipment->id, NULL, &timeline);

	if (r)
		return r;
	taken->decision = reconcile(kit->policy, upstream_now, shipment, &timeline, seen);
	if (taken->decision == DECISION_STALE)
		return ERR_OK;
	store_apply(kit->store, shipment, &timeline, seen->seen_at, &taken->changes);
	if (taken->decision != DECISION_SUSPECT)
		store_price(kit->store, shipment->id, seen);
	if (timeline.n > 0)
		taken->last = timeline.steps[timeline.n - 1];
	return ERR_OK;
}

int take_via(const struct kit *kit, int64_t shipment_id, enum via otherwise, enum via *ret)
{
	bool acting = false;
	int r = store_acting(kit->store, shipment_id, &acting);

	if (!r)
		*ret = acting ? VIA_ACTION : otherwise;
	return r;
}

int take_snapshot(const struct kit *kit, struct shipment *shipment, const struct pending *pending, struct seen *seen,
                  struct taken *ret)
{
	const struct model *before = shipment->model;
	int r = settle_model(kit, shipment, seen);

	ret->decision = DECISION_SAME;
	if (r)
		return r;
	if (!shipment->model) {
		if (before)
			store_apply(kit->store, shipment, &(struct timeline){ 0 }, seen->seen_at, &ret->changes);
		return ERR_OK;
	}
	r = see_skips(kit, shipment, pending, seen);
	return r ? r : reconcile_seen(kit, shipment, seen, ret);
}
