/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes one observation into what is known of a shipment.
 * Model layer, pure and total.
 * Places steps; what they mean together is judged by timeline.c.
 */
#include "model/reconcile.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool is_known(const struct shipment *shipment)
{
	return wall_is_set(shipment->newest.updated);
}

bool shipment_is_closed(const struct shipment *shipment)
{
	const struct model *model = shipment->model;

	return model && model_is_terminal(model, model_status(model, shipment->status)) &&
	       strcmp(shipment->status, shipment->reported) == 0 && shipment->suspect[0] == '\0';
}

/* SEEN tells of the newest known change once more, of which there is one a revision. Its time may be by a clock that is behind: who
 * keeps claims and who writes the journal may have one each. */
static bool is_newest_again(const struct seen *seen, const struct shipment *shipment)
{
	return seen->snapshot && is_known(shipment) && seen->key.revision > 0 && seen->key.revision == shipment->newest.revision &&
	       wall_cmp(seen->key.updated, shipment->newest.updated) < 0 && strcmp(seen->status, shipment->reported) == 0;
}

/* Where an upstream gives no revision, updated alone orders: the observation stands in the newest known revision. */
static struct order_key order_key_of(const struct seen *seen, const struct shipment *shipment)
{
	struct order_key key = seen->key;

	if (is_newest_again(seen, shipment))
		return shipment->newest;
	if (key.revision == NUMBER_NONE)
		key.revision = is_known(shipment) ? shipment->newest.revision : 0;
	return key;
}

static struct step step_from_seen(const struct seen *seen, const struct order_key *key)
{
	struct step step = {
		.via = seen->via,
		.key = *key,
		.entered = seen->entered,
		.seen_at = seen->seen_at,
		.version = seen->version,
		.operation_id = seen->operation_id,
		.point_id = seen->point_id,
		.valid_until = seen->valid_until,
		.asked = seen->asked,
		.prepaid = seen->prepaid,
		.may_skip = seen->may_skip,
	};

	snprintf(step.status, sizeof(step.status), "%s", seen->status);
	return step;
}

/* The newest observation, which made no step of its own because it repeated the one before it. */
static struct step step_from_newest(const struct shipment *shipment, struct wall seen_at)
{
	struct step step = {
		.via = VIA_SWEEP,
		.key = shipment->newest,
		.entered = shipment->newest.updated,
		.seen_at = seen_at,
		.version = shipment->version,
		.operation_id = NUMBER_NONE,
		.point_id = shipment->point_id,
		.valid_until = WALL_NONE,
		.asked = WALL_NONE,
	};

	snprintf(step.status, sizeof(step.status), "%s", shipment->reported);
	return step;
}

/* Events of one order key stand in the order of their operations; a snapshot, which has none, shows the state after
 * them. */
static bool step_is_before(const struct step *a, const struct step *b)
{
	int cmp = order_key_cmp(&a->key, &b->key);

	if (cmp != 0 || a->operation_id == NUMBER_NONE)
		return cmp < 0;
	return b->operation_id == NUMBER_NONE || a->operation_id < b->operation_id;
}

static struct step *timeline_insert(struct timeline *timeline, const struct step *step)
{
	size_t at = timeline->n;

	while (at > 0 && step_is_before(step, &timeline->steps[at - 1]))
		at--;
	memmove(&timeline->steps[at + 1], &timeline->steps[at], (timeline->n - at) * sizeof(*step));
	timeline->steps[at] = *step;
	timeline->n++;
	return &timeline->steps[at];
}

static void timeline_remove(struct timeline *timeline, struct step *step)
{
	size_t behind = timeline->n - 1 - (size_t)(step - timeline->steps);

	memmove(step, step + 1, behind * sizeof(*step));
	timeline->n--;
}

static struct step *timeline_last(const struct timeline *timeline)
{
	return timeline->n > 0 ? &timeline->steps[timeline->n - 1] : NULL;
}

/* When the window of the current status is due; WALL_NONE when it has none. */
static struct wall timeline_due(const struct timeline *timeline)
{
	for (size_t i = timeline->n; i-- > 0;) {
		const struct step *step = &timeline->steps[i];

		if (step_is_applied(step))
			return step->window.rule ? step->window.due : WALL_NONE;
	}
	return WALL_NONE;
}

/* A and B tell of the same change: an event and a snapshot share the revision that the change made. */
static bool is_same_change(const struct step *a, const struct step *b)
{
	bool same_place = a->key.revision > 0 ? a->key.revision == b->key.revision
	                                      : order_key_cmp(&a->key, &b->key) == 0;

	return same_place && strcmp(a->status, b->status) == 0;
}

/* The stored step of the change that EVENT tells of: seen in a snapshot, or the very event. */
static struct step *timeline_twin(struct timeline *timeline, const struct step *event)
{
	for (size_t i = 0; i < timeline->n; i++) {
		struct step *other = &timeline->steps[i];
		bool same_event = other->operation_id == NUMBER_NONE || other->operation_id == event->operation_id;

		if (same_event && is_same_change(event, other))
			return other;
	}
	return NULL;
}

/* An event knows the exact time of a change; a snapshot knew only a time after it, but more besides. */
static struct step step_merge(const struct step *snapshot, const struct step *event)
{
	struct step merged = *snapshot;

	merged.key = event->key;
	merged.operation_id = event->operation_id;
	merged.entered = event->entered;
	return merged;
}

/* Only events of a claim's end have it (claims/journal), so it holds whatever was seen since. */
static void shipment_resolve(struct shipment *shipment, const struct seen *seen)
{
	if (seen->resolution[0])
		memcpy(shipment->resolution, seen->resolution, sizeof(shipment->resolution));
}

static void shipment_touch(struct shipment *shipment, const struct seen *seen, const struct order_key *key)
{
	shipment->newest = *key;
	snprintf(shipment->reported, sizeof(shipment->reported), "%s", seen->status);
	shipment->suspect[0] = '\0';
	if (seen->version != NUMBER_NONE)
		shipment->version = seen->version;
	if (seen->point_id != NUMBER_NONE)
		shipment->point_id = seen->point_id;
	if (seen->class[0])
		memcpy(shipment->class, seen->class, sizeof(shipment->class));
	shipment_resolve(shipment, seen);
}

static void shipment_stand(struct shipment *shipment, const struct standing *end)
{
	if (end->status == STATUS_UNKNOWN)
		return;
	snprintf(shipment->status, sizeof(shipment->status), "%s", end->name);
	shipment->entered = end->entered;
}

/* What one call of reconcile() is about. */
struct pass {
	enum policy policy;
	struct wall now;
	const struct seen *seen;
	struct order_key key;
};

static struct standing judge(const struct pass *pass, const struct shipment *shipment, struct timeline *timeline)
{
	struct standing end;

	timeline_judge(shipment->model, pass->policy, pass->now, timeline->steps, timeline->n, timeline->anchored, &end);
	return end;
}

static void judge_and_stand(const struct pass *pass, struct shipment *shipment, struct timeline *timeline)
{
	struct standing end = judge(pass, shipment, timeline);

	shipment_stand(shipment, &end);
}

/* A snapshot of the change that the last step tells of adds what that step lacked. */
static enum decision take_again(const struct pass *pass, struct shipment *shipment, struct timeline *timeline)
{
	struct step *last = timeline_last(timeline);

	if (pass->seen->version != NUMBER_NONE)
		last->version = pass->seen->version;
	if (wall_is_set(pass->seen->valid_until))
		last->valid_until = pass->seen->valid_until;
	judge_and_stand(pass, shipment, timeline);
	shipment_touch(shipment, pass->seen, &pass->key);
	return DECISION_SAME;
}

/* An illegal status must have been seen in two reads before it is held against the shipment. */
static enum decision take_suspect(const struct pass *pass, struct shipment *shipment, struct timeline *timeline)
{
	timeline->n--;
	judge(pass, shipment, timeline);
	snprintf(shipment->suspect, sizeof(shipment->suspect), "%s", pass->seen->status);
	return DECISION_SUSPECT;
}

/* Since when the buyer who asks now has asked: as BEFORE says if he did then too, else at the latest when this was read. A
 * push tells it exactly, if it is not of an earlier wish, which the newest observation no longer knew of. */
static struct wall asked_since(const struct shipment *shipment, const struct step *before, const struct seen *seen)
{
	bool pushed = wall_is_set(shipment->asked) && wall_cmp(shipment->asked, shipment->newest.updated) >= 0;

	if (!wall_is_set(seen->asked))
		return WALL_NONE;
	if (before && wall_is_set(before->asked))
		return before->asked;
	return pushed && wall_cmp(shipment->asked, seen->asked) < 0 ? shipment->asked : seen->asked;
}

/* STEP says nothing that BEFORE did not say, of the status or of a wish to cancel. */
static bool is_old_news(const struct step *before, const struct step *step)
{
	return before && strcmp(before->status, step->status) == 0 && wall_cmp(before->asked, step->asked) == 0;
}

/* A jump that was held turns out to be explained: the step that it was seen in is judged anew. */
static void excuse(struct step *last, const struct seen *seen)
{
	if (last->verdict == VERDICT_ILLEGAL && seen->may_skip)
		last->may_skip = true;
}

/* A snapshot that is newer than all that is known, or as new: it can only stand at the end. Its step stays unless
 * it says nothing that was not known, neither of the status nor of a window. */
static enum decision take_snapshot(const struct pass *pass, struct shipment *shipment, struct timeline *timeline)
{
	const struct step *before = timeline_last(timeline);
	struct step step = step_from_seen(pass->seen, &pass->key);

	step.asked = asked_since(shipment, before, pass->seen);

	bool repeats = is_old_news(before, &step);

	if (repeats)
		excuse(timeline_last(timeline), pass->seen);
	if (repeats && is_same_change(before, &step))
		return take_again(pass, shipment, timeline);

	struct wall due = timeline_due(timeline);

	timeline->steps[timeline->n++] = step;

	struct standing end = judge(pass, shipment, timeline);
	enum verdict verdict = timeline_last(timeline)->verdict;

	if (verdict == VERDICT_ILLEGAL && strcmp(shipment->suspect, step.status) != 0)
		return take_suspect(pass, shipment, timeline);
	shipment_stand(shipment, &end);
	shipment_touch(shipment, pass->seen, &pass->key);
	if (verdict != VERDICT_SAME || !repeats || wall_cmp(due, timeline_due(timeline)) != 0)
		return DECISION_CHANGED;
	timeline->n--;
	return DECISION_SAME;
}

/* What is reported stays what the last step says. The newest observation gets a step of its own when an event that
 * comes late parts it from the step that it repeated; of two statuses under the newest key, the one that stands last
 * counts. */
static void keep_newest(const struct pass *pass, struct shipment *shipment, struct timeline *timeline)
{
	const struct step *last = timeline_last(timeline);

	if (strcmp(last->status, shipment->reported) == 0)
		return;
	if (order_key_cmp(&last->key, &shipment->newest) < 0)
		timeline->steps[timeline->n++] = step_from_newest(shipment, pass->seen->seen_at);
	else
		snprintf(shipment->reported, sizeof(shipment->reported), "%s", last->status);
}

/* A journal event: a single step that belongs where its key says. */
static enum decision take_event(const struct pass *pass, struct shipment *shipment, struct timeline *timeline)
{
	struct step step = step_from_seen(pass->seen, &pass->key);
	struct step *twin = timeline_twin(timeline, &step);

	if (twin && twin->operation_id != NUMBER_NONE)
		return DECISION_SAME;
	if (twin) {
		step = step_merge(twin, &step);
		timeline_remove(timeline, twin);
	}

	bool last = timeline_insert(timeline, &step) == timeline_last(timeline);
	bool newer = !is_known(shipment) || order_key_cmp(&pass->key, &shipment->newest) >= 0;

	if (last && newer)
		shipment_touch(shipment, pass->seen, &pass->key);
	else
		keep_newest(pass, shipment, timeline);
	shipment_resolve(shipment, pass->seen);
	judge_and_stand(pass, shipment, timeline);
	return DECISION_CHANGED;
}

enum decision reconcile(enum policy policy, struct wall now, struct shipment *shipment, struct timeline *timeline,
                        const struct seen *seen)
{
	const struct pass pass = {
		.policy = policy,
		.now = now,
		.seen = seen,
		.key = order_key_of(seen, shipment),
	};

	assert(timeline->n + 2 <= timeline->size);
	if (seen->snapshot && is_known(shipment) && order_key_cmp(&pass.key, &shipment->newest) < 0)
		return DECISION_STALE;
	/* What was stored of the judging is not relied on. */
	judge_and_stand(&pass, shipment, timeline);
	return seen->snapshot ? take_snapshot(&pass, shipment, timeline) : take_event(&pass, shipment, timeline);
}

void reconcile_again(enum policy policy, struct wall now, struct shipment *shipment, struct timeline *timeline)
{
	const struct pass pass = { .policy = policy, .now = now };

	judge_and_stand(&pass, shipment, timeline);
}
