/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a journal page: what comes out keeps journal.h's promises, and reads back from what the simulator would
 * write of it. Tests: wire layer.
 * Covers: wire/journal.c.
 */
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/journal_encode.h"

DEFINE_CLEANUP(text, char *, free)

static void require_event(const struct wire_event *event)
{
	const struct seen *seen = &event->seen;

	require_seen(seen);
	require_no_order(seen);
	require_line(event->change_type, sizeof(event->change_type));
	FUZZ_REQUIRE(event->change_type[0] != '\0');
	FUZZ_REQUIRE((event->change == WIRE_CHANGE_STATUS) == (strcmp(event->change_type, "status_changed") == 0));
	FUZZ_REQUIRE((event->change == WIRE_CHANGE_PRICE) == (strcmp(event->change_type, "price_changed") == 0));
	FUZZ_REQUIRE((event->change == WIRE_CHANGE_STATUS) == (seen->status[0] != '\0'));
	FUZZ_REQUIRE((event->change == WIRE_CHANGE_PRICE) == (seen->price[0] != '\0'));
	FUZZ_REQUIRE(event->change == WIRE_CHANGE_PRICE || seen->currency[0] == '\0');
	FUZZ_REQUIRE(seen->via == VIA_JOURNAL && !seen->snapshot);
	FUZZ_REQUIRE(seen->operation_id != NUMBER_NONE && seen->key.revision != NUMBER_NONE && seen->version == NUMBER_NONE);
	FUZZ_REQUIRE(wall_cmp(seen->entered, seen->key.updated) == 0 && !wall_is_set(seen->valid_until));
}

static void require_page_back(const struct wire_journal *journal)
{
	CLEANUP(wire_journal_done) struct wire_journal again = { 0 };
	CLEANUP(text_cleanup) char *text = NULL;

	FUZZ_REQUIRE(wire_journal_encode(journal->cursor, journal->events, journal->n, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_journal_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(again.n == journal->n && again.n_unreadable == 0);
	FUZZ_REQUIRE(strcmp(again.cursor, journal->cursor) == 0);
	for (size_t i = 0; i < again.n; i++) {
		FUZZ_REQUIRE(strcmp(again.events[i].change_type, journal->events[i].change_type) == 0);
		require_same_seen(&again.events[i].seen, &journal->events[i].seen);
	}
}

/* The cursor comes back to its upstream as it was given, byte for byte. */
static void require_cursor_back(const char *cursor)
{
	CLEANUP(text_cleanup) char *text = NULL;
	CLEANUP(text_cleanup) char *back = NULL;

	FUZZ_REQUIRE(wire_journal_request(cursor, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_journal_request_parse(text, strlen(text), &back) == ERR_OK);
	FUZZ_REQUIRE(back && strcmp(back, cursor) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(wire_journal_done) struct wire_journal journal = { 0 };
	int r = wire_journal_parse((const char *)data, size, &journal);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !journal.cursor && !journal.events);
		return 0;
	}
	FUZZ_REQUIRE(journal.cursor && strlen(journal.cursor) <= WIRE_CURSOR_MAX);
	for (size_t i = 0; i < journal.n; i++)
		require_event(&journal.events[i]);
	require_page_back(&journal);
	require_cursor_back(journal.cursor);
	return 0;
}
