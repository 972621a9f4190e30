/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long ago, in words.
 * Ctl layer.
 */
#include "ctl/age.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/attr.h"

/* From two of a unit on: "90 minutes" says more than "1 hours". */
const char *age_text(double seconds, char buf[static AGE_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "hours" }, { 60, "minutes" } };
	int64_t whole = seconds > 0 ? (int64_t)seconds : 0;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (whole < 2 * units[i].seconds)
			continue;
		snprintf(buf, AGE_SIZE, "%" PRId64 " %s", whole / units[i].seconds, units[i].name);
		return buf;
	}
	snprintf(buf, AGE_SIZE, "%" PRId64 " seconds", whole);
	return buf;
}
