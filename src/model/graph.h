/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The legal status graph of a kind of shipment, as constant data made from a .def file.
 * Model layer, pure: no I/O, clock or allocation. One struct model per upstream product; claims.def is the first.
 */
#ifndef CLAIMD_MODEL_GRAPH_H
#define CLAIMD_MODEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest status text that is kept, unknown names included, with its NUL. Known names are at most 29 characters. */
#define STATUS_TEXT_SIZE 64

/* No model has more statuses: sets of them are 64-bit masks. */
#define MODEL_STATUS_MAX 64

/* The index of a status in its model; STATUS_UNKNOWN for a name that the model does not know. */
#define STATUS_UNKNOWN (-1)

/* How sure we are of an edge (upstream/delivery.md section 2.2: D, H, and M or L). All three are legal. */
enum certainty {
	CERTAINTY_DOCUMENTED,
	CERTAINTY_OBSERVED,
	CERTAINTY_TOLERATED,
	CERTAINTY_MAX,
};

enum phase {
	PHASE_CREATE,
	PHASE_SEARCH,
	PHASE_PICKUP,
	PHASE_DELIVERY,
	PHASE_RETURN,
	PHASE_END,
	PHASE_ERROR,
	PHASE_CANCEL,
	PHASE_MAX,
};

enum status_flag {
	STATUS_TERMINAL = 1 << 0,   /* nothing legal follows */
	STATUS_UNANSWERED = 1 << 1, /* can follow a window that was never answered, so it proves no answer */
};

struct status {
	const char *name;
	enum phase phase;
	unsigned flags;      /* enum status_flag */
	const char *meaning; /* one line for the man page and the drawn graph */
};

struct edge {
	uint8_t from;
	uint8_t to;
	uint8_t certainty; /* enum certainty */
};

/* A status that must be left for `answer` within a time of being entered. */
struct window_rule {
	int status;
	int answer;
	int64_t length_us;
	const char *kind; /* as report_windows names it */
};

struct model {
	const char *name; /* as the reports name it: "claims" */
	const struct status *statuses;
	size_t n_statuses;
	const struct edge *edges;
	size_t n_edges;
	const struct window_rule *windows;
	size_t n_windows;
};

/* Yandex Delivery claims: 27 statuses, the edges of upstream/delivery.md section 2.2. */
extern const struct model model_claims;

/* The model of that name, NULL when there is none. */
const struct model *model_by_name(const char *name);

/* The index of a status by its exact name, or STATUS_UNKNOWN. */
int model_status(const struct model *model, const char *name);

/* Whether FROM to TO is one step. */
bool model_has_edge(const struct model *model, int from, int to);

/* Whether TO follows FROM by one or more steps; a status reaches itself only through a cycle. */
bool model_reaches(const struct model *model, int from, int to);

bool model_is_terminal(const struct model *model, int status);

/* The window that entering STATUS opens, NULL for most. */
const struct window_rule *model_window(const struct model *model, int status);

/* "documented", "observed", "tolerated". */
const char *certainty_text(enum certainty certainty);

/* "create", "search", "pickup", "delivery", "return", "end", "error", "cancel". */
const char *phase_text(enum phase phase);

#endif
