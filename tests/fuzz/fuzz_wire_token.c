/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of what an Api-Key is good for.
 * Tests: wire layer.
 * Covers: wire/token.c.
 */
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_token token = { 0 };
	int r = wire_token_parse((const char *)data, size, &token);

	FUZZ_REQUIRE(r == ERR_OK || (r == ERR_INVALID && !token.reads_orders));
	FUZZ_REQUIRE(token.reads_orders || !token.changes_orders);
	return 0;
}
