/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a bulk_info answer: what comes out keeps claims.h's promises, and reads back from what the
 * simulator would write of it. Tests: wire layer.
 * Covers: wire/claims.c, wire/snapshots.c.
 */
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/claims.h"
#include "wire/claims_encode.h"

DEFINE_CLEANUP(text, char *, free)

static void require_claim(const struct seen *seen)
{
	require_seen(seen);
	require_no_order(seen);
	FUZZ_REQUIRE(seen->status[0] != '\0');
	FUZZ_REQUIRE(seen->via == VIA_SWEEP && seen->snapshot && seen->operation_id == NUMBER_NONE);
}

static void require_round_trip(const struct wire_snapshots *claims)
{
	CLEANUP(wire_snapshots_done) struct wire_snapshots again = { 0 };
	CLEANUP(text_cleanup) char *text = NULL;

	FUZZ_REQUIRE(wire_claims_encode(claims->seen, claims->n, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_claims_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(again.n == claims->n && again.n_unreadable == 0);
	for (size_t i = 0; i < again.n; i++)
		require_same_seen(&again.seen[i], &claims->seen[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(wire_snapshots_done) struct wire_snapshots claims = { 0 };
	int r = wire_claims_parse((const char *)data, size, &claims);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !claims.seen);
		return 0;
	}
	for (size_t i = 0; i < claims.n; i++)
		require_claim(&claims.seen[i]);
	require_round_trip(&claims);
	return 0;
}
