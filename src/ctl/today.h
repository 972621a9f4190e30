/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The local day that now is in.
 * Ctl layer, pure but for the local time zone.
 */
#ifndef CLAIMD_CTL_TODAY_H
#define CLAIMD_CTL_TODAY_H

#include "base/clock.h"

#define TODAY_NUMBER_SIZE 24 /* any int64 */

struct today {
	struct wall begin;             /* midnight */
	char since[TODAY_NUMBER_SIZE]; /* it as an argument of the reports whose names end in _SINCE */
};

struct today today_of(struct wall now);

#endif
