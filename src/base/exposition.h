/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metrics in Prometheus' text format 0.0.4.
 * Base layer. The format wants all samples of a metric together, whoever brings them, so each metric collects its own
 * until the whole is written.
 */
#ifndef CLAIMD_BASE_EXPOSITION_H
#define CLAIMD_BASE_EXPOSITION_H

#include "base/buf.h"
#include "base/metric.h"

struct exposition {
	const struct metric *table;
	size_t n;
	struct buf *samples; /* of each row */
	int failed;          /* the first error: what follows does nothing */
};

/* TABLE, of N rows, outlives it. */
int exposition_init(struct exposition *exposition, const struct metric *table, size_t n);
void exposition_done(struct exposition *exposition); /* takes one that is all zero */

/* A sample of a counter or a gauge; none when VALUE is NAN: it is not known. ROW is of the table. */
void exposition_add(struct exposition *exposition, size_t row, const char *const *values, double value);

/* Adds the whole to TEXT, each metric under its heading, in the order of the table. Returns the first error of all that was
 * added, or of this. */
int exposition_write(const struct exposition *exposition, struct buf *text);

/* --- For metrics.c ------------------------------------------------------------------------------------------------------ */

/* The labels of METRIC as text: kind="delivery",source="main"; "" for none. Owned by the caller, free(); NULL when memory is
 * exhausted. */
char *exposition_labels(const struct metric *metric, const char *const *values);

/* A sample whose labels are text already, of the metric's name and SUFFIX. */
void exposition_add_text(struct exposition *exposition, size_t row, const char *suffix, const char *labels, double value);

#endif
