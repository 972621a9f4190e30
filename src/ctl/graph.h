/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A status graph drawn: as Graphviz source, as text, as JSON.
 * Ctl layer: the model in, and the numbers to write on it, if any; bytes out. The output depends on nothing else.
 */
#ifndef CLAIMD_CTL_GRAPH_H
#define CLAIMD_CTL_GRAPH_H

#include <stdio.h>

#include "ctl/console.h"
#include "model/graph.h"
#include "store/store.h"

/* What is written on a graph. */
struct graph_counts {
	int64_t nodes[MODEL_STATUS_MAX]; /* how many claims or orders are in each status now */
	int64_t *edges;                  /* how many legal steps of today each edge stands for, as many as the model has; owned */
	int64_t elsewhere;               /* how many steps of today no edge stands for */
};

/* Counts (graph-counts.c). Returns 0 or an error of the store's. */
int graph_counts_load(struct store *store, struct wall now, const struct model *model, struct graph_counts *ret);
void graph_counts_done(struct graph_counts *counts); /* takes an empty one; for CLEANUP(), too */

/* COUNTS may be NULL everywhere below: then no number is written. */

/* For dot(1): documented edges solid, observed dashed, tolerated dotted; terminal statuses doubled, those without an edge of
 * their own dashed; a colour for each phase. */
void graph_write_dot(FILE *out, const struct model *model, const struct graph_counts *counts);

/* Each status with its phase and meaning, then the statuses that may follow it. */
void graph_write_text(const struct console *console, const struct model *model, const struct graph_counts *counts);

/* [{"status","phase","terminal","meaning","window":{...}|null,"request_window":{...}|null,
 * "next":[{"status","certainty"}]}], one status a line; with counts, a status has "shipments", and each that follows
 * it "transitions". 0 or ERR_NOMEM. */
int graph_write_json(FILE *out, const struct model *model, const struct graph_counts *counts);

#endif
