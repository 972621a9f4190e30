/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of socket addresses: one that is read is written in a form that reads back as the same address, and one
 * that is refused is refused with a reason.
 * Tests: base layer.
 * Covers: base/address.c.
 */
#include <string.h>

#include "base/address.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

static void require_round_trip(const struct address *address)
{
	struct address again;
	char text[ADDRESS_SIZE];

	address_format((const struct sockaddr *)&address->sa, address->len, text, sizeof(text));
	FUZZ_REQUIRE(address_parse(text, &again, NULL) == ERR_OK);
	FUZZ_REQUIRE(again.len == address->len && memcmp(&again.sa, &address->sa, again.len) == 0);
	FUZZ_REQUIRE(address_is_same(address, address) == address_is_same(address, &again));
}

/* What does not fit is a dash, and nothing is written behind the room that there is. */
static void require_size(const struct address *address)
{
	char whole[ADDRESS_SIZE];
	char text[ADDRESS_SIZE];
	size_t size;

	address_format((const struct sockaddr *)&address->sa, address->len, whole, sizeof(whole));
	size = strlen(whole) + 1;
	memset(text, 'X', sizeof(text));
	address_format((const struct sockaddr *)&address->sa, address->len, text, size - 1);
	FUZZ_REQUIRE(strcmp(text, "-") == 0 && text[size - 1] == 'X');
	address_format((const struct sockaddr *)&address->sa, address->len, text, size);
	FUZZ_REQUIRE(strcmp(text, whole) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_text(data, size);
	struct address address = { .len = 42 };
	const char *why = NULL;

	if (address_parse(text, &address, &why) < 0) {
		FUZZ_REQUIRE(why && address.len == 42);
	} else {
		FUZZ_REQUIRE(!why);
		require_round_trip(&address);
		require_size(&address);
	}
	free(text);
	return 0;
}
