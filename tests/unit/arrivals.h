/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every order in which the observations of a set can arrive, and all that the orders end in.
 * Tests, unit ring.
 * What comes after a state depends on nothing but the state. So orders that have brought the same observations to the same state are
 * followed as one from there, and none is left out.
 */
#ifndef CLAIMD_TESTS_UNIT_ARRIVALS_H
#define CLAIMD_TESTS_UNIT_ARRIVALS_H

#include "unit/ledger.h"

#define ARRIVALS_MAX 6

/* An observation; or, with a RULING, an operator's on what the event with the operation of SEEN has brought. He rules only on what is
 * open, so where it is not there yet, or nobody's matter any more, an order has no place for it. */
struct arrival {
	struct seen seen;
	enum ruling ruling;
};

/* Something that orders have ended in. */
struct ending {
	struct ledger *ledger;
	uint64_t n_orders; /* that did */
};

/* What the orders of one set have ended in, no two the same. */
struct endings {
	struct ending *list;
	size_t n;
};

/* Sets are masks: 1 << the place of an arrival. */
struct arrivals {
	struct ledger blank; /* before anything has arrived */
	struct arrival list[ARRIVALS_MAX];
	size_t n;
	struct endings after[1 << ARRIVALS_MAX];

	/* What has been gone over. */
	uint64_t n_sets;
	uint64_t n_orders;
	uint64_t n_taken; /* observations and rulings that were taken in */
};

/* Whether more is to be gone over than `make check` has the time for. */
bool arrivals_exhausting(void);
/* How far sets go, one way or the other. Under sanitizers, which slow all of it down and look at what runs, long ones are one shorter. */
size_t arrivals_length(size_t usual, size_t exhausting);

/* Nothing has arrived yet; BLANK is copied. */
void arrivals_begin(struct arrivals *arrivals, const struct ledger *blank);

/* There is one more, which may arrive before, among and after the others: works out the endings of each set that has it. */
void arrivals_add(struct arrivals *arrivals, const struct arrival *arrival);

/* Takes the last one away again; what there is without it stays as it is. */
void arrivals_drop(struct arrivals *arrivals);

/* The set of all. */
unsigned arrivals_all(const struct arrivals *arrivals);

/* What has been added is a set to be counted, and so are its orders. */
void arrivals_count(struct arrivals *arrivals);

/* Prints, in `make exhaust`, what has been counted, and ends. */
void arrivals_done(struct arrivals *arrivals, const char *title);

/* What the events of SET come to, and the rulings, in the upstream's own order: judged at once, by timeline_judge() alone. Snapshots
 * are passed over. The events were added in that order. */
void arrivals_judge(const struct arrivals *arrivals, unsigned set, struct ledger *ret);

/* Fails with both printed. */
_Noreturn void arrivals_fail(const struct arrivals *arrivals, unsigned set, const struct ledger *found, const struct ledger *expected);

#endif
