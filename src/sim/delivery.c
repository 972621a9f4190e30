/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery's side: claims/info, claims/bulk_info, claims/journal, and what a merchant does with a claim.
 * Simulator.
 * Checks requests; what an answer says is answer.c's and claim-acts.c's.
 */
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/side.h"

struct refusal_row {
	unsigned status;
	const char *code;
	const char *message;
};

static const struct refusal_row rows[REFUSAL_MAX] = {
	[REFUSAL_UNAUTHORIZED] = { 401, "unauthorized", "Access denied" },
	[REFUSAL_FORBIDDEN] = { 403, "forbidden", "Forbidden" },
	[REFUSAL_NOT_FOUND] = { 404, "not_found", "Not found" },
	[REFUSAL_METHOD] = { 405, "405", "Method Not Allowed" },
	[REFUSAL_LIMITED] = { 429, "too_many_requests", "Too many requests" },
	[REFUSAL_PARALLEL] = { 429, "too_many_requests", "Too many requests" },
	[REFUSAL_ERROR] = { 500, "500", "Internal server error" },
	[REFUSAL_CONFLICT] = { 409, NULL, "Invalid action regarding the claim" },
};

/* Those of the documents for the act. */
static const char *conflict_of(const struct question *question)
{
	static const char *const accept[] = {
		"inappropriate_status", "invalid_post_payment", "old_version", "offer_expired", "state_mismatch", "offer_already_used",
		"unknown_error",
	};
	static const char *const cancel[] = { "inappropriate_status", "free_cancel_is_unavailable", "state_mismatch", "unknown_error" };
	const struct faults *faults = question->rules->faults;
	uint64_t random = chance_draw(faults->seed, CHANCE_CONFLICT, 0, question->number);

	if (faults->conflict[0] != '\0')
		return faults->conflict;
	return question->target.route == ROUTE_ACCEPT ? accept[random % ARRAY_SIZE(accept)] : cancel[random % ARRAY_SIZE(cancel)];
}

int delivery_refuse(const struct question *question, enum refusal refusal, struct answer *ret)
{
	const struct refusal_row *row = &rows[refusal];
	const char *code = refusal == REFUSAL_CONFLICT ? conflict_of(question) : row->code;
	int r = answer_error(row->status, code, row->message, ret);

	if (r == 0 && row->status == 429)
		ret->retry_after_s = question->rules->retry_after_s;
	return r;
}

static const char *claim_id_of(const struct target *target, char ret[static EXTERNAL_ID_SIZE])
{
	size_t len;
	const char *id = target_parameter(target, "claim_id", &len);

	if (!id || len == 0 || len >= EXTERNAL_ID_SIZE)
		return NULL;
	memcpy(ret, id, len);
	ret[len] = '\0';
	return ret;
}

/* How long a page may be; 0 for a limit that is none. */
static size_t limit_of(const struct target *target)
{
	size_t limit = WIRE_JOURNAL_LIMIT_MAX;
	size_t len;

	if (target_parameter(target, "limit", &len) && !target_number(target, "limit", WIRE_JOURNAL_LIMIT_MAX + 1, &limit))
		return 0;
	return limit <= WIRE_JOURNAL_LIMIT_MAX ? limit : 0;
}

static bool is_authorized(const struct question *question)
{
	const char *given = request_header(question->request, "Authorization");

	if (!question->rules->token)
		return true;
	return given && strncmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, question->rules->token) == 0;
}

static int ask_journal(const struct question *question, struct answer *ret)
{
	const struct journal_ask ask = {
		.limit = limit_of(&question->target),
		.number = question->number,
		.now = question->now,
	};
	size_t len;
	const char *body = request_body(question->request, &len);

	if (ask.limit == 0)
		return answer_error(400, "400", "limit must be a number from 1 to 1000", ret);

	int r = answer_journal(question->journal, body, len, ask, ret);

	if (r != ERR_INVALID)
		return r;
	/* Upstream's own example has the vague form. */
	return faults_hit(question->rules->faults, FAULT_VAGUE, 0, question->number)
		       ? answer_error(400, "unknown_error", "wrong cursor format", ret)
		       : answer_error(400, "invalid_cursor", "Invalid cursor", ret);
}

static int ask_act(const struct question *question, const char *id, struct answer *ret)
{
	struct claim_ask ask = {
		.world = question->world,
		.id = id,
		.now = question->now,
		.rules = question->rules->claims,
	};

	ask.body = request_body(question->request, &ask.body_len);
	if (question->target.route == ROUTE_ACCEPT)
		return answer_accept(&ask, ret);
	return question->target.route == ROUTE_CANCEL ? answer_cancel(&ask, ret) : answer_cancel_info(&ask, ret);
}

static int ask_claims(const struct question *question, struct answer *ret)
{
	char buffer[EXTERNAL_ID_SIZE];
	const char *id = claim_id_of(&question->target, buffer);
	const char *body;
	size_t len;

	if (!request_header(question->request, "Accept-Language"))
		return answer_error(400, "bad_request", "Accept-Language is missing", ret);
	if (question->target.route == ROUTE_INFO)
		return answer_info(question->world, id, ret);
	if (question->target.route != ROUTE_BULK_INFO)
		return ask_act(question, id, ret);
	body = request_body(question->request, &len);
	return answer_bulk_info(question->world, body, len, ret);
}

int delivery_answer(const struct question *question, struct answer *ret)
{
	if (question->target.route == ROUTE_NONE)
		return delivery_refuse(question, REFUSAL_NOT_FOUND, ret);
	if (strcmp(request_method(question->request), "POST") != 0)
		return delivery_refuse(question, REFUSAL_METHOD, ret);
	if (!is_authorized(question))
		return delivery_refuse(question, REFUSAL_UNAUTHORIZED, ret);
	return question->target.side == SIDE_JOURNAL ? ask_journal(question, ret) : ask_claims(question, ret);
}
