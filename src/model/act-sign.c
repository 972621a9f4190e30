/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read afterwards, as a sign of whether an act came about.
 * Model layer, pure. Used where nobody knows, so it says nothing rather than something that may be wrong.
 */
#include <string.h>

#include "model/act-internal.h"

static bool is_newer(int64_t version, int64_t sent)
{
	return version != NUMBER_NONE && sent != NUMBER_NONE && version > sent;
}

/* Only an accept leads to what can't follow an offer that was never answered. Of what can, a late accept is known to end in failure;
 * the rest is an edit, which is possible only before an accept, or an end that is reached either way. */
static enum act_sign sign_of_accept(const struct act *act, const struct shipment *shipment, int reported)
{
	unsigned flags = act_flags_of(shipment->model, reported);

	if (!(flags & STATUS_UNANSWERED))
		return ACT_SIGN_DONE;
	if (flags & STATUS_FAILURE)
		return ACT_SIGN_FAILED;
	if (flags & STATUS_TERMINAL)
		return ACT_SIGN_NONE;
	if (flags & STATUS_ACCEPTABLE)
		return is_newer(shipment->version, act->version) ? ACT_SIGN_FAILED : ACT_SIGN_NONE;
	return ACT_SIGN_FAILED;
}

/* Whoever cancelled it, it is cancelled. */
static enum act_sign sign_of_cancel(const struct shipment *shipment, int reported)
{
	if (shipment->model->statuses[reported].phase == PHASE_CANCEL)
		return ACT_SIGN_DONE;
	return act_flags_of(shipment->model, reported) & STATUS_REVOCABLE ? ACT_SIGN_NONE : ACT_SIGN_FAILED;
}

/* Whether the merchant could still set TARGET, be it only in other words of its family. */
static bool is_settable(const struct model *model, int from, int target)
{
	for (size_t i = 0; i < model->n_moves; i++)
		if (model_has_move(model, from, &model->moves[i]) && model_status(model, model->moves[i].status) == target)
			return true;
	return false;
}

/* Done when it is reached, or passed: no other way leads from BEFORE to what is reported. */
static enum act_sign sign_of_target(const struct model *model, int before, int target, int reported)
{
	uint64_t others = ~(UINT64_C(1) << target);

	if (reported == target)
		return ACT_SIGN_DONE;
	if (reported == before)
		return ACT_SIGN_NONE;
	if (model_reaches(model, target, reported))
		return model_reaches_through(model, before, reported, others) ? ACT_SIGN_NONE : ACT_SIGN_DONE;
	return is_settable(model, reported, target) ? ACT_SIGN_NONE : ACT_SIGN_FAILED;
}

static enum act_sign sign_of_order_status(const struct act *act, const struct model *model, const char *before, int reported)
{
	int from = model_status(model, before);
	const char *target = act_find_target(model, from, act->argument);

	return target ? sign_of_target(model, from, model_status(model, target), reported) : ACT_SIGN_NONE;
}

/* Granted, the order is cancelled; rejected, the wish is gone and the order is not. */
static enum act_sign sign_of_cancellation(const struct act *act, const struct act_standing *standing, int reported)
{
	bool cancelled = standing->shipment->model->statuses[reported].phase == PHASE_CANCEL;
	bool granted = strcmp(act->argument, "accept") == 0;
	const struct window_rule *rule = standing->window->rule;

	if (!cancelled && rule && (rule->flags & WINDOW_REQUEST))
		return ACT_SIGN_NONE;
	return cancelled == granted ? ACT_SIGN_DONE : ACT_SIGN_FAILED;
}

static enum act_sign sign_of(const struct act *act, const char *before, const struct act_standing *standing)
{
	const struct shipment *shipment = standing->shipment;
	int reported = model_status(shipment->model, shipment->reported);

	if (reported == STATUS_UNKNOWN)
		return ACT_SIGN_NONE;
	switch (act->kind) {
	case ACT_ACCEPT:
		return sign_of_accept(act, shipment, reported);
	case ACT_CANCEL:
		return sign_of_cancel(shipment, reported);
	case ACT_ORDER_STATUS:
		return sign_of_order_status(act, shipment->model, before, reported);
	case ACT_CANCELLATION:
		return sign_of_cancellation(act, standing, reported);
	case ACT_CANCEL_INFO:
	case ACT_REFETCH:
	case ACT_RESOLVE:
	case ACT_PROBE:
	case ACT_PRUNE:
	case ACT_RETRY:
	case ACT_MAX:
		return ACT_SIGN_NONE;
	}
	return ACT_SIGN_NONE;
}

/* That something has not come about is believed only of what stands: what is held may be a slip. */
enum act_sign act_sign(const struct act *act, const char *before, const struct act_standing *standing)
{
	const struct shipment *shipment = standing->shipment;
	enum act_sign sign = shipment->model ? sign_of(act, before, standing) : ACT_SIGN_NONE;

	return sign == ACT_SIGN_FAILED && strcmp(shipment->status, shipment->reported) != 0 ? ACT_SIGN_NONE : sign;
}

bool act_is_charged(const struct act *act, const struct shipment *shipment)
{
	return act->kind == ACT_CANCEL && strcmp(act->argument, "free") == 0 &&
	       (act_flags_of(shipment->model, model_status(shipment->model, shipment->reported)) & STATUS_CHARGED);
}
