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

static const char *const columns[] = {
	"claim_id", "life", "seq", "status", "at", "at_us", "revision", "version", "point_id", "price", "verdict", "reads",
};

static struct wire_value text_of(const char *text)
{
	return (struct wire_value){ .kind = text[0] ? WIRE_TEXT : WIRE_NULL, .text = text };
}

static struct wire_value integer_of(int64_t integer)
{
	return (struct wire_value){ .kind = WIRE_INTEGER, .integer = integer };
}

static int write_transition(const struct world_claim *claim, size_t place, struct buf *text)
{
	const struct transition *transition = &claim->transitions[place];
	const struct seen *seen = &transition->seen;
	char at[TIMEFMT_SIZE];
	char *row;

	timefmt_format(seen->entered, at);

	const struct wire_value values[] = {
		text_of(claim->id),
		text_of(claim->life),
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
	};

	_Static_assert(ARRAY_SIZE(values) == ARRAY_SIZE(columns), "a value for each column");

	int r = wire_row_encode(columns, values, ARRAY_SIZE(values), &row);

	if (r < 0)
		return r;
	r = buf_addf(text, "%s\n", row);
	free(row);
	return r;
}

int truth_write(const struct world *world, struct buf *text)
{
	for (size_t i = 0; i < world_count(world); i++) {
		const struct world_claim *claim = world_at(world, i);

		for (size_t place = 0; place < claim->n; place++) {
			int r = write_transition(claim, place, text);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
