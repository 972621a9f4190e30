/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers to write on a graph: statuses and steps of the database, put to the nodes and edges that stand for them.
 * Ctl layer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/graph.h"
#include "ctl/print.h"
#include "ctl/today.h"

/* Adds the present row's n to a node, to an edge, or to what neither stands for. */
typedef void (*add_row_fn)(const struct report *report, const struct model *model, struct graph_counts *counts);

/* STATUS_UNKNOWN when there is none. */
static int row_status(const struct report *report, const struct model *model, const char *column)
{
	const char *status = print_column_text(report, column);

	return status ? model_status(model, status) : STATUS_UNKNOWN;
}

static void add_status(const struct report *report, const struct model *model, struct graph_counts *counts)
{
	int status = row_status(report, model, "status");

	if (status != STATUS_UNKNOWN)
		counts->nodes[status] += print_column_integer(report, "n");
}

/* What a stranger takes has no edge of its own. */
static int64_t *edge_of(const struct report *report, const struct model *model, struct graph_counts *counts)
{
	int from = row_status(report, model, "from_status");
	int to = row_status(report, model, "to_status");

	for (size_t i = 0; i < model->n_edges; i++)
		if (model->edges[i].from == from && model->edges[i].to == to)
			return &counts->edges[i];
	return &counts->elsewhere;
}

static void add_step(const struct report *report, const struct model *model, struct graph_counts *counts)
{
	const char *verdict = print_column_text(report, "verdict");
	bool legal = verdict && strcmp(verdict, verdict_text(VERDICT_LEGAL)) == 0;

	*(legal ? edge_of(report, model, counts) : &counts->elsewhere) += print_column_integer(report, "n");
}

static int add_rows(struct report *report, const struct model *model, add_row_fn add, struct graph_counts *counts)
{
	for (;;) {
		bool any = false;
		int r = report_next(report, &any);

		if (r < 0 || !any)
			return r;
		const char *name = print_column_text(report, "model");

		if (name && strcmp(name, model->name) == 0)
			add(report, model, counts);
	}
}

static int add_statuses(struct store *store, const struct model *model, struct graph_counts *counts)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	int r = store_report(store, REPORT_STATUSES, &model->name, 1, &report);

	return r < 0 ? r : add_rows(report, model, add_status, counts);
}

static int add_steps(struct store *store, struct wall now, const struct model *model, struct graph_counts *counts)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	const struct today today = today_of(now);
	const char *const since = today.since;
	int r = store_report(store, REPORT_STEPS_SINCE, &since, 1, &report);

	return r < 0 ? r : add_rows(report, model, add_step, counts);
}

int graph_counts_load(struct store *store, struct wall now, const struct model *model, struct graph_counts *ret)
{
	struct graph_counts counts CLEANUP(graph_counts_done) = { .edges = calloc(model->n_edges, sizeof(*counts.edges)) };

	if (!counts.edges)
		return ERR_NOMEM;
	int r = add_statuses(store, model, &counts);

	if (r == ERR_OK)
		r = add_steps(store, now, model, &counts);
	if (r < 0)
		return r;
	*ret = counts;
	counts.edges = NULL;
	return ERR_OK;
}

void graph_counts_done(struct graph_counts *counts)
{
	free(counts->edges);
	counts->edges = NULL;
}
