/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fills rate headers.
 * Simulator, pure.
 * Counts nothing: market.c does.
 */
#include "sim/rate.h"

#include <time.h>

/* In the locale of a program that has set none, which is English enough. */
#define RFC822 "%a, %d %b %Y %H:%M:%S GMT"

void rate_fill(unsigned limit, unsigned used, struct wall until, bool odd, struct rate *ret)
{
	time_t seconds = (time_t)((until.us + USEC_PER_SEC - 1) / USEC_PER_SEC);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	tm.tm_wday = (tm.tm_wday + odd) % 7;
	*ret = (struct rate){ .limit = limit, .remaining = used < limit ? limit - used : 0 };
	strftime(ret->until, sizeof(ret->until), RFC822, &tm);
}
