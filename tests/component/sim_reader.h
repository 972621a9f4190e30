/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reader of the simulator's journal, which holds what it has read against the truth. Component ring.
 */
#ifndef CLAIMD_TESTS_COMPONENT_SIM_READER_H
#define CLAIMD_TESTS_COMPONENT_SIM_READER_H

#include "sim_stage.h"

#define EVENTS_MAX 2048

struct journal_reader {
	struct stage *stage;
	struct wire_event events[EVENTS_MAX]; /* in the order of their coming */
	size_t n;
	char *cursor; /* owned; NULL before the first page */
};

/* Starts over, without a cursor and with nothing read. */
void reader_forget(struct journal_reader *reader);

/* Takes in a page; whether the cursor has moved. */
bool reader_take(struct journal_reader *reader, const struct wire_journal *page);
/* Asks for the next page and takes it in; LIMIT as stage_ask_page(). */
bool reader_read(struct journal_reader *reader, unsigned limit, size_t *ret_n);
/* Reads until the cursor stays, and asserts that the last page is empty. */
void reader_read_all(struct journal_reader *reader, unsigned limit);

/* Whether the events have come in the order of their operations, each once. */
bool reader_is_ordered(const struct journal_reader *reader);
/* Puts them in that order, each once; returns how many had come more than once. */
size_t reader_sort(struct journal_reader *reader);

/* Asserts that the events, which are sorted, are those of the truth and nothing else. */
void reader_check(const struct journal_reader *reader);

#endif
