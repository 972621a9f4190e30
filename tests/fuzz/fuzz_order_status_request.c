/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a status that is to be set: one line that fits, and that reads back from the request that we would send
 * for it, but for a substatus that is not ours to choose.
 * Tests: wire layer.
 * Covers: wire/order_acts_encode.c.
 */
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/order_acts.h"
#include "wire/order_acts_encode.h"

static bool begins(const char *status, const char *with)
{
	return strncmp(status, with, strlen(with)) == 0;
}

static void require_back(const char *status)
{
	char again[STATUS_TEXT_SIZE];
	size_t len = strcspn(status, "/") + 1;
	bool chosen = begins(status, "PROCESSING/") || begins(status, "CANCELLED/");
	const char *why;
	char *text;
	int r = wire_order_status_request(status, &text);

	FUZZ_REQUIRE(r == (chosen && status[len] == '\0' ? ERR_INVALID : ERR_OK));
	if (r < 0)
		return;
	FUZZ_REQUIRE(wire_order_status_request_parse(text, strlen(text), again, &why) == ERR_OK);
	FUZZ_REQUIRE(chosen ? strcmp(again, status) == 0 : strlen(again) == len && begins(status, again));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char status[STATUS_TEXT_SIZE] = "before";
	const char *why = NULL;
	int r = wire_order_status_request_parse((const char *)data, size, status, &why);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && why && strcmp(status, "before") == 0);
		return 0;
	}
	require_line(status, sizeof(status));
	FUZZ_REQUIRE(status[0] != '/' && strchr(status, '/'));
	require_back(status);
	return 0;
}
