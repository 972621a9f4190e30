/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Market's X-RateLimit-Resource-* headers say: upstream/market.md section 4.3.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_RATE_H
#define CLAIMD_SIM_RATE_H

#include <stdbool.h>

#include "base/clock.h"

/* "Thu, 10 Jul 2018 10:00:00 GMT" and its NUL, and more, lest a compiler wonder about years of many digits. */
#define RATE_UNTIL_SIZE 48

struct rate {
	unsigned limit;              /* requests per period; 0: nothing is said */
	unsigned remaining;
	char until[RATE_UNTIL_SIZE]; /* RFC 822 */
};

/* RATE of LIMIT, with USED of it used, until UNTIL, in whole seconds rounded up. With ODD the day of the week is a wrong one,
 * as in Market's own documents. */
void rate_fill(unsigned limit, unsigned used, struct wall until, bool odd, struct rate *ret);

#endif
