/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a bulk_info answer: what comes out keeps claims.h's promises, and reads back from what the
 * simulator would write of it. Tests: wire layer.
 */
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "wire/claims.h"
#include "wire/claims_encode.h"
#include "wire/utf8.h"

DEFINE_CLEANUP(text, char *, free)

/* One line of visible UTF-8 that ends within SIZE. */
static void require_clean(const char *text, size_t size)
{
	char cleaned[STATUS_TEXT_SIZE + EXTERNAL_ID_SIZE];

	FUZZ_REQUIRE(memchr(text, '\0', size));
	utf8_clean(text, strlen(text), '?', cleaned, sizeof(cleaned));
	FUZZ_REQUIRE(strcmp(text, cleaned) == 0);
}

static void require_claim(const struct seen *seen)
{
	require_clean(seen->external_id, sizeof(seen->external_id));
	require_clean(seen->status, sizeof(seen->status));
	require_clean(seen->price, sizeof(seen->price));
	require_clean(seen->currency, sizeof(seen->currency));
	require_clean(seen->resolution, sizeof(seen->resolution));
	FUZZ_REQUIRE(seen->status[0] != '\0');
	FUZZ_REQUIRE(strlen(seen->external_id) > 0 && strlen(seen->external_id) < EXTERNAL_ID_SIZE);
	FUZZ_REQUIRE(seen->currency[0] == '\0' || strlen(seen->currency) == 3);
	FUZZ_REQUIRE(strspn(seen->price, "-.0123456789") == strlen(seen->price));
	FUZZ_REQUIRE(seen->via == VIA_SWEEP && seen->snapshot && seen->operation_id == NUMBER_NONE);
	FUZZ_REQUIRE(wall_is_set(seen->key.updated) && wall_is_set(seen->entered));
	FUZZ_REQUIRE(wall_cmp(seen->entered, seen->key.updated) <= 0);
}

static void require_same(const struct seen *a, const struct seen *b)
{
	FUZZ_REQUIRE(strcmp(a->external_id, b->external_id) == 0);
	FUZZ_REQUIRE(strcmp(a->status, b->status) == 0);
	FUZZ_REQUIRE(strcmp(a->price, b->price) == 0);
	FUZZ_REQUIRE(strcmp(a->currency, b->currency) == 0);
	FUZZ_REQUIRE(strcmp(a->resolution, b->resolution) == 0);
	FUZZ_REQUIRE(a->key.revision == b->key.revision && a->version == b->version && a->point_id == b->point_id);
	FUZZ_REQUIRE(wall_cmp(a->key.updated, b->key.updated) == 0);
	FUZZ_REQUIRE(wall_cmp(a->entered, b->entered) == 0);
	FUZZ_REQUIRE(wall_cmp(a->valid_until, b->valid_until) == 0);
}

static void require_round_trip(const struct wire_claims *claims)
{
	CLEANUP(wire_claims_done) struct wire_claims again = { 0 };
	CLEANUP(text_cleanup) char *text = NULL;

	FUZZ_REQUIRE(wire_claims_encode(claims->claims, claims->n, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_claims_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(again.n == claims->n && again.n_unreadable == 0);
	for (size_t i = 0; i < again.n; i++)
		require_same(&again.claims[i], &claims->claims[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(wire_claims_done) struct wire_claims claims = { 0 };
	int r = wire_claims_parse((const char *)data, size, &claims);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !claims.claims);
		return 0;
	}
	for (size_t i = 0; i < claims.n; i++)
		require_claim(&claims.claims[i]);
	require_round_trip(&claims);
	return 0;
}
