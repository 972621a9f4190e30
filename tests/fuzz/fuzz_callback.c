/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a callback's target: every input is a callback with a usable claim id or a reason, never both.
 * Tests: listener layer.
 * Covers: listener/callback.c, listener/route.c.
 */
#include <string.h>

#include "base/err.h"
#include "listener/callback.h"
#include "listener/route.h"
#include "store/store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"
#include "wire/table.h"

#define ID_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"
#define ALL_QUIRKS (HINT_GLUED | HINT_SPACE_ZONE | HINT_ODD_TIME | HINT_NO_TIME)

static void require_object(const char *json)
{
	const char *name = "own";
	struct wire_value value = { .kind = WIRE_JSON, .text = json };
	char *row;

	FUZZ_REQUIRE(json[0] == '{');
	FUZZ_REQUIRE(wire_row_encode(&name, &value, 1, &row) == ERR_OK);
	/* text that is no JSON would stand there as a string */
	FUZZ_REQUIRE(strncmp(row, "{\"own\":{", strlen("{\"own\":{")) == 0);
	free(row);
}

static void require_callback(const struct callback *callback)
{
	size_t len = strnlen(callback->claim_id, sizeof(callback->claim_id));

	FUZZ_REQUIRE(len < sizeof(callback->claim_id));
	FUZZ_REQUIRE(strspn(callback->claim_id, ID_CHARACTERS) == len);
	FUZZ_REQUIRE((len > 0) == (callback->reason == NULL));
	FUZZ_REQUIRE((callback->quirks & ~(unsigned)ALL_QUIRKS) == 0);
	FUZZ_REQUIRE(wall_is_set(callback->updated) == !(callback->quirks & HINT_NO_TIME));
	if (callback->own_params)
		require_object(callback->own_params);
}

static void run_tail(const char *tail, size_t len)
{
	struct callback callback;

	(void)callback_tail_fits(tail, len);
	FUZZ_REQUIRE(callback_parse(tail, len, &callback) == ERR_OK);
	require_callback(&callback);
	callback_done(&callback);
}

static void run_target(const char *target)
{
	struct route_path path;

	if (route_split(target, &path) < 0)
		return;
	FUZZ_REQUIRE(path.kind == CONF_DELIVERY || path.kind == CONF_MARKET);
	FUZZ_REQUIRE(path.name > target && path.name_len > 0);
	FUZZ_REQUIRE(path.rest == path.name + path.name_len + 1);
	FUZZ_REQUIRE(path.rest_len > 0 && path.rest[path.rest_len] == '\0');
	run_tail(path.rest, path.rest_len);
}

/* The input is a tail as it is, and a target up to its first NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *target = input_text(data, size);

	run_tail((const char *)data, size);
	run_target(target);
	free(target);
	return 0;
}
