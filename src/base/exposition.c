/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prometheus' text format.
 * Base layer, pure.
 */
#include "base/exposition.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* A label's value may be any text but for these three characters. */
static int add_label_value(struct buf *text, const char *value)
{
	int r = ERR_OK;

	for (; *value && r == ERR_OK; value++) {
		if (*value == '\n')
			r = buf_add(text, "\\n", 2);
		else if (*value == '\\' || *value == '"')
			r = buf_addf(text, "\\%c", *value);
		else
			r = buf_add(text, value, 1);
	}
	return r;
}

static int add_labels(struct buf *text, const struct metric *metric, const char *const *values)
{
	int r = ERR_OK;

	for (size_t i = 0; metric->labels[i] && r == ERR_OK; i++) {
		assert(values && values[i]);
		r = buf_addf(text, "%s%s=\"", i > 0 ? "," : "", metric->labels[i]);
		if (r == ERR_OK)
			r = add_label_value(text, values[i]);
		if (r == ERR_OK)
			r = buf_add(text, "\"", 1);
	}
	return r;
}

char *exposition_labels(const struct metric *metric, const char *const *values)
{
	struct buf text = { 0 };

	if (!metric->labels[0])
		return strdup("");
	if (add_labels(&text, metric, values) < 0)
		buf_done(&text);
	return text.data;
}

/* Times in microseconds, which is what they are taken in; all else is counted. */
static int add_number(struct buf *text, enum metric_unit unit, double value)
{
	return buf_addf(text, unit == METRIC_SECONDS ? " %.6f\n" : " %.0f\n", value);
}

void exposition_add_text(struct exposition *exposition, size_t row, const char *suffix, const char *labels, double value)
{
	const struct metric *metric = &exposition->table[row];
	struct buf *text = &exposition->samples[row];
	bool is_count = metric->type == METRIC_HISTOGRAM && strcmp(suffix, "_sum") != 0;
	int r = exposition->failed;

	if (r == ERR_OK)
		r = buf_addf(text, *labels ? "%s%s{%s}" : "%s%s%s", metric->name, suffix, labels);
	if (r == ERR_OK)
		r = add_number(text, is_count ? METRIC_NUMBER : metric->unit, value);
	exposition->failed = r;
}

void exposition_add(struct exposition *exposition, size_t row, const char *const *values, double value)
{
	char *labels = NULL;

	assert(row < exposition->n && exposition->table[row].type != METRIC_HISTOGRAM);
	if (isnan(value) || exposition->failed)
		return;
	labels = exposition_labels(&exposition->table[row], values);
	if (labels)
		exposition_add_text(exposition, row, "", labels, value);
	else
		exposition->failed = ERR_NOMEM;
	free(labels);
}

int exposition_write(const struct exposition *exposition, struct buf *text)
{
	int r = exposition->failed;

	for (size_t i = 0; i < exposition->n && r == ERR_OK; i++) {
		const struct metric *metric = &exposition->table[i];
		const struct buf *samples = &exposition->samples[i];

		r = buf_addf(text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
		             metric_type_text(metric->type));
		if (r == ERR_OK && samples->len > 0)
			r = buf_add(text, samples->data, samples->len);
	}
	return r;
}

void exposition_done(struct exposition *exposition)
{
	for (size_t i = 0; exposition->samples && i < exposition->n; i++)
		buf_done(&exposition->samples[i]);
	free(exposition->samples);
	*exposition = (struct exposition){ 0 };
}

int exposition_init(struct exposition *exposition, const struct metric *table, size_t n)
{
	struct buf *samples = calloc(n, sizeof(*samples));

	if (!samples)
		return ERR_NOMEM;
	*exposition = (struct exposition){ .table = table, .n = n, .samples = samples };
	return ERR_OK;
}
