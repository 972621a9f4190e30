/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pauses between tries.
 * Base layer, pure but for backoff_random().
 * Starts no timer: the caller has one.
 */
#include "base/backoff.h"

#include <errno.h>
#include <sys/random.h>

int64_t backoff_spread_us(int64_t min_us, int64_t max_us, uint64_t random)
{
	if (max_us <= min_us)
		return min_us;

	/* The high half of a product spreads evenly where a remainder would favour the low end. */
	unsigned __int128 width = (unsigned __int128)((uint64_t)max_us - (uint64_t)min_us) + 1;
	uint64_t offset = (uint64_t)(width * random >> 64);

	return (int64_t)((uint64_t)min_us + offset);
}

int64_t backoff_delay_us(unsigned attempt, int64_t floor_us, int64_t base_us, int64_t cap_us, uint64_t random)
{
	int64_t ceiling_us = base_us;

	for (unsigned i = 1; i < attempt && ceiling_us > 0 && ceiling_us < cap_us; i++)
		ceiling_us = ceiling_us <= cap_us / 2 ? ceiling_us * 2 : cap_us;
	if (ceiling_us > cap_us)
		ceiling_us = cap_us;
	return backoff_spread_us(floor_us, ceiling_us, random);
}

uint64_t backoff_random(void)
{
	uint64_t value = 0;

	/* A kernel that refuses leaves the jitter constant, which is no reason to stop. */
	while (getrandom(&value, sizeof(value), 0) < 0 && errno == EINTR)
		continue;
	return value;
}
