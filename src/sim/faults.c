/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads fault specifications and decides by them.
 * Simulator, pure.
 * Decides only: who meets a fault plays it.
 */
#include "sim/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/spec.h"

static const char *const names[] = {
	[FAULT_STALE] = "stale",
	[FAULT_DUPLICATE] = "duplicate",
	[FAULT_REORDER] = "reorder",
	[FAULT_LOST] = "lost",
	[FAULT_DELAY] = "delay",
	[FAULT_LIMIT] = "429",
	[FAULT_ERROR] = "500",
	[FAULT_CUT] = "cut",
	[FAULT_LATE] = "late",
	[FAULT_SHUFFLE] = "shuffle",
	[FAULT_REPEAT] = "repeat",
	[FAULT_VAGUE] = "vague",
	[FAULT_FAIL] = "fail",
	[FAULT_DOUBT] = "doubt",
	[FAULT_DEAF] = "deaf",
	[FAULT_MUTE] = "mute",
	[FAULT_CONFLICT] = "conflict",
	[FAULT_UNDONE] = "undone",
};
_Static_assert(ARRAY_SIZE(names) == FAULT_MAX, "a name for each");
_Static_assert((int)CHANCE_FAULT + (int)FAULT_MAX <= (int)CHANCE_EDIT_REVISION, "each draws for itself");

static int take_pair(const char *name, double probability, void *cls)
{
	struct faults *faults = cls;
	bool all = strcmp(name, "all") == 0;
	bool known = all;

	/* Written so that NaN is refused too. */
	if (!(probability >= 0 && probability <= 1))
		return ERR_INVALID;
	for (size_t i = 0; i < FAULT_MAX; i++) {
		if (!all && strcmp(name, names[i]) != 0)
			continue;
		faults->probability[i] = probability;
		known = true;
	}
	return known ? 0 : ERR_INVALID;
}

int faults_parse(struct faults *faults, const char *spec)
{
	struct faults parsed = *faults;
	int r = spec_parse(spec, take_pair, &parsed);

	if (r < 0)
		return r;
	*faults = parsed;
	return 0;
}

int faults_set_conflict(struct faults *faults, const char *code)
{
	if (strlen(code) >= sizeof(faults->conflict))
		return ERR_INVALID;
	snprintf(faults->conflict, sizeof(faults->conflict), "%s", code);
	return 0;
}

bool faults_hit(const struct faults *faults, enum fault fault, uint64_t subject, uint64_t number)
{
	uint64_t random = chance_draw(faults->seed, CHANCE_FAULT + (unsigned)fault, subject, number);

	return chance_hits(random, faults->probability[fault]);
}
