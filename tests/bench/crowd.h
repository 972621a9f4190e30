/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An endless bustle of invented claims and orders: so many are on their way at once, each leads one of a few lives, most of them
 * legal, at the pace of such lives.
 * For the benchmarks. The same in every run with the same seed; knows nothing of who is told of it.
 */
#ifndef CLAIMD_TESTS_BENCH_CROWD_H
#define CLAIMD_TESTS_BENCH_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/seen.h"

/* The shops of the orders. */
#define CROWD_CAMPAIGN_DBS 111
#define CROWD_CAMPAIGN_LAAS 112

struct crowd_event {
	struct seen seen; /* a snapshot taken right after the change; model is a claim's, too */
	bool last;        /* nothing more will happen to it */
};

struct crowd;

/* ALIVE are on their way at any time, the first of which begin soon after BEGIN, until crowd_close(). */
int crowd_new(uint64_t seed, size_t alive, struct wall begin, struct crowd **ret);
struct crowd *crowd_free(struct crowd *crowd); /* takes NULL, returns NULL */

/* No life begins from now on. */
void crowd_close(struct crowd *crowd);

/* When the next change is; WALL_NONE: all lives have ended. */
struct wall crowd_next_at(const struct crowd *crowd);
/* The next change. Not when all lives have ended. */
void crowd_next(struct crowd *crowd, struct crowd_event *ret);

/* How many lives have begun. */
size_t crowd_begun(const struct crowd *crowd);

/* Chance, from a generator of the crowd's own: true once in ONE_IN times. */
bool crowd_chance(struct crowd *crowd, unsigned one_in);

DEFINE_CLEANUP(crowd, struct crowd *, crowd_free)

#endif
