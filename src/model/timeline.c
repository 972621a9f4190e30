/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judges a history: one walk over its steps in order, carrying what stands so far.
 * Model layer, pure.
 * Must not look at when or in which order the steps arrived: only at what they say.
 */
#include "model/timeline.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/* The state of the walk: what the steps so far add up to. */
struct walk {
	const struct model *model;
	enum policy policy;
	struct standing standing;
	struct step *opener;   /* the step whose window governs what stands; NULL when it has none */
	const struct step *previous;
	const struct step *end; /* behind the last step */
};

bool step_is_applied(const struct step *step)
{
	switch (step->verdict) {
	case VERDICT_FIRST:
	case VERDICT_LEGAL:
	case VERDICT_GAP:
		return true;
	case VERDICT_ILLEGAL:
	case VERDICT_LATE:
		return step->adopted;
	case VERDICT_UNKNOWN:
	case VERDICT_SAME:
	case VERDICT_MAX:
		return false;
	}
	return false;
}

/* Two statuses under one order key can't both be true, where keys are fine enough to tell; events with ids of their own
 * are ordered by them. */
static bool is_conflict(const struct walk *walk, const struct step *step)
{
	const struct step *previous = walk->previous;

	if (!previous || order_key_cmp(&previous->key, &step->key) != 0 || (walk->model->traits & MODEL_COARSE))
		return false;
	return previous->operation_id == NUMBER_NONE || step->operation_id == NUMBER_NONE;
}

/* STEP says no more than the step before it. A conflict was about its key alone: under a newer one its status is
 * judged for itself. */
static bool is_repeat(const struct step *previous, const struct step *step)
{
	return previous && strcmp(previous->status, step->status) == 0 &&
	       (previous->violation != VIOLATION_CONFLICT || order_key_cmp(&previous->key, &step->key) == 0);
}

/* The same status with a higher version: an edit has led away and back between two looks. */
static bool is_unseen_return(const struct walk *walk, const struct step *step, int to)
{
	return to == walk->standing.status && model_window(walk->model, to) && step->version != NUMBER_NONE &&
	       walk->standing.version != NUMBER_NONE && step->version > walk->standing.version;
}

static bool is_late(const struct walk *walk, const struct step *step, int to)
{
	const struct window *window = walk->opener ? &walk->opener->window : NULL;

	/* Where contact was lost, the time is only that of an update after the answer. */
	return window && (window->rule->flags & WINDOW_BINDING) && to == window->rule->answer && !step->may_skip &&
	       wall_cmp(step->entered, window->due) >= 0;
}

static bool may_skip(const struct walk *walk, const struct step *step)
{
	return step->may_skip || !(walk->model->traits & MODEL_ORDERED);
}

static enum verdict judge_change(const struct walk *walk, const struct step *step, int to)
{
	int from = walk->standing.status;

	if (is_conflict(walk, step))
		return VERDICT_ILLEGAL;
	if (is_late(walk, step, to))
		return VERDICT_LATE;
	if (model_has_edge(walk->model, from, to))
		return VERDICT_LEGAL;
	return may_skip(walk, step) && model_reaches(walk->model, from, to) ? VERDICT_GAP : VERDICT_ILLEGAL;
}

static enum verdict judge_known(const struct walk *walk, const struct step *step, int to)
{
	if (walk->standing.status == STATUS_UNKNOWN)
		return model_is_foreign(walk->model, to) ? VERDICT_ILLEGAL : VERDICT_FIRST;
	if (is_unseen_return(walk, step, to))
		return VERDICT_GAP;
	if (strcmp(walk->standing.name, step->status) == 0)
		return VERDICT_SAME;
	return judge_change(walk, step, to);
}

static enum verdict judge_step(const struct walk *walk, const struct step *step)
{
	int to = model_status(walk->model, step->status);

	if (is_repeat(walk->previous, step) && !is_unseen_return(walk, step, to))
		return VERDICT_SAME;
	return to == STATUS_UNKNOWN ? VERDICT_UNKNOWN : judge_known(walk, step, to);
}

/* A stranger is flagged although it is applied. */
static enum violation violation_of_applied(const struct walk *walk, const struct step *step)
{
	bool strange = model_is_stranger(walk->model, model_status(walk->model, step->status));

	return strange ? VIOLATION_UNKNOWN_STATUS : VIOLATION_NONE;
}

static enum violation violation_of(const struct walk *walk, const struct step *step, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_FIRST:
	case VERDICT_LEGAL:
	case VERDICT_GAP:
		return violation_of_applied(walk, step);
	case VERDICT_ILLEGAL:
		return is_conflict(walk, step) ? VIOLATION_CONFLICT : VIOLATION_ILLEGAL_TRANSITION;
	case VERDICT_LATE:
		return VIOLATION_LATE_APPROVAL;
	case VERDICT_UNKNOWN:
		return VIOLATION_UNKNOWN_STATUS;
	case VERDICT_SAME:
	case VERDICT_MAX:
		return VIOLATION_NONE;
	}
	return VIOLATION_NONE;
}

/* due = opening + length, or the offer's end where that is earlier (upstream/delivery.md section 5). */
static struct wall window_due(const struct window *window, struct wall valid_until)
{
	struct wall due = wall_add(window->opened, window->rule->length_us);

	return wall_is_set(valid_until) && wall_cmp(valid_until, due) < 0 ? valid_until : due;
}

static void window_close(struct window *window, enum outcome outcome, struct wall at)
{
	window->outcome = outcome;
	window->closed = at;
}

/* A wish to cancel is answered in time by whatever ends it; after the deadline only its being granted is what Market
 * does by itself. */
static enum outcome outcome_of_request(const struct window_rule *rule, int to, bool in_time)
{
	if (in_time)
		return OUTCOME_MET;
	return to == rule->answer ? OUTCOME_EXPIRED : OUTCOME_LATE;
}

/* Past the deadline a status that only an answer leads to says nothing of when the answer was given: the window is then
 * left, until the journal tells. STEP's status is one that MODEL knows: no other ends what a window is about. */
static enum outcome outcome_of(const struct model *model, const struct window *window, const struct step *step)
{
	int to = model_status(model, step->status);
	bool in_time = wall_cmp(step->entered, window->due) < 0;
	bool unanswered = model->statuses[to].flags & STATUS_UNANSWERED;

	if (window->rule->flags & WINDOW_REQUEST)
		return outcome_of_request(window->rule, to, in_time);
	if (to == window->rule->answer && !in_time)
		return step->may_skip ? OUTCOME_LEFT : OUTCOME_LATE;
	if (in_time)
		return unanswered ? OUTCOME_LEFT : OUTCOME_MET;
	return unanswered ? OUTCOME_EXPIRED : OUTCOME_LEFT;
}

/* STEP ends what the window is about, unless an earlier one did so. */
static void window_leave(const struct model *model, struct window *window, const struct step *step)
{
	if (window->outcome != OUTCOME_OPEN)
		return;

	enum outcome outcome = outcome_of(model, window, step);

	window_close(window, outcome, outcome == OUTCOME_EXPIRED ? window->due : step->entered);
}

static const struct window_rule *rule_of(const struct model *model, const struct step *step)
{
	int status = model_status(model, step->status);
	const struct window_rule *rule = wall_is_set(step->asked) ? model_request_window(model, status) : NULL;

	if (!rule)
		rule = model_window(model, status);
	return rule && (rule->flags & WINDOW_PREPAID) && !step->prepaid ? NULL : rule;
}

static const struct window no_window = { .opened = WALL_NONE, .due = WALL_NONE, .closed = WALL_NONE };

static void window_open(struct step *step, const struct window_rule *rule)
{
	step->window = no_window;
	if (!rule)
		return;
	step->window.rule = rule;
	step->window.opened = rule->flags & WINDOW_REQUEST ? step->asked : step->entered;
	step->window.due = window_due(&step->window, step->valid_until);
}

/* STEP goes on with what the opener's window is about, so it takes the window over: an anchor must be able to say all
 * that governs what comes after it. */
static bool is_taken_over(const struct window *window, const struct step *step)
{
	if (window->outcome != OUTCOME_OPEN || window->rule != step->window.rule)
		return false;
	return (window->rule->flags & WINDOW_REQUEST) || step->verdict == VERDICT_LEGAL;
}

static void walk_apply(struct walk *walk, struct step *step)
{
	struct window *window = walk->opener ? &walk->opener->window : NULL;

	window_open(step, rule_of(walk->model, step));
	if (window && is_taken_over(window, step))
		*window = no_window;
	else if (window)
		window_leave(walk->model, window, step);
	walk->opener = step->window.rule ? step : NULL;
	walk->standing.status = model_status(walk->model, step->status);
	snprintf(walk->standing.name, sizeof(walk->standing.name), "%s",
	         walk->standing.status == STATUS_UNKNOWN ? "" : step->status);
	walk->standing.entered = step->entered;
	walk->standing.version = step->version;
}

/* The buyer asks to cancel, or does so no longer, while the status stays. */
static void walk_request(struct walk *walk, struct step *step)
{
	const struct window_rule *rule = model_request_window(walk->model, walk->standing.status);
	bool asked = walk->opener && walk->opener->window.rule == rule;

	if (!rule || asked == wall_is_set(step->asked))
		return;
	if (asked)
		window_leave(walk->model, &walk->opener->window, step);
	else
		window_open(step, rule);
	walk->opener = asked ? NULL : step;
}

/* A repeat can bring what the step that opened the window lacked: journal events have no version and no offer. The
 * offer's end is not noted in that step: an event that comes late may give the repeat to another window. */
static void walk_repeat(struct walk *walk, struct step *step)
{
	if (strcmp(walk->standing.name, step->status) != 0)
		return;
	walk_request(walk, step);

	struct step *opener = walk->opener;

	if (!opener)
		return;
	if (opener->version == NUMBER_NONE)
		walk->standing.version = opener->version = step->version;
	if (wall_is_set(step->valid_until) && opener->window.outcome == OUTCOME_OPEN)
		opener->window.due = window_due(&opener->window, step->valid_until);
}

/* The first of the repeats that follow STEP which was ruled on; NULL for none. */
static const struct step *ruled_repeat(const struct walk *walk, const struct step *step)
{
	const struct step *next = step + 1;

	if (next == walk->end || !is_repeat(step, next))
		return NULL;
	while (next->ruling == RULING_NONE && next + 1 < walk->end && strcmp(next[1].status, step->status) == 0)
		next++;
	return next->ruling == RULING_NONE ? NULL : next;
}

/* An operator rules on a status that was seen, whichever sighting of it was the first: when an event makes the step that was ruled on
 * a repeat, the event takes the ruling over, and keeps it. */
static void take_ruling(const struct walk *walk, struct step *step)
{
	const struct step *repeat = ruled_repeat(walk, step);

	if (step->violation == VIOLATION_NONE || step->ruling != RULING_NONE || !repeat)
		return;
	step->ruling = repeat->ruling;
	step->ruling_id = repeat->id;
}

static void judge_ruling(const struct walk *walk, struct step *step)
{
	bool broken = step->verdict == VERDICT_ILLEGAL || step->verdict == VERDICT_LATE;

	take_ruling(walk, step);
	step->flagged = broken && (step->flagged || walk->policy == POLICY_FLAG);
	step->adopted = broken && (step->flagged || step->ruling == RULING_ADOPTED);
}

static void walk_step(struct walk *walk, struct step *step)
{
	step->verdict = judge_step(walk, step);
	step->violation = violation_of(walk, step, step->verdict);
	judge_ruling(walk, step);
	snprintf(step->from, sizeof(step->from), "%s", walk->standing.name);
	step->from_entered = walk->standing.entered;
	step->window = no_window;
	step->seq = step->verdict == VERDICT_SAME ? 0 : ++walk->standing.seq;

	if (step_is_applied(step))
		walk_apply(walk, step);
	else if (step->verdict == VERDICT_LATE)
		window_leave(walk->model, &walk->opener->window, step);
	else if (step->verdict == VERDICT_SAME)
		walk_repeat(walk, step);
}

void timeline_judge(const struct model *model, enum policy policy, struct wall now, struct step *steps, size_t n,
                    bool anchored, struct standing *ret_end)
{
	struct walk walk = {
		.model = model,
		.policy = policy,
		.standing = { .status = STATUS_UNKNOWN, .entered = WALL_NONE, .version = NUMBER_NONE },
		.end = steps + n,
	};

	for (size_t i = 0; i < n; i++) {
		if (i == 0 && anchored) {
			walk_apply(&walk, &steps[0]);
			walk.standing.seq = steps[0].seq;
		} else {
			walk_step(&walk, &steps[i]);
		}
		walk.previous = &steps[i];
	}
	if (walk.opener && walk.opener->window.outcome == OUTCOME_OPEN && wall_cmp(now, walk.opener->window.due) >= 0)
		window_close(&walk.opener->window, OUTCOME_EXPIRED, walk.opener->window.due);
	*ret_end = walk.standing;
}

const char *verdict_text(enum verdict verdict)
{
	static const char *const texts[] = {
		[VERDICT_FIRST] = "first",
		[VERDICT_LEGAL] = "legal",
		[VERDICT_GAP] = "gap",
		[VERDICT_ILLEGAL] = "illegal",
		[VERDICT_UNKNOWN] = "unknown",
		[VERDICT_LATE] = "late",
		[VERDICT_SAME] = "same",
	};

	_Static_assert(ARRAY_SIZE(texts) == VERDICT_MAX, "a text for each");
	return texts[verdict];
}

const char *outcome_text(enum outcome outcome)
{
	static const char *const texts[] = {
		[OUTCOME_OPEN] = "open",
		[OUTCOME_MET] = "met",
		[OUTCOME_LATE] = "late",
		[OUTCOME_LEFT] = "left",
		[OUTCOME_EXPIRED] = "expired",
	};

	_Static_assert(ARRAY_SIZE(texts) == OUTCOME_MAX, "a text for each");
	return texts[outcome];
}

const char *violation_text(enum violation violation)
{
	static const char *const texts[] = {
		[VIOLATION_ILLEGAL_TRANSITION] = "illegal_transition",
		[VIOLATION_LATE_APPROVAL] = "late_approval",
		[VIOLATION_UNKNOWN_STATUS] = "unknown_status",
		[VIOLATION_CONFLICT] = "conflict",
	};

	_Static_assert(ARRAY_SIZE(texts) == VIOLATION_MAX, "a text for each but none");
	return texts[violation];
}

const char *ruling_text(enum ruling ruling)
{
	static const char *const texts[] = {
		[RULING_ADOPTED] = "adopted",
		[RULING_DISMISSED] = "dismissed",
	};

	_Static_assert(ARRAY_SIZE(texts) == RULING_MAX, "a text for each but none");
	return texts[ruling];
}
