/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers the simulator's own routes.
 * Simulator: through sim.h only.
 */
#include "sim/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/sim.h"
#include "sim/target.h"
#include "sim/truth.h"
#include "wire/claims_encode.h"
#include "wire/table.h"

#define PREFIX "/sim/"

/* Longer than the name of any life, and than any specification of faults that a person would write. */
#define PARAMETER_SIZE 256

bool control_is_route(const char *target)
{
	return strncmp(target, PREFIX, strlen(PREFIX)) == 0;
}

/* A failure to make BODY is a 500. */
static void send_body(struct request *request, unsigned status, const char *type, const char *body)
{
	server_reply(request, &(struct reply){
		.status = body ? status : 500,
		.content_type = body ? type : NULL,
		.body = body,
		.body_len = body ? strlen(body) : 0,
	});
}

static void send_error(struct request *request, unsigned status, const char *code, const char *message)
{
	char *body = NULL;

	if (wire_error_encode(code, message, &body) < 0)
		body = NULL;
	send_body(request, status, "application/json", body);
	free(body);
}

static void serve_lines(struct sim *sim, struct request *request, int (*write)(const struct world *world, struct buf *text))
{
	struct buf text = { 0 };

	if (write(sim_world(sim), &text) < 0)
		send_body(request, 500, NULL, NULL);
	else
		send_body(request, 200, "application/x-ndjson", text.data ? text.data : "");
	buf_done(&text);
}

static void serve_stats(struct sim *sim, struct request *request)
{
	struct sim_stats stats;

	sim_stats(sim, &stats);

	static const char *const names[] = {
		"claims", "done", "transitions", "info", "bulk_info", "refused", "failed", "ids", "unknown_ids", "stale",
		"callbacks_sent", "callbacks_acked", "callbacks_given_up", "callbacks_lost", "prices", "journal", "events",
		"orders", "edits", "order_requests", "campaign_requests",
		"pushes_sent", "pushes_acked", "pushes_refused", "pushes_given_up", "pushes_lost", "pings_sent", "pings_acked",
		"accept", "cancel_info", "cancel", "order_status", "cancellation", "operations", "tokens", "acts",
	};
	const size_t numbers[] = {
		stats.claims, stats.done, stats.transitions, stats.answers.info, stats.answers.bulk_info,
		stats.answers.refused, stats.answers.failed, stats.answers.ids, stats.answers.unknown_ids, stats.answers.stale,
		stats.callbacks.sent, stats.callbacks.acked, stats.callbacks.given_up, stats.lost,
		stats.prices, stats.answers.journal, stats.answers.events,
		stats.orders, stats.edits, stats.answers.orders, stats.answers.campaigns,
		stats.pushes.sent, stats.pushes.acked, stats.pushes.refused, stats.pushes.given_up, stats.pushes_lost,
		stats.pings.sent, stats.pings.acked,
		stats.answers.accept, stats.answers.cancel_info, stats.answers.cancel, stats.answers.order_status,
		stats.answers.cancellation, stats.answers.operations, stats.answers.tokens, stats.answers.acts,
	};
	struct wire_value values[ARRAY_SIZE(numbers)];
	char *body = NULL;

	_Static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(numbers), "a name for each number");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		values[i] = (struct wire_value){ .kind = WIRE_INTEGER, .integer = (int64_t)numbers[i] };
	if (wire_row_encode(names, values, ARRAY_SIZE(values), &body) < 0)
		body = NULL;
	send_body(request, 200, "application/json", body);
	free(body);
}

/* What became of adding a shipment: its id under NAME. */
static void send_born(struct request *request, int r, const char *name, const char *id)
{
	char *body = NULL;

	if (r == ERR_NOT_FOUND) {
		send_error(request, 404, "not_found", "No such model, or no such life of it");
		return;
	}
	if (r < 0 || wire_row_encode(&name, &(struct wire_value){ .kind = WIRE_TEXT, .text = id }, 1, &body) < 0)
		body = NULL;
	send_body(request, 200, "application/json", body);
	free(body);
}

/* The parameter of that name, "" when it is given but too long to mean anything; NULL when it is not given. */
static const char *parameter(const struct request *request, const char *name, char ret[static PARAMETER_SIZE])
{
	const struct target target = { .text = request_target(request) };
	size_t len;
	const char *value = target_parameter(&target, name, &len);

	if (!value)
		return NULL;
	snprintf(ret, PARAMETER_SIZE, "%.*s", len < PARAMETER_SIZE ? (int)len : 0, value);
	return ret;
}

static void serve_claims(struct sim *sim, struct request *request)
{
	char life[PARAMETER_SIZE];
	const char *id = NULL;
	int r = sim_add_claim(sim, parameter(request, "life", life), &id);

	send_born(request, r, "claim_id", id);
}

static void serve_orders(struct sim *sim, struct request *request)
{
	char life[PARAMETER_SIZE];
	char name[PARAMETER_SIZE];
	const char *given = parameter(request, "model", name);
	const struct model *model = given ? model_by_name(given) : NULL;
	const char *id = NULL;
	int r = ERR_NOT_FOUND;

	if (model && model != &model_claims)
		r = sim_add_order(sim, model, parameter(request, "life", life), &id);
	send_born(request, r, "order_id", id);
}

static void serve_faults(struct sim *sim, struct request *request)
{
	char buffer[PARAMETER_SIZE];
	const char *spec = parameter(request, "spec", buffer);
	int r = spec ? sim_set_faults(sim, spec) : 0;
	const char *code = parameter(request, "conflict", buffer);

	if (r == 0 && code)
		r = sim_set_conflict(sim, code);
	if (r < 0)
		send_error(request, 400, "bad_request", "spec must be as that of --faults, conflict a code");
	else
		send_body(request, 200, "application/json", "{}");
}

static bool is_call(const struct request *request, const char *method, const char *name)
{
	const char *path = request_target(request) + strlen(PREFIX);
	size_t len = strcspn(path, "?");

	return strcmp(request_method(request), method) == 0 && len == strlen(name) && memcmp(path, name, len) == 0;
}

void control_serve(struct sim *sim, struct request *request)
{
	if (is_call(request, "GET", "truth"))
		serve_lines(sim, request, truth_write);
	else if (is_call(request, "GET", "prices"))
		serve_lines(sim, request, truth_write_prices);
	else if (is_call(request, "GET", "stats"))
		serve_stats(sim, request);
	else if (is_call(request, "POST", "claims"))
		serve_claims(sim, request);
	else if (is_call(request, "POST", "orders"))
		serve_orders(sim, request);
	else if (is_call(request, "POST", "faults"))
		serve_faults(sim, request);
	else
		send_error(request, 404, "not_found", "GET /sim/truth, GET /sim/prices, GET /sim/stats, POST /sim/claims?life=NAME, "
		                                      "POST /sim/orders?model=MODEL&life=NAME, "
		                                      "POST /sim/faults?spec=SPEC&conflict=CODE");
}
