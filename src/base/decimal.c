/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decimals as integers.
 * Base layer.
 */
#include "base/decimal.h"

#include <stdbool.h>

#include "base/err.h"

#define FRACTION_DIGITS 4

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes one more digit in. */
static bool shift(int64_t *value, int digit)
{
	return !__builtin_mul_overflow(*value, 10, value) && !__builtin_add_overflow(*value, digit, value);
}

int decimal_parse(const char *text, int64_t *ret)
{
	int64_t value = 0;
	int fraction = 0;
	bool ok = is_digit(*text);

	for (; ok && is_digit(*text); text++)
		ok = shift(&value, *text - '0');
	if (ok && *text == '.')
		for (text++, ok = is_digit(*text); ok && is_digit(*text) && fraction < FRACTION_DIGITS; text++, fraction++)
			ok = shift(&value, *text - '0');
	for (; ok && fraction < FRACTION_DIGITS; fraction++)
		ok = shift(&value, 0);
	while (ok && *text == '0')
		text++;
	if (!ok || *text != '\0')
		return ERR_INVALID;
	*ret = value;
	return ERR_OK;
}
