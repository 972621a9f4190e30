/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Advice about refusals.
 * Worker layer, pure.
 */
#include "worker/advice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

struct advice {
	const char *code;
	const char *text;
	bool wants_read;
};

/* upstream/delivery.md sections 3.4 and 3.5, upstream/market.md sections 2.2 and 4.3. */
static const struct advice advices[] = {
	{ "old_version", "it was edited meanwhile: look at what it costs now, then do the same for that version", true },
	{ "inappropriate_status", "its status does not allow this any more", true },
	{ "state_mismatch", "it is just changing by itself: try again in a few seconds", true },
	{ "free_cancel_is_unavailable", "cancelling it costs money now: see how much with claimctl cancel, and agree to that with --paid",
	  false },
	{ "offer_expired", "its offer is over: create a new claim with a new request_id, or edit this one", true },
	{ "offer_already_used", "its offer was used already: create a new claim with a new request_id, or edit this one", true },
	{ "invalid_post_payment", "payment on receipt is not to be had for it: create a new claim without", false },
	{ "not_found", "check the id, and that the account is the right one", false },
	{ "bad_request", "it was not understood, and would not be if it were repeated", false },
	{ "unknown_error", "no cause is named: look at what it is now, then try once more", true },

	{ "STATUS_NOT_ALLOWED", "Market takes the statuses one by one, as claimctl graph shows them: go on from where it is now", true },
	{ "SUBSTATUS_NOT_ALLOWED", "this reason is not allowed from where it is now", true },
	{ "INVALID_ORDER_STATUS", "its status does not allow this any more", true },
	{ "ORDER_IN_TERMINAL_STATE", "its life is over, and nothing of it can be changed", true },
	{ "USER_UNREACHABLE_NOT_ALLOWED", "Market wants three calls first, from 8 to 21 o'clock where the buyer is, 90 minutes between the "
	  "first and the last, and 5 seconds each", false },
	{ "PICKUP_EXPIRED_CANCELLATION_FORBIDDEN", "its storage time is not over", false },
	{ "CANCELLATION_REQUESTED", "the buyer has asked to cancel it: answer that first, with claimctl cancellation", true },
	{ "ACTION_FORBIDDEN", "this is not for a shop to do", false },
	{ "API_DISABLED", "the shop's API is switched off: switch it on in the cabinet", false },
	{ "NO_ACCESS_BY_DEPRECATION_POLICY", "Market has withdrawn the method: a newer claimd is needed", false },
};

static const struct advice *find(const struct act_answer *answer)
{
	for (size_t i = 0; i < ARRAY_SIZE(advices); i++)
		if (strcmp(advices[i].code, answer->code) == 0)
			return &advices[i];
	return NULL;
}

bool advice_wants_read(const struct act_answer *answer)
{
	const struct advice *advice = find(answer);

	return advice && advice->wants_read;
}

/* For a code that is not in the list. */
static const char *text_of_outcome(enum outcome_kind outcome)
{
	switch (outcome) {
	case OUTCOME_AUTH:
		return "the credentials are not good for this: see claimctl doctor";
	case OUTCOME_LIMITED:
		return "there are too many requests: try again in a minute";
	case OUTCOME_GONE:
		return "check the id, and that the account is the right one";
	case OUTCOME_OK:
	case OUTCOME_RETRY:
	case OUTCOME_PROTOCOL:
	case OUTCOME_KIND_MAX:
		break;
	}
	return "a repeat would be refused the same way";
}

/* "; it is ready_for_approval now, at version 3" */
static void describe(const struct shipment *shipment, char *ret, size_t size)
{
	char version[40] = "";

	if (shipment->version != NUMBER_NONE)
		snprintf(version, sizeof(version), ", at version %" PRId64, shipment->version);
	snprintf(ret, size, "; it is %s now%s", shipment->reported, version);
}

void advice_write(const struct act_answer *answer, const struct shipment *shipment, char ret[static ACT_MESSAGE_SIZE])
{
	const struct advice *advice = find(answer);
	char now[STATUS_TEXT_SIZE + 60] = "";

	if (shipment && shipment->reported[0])
		describe(shipment, now, sizeof(now));
	snprintf(ret, ACT_MESSAGE_SIZE, "%s%s%s%s", answer->message, answer->message[0] ? "; " : "",
	         advice ? advice->text : text_of_outcome(answer->end.outcome), now);
}
