/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system's two clocks.
 * Base layer.
 * The only place that reads a clock.
 */
#include "base/clock.h"

#include <time.h>

static int64_t read_us(clockid_t id)
{
	struct timespec ts = { 0 };

	/* It can't fail for the two clocks that every Linux has. */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

struct wall clock_wall(const struct clock *clock)
{
	return (struct wall){ read_us(CLOCK_REALTIME) + clock->shift_us };
}

/* Stays unmoved by the shift, as the real one does when the wall clock is set. */
struct mono clock_mono(const struct clock *clock)
{
	(void)clock;
	return (struct mono){ read_us(CLOCK_MONOTONIC) };
}
