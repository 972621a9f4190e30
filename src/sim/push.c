/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chooses pushes and fills them.
 * Simulator, pure.
 * Sends nothing, and loses nothing: teller.c does.
 */
#include "sim/push.h"

#include <stdlib.h>
#include <string.h>

#include "wire/orders_encode.h"

static void add(struct push_types *types, const char *type)
{
	types->types[types->n++] = type;
}

static bool is_in(const char *status, const char *head)
{
	return strncmp(status, head, strlen(head)) == 0;
}

/* Whether the buyer fetches it, sooner or later. */
static bool goes_to_pickup(const struct world_shipment *order)
{
	for (size_t i = 0; i < order->plan.n; i++)
		if (is_in(order->plan.steps[i].status, "PICKUP/"))
			return true;
	return false;
}

void push_of_step(const struct world_shipment *order, struct push_types *ret)
{
	const char *status = order->now.status;

	*ret = (struct push_types){ 0 };
	if (order->n == 1) {
		if (!is_in(status, "RESERVED/"))
			add(ret, "ORDER_CREATED");
		return;
	}
	if (order->model == &model_dbs && is_in(status, "PICKUP/"))
		return;
	add(ret, "ORDER_STATUS_UPDATED");
	if (is_in(status, "CANCELLED/"))
		add(ret, "ORDER_CANCELLED");
}

void push_of_edit(const struct world_shipment *order, const struct plan_edit *edit, struct push_types *ret)
{
	*ret = (struct push_types){ 0 };
	switch (edit->kind) {
	case EDIT_UPDATE:
		add(ret, "ORDER_UPDATED");
		break;
	case EDIT_ASK:
		if (!goes_to_pickup(order))
			add(ret, "ORDER_CANCELLATION_REQUEST");
		break;
	case EDIT_PRICE:
	case EDIT_UNASK:
		break;
	}
}

int push_encode(const struct world_shipment *order, const char *type, uint64_t shuffle, char **ret)
{
	const struct wire_push push = {
		.type = type,
		.order_id = strtoll(order->id, NULL, 10),
		.campaign_id = order->campaign_id,
		.status = order->now.status,
		.at = order->now.key.updated,
		.shuffle = shuffle,
	};

	return wire_push_encode(&push, ret);
}

int push_encode_ping(struct wall now, char **ret)
{
	return wire_push_encode(&(struct wire_push){ .type = "PING", .at = now }, ret);
}
