/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a question for operations: each that is asked for can be asked for alone, and told of.
 * Tests: wire layer.
 * Covers: wire/order_acts_encode.c.
 */
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/order_acts.h"
#include "wire/order_acts_encode.h"

static void require_question_back(const char *id)
{
	char **again;
	size_t n;
	const char *why;
	char *text;

	FUZZ_REQUIRE(wire_operation_request(id, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_operations_request_parse(text, strlen(text), &again, &n, &why) == ERR_OK);
	FUZZ_REQUIRE(n == 1 && strcmp(again[0], id) == 0);
	free(again);
	free(text);
}

static void require_answer_back(char **ids, size_t n)
{
	struct wire_operation operations[WIRE_OPERATIONS_MAX] = { 0 };
	enum wire_operation_state state;
	char *text;

	for (size_t i = 0; i < n; i++)
		operations[i] = (struct wire_operation){ .id = ids[i], .status = "DONE" };
	FUZZ_REQUIRE(wire_operations_encode(operations, n, &text) == ERR_OK);
	/* Not of each of many: that would be all that there is time for. */
	for (size_t i = 0; i < n; i += 1 + n / 4)
		FUZZ_REQUIRE(wire_operation_parse(text, strlen(text), ids[i], &state) == ERR_OK && state == WIRE_OPERATION_DONE);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char **ids = NULL;
	size_t n = 0;
	const char *why = NULL;
	int r = wire_operations_request_parse((const char *)data, size, &ids, &n, &why);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && why && !ids && n == 0);
		return 0;
	}
	FUZZ_REQUIRE(n <= WIRE_OPERATIONS_MAX && (n > 0) == (ids != NULL));
	for (size_t i = 0; i < n; i++) {
		FUZZ_REQUIRE(strlen(ids[i]) >= 1 && strlen(ids[i]) < WIRE_OPERATION_ID_SIZE);
		require_question_back(ids[i]);
	}
	require_answer_back(ids, n);
	free(ids);
	return 0;
}
