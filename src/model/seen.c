/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ids, order and words of observations.
 * Model layer, pure.
 * Holds no rule of what follows what: that is the graph's and the timeline's.
 */
#include "model/seen.h"

#include "base/attr.h"

static bool is_id_character(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

bool external_id_is_valid(const char *text, size_t len)
{
	if (len == 0 || len >= EXTERNAL_ID_SIZE)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_id_character(text[i]))
			return false;
	}
	return true;
}

int order_key_cmp(const struct order_key *a, const struct order_key *b)
{
	if (a->revision != b->revision)
		return a->revision < b->revision ? -1 : 1;
	return wall_cmp(a->updated, b->updated);
}

const char *via_text(enum via via)
{
	static const char *const texts[] = {
		[VIA_CALLBACK] = "callback",
		[VIA_JOURNAL] = "journal",
		[VIA_SWEEP] = "sweep",
		[VIA_ACTION] = "action",
		[VIA_MANUAL] = "manual",
	};

	_Static_assert(ARRAY_SIZE(texts) == VIA_MAX, "a text for each");
	return texts[via];
}
