/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that gives out: each allocation of the program, its libraries' included, can be made to fail.
 * Memory ring: linked into each of its programs, in the place of libc's malloc() and its kin.
 */
#ifndef CLAIMD_TESTS_MEMORY_SCARCE_H
#define CLAIMD_TESTS_MEMORY_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

struct scarcity {
	bool ours;     /* only what our own code asks for counts, not what libraries do: for one that a lack of memory breaks */
	bool for_good; /* after the first allocation that fails, all the others do; else none */
};

/* From now on allocations are counted; the NTH, from 1, fails. */
void scarce_begin(struct scarcity scarcity, size_t nth);

/* Ends that. Whether there was an NTH. */
bool scarce_end(void);

/* How many of the blocks that were given between the two are not freed. */
long scarce_kept(void);

/* For messages: "allocation 7 fails for good". Good until the next call. */
const char *scarce_text(struct scarcity scarcity, size_t nth);

#endif
