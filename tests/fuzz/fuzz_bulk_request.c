/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a bulk_info request: its ids read back from the request that we would send for them.
 * Tests: wire layer.
 * Covers: wire/claims_encode.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/claims.h"
#include "wire/claims_encode.h"

static void require_round_trip(char **ids, size_t n)
{
	char **again;
	size_t n_again;
	char *text;

	FUZZ_REQUIRE(wire_bulk_request((const char *const *)ids, n, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_bulk_request_parse(text, strlen(text), &again, &n_again) == ERR_OK);
	FUZZ_REQUIRE(n_again == n);
	for (size_t i = 0; i < n; i++)
		FUZZ_REQUIRE(strcmp(again[i], ids[i]) == 0);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char **ids = NULL;
	size_t n = 0;
	int r = wire_bulk_request_parse((const char *)data, size, &ids, &n);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !ids && n == 0);
		return 0;
	}
	FUZZ_REQUIRE(n >= 1 && n <= WIRE_BULK_IDS_MAX);
	require_round_trip(ids, n);
	free(ids);
	return 0;
}
