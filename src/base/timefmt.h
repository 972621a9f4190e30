/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RFC 3339 times, and a few of their kin, to and from text, without locale, time zone files or allocation.
 * Base layer, pure.
 */
#ifndef CLAIMD_BASE_TIMEFMT_H
#define CLAIMD_BASE_TIMEFMT_H

#include <stddef.h>

#include "base/clock.h"

#define TIMEFMT_MOSCOW_US (INT64_C(3) * 3600 * USEC_PER_SEC)

/* "2026-09-23T07:44:04.402413Z" and its NUL. */
#define TIMEFMT_SIZE 28

/* What parsing had to forgive (timefmt_parse), for the operator's doctor. */
enum timefmt_quirk {
	TIMEFMT_SPACE_ZONE = 1 << 0,    /* a space where the zone's '+' was: a form decoder's work */
	TIMEFMT_ODD_FRACTION = 1 << 1,  /* a fraction with neither 3 nor 6 digits, or a bare '.' */
	TIMEFMT_MISSING_ZONE = 1 << 2,  /* no zone: read as UTC */
};

/* Parses LEN bytes of text as a date and time. Accepted beyond RFC 3339, because senders do it
 * (upstream/delivery.md sections 4 and 7): 'T', 't' or ' ' between date and time; any number of
 * fraction digits, none included (digits past the microsecond are cut, not rounded); 'Z', 'z',
 * +HH:MM, +HHMM, +HH; a space for the zone's '+'; no zone at all. A leap second reads as the next second.
 * RET_QUIRKS may be NULL. ERR_INVALID when the text is not a time from year 1970 to 9999. */
int timefmt_parse(const char *text, size_t len, struct wall *ret, unsigned *ret_quirks);

/* The same for what means Moscow's time wherever it gives no zone: that is UTC+3, all the year. Beside the forms above
 * it takes them with the day first, "20-09-2026 09:12:41" (upstream/market.md section 5). */
int timefmt_parse_moscow(const char *text, size_t len, struct wall *ret);

/* Writes T as "2026-09-23T07:44:04.402413Z". T from year 1970 to 9999, else "-" is written. */
void timefmt_format(struct wall t, char ret[static TIMEFMT_SIZE]);

#endif
