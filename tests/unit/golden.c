/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the golden lists of edges and moves.
 * Tests, unit ring.
 */
#include "unit/golden.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static FILE *open_list(const struct model *model, const char *kind)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "tests/unit/golden/%s.%s", model->name, kind);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s: tests are run in the source folder", path);
	return file;
}

void golden_read(const struct model *model, struct golden *ret)
{
	FILE *file = open_list(model, "edges");
	char from[64];
	char to[64];
	char letter;

	*ret = (struct golden){ 0 };
	while (fscanf(file, "%63s %63s %c", from, to, &letter) == 3) {
		int f = model_status(model, from);
		int t = model_status(model, to);

		ck_assert_msg(f >= 0 && t >= 0, "%s %s", from, to);
		ck_assert_msg(!ret->letter[f][t], "%s %s stands there twice", from, to);
		ret->letter[f][t] = letter;
		ret->n++;
	}
	ck_assert_msg(feof(file), "line %zu can't be read", ret->n + 1);
	fclose(file);
}

enum certainty golden_certainty(char letter)
{
	switch (letter) {
	case 'D':
		return CERTAINTY_DOCUMENTED;
	case 'H':
		return CERTAINTY_OBSERVED;
	case 'M':
	case 'L':
	case 'I':
		return CERTAINTY_TOLERATED;
	}
	ck_abort_msg("no such confidence: %c", letter);
	return CERTAINTY_MAX;
}

void golden_check_edges(const struct model *model, struct golden *golden)
{
	ck_assert_uint_eq(model->n_edges, golden->n);
	for (size_t i = 0; i < model->n_edges; i++) {
		const struct edge *edge = &model->edges[i];
		const char *from = model->statuses[edge->from].name;
		const char *to = model->statuses[edge->to].name;
		char *letter = &golden->letter[edge->from][edge->to];

		ck_assert_msg(*letter != 0, "%s to %s", from, to);
		ck_assert_msg(edge->certainty == golden_certainty(*letter), "%s to %s", from, to);
		*letter = 0;
	}
}

void golden_read_moves(const struct model *model, struct golden_moves *ret)
{
	FILE *file = open_list(model, "moves");
	char from[64];

	*ret = (struct golden_moves){ 0 };
	while (ret->n < GOLDEN_MOVES_MAX && fscanf(file, "%63s %63s", from, ret->list[ret->n].status) == 2) {
		ret->list[ret->n].from = model_status(model, from);
		ck_assert_msg(ret->list[ret->n].from >= 0, "%s", from);
		ret->n++;
	}
	ck_assert_msg(fgetc(file) == EOF || feof(file), "line %zu can't be read", ret->n + 1);
	fclose(file);
}

bool golden_has_move(const struct golden_moves *moves, int from, const char *status)
{
	for (size_t i = 0; i < moves->n; i++)
		if (moves->list[i].from == from && strcmp(moves->list[i].status, status) == 0)
			return true;
	return false;
}
