/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks an upstream something small: see probe.h.
 * API layer.
 */
#include "api/probe.h"

#include <stdlib.h>

#include "base/err.h"
#include "wire/journal.h"
#include "wire/token.h"

#define JOURNAL_PATH "/b2b/cargo/integration/v2/claims/journal?limit=1"
#define TOKEN_PATH "/v2/auth/token"

/* Not every page of the documents knows the limit: without it there is a whole page. */
#define ANSWER_BYTES ((size_t)4 * 1024 * 1024)

struct probe_call {
	probe_fn fn;
	void *cls;
};

DEFINE_CLEANUP(text, char *, free)

static void end_journal(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	struct probe_call call;
	struct probe_answer answer = { .end = *end };
	struct wire_journal page = { 0 };

	client_take_detail(detail, &call, sizeof(call));
	if (end->outcome == OUTCOME_OK)
		client_end_read(&answer.end, wire_journal_parse(result->body, result->body_len, &page));
	wire_journal_done(&page);
	call.fn(&answer, call.cls);
}

static void end_token(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	struct probe_call call;
	struct probe_answer answer = { .end = *end };
	struct wire_token token = { .reads_orders = true, .changes_orders = true };

	client_take_detail(detail, &call, sizeof(call));
	if (end->outcome == OUTCOME_OK)
		client_end_read(&answer.end, wire_token_parse(result->body, result->body_len, &token));
	answer.may_not_read = !token.reads_orders;
	answer.may_not_act = !token.changes_orders;
	call.fn(&answer, call.cls);
}

static int probe_start(struct client *client, const struct client_request *form, const struct probe_call *call)
{
	struct client_request request = *form;

	request.max_answer = ANSWER_BYTES;
	return client_start_with(client, &request, call, sizeof(*call));
}

static int probe_market(struct client *client, const struct probe_call *call)
{
	return probe_start(client, &(const struct client_request){ .endpoint = ENDPOINT_TOKEN, .path = TOKEN_PATH, .fn = end_token }, call);
}

static int probe_delivery(struct client *client, const struct probe_call *call)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_journal_request(NULL, &body);

	if (r < 0)
		return r;

	const struct client_request request = {
		.endpoint = ENDPOINT_JOURNAL,
		.path = JOURNAL_PATH,
		.body = body,
		.fn = end_journal,
	};

	return probe_start(client, &request, call);
}

int probe_upstream(struct client *client, probe_fn fn, void *cls)
{
	const struct probe_call call = { .fn = fn, .cls = cls };

	switch (client_conf(client)->kind) {
	case CONF_DELIVERY:
		return probe_delivery(client, &call);
	case CONF_MARKET:
		return probe_market(client, &call);
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return ERR_INVALID;
}
