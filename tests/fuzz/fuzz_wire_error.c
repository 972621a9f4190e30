/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of an error document: the texts can be logged, and read back as they are.
 * Tests: wire layer.
 * Covers: wire/claims.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/claims.h"
#include "wire/claims_encode.h"
#include "wire/utf8.h"

static void require_clean(const char *text, size_t size)
{
	char cleaned[sizeof(((struct wire_error *)NULL)->message)];

	FUZZ_REQUIRE(memchr(text, '\0', size));
	utf8_clean(text, strlen(text), ' ', cleaned, sizeof(cleaned));
	FUZZ_REQUIRE(strcmp(text, cleaned) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_error error;
	struct wire_error again;
	char *text;

	memset(&error, 'X', sizeof(error));
	wire_error_parse((const char *)data, size, &error);
	require_clean(error.code, sizeof(error.code));
	require_clean(error.message, sizeof(error.message));

	FUZZ_REQUIRE(wire_error_encode(error.code, error.message, &text) == ERR_OK);
	wire_error_parse(text, strlen(text), &again);
	free(text);
	FUZZ_REQUIRE(strcmp(again.code, error.code) == 0 && strcmp(again.message, error.message) == 0);
	return 0;
}
