/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts by their names, and what of them is judged for every shipment, and for claims.
 * Model layer, pure. Orders have act-order.c, and what came of an act act-sign.c.
 */
#include "model/act.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "model/act-internal.h"

static const char *const kind_texts[] = {
	[ACT_ACCEPT] = "accept",
	[ACT_CANCEL] = "cancel",
	[ACT_CANCEL_INFO] = "cancel_info",
	[ACT_ORDER_STATUS] = "order_status",
	[ACT_CANCELLATION] = "cancellation",
	[ACT_REFETCH] = "refetch",
	[ACT_RESOLVE] = "resolve",
	[ACT_PROBE] = "probe",
	[ACT_PRUNE] = "prune",
	[ACT_RETRY] = "retry",
};

_Static_assert(ARRAY_SIZE(kind_texts) == ACT_MAX, "a text for each");

const char *act_kind_text(enum act_kind kind)
{
	return kind_texts[kind];
}

bool act_kind_parse(const char *text, enum act_kind *ret)
{
	for (size_t i = 0; i < ACT_MAX; i++)
		if (strcmp(kind_texts[i], text) == 0) {
			*ret = (enum act_kind)i;
			return true;
		}
	return false;
}

bool act_is_sent_once(enum act_kind kind)
{
	switch (kind) {
	case ACT_ACCEPT:
	case ACT_CANCEL:
	case ACT_ORDER_STATUS:
	case ACT_CANCELLATION:
		return true;
	case ACT_CANCEL_INFO:
	case ACT_REFETCH:
	case ACT_RESOLVE:
	case ACT_PROBE:
	case ACT_PRUNE:
	case ACT_RETRY:
	case ACT_MAX:
		return false;
	}
	return false;
}

/* --- Arguments ----------------------------------------------------------------------------------------------------- */

static bool is_one_of(const char *argument, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(argument, words[i]) == 0)
			return true;
	return false;
}

/* STATUS or STATUS/SUBSTATUS, in Market's alphabet. */
static bool is_order_status(const char *argument)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t head = strspn(argument, letters);
	const char *rest = argument + head;

	if (head == 0 || strlen(argument) >= STATUS_TEXT_SIZE)
		return false;
	if (*rest == '\0')
		return true;
	return *rest == '/' && rest[1] != '\0' && rest[1 + strspn(rest + 1, letters)] == '\0';
}

bool act_argument_is_valid(enum act_kind kind, const char *argument)
{
	static const char *const costs[] = { "free", "paid" };
	static const char *const answers[] = { "accept", "reject ORDER_DELIVERED", "reject ORDER_IN_DELIVERY" };
	static const char *const rulings[] = { "adopt", "dismiss" };
	const char *given = argument ? argument : "";

	switch (kind) {
	case ACT_CANCEL:
		return is_one_of(given, costs, ARRAY_SIZE(costs));
	case ACT_ORDER_STATUS:
		return is_order_status(given);
	case ACT_CANCELLATION:
		return is_one_of(given, answers, ARRAY_SIZE(answers));
	case ACT_RESOLVE:
		return is_one_of(given, rulings, ARRAY_SIZE(rulings));
	case ACT_ACCEPT:
	case ACT_CANCEL_INFO:
	case ACT_REFETCH:
	case ACT_PROBE:
	case ACT_PRUNE:
	case ACT_RETRY:
		return given[0] == '\0';
	case ACT_MAX:
		return false;
	}
	return false;
}

/* --- What the parts share ------------------------------------------------------------------------------------------ */

unsigned act_flags_of(const struct model *model, int status)
{
	return status == STATUS_UNKNOWN ? 0 : model->statuses[status].flags;
}

bool act_refuse(struct act_refusal *ret, const char *code, const char *format, ...)
{
	va_list args;

	snprintf(ret->code, sizeof(ret->code), "%s", code);
	va_start(args, format);
	vsnprintf(ret->message, sizeof(ret->message), format, args);
	va_end(args);
	return false;
}

bool act_permit_in_time(const struct act_standing *standing, const char *what, const char *advice, struct act_refusal *ret)
{
	const struct window *window = standing->window;
	char due[TIMEFMT_SIZE];

	if (window->rule && window->outcome == OUTCOME_OPEN && wall_cmp(standing->now, window->due) < 0)
		return true;
	timefmt_format(window->rule ? window->due : WALL_NONE, due);
	return act_refuse(ret, "window_closed", "%s ended at %s: %s", what, due, advice);
}

/* --- Claims -------------------------------------------------------------------------------------------------------- */

static const char *status_of(const struct act_standing *standing)
{
	return standing->shipment->status;
}

static unsigned flags_of(const struct act_standing *standing)
{
	const struct model *model = standing->shipment->model;

	return act_flags_of(model, model_status(model, status_of(standing)));
}

/* What is sent carries a version, which only a read tells. */
static bool permit_version(const struct act *act, const struct act_standing *standing, struct act_refusal *ret)
{
	int64_t current = standing->shipment->version;

	if (current == NUMBER_NONE)
		return act_refuse(ret, "not_read", "the claim's version is not known yet: refetch it and try again");
	if (act->version != NUMBER_NONE && act->version != current)
		return act_refuse(ret, "version_changed", "the claim is at version %lld now, not %lld: look at it again, then repeat it",
		                  (long long)current, (long long)act->version);
	return true;
}

static bool permit_accept(const struct act *act, const struct act_standing *standing, struct act_refusal *ret)
{
	if (!(flags_of(standing) & STATUS_ACCEPTABLE))
		return act_refuse(ret, "wrong_status", "the claim is in %s, where there is no offer to accept", status_of(standing));
	return permit_version(act, standing, ret) &&
	       act_permit_in_time(standing, "the time for approval", "edit the claim to have it estimated again, or make a new one", ret);
}

static bool permit_cancel(const struct act *act, const struct act_standing *standing, struct act_refusal *ret)
{
	if (!(flags_of(standing) & STATUS_REVOCABLE))
		return act_refuse(ret, "after_pickup", "the courier has the goods (%s): only Yandex's support can cancel the claim now",
		                  status_of(standing));
	return permit_version(act, standing, ret);
}

/* Whether FEE is no more than AGREED; what can't be read is more. */
static bool is_within(const char *fee, const char *agreed)
{
	int64_t price;
	int64_t limit;

	return decimal_parse(fee ? fee : "", &price) == ERR_OK && decimal_parse(agreed, &limit) == ERR_OK && price <= limit;
}

bool act_permit_fee(const struct act *act, enum act_fee fee, const char *price, struct act_refusal *ret)
{
	const char *cost = price && price[0] ? price : "money";

	switch (fee) {
	case ACT_FEE_FREE:
		return true;
	case ACT_FEE_UNAVAILABLE:
		return act_refuse(ret, "unavailable",
		                  "the upstream says that the claim can't be cancelled now: try again later, or ask its support");
	case ACT_FEE_PAID:
		break;
	}
	if (strcmp(act->argument, "paid") != 0)
		return act_refuse(ret, "not_paid_for",
		                  "cancelling costs %s now, and only a free cancellation was agreed to: "
		                  "repeat it as a paid one to cancel it all the same", cost);
	if (act->price && act->price[0] && !is_within(price, act->price))
		return act_refuse(ret, "price_changed",
		                  "cancelling costs %s now, and only %s was agreed to: repeat it with that price to cancel all the same",
		                  cost, act->price);
	return true;
}

/* --- All ----------------------------------------------------------------------------------------------------------- */

static bool is_order(const struct model *model)
{
	return model->n_moves > 0;
}

/* Whether KIND is about shipments such as MODEL's. */
static bool is_about(enum act_kind kind, const struct model *model)
{
	switch (kind) {
	case ACT_ACCEPT:
	case ACT_CANCEL:
	case ACT_CANCEL_INFO:
		return !is_order(model);
	case ACT_ORDER_STATUS:
	case ACT_CANCELLATION:
		return is_order(model);
	case ACT_REFETCH:
	case ACT_RESOLVE:
	case ACT_PROBE:
	case ACT_PRUNE:
	case ACT_RETRY:
	case ACT_MAX:
		return true;
	}
	return true;
}

static bool refuse_model(enum act_kind kind, const struct model *model, struct act_refusal *ret)
{
	if (is_order(model))
		return act_refuse(ret, "not_a_claim", "it is an order, and %s is for claims only", act_kind_text(kind));
	return act_refuse(ret, "not_an_order", "it is a claim, and %s is for orders only", act_kind_text(kind));
}

/* What has to be so before anything is sent. */
static bool permit_standing(const struct act_standing *standing, struct act_refusal *ret)
{
	const struct shipment *shipment = standing->shipment;

	if (!shipment->reported[0])
		return act_refuse(ret, "not_read", "it was not read yet: refetch it and try again");
	if (strcmp(shipment->status, shipment->reported) != 0 && !standing->dismissed)
		return act_refuse(ret, "held", "it is held: %s is reported, %s stands; settle the violation first, with claimctl resolve",
		                  shipment->reported, shipment->status[0] ? shipment->status : "nothing");
	if (!shipment->status[0])
		return act_refuse(ret, "held", "%s, which no graph knows, is all that is reported, so there is nothing to judge it by: use "
		                  "the cabinet", shipment->reported);
	if (flags_of(standing) & STATUS_TERMINAL)
		return act_refuse(ret, "ended", "it has ended (%s): there is nothing left to do about it", shipment->status);
	return true;
}

static bool permit_sending(const struct act *act, const struct act_standing *standing, struct act_refusal *ret)
{
	if (!permit_standing(standing, ret))
		return false;
	switch (act->kind) {
	case ACT_ACCEPT:
		return permit_accept(act, standing, ret);
	case ACT_CANCEL:
		return permit_cancel(act, standing, ret);
	case ACT_ORDER_STATUS:
		return act_permit_order_status(act, standing, ret);
	case ACT_CANCELLATION:
		return act_permit_cancellation(standing, ret);
	case ACT_CANCEL_INFO:
	case ACT_REFETCH:
	case ACT_RESOLVE:
	case ACT_PROBE:
	case ACT_PRUNE:
	case ACT_RETRY:
	case ACT_MAX:
		return true;
	}
	return true;
}

bool act_permit(const struct act *act, const struct act_standing *standing, struct act_refusal *ret)
{
	const struct model *model = standing ? standing->shipment->model : NULL;

	if (!act_argument_is_valid(act->kind, act->argument))
		return act_refuse(ret, "bad_argument", "%s does not take \"%s\"", act_kind_text(act->kind),
		                  act->argument ? act->argument : "");
	if (model && !is_about(act->kind, model))
		return refuse_model(act->kind, model, ret);
	if (!act_is_sent_once(act->kind))
		return true;
	if (!model)
		return act_refuse(ret, "not_read", "it was not read yet, or is an order of a program that claimd does not follow");
	return permit_sending(act, standing, ret);
}
