/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One invented journal into two files of the same schema, page by page in turn: by page_store(), and by plain inserts.
 * For the benchmarks. Times both, judges neither.
 */
#ifndef CLAIMD_TESTS_BENCH_RACE_H
#define CLAIMD_TESTS_BENCH_RACE_H

#include <stdint.h>

#include "base/attr.h"

struct race;

/* What was spent on events, commits and checkpoints included: by the clock on the wall, and of processor time. What is
 * only in the first went to waiting for the disk, and to other programs. */
struct cost {
	int64_t wall_us;
	int64_t cpu_us;
};

struct lap {
	int64_t events;
	struct cost page; /* page_store() */
	struct cost plain;
};

/* Makes both files in FOLDER; NUMBER tells them from those of other races there. */
int race_open(const char *folder, int number, struct race **ret);
struct race *race_close(struct race *race); /* takes NULL, returns NULL */

/* Runs on from where it stands until both files have ROWS rows of history, a multiple of STREAM_PAGE. ERR_REFUSED when an event
 * did not become a legal step, since what was timed would be something else. */
int race_run(struct race *race, int64_t rows, struct lap *ret);

/* What went wrong in the last race_run(), for people. */
const char *race_error_text(const struct race *race);

DEFINE_CLEANUP(race, struct race *, race_close)

#endif
