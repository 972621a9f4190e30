/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of times: what is read can be written, and reads back as the same instant without a quirk.
 * Tests: base layer.
 */
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "tests/fuzz/fuzz.h"

#define ALL_QUIRKS (TIMEFMT_SPACE_ZONE | TIMEFMT_ODD_FRACTION | TIMEFMT_MISSING_ZONE)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wall time = { 42 };
	struct wall again;
	unsigned quirks = 0;
	char text[TIMEFMT_SIZE];

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
