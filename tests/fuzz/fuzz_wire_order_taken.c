/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of what setting a status, and answering a wish to cancel, are answered with: what comes out keeps
 * order_acts.h's promises. Tests: wire layer.
 * Covers: wire/order_acts.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/order_acts.h"

static void require_taken(const struct wire_order_taken *taken)
{
	if (taken->external_id[0] != '\0')
		require_number_id(taken->external_id);
	require_line(taken->status, sizeof(taken->status));
	FUZZ_REQUIRE(taken->status[0] == '\0' || (taken->status[0] != '/' && strchr(taken->status, '/')));
	FUZZ_REQUIRE(memchr(taken->operation_id, '\0', sizeof(taken->operation_id)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire_order_taken untouched;
	struct wire_order_taken taken;
	int r;

	memset(&taken, 0, sizeof(taken));
	r = wire_order_taken_parse((const char *)data, size, &taken);
	FUZZ_REQUIRE(r == ERR_OK || (r == ERR_INVALID && memcmp(&taken, &untouched, sizeof(taken)) == 0));
	require_taken(&taken);
	r = wire_order_ok_parse((const char *)data, size);
	FUZZ_REQUIRE(r == ERR_OK || r == ERR_INVALID);
	return 0;
}
