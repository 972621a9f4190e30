/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every journal that a claim can have of a few words.
 * Tests, unit ring.
 */
#ifndef CLAIMD_TESTS_UNIT_JOURNALS_H
#define CLAIMD_TESTS_UNIT_JOURNALS_H

#include "unit/arrivals.h"

/* From one event to the next; both 0: two operations under one key. */
struct gap {
	int64_t revisions;
	int64_t us;
};

#define GAPS_MAX 4

struct alphabet {
	const char *name;
	const char *const *words; /* NULL-terminated list; NULL: all statuses of a claim, and one that nobody knows */
	size_t n_strays;          /* how many events of a journal may tell what no edge leads to from what was told before */
	bool revised;             /* the events have revisions */
	struct gap gaps[GAPS_MAX];
	size_t n_gaps;
	enum policy policy;
	int64_t now_us;
	size_t length;            /* events of the longest journal that is gone over in `make check`, */
	size_t exhausting;        /* and in `make exhaust` */
};

/* Leaving the graph is all right wherever it happens. */
#define ANY_WORDS ARRIVALS_MAX

/* FN is called for each journal that can be made of ALPHABET, the shorter before those that begin like them: its events have been added
 * to ARRIVALS. What FN adds it drops again. */
typedef void (*journal_fn)(struct arrivals *arrivals);

/* The longest are as long as ALPHABET says, less SHORTER. */
void journals_each(const struct alphabet *alphabet, size_t shorter, journal_fn fn);

#endif
