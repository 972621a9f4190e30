/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the truth.
 * Simulator.
 * JSON itself is the wire layer's.
 */
#include "sim/truth.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/timefmt.h"
#include "wire/table.h"

static const char *const transition_columns[] = {
	"claim_id", "life", "seq", "status", "at", "at_us", "revision", "version", "point_id", "price", "verdict", "reads",
	"resolution", "events", "model", "acted",
};

static const char *const price_columns[] = { "claim_id", "at", "at_us", "revision", "price", "currency", "alone", "events" };

static struct wire_value text_of(const char *text)
{
	return (struct wire_value){ .kind = text[0] ? WIRE_TEXT : WIRE_NULL, .text = text };
}

static struct wire_value integer_of(int64_t integer)
{
	return (struct wire_value){ .kind = integer == NUMBER_NONE ? WIRE_NULL : WIRE_INTEGER, .integer = integer };
}

static int write_row(const char *const *columns, const struct wire_value *values, size_t n, struct buf *text)
{
	char *row;
	int r = wire_row_encode(columns, values, n, &row);

	if (r < 0)
		return r;
	r = buf_addf(text, "%s\n", row);
	free(row);
	return r;
}

static int write_transition(const struct world_shipment *shipment, size_t place, struct buf *text)
{
	const struct transition *transition = &shipment->transitions[place];
	const struct seen *seen = &transition->seen;
	char at[TIMEFMT_SIZE];

	timefmt_format(seen->entered, at);

	const struct wire_value values[] = {
		text_of(shipment->id),
		text_of(shipment->life),
		integer_of((int64_t)place + 1),
		text_of(seen->status),
		text_of(at),
		integer_of(seen->entered.us),
		integer_of(seen->key.revision),
		integer_of(seen->version),
		integer_of(seen->point_id),
		text_of(seen->price),
		text_of(verdict_text(transition->verdict)),
		integer_of(transition->reads),
		text_of(seen->resolution),
		integer_of(transition->events),
		text_of(shipment->model->name),
		{ .kind = WIRE_BOOL, .integer = transition->acted },
	};

	_Static_assert(ARRAY_SIZE(values) == ARRAY_SIZE(transition_columns), "a value for each column");
	return write_row(transition_columns, values, ARRAY_SIZE(values), text);
}

static int write_price(const struct world_shipment *claim, size_t i, struct buf *text)
{
	const struct priced *priced = &claim->prices[i];
	char at[TIMEFMT_SIZE];

	timefmt_format(priced->key.updated, at);

	const struct wire_value values[] = {
		text_of(claim->id),
		text_of(at),
		integer_of(priced->key.updated.us),
		integer_of(priced->key.revision),
		text_of(priced->price),
		text_of(priced->currency),
		{ .kind = WIRE_BOOL, .integer = priced->alone },
		integer_of(priced->events),
	};

	_Static_assert(ARRAY_SIZE(values) == ARRAY_SIZE(price_columns), "a value for each column");
	return write_row(price_columns, values, ARRAY_SIZE(values), text);
}

int truth_write(const struct world *world, struct buf *text)
{
	for (size_t i = 0; i < world_count(world); i++) {
		const struct world_shipment *shipment = world_at(world, i);

		for (size_t place = 0; place < shipment->n; place++) {
			int r = write_transition(shipment, place, text);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

int truth_write_prices(const struct world *world, struct buf *text)
{
	for (size_t i = 0; i < world_count(world); i++) {
		const struct world_shipment *claim = world_at(world, i);

		for (size_t k = 0; k < claim->n_prices; k++) {
			int r = write_price(claim, k, text);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
