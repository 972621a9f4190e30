/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of what is asked for a claim: who cancels says all that who accepts says, and more, and what it says reads
 * back from the request that we would send for it.
 * Tests: wire layer.
 * Covers: wire/claim_acts_encode.c.
 */
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/claim_acts.h"
#include "wire/claim_acts_encode.h"

/* We never ask with a version below 0. */
static void require_accept_back(int64_t version)
{
	int64_t again;
	char *text;

	if (version < 0)
		return;
	FUZZ_REQUIRE(wire_accept_request(version, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_accept_request_parse(text, strlen(text), &again) == ERR_OK && again == version);
	free(text);
}

static void require_cancel_back(int64_t version, bool paid)
{
	int64_t again;
	bool paid_again;
	char *text;

	if (version < 0)
		return;
	FUZZ_REQUIRE(wire_cancel_request(version, paid, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_cancel_request_parse(text, strlen(text), &again, &paid_again) == ERR_OK);
	FUZZ_REQUIRE(again == version && paid_again == paid);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t accepted = NUMBER_NONE;
	int64_t cancelled = NUMBER_NONE;
	bool paid = true;
	int r_accept = wire_accept_request_parse((const char *)data, size, &accepted);
	int r_cancel = wire_cancel_request_parse((const char *)data, size, &cancelled, &paid);

	FUZZ_REQUIRE(r_accept == ERR_OK ? accepted != NUMBER_NONE : r_accept == ERR_INVALID && accepted == NUMBER_NONE);
	FUZZ_REQUIRE(r_cancel == ERR_OK ? r_accept == ERR_OK && cancelled == accepted
	                                : r_cancel == ERR_INVALID && cancelled == NUMBER_NONE && paid);
	if (r_accept == ERR_OK)
		require_accept_back(accepted);
	if (r_cancel == ERR_OK)
		require_cancel_back(cancelled, paid);
	return 0;
}
