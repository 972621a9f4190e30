/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stores and tells what became of an action.
 * Worker layer. Decides nothing.
 */
#include "worker/upshot.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "worker/settle.h"

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

int upshot_apply(const struct kit *kit, const struct action *action, const struct upshot *upshot)
{
	const struct action_end end = {
		.result = upshot->result,
		.code = upshot->code,
		.message = upshot->message,
		.price = upshot->price,
	};

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

/* "claim 3b8d...: " */
static void name_shipment(const struct kit *kit, const struct action *action, char ret[static EXTERNAL_ID_SIZE + 16])
{
	struct shipment shipment;
	struct pending pending;

	ret[0] = '\0';
	if (action->shipment_id != NUMBER_NONE && store_shipment(kit->store, action->shipment_id, &shipment, &pending) == ERR_OK)
		snprintf(ret, EXTERNAL_ID_SIZE + 16, "%s %s: ", kit_noun(kit), shipment.external_id);
}

void upshot_tell(const struct kit *kit, const struct action *action, const struct upshot *upshot)
{
	char name[EXTERNAL_ID_SIZE + 16];

	if (upshot->kind != UPSHOT_END)
		return;
	name_shipment(kit, action, name);
	log_notice("%s: %saction %lld, %s%s%s by %s: %s%s%s%s%s", kit->conf->name, name, (long long)action->id,
	           act_kind_text(action->kind), action->argument[0] ? " " : "", action->argument, action->requested_by,
	           action_result_text(upshot->result), upshot->code[0] ? ", " : "", upshot->code,
	           upshot->message[0] ? ": " : "", upshot->message);
	if (upshot->alarming)
		log_warning("%s: %saction %lld: %s", kit->conf->name, name, (long long)action->id, upshot->message);
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
