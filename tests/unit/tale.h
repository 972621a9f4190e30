/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A short ordered history, told step by step and judged by timeline_judge() alone.
 * Tests, unit ring.
 */
#ifndef CLAIMD_TESTS_UNIT_TALE_H
#define CLAIMD_TESTS_UNIT_TALE_H

#include "unit/ledger.h"

#define TALE_STEPS_MAX 8

struct tale {
	struct step steps[TALE_STEPS_MAX];
	size_t n;
	enum policy policy;
	bool anchored;
	struct wall now;
	struct standing end;
};

/* Nothing told yet; POLICY_HOLD at moment(0). */
struct tale tale_begin(void);

/* Adds a step of the next revision, entered at moment(US) and without anything that is optional. */
struct step *tale_add(struct tale *tale, const char *status, int64_t us);

void tale_judge(struct tale *tale);

/* The current status after tale_judge(), "" for none. */
const char *tale_status(const struct tale *tale);

void tale_check_verdict(const struct step *step, enum verdict verdict, const char *from, int64_t seq);

/* The step opened a window, which is due and has come to what is given. */
void tale_check_window(const struct step *step, int64_t due_us, enum outcome outcome);

/* Its window was closed like that at that time, or not at all. */
void tale_check_closed(const struct step *step, enum outcome outcome, int64_t us);
void tale_check_open(const struct step *step);

#endif
