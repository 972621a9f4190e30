/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of an answer to a buyer's wish to cancel: it reads back from the request that we would send for it.
 * Tests: wire layer.
 * Covers: wire/order_acts_encode.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/order_acts.h"
#include "wire/order_acts_encode.h"

static void require_back(bool accepted)
{
	bool again;
	const char *why;
	char *text;

	FUZZ_REQUIRE(wire_order_cancellation_request(accepted ? NULL : "ORDER_IN_DELIVERY", &text) == ERR_OK);
	FUZZ_REQUIRE(wire_order_cancellation_request_parse(text, strlen(text), &again, &why) == ERR_OK && again == accepted);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool first = true;
	bool second = false;
	const char *why = NULL;
	int r = wire_order_cancellation_request_parse((const char *)data, size, &first, &why);

	FUZZ_REQUIRE(wire_order_cancellation_request_parse((const char *)data, size, &second, &why) == r);
	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && why && first && !second);
		return 0;
	}
	FUZZ_REQUIRE(first == second && !why);
	require_back(first);
	return 0;
}
