/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lists of edges in tests/unit/golden/, which were copied from upstream's documents apart from the .def files.
 * Tests, unit ring.
 */
#ifndef CLAIMD_TESTS_UNIT_GOLDEN_H
#define CLAIMD_TESTS_UNIT_GOLDEN_H

#include "model/graph.h"

struct golden {
	char letter[MODEL_STATUS_MAX][MODEL_STATUS_MAX]; /* how sure each edge is, 0 where there is none */
	size_t n;
};

/* Reads NAME.edges of a model; fails the test where it can't. */
void golden_read(const struct model *model, struct golden *ret);

/* D and H are documented and observed; M, L and I (market.md's inf) are tolerated. */
enum certainty golden_certainty(char letter);

/* Fails the test unless the model has just these edges, each once and as sure. */
void golden_check_edges(const struct model *model, struct golden *golden);

#endif
