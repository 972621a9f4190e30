/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of decimals: what is read is the number that stands there, and nothing else is read.
 * Tests: base layer.
 * Covers: base/decimal.c.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#define DIGITS "0123456789"
#define UNITS 10000

/* Digits, and digits behind a point if there is one, of which all behind the fourth are zeros. */
static bool is_decimal(const char *text)
{
	size_t whole = strspn(text, DIGITS);
	const char *behind = text + whole + 1;

	if (whole == 0 || text[whole] == '\0')
		return whole > 0;
	size_t fraction = strspn(behind, DIGITS);
	size_t kept = fraction < 4 ? fraction : 4;

	return text[whole] == '.' && fraction > 0 && strspn(behind + kept, "0") == strlen(behind + kept);
}

/* Skips the zeros before a number, but its last digit. */
static const char *skip_zeros(const char *text)
{
	while (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		text++;
	return text;
}

/* The written number is that which was read, digit by digit: no arithmetic that may be as wrong. */
static void require_text(const char *text, int64_t value)
{
	const char *digits = skip_zeros(text);
	size_t whole = strspn(digits, DIGITS);
	char expected[64];
	char written[64];

	FUZZ_REQUIRE(whole < sizeof(expected) - 8);
	(void)snprintf(expected, sizeof(expected), "%.*s.%-4.4s", (int)whole, digits, digits[whole] == '.' ? digits + whole + 1 : "");
	for (char *c = expected; *c; c++)
		*c = *c == ' ' ? '0' : *c;
	(void)snprintf(written, sizeof(written), "%" PRId64 ".%04" PRId64, value / UNITS, value % UNITS);
	FUZZ_REQUIRE(strcmp(written, expected) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_text(data, size);
	int64_t value = -42;

	if (decimal_parse(text, &value) == ERR_OK) {
		FUZZ_REQUIRE(is_decimal(text) && value >= 0);
		require_text(text, value);
	} else {
		FUZZ_REQUIRE(value == -42);
		/* A decimal is refused only where it is too much: 922337203685477 and something. */
		FUZZ_REQUIRE(!is_decimal(text) || strspn(skip_zeros(text), DIGITS) >= 15);
	}
	free(text);
	return 0;
}
