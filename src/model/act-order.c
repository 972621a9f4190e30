/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts on orders: the next status, and the answer to a buyer who wants to cancel.
 * Model layer, pure. What a merchant may set stands in the .def files.
 */
#include <stdio.h>
#include <string.h>

#include "model/act-internal.h"

/* Whether NAME is what ARGUMENT says: the very status, or a bare one whatever its substatus. */
static bool is_meant(const char *argument, const char *name)
{
	size_t length = strlen(argument);

	return strncmp(argument, name, length) == 0 && (name[length] == '\0' || (name[length] == '/' && !strchr(argument, '/')));
}

/* What can be set in a status: each once, though several nodes that a stranger stands for may have it. */
struct choice {
	const char *names[8];
	size_t n;
};

static bool has_name(const struct choice *choice, const char *name)
{
	for (size_t i = 0; i < choice->n; i++)
		if (strcmp(choice->names[i], name) == 0)
			return true;
	return false;
}

/* Of that, all that ARGUMENT can mean; NULL: all. */
static struct choice choice_of(const struct model *model, int from, const char *argument)
{
	struct choice choice = { .n = 0 };

	for (size_t i = 0; i < model->n_moves && choice.n < ARRAY_SIZE(choice.names); i++) {
		const struct move *move = &model->moves[i];

		if (model_has_move(model, from, move) && (!argument || is_meant(argument, move->status)) &&
		    !has_name(&choice, move->status))
			choice.names[choice.n++] = move->status;
	}
	return choice;
}

const char *act_find_target(const struct model *model, int from, const char *argument)
{
	struct choice choice = choice_of(model, from, argument);

	return choice.n == 1 ? choice.names[0] : NULL;
}

const char *act_target(const struct act *act, const struct shipment *shipment)
{
	return act_find_target(shipment->model, model_status(shipment->model, shipment->status), act->argument);
}

/* --- Why not ------------------------------------------------------------------------------------------------------- */

#define LIST_SIZE 256

static void list_choice(const struct choice *choice, char ret[LIST_SIZE])
{
	size_t length = 0;

	snprintf(ret, LIST_SIZE, "nothing");
	for (size_t i = 0; i < choice->n && length < LIST_SIZE; i++)
		length += (size_t)snprintf(ret + length, LIST_SIZE - length, "%s%s", i > 0 ? ", " : "", choice->names[i]);
}

/* Whether the merchant sets it anywhere. */
static bool is_ever_set(const struct model *model, const char *argument)
{
	for (size_t i = 0; i < model->n_moves; i++)
		if (is_meant(argument, model->moves[i].status))
			return true;
	return false;
}

/* Whether a step leads from FROM to what ARGUMENT means. */
static bool has_step(const struct model *model, int from, const char *argument)
{
	for (int to = 0; to < (int)model->n_statuses; to++) {
		bool meant = is_meant(argument, model->statuses[to].name) || to == model_status(model, argument);

		if (meant && model_has_edge(model, from, to))
			return true;
	}
	return false;
}

static bool refuse_target(const struct model *model, const char *status, const char *argument, struct act_refusal *ret)
{
	int from = model_status(model, status);
	struct choice choice = choice_of(model, from, NULL);
	char list[LIST_SIZE];

	list_choice(&choice, list);
	if (is_meant(argument, status))
		return act_refuse(ret, "wrong_status", "the order is in %s already; you can set %s", status, list);
	if (is_ever_set(model, argument) && !has_step(model, from, argument))
		return act_refuse(ret, "no_path", "no step leads from %s to %s; you can set %s", status, argument, list);
	return act_refuse(ret, "not_yours", "%s is not yours to set in %s; you can set %s", argument, status, list);
}

/* --- May it be sent? ----------------------------------------------------------------------------------------------- */

/* A binding window is for its answer alone: what else is set does not wait for it. */
static bool permit_answer(const struct act_standing *standing, int from, const char *target, struct act_refusal *ret)
{
	const struct model *model = standing->shipment->model;
	const struct window_rule *rule = model_window(model, from);

	if (!rule || !(rule->flags & WINDOW_BINDING) || rule->answer != model_status(model, target))
		return true;
	return act_permit_in_time(standing, "the time to confirm the order", "create it anew", ret);
}

bool act_permit_order_status(const struct act *act, const struct act_standing *standing, struct act_refusal *ret)
{
	const struct shipment *shipment = standing->shipment;
	int from = model_status(shipment->model, shipment->status);
	struct choice choice = choice_of(shipment->model, from, act->argument);
	char list[LIST_SIZE];

	if (choice.n == 1)
		return permit_answer(standing, from, choice.names[0], ret);
	if (choice.n == 0)
		return refuse_target(shipment->model, shipment->status, act->argument, ret);
	list_choice(&choice, list);
	return act_refuse(ret, "reason_needed", "%s needs a reason; you can set %s", act->argument, list);
}

bool act_permit_cancellation(const struct act_standing *standing, struct act_refusal *ret)
{
	const struct window_rule *rule = standing->window->rule;

	if (!rule || !(rule->flags & WINDOW_REQUEST))
		return act_refuse(ret, "no_request",
		                  "no buyer's wish to cancel the order waits for an answer: refetch it if you know of one");
	return act_permit_in_time(standing, "the time to answer the buyer", "Market cancels the order by itself; refetch it", ret);
}
