/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The documents that wire writes and reads.
 * Memory ring: helper.
 */
#include "documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "wire/campaigns.h"
#include "wire/claim_acts.h"
#include "wire/claim_acts_encode.h"
#include "wire/claims.h"
#include "wire/claims_encode.h"
#include "wire/control.h"
#include "wire/journal.h"
#include "wire/journal_encode.h"
#include "wire/notification.h"
#include "wire/order_acts.h"
#include "wire/order_acts_encode.h"
#include "wire/orders.h"
#include "wire/orders_encode.h"
#include "wire/params.h"
#include "wire/table.h"
#include "wire/token.h"

/* 2026-09-23T07:44:04Z */
#define AT ((struct wall){ INT64_C(1790149444000000) })

/* More than there is room for at first, wherever room grows. */
#define MANY 20

static const char *const ids[] = { "1", "2", "9223372036854775807" };

static struct seen claim(void)
{
	return (struct seen){
		.external_id = "01a0cd38be93807496944ebfc9654d02",
		.status = "performer_found",
		.key = { 17, AT },
		.entered = AT,
		.version = 1,
		.point_id = 2,
		.valid_until = AT,
		.price = "1738.8",
		.currency = "RUB",
		.resolution = "success",
		.class = "express",
	};
}

static struct seen order(void)
{
	return (struct seen){
		.external_id = "55000001",
		.status = "CANCELLED/SHOP_FAILED",
		.key = { NUMBER_NONE, AT },
		.entered = AT,
		.model = &model_dbs,
		.campaign_id = 111,
		.asked = AT,
	};
}

/* --- What is written ----------------------------------------------------------------------------------------------- */

static int write_bulk_request(char **ret)
{
	return wire_bulk_request(ids, ARRAY_SIZE(ids), ret);
}

static int write_claims(char **ret)
{
	struct seen claims[MANY];

	for (size_t i = 0; i < MANY; i++)
		claims[i] = claim();
	(void)stpcpy(claims[1].status, "estimating_failed");
	return wire_claims_encode(claims, MANY, ret);
}

static int write_claim(char **ret)
{
	const struct seen seen = claim();

	return wire_claim_encode(&seen, ret);
}

static int write_error(char **ret)
{
	return wire_error_encode("not_found", "no such claim", ret);
}

static int write_accept(char **ret)
{
	return wire_accept_request(7, ret);
}

static int write_cancel(char **ret)
{
	return wire_cancel_request(7, true, ret);
}

static int write_claim_taken(char **ret)
{
	const struct seen seen = claim();

	return wire_claim_taken_encode(&seen, ret);
}

static int write_cancel_terms(char **ret)
{
	return wire_cancel_terms_encode(&(struct wire_cancel_terms){ "paid", "199.00", "RUB" }, ret);
}

static int write_act(char **ret)
{
	const struct wire_act act = {
		.kind = ACT_CANCEL,
		.id = "abc",
		.source = "main",
		.argument = "paid",
		.version = 7,
		.price = "199.00",
		.target_id = NUMBER_NONE,
	};

	return wire_act_encode(&act, ret);
}

static int write_actions(char **ret)
{
	int64_t actions[MANY];

	for (size_t i = 0; i < MANY; i++)
		actions[i] = (int64_t)i + 1;
	return wire_acts_encode(actions, MANY, ret);
}

static int write_acts_error(char **ret)
{
	return wire_acts_error_encode("unknown_shipment", "no source knows it", ret);
}

/* Longer than what json-c has room for at first, like a real one. */
#define CURSOR "MjAyNi0wOS0yM1QwNzo0NDowNC40MDI0MTNafDE3NTk0MTkzNzM3NTA4fGRlbGl2ZXJ5"

static int write_journal_request(char **ret)
{
	return wire_journal_request(CURSOR, ret);
}

static int write_journal(char **ret)
{
	struct wire_event events[MANY];

	for (size_t i = 0; i < MANY; i++)
		events[i] = (struct wire_event){ WIRE_CHANGE_STATUS, "status_changed", claim() };
	events[1].change = WIRE_CHANGE_PRICE;
	(void)stpcpy(events[1].change_type, "price_changed");
	return wire_journal_encode(CURSOR, events, MANY, ret);
}

static int write_push(char **ret)
{
	const struct wire_push push = { "ORDER_STATUS_UPDATED", 55000001, 111, "DELIVERY/COURIER_FOUND", AT, 3 };

	return wire_push_encode(&push, ret);
}

static int write_push_answer(char **ret)
{
	return wire_notification_answer("1.0", AT, ret);
}

static int write_push_error(char **ret)
{
	return wire_notification_error("WRONG_EVENT_FORMAT", "no notificationType", ret);
}

static int write_order_status(char **ret)
{
	return wire_order_status_request("CANCELLED/SHOP_FAILED", ret);
}

static int write_cancellation(char **ret)
{
	return wire_order_cancellation_request("ORDER_DELIVERED", ret);
}

static int write_operation_request(char **ret)
{
	return wire_operation_request("op-1", ret);
}

static int write_order_changed(char **ret)
{
	const struct seen seen = order();

	return wire_order_changed_encode(&(struct wire_order){ &seen, AT, false }, ret);
}

static int write_operation(char **ret)
{
	return wire_operation_encode("op-1", ret);
}

static int write_operations(char **ret)
{
	const struct wire_operation operations[] = { { "op-1", "DONE" }, { "op-2", "IN_PROGRESS" } };

	return wire_operations_encode(operations, ARRAY_SIZE(operations), ret);
}

static int write_token(char **ret)
{
	return wire_token_encode(true, ret);
}

static int write_orders_request(char **ret)
{
	return wire_orders_request(ids, ARRAY_SIZE(ids), true, ret);
}

static int write_updated_request(char **ret)
{
	return wire_orders_updated_request(AT, wall_add(AT, USEC_PER_SEC), true, ret);
}

static int write_orders(char **ret)
{
	const struct seen seen = order();
	struct wire_order orders[MANY];

	for (size_t i = 0; i < MANY; i++)
		orders[i] = (struct wire_order){ &seen, AT, false };
	return wire_orders_encode(orders, MANY, "next", ret);
}

static int write_campaigns(char **ret)
{
	const struct wire_campaign campaigns[] = { { 111, 222, "DBS", "AVAILABLE" }, { 112, 222, "LAAS", "AVAILABLE" } };

	return wire_campaigns_encode(campaigns, ARRAY_SIZE(campaigns), ret);
}

static int write_orders_error(char **ret)
{
	return wire_orders_error_encode("LIMIT_EXCEEDED", "too many", ret);
}

static int write_params(char **ret)
{
	static const struct wire_param params[] = { { "shop", 4, "17", 2 }, { "city", 4, "Testograd", 9 } };

	return wire_params_encode(params, ARRAY_SIZE(params), ret);
}

static int write_row(char **ret)
{
	static const char *const names[] = { "null", "integer", "real", "text", "bool", "json", "no_json" };
	static const struct wire_value values[] = {
		{ .kind = WIRE_NULL },
		{ .kind = WIRE_INTEGER, .integer = 7 },
		{ .kind = WIRE_REAL, .real = 0.1 },
		{ .kind = WIRE_TEXT, .text = "a text that is longer than what there is room for at first" },
		{ .kind = WIRE_BOOL, .integer = 1 },
		{ .kind = WIRE_JSON, .text = "{\"shop\":\"17\",\"rate\":1.5}" },
		{ .kind = WIRE_JSON, .text = "{" },
	};

	return wire_row_encode(names, values, ARRAY_SIZE(values), ret);
}

static int write_list(char **ret)
{
	static const char *const names[] = { "list" };
	static const struct wire_value values[] = { { .kind = WIRE_JSON, .text = "[1.5,\"a text\"]" } };

	return wire_row_encode(names, values, ARRAY_SIZE(values), ret);
}

/* --- What is read -------------------------------------------------------------------------------------------------- */

static int read_bulk_request(const char *text, size_t len)
{
	char **read = NULL;
	size_t n;
	int r = wire_bulk_request_parse(text, len, &read, &n);

	free(read);
	return r;
}

static int read_claims(const char *text, size_t len)
{
	struct wire_snapshots read = { 0 };
	int r = wire_claims_parse(text, len, &read);

	wire_snapshots_done(&read);
	return r;
}

static int read_accept(const char *text, size_t len)
{
	int64_t version;

	return wire_accept_request_parse(text, len, &version);
}

static int read_cancel(const char *text, size_t len)
{
	int64_t version;
	bool paid;

	return wire_cancel_request_parse(text, len, &version, &paid);
}

static int read_claim_taken(const char *text, size_t len)
{
	struct wire_claim_taken taken;

	return wire_claim_taken_parse(text, len, &taken);
}

static int read_cancel_info(const char *text, size_t len)
{
	struct wire_cancel_info info;

	return wire_cancel_info_parse(text, len, &info);
}

static int read_act(const char *text, size_t len)
{
	struct wire_act act;
	char why[WIRE_WHY_SIZE];

	return wire_act_parse(text, len, &act, why);
}

static int read_acts(const char *text, size_t len)
{
	struct wire_acts acts = { 0 };
	int r = wire_acts_parse(text, len, &acts);

	wire_acts_done(&acts);
	return r;
}

static int read_journal_request(const char *text, size_t len)
{
	char *cursor = NULL;
	int r = wire_journal_request_parse(text, len, &cursor);

	free(cursor);
	return r;
}

static int read_journal(const char *text, size_t len)
{
	struct wire_journal journal = { 0 };
	int r = wire_journal_parse(text, len, &journal);

	wire_journal_done(&journal);
	return r;
}

static int read_push(const char *text, size_t len)
{
	struct notification read;
	const char *why;

	return wire_notification_parse(text, len, &read, &why);
}

static int read_order_status(const char *text, size_t len)
{
	char status[STATUS_TEXT_SIZE];
	const char *why;

	return wire_order_status_request_parse(text, len, status, &why);
}

static int read_cancellation(const char *text, size_t len)
{
	bool accepted;
	const char *why;

	return wire_order_cancellation_request_parse(text, len, &accepted, &why);
}

static int read_operation_request(const char *text, size_t len)
{
	char **read = NULL;
	size_t n;
	const char *why;
	int r = wire_operations_request_parse(text, len, &read, &n, &why);

	free(read);
	return r;
}

static int read_order_taken(const char *text, size_t len)
{
	struct wire_order_taken taken;

	return wire_order_taken_parse(text, len, &taken);
}

static int read_operations(const char *text, size_t len)
{
	enum wire_operation_state state;

	return wire_operation_parse(text, len, "op-1", &state);
}

static int read_token(const char *text, size_t len)
{
	struct wire_token token;

	return wire_token_parse(text, len, &token);
}

static int read_filter(const char *text, size_t len)
{
	struct wire_orders_filter filter;
	const char *why;

	return wire_orders_filter_parse(text, len, &filter, &why);
}

static int read_orders(const char *text, size_t len)
{
	struct wire_orders orders = { 0 };
	int r = wire_orders_parse(text, len, &orders);

	wire_orders_done(&orders);
	return r;
}

static int read_campaigns(const char *text, size_t len)
{
	struct wire_campaigns campaigns = { 0 };
	int r = wire_campaigns_parse(text, len, &campaigns);

	wire_campaigns_done(&campaigns);
	return r;
}

const struct document documents[] = {
	{ "a bulk request", write_bulk_request, read_bulk_request, EVERY },
	{ "claims", write_claims, read_claims, OURS },
	{ "a claim", write_claim, NULL, OURS },
	{ "an error", write_error, NULL, EVERY },
	{ "an accept", write_accept, read_accept, EVERY },
	{ "a cancel", write_cancel, read_cancel, EVERY },
	{ "a claim that was taken", write_claim_taken, read_claim_taken, EVERY },
	{ "a cancellation's cost", write_cancel_terms, read_cancel_info, NO_READ },
	{ "an act", write_act, read_act, EVERY },
	{ "actions", write_actions, read_acts, EVERY },
	{ "a refusal of acts", write_acts_error, read_acts, EVERY },
	{ "a journal request", write_journal_request, read_journal_request, EVERY },
	{ "a journal", write_journal, read_journal, EVERY },
	{ "a push", write_push, read_push, EVERY },
	{ "a push's answer", write_push_answer, NULL, EVERY },
	{ "a push's error", write_push_error, NULL, EVERY },
	{ "an order's status", write_order_status, read_order_status, EVERY },
	{ "an answer to a wish", write_cancellation, read_cancellation, EVERY },
	{ "a request for operations", write_operation_request, read_operation_request, EVERY },
	{ "a changed order", write_order_changed, read_order_taken, OURS },
	{ "an operation", write_operation, read_order_taken, EVERY },
	{ "operations", write_operations, read_operations, EVERY },
	{ "an ok", wire_ok_encode, wire_order_ok_parse, EVERY },
	{ "a key's scopes", write_token, read_token, OURS },
	{ "a request for orders", write_orders_request, read_filter, EVERY },
	{ "a request for updated orders", write_updated_request, read_filter, EVERY },
	{ "orders", write_orders, read_orders, OURS },
	{ "campaigns", write_campaigns, read_campaigns, EVERY },
	{ "an error of Market", write_orders_error, NULL, EVERY },
	{ "parameters", write_params, NULL, EVERY },
	{ "a row", write_row, NULL, OURS },
	{ "a row with a list", write_list, NULL, LEAKY },
};

const size_t documents_n = ARRAY_SIZE(documents);
