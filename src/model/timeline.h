/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history of one shipment as a list of steps in upstream's order, and the judging of it.
 * Model layer, pure. Verdicts, windows and violations are nothing but a function of the ordered steps: that is
 * why the same observations end in the same history, whatever order they arrived in.
 */
#ifndef CLAIMD_MODEL_TIMELINE_H
#define CLAIMD_MODEL_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/graph.h"
#include "model/seen.h"

/* The reports' verdicts, and SAME: a step that repeats what was known and is kept out of the reports, but not
 * forgotten, since an earlier step that arrives later can make it a change again. */
enum verdict {
	VERDICT_FIRST,
	VERDICT_LEGAL,
	VERDICT_GAP,
	VERDICT_ILLEGAL,
	VERDICT_UNKNOWN,
	VERDICT_LATE,
	VERDICT_SAME,
	VERDICT_MAX,
};

enum outcome {
	OUTCOME_OPEN,
	OUTCOME_MET,
	OUTCOME_LATE,
	OUTCOME_LEFT,
	OUTCOME_EXPIRED,
	OUTCOME_MAX,
};

enum violation {
	VIOLATION_NONE,
	VIOLATION_ILLEGAL_TRANSITION,
	VIOLATION_LATE_APPROVAL,
	VIOLATION_UNKNOWN_STATUS,
	VIOLATION_CONFLICT,
	VIOLATION_MAX,
};

/* What an operator said of a step's violation. */
enum ruling {
	RULING_NONE,
	RULING_ADOPTED,   /* its status is applied all the same */
	RULING_DISMISSED, /* it stays as it is, and is no longer a matter */
	RULING_MAX,
};

/* What an illegal or late status does: stay beside the current one, or become it (the configuration's on_illegal). */
enum policy {
	POLICY_HOLD,
	POLICY_FLAG,
};

/* The window that a step opened, or took over from the step before it: of another substatus of the same family, or with a
 * wish to cancel that is still not answered. due is exclusive: an answer at due is late. */
struct window {
	const struct window_rule *rule; /* NULL: the step has none */
	struct wall opened;
	struct wall due;
	struct wall closed; /* WALL_NONE while open */
	enum outcome outcome;
};

struct step {
	/* What was seen. */
	int64_t id; /* the row's id in the store, 0 while not stored */
	enum via via;
	char status[STATUS_TEXT_SIZE];
	struct order_key key;
	struct wall entered;
	struct wall seen_at;
	int64_t version;
	int64_t operation_id;
	int64_t point_id;
	struct wall valid_until;
	struct wall asked; /* since when the buyer has asked to cancel; WALL_NONE: does not */
	bool prepaid;
	bool may_skip; /* as struct seen */
	bool flagged;  /* applied although illegal or late, by policy; kept when the policy changes */
	enum ruling ruling; /* of an operator, on its violation; timeline_judge() also takes over that on a repeat of it */

	/* What timeline_judge() says of it. */
	enum verdict verdict;
	char from[STATUS_TEXT_SIZE]; /* the last applied status before it, in the upstream's words; "" for none */
	struct wall from_entered;
	int64_t seq;                 /* place among the steps that reports show, from 1; 0 for SAME */
	struct window window;
	enum violation violation;
	int64_t ruling_id; /* the step whose ruling was taken over just now; 0: none was */
	bool adopted;      /* applied although illegal or late: flagged, or ruled so */
};

/* What the judged steps add up to. */
struct standing {
	int status;          /* current: the last applied one's; STATUS_UNKNOWN before any */
	char name[STATUS_TEXT_SIZE]; /* it in the upstream's own words; "" before any */
	struct wall entered; /* when it was entered */
	int64_t version;
	int64_t seq;         /* the highest given so far */
};

/* Judges STEPS[0..n) against MODEL, writing each step's second half; RET_END gets what they add up
 * to. The steps are in order: by key, then by operation; one without an operation stands last under its key. When
 * ANCHORED, STEPS[0] is an applied step that was judged before: its verdict, from, seq and violation are left as
 * they are, and only its window is worked out again. NOW decides whether an unanswered window has expired. The
 * version of a step that opened a window is filled in where only a repeat knows it. */
void timeline_judge(const struct model *model, enum policy policy, struct wall now, struct step *steps, size_t n,
                    bool anchored, struct standing *ret_end);

/* Whether a step's status became the current one. */
bool step_is_applied(const struct step *step);

/* The words that reports use: "first" ("same" for VERDICT_SAME), "open", "illegal_transition", "adopted". NULL for
 * VIOLATION_NONE and RULING_NONE. */
const char *verdict_text(enum verdict verdict);
const char *outcome_text(enum outcome outcome);
const char *violation_text(enum violation violation);
const char *ruling_text(enum ruling ruling);

#endif
