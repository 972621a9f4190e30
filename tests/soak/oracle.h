/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds claimd's file against the simulator's truth, shipment by shipment: when it has ended, so that it is looked at before retention
 * takes it, and once more at the end of all.
 * The soak. Reads the reports, as any program may; remembers what it has seen, and how late claimd learned of each transition.
 */
#ifndef CLAIMD_TESTS_SOAK_ORACLE_H
#define CLAIMD_TESTS_SOAK_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/world.h"

struct oracle;

/* Of what was found equal. */
struct oracle_counts {
	size_t claims;          /* transition for transition, with their times, revisions and verdicts */
	size_t orders;          /* nothing but what was, in its order, and the last status */
	size_t transitions;     /* of both, in the file */
	size_t steps_unseen;    /* of orders: they were left before claimd could ask */
	size_t jumps_held;      /* of orders: steps of DBS over such that no push told of */
	size_t pruned;          /* found equal, and gone since */
	size_t wrong;           /* all others, in the last look */
	char first_wrong[512];  /* "" for none */
};

/* Lags go to bins of BIN_US from START on; RETENTION_US after its end a shipment may be gone. */
struct oracle_rules {
	const char *database;
	struct wall start;
	int64_t bin_us;
	int64_t retention_us;
};

int oracle_new(const struct oracle_rules *rules, struct oracle **ret);
void oracle_free(struct oracle *oracle);

/* Looks at all that have ended and were not found equal so far; LAST: at all, whatever was found before. ERR_IO. */
int oracle_look(struct oracle *oracle, const struct world *world, struct wall now, bool last);

/* Runs SQL that answers one number, which is not negative; -1 when the file can't be asked. */
int64_t oracle_ask(const struct oracle *oracle, const char *sql);

const struct oracle_counts *oracle_counts(const struct oracle *oracle);

/* From when a transition is upstream until claimd has stored it, of the transitions of one bin, or of all. */
struct oracle_lag {
	size_t n;
	double p50_s, p99_s, max_s;
};
size_t oracle_bins(const struct oracle *oracle);
/* BIN: oracle_bins() for all. */
void oracle_lag(const struct oracle *oracle, size_t bin, struct oracle_lag *ret);

#endif
