/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lists of edges and moves in tests/unit/golden/, which were copied from upstream's documents apart from the .def files.
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

/* NAME.moves of a model: what the merchant may set in each node, the strangers' too. */
#define GOLDEN_MOVES_MAX 64

struct golden_moves {
	struct {
		int from;
		char status[64];
	} list[GOLDEN_MOVES_MAX];
	size_t n;
};

void golden_read_moves(const struct model *model, struct golden_moves *ret);
bool golden_has_move(const struct golden_moves *moves, int from, const char *status);

#endif
