/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Remembers operations, and looks at the orders for what they came to.
 * Simulator.
 * Moves no order: world.c does.
 */
#include "sim/operations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/chance.h"

#define OPERATION_ID_SIZE 33

struct operation {
	char id[OPERATION_ID_SIZE];
	const struct world_shipment *order;
	size_t place; /* of the transition that it leads to */
	char status[STATUS_TEXT_SIZE];
	bool fails;
	unsigned asked;
};

struct operations {
	uint64_t seed;
	struct operation **all;
	size_t n;
};

int operations_new(uint64_t seed, struct operations **ret)
{
	struct operations *operations = calloc(1, sizeof(*operations));

	if (!operations)
		return ERR_NOMEM;
	operations->seed = seed;
	*ret = operations;
	return 0;
}

struct operations *operations_free(struct operations *operations)
{
	if (!operations)
		return NULL;
	for (size_t i = 0; i < operations->n; i++)
		free(operations->all[i]);
	free(operations->all);
	free(operations);
	return NULL;
}

int operations_begin(struct operations *operations, const struct world_shipment *order, const char *status, bool fails,
                     const char **ret_id)
{
	struct operation **all = reallocarray(operations->all, operations->n + 1, sizeof(struct operation *));
	struct operation *operation;

	if (!all)
		return ERR_NOMEM;
	operations->all = all;
	operation = calloc(1, sizeof(*operation));
	if (!operation)
		return ERR_NOMEM;
	*operation = (struct operation){ .order = order, .place = order->n, .fails = fails };
	snprintf(operation->id, sizeof(operation->id), "%016" PRIx64 "%016" PRIx64,
	         chance_draw(operations->seed, CHANCE_OPERATION_ID, operations->n, 0),
	         chance_draw(operations->seed, CHANCE_OPERATION_ID, operations->n, 1));
	snprintf(operation->status, sizeof(operation->status), "%s", status);
	operations->all[operations->n++] = operation;
	*ret_id = operation->id;
	return 0;
}

/* It comes to nothing where another act has put something else into its place. */
static const char *state_of(struct operation *operation)
{
	const struct world_shipment *order = operation->order;
	const char *status;

	if (operation->fails)
		return operation->asked++ > 0 ? "FAILED" : "IN_PROGRESS";
	if (operation->place < order->n)
		status = order->transitions[operation->place].seen.status;
	else
		status = operation->place < order->plan.n ? order->plan.steps[operation->place].status : "";
	if (strcmp(status, operation->status) != 0)
		return "FAILED";
	return operation->place < order->n ? "DONE" : "IN_PROGRESS";
}

const char *operations_state(struct operations *operations, const char *id)
{
	for (size_t i = 0; i < operations->n; i++)
		if (strcmp(operations->all[i]->id, id) == 0)
			return state_of(operations->all[i]);
	return NULL;
}
