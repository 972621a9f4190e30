/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of pushes: what comes out keeps notification.h's promises, and reads back from the push that the simulator
 * would send of it, whatever the order of its fields. Tests: wire layer.
 * Covers: wire/notification.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/notification.h"
#include "wire/orders_encode.h"

DEFINE_CLEANUP(text, char *, free)

static bool is(const struct notification *n, const char *type)
{
	return strcmp(n->type, type) == 0;
}

static void require_notification(const struct notification *n)
{
	require_line(n->type, sizeof(n->type));
	require_line(n->status, sizeof(n->status));
	FUZZ_REQUIRE(n->type[0] != '\0');
	if (n->order_id[0] != '\0')
		require_number_id(n->order_id);
	FUZZ_REQUIRE(n->campaign_id == NUMBER_NONE || n->campaign_id > 0);
	FUZZ_REQUIRE(n->business_id == NUMBER_NONE || n->business_id > 0);
	FUZZ_REQUIRE(n->status[0] == '\0' || is(n, "ORDER_STATUS_UPDATED"));
	FUZZ_REQUIRE((n->kind == NOTIFICATION_PING) == is(n, "PING"));
	FUZZ_REQUIRE(n->kind != NOTIFICATION_ORDER || (n->order_id[0] != '\0' && strncmp(n->type, "ORDER_", 6) == 0));
	FUZZ_REQUIRE(n->asks_to_cancel == is(n, "ORDER_CANCELLATION_REQUEST"));
}

static void require_same(const struct notification *a, const struct notification *b)
{
	FUZZ_REQUIRE(a->kind == b->kind && strcmp(a->type, b->type) == 0 && strcmp(a->status, b->status) == 0);
	FUZZ_REQUIRE(wall_cmp(a->at, b->at) == 0 && a->asks_to_cancel == b->asks_to_cancel);
	if (a->kind == NOTIFICATION_PING)
		return;
	FUZZ_REQUIRE(a->campaign_id == b->campaign_id && strcmp(a->order_id, b->order_id) == 0);
}

static void require_round_trip(const struct notification *n, uint64_t shuffle)
{
	CLEANUP(text_cleanup) char *text = NULL;
	struct notification again;
	const char *why;
	struct wire_push push = {
		.type = n->type,
		.order_id = n->order_id[0] != '\0' ? strtoll(n->order_id, NULL, 10) : NUMBER_NONE,
		.campaign_id = n->campaign_id,
		.status = n->status,
		.at = n->at,
		.shuffle = shuffle,
	};

	if (!has_moscow_text(n->at))
		return;
	FUZZ_REQUIRE(wire_push_encode(&push, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_notification_parse(text, strlen(text), &again, &why) == ERR_OK);
	require_same(&again, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct notification notification = { .campaign_id = 42 };
	const char *why = NULL;
	int r = wire_notification_parse((const char *)data, size, &notification, &why);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && why && notification.campaign_id == 42);
		return 0;
	}
	FUZZ_REQUIRE(!why);
	require_notification(&notification);
	require_round_trip(&notification, size * UINT64_C(0x9e3779b97f4a7c15));
	return 0;
}
