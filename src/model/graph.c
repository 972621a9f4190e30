/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The models' tables, made from the .def files, and questions about them.
 * Model layer, pure.
 * Adding a model is a .def file, its tables here, and its place in models[].
 */
#include "model/graph.h"

#include <string.h>

#include "base/attr.h"
#include "base/clock.h"

#define MODEL claims
#define MODEL_DEF "model/claims.def"
#define MODEL_TRAITS 0
#include "model/tables.inc"

#define MODEL dbs
#define MODEL_DEF "model/dbs.def"
#define MODEL_TRAITS (MODEL_ORDERED | MODEL_COARSE)
#include "model/tables.inc"

#define MODEL laas
#define MODEL_DEF "model/laas.def"
#define MODEL_TRAITS MODEL_COARSE
#include "model/tables.inc"

_Static_assert(claims_n_statuses == 27, "upstream/delivery.md section 1 lists 27 statuses");
_Static_assert(dbs_n_statuses == 20, "upstream/market.md section 3.1: 15 nodes, LaaS's delivered, and 4 strangers");
_Static_assert(ARRAY_SIZE(dbs_edges) == 40, "upstream/market.md section 3.1: 14 documented, 16 inferred; 10 of our own");
_Static_assert(laas_n_statuses == 16, "upstream/market.md section 3.2: 12 nodes, and 4 strangers");
_Static_assert(ARRAY_SIZE(laas_edges) == 25, "upstream/market.md section 3.2: 6 documented, 14 inferred; 5 of our own");

const struct model *const models[MODEL_MAX] = { &model_claims, &model_dbs, &model_laas };

const struct model *model_by_name(const char *name)
{
	for (size_t i = 0; i < MODEL_MAX; i++)
		if (strcmp(models[i]->name, name) == 0)
			return models[i];
	return NULL;
}

/* How much of an order's status stands before the substatus, the slash included; 0 for a name that has none. */
static size_t head_length(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? (size_t)(slash - name) + 1 : 0;
}

static bool is_same_head(const char *a, const char *b)
{
	return strncmp(a, b, head_length(a)) == 0;
}

static int find_status(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->n_statuses; i++)
		if (strcmp(model->statuses[i].name, name) == 0)
			return (int)i;
	return STATUS_UNKNOWN;
}

static int find_family(const struct model *model, const char *name)
{
	size_t length = head_length(name);

	for (size_t i = 0; length > 0 && i < model->n_statuses; i++)
		if (is_same_head(name, model->statuses[i].name) && strcmp(model->statuses[i].name + length, "*") == 0)
			return (int)i;
	return STATUS_UNKNOWN;
}

int model_status(const struct model *model, const char *name)
{
	int status = find_status(model, name);

	return status == STATUS_UNKNOWN ? find_family(model, name) : status;
}

static bool has_flag(const struct model *model, int status, enum status_flag flag)
{
	return status != STATUS_UNKNOWN && (model->statuses[status].flags & flag);
}

bool model_is_terminal(const struct model *model, int status)
{
	return has_flag(model, status, STATUS_TERMINAL);
}

bool model_is_stranger(const struct model *model, int status)
{
	return has_flag(model, status, STATUS_STRANGER);
}

bool model_is_untold(const struct model *model, int status)
{
	return has_flag(model, status, STATUS_UNTOLD);
}

bool model_is_foreign(const struct model *model, int status)
{
	return has_flag(model, status, STATUS_FOREIGN);
}

static uint64_t mask_of(int status)
{
	return UINT64_C(1) << status;
}

/* The statuses whose edges STATUS has: its own, or those of all that share a stranger's status. */
static uint64_t kin_of(const struct model *model, int status)
{
	uint64_t kin = 0;

	if (!model_is_stranger(model, status))
		return mask_of(status);
	for (int i = 0; i < (int)model->n_statuses; i++)
		if (is_same_head(model->statuses[status].name, model->statuses[i].name) && !model_is_foreign(model, i))
			kin |= mask_of(i);
	return kin;
}

/* The statuses that one step leads to from any of FROM. No edge names a stranger. */
static uint64_t successors(const struct model *model, uint64_t from)
{
	uint64_t to = 0;

	for (size_t i = 0; i < model->n_edges; i++)
		if (from & mask_of(model->edges[i].from))
			to |= mask_of(model->edges[i].to);
	return to;
}

bool model_has_edge(const struct model *model, int from, int to)
{
	if (from == STATUS_UNKNOWN || to == STATUS_UNKNOWN)
		return false;

	uint64_t starts = kin_of(model, from);
	uint64_t ends = kin_of(model, to);
	bool strange = model_is_stranger(model, from) || model_is_stranger(model, to);

	return (successors(model, starts) & ends) || (strange && (starts & ends));
}

bool model_has_move(const struct model *model, int status, const struct move *move)
{
	return status != STATUS_UNKNOWN && (kin_of(model, status) & mask_of(move->from));
}

/* Walked anew at each question: it is asked only when a step was missed, and takes about a microsecond. */
bool model_reaches_through(const struct model *model, int from, int to, uint64_t through)
{
	if (from == STATUS_UNKNOWN || to == STATUS_UNKNOWN)
		return false;
	if (model_has_edge(model, from, to))
		return true;

	uint64_t reached = successors(model, kin_of(model, from)) & through;
	uint64_t before = 0;

	while (reached != before) {
		before = reached;
		reached |= successors(model, reached) & through;
	}
	for (int i = 0; i < (int)model->n_statuses; i++)
		if ((reached & mask_of(i)) && model_has_edge(model, i, to))
			return true;
	return false;
}

bool model_reaches(const struct model *model, int from, int to)
{
	return model_reaches_through(model, from, to, UINT64_MAX);
}

const struct window_rule *model_window(const struct model *model, int status)
{
	for (size_t i = 0; status != STATUS_UNKNOWN && i < model->n_windows; i++)
		if (model->windows[i].status == status)
			return &model->windows[i];
	return NULL;
}

const struct window_rule *model_request_window(const struct model *model, int status)
{
	for (size_t i = 0; has_flag(model, status, STATUS_CANCELLABLE) && i < model->n_windows; i++)
		if (model->windows[i].flags & WINDOW_REQUEST)
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
