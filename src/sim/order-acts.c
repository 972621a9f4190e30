/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judges what a merchant wants done with an order, and does it or begins it.
 * Simulator.
 * What becomes of the order's plan is plan-act.c's, when it moves, shipment.c's.
 */
#include "sim/order-acts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "sim/change.h"
#include "sim/orders.h"
#include "wire/order_acts_encode.h"

#define MESSAGE_SIZE 400

#define SENT "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define DELIVERED "DELIVERED/DELIVERY_SERVICE_DELIVERED"

/* What a merchant may make of an order. FROM is a status, or its beginning. */
struct change_row {
	const char *from;
	const char *to;
};

/* upstream/market.md sections 2.2 and 3.1. */
static const struct change_row dbs_rows[] = {
	{ "PENDING/", "PROCESSING/STARTED" },
	{ "PROCESSING/STARTED", "PROCESSING/READY_TO_SHIP" },
	{ "PROCESSING/", SENT },
	{ SENT, "PICKUP/PICKUP_SERVICE_RECEIVED" },
	{ SENT, DELIVERED },
	{ "DELIVERY/DELIVERY_USER_NOT_RECEIVED", DELIVERED },
	{ "PICKUP/", DELIVERED },
	{ "PROCESSING/", "CANCELLED/SHOP_FAILED" },
	{ "PROCESSING/", "CANCELLED/USER_CHANGED_MIND" },
	{ "PROCESSING/", "CANCELLED/USER_UNREACHABLE" },
	{ "PROCESSING/", "CANCELLED/INCORRECT_PERSONAL_DATA" },
	{ SENT, "CANCELLED/SHOP_FAILED" },
	{ SENT, "CANCELLED/USER_CHANGED_MIND" },
	{ SENT, "CANCELLED/USER_UNREACHABLE" },
	{ "PICKUP/", "CANCELLED/SHOP_FAILED" },
	{ "PICKUP/", "CANCELLED/USER_CHANGED_MIND" },
	{ "PICKUP/", "CANCELLED/USER_UNREACHABLE" },
	{ "PICKUP/", "CANCELLED/PICKUP_EXPIRED" },
	{ NULL, NULL },
};

/* Section 3.2. */
static const struct change_row laas_rows[] = {
	{ "RESERVED/", "PROCESSING/STARTED" },
	{ "RESERVED/", "CANCELLED/SHOP_FAILED" },
	{ "PROCESSING/", "CANCELLED/SHOP_FAILED" },
	{ SENT, "CANCELLED/SHOP_FAILED" },
	{ "PICKUP/", "CANCELLED/SHOP_FAILED" },
	{ NULL, NULL },
};

/* The statuses that a merchant may name, and what each means without a substatus. */
static const char *const targets[] = {
	"PROCESSING/STARTED", SENT, "PICKUP/PICKUP_SERVICE_RECEIVED", DELIVERED, "CANCELLED/",
};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Whether both are of one STATUS, whatever their SUBSTATUS. */
static bool is_of_one_status(const char *a, const char *b)
{
	size_t len = strcspn(a, "/");

	return len == strcspn(b, "/") && strncmp(a, b, len) == 0;
}

static bool is_laas(const struct world_shipment *order)
{
	return order->model == &model_laas;
}

/* What is delivered can still be disputed and returned, but by nobody's act. */
static bool is_over(const struct world_shipment *order)
{
	const char *status = order->now.status;

	return model_is_terminal(order->model, model_status(order->model, status)) || begins(status, "DELIVERED/") ||
	       begins(status, "PARTIALLY_RETURNED/");
}

/* Whether the merchant may set it; *ret_near tells whether another SUBSTATUS would do. */
static bool may_set(const struct world_shipment *order, const char *to, bool *ret_near)
{
	bool may = false;

	*ret_near = false;
	for (const struct change_row *row = is_laas(order) ? laas_rows : dbs_rows; row->from; row++) {
		if (!begins(order->now.status, row->from))
			continue;
		may = may || strcmp(row->to, to) == 0;
		*ret_near = *ret_near || is_of_one_status(row->to, to);
	}
	return may;
}

/* Past the hour of its reservation, nobody can confirm it any more. */
static bool is_late(const struct world_shipment *order, const char *to, struct wall now)
{
	struct wall deadline = change_deadline(order->transitions, order->n);

	return !begins(to, "CANCELLED/") && wall_is_set(deadline) && wall_cmp(now, deadline) >= 0;
}

/* What TO means: a status alone has a substatus of its own. NULL for one that no merchant may name. */
static const char *complete(const char *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (is_of_one_status(targets[i], to))
			return to[strcspn(to, "/") + 1] == '\0' ? targets[i] : to;
	return NULL;
}

/* Why the status can't be set, as Market's code; NULL when it can. */
static const char *status_conflict(const struct world_shipment *order, const char *to, struct wall now)
{
	bool near;

	if (is_over(order))
		return "ORDER_IN_TERMINAL_STATE";
	if (may_set(order, to, &near) && !is_late(order, to, now))
		return NULL;
	if (strcmp(to, "CANCELLED/PICKUP_EXPIRED") == 0)
		return "PICKUP_EXPIRED_CANCELLATION_FORBIDDEN";
	return near && !is_late(order, to, now) ? "SUBSTATUS_NOT_ALLOWED" : "STATUS_NOT_ALLOWED";
}

static int answer_bad_request(const char *why, struct answer *ret)
{
	return answer_orders_error(400, "BAD_REQUEST", why, ret);
}

static int answer_no_transition(const struct world_shipment *order, const char *code, const char *to, struct answer *ret)
{
	char message[MESSAGE_SIZE];

	snprintf(message, sizeof(message), "No transition found: '%s' -> '%s'", order->now.status, to);
	return answer_orders_error(400, code, message, ret);
}

/* The order, if it is born, and of the campaign; else NULL. */
static struct world_shipment *find_order(const struct order_ask *ask)
{
	char id[EXTERNAL_ID_SIZE];
	struct world_shipment *order;

	if (ask->id_len >= sizeof(id))
		return NULL;
	snprintf(id, sizeof(id), "%.*s", (int)ask->id_len, ask->id);
	order = world_find(ask->world, id);
	return order && !world_is_claim(order) && order->campaign_id == ask->campaign_id && order->n > 0 ? order : NULL;
}

static int answer_not_found(const struct order_ask *ask, struct answer *ret)
{
	char message[MESSAGE_SIZE];

	snprintf(message, sizeof(message), "Order not found: orderId=%.*s", (int)ask->id_len, ask->id);
	return answer_orders_error(404, "NOT_FOUND", message, ret);
}

/* Takes BODY. */
static int answer_body(char *body, size_t n_acts, struct answer *ret)
{
	*ret = (struct answer){ .status = 200, .body = body, .len = strlen(body), .n_acts = n_acts };
	return 0;
}

static int answer_changed(const struct world_shipment *order, struct answer *ret)
{
	const struct wire_order changed = {
		.seen = &order->now,
		.created = order->transitions[0].seen.key.updated,
		.fake = order->fake,
	};
	char *body;
	int r = wire_order_changed_encode(&changed, &body);

	return r < 0 ? r : answer_body(body, 1, ret);
}

/* Market does it by and by, and says under which name. */
static int begin_operation(const struct order_ask *ask, struct world_shipment *order, const struct plan_act *act, struct answer *ret)
{
	const char *id;
	char *body;
	int r = operations_begin(ask->operations, order, act->status, ask->fails, &id);

	if (r == 0 && !ask->fails)
		r = world_act(order, act);
	if (r == 0)
		r = wire_operation_encode(id, &body);
	return r < 0 ? r : answer_body(body, !ask->fails, ret);
}

static int set_status(const struct order_ask *ask, struct world_shipment *order, const char *to, struct answer *ret)
{
	const struct plan_act act = { .status = to, .ends = begins(to, "CANCELLED/"), .takes_time = is_laas(order) };
	int r;

	if (is_laas(order))
		return begin_operation(ask, order, &act, ret);
	r = world_act(order, &act);
	return r < 0 ? r : answer_changed(order, ret);
}

int answer_order_status(const struct order_ask *ask, struct answer *ret)
{
	struct world_shipment *order;
	char asked[STATUS_TEXT_SIZE];
	const char *to;
	const char *why;
	int r = wire_order_status_request_parse(ask->body, ask->body_len, asked, &why);

	if (r < 0)
		return r == ERR_INVALID ? answer_bad_request(why, ret) : r;
	order = find_order(ask);
	if (!order)
		return answer_not_found(ask, ret);
	to = complete(asked);
	if (!to)
		return answer_no_transition(order, "INVALID_ORDER_STATUS", asked, ret);
	why = status_conflict(order, to, ask->now);
	return why ? answer_no_transition(order, why, to, ret) : set_status(ask, order, to, ret);
}

/* The cancellation that the order's plan has for the wish, or the commonest one. */
static const char *cancellation_of(const struct world_shipment *order)
{
	for (size_t i = order->n; i < order->plan.n; i++)
		if (begins(order->plan.steps[i].status, "CANCELLED/"))
			return order->plan.steps[i].status;
	return "CANCELLED/USER_CHANGED_MIND";
}

static int answer_wish(struct world_shipment *order, bool accepted, struct answer *ret)
{
	char status[STATUS_TEXT_SIZE];
	const struct plan_act act = { .status = status, .ends = accepted };
	char *body;
	int r;

	/* The plan changes. */
	snprintf(status, sizeof(status), "%s", accepted ? cancellation_of(order) : "");
	r = world_act(order, &act);
	if (r == 0)
		r = wire_ok_encode(&body);
	return r < 0 ? r : answer_body(body, 1, ret);
}

int answer_order_cancellation(const struct order_ask *ask, struct answer *ret)
{
	struct world_shipment *order;
	const char *why;
	bool accepted;
	int r = wire_order_cancellation_request_parse(ask->body, ask->body_len, &accepted, &why);

	if (r < 0)
		return r == ERR_INVALID ? answer_bad_request(why, ret) : r;
	order = find_order(ask);
	if (!order)
		return answer_not_found(ask, ret);
	if (is_over(order))
		return answer_orders_error(400, "ORDER_IN_TERMINAL_STATE", "The order has come to its end", ret);
	if (!wall_is_set(order->now.asked))
		return answer_orders_error(400, "ACTION_FORBIDDEN", "There is no cancellation request to answer", ret);
	return answer_wish(order, accepted, ret);
}

int answer_operations(struct operations *operations, const char *body, size_t len, struct answer *ret)
{
	struct wire_operation told[WIRE_OPERATIONS_MAX];
	size_t n_told = 0;
	const char *why;
	char *text;
	char **ids;
	size_t n;
	int r = wire_operations_request_parse(body, len, &ids, &n, &why);

	if (r < 0)
		return r == ERR_INVALID ? answer_bad_request(why, ret) : r;
	for (size_t i = 0; i < n; i++) {
		const char *state = operations_state(operations, ids[i]);

		if (state)
			told[n_told++] = (struct wire_operation){ .id = ids[i], .status = state };
	}
	r = wire_operations_encode(told, n_told, &text);
	free(ids);
	return r < 0 ? r : answer_body(text, 0, ret);
}

int answer_token(bool changes, struct answer *ret)
{
	char *body;
	int r = wire_token_encode(changes, &body);

	return r < 0 ? r : answer_body(body, 0, ret);
}
