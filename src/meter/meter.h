/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd counts of itself and of its work: the one table of metrics.
 * Meter layer: names what is counted; counts nothing itself.
 */
#ifndef CLAIMD_METER_METER_H
#define CLAIMD_METER_METER_H

#include "base/metrics.h"

enum meter {
#define METRIC(id, ...) METER_##id,
#include "meter/metrics.def"
#undef METRIC
	METER_MAX,
};

extern const struct metric meter_table[METER_MAX];

/* Of this table. */
int meter_new(struct metrics **ret);

#endif
