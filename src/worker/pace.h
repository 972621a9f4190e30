/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the outcome of a request means for its source: when the next one may go out, and for how many claims.
 * Worker layer, pure: the caller brings time and chance.
 */
#ifndef CLAIMD_WORKER_PACE_H
#define CLAIMD_WORKER_PACE_H

#include "api/outcome.h"
#include "store/store.h"

struct pace {
	size_t limit; /* claims of the next request */
};

void pace_init(struct pace *pace);

/* How many claims the next request may ask for. */
size_t pace_batch(const struct pace *pace);

/* A request for N claims ended; SOURCE's state, pause and failures are changed in place:
 * - OK, and a 404 for a single claim: no pause; requests grow again to their full size.
 * - LIMITED and RETRY: a pause as RETRY_AFTER_S says (-1: not said), otherwise a growing one.
 * - PROTOCOL and a 404 for several: half as many claims next, since one of them may be the cause; a growing pause
 *   once it is one.
 * - AUTH: locked out; a single request every quarter of an hour tries whether that has changed. */
void pace_outcome(struct pace *pace, struct source *source, enum outcome_kind outcome, size_t n, int64_t retry_after_s,
                  struct wall now, uint64_t random);

#endif
