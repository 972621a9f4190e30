/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a page of orders, or of an error that stands in its place: what comes out keeps orders.h's promises, and
 * reads back from what the simulator would write of it. Tests: wire layer.
 * Covers: wire/orders.c, wire/paging.c, wire/snapshots.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/claims.h"
#include "wire/orders_encode.h"

DEFINE_CLEANUP(text, char *, free)
DEFINE_CLEANUP(written, struct wire_order *, free)

static void require_order(const struct seen *seen)
{
	require_seen(seen);
	require_number_id(seen->external_id);
	FUZZ_REQUIRE(seen->status[0] != '/' && strchr(seen->status, '/'));
	FUZZ_REQUIRE(seen->via == VIA_SWEEP && seen->snapshot && seen->operation_id == NUMBER_NONE);
	FUZZ_REQUIRE(seen->key.revision == NUMBER_NONE && seen->version == NUMBER_NONE && seen->point_id == NUMBER_NONE);
	FUZZ_REQUIRE(seen->price[0] == '\0' && seen->currency[0] == '\0' && seen->resolution[0] == '\0');
	FUZZ_REQUIRE(!wall_is_set(seen->valid_until));
	FUZZ_REQUIRE(!seen->model || seen->model == &model_dbs || seen->model == &model_laas);
	FUZZ_REQUIRE(!seen->foreign || !seen->model);
	FUZZ_REQUIRE(seen->campaign_id == NUMBER_NONE || seen->campaign_id > 0);
	FUZZ_REQUIRE(!wall_is_set(seen->asked) || wall_cmp(seen->asked, seen->key.updated) == 0);
}

/* NULL when an order's time can't be written. */
static struct wire_order *written_new(const struct wire_snapshots *orders)
{
	struct wire_order *written = calloc(orders->n ? orders->n : 1, sizeof(*written));

	FUZZ_REQUIRE(written);
	for (size_t i = 0; i < orders->n; i++) {
		written[i] = (struct wire_order){ .seen = &orders->seen[i], .created = orders->seen[i].entered };
		if (!has_moscow_text(orders->seen[i].key.updated)) {
			free(written);
			return NULL;
		}
	}
	return written;
}

static void require_round_trip(const struct wire_orders *orders)
{
	CLEANUP(written_cleanup) struct wire_order *written = written_new(&orders->orders);
	CLEANUP(wire_orders_done) struct wire_orders again = { 0 };
	CLEANUP(text_cleanup) char *text = NULL;
	const char *token = orders->next_page_token;

	if (!written)
		return;
	FUZZ_REQUIRE(wire_orders_encode(written, orders->orders.n, token, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_orders_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(again.orders.n == orders->orders.n && again.orders.n_unreadable == 0);
	FUZZ_REQUIRE(token ? again.next_page_token && strcmp(again.next_page_token, token) == 0 : !again.next_page_token);
	for (size_t i = 0; i < again.orders.n; i++)
		require_same_seen(&again.orders.seen[i], &orders->orders.seen[i]);
}

static void require_error(const char *bytes, size_t size)
{
	struct wire_error error;

	memset(&error, 'X', sizeof(error));
	wire_orders_error_parse(bytes, size, &error);
	require_line(error.code, sizeof(error.code));
	require_line(error.message, sizeof(error.message));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(wire_orders_done) struct wire_orders orders = { 0 };
	int r = wire_orders_parse((const char *)data, size, &orders);

	require_error((const char *)data, size);
	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !orders.orders.seen && !orders.next_page_token);
		return 0;
	}
	if (orders.next_page_token)
		FUZZ_REQUIRE(orders.next_page_token[0] != '\0' && strlen(orders.next_page_token) <= WIRE_PAGE_TOKEN_MAX);
	for (size_t i = 0; i < orders.orders.n; i++)
		require_order(&orders.orders.seen[i]);
	require_round_trip(&orders);
	return 0;
}
