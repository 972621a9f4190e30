/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is required of whatever was read from an upstream.
 * Tests: wire layer.
 */
#include "tests/fuzz/require.h"

#include <string.h>

#include "base/timefmt.h"
#include "tests/fuzz/fuzz.h"
#include "wire/utf8.h"

void require_line(const char *text, size_t size)
{
	char cleaned[256];

	FUZZ_REQUIRE(size <= sizeof(cleaned) && memchr(text, '\0', size));
	utf8_clean(text, strlen(text), '?', cleaned, sizeof(cleaned));
	FUZZ_REQUIRE(strcmp(text, cleaned) == 0);
}

void require_seen(const struct seen *seen)
{
	require_line(seen->external_id, sizeof(seen->external_id));
	require_line(seen->status, sizeof(seen->status));
	require_line(seen->price, sizeof(seen->price));
	require_line(seen->currency, sizeof(seen->currency));
	require_line(seen->resolution, sizeof(seen->resolution));
	require_line(seen->class, sizeof(seen->class));
	FUZZ_REQUIRE(external_id_is_valid(seen->external_id, strlen(seen->external_id)));
	FUZZ_REQUIRE(seen->currency[0] == '\0' || strlen(seen->currency) == 3);
	FUZZ_REQUIRE(strspn(seen->offer, "-.0123456789") == strlen(seen->offer));
	FUZZ_REQUIRE(strspn(seen->price, "-.0123456789") == strlen(seen->price));
	FUZZ_REQUIRE(wall_is_set(seen->key.updated) && wall_is_set(seen->entered));
	FUZZ_REQUIRE(wall_cmp(seen->entered, seen->key.updated) <= 0);
	FUZZ_REQUIRE(!seen->may_skip);
}

void require_no_order(const struct seen *seen)
{
	FUZZ_REQUIRE(!seen->model && !seen->foreign && seen->campaign_id == NUMBER_NONE);
	FUZZ_REQUIRE(!seen->prepaid && !wall_is_set(seen->asked));
}

void require_number_id(const char *text)
{
	size_t len = strlen(text);

	FUZZ_REQUIRE(len > 0 && len <= 19 && text[0] != '0' && strspn(text, "0123456789") == len);
	FUZZ_REQUIRE(len < 19 || strcmp(text, "9223372036854775807") <= 0);
}

bool has_moscow_text(struct wall t)
{
	char text[TIMEFMT_SIZE];

	if (!wall_is_set(t))
		return true;
	timefmt_format(wall_add(t, TIMEFMT_MOSCOW_US), text);
	return text[0] != '-';
}

void require_same_seen(const struct seen *a, const struct seen *b)
{
	FUZZ_REQUIRE(a->via == b->via && a->snapshot == b->snapshot);
	FUZZ_REQUIRE(strcmp(a->external_id, b->external_id) == 0);
	FUZZ_REQUIRE(strcmp(a->status, b->status) == 0);
	FUZZ_REQUIRE(strcmp(a->price, b->price) == 0);
	FUZZ_REQUIRE(strcmp(a->currency, b->currency) == 0);
	FUZZ_REQUIRE(strcmp(a->resolution, b->resolution) == 0);
	FUZZ_REQUIRE(strcmp(a->class, b->class) == 0);
	FUZZ_REQUIRE(a->key.revision == b->key.revision && a->version == b->version);
	FUZZ_REQUIRE(a->operation_id == b->operation_id && a->point_id == b->point_id);
	FUZZ_REQUIRE(wall_cmp(a->key.updated, b->key.updated) == 0);
	FUZZ_REQUIRE(wall_cmp(a->entered, b->entered) == 0);
	FUZZ_REQUIRE(wall_cmp(a->valid_until, b->valid_until) == 0);
	FUZZ_REQUIRE(a->model == b->model && a->foreign == b->foreign && a->campaign_id == b->campaign_id);
	FUZZ_REQUIRE(a->prepaid == b->prepaid && a->may_skip == b->may_skip);
	FUZZ_REQUIRE(wall_cmp(a->asked, b->asked) == 0);
}
