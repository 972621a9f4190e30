/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of metrics.
 * Meter layer.
 */
#include "meter/meter.h"

#include <math.h>

/* A commit takes a few milliseconds, and the disk half a second at its worst; a hint waits three seconds for a lock. */
static const double commit_bounds[] = { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, INFINITY };

/* Up to INGEST_BATCH_MAX. */
static const double batch_bounds[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, INFINITY };

/* Up to request_timeout and beyond. */
static const double upstream_bounds[] = { 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, INFINITY };

/* A read follows a hint within a second; one that is stale is repeated for minutes, and an outage lasts for hours. */
static const double lag_bounds[] = { 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, INFINITY };

#define LABELS(...) { __VA_ARGS__ }

const struct metric meter_table[METER_MAX] = {
#define METRIC(id, name, type, unit, labels, bounds, help) \
	[METER_##id] = { name, METRIC_##type, METRIC_##unit, labels, bounds, help },
#include "meter/metrics.def"
#undef METRIC
};

int meter_new(struct metrics **ret)
{
	return metrics_new(meter_table, METER_MAX, ret);
}
