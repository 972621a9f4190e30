/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Telling and judging short histories.
 * Tests, unit ring.
 */
#include "unit/tale.h"

#include <check.h>
#include <stdio.h>

struct tale tale_begin(void)
{
	return (struct tale){ .policy = POLICY_HOLD, .now = moment(0) };
}

struct step *tale_add(struct tale *tale, const char *status, int64_t us)
{
	ck_assert_uint_lt(tale->n, TALE_STEPS_MAX);

	struct step *step = &tale->steps[tale->n++];

	*step = (struct step){
		.key = { .revision = (int64_t)tale->n, .updated = moment(us) },
		.entered = moment(us),
		.seen_at = moment(us),
		.version = NUMBER_NONE,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
		.asked = WALL_NONE,
	};
	ck_assert_int_lt(snprintf(step->status, sizeof(step->status), "%s", status), (int)sizeof(step->status));
	return step;
}

void tale_judge(struct tale *tale)
{
	timeline_judge(&model_claims, tale->policy, tale->now, tale->steps, tale->n, tale->anchored, &tale->end);
}

const char *tale_status(const struct tale *tale)
{
	return tale->end.status == STATUS_UNKNOWN ? "" : model_claims.statuses[tale->end.status].name;
}

void tale_check_verdict(const struct step *step, enum verdict verdict, const char *from, int64_t seq)
{
	ck_assert_str_eq(verdict_text(step->verdict), verdict_text(verdict));
	ck_assert_str_eq(step->from, from);
	ck_assert_int_eq(step->seq, seq);
}

void tale_check_window(const struct step *step, int64_t due_us, enum outcome outcome)
{
	ck_assert_ptr_eq(step->window.rule, &model_claims.windows[0]);
	ck_assert_int_eq(step->window.due.us, moment(due_us).us);
	ck_assert_str_eq(outcome_text(step->window.outcome), outcome_text(outcome));
}

void tale_check_closed(const struct step *step, enum outcome outcome, int64_t us)
{
	ck_assert_str_eq(outcome_text(step->window.outcome), outcome_text(outcome));
	ck_assert_int_eq(step->window.closed.us, moment(us).us);
}

void tale_check_open(const struct step *step)
{
	ck_assert_str_eq(outcome_text(step->window.outcome), "open");
	ck_assert(!wall_is_set(step->window.closed));
}
