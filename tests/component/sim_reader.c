/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reader of the simulator's journal, which holds what it has read against the truth. Component ring.
 */
#include "sim_reader.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

void reader_forget(struct journal_reader *reader)
{
	free(reader->cursor);
	reader->cursor = NULL;
	reader->n = 0;
}

bool reader_take(struct journal_reader *reader, const struct wire_journal *page)
{
	bool moved = !reader->cursor || strcmp(reader->cursor, page->cursor) != 0;

	ck_assert_uint_le(reader->n + page->n, EVENTS_MAX);
	for (size_t i = 0; i < page->n; i++)
		reader->events[reader->n++] = page->events[i];
	free(reader->cursor);
	reader->cursor = strdup(page->cursor);
	return moved;
}

bool reader_read(struct journal_reader *reader, unsigned limit, size_t *ret_n)
{
	struct wire_journal page;

	stage_read_page(reader->stage, reader->cursor, limit, &page);
	*ret_n = page.n;

	bool moved = reader_take(reader, &page);

	wire_journal_done(&page);
	return moved;
}

void reader_read_all(struct journal_reader *reader, unsigned limit)
{
	size_t n;

	while (reader_read(reader, limit, &n))
		ck_assert_uint_le(n, limit ? limit : WIRE_JOURNAL_LIMIT_MAX);
	ck_assert_uint_eq(n, 0);
}

bool reader_is_ordered(const struct journal_reader *reader)
{
	for (size_t i = 1; i < reader->n; i++)
		if (reader->events[i].seen.operation_id <= reader->events[i - 1].seen.operation_id)
			return false;
	return true;
}

static int by_operation(const void *a, const void *b)
{
	const struct wire_event *x = a;
	const struct wire_event *y = b;

	return (x->seen.operation_id > y->seen.operation_id) - (x->seen.operation_id < y->seen.operation_id);
}

size_t reader_sort(struct journal_reader *reader)
{
	size_t before = reader->n;

	qsort(reader->events, before, sizeof(*reader->events), by_operation);
	reader->n = 0;
	for (size_t i = 0; i < before; i++)
		if (i == 0 || by_operation(&reader->events[i], &reader->events[reader->n - 1]) != 0)
			reader->events[reader->n++] = reader->events[i];
	return before - reader->n;
}

static void check_status(const struct seen *seen, const struct seen *truth)
{
	ck_assert_str_eq(seen->status, truth->status);
	ck_assert_str_eq(seen->resolution, truth->resolution);
	ck_assert_str_eq(seen->price, "");
	ck_assert_int_eq(order_key_cmp(&seen->key, &truth->key), 0);
	ck_assert(seen->point_id == NUMBER_NONE || seen->point_id == truth->point_id);
}

static void check_price(const struct seen *seen, const struct priced *truth)
{
	ck_assert_str_eq(seen->price, truth->price);
	ck_assert_str_eq(seen->currency, truth->currency);
	ck_assert_str_eq(seen->status, "");
	ck_assert_str_eq(seen->resolution, "");
	ck_assert_int_eq(order_key_cmp(&seen->key, &truth->key), 0);
}

/* The next price from place FROM on that changed alone; n_prices when there is none. */
static size_t next_alone(const struct world_shipment *claim, size_t from)
{
	while (from < claim->n_prices && !claim->prices[from].alone)
		from++;
	return from;
}

/* How many of the events are the claim's. */
static size_t check_claim(const struct journal_reader *reader, const struct world_shipment *claim)
{
	size_t n_statuses = 0;
	size_t n_prices = 0;
	size_t at = next_alone(claim, 0);

	for (size_t i = 0; i < reader->n; i++) {
		const struct wire_event *event = &reader->events[i];

		if (strcmp(event->seen.external_id, claim->id) != 0)
			continue;
		if (event->change == WIRE_CHANGE_STATUS) {
			ck_assert_uint_lt(n_statuses, claim->n);
			check_status(&event->seen, &claim->transitions[n_statuses++].seen);
			continue;
		}
		ck_assert_int_eq(event->change, WIRE_CHANGE_PRICE);
		ck_assert_uint_lt(at, claim->n_prices);
		check_price(&event->seen, &claim->prices[at]);
		ck_assert_uint_eq(claim->prices[at].place, n_statuses - 1);
		at = next_alone(claim, at + 1);
		n_prices++;
	}
	ck_assert_uint_eq(n_statuses, claim->n);
	ck_assert_uint_eq(at, claim->n_prices);
	return n_statuses + n_prices;
}

void reader_check(const struct journal_reader *reader)
{
	const struct world *world = sim_world(reader->stage->sim);
	size_t n = 0;

	for (size_t i = 0; i < world_count(world); i++)
		n += check_claim(reader, world_at(world, i));
	ck_assert_uint_eq(reader->n, n);
}
