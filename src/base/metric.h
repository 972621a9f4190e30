/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a metric is: the row of a table that a program brings.
 * Base layer, plain data.
 */
#ifndef CLAIMD_BASE_METRIC_H
#define CLAIMD_BASE_METRIC_H

#include <stddef.h>

enum metric_type {
	METRIC_COUNTER,   /* only grows, but for a restart */
	METRIC_GAUGE,     /* goes up and down */
	METRIC_HISTOGRAM, /* how many were no larger than each of some bounds, and their sum */
	METRIC_TYPE_MAX,
};

/* Base units, as Prometheus wants them. */
enum metric_unit {
	METRIC_NUMBER,
	METRIC_SECONDS,
	METRIC_BYTES,
	METRIC_UNIT_MAX,
};

#define METRIC_LABELS_MAX 4

struct metric {
	const char *name; /* says the unit, and the "_total" of a counter */
	enum metric_type type;
	enum metric_unit unit;
	const char *labels[METRIC_LABELS_MAX + 1]; /* their names; ends with NULL */
	const double *bounds;                      /* of a histogram: ascending, the last one is INFINITY; else NULL */
	const char *help;                          /* one plain line: no backslash, no newline */
};

/* The values of a metric's labels, in their order. A metric without labels takes NULL. */
#define METRIC_VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* "counter", "gauge", "histogram". */
const char *metric_type_text(enum metric_type type);

size_t metric_labels(const struct metric *metric);

#endif
