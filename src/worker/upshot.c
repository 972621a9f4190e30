/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stores and tells what became of an action.
 * Worker layer. Decides nothing.
 */
#include "worker/upshot.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "worker/settle.h"
#include "worker/tell.h"

struct upshot upshot_later(struct wall due, int64_t tries)
{
	return (struct upshot){ .kind = UPSHOT_LATER, .due = due, .tries = tries, .read = WALL_NONE };
}

struct upshot upshot_end(enum action_result result, const char *code, const char *message, ...)
{
	struct upshot upshot = { .kind = UPSHOT_END, .result = result, .read = WALL_NONE };
	va_list args;

	snprintf(upshot.code, sizeof(upshot.code), "%s", code);
	va_start(args, message);
	vsnprintf(upshot.message, sizeof(upshot.message), message, args);
	va_end(args);
	return upshot;
}

struct upshot upshot_refused(const struct act_refusal *refusal)
{
	return upshot_end(ACTION_REFUSED, refusal->code, "%s", refusal->message);
}

/* A refetch's reads are its own doing, those of other actions what they are settled by. */
static int read_soon(const struct kit *kit, const struct action *action, struct wall at)
{
	enum via via = action->kind == ACT_REFETCH ? VIA_MANUAL : VIA_ACTION;
	struct shipment shipment;
	struct pending pending;
	int r = store_shipment(kit->store, action->shipment_id, &shipment, &pending);

	if (r)
		return r;
	settle_wanted(via, at, &pending);
	store_pending_save(kit->store, action->shipment_id, &pending, WALL_NONE);
	return ERR_OK;
}

static struct action_end end_of(const struct upshot *upshot)
{
	return (struct action_end){
		.result = upshot->result,
		.code = upshot->code,
		.message = upshot->message,
		.price = upshot->price,
	};
}

int upshot_apply(const struct kit *kit, const struct action *action, const struct upshot *upshot)
{
	const struct action_end end = end_of(upshot);

	switch (upshot->kind) {
	case UPSHOT_NONE:
	case UPSHOT_SEND:
		return ERR_OK;
	case UPSHOT_LATER:
		store_action_later(kit->store, action->id, upshot->due, upshot->tries);
		break;
	case UPSHOT_SETTLE:
		store_action_answered(kit->store, action->id, upshot->answer, upshot->operation_id, upshot->due);
		break;
	case UPSHOT_END:
		store_action_end(kit->store, action->id, &end, loop_now(kit->loop));
		break;
	}
	if (wall_is_set(upshot->read) && action->shipment_id != NUMBER_NONE)
		return read_soon(kit, action, upshot->read);
	return ERR_OK;
}

void upshot_tell(const struct kit *kit, const struct action *action, const struct upshot *upshot)
{
	const struct action_end end = end_of(upshot);
	struct shipment shipment;
	struct pending pending;

	if (upshot->kind != UPSHOT_END)
		return;

	bool is_named = action->shipment_id != NUMBER_NONE &&
	                store_shipment(kit->store, action->shipment_id, &shipment, &pending) == ERR_OK;

	tell_action_end(kit->conf, is_named ? shipment.external_id : NULL, action, &end);

	if (upshot->alarming) {
		const struct entry entry = tell_about_action(kit->conf, is_named ? shipment.external_id : NULL, action);

		tell_entry(LOG_LEVEL_WARNING, &entry, "action %lld: %s", (long long)action->id, upshot->message);
	}
}

int upshot_store(const struct kit *kit, const struct action *action, const struct upshot *upshot)
{
	int r = store_begin(kit->store);

	if (r)
		return r;
	r = upshot_apply(kit, action, upshot);
	if (r) {
		store_rollback(kit->store);
		return r;
	}
	r = store_commit(kit->store);
	if (!r)
		upshot_tell(kit, action, upshot);
	return r;
}
