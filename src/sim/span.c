/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads lengths of time without floating point, so that 599.999s is exactly that.
 * Simulator, pure.
 * Takes no sign and no blank.
 */
#include "sim/span.h"

#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"

#define WHOLE_DIGITS_MAX 6    /* 999999 days still fit an int64 of microseconds */
#define DECIMAL_DIGITS_MAX 6  /* to the microsecond, for seconds */

struct unit {
	const char *name;
	int64_t us;
};

static const struct unit units[] = {
	{ "ms", USEC_PER_MS },
	{ "s", USEC_PER_SEC },
	{ "min", 60 * USEC_PER_SEC },
	{ "h", 3600 * USEC_PER_SEC },
	{ "d", 86400 * USEC_PER_SEC },
};

static size_t digits(const char *text, size_t len, int64_t *ret_value)
{
	size_t n = 0;

	*ret_value = 0;
	while (n < len && n <= WHOLE_DIGITS_MAX && text[n] >= '0' && text[n] <= '9')
		*ret_value = *ret_value * 10 + (text[n++] - '0');
	return n;
}

static int64_t unit_us(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (len == strlen(units[i].name) && memcmp(text, units[i].name, len) == 0)
			return units[i].us;
	return 0;
}

int span_parse(const char *text, size_t len, int64_t *ret_us)
{
	int64_t whole;
	int64_t decimals = 0;
	int64_t scale = 1;
	size_t at = digits(text, len, &whole);

	if (at == 0 || at > WHOLE_DIGITS_MAX)
		return ERR_INVALID;
	if (at < len && text[at] == '.') {
		size_t n = digits(text + at + 1, len - at - 1, &decimals);

		if (n == 0 || n > DECIMAL_DIGITS_MAX)
			return ERR_INVALID;
		at += 1 + n;
		while (n-- > 0)
			scale *= 10;
	}
	if (at == len && whole == 0 && decimals == 0) {
		*ret_us = 0;
		return 0;
	}

	int64_t unit = unit_us(text + at, len - at);

	if (unit == 0)
		return ERR_INVALID;
	/* The largest unit times the longest fraction is below 2^63. */
	*ret_us = whole * unit + decimals * unit / scale;
	return 0;
}

int span_parse_range(const char *text, int64_t *ret_min_us, int64_t *ret_max_us)
{
	const char *dots = strstr(text, "..");
	const char *second = dots ? dots + 2 : text;
	size_t first_len = dots ? (size_t)(dots - text) : strlen(text);
	int64_t min_us;
	int64_t max_us;

	if (span_parse(text, first_len, &min_us) < 0 || span_parse(second, strlen(second), &max_us) < 0 || max_us < min_us)
		return ERR_INVALID;
	*ret_min_us = min_us;
	*ret_max_us = max_us;
	return 0;
}
