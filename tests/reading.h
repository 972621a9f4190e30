/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was counted, as Prometheus would read it.
 */
#ifndef CLAIMD_TESTS_READING_H
#define CLAIMD_TESTS_READING_H

#include "base/metrics.h"

/* The value of a sample of METRICS, which are of meter_table: by its name and labels, as in claimd_reads_total{kind="delivery",...}.
 * Fails when there is no such sample. */
double reading(const struct metrics *metrics, const char *sample);

#endif
