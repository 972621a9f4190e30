/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to an order, and how far Market is with it: the second half of market.h.
 * API layer: asks and reads. What all acts have in common is act.c's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/market.h"
#include "base/err.h"

#define ORDER_PATH "/v2/campaigns/%" PRId64 "/orders/%s"
#define STATUS_TAIL "/status"
#define CANCELLATION_TAIL "/cancellation/accept"
#define OPERATIONS_PATH "/v1/businesses/%" PRId64 "/operations"

/* One operation is asked for. */
#define ANSWER_BYTES ((size_t)64 * 1024)

DEFINE_CLEANUP(text, char *, free)

/* The path of what is about one order, owned by the caller. */
static int order_path(const struct market_order *order, const char *tail, char **ret)
{
	size_t len = strlen(order->id);

	if (order->campaign_id <= 0 || len == 0 || len >= EXTERNAL_ID_SIZE || strspn(order->id, "0123456789") != len)
		return ERR_INVALID;
	return asprintf(ret, ORDER_PATH "%s", order->campaign_id, order->id, tail) < 0 ? ERR_NOMEM : 0;
}

/* A PUT of BODY. FORM's path is that of the method, behind the order. */
static int start_act(struct client *client, const struct market_order *order, const struct act_form *form, act_answer_fn fn,
                     void *cls)
{
	CLEANUP(text_cleanup) char *path = NULL;
	struct act_form whole = *form;
	int r = order_path(order, form->path, &path);

	if (r < 0)
		return r;
	whole.path = path;
	whole.method = FETCH_PUT;
	whole.external_id = order->id;
	return act_start(client, &whole, fn, cls);
}

/* What an answer names no order in is about the one that was asked for: an operation may be all that is in it. */
static int read_status(const struct fetch_result *result, const char *order_id, struct act_answer *io_answer)
{
	struct wire_order_taken taken;
	int r = wire_order_taken_parse(result->body, result->body_len, &taken);

	if (r < 0)
		return r;
	if (taken.external_id[0] != '\0' && strcmp(taken.external_id, order_id) != 0)
		return ERR_INVALID;
	snprintf(io_answer->status, sizeof io_answer->status, "%s", taken.status);
	snprintf(io_answer->operation_id, sizeof io_answer->operation_id, "%s", taken.operation_id);
	return 0;
}

int market_set_status(struct client *client, const struct market_order *order, const char *status, act_answer_fn fn, void *cls)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_order_status_request(status, &body);

	if (r < 0)
		return r;

	const struct act_form form = {
		.endpoint = ENDPOINT_ORDER_STATUS,
		.path = STATUS_TAIL,
		.body = body,
		.read = read_status,
	};

	return start_act(client, order, &form, fn, cls);
}

static int read_ok(const struct fetch_result *result, const char *order_id, struct act_answer *io_answer)
{
	(void)order_id;
	(void)io_answer;
	return wire_order_ok_parse(result->body, result->body_len);
}

int market_answer_cancellation(struct client *client, const struct market_order *order, const char *reason, act_answer_fn fn,
                               void *cls)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_order_cancellation_request(reason, &body);

	if (r < 0)
		return r;

	const struct act_form form = {
		.endpoint = ENDPOINT_CANCELLATION,
		.path = CANCELLATION_TAIL,
		.body = body,
		.read = read_ok,
	};

	return start_act(client, order, &form, fn, cls);
}

/* --- Operations --------------------------------------------------------------------------------------------------------- */

struct operation_call {
	market_operation_fn fn;
	void *cls;
	char id[WIRE_OPERATION_ID_SIZE];
};

static void end_operation(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	struct operation_call call = *(struct operation_call *)detail;
	struct market_operation operation = { .end = *end };

	free(detail);
	if (end->outcome == OUTCOME_OK)
		client_end_read(&operation.end, wire_operation_parse(result->body, result->body_len, call.id, &operation.state));
	call.fn(&operation, call.cls);
}

static int start_operation(struct client *client, const char *body, struct operation_call *call)
{
	CLEANUP(text_cleanup) char *path = NULL;

	if (asprintf(&path, OPERATIONS_PATH, client_conf(client)->market.business_id) < 0)
		return ERR_NOMEM;

	const struct client_request request = {
		.endpoint = ENDPOINT_OPERATION,
		.path = path,
		.body = body,
		.max_answer = ANSWER_BYTES,
		.fn = end_operation,
		.detail = call,
		.drop = free,
	};

	return client_start(client, &request);
}

int market_operation(struct client *client, const char *operation_id, market_operation_fn fn, void *cls)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_operation_request(operation_id, &body);

	if (r < 0)
		return r;

	struct operation_call *call = malloc(sizeof *call);

	if (!call)
		return ERR_NOMEM;
	*call = (struct operation_call){ .fn = fn, .cls = cls };
	snprintf(call->id, sizeof call->id, "%s", operation_id);
	r = start_operation(client, body, call);
	if (r < 0)
		free(call);
	return r;
}
