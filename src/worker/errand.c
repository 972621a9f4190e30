/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests of actions, and what their answers mean.
 * Worker layer. When one may go out is the actor's; that it goes out once at most is seen to here.
 */
#include "worker/errand.h"

#include <stdio.h>
#include <string.h>

#include "api/delivery.h"
#include "api/market.h"
#include "api/probe.h"
#include "base/err.h"
#include "worker/advice.h"
#include "worker/tell.h"

/* What asks only is asked again this long after it failed. */
#define ASK_AGAIN_US (5 * USEC_PER_SEC)

/* People are told of a refusal without what the shipment is now, if that is not known by then. */
#define REFUSAL_US (15 * USEC_PER_SEC)

static void end_request(struct errand *errand, const struct upshot *upshot)
{
	errand->upshot = *upshot;
	errand->on_end(errand->cls);
}

static struct wall now_of(const struct errand *errand)
{
	return loop_now(errand->kit->loop);
}

/* --- What asks only ------------------------------------------------------------------------------------------------- */

/* What asked only, and was not answered: tried again as long as somebody waits for it. */
static struct upshot ask_again(const struct errand *errand)
{
	return upshot_later(wall_add(now_of(errand), ASK_AGAIN_US), errand->action.tries);
}

static struct upshot upshot_of_rejection(const struct act_answer *answer, const struct shipment *shipment)
{
	struct upshot upshot = upshot_end(ACTION_REJECTED, answer->code, "%s", "");

	advice_write(answer, shipment, upshot.message);
	return upshot;
}

/* No fee was told. What the upstream says by name it would say again. */
static struct upshot upshot_of_no_fee(const struct errand *errand, const struct delivery_fee *fee)
{
	struct act_answer answer = { .end = fee->end };

	if (fee->end.outcome == OUTCOME_RETRY || fee->end.outcome == OUTCOME_LIMITED)
		return ask_again(errand);
	if (!fee->code[0])
		return upshot_end(ACTION_NOT_DONE, outcome_kind_text(fee->end.outcome), "what it costs can't be learned: %s; nothing was "
		                  "sent", fee->end.reason);
	memcpy(answer.code, fee->code, sizeof(answer.code));
	memcpy(answer.message, fee->message, sizeof(answer.message));
	return upshot_of_rejection(&answer, NULL);
}

static enum act_fee fee_of(const struct wire_cancel_info *info)
{
	switch (info->state) {
	case WIRE_CANCEL_FREE:
		return ACT_FEE_FREE;
	case WIRE_CANCEL_PAID:
		return ACT_FEE_PAID;
	case WIRE_CANCEL_UNAVAILABLE:
		return ACT_FEE_UNAVAILABLE;
	}
	return ACT_FEE_UNAVAILABLE;
}

static struct upshot tell_fee(const struct wire_cancel_info *info)
{
	static const char *const codes[] = { [ACT_FEE_FREE] = "free", [ACT_FEE_PAID] = "paid", [ACT_FEE_UNAVAILABLE] = "unavailable" };
	struct upshot upshot = upshot_end(ACTION_DONE, codes[fee_of(info)], "%s%s%s", info->price, info->price[0] ? " " : "",
	                                  info->price[0] ? info->currency : "");

	memcpy(upshot.price, info->price, sizeof(upshot.price));
	return upshot;
}

static struct upshot judge_fee(struct errand *errand, const struct wire_cancel_info *info)
{
	struct act act = look_act(&errand->action);
	struct act_refusal refusal;

	if (!act_permit_fee(&act, fee_of(info), info->price, &refusal))
		return upshot_refused(&refusal);
	errand->paid = info->state == WIRE_CANCEL_PAID;
	return (struct upshot){ .kind = UPSHOT_SEND };
}

static void on_fee(struct delivery_fee *fee, void *cls)
{
	struct errand *errand = cls;
	struct upshot upshot;

	gate_end_act(errand->kit->gate, &fee->end);
	if (fee->end.outcome != OUTCOME_OK)
		upshot = upshot_of_no_fee(errand, fee);
	else if (errand->action.kind == ACT_CANCEL_INFO)
		upshot = tell_fee(&fee->info);
	else
		upshot = judge_fee(errand, &fee->info);
	end_request(errand, &upshot);
}

static struct upshot upshot_of_probe(const struct probe_answer *answer)
{
	double seconds = (double)answer->end.took_us / 1e6;

	if (answer->end.outcome != OUTCOME_OK)
		return upshot_end(ACTION_NOT_DONE, outcome_kind_text(answer->end.outcome), "%s", answer->end.reason);
	if (answer->may_not_read)
		return upshot_end(ACTION_NOT_DONE, "may_not_read", "the key is good, but not for reading orders");
	if (answer->may_not_act)
		return upshot_end(ACTION_DONE, "may_not_act", "the key is good for reading orders, but not for changing them");
	return upshot_end(ACTION_DONE, "", "answered in %.3f s", seconds);
}

static void on_probe(struct probe_answer *answer, void *cls)
{
	struct errand *errand = cls;
	struct upshot upshot = upshot_of_probe(answer);

	gate_end_page(errand->kit->gate, &answer->end);
	end_request(errand, &upshot);
}

static struct upshot upshot_of_operation(const struct errand *errand, const struct market_operation *operation)
{
	struct upshot upshot;

	if (operation->end.outcome != OUTCOME_OK)
		return look_operation(errand->kit, &errand->action, true);
	switch (operation->state) {
	case WIRE_OPERATION_UNKNOWN:
	case WIRE_OPERATION_IN_PROGRESS:
	case WIRE_OPERATION_MAX:
		return look_operation(errand->kit, &errand->action, true);
	case WIRE_OPERATION_DONE:
		return look_operation(errand->kit, &errand->action, false);
	case WIRE_OPERATION_FAILED:
		break;
	}
	upshot = upshot_end(ACTION_REJECTED, "operation_failed", "Market could not carry it out: look at what the order is now");
	upshot.read = now_of(errand);
	return upshot;
}

static void on_operation(struct market_operation *operation, void *cls)
{
	struct errand *errand = cls;
	struct upshot upshot = upshot_of_operation(errand, operation);

	gate_end_act(errand->kit->gate, &operation->end);
	end_request(errand, &upshot);
}

static int name_shipment(struct errand *errand)
{
	struct shipment shipment;
	struct pending pending;
	int r = store_shipment(errand->kit->store, errand->action.shipment_id, &shipment, &pending);

	if (!r)
		memcpy(errand->external_id, shipment.external_id, sizeof(errand->external_id));
	return r;
}

/* Asks nothing about what would not be sent anyway. */
static int ask_fee(struct errand *errand)
{
	struct sight sight;
	struct act_refusal refusal;
	int r = look_load(errand->kit, &errand->action, &sight);

	if (r)
		return r;
	if (!look_permits(errand->kit, &errand->action, &sight, &refusal)) {
		errand->upshot = upshot_refused(&refusal);
		return ERR_OK;
	}
	return delivery_cancel_info(errand->kit->client, sight.shipment.external_id, on_fee, errand);
}

int errand_ask(struct errand *errand)
{
	struct client *client = errand->kit->client;

	switch (errand->action.kind) {
	case ACT_CANCEL:
	case ACT_CANCEL_INFO:
		return ask_fee(errand);
	case ACT_PROBE:
		return probe_upstream(client, on_probe, errand);
	case ACT_ORDER_STATUS:
		return market_operation(client, errand->action.operation_id, on_operation, errand);
	case ACT_ACCEPT:
	case ACT_CANCELLATION:
	case ACT_REFETCH:
	case ACT_RESOLVE:
	case ACT_PRUNE:
	case ACT_RETRY:
	case ACT_MAX:
		break;
	}
	return ERR_INVALID;
}

/* --- What is sent once ---------------------------------------------------------------------------------------------- */

static struct upshot settle(const struct errand *errand, enum action_answer answer)
{
	return (struct upshot){ .kind = UPSHOT_SETTLE, .answer = answer, .due = now_of(errand), .read = now_of(errand) };
}

/* Where Market goes on by itself, it is asked how far it is before the order is read. */
static struct upshot upshot_of_taken(const struct errand *errand, const struct act_answer *answer)
{
	struct upshot upshot = settle(errand, ACTION_TAKEN);

	_Static_assert(sizeof(upshot.operation_id) == sizeof(answer->operation_id), "an id is kept whole");
	if (answer->operation_id[0]) {
		memcpy(upshot.operation_id, answer->operation_id, sizeof(upshot.operation_id));
		upshot.read = WALL_NONE;
	}
	return upshot;
}

/* Nobody knows what became of it. */
static struct upshot upshot_of_doubt(const struct errand *errand, const struct act_answer *answer)
{
	const struct entry entry = tell_about_action(errand->kit->conf, errand->external_id, &errand->action);

	tell_entry(LOG_LEVEL_WARNING, &entry, "action %lld, %s: not known whether it was done: %s; reading the %s to see",
	           (long long)errand->action.id, entry.action, answer->end.reason, kit_noun(errand->kit));
	return settle(errand, ACTION_UNKNOWN);
}

/* The shipment is read in any case: the upstream knows something that we don't. */
static struct upshot upshot_of_refusal(struct errand *errand, const struct act_answer *answer)
{
	struct upshot upshot;

	if (advice_wants_read(answer)) {
		errand->refusal = *answer;
		errand->refused = now_of(errand);
		upshot = upshot_later(errand->refused, errand->action.tries);
	} else {
		upshot = upshot_of_rejection(answer, NULL);
	}
	upshot.read = now_of(errand);
	return upshot;
}

static struct upshot upshot_of_answer(struct errand *errand, const struct act_answer *answer)
{
	switch (answer->fate) {
	case ACT_FATE_TAKEN:
		return upshot_of_taken(errand, answer);
	case ACT_FATE_REFUSED:
		return upshot_of_refusal(errand, answer);
	case ACT_FATE_UNSENT:
		return upshot_end(ACTION_NOT_DONE, "not_sent", "nothing has left: %s; it may be repeated", answer->end.reason);
	case ACT_FATE_UNKNOWN:
		break;
	}
	return upshot_of_doubt(errand, answer);
}

static void on_answer(struct act_answer *answer, void *cls)
{
	struct errand *errand = cls;
	struct upshot upshot = upshot_of_answer(errand, answer);

	gate_end_act(errand->kit->gate, &answer->end);
	end_request(errand, &upshot);
}

static int send_claim(struct errand *errand, const struct sight *sight)
{
	const struct delivery_claim claim = { .id = errand->external_id, .version = sight->shipment.version };
	struct client *client = errand->kit->client;

	return errand->action.kind == ACT_ACCEPT ? delivery_accept(client, &claim, on_answer, errand)
	                                         : delivery_cancel(client, &claim, errand->paid, on_answer, errand);
}

static int send_order(struct errand *errand, const struct sight *sight)
{
	static const char reject[] = "reject ";
	const struct market_order order = { .campaign_id = sight->campaign_id, .id = errand->external_id };
	struct act act = look_act(&errand->action);
	bool rejects = strncmp(act.argument, reject, strlen(reject)) == 0;

	if (act.kind == ACT_ORDER_STATUS)
		return market_set_status(errand->kit->client, &order, act_target(&act, &sight->shipment), on_answer, errand);
	return market_answer_cancellation(errand->kit->client, &order, rejects ? act.argument + strlen(reject) : NULL, on_answer, errand);
}

/* It stands as sent, so it ends here if it can't be. */
static void send_now(struct errand *errand, const struct sight *sight)
{
	struct act_refusal refusal;
	int r;

	/* Storing took its time. What is refused never stands as sent, so this is no refusal. */
	if (!look_permits(errand->kit, &errand->action, sight, &refusal)) {
		errand->upshot = upshot_end(ACTION_NOT_DONE, refusal.code, "nothing has left: %s", refusal.message);
		return;
	}
	r = errand->kit->conf->kind == CONF_MARKET ? send_order(errand, sight) : send_claim(errand, sight);
	if (r)
		errand->upshot = upshot_end(ACTION_NOT_DONE, "not_sent", "nothing has left: %s", err_text(r));
}

/* Stores that it is sent, if it may be; if not, errand->upshot says why. */
static int record(struct errand *errand, struct sight *sight)
{
	const struct kit *kit = errand->kit;
	struct act_refusal refusal;
	int r = store_begin(kit->store);

	if (r)
		return r;
	r = look_load(kit, &errand->action, sight);
	if (r || !look_permits(kit, &errand->action, sight, &refusal)) {
		store_rollback(kit->store);
		if (!r)
			errand->upshot = upshot_refused(&refusal);
		return r;
	}
	errand->action.sent = now_of(errand);
	store_action_sent(kit->store, errand->action.id, errand->action.sent);
	errand->unrecorded = store_commit(kit->store) != ERR_OK;
	return ERR_OK;
}

int errand_send(struct errand *errand)
{
	struct sight sight;
	int r;

	errand->upshot = (struct upshot){ .kind = UPSHOT_NONE, .due = WALL_NONE };
	r = name_shipment(errand);
	if (!r)
		r = record(errand, &sight);
	if (!r && !errand->unrecorded && errand->upshot.kind == UPSHOT_NONE)
		send_now(errand, &sight);
	return r;
}

int errand_find_record(struct errand *errand)
{
	struct action row;
	int r = store_action(errand->kit->store, errand->action.id, &row);

	if (!r && row.state == ACTION_SENT)
		errand->upshot = upshot_end(ACTION_NOT_DONE, "not_sent", "nothing has left: storing it failed; it may be repeated");
	return r;
}

int errand_tell_refusal(struct errand *errand)
{
	struct wall end = wall_add(errand->refused, REFUSAL_US);
	struct shipment shipment;
	struct pending pending;
	int r = store_shipment(errand->kit->store, errand->action.shipment_id, &shipment, &pending);

	if (r)
		return r;

	bool is_read = wall_cmp(pending.last_read, errand->refused) >= 0;

	if (is_read || wall_cmp(now_of(errand), end) >= 0)
		errand->upshot = upshot_of_rejection(&errand->refusal, is_read ? &shipment : NULL);
	else
		errand->upshot.due = end;
	return ERR_OK;
}
