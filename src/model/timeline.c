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
	struct step *opener;   /* the applied step whose window governs the current status; NULL when it has none */
	const struct step *previous;
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

/* Two statuses under one order key can't both be true; events with ids of their own are ordered by them. */
static bool is_conflict(const struct step *previous, const struct step *step)
{
	if (!previous || order_key_cmp(&previous->key, &step->key) != 0)
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
	return walk->opener && to == walk->opener->window.rule->answer &&
	       wall_cmp(step->entered, walk->opener->window.due) >= 0;
}

static enum verdict judge_known(const struct walk *walk, const struct step *step, int to)
{
	int from = walk->standing.status;

	if (from == STATUS_UNKNOWN)
		return VERDICT_FIRST;
	if (is_unseen_return(walk, step, to))
		return VERDICT_GAP;
	if (to == from)
		return VERDICT_SAME;
	if (is_conflict(walk->previous, step))
		return VERDICT_ILLEGAL;
	if (is_late(walk, step, to))
		return VERDICT_LATE;
	if (model_has_edge(walk->model, from, to))
		return VERDICT_LEGAL;
	return model_reaches(walk->model, from, to) ? VERDICT_GAP : VERDICT_ILLEGAL;
}

static enum verdict judge_step(const struct walk *walk, const struct step *step)
{
	int to = model_status(walk->model, step->status);

	if (is_repeat(walk->previous, step) && !is_unseen_return(walk, step, to))
		return VERDICT_SAME;
	return to == STATUS_UNKNOWN ? VERDICT_UNKNOWN : judge_known(walk, step, to);
}

static enum violation violation_of(const struct walk *walk, const struct step *step, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ILLEGAL:
		return is_conflict(walk->previous, step) ? VIOLATION_CONFLICT : VIOLATION_ILLEGAL_TRANSITION;
	case VERDICT_LATE:
		return VIOLATION_LATE_APPROVAL;
	case VERDICT_UNKNOWN:
		return VIOLATION_UNKNOWN_STATUS;
	case VERDICT_FIRST:
	case VERDICT_LEGAL:
	case VERDICT_GAP:
	case VERDICT_SAME:
	case VERDICT_MAX:
		return VIOLATION_NONE;
	}
	return VIOLATION_NONE;
}

/* due = entry + length, or the offer's end where that is earlier (upstream/delivery.md section 5). */
static struct wall window_due(const struct step *opener, struct wall valid_until)
{
	struct wall due = wall_add(opener->entered, opener->window.rule->length_us);

	return wall_is_set(valid_until) && wall_cmp(valid_until, due) < 0 ? valid_until : due;
}

static void window_close(struct window *window, enum outcome outcome, struct wall at)
{
	window->outcome = outcome;
	window->closed = at;
}

/* STEP leaves the status that opened the window, unless an earlier one did so. Past the deadline a status that only
 * an answer leads to says nothing of when the answer was given: the window is then left, until the journal tells. */
static void window_leave(const struct model *model, struct window *window, const struct step *step)
{
	if (window->outcome != OUTCOME_OPEN)
		return;

	int to = model_status(model, step->status);
	bool in_time = wall_cmp(step->entered, window->due) < 0;
	bool unanswered = to == STATUS_UNKNOWN || (model->statuses[to].flags & STATUS_UNANSWERED);

	if (to == window->rule->answer)
		window_close(window, in_time ? OUTCOME_MET : OUTCOME_LATE, step->entered);
	else if (in_time)
		window_close(window, unanswered ? OUTCOME_LEFT : OUTCOME_MET, step->entered);
	else if (unanswered)
		window_close(window, OUTCOME_EXPIRED, window->due);
	else
		window_close(window, OUTCOME_LEFT, step->entered);
}

static void window_open(const struct model *model, struct step *step)
{
	step->window = (struct window){
		.rule = model_window(model, model_status(model, step->status)),
		.closed = WALL_NONE,
		.outcome = OUTCOME_OPEN,
	};
	if (step->window.rule)
		step->window.due = window_due(step, step->valid_until);
}

static void walk_apply(struct walk *walk, struct step *step)
{
	if (walk->opener)
		window_leave(walk->model, &walk->opener->window, step);
	window_open(walk->model, step);
	walk->opener = step->window.rule ? step : NULL;
	walk->standing.status = model_status(walk->model, step->status);
	walk->standing.entered = step->entered;
	walk->standing.version = step->version;
}

/* A repeat can bring what the step that opened the window lacked: journal events have no version and no offer. The
 * offer's end is not noted in that step: an event that comes late may give the repeat to another window. */
static void walk_repeat(struct walk *walk, const struct step *step)
{
	struct step *opener = walk->opener;

	if (!opener || strcmp(opener->status, step->status) != 0)
		return;
	if (opener->version == NUMBER_NONE)
		walk->standing.version = opener->version = step->version;
	if (wall_is_set(step->valid_until) && opener->window.outcome == OUTCOME_OPEN)
		opener->window.due = window_due(opener, step->valid_until);
}

static void walk_step(struct walk *walk, struct step *step)
{
	int from = walk->standing.status;

	step->verdict = judge_step(walk, step);
	step->violation = violation_of(walk, step, step->verdict);
	step->adopted = (step->adopted || walk->policy == POLICY_FLAG) &&
	                (step->verdict == VERDICT_ILLEGAL || step->verdict == VERDICT_LATE);
	snprintf(step->from, sizeof(step->from), "%s",
	         from == STATUS_UNKNOWN ? "" : walk->model->statuses[from].name);
	step->from_entered = walk->standing.entered;
	step->window = (struct window){ .closed = WALL_NONE };
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
	if (ret_end)
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
