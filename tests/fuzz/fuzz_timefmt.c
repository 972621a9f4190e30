/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of times: what is read can be written, and reads back as the same instant without a quirk.
 * Tests: base layer.
 * Covers: base/timefmt.c.
 */
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "tests/fuzz/fuzz.h"

#define ALL_QUIRKS (TIMEFMT_SPACE_ZONE | TIMEFMT_ODD_FRACTION | TIMEFMT_MISSING_ZONE)

/* As Moscow's time a text is the same instant when it has a zone, and three hours earlier when it has none. */
static void require_moscow(const char *text, size_t len)
{
	struct wall moscow = { 42 };
	struct wall utc;
	unsigned quirks;
	int r = timefmt_parse_moscow(text, len, &moscow);

	FUZZ_REQUIRE(r == ERR_OK || (r == ERR_INVALID && moscow.us == 42));
	FUZZ_REQUIRE(moscow.us >= 0);
	if (r == ERR_OK && timefmt_parse(text, len, &utc, &quirks) == ERR_OK)
		FUZZ_REQUIRE(utc.us - moscow.us == (quirks & TIMEFMT_MISSING_ZONE ? TIMEFMT_MOSCOW_US : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wall time = { 42 };
	struct wall again;
	unsigned quirks = 0;
	char text[TIMEFMT_SIZE];

	require_moscow((const char *)data, size);
	if (timefmt_parse((const char *)data, size, &time, &quirks) < 0) {
		FUZZ_REQUIRE(time.us == 42 && quirks == 0);
		return 0;
	}
	FUZZ_REQUIRE(time.us >= 0 && (quirks & ~(unsigned)ALL_QUIRKS) == 0);

	timefmt_format(time, text);
	FUZZ_REQUIRE(strlen(text) == TIMEFMT_SIZE - 1);
	FUZZ_REQUIRE(timefmt_parse(text, strlen(text), &again, &quirks) == ERR_OK);
	FUZZ_REQUIRE(wall_cmp(time, again) == 0 && quirks == 0);
	return 0;
}
