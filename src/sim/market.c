/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's side: orders by their ids or by when they were updated, the campaigns, what a merchant does with an order, and what
 * its key is good for (upstream/market.md section 4).
 * Simulator.
 * Checks requests; what an answer says is orders.c's and order-acts.c's.
 */
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/order-acts.h"
#include "sim/orders.h"
#include "sim/side.h"

#define ENHANCE_YOUR_CALM 420

#define HOUR_US (3600 * USEC_PER_SEC)

/* How often the day of the week is wrong. */
#define ODD_ONE_IN 3

struct refusal_row {
	unsigned status;
	const char *code;
	const char *message;
};

static const struct refusal_row rows[REFUSAL_MAX] = {
	[REFUSAL_UNAUTHORIZED] = { 401, "UNAUTHORIZED", "Api-Key token is invalid" },
	[REFUSAL_FORBIDDEN] = { 403, "FORBIDDEN", "Access denied" },
	[REFUSAL_NOT_FOUND] = { 404, "NOT_FOUND", "Not found" },
	[REFUSAL_METHOD] = { 405, "METHOD_NOT_ALLOWED", "Method not allowed" },
	[REFUSAL_LIMITED] = { ENHANCE_YOUR_CALM, "LIMIT_EXCEEDED", "Hit rate limit of 10000 requests per period for resource orders" },
	[REFUSAL_PARALLEL] = { ENHANCE_YOUR_CALM, "LIMIT_EXCEEDED", "Hit rate limit of 2 parallel requests for businessId" },
	[REFUSAL_ERROR] = { 500, "INTERNAL_ERROR", "Internal server error" },
	[REFUSAL_CONFLICT] = { 400, NULL, "The request can't be carried out" },
};

/* How an operation is asked for, and how often it may be in an hour. */
struct operation_row {
	const char *method;
	unsigned limit;
};

static const struct operation_row operations[ROUTE_MAX] = {
	[ROUTE_ORDERS] = { "POST", 10000 },
	[ROUTE_CAMPAIGNS] = { "GET", 1000 },
	[ROUTE_ORDER_STATUS] = { "PUT", 10000 },
	[ROUTE_ORDER_CANCELLATION] = { "PUT", 500 },
	[ROUTE_OPERATIONS] = { "POST", 1000 },
	[ROUTE_TOKEN] = { "POST", 100 },
	[ROUTE_NONE] = { "", 10000 },
};

static unsigned limit_of(const struct question *question)
{
	return operations[question->target.route].limit;
}

/* As long as the limit is not met: the period ends with the hour. */
static void tell_rate(const struct question *question, struct answer *answer)
{
	unsigned used = (unsigned)(question->number % limit_of(question));
	struct wall hour = wall_add(question->now, HOUR_US - question->now.us % HOUR_US);

	rate_fill(limit_of(question), used, hour, question->number % ODD_ONE_IN == 0, &answer->rate);
}

/* Both kinds of limit are met in turn. */
static enum refusal kind_of(const struct question *question, enum refusal refusal)
{
	return refusal == REFUSAL_LIMITED && question->n_limited % 2 == 1 ? REFUSAL_PARALLEL : refusal;
}

/* Those of the documents; the last is none of theirs, but has been met (upstream/market.md section 6). */
static const char *conflict_of(const struct question *question)
{
	static const char *const codes[] = {
		"STATUS_NOT_ALLOWED", "SUBSTATUS_NOT_ALLOWED", "INVALID_ORDER_STATUS", "USER_UNREACHABLE_NOT_ALLOWED",
		"PICKUP_EXPIRED_CANCELLATION_FORBIDDEN", "ORDER_IN_TERMINAL_STATE", "CANCELLATION_REQUESTED", "ACTION_FORBIDDEN",
		"CANCELLED_IN_PROCESSING",
	};
	const struct faults *faults = question->rules->faults;

	if (faults->conflict[0] != '\0')
		return faults->conflict;
	return codes[chance_draw(faults->seed, CHANCE_CONFLICT, 0, question->number) % ARRAY_SIZE(codes)];
}

int market_refuse(const struct question *question, enum refusal refusal, struct answer *ret)
{
	enum refusal kind = kind_of(question, refusal);
	const struct refusal_row *row = &rows[kind];
	struct wall until = wall_add(question->now, question->rules->retry_after_s * USEC_PER_SEC);
	const char *code = kind == REFUSAL_CONFLICT ? conflict_of(question) : row->code;
	int r = answer_orders_error(row->status, code, row->message, ret);

	if (r < 0)
		return r;
	if (kind == REFUSAL_LIMITED && question->rules->retry_after_s > 0)
		rate_fill(limit_of(question), limit_of(question), until, question->n_limited / 2 % ODD_ONE_IN == 1, &ret->rate);
	else if (kind != REFUSAL_PARALLEL && kind != REFUSAL_LIMITED)
		tell_rate(question, ret);
	return 0;
}

/* A bearer token is another way in, which is not played. */
static bool is_authorized(const struct question *question)
{
	const char *given = request_header(question->request, "Api-Key");

	return given && (!question->rules->api_key || strcmp(given, question->rules->api_key) == 0);
}

static int ask_campaigns(const struct question *question, struct answer *ret)
{
	int64_t business_id = question->rules->business_id;
	const struct wire_campaign campaigns[] = {
		{ question->rules->dbs_campaign, business_id, "DBS", "AVAILABLE" },
		{ question->rules->laas_campaign, business_id, "LAAS", "AVAILABLE" },
	};

	return answer_campaigns(campaigns, ARRAY_SIZE(campaigns), ret);
}

/* Both names are in use. */
static const char *token_of(const struct target *target, size_t *ret_len)
{
	const char *token = target_parameter(target, "pageToken", ret_len);

	return token ? token : target_parameter(target, "page_token", ret_len);
}

static int ask_orders(const struct question *question, struct answer *ret)
{
	struct orders_ask ask = { .limit = WIRE_ORDERS_MAX, .key = question->rules->faults->seed };
	size_t len;

	/* A higher limit is cut to the highest, as Market does it. */
	if (target_parameter(&question->target, "limit", &len) &&
	    (!target_number(&question->target, "limit", WIRE_ORDERS_MAX, &ask.limit) || ask.limit == 0))
		return answer_orders_error(400, "BAD_REQUEST", "limit must be a number from 1", ret);
	ask.body = request_body(question->request, &ask.body_len);
	ask.token = token_of(&question->target, &ask.token_len);
	return answer_orders(question->world, &ask, ret);
}

static int ask_act(const struct question *question, struct answer *ret)
{
	struct order_ask ask = {
		.world = question->world,
		.operations = question->operations,
		.campaign_id = question->target.campaign_id,
		.id = question->target.order_id,
		.id_len = question->target.order_id_len,
		.now = question->now,
		.fails = faults_hit(question->rules->faults, FAULT_UNDONE, 0, question->number),
	};

	ask.body = request_body(question->request, &ask.body_len);
	return question->target.route == ROUTE_ORDER_STATUS ? answer_order_status(&ask, ret) : answer_order_cancellation(&ask, ret);
}

static int ask_operations(const struct question *question, struct answer *ret)
{
	size_t len;
	const char *body = request_body(question->request, &len);

	return answer_operations(question->operations, body, len, ret);
}

static int ask(const struct question *question, struct answer *ret)
{
	switch (question->target.route) {
	case ROUTE_ORDERS:
		return ask_orders(question, ret);
	case ROUTE_CAMPAIGNS:
		return ask_campaigns(question, ret);
	case ROUTE_ORDER_STATUS:
	case ROUTE_ORDER_CANCELLATION:
		return ask_act(question, ret);
	case ROUTE_OPERATIONS:
		return ask_operations(question, ret);
	case ROUTE_TOKEN:
		return answer_token(!question->rules->read_only, ret);
	case ROUTE_INFO:
	case ROUTE_BULK_INFO:
	case ROUTE_JOURNAL:
	case ROUTE_ACCEPT:
	case ROUTE_CANCEL_INFO:
	case ROUTE_CANCEL:
	case ROUTE_NONE:
	case ROUTE_MAX:
		break;
	}
	return market_refuse(question, REFUSAL_NOT_FOUND, ret);
}

/* Whether the key is good for what is asked, and of whom. */
static bool is_allowed(const struct question *question)
{
	const struct endpoint_rules *rules = question->rules;
	int64_t business = question->target.business_id;
	int64_t campaign = question->target.campaign_id;

	if (target_is_act(&question->target) && rules->read_only)
		return false;
	return (business < 0 || business == rules->business_id) &&
	       (campaign < 0 || campaign == rules->dbs_campaign || campaign == rules->laas_campaign);
}

int market_answer(const struct question *question, struct answer *ret)
{
	enum route route = question->target.route;

	if (route == ROUTE_NONE)
		return market_refuse(question, REFUSAL_NOT_FOUND, ret);
	if (strcmp(request_method(question->request), operations[route].method) != 0)
		return market_refuse(question, REFUSAL_METHOD, ret);
	if (!is_authorized(question))
		return market_refuse(question, REFUSAL_UNAUTHORIZED, ret);
	if (!is_allowed(question))
		return market_refuse(question, REFUSAL_FORBIDDEN, ret);

	int r = ask(question, ret);

	if (r == 0)
		tell_rate(question, ret);
	return r;
}
