/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters, gauges and histograms.
 * Base layer.
 * A series keeps its labels as the text that will be told, so that telling costs little more than printing numbers.
 */
#include "base/metrics.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct counter {
	uint64_t n;
};

struct gauge {
	double value;
};

struct histogram {
	const double *bounds;
	double sum;
	uint64_t *counts; /* of each bound alone, not of those below it; they stand behind the series */
};

struct series {
	struct series *next;
	char *labels;
	union {
		struct counter counter;
		struct gauge gauge;
		struct histogram histogram;
	};
	uint64_t counts[];
};

struct metrics {
	const struct metric *table;
	size_t n;
	struct series *first[]; /* of each row, in the order in which they were asked for */
};

static size_t count_bounds(const struct metric *metric)
{
	size_t n = 0;

	if (!metric->bounds)
		return 0;
	while (!isinf(metric->bounds[n]))
		n++;
	return n + 1;
}

DEFINE_CLEANUP(text, char *, free)

/* NULL when memory is exhausted; LABELS is then still the caller's. */
static struct series *series_new(const struct metric *metric, char *labels)
{
	struct series *series = calloc(1, sizeof(*series) + count_bounds(metric) * sizeof(series->counts[0]));

	if (!series)
		return NULL;
	series->labels = labels;
	if (metric->type == METRIC_HISTOGRAM)
		series->histogram = (struct histogram){ .bounds = metric->bounds, .counts = series->counts };
	return series;
}

static struct series *series_find(struct metrics *metrics, size_t row, const char *const *values)
{
	CLEANUP(text_cleanup) char *labels = exposition_labels(&metrics->table[row], values);
	struct series **link = &metrics->first[row];

	if (!labels)
		return NULL;
	while (*link && strcmp((*link)->labels, labels) != 0)
		link = &(*link)->next;
	if (*link)
		return *link;
	*link = series_new(&metrics->table[row], labels);
	if (*link)
		labels = NULL;
	return *link;
}

static struct series *series_of(struct metrics *metrics, enum metric_type type, size_t row, const char *const *values)
{
	if (!metrics)
		return NULL;
	assert(row < metrics->n && metrics->table[row].type == type);
	return series_find(metrics, row, values);
}

struct counter *metrics_counter(struct metrics *metrics, size_t row, const char *const *values)
{
	struct series *series = series_of(metrics, METRIC_COUNTER, row, values);

	return series ? &series->counter : NULL;
}

struct gauge *metrics_gauge(struct metrics *metrics, size_t row, const char *const *values)
{
	struct series *series = series_of(metrics, METRIC_GAUGE, row, values);

	return series ? &series->gauge : NULL;
}

struct histogram *metrics_histogram(struct metrics *metrics, size_t row, const char *const *values)
{
	struct series *series = series_of(metrics, METRIC_HISTOGRAM, row, values);

	return series ? &series->histogram : NULL;
}

void counter_add(struct counter *counter, uint64_t n)
{
	if (counter)
		counter->n += n;
}

void gauge_set(struct gauge *gauge, double value)
{
	if (gauge)
		gauge->value = value;
}

void gauge_add(struct gauge *gauge, double value)
{
	if (gauge)
		gauge->value += value;
}

void histogram_add(struct histogram *histogram, double value)
{
	size_t i = 0;

	if (!histogram)
		return;
	while (value > histogram->bounds[i])
		i++;
	histogram->counts[i]++;
	histogram->sum += value;
}

/* The label "le" stands behind the others. */
static int bound_labels(const char *labels, double bound, struct buf *text)
{
	const char *comma = *labels ? "," : "";

	buf_clear(text);
	return isinf(bound) ? buf_addf(text, "%s%sle=\"+Inf\"", labels, comma) : buf_addf(text, "%s%sle=\"%g\"", labels, comma, bound);
}

/* A bucket counts all that is no larger than its bound. */
static void expose_histogram(const struct series *series, size_t row, struct exposition *exposition)
{
	const struct histogram *histogram = &series->histogram;
	size_t n = count_bounds(&exposition->table[row]);
	CLEANUP(buf_done) struct buf labels = { 0 };
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += histogram->counts[i];
		if (bound_labels(series->labels, histogram->bounds[i], &labels) < 0) {
			exposition->failed = ERR_NOMEM;
			return;
		}
		exposition_add_text(exposition, row, "_bucket", labels.data, (double)sum);
	}
	exposition_add_text(exposition, row, "_sum", series->labels, histogram->sum);
	exposition_add_text(exposition, row, "_count", series->labels, (double)sum);
}

static void expose_series(const struct series *series, size_t row, struct exposition *exposition)
{
	switch (exposition->table[row].type) {
	case METRIC_COUNTER:
		exposition_add_text(exposition, row, "", series->labels, (double)series->counter.n);
		break;
	case METRIC_GAUGE:
		exposition_add_text(exposition, row, "", series->labels, series->gauge.value);
		break;
	case METRIC_HISTOGRAM:
		expose_histogram(series, row, exposition);
		break;
	case METRIC_TYPE_MAX:
		break;
	}
}

void metrics_expose(const struct metrics *metrics, struct exposition *exposition)
{
	for (size_t row = 0; metrics && row < metrics->n; row++)
		for (const struct series *series = metrics->first[row]; series; series = series->next)
			expose_series(series, row, exposition);
}

static void free_row(struct series *series)
{
	while (series) {
		struct series *next = series->next;

		free(series->labels);
		free(series);
		series = next;
	}
}

struct metrics *metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return NULL;
	for (size_t row = 0; row < metrics->n; row++)
		free_row(metrics->first[row]);
	free(metrics);
	return NULL;
}

int metrics_new(const struct metric *table, size_t n, struct metrics **ret)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics) + n * sizeof(metrics->first[0]));

	if (!metrics)
		return ERR_NOMEM;
	metrics->table = table;
	metrics->n = n;
	*ret = metrics;
	return ERR_OK;
}
