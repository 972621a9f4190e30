/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Order and words of observations.
 * Model layer, pure.
 * Holds no rule of what follows what: that is the graph's and the timeline's.
 */
#include "model/seen.h"

#include "base/attr.h"

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
