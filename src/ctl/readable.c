/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The unit that suits a value.
 * Ctl layer.
 */
#include "ctl/readable.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/attr.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* Each unit takes what would round up to the next one's first. */
void readable_seconds(double seconds, char ret[static READABLE_SIZE])
{
	int64_t whole = (int64_t)(seconds + 0.5);

	if (seconds < MINUTE - 0.05)
		snprintf(ret, READABLE_SIZE, "%.1f s", seconds);
	else if (whole < HOUR)
		snprintf(ret, READABLE_SIZE, "%" PRId64 " min %" PRId64 " s", whole / MINUTE, whole % MINUTE);
	else if (whole < 2 * DAY)
		snprintf(ret, READABLE_SIZE, "%.1f h", seconds / HOUR);
	else
		snprintf(ret, READABLE_SIZE, "%.1f d", seconds / DAY);
}

void readable_age(int64_t us, char ret[static READABLE_SIZE])
{
	int64_t seconds = us < 0 ? 0 : us / USEC_PER_SEC;

	if (seconds < MINUTE)
		snprintf(ret, READABLE_SIZE, "%" PRId64 " s", seconds);
	else
		readable_seconds((double)seconds, ret);
}

void readable_countdown(int64_t left_us, char ret[static READABLE_SIZE])
{
	int64_t seconds = (left_us < 0 ? -left_us : left_us) / USEC_PER_SEC;

	snprintf(ret, READABLE_SIZE, "%s%" PRId64 ":%02" PRId64, left_us < 0 ? "-" : "", seconds / MINUTE, seconds % MINUTE);
}

static void format_time(struct wall at, const char *format, char ret[static READABLE_SIZE])
{
	time_t seconds = (time_t)(at.us / USEC_PER_SEC);
	struct tm tm;

	if (!wall_is_set(at) || !localtime_r(&seconds, &tm) || strftime(ret, READABLE_SIZE, format, &tm) == 0)
		snprintf(ret, READABLE_SIZE, "-");
}

void readable_time(struct wall at, char ret[static READABLE_SIZE])
{
	format_time(at, "%Y-%m-%d %H:%M:%S", ret);
}

void readable_time_of_day(struct wall at, char ret[static READABLE_SIZE])
{
	format_time(at, "%H:%M:%S", ret);
}

void readable_bytes(int64_t bytes, char ret[static READABLE_SIZE])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(ret, READABLE_SIZE, "%" PRId64 " B", bytes);
		return;
	}
	for (; value >= 1024 - 0.05 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1024;
	snprintf(ret, READABLE_SIZE, "%.1f %s", value, units[unit]);
}
