/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A token bucket: see bucket.h.
 * API layer, pure. Instead of tokens it keeps the one time at which all would be back: no rounding adds up.
 */
#include "api/bucket.h"

#include <assert.h>

/* What one request costs; rounded up, so that the rate is never exceeded. */
static int64_t cost_us(int64_t rate)
{
	assert(rate > 0);
	return (USEC_PER_SEC + rate - 1) / rate;
}

int64_t bucket_delay_us(const struct bucket *bucket, int64_t rate, struct mono now)
{
	int64_t credit_us = (rate - 1) * cost_us(rate);
	int64_t delay_us = bucket->paid_until.us - credit_us - now.us;

	return delay_us > 0 ? delay_us : 0;
}

void bucket_take(struct bucket *bucket, int64_t rate, struct mono now)
{
	if (bucket->paid_until.us < now.us)
		bucket->paid_until = now;
	bucket->paid_until.us += cost_us(rate);
}
