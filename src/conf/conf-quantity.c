/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers with a unit: durations and sizes.
 * Conf layer, pure.
 * Guesses no unit: a bare number is an error.
 */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

/* Digits after the point: enough for a microsecond of a second, and small enough for exact sums in 64 bits. */
#define FRACTION_DIGITS 6

static const struct conf_unit duration_units[] = {
	{ "ms", USEC_PER_MS },
	{ "s", USEC_PER_SEC },
	{ "min", USEC_PER_MIN },
	{ "h", USEC_PER_HOUR },
	{ "d", USEC_PER_DAY },
};

static const struct conf_unit size_units[] = {
	{ "B", 1 },
	{ "KiB", BYTES_PER_KIB },
	{ "MiB", BYTES_PER_MIB },
};

const struct conf_measure conf_durations = {
	.what = "duration",
	.names = "ms, s, min, h or d",
	.example = "30s",
	.units = duration_units,
	.n_units = ARRAY_SIZE(duration_units),
};

const struct conf_measure conf_sizes = {
	.what = "size",
	.names = "B, KiB or MiB",
	.example = "64KiB",
	.units = size_units,
	.n_units = ARRAY_SIZE(size_units),
};

/* A decimal number: whole + fraction / scale. */
struct decimal {
	int64_t whole;
	int64_t fraction;
	int64_t scale;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Returns where the number ends, NULL where none begins or it is too large. */
static const char *read_decimal(const char *text, struct decimal *ret)
{
	struct decimal d = { .scale = 1 };

	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text); text++)
		if (__builtin_mul_overflow(d.whole, 10, &d.whole) ||
		    __builtin_add_overflow(d.whole, *text - '0', &d.whole))
			return NULL;
	if (*text == '.') {
		if (!is_digit(*++text))
			return NULL;
		for (int i = 0; i < FRACTION_DIGITS && is_digit(*text); i++, text++) {
			d.fraction = d.fraction * 10 + (*text - '0');
			d.scale *= 10;
		}
	}
	*ret = d;
	return text;
}

static const struct conf_unit *find_unit(const struct conf_measure *measure, const char *name)
{
	for (size_t i = 0; i < measure->n_units; i++)
		if (strcmp(measure->units[i].name, name) == 0)
			return &measure->units[i];
	return NULL;
}

int conf_quantity_read(const struct conf_measure *measure, const char *text, int64_t *ret, struct conf_error *ret_error)
{
	struct decimal number;
	const char *end = read_decimal(text, &number);

	if (!end)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is not a %s; write a number and %s, as in %s", text,
			measure->what, measure->names, measure->example);
	end += strspn(end, " \t");
	if (*end == '\0')
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" has no unit; write %s after the number, as in %s",
			text, measure->names, measure->example);

	const struct conf_unit *unit = find_unit(measure, end);

	if (!unit)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" has the unknown unit '%s'; write %s, as in %s", text,
			end, measure->names, measure->example);

	int64_t value, part = number.fraction * unit->factor;

	if (part % number.scale != 0)
		return conf_fail(ret_error, ERR_INVALID,
			"\"%s\" is too fine; write it with fewer digits or a smaller unit", text);
	if (__builtin_mul_overflow(number.whole, unit->factor, &value) ||
	    __builtin_add_overflow(value, part / number.scale, &value))
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is too large", text);
	*ret = value;
	return 0;
}

/* The largest unit of which VALUE is a whole number; "0s" reads better than "0ms" or "0d". */
static const struct conf_unit *fitting_unit(const struct conf_measure *measure, int64_t value)
{
	const struct conf_unit *unit = &measure->units[0];

	if (value == 0)
		return unit->factor > 1 ? &measure->units[1] : unit;
	for (size_t i = 1; i < measure->n_units; i++)
		if (value % measure->units[i].factor == 0)
			unit = &measure->units[i];
	return unit;
}

void conf_quantity_format(const struct conf_measure *measure, int64_t value, char ret[static CONF_QUANTITY_SIZE])
{
	const struct conf_unit *unit = fitting_unit(measure, value);
	int64_t rest = value % unit->factor;
	char fraction[5] = "";

	/* Only milliseconds have something below them that can be left over. */
	if (rest != 0)
		(void)snprintf(fraction, sizeof(fraction), ".%03u", (unsigned)rest % 1000);
	for (size_t len = strlen(fraction); len > 0 && fraction[len - 1] == '0'; len--)
		fraction[len - 1] = '\0';
	(void)snprintf(ret, CONF_QUANTITY_SIZE, "%" PRId64 "%s%s", value / unit->factor, fraction, unit->name);
}
