/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must hold of every database of ours, and whether it does.
 * Store layer. Reads only; an operator, or claimd's own tests, decide what follows.
 */
#ifndef CLAIMD_STORE_CHECK_H
#define CLAIMD_STORE_CHECK_H

#include <stddef.h>

#include "store/store.h"

struct check {
	const char *subject; /* "pages" */
	const char *holds;   /* what must hold, a clause: "each legal step has an edge in the graph" */
};

#define CHECK_FAULTS_SHOWN 5
#define CHECK_FAULT_SIZE 256

/* Where it does not hold. */
struct check_faults {
	size_t n; /* all of them */
	char shown[CHECK_FAULTS_SHOWN][CHECK_FAULT_SIZE]; /* the first ones: clauses that name the claim or order */
};

typedef void (*check_fn)(const struct check *check, const struct check_faults *faults, void *cls);

/* Makes all checks in one snapshot, which may be that of a file that the daemon writes to meanwhile, and tells FN of each. A part of
 * the file that can't be read at all is a fault, too. An error, such as ERR_NOMEM, ends it. */
int store_check(struct store *store, check_fn fn, void *cls);

#endif
