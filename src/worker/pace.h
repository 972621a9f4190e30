/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the outcome of a request means for its source: when the next one may go out, and for how many claims.
 * Worker layer, pure: the caller brings time and chance.
 */
#ifndef CLAIMD_WORKER_PACE_H
#define CLAIMD_WORKER_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "api/outcome.h"
#include "store/store.h"

/* The longest pause: what of a Retry-After is obeyed. A longer one is somebody's mistake. */
#define PACE_PAUSE_MAX_US (3600 * USEC_PER_SEC)

/* A request ended; SOURCE's state, pause and failures are changed in place:
 * - OK, and a 404: no pause. The upstream works.
 * - LIMITED and RETRY: a pause as RETRY_AFTER_S says (-1: not said), otherwise a growing one.
 * - PROTOCOL: a growing pause; while the request asked for SEVERAL claims a short one, since one of them may be the
 *   cause and is being looked for (pace_limit()).
 * - AUTH: locked out; a single request every quarter of an hour tries whether that has changed. What ends during a
 *   pause was under way when it began: it does not cut the pause short, nor end it, unless it shows that the
 *   credentials are good after all. */
void pace_source(struct source *source, enum outcome_kind outcome, bool several, int64_t retry_after_s, struct wall now,
                 uint64_t random);

/* How many claims the next request may ask for, after one for N of them ended: half as many after an answer that can't
 * be read and after a 404, until the claim that causes it stands alone; more again, up to MAX, after each success. */
size_t pace_limit(size_t limit, size_t max, enum outcome_kind outcome, size_t n);

#endif
