/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A status graph drawn: as Graphviz source, as text, as JSON.
 * Ctl layer: the model in, bytes out. The output depends on nothing but the model.
 */
#ifndef CLAIMD_CTL_GRAPH_H
#define CLAIMD_CTL_GRAPH_H

#include <stdio.h>

#include "model/graph.h"

/* For dot(1): documented edges solid, observed dashed, tolerated dotted; terminal statuses doubled, those without an edge of
 * their own dashed; a colour for each phase. */
void graph_write_dot(FILE *out, const struct model *model);

/* Each status with its phase and meaning, then the statuses that may follow it. */
void graph_write_text(FILE *out, const struct model *model);

/* [{"status","phase","terminal","meaning","window":{...}|null,"request_window":{...}|null,
 * "next":[{"status","certainty"}]}], one status a line. 0 or ERR_NOMEM. */
int graph_write_json(FILE *out, const struct model *model);

#endif
