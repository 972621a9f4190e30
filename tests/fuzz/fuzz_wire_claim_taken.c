/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of what accept and cancel are answered with: what comes out keeps claim_acts.h's promises.
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
	struct wire_claim_taken taken = { 0 };
	int r = wire_claim_taken_parse((const char *)data, size, &taken);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && taken.external_id[0] == '\0' && taken.status[0] == '\0');
		return 0;
	}
	FUZZ_REQUIRE(external_id_is_valid(taken.external_id, strlen(taken.external_id)));
	require_line(taken.status, sizeof(taken.status));
	return 0;
}
