/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The approval policy of a Delivery source (approve = auto): which claims are accepted without anybody being asked.
 * Worker layer. It only wants: what it wants is an action like an operator's, judged again and carried out by the actor.
 */
#ifndef CLAIMD_WORKER_APPROVAL_H
#define CLAIMD_WORKER_APPROVAL_H

#include "model/act.h"
#include "worker/kit.h"

/* Whether a claim that waits for approval, as it was read, is one to accept; else why not: no_price, too_dear, wrong_class. Pure. */
bool approval_allows(const struct conf_delivery *conf, const struct seen *claim, struct act_refusal *ret);

/* What was decided, to be told once it is stored. */
struct approval {
	bool refused;               /* by policy, just now */
	struct act_refusal refusal;
};

/* A snapshot, SEEN, of a claim was taken in, in this transaction. Where the policy is on, the claim waits for approval, and nothing
 * else is under way: an accept of this version is wanted, or recorded as refused; either once for a version. Journal events have
 * neither a price nor a version, so the read that they lead to decides. */
int approval_consider(const struct kit *kit, const struct shipment *shipment, const struct seen *seen, struct approval *ret);

#endif
