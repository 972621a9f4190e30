/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was counted.
 */
#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "meter/meter.h"
#include "suite.h"

double reading(const struct metrics *metrics, const char *sample)
{
	struct exposition exposition;
	struct buf text = { 0 };
	char line[256];

	snprintf(line, sizeof(line), "\n%s ", sample);
	ck_assert_int_eq(exposition_init(&exposition, meter_table, METER_MAX), ERR_OK);
	metrics_expose(metrics, &exposition);
	ck_assert_int_eq(exposition_write(&exposition, &text), ERR_OK);
	exposition_done(&exposition);

	const char *found = strstr(text.data, line);

	ck_assert_msg(found, "no %s in:\n%s", sample, text.data);

	double value = strtod(found + strlen(line), NULL);

	buf_done(&text);
	return value;
}
