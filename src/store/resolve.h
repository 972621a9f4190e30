/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An operator's ruling on a violation: the status that was held is adopted, or the violation is dismissed.
 * Store layer. What follows for the history is the model's business (reconcile_again()).
 */
#ifndef CLAIMD_STORE_RESOLVE_H
#define CLAIMD_STORE_RESOLVE_H

#include "model/act.h"
#include "store/store.h"

/* What a violation is about. */
struct violation_found {
	int64_t source_id;
	int64_t shipment_id;
	bool open;
};

/* ERR_NOT_FOUND. */
int store_violation_find(struct store *store, int64_t violation_id, struct violation_found *ret);

struct resolution {
	int64_t violation_id;
	bool adopt;               /* else dismiss */
	const char *by;           /* uid:N */
	const char *note;         /* NULL or "": none */
	enum policy policy;       /* of the source, for what is judged again */
	struct wall now;          /* by our clock */
	struct wall upstream_now; /* by the upstream's */
};

/* Settles an open violation; in a transaction. Adopted, its status is applied and the history is judged again from there: status,
 * windows and other violations follow, so deadlines may have moved. Dismissed, it stays beside what stands. What was applied already,
 * as a status that no node names is, or flagged, is only settled.
 *
 * ERR_OK with *ret_done false: refused, nothing was changed, and RET_REFUSAL says why:
 *   unknown_violation  there is none of that number
 *   already_resolved   by an operator, or healed
 *   unknown_status     to be adopted, but there is no such status in the graph: it can only be dismissed
 *   too_long           to be adopted, but more steps follow than can be judged again (TIMELINE_MAX) */
int store_violation_resolve(struct store *store, const struct resolution *resolution, bool *ret_done, struct act_refusal *ret_refusal);

#endif
