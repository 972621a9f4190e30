/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes wrong, and how often: the probabilities, and the decision for each case.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_FAULTS_H
#define CLAIMD_SIM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

enum fault {
	FAULT_STALE,     /* a new status is not yet served by the next 1 to 3 reads */
	FAULT_DUPLICATE, /* a callback is sent twice */
	FAULT_REORDER,   /* a callback is sent behind the next one */
	FAULT_LOST,      /* a callback is never sent */
	FAULT_DELAY,     /* a callback or an answer takes its time */
	FAULT_LIMIT,     /* an answer is 429 */
	FAULT_ERROR,     /* an answer is 500 */
	FAULT_CUT,       /* an answer ends in its middle */
	FAULT_LATE,      /* an event of the journal is left out of its page, and comes with a later one */
	FAULT_SHUFFLE,   /* a page's events stand in any order */
	FAULT_REPEAT,    /* a page tells some events again */
	FAULT_VAGUE,     /* a cursor is refused with unknown_error instead of invalid_cursor */
	FAULT_FAIL,      /* an act is answered 500, and not done */
	FAULT_DOUBT,     /* an act is done, and answered 500 */
	FAULT_DEAF,      /* an act is not done, and not answered at all */
	FAULT_MUTE,      /* an act is done, and not answered at all */
	FAULT_CONFLICT,  /* an act is refused by a code, and not done */
	FAULT_UNDONE,    /* an operation of Market's fails */
	FAULT_MAX,
};

#define FAULT_CODE_SIZE 64

struct faults {
	uint64_t seed;
	double probability[FAULT_MAX];
	char conflict[FAULT_CODE_SIZE]; /* the code of FAULT_CONFLICT; "": one of those that the documents have for the act */
};

/* Takes "name=probability,..." with the names stale, duplicate, reorder, lost, delay, 429, 500, cut, late, shuffle,
 * repeat, vague, fail, doubt, deaf, mute, conflict, undone, and all; the right-most stands. Names that are not given stay as they are.
 * ERR_INVALID when the text is not that. */
int faults_parse(struct faults *faults, const char *spec);

/* Sets the code of FAULT_CONFLICT; ERR_INVALID for one that does not fit. */
int faults_set_conflict(struct faults *faults, const char *code);

/* Whether FAULT befalls case NUMBER of SUBJECT: a claim and its transition, or 0 and a request or an operation. */
bool faults_hit(const struct faults *faults, enum fault fault, uint64_t subject, uint64_t number);

#endif
