/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The models' tables, made from the .def files, and questions about them.
 * Model layer, pure.
 * Adding a model is a .def file, its tables here, and a line in model_by_name().
 */
#include "model/graph.h"

#include <string.h>

#include "base/attr.h"
#include "base/clock.h"

enum claims_status {
#define STATUS(name, phase, flags, meaning) CLAIMS_##name,
#include "model/claims.def"
	CLAIMS_MAX,
};

_Static_assert(CLAIMS_MAX == 27, "upstream/delivery.md section 1 lists 27 statuses");
_Static_assert(CLAIMS_MAX <= MODEL_STATUS_MAX, "sets of statuses are 64-bit masks");

static const struct status claims_statuses[] = {
#define STATUS(name_, phase_, flags_, meaning_)                                                                        \
	[CLAIMS_##name_] = { .name = #name_, .phase = PHASE_##phase_, .flags = (flags_), .meaning = (meaning_) },
#include "model/claims.def"
};

static const struct edge claims_edges[] = {
#define EDGE(from_, to_, certainty_)                                                                                   \
	{ .from = CLAIMS_##from_, .to = CLAIMS_##to_, .certainty = CERTAINTY_##certainty_ },
#include "model/claims.def"
};

static const struct window_rule claims_windows[] = {
#define WINDOW(status_, answer_, seconds_, kind_)                                                                      \
	{ .status = CLAIMS_##status_,                                                                                  \
	  .answer = CLAIMS_##answer_,                                                                                  \
	  .length_us = (seconds_) * USEC_PER_SEC,                                                                      \
	  .kind = (kind_) },
#include "model/claims.def"
};

const struct model model_claims = {
	.name = "claims",
	.statuses = claims_statuses,
	.n_statuses = ARRAY_SIZE(claims_statuses),
	.edges = claims_edges,
	.n_edges = ARRAY_SIZE(claims_edges),
	.windows = claims_windows,
	.n_windows = ARRAY_SIZE(claims_windows),
};

const struct model *model_by_name(const char *name)
{
	return strcmp(name, model_claims.name) == 0 ? &model_claims : NULL;
}

int model_status(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->n_statuses; i++)
		if (strcmp(model->statuses[i].name, name) == 0)
			return (int)i;
	return STATUS_UNKNOWN;
}

bool model_has_edge(const struct model *model, int from, int to)
{
	for (size_t i = 0; i < model->n_edges; i++)
		if (model->edges[i].from == from && model->edges[i].to == to)
			return true;
	return false;
}

/* The statuses that one step leads to from any of FROM. */
static uint64_t successors(const struct model *model, uint64_t from)
{
	uint64_t to = 0;

	for (size_t i = 0; i < model->n_edges; i++)
		if (from & UINT64_C(1) << model->edges[i].from)
			to |= UINT64_C(1) << model->edges[i].to;
	return to;
}

/* Walked anew at each question: it is asked only when a step was missed, and takes about a microsecond. */
bool model_reaches(const struct model *model, int from, int to)
{
	if (from == STATUS_UNKNOWN || to == STATUS_UNKNOWN)
		return false;

	uint64_t reached = successors(model, UINT64_C(1) << from);
	uint64_t before = 0;

	while (reached != before) {
		before = reached;
		reached |= successors(model, reached);
	}
	return reached & UINT64_C(1) << to;
}

bool model_is_terminal(const struct model *model, int status)
{
	return status != STATUS_UNKNOWN && (model->statuses[status].flags & STATUS_TERMINAL);
}

const struct window_rule *model_window(const struct model *model, int status)
{
	for (size_t i = 0; i < model->n_windows; i++)
		if (model->windows[i].status == status)
			return &model->windows[i];
	return NULL;
}

const char *certainty_text(enum certainty certainty)
{
	static const char *const texts[] = {
		[CERTAINTY_DOCUMENTED] = "documented",
		[CERTAINTY_OBSERVED] = "observed",
		[CERTAINTY_TOLERATED] = "tolerated",
	};

	_Static_assert(ARRAY_SIZE(texts) == CERTAINTY_MAX, "a text for each");
	return texts[certainty];
}

const char *phase_text(enum phase phase)
{
	static const char *const texts[] = {
		[PHASE_CREATE] = "create",
		[PHASE_SEARCH] = "search",
		[PHASE_PICKUP] = "pickup",
		[PHASE_DELIVERY] = "delivery",
		[PHASE_RETURN] = "return",
		[PHASE_END] = "end",
		[PHASE_ERROR] = "error",
		[PHASE_CANCEL] = "cancel",
	};

	_Static_assert(ARRAY_SIZE(texts) == PHASE_MAX, "a text for each");
	return texts[phase];
}
