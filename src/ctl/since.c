/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three forms of --since.
 * Ctl layer.
 */
#include "ctl/since.h"

#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "conf/conf-value.h"

#define DATE_FORM "%Y-%m-%d"

static bool parse_time(const char *text, struct wall *ret)
{
	struct wall time;
	unsigned quirks = 0;

	if (timefmt_parse(text, strlen(text), &time, &quirks) != ERR_OK || (quirks & TIMEFMT_MISSING_ZONE))
		return false;
	*ret = time;
	return true;
}

/* A day that the calendar does not have is none. */
static bool parse_date(const char *text, struct wall *ret)
{
	struct tm day = { 0 };
	const char *end = strptime(text, DATE_FORM, &day);
	struct tm first = day;

	if (!end || *end != '\0')
		return false;
	first.tm_isdst = -1;
	time_t seconds = mktime(&first);

	if (first.tm_mday != day.tm_mday)
		return false;
	*ret = (struct wall){ (int64_t)seconds * USEC_PER_SEC };
	return true;
}

static bool parse_ago(const struct console *console, const char *text, struct wall *ret)
{
	struct conf_error error;
	int64_t ago_us;

	if (conf_quantity_read(&conf_durations, text, &ago_us, &error) != ERR_OK)
		return false;
	*ret = wall_add(clock_wall(&console->clock), -ago_us);
	return true;
}

int since_parse(const struct console *console, const char *text, struct wall *ret)
{
	if (parse_date(text, ret) || parse_time(text, ret) || parse_ago(console, text, ret))
		return EX_OK;
	return console_fail(console, EX_USAGE, "\"%s\" is no time; write 2026-09-23T07:44:04Z, with Z or a zone such as +03:00, a date, or "
	                    "how long ago, such as 7d", text);
}
