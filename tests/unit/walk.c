/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making random walks.
 * Tests, unit ring.
 */
#include "unit/walk.h"

int walk_pick_successor(struct dice *dice, int from)
{
	int successors[MODEL_STATUS_MAX];
	size_t n = 0;

	for (int to = 0; to < (int)model_claims.n_statuses; to++)
		if (model_has_edge(&model_claims, from, to))
			successors[n++] = to;
	return n > 0 ? successors[dice_roll(dice, n)] : STATUS_UNKNOWN;
}

const char *walk_status_name(int status)
{
	return model_claims.statuses[status].name;
}

/* Mostly legal; now and then any status, one that no model knows, or the last one again. */
static const char *pick_odd_status(struct dice *dice, int *current)
{
	static const char *const strangers[] = { "teleported", "beamed", "picking_up" };

	switch (dice_roll(dice, 8)) {
	case 0:
		return strangers[dice_roll(dice, 3)];
	case 1:
		return walk_status_name(*current);
	case 2:
		return walk_status_name((int)dice_roll(dice, model_claims.n_statuses));
	}

	int next = walk_pick_successor(dice, *current);

	/* A walk that came to its end goes on from anywhere, which is illegal at first. */
	*current = next == STATUS_UNKNOWN ? (int)dice_roll(dice, model_claims.n_statuses) : next;
	return walk_status_name(*current);
}

static void advance(struct dice *dice, int64_t *revision, int64_t *us)
{
	size_t kind = dice_roll(dice, 10);

	if (kind > 1)
		*revision += 1 + (int64_t)dice_roll(dice, 3);
	if (kind > 0)
		*us += SECONDS(1) * (1 + (int64_t)dice_roll(dice, 900));
}

struct walk walk_make_odd(uint64_t seed, size_t n, bool revisions)
{
	struct dice dice = { seed };
	struct walk walk = { .n_events = n, .policy = dice_roll(&dice, 3) == 0 ? POLICY_FLAG : POLICY_HOLD };
	int current = (int)dice_roll(&dice, 4);
	int64_t revision = 1;
	int64_t us = 0;

	for (size_t i = 0; i < n; i++) {
		walk.events[i] = make_event(pick_odd_status(&dice, &current), revisions ? revision : NUMBER_NONE, us);
		walk.events[i].operation_id = 80 + (int64_t)i;
		advance(&dice, &revision, &us);
	}
	walk.now = moment(us + SECONDS(1) * (int64_t)dice_roll(&dice, 900) - SECONDS(300));
	return walk;
}
