/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the end of an act's request to what is known of it: see act.h.
 * API layer: sends once, judges, repeats nothing.
 */
#include "api/act.h"

#include <stdio.h>
#include <string.h>


/* The answer to a status may hold an order with all its items. */
#define ANSWER_BYTES ((size_t)1024 * 1024)

struct act_call {
	struct client *client;
	act_answer_fn fn;
	void *cls;
	act_read_fn read;
	char external_id[EXTERNAL_ID_SIZE];
};

/* By a 4xx the upstream says that it did not do it. Not by 408 and 499, which only tell that somebody's patience was over; nor by
 * a redirect, which may follow on what was done. */
static bool is_refusal(const struct fetch_result *result)
{
	return result->end == FETCH_ANSWERED && result->status >= 400 && result->status <= 499 && result->status != 408 &&
	       result->status != 499;
}

static enum act_fate fate_of(const struct client_end *end, const struct fetch_result *result)
{
	if (end->outcome == OUTCOME_OK)
		return ACT_FATE_TAKEN;
	if (end->unsent)
		return ACT_FATE_UNSENT;
	return is_refusal(result) ? ACT_FATE_REFUSED : ACT_FATE_UNKNOWN;
}

struct wire_error act_error(const struct client *client, const struct fetch_result *result)
{
	struct wire_error error = { 0 };

	/* What was cut is not what it said. */
	if (result->end == FETCH_ANSWERED)
		error = client_error(client, result);
	if (is_refusal(result) && error.code[0] == '\0')
		snprintf(error.code, sizeof error.code, "http_%u", result->status);
	return error;
}

static void take_error(const struct client *client, const struct fetch_result *result, struct act_answer *answer)
{
	struct wire_error error = act_error(client, result);

	memcpy(answer->code, error.code, sizeof answer->code);
	memcpy(answer->message, error.message, sizeof answer->message);
}

static void end_act(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	struct act_call call;
	struct act_answer answer = { .end = *end };

	client_take_detail(detail, &call, sizeof(call));
	if (end->outcome == OUTCOME_OK)
		client_end_read(&answer.end, call.read(result, call.external_id, &answer));
	answer.fate = fate_of(&answer.end, result);
	if (answer.fate != ACT_FATE_TAKEN)
		take_error(call.client, result, &answer);
	call.fn(&answer, call.cls);
}

int act_start(struct client *client, const struct act_form *form, act_answer_fn fn, void *cls)
{
	struct act_call call = { .client = client, .fn = fn, .cls = cls, .read = form->read };

	const struct client_request request = {
		.endpoint = form->endpoint,
		.path = form->path,
		.method = form->method,
		.headers = form->headers,
		.body = form->body,
		.once = true,
		.max_answer = ANSWER_BYTES,
		.fn = end_act,
	};

	snprintf(call.external_id, sizeof(call.external_id), "%s", form->external_id);
	return client_start_with(client, &request, &call, sizeof(call));
}
