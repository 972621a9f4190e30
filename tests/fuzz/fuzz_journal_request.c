/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a journal request: its cursor reads back from the request that we would send for it.
 * Tests: wire layer.
 * Covers: wire/journal_encode.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/journal_encode.h"

static void require_round_trip(const char *cursor)
{
	char *again = NULL;
	char *text = NULL;

	FUZZ_REQUIRE(wire_journal_request(cursor, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_journal_request_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(cursor ? again && strcmp(again, cursor) == 0 : !again);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char unset[] = "unset";
	char *cursor = unset;
	int r = wire_journal_request_parse((const char *)data, size, &cursor);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && cursor == unset);
		return 0;
	}
	FUZZ_REQUIRE(cursor != unset && (!cursor || strlen(cursor) <= WIRE_CURSOR_MAX));
	require_round_trip(cursor);
	free(cursor);
	return 0;
}
