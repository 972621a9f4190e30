/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of operations, asked for by an id that stands in the corpus.
 * Tests: wire layer.
 * Covers: wire/order_acts.c.
 */
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/order_acts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum wire_operation_state state = WIRE_OPERATION_MAX;
	int r = wire_operation_parse((const char *)data, size, "op-1", &state);

	FUZZ_REQUIRE(r == ERR_OK || r == ERR_INVALID);
	FUZZ_REQUIRE((r == ERR_OK) == (state < WIRE_OPERATION_MAX));
	return 0;
}
