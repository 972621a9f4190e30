/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the end of a request to its outcome: see outcome.h.
 * API layer: judges statuses alike for all upstreams, reads no body.
 */
#include "api/outcome.h"

static enum outcome_kind outcome_of_status(unsigned status)
{
	if (status == 200)
		return OUTCOME_OK;
	if (status == 404 || status == 410)
		return OUTCOME_GONE;
	if (status == 401 || status == 403)
		return OUTCOME_AUTH;
	/* 420 is Market's (upstream/market.md section 4.3). */
	if (status == 429 || status == 420)
		return OUTCOME_LIMITED;
	/* So are 423, while a business is being moved, and 499, when its own parts lost patience. */
	if (status == 408 || status == 423 || status == 499 || (status >= 500 && status <= 599))
		return OUTCOME_RETRY;
	return OUTCOME_PROTOCOL;
}

enum outcome_kind outcome_of(const struct fetch_result *result)
{
	switch (result->end) {
	case FETCH_ANSWERED:
		return outcome_of_status(result->status);
	case FETCH_FAILED:
		return OUTCOME_RETRY;
	case FETCH_TOO_LARGE:
		return OUTCOME_PROTOCOL;
	}
	return OUTCOME_PROTOCOL;
}

const char *outcome_kind_text(enum outcome_kind kind)
{
	switch (kind) {
	case OUTCOME_OK:
		return "ok";
	case OUTCOME_GONE:
		return "gone";
	case OUTCOME_AUTH:
		return "auth";
	case OUTCOME_LIMITED:
		return "limited";
	case OUTCOME_RETRY:
		return "retry";
	case OUTCOME_PROTOCOL:
		return "protocol";
	case OUTCOME_KIND_MAX:
		break;
	}
	return "unknown";
}
