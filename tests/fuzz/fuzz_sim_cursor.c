/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the simulator's cursors: as a text that a reader sends back, which is refused unless it was made here; and as the bytes of a
 * cursor, which reads back from its text, and from no text that differs by one character.
 * Tests: sim layer.
 * Covers: sim/cursor.c.
 */
#include <string.h>

#include "base/err.h"
#include "sim/cursor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#define KEY UINT64_C(0x636c61696d64)
#define HOLES_MAX 16

static void require_same(const struct cursor *a, const struct cursor *b)
{
	FUZZ_REQUIRE(a->last == b->last && a->n == b->n);
	FUZZ_REQUIRE(a->n == 0 || memcmp(a->holes, b->holes, a->n * sizeof(*a->holes)) == 0);
}

static void require_own(const char *text)
{
	struct cursor cursor = { .last = 42 };
	char *again;
	int r = cursor_parse(text, KEY, &cursor);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && cursor.last == 42 && !cursor.holes);
		return;
	}
	FUZZ_REQUIRE(cursor_print(&cursor, KEY, &again) == ERR_OK && strcmp(again, text) == 0);
	free(again);
	cursor_done(&cursor);
}

/* A text that is read is the one that would be written. */
static void require_no_other(char *text, size_t at, uint8_t change)
{
	text[at] = (char)(text[at] ^ (change ? change : 1));
	if (text[at] != '\0')
		require_own(text);
}

/* The first bytes are the last operation's number, and each of the others the distance to a hole before the one before it. */
static void take_cursor(const uint8_t *data, size_t size, int64_t holes[static HOLES_MAX], struct cursor *ret)
{
	uint32_t last = 0;

	memcpy(&last, data, size < sizeof(last) ? size : sizeof(last));
	*ret = (struct cursor){ .last = last, .holes = holes };
	int64_t at = last;

	for (size_t i = sizeof(last); i < size && ret->n < HOLES_MAX; i++) {
		at -= 1 + data[i];
		holes[ret->n++] = at;
	}
	for (size_t i = 0; i < ret->n / 2; i++) {
		int64_t other = holes[ret->n - 1 - i];

		holes[ret->n - 1 - i] = holes[i];
		holes[i] = other;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t holes[HOLES_MAX];
	struct cursor cursor, again;
	char *text = input_text(data, size);

	require_own(text);
	free(text);
	take_cursor(data, size, holes, &cursor);
	FUZZ_REQUIRE(cursor_print(&cursor, KEY, &text) == ERR_OK);
	FUZZ_REQUIRE(cursor_parse(text, KEY, &again) == ERR_OK);
	require_same(&again, &cursor);
	cursor_done(&again);
	FUZZ_REQUIRE(cursor_parse(text, KEY + 1, &again) == ERR_INVALID);
	if (size > 1)
		require_no_other(text, data[0] % strlen(text), data[size - 1]);
	free(text);
	return 0;
}
