/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of what claimsim is asked for: every piece stands within the target, and every number within its limits.
 * Tests: sim layer.
 * Covers: sim/target.c.
 */
#include <string.h>

#include "sim/target.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#define LIMIT 50

static void require_target(const struct target *target, const char *text)
{
	bool of_order = target->route == ROUTE_ORDER_STATUS || target->route == ROUTE_ORDER_CANCELLATION;

	FUZZ_REQUIRE(target->text == text && target->side < SIDE_MAX && target->route < ROUTE_MAX);
	FUZZ_REQUIRE(target->business_id >= -1 && target->campaign_id >= -1);
	FUZZ_REQUIRE((target->route != ROUTE_ORDERS && target->route != ROUTE_OPERATIONS) || target->business_id >= 0);
	FUZZ_REQUIRE(!of_order || (target->campaign_id >= 0 && target->order_id_len > 0));
	FUZZ_REQUIRE(!of_order || target_is_act(target));
	if (target->order_id)
		FUZZ_REQUIRE(target->order_id > text && target->order_id + target->order_id_len <= text + strlen(text));
}

static void require_parameter(const struct target *target, const char *name)
{
	const char *query = strchr(target->text, '?');
	size_t len = SIZE_MAX;
	size_t number = SIZE_MAX;
	const char *value = target_parameter(target, name, &len);
	bool is_number = target_number(target, name, LIMIT, &number);

	FUZZ_REQUIRE(value ? query && value > query && len <= strlen(value) && !memchr(value, '&', len) : len == SIZE_MAX);
	FUZZ_REQUIRE(is_number ? value && len > 0 && number <= LIMIT : number == SIZE_MAX);
	FUZZ_REQUIRE(is_number == (value && len > 0 && strspn(value, "0123456789") >= len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_text(data, size);
	struct target target = target_parse(text);

	require_target(&target, text);
	require_parameter(&target, "limit");
	require_parameter(&target, "claim_id");
	free(text);
	return 0;
}
