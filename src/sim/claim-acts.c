/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judges what a merchant wants done with a claim, and does it.
 * Simulator.
 * What becomes of the claim's plan is plan-act.c's, when it moves, shipment.c's.
 */
#include "sim/claim-acts.h"

#include <string.h>

#include "base/err.h"
#include "sim/change.h"
#include "wire/claim_acts_encode.h"

#define CURRENCY "RUB"

/* What a cancellation costs, by where the claim stands. */
enum terms {
	TERMS_FREE,
	TERMS_PAID,
	TERMS_UNAVAILABLE,
};

static enum terms terms_of(const char *status)
{
	int index = model_status(&model_claims, status);

	if (index == STATUS_UNKNOWN || model_is_terminal(&model_claims, index))
		return TERMS_UNAVAILABLE;
	switch (model_claims.statuses[index].phase) {
	case PHASE_CREATE:
	case PHASE_SEARCH:
		return TERMS_FREE;
	case PHASE_PICKUP:
		return strcmp(status, "performer_found") == 0 ? TERMS_FREE : TERMS_PAID;
	case PHASE_DELIVERY:
	case PHASE_RETURN:
	case PHASE_END:
	case PHASE_ERROR:
	case PHASE_CANCEL:
	case PHASE_MAX:
		break;
	}
	return TERMS_UNAVAILABLE;
}

static bool is_in(const struct world_shipment *claim, const char *status)
{
	return strcmp(claim->now.status, status) == 0;
}

/* Until there is an estimate, upstream wants nothing done. */
static bool is_estimated(const struct world_shipment *claim)
{
	return !is_in(claim, "new") && !is_in(claim, "estimating");
}

/* The claim, if it is born; else NULL. */
static struct world_shipment *find_claim(const struct claim_ask *ask)
{
	struct world_shipment *claim = world_find(ask->world, ask->id);

	return claim && world_is_claim(claim) && claim->n > 0 ? claim : NULL;
}

static int answer_bad_request(struct answer *ret)
{
	return answer_error(400, "bad_request", "Incorrect request body", ret);
}

static int answer_not_found(struct answer *ret)
{
	return answer_error(404, "not_found", "Claim not found", ret);
}

static int answer_conflict(const char *code, struct answer *ret)
{
	return answer_error(409, code, "Invalid action regarding the claim", ret);
}

static int answer_taken(const struct world_shipment *claim, struct answer *ret)
{
	struct answer answer = { .status = 200, .n_acts = 1 };
	int r = wire_claim_taken_encode(&claim->now, &answer.body);

	if (r < 0)
		return r;
	answer.len = strlen(answer.body);
	*ret = answer;
	return 0;
}

/* Does ACT. */
static int take(struct world_shipment *claim, const struct plan_act *act, struct answer *ret)
{
	int r = world_act(claim, act);

	return r < 0 ? r : answer_taken(claim, ret);
}

static bool is_late(const struct world_shipment *claim, struct wall now)
{
	struct wall deadline = change_deadline(claim->transitions, claim->n);

	return wall_is_set(deadline) && wall_cmp(now, deadline) >= 0;
}

/* Why the claim can't be accepted; NULL when it can. */
static const char *accept_conflict(const struct world_shipment *claim, int64_t version)
{
	if (version != claim->now.version)
		return "old_version";
	if (is_in(claim, "ready_for_approval"))
		return NULL;
	return is_estimated(claim) ? "inappropriate_status" : "state_mismatch";
}

int answer_accept(const struct claim_ask *ask, struct answer *ret)
{
	const struct plan_act accept = { .status = "accepted" };
	const struct plan_act expire = { .status = "failed", .ends = true, .takes_time = true };
	struct world_shipment *claim;
	const char *conflict;
	int64_t version;
	int r = wire_accept_request_parse(ask->body, ask->body_len, &version);

	if (!ask->id || r == ERR_INVALID)
		return answer_bad_request(ret);
	if (r < 0)
		return r;
	claim = find_claim(ask);
	if (!claim)
		return answer_not_found(ret);
	conflict = accept_conflict(claim, version);
	if (conflict)
		return answer_conflict(conflict, ret);
	if (!is_late(claim, ask->now))
		return take(claim, &accept, ret);
	return ask->rules->late_refused ? answer_conflict("offer_expired", ret) : take(claim, &expire, ret);
}

/* Why the claim can't be cancelled so; NULL when it can. Which code tells of another version is not documented. */
static const char *cancel_conflict(const struct world_shipment *claim, int64_t version, bool paid)
{
	enum terms terms = terms_of(claim->now.status);

	if (terms == TERMS_UNAVAILABLE)
		return "inappropriate_status";
	if (version != claim->now.version || !is_estimated(claim))
		return "state_mismatch";
	if (terms == TERMS_PAID && !paid)
		return "free_cancel_is_unavailable";
	return terms == TERMS_FREE && paid ? "state_mismatch" : NULL;
}

int answer_cancel(const struct claim_ask *ask, struct answer *ret)
{
	struct plan_act cancel = { .status = "cancelled", .ends = true };
	struct world_shipment *claim;
	const char *conflict;
	int64_t version;
	bool paid;
	int r = wire_cancel_request_parse(ask->body, ask->body_len, &version, &paid);

	if (!ask->id || r == ERR_INVALID)
		return answer_bad_request(ret);
	if (r < 0)
		return r;
	claim = find_claim(ask);
	if (!claim)
		return answer_not_found(ret);
	conflict = cancel_conflict(claim, version, paid);
	if (conflict)
		return answer_conflict(conflict, ret);
	if (paid) {
		cancel.status = "cancelled_with_payment";
		cancel.price = ask->rules->fee;
	}
	return take(claim, &cancel, ret);
}

static struct wire_cancel_terms wire_terms(enum terms terms, const char *fee)
{
	switch (terms) {
	case TERMS_FREE:
		return (struct wire_cancel_terms){ "free", "0", CURRENCY };
	case TERMS_PAID:
		return (struct wire_cancel_terms){ "paid", fee, CURRENCY };
	case TERMS_UNAVAILABLE:
		break;
	}
	return (struct wire_cancel_terms){ "unavailable", NULL, CURRENCY };
}

/* It promises nothing: during an estimation it says free, and a cancellation is refused. */
int answer_cancel_info(const struct claim_ask *ask, struct answer *ret)
{
	struct answer answer = { .status = 200 };
	struct world_shipment *claim;
	struct wire_cancel_terms terms;
	int r;

	if (!ask->id)
		return answer_bad_request(ret);
	claim = find_claim(ask);
	if (!claim)
		return answer_not_found(ret);
	terms = wire_terms(terms_of(claim->now.status), ask->rules->fee);
	r = wire_cancel_terms_encode(&terms, &answer.body);
	if (r < 0)
		return r;
	answer.len = strlen(answer.body);
	*ret = answer;
	return 0;
}
