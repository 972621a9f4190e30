/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shipments that stand still.
 * Tests, unit ring.
 */
#include "unit/stand.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "unit/ledger.h"

const char *name_in_node(const struct model *model, int node)
{
	static char name[STATUS_TEXT_SIZE];
	size_t length = strlen(model->statuses[node].name);

	snprintf(name, sizeof(name), "%s", model->statuses[node].name);
	if (name[length - 1] == '*')
		snprintf(name + length - 1, sizeof(name) - length + 1, "SOMETHING");
	return name;
}

void stand_hold(struct stand *stand, const char *reported)
{
	snprintf(stand->shipment.reported, sizeof(stand->shipment.reported), "%s", reported);
}

void stand_in(struct stand *stand, const struct model *model, const char *status)
{
	*stand = (struct stand){
		.shipment = { .model = model, .version = model->n_moves > 0 ? NUMBER_NONE : 1 },
		.window = { .opened = WALL_NONE, .due = WALL_NONE, .closed = WALL_NONE },
		.standing = { .shipment = &stand->shipment, .window = &stand->window, .now = moment(0) },
	};
	snprintf(stand->shipment.status, sizeof(stand->shipment.status), "%s", status);
	stand_hold(stand, status);
}

void stand_in_node(struct stand *stand, const struct model *model, int node)
{
	stand_in(stand, model, name_in_node(model, node));
}

void stand_window(struct stand *stand, bool request, int64_t due_us)
{
	const struct model *model = stand->shipment.model;
	int status = model_status(model, stand->shipment.status);

	stand->window.rule = request ? model_request_window(model, status) : model_window(model, status);
	ck_assert_ptr_nonnull(stand->window.rule);
	stand->window.due = moment(due_us);
	stand->window.opened = wall_add(stand->window.due, -stand->window.rule->length_us);
}

const char *stand_permit(struct stand *stand, enum act_kind kind, const char *argument)
{
	const struct act act = { .kind = kind, .argument = argument, .version = NUMBER_NONE };

	if (act_permit(&act, &stand->standing, &stand->refusal))
		return "ok";
	ck_assert_uint_gt(strlen(stand->refusal.message), 0);
	ck_assert_msg(strlen(stand->refusal.message) < ACT_MESSAGE_SIZE - 1, "cut: %s", stand->refusal.message);
	return stand->refusal.code;
}
