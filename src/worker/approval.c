/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approval without an operator.
 * Worker layer. Must not send: the time between a decision and its carrying out is the actor's to judge.
 */
#include "worker/approval.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/err.h"
#include "store/action.h"
#include "store/standing.h"

/* Whether CLASS stands in a list with commas between. */
static bool is_listed(const char *list, const char *class)
{
	static const char between[] = ", \t";
	size_t len = strlen(class);

	for (list += strspn(list, between); *list; list += strspn(list, between)) {
		size_t word = strcspn(list, between);

		if (len > 0 && word == len && strncmp(list, class, len) == 0)
			return true;
		list += word;
	}
	return false;
}

static bool refuse(struct act_refusal *ret, const char *code)
{
	snprintf(ret->code, sizeof(ret->code), "%s", code);
	return false;
}

static bool allows_price(const struct conf_delivery *conf, const struct seen *claim, struct act_refusal *ret)
{
	int64_t price;
	int64_t limit;

	if (decimal_parse(claim->offer, &price) != ERR_OK) {
		snprintf(ret->message, sizeof(ret->message), "what its offer costs is not known; accept it by hand");
		return refuse(ret, "no_price");
	}
	if (conf->auto_currency[0] && strcmp(claim->currency, conf->auto_currency) != 0) {
		snprintf(ret->message, sizeof(ret->message), "its offer is in %s, and auto_max_price in %s; accept it by hand",
		         claim->currency[0] ? claim->currency : "a currency that is not known", conf->auto_currency);
		return refuse(ret, "other_currency");
	}
	if (decimal_parse(conf->auto_max_price, &limit) == ERR_OK && price <= limit)
		return true;
	snprintf(ret->message, sizeof(ret->message), "its offer of %s %s is above auto_max_price, %s; accept it by hand", claim->offer,
	         claim->currency, conf->auto_max_price);
	return refuse(ret, "too_dear");
}

static bool allows_class(const struct conf_delivery *conf, const struct seen *claim, struct act_refusal *ret)
{
	if (conf->auto_classes[0] == '\0' || is_listed(conf->auto_classes, claim->class))
		return true;
	snprintf(ret->message, sizeof(ret->message), "its class, %s, is not in auto_classes; accept it by hand",
	         claim->class[0] ? claim->class : "which is not known");
	return refuse(ret, "wrong_class");
}

bool approval_allows(const struct conf_delivery *conf, const struct seen *claim, struct act_refusal *ret)
{
	return allows_price(conf, claim, ret) && allows_class(conf, claim, ret);
}

/* The policy is on, and the claim in a status that waits for an answer: for most snapshots this is the end of it. */
static bool is_subject(const struct kit *kit, const struct shipment *shipment)
{
	const struct model *model = shipment->model;

	return kit->conf->kind == CONF_DELIVERY && kit->conf->delivery.approve == CONF_APPROVE_AUTO && model &&
	       model_window(model, model_status(model, shipment->status));
}

/* Whether an operator could accept it now. What is held is left to one, dismissed or not. */
static int is_acceptable(const struct kit *kit, const struct shipment *shipment, bool *ret)
{
	const struct act act = { .kind = ACT_ACCEPT, .version = shipment->version };
	struct window window;
	int64_t other = 0;
	struct act_refusal refusal;
	int r = store_standing_window(kit->store, shipment, &window);

	if (!r)
		r = store_action_under_way(kit->store, shipment->id, NUMBER_NONE, &other);
	if (r)
		return r;

	const struct act_standing standing = {
		.shipment = shipment,
		.window = &window,
		.now = wall_add(loop_now(kit->loop), gate_skew_us(kit->gate)),
	};

	*ret = other == 0 && act_permit(&act, &standing, &refusal);
	return ERR_OK;
}

static void decide(const struct kit *kit, const struct shipment *shipment, const struct seen *seen, struct approval *approval)
{
	struct wall now = loop_now(kit->loop);
	const struct action_wish wish = {
		.source_id = shipment->source_id,
		.shipment_id = shipment->id,
		.kind = ACT_ACCEPT,
		.target_id = NUMBER_NONE,
		.version = shipment->version,
		.requested_by = ACTION_POLICY,
	};
	int64_t id = 0;

	store_action_add(kit->store, &wish, now, &id);
	if (id == 0 || approval_allows(&kit->conf->delivery, seen, &approval->refusal))
		return;

	const struct action_end end = {
		.result = ACTION_REFUSED,
		.code = approval->refusal.code,
		.message = approval->refusal.message,
	};

	approval->refused = true;
	store_action_end(kit->store, id, &end, now);
}

int approval_consider(const struct kit *kit, const struct shipment *shipment, const struct seen *seen, struct approval *ret)
{
	struct approval approval = { .refused = false };
	bool acceptable = false;
	int r = is_subject(kit, shipment) ? is_acceptable(kit, shipment, &acceptable) : ERR_OK;

	if (r)
		return r;
	if (acceptable)
		decide(kit, shipment, seen, &approval);
	*ret = approval;
	return ERR_OK;
}
