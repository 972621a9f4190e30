/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A token bucket: so many requests a second, and as many at once after a pause.
 * API layer, pure: time is passed in. The rate is too, so that a reloaded configuration takes effect at once.
 */
#ifndef CLAIMD_API_BUCKET_H
#define CLAIMD_API_BUCKET_H

#include <stdint.h>

#include "base/clock.h"

/* Full when all zero. */
struct bucket {
	struct mono paid_until; /* the time at which it would be full again */
};

/* Microseconds until the next request may start, 0 for now. RATE is requests per second, at least 1; a few thousand
 * are kept closely, since what one costs is rounded up to a microsecond. */
int64_t bucket_delay_us(const struct bucket *bucket, int64_t rate, struct mono now);

/* A request starts; one that does not wait for its time is paid back by those after it. */
void bucket_take(struct bucket *bucket, int64_t rate, struct mono now);

#endif
