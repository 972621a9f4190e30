/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a request for orders: what it asks for reads back from the request that we would send for it.
 * Tests: wire layer.
 * Covers: wire/orders_filter.c.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/orders_encode.h"

DEFINE_CLEANUP(text, char *, free)

static struct wire_orders_filter filter_of(const char *text)
{
	struct wire_orders_filter filter;
	const char *why;

	FUZZ_REQUIRE(wire_orders_filter_parse(text, strlen(text), &filter, &why) == ERR_OK);
	return filter;
}

/* We ask only for what can be an order, so an id of 0 or below is refused. */
static void require_ids_back(const struct wire_orders_filter *filter)
{
	CLEANUP(text_cleanup) char *text = NULL;
	struct wire_orders_filter again;
	char texts[WIRE_ORDERS_MAX][24];
	const char *ids[WIRE_ORDERS_MAX];
	bool positive = true;
	int r;

	for (size_t i = 0; i < filter->n_ids; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%" PRId64, filter->ids[i]);
		ids[i] = texts[i];
		positive = positive && filter->ids[i] > 0;
	}
	r = wire_orders_request(ids, filter->n_ids, filter->fake, &text);
	FUZZ_REQUIRE(r == (positive ? ERR_OK : ERR_INVALID));
	if (r < 0)
		return;
	again = filter_of(text);
	FUZZ_REQUIRE(again.n_ids == filter->n_ids && again.fake == filter->fake);
	FUZZ_REQUIRE(memcmp(again.ids, filter->ids, filter->n_ids * sizeof(filter->ids[0])) == 0);
}

/* 9999-12-31T23:59:59Z: the last whole second that can be written. */
#define LAST_SECOND_US (INT64_C(253402300799) * USEC_PER_SEC)

/* What is written holds the interval; where that has become longer than 30 days, or can't be written, it is refused. */
static void require_interval_back(const struct wire_orders_filter *filter)
{
	CLEANUP(text_cleanup) char *text = NULL;
	struct wire_orders_filter again;
	int r = wire_orders_updated_request(filter->from, filter->to, filter->fake, &text);

	if (r < 0) {
		bool longest = filter->to.us - filter->from.us > WIRE_ORDERS_SPAN_US - USEC_PER_SEC;

		FUZZ_REQUIRE(r == ERR_INVALID && (longest || filter->to.us > LAST_SECOND_US));
		return;
	}
	again = filter_of(text);
	FUZZ_REQUIRE(again.n_ids == 0 && again.fake == filter->fake);
	FUZZ_REQUIRE(again.from.us <= filter->from.us && filter->from.us - again.from.us < USEC_PER_SEC);
	FUZZ_REQUIRE(again.to.us >= filter->to.us && again.to.us - filter->to.us < USEC_PER_SEC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_orders_filter filter = { .n_ids = 42 };
	const char *why = NULL;
	int r = wire_orders_filter_parse((const char *)data, size, &filter, &why);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && why && filter.n_ids == 42);
		return 0;
	}
	FUZZ_REQUIRE(filter.n_ids <= WIRE_ORDERS_MAX);
	if (filter.n_ids > 0)
		require_ids_back(&filter);
	if (wall_is_set(filter.from) && wall_is_set(filter.to))
		require_interval_back(&filter);
	return 0;
}
