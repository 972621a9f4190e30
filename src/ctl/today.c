/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Midnight by the local zone.
 * Ctl layer.
 */
#include "ctl/today.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* A day that has no midnight, because the clocks are put forward then, begins an hour later. */
static struct wall midnight(struct wall now)
{
	time_t seconds = (time_t)(now.us / USEC_PER_SEC);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		return now;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (struct wall){ (int64_t)mktime(&tm) * USEC_PER_SEC };
}

struct today today_of(struct wall now)
{
	struct today today = { .begin = midnight(now) };

	snprintf(today.since, sizeof(today.since), "%" PRId64, today.begin.us);
	return today;
}
