/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program counts of itself: counters, gauges and histograms, by the table of metrics that it brings.
 * Base layer. One thread: to count is an addition, without a lock. Each part is handed the whole, asks for what it counts
 * once, and keeps the handles.
 */
#ifndef CLAIMD_BASE_METRICS_H
#define CLAIMD_BASE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/exposition.h"
#include "base/metric.h"

struct metrics;
struct counter;
struct gauge;
struct histogram;

/* TABLE, of N rows, outlives it. */
int metrics_new(const struct metric *table, size_t n, struct metrics **ret);
struct metrics *metrics_free(struct metrics *metrics); /* with all handles; takes NULL, returns NULL */

/* The handle of a row of the table with these values of its labels, at 0 when it is new. Whoever asks for the same again gets the
 * same, so a count goes on where a part is made anew. NULL when METRICS is NULL or memory is exhausted: nothing is counted then. */
struct counter *metrics_counter(struct metrics *metrics, size_t row, const char *const *values);
struct gauge *metrics_gauge(struct metrics *metrics, size_t row, const char *const *values);
struct histogram *metrics_histogram(struct metrics *metrics, size_t row, const char *const *values);

/* All take NULL, and do nothing. */
void counter_add(struct counter *counter, uint64_t n);
void gauge_set(struct gauge *gauge, double value);
void gauge_add(struct gauge *gauge, double value);
void histogram_add(struct histogram *histogram, double value);

/* Adds all that was counted, of the same table. Takes NULL. */
void metrics_expose(const struct metrics *metrics, struct exposition *exposition);

DEFINE_CLEANUP(metrics, struct metrics *, metrics_free)

#endif
