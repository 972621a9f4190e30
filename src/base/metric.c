/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a metric is.
 * Base layer, pure.
 */
#include "base/metric.h"

const char *metric_type_text(enum metric_type type)
{
	switch (type) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		return "gauge";
	case METRIC_HISTOGRAM:
		return "histogram";
	case METRIC_TYPE_MAX:
		break;
	}
	return "untyped";
}

size_t metric_labels(const struct metric *metric)
{
	size_t n = 0;

	while (metric->labels[n])
		n++;
	return n;
}
