/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of what a cancel would cost: what comes out keeps claim_acts.h's promises, and says nothing that was not said.
 * Tests: wire layer.
 * Covers: wire/claim_acts.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/claim_acts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "free", "paid", "unavailable" };
	struct wire_cancel_info info = { .price = "untouched" };
	int r = wire_cancel_info_parse((const char *)data, size, &info);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && strcmp(info.price, "untouched") == 0);
		return 0;
	}
	FUZZ_REQUIRE(info.state <= WIRE_CANCEL_UNAVAILABLE);
	/* Written with escapes, it may stand there in other letters. */
	FUZZ_REQUIRE(memchr(data, '\\', size) || memmem(data, size, words[info.state], strlen(words[info.state])));
	require_line(info.price, sizeof(info.price));
	FUZZ_REQUIRE(strspn(info.price, "-.0123456789") == strlen(info.price));
	FUZZ_REQUIRE(info.currency[0] == '\0' || strlen(info.currency) == 3);
	return 0;
}
