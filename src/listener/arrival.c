/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of a request.
 * Listener layer.
 */
#include "listener/arrival.h"

#include "base/err.h"

const char *arrival_outcome_text(enum arrival_outcome outcome)
{
	static const char *const texts[] = {
		[ARRIVAL_CUT_OFF] = "cut_off",
		[ARRIVAL_STORED] = "stored",
		[ARRIVAL_REJECTED] = "rejected",
		[ARRIVAL_PING] = "ping",
		[ARRIVAL_MALFORMED] = "malformed",
		[ARRIVAL_FORBIDDEN] = "forbidden",
		[ARRIVAL_NOT_FOUND] = "not_found",
		[ARRIVAL_BAD_METHOD] = "bad_method",
		[ARRIVAL_NOT_STORED] = "not_stored",
	};

	_Static_assert(ARRAY_SIZE(texts) == ARRIVAL_OUTCOME_MAX, "a text for each");
	return texts[outcome];
}

enum arrival_outcome arrival_outcome_of(const struct arrival *arrival, int result)
{
	if (result != ERR_OK)
		return ARRIVAL_NOT_STORED;
	return arrival->rejected ? ARRIVAL_REJECTED : ARRIVAL_STORED;
}
