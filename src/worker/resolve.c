/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settles a violation by an operator's word.
 * Worker layer.
 */
#include "worker/resolve.h"

#include <string.h>

#include "base/err.h"
#include "store/resolve.h"
#include "worker/upshot.h"

static struct resolution resolution_of(const struct kit *kit, const struct action *action)
{
	struct wall now = loop_now(kit->loop);

	return (struct resolution){
		.violation_id = action->target_id,
		.adopt = strcmp(action->argument, "adopt") == 0,
		.by = action->requested_by,
		.note = action->note,
		.policy = kit->policy,
		.now = now,
		.upstream_now = wall_add(now, gate_skew_us(kit->gate)),
	};
}

int resolve_violation(const struct kit *kit, const struct action *action)
{
	struct resolution resolution = resolution_of(kit, action);
	struct upshot upshot = upshot_end(ACTION_DONE, "", "%s", "");
	struct act_refusal refusal;
	bool done = false;
	int r = store_begin(kit->store);

	if (r)
		return r;
	r = store_violation_resolve(kit->store, &resolution, &done, &refusal);
	if (!r && !done)
		upshot = upshot_refused(&refusal);
	if (!r)
		r = upshot_apply(kit, action, &upshot);
	if (r) {
		store_rollback(kit->store);
		return r;
	}
	r = store_commit(kit->store);
	if (!r)
		upshot_tell(kit, action, &upshot);
	return r;
}
