/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The legal status graph of a kind of shipment, as constant data made from a .def file.
 * Model layer, pure: no I/O, clock or allocation. One struct model per upstream product: claims.def, dbs.def, laas.def.
 */
#ifndef CLAIMD_MODEL_GRAPH_H
#define CLAIMD_MODEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest status text that is kept, unknown names included, with its NUL. A claim's known names are at most 29
 * characters; an order's are "STATUS/SUBSTATUS", of which 68 is the longest that Market documents. */
#define STATUS_TEXT_SIZE 128

/* No model has more statuses: sets of them are 64-bit masks. */
#define MODEL_STATUS_MAX 64

/* The index of a status in its model; STATUS_UNKNOWN for a name that the model does not know. */
#define STATUS_UNKNOWN (-1)

/* How sure we are of an edge (upstream/delivery.md section 2.2: D, H, and M or L; upstream/market.md section 3: doc,
 * and inf as tolerated). All three are legal. */
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
	STATUS_TERMINAL = 1 << 0,    /* its life is over: nothing is waited for, though returns may follow an order */
	STATUS_UNANSWERED = 1 << 1,  /* can follow a window that was never answered, so it proves no answer */
	STATUS_STRANGER = 1 << 2,    /* what no other node of its status names: judged by the status, and flagged */
	STATUS_CANCELLABLE = 1 << 3, /* a buyer's wish to cancel waits here for the merchant's answer */
	STATUS_UNTOLD = 1 << 4,      /* no push is known to tell that it was entered (upstream/market.md section 3.4 no. 4) */
	STATUS_FOREIGN = 1 << 5,     /* a word of another model: no edge leads to or from it, and no life begins in it */
	STATUS_ACCEPTABLE = 1 << 6,  /* the merchant may accept the claim here */
	STATUS_REVOCABLE = 1 << 7,   /* the merchant may cancel the claim here; later only support can */
	STATUS_FAILURE = 1 << 8,     /* what was tried last has come to nothing: a late accept ends here */
	STATUS_CHARGED = 1 << 9,     /* cancelled, for a fee */
};

/* A node. A name that ends in a slash and a star (a family, or with STATUS_STRANGER the rest) stands for every substatus
 * of that status which has no node of its own. */
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

/* A step that is the merchant's to take, in the very words that are sent: what an order can be set to in FROM. */
struct move {
	uint8_t from;
	const char *status; /* never a family's or a stranger's: "CANCELLED/SHOP_FAILED" */
};

enum window_flag {
	WINDOW_BINDING = 1 << 0, /* `answer` at or after the deadline is held as late; else the upstream's doing is believed */
	WINDOW_PREPAID = 1 << 1, /* only for what is paid in advance */
	WINDOW_REQUEST = 1 << 2, /* opened by a buyer's wish to cancel in a STATUS_CANCELLABLE status, not by entering one */
};

/* A status that must be left for `answer` within a time of being entered. */
struct window_rule {
	int status;       /* STATUS_UNKNOWN with WINDOW_REQUEST */
	int answer;
	int64_t length_us;
	const char *kind; /* as report_windows names it */
	unsigned flags;   /* enum window_flag */
};

enum model_trait {
	/* The upstream refuses to skip a status and tells of each: a jump over some is illegal, unless they may have gone
	 * by unseen (struct seen's may_skip). Without it every jump that the graph has a path for is a gap. */
	MODEL_ORDERED = 1 << 0,
	/* Times are of whole seconds: of two statuses under one time the one read later stands, and is no conflict. */
	MODEL_COARSE = 1 << 1,
};

struct model {
	const char *name; /* as the reports name it: "claims", "dbs", "laas" */
	unsigned traits;  /* enum model_trait */
	const struct status *statuses;
	size_t n_statuses;
	const struct edge *edges;
	size_t n_edges;
	const struct move *moves;
	size_t n_moves;
	const struct window_rule *windows;
	size_t n_windows;
};

/* Yandex Delivery claims: 27 statuses, the edges of upstream/delivery.md section 2.2. */
extern const struct model model_claims;
/* Yandex Market orders, "STATUS/SUBSTATUS": upstream/market.md sections 3.1 and 3.2. */
extern const struct model model_dbs;
extern const struct model model_laas;

/* All of them, for what is done for each. */
#define MODEL_MAX 3
extern const struct model *const models[MODEL_MAX];

/* The model of that name, NULL when there is none. */
const struct model *model_by_name(const char *name);

/* The node that a status belongs to: by its exact name, else by its family; or STATUS_UNKNOWN. */
int model_status(const struct model *model, const char *name);

/* Whether FROM to TO is one step. A stranger is judged by its status: it takes the edges of all nodes of that status,
 * and within the status it comes and goes freely. From a node to itself only where the graph says so, as from one
 * reason of a cancellation to another. */
bool model_has_edge(const struct model *model, int from, int to);

/* Whether TO follows FROM by one or more steps, none but the ends being strangers; a status reaches itself only through
 * a cycle. */
bool model_reaches(const struct model *model, int from, int to);

/* The same, with every status between the two in THROUGH: a mask of 1 << status. */
bool model_reaches_through(const struct model *model, int from, int to, uint64_t through);

bool model_is_terminal(const struct model *model, int status);
bool model_is_stranger(const struct model *model, int status);
bool model_is_untold(const struct model *model, int status);
bool model_is_foreign(const struct model *model, int status);

/* Whether MOVE, one of the model's, can be made in STATUS. A stranger takes the moves of all nodes of its status. */
bool model_has_move(const struct model *model, int status, const struct move *move);

/* The window that entering STATUS opens, NULL for most. */
const struct window_rule *model_window(const struct model *model, int status);

/* The window that a wish to cancel opens in STATUS, NULL where none waits for an answer. */
const struct window_rule *model_request_window(const struct model *model, int status);

/* "documented", "observed", "tolerated". */
const char *certainty_text(enum certainty certainty);

/* "create", "search", "pickup", "delivery", "return", "end", "error", "cancel". */
const char *phase_text(enum phase phase);

#endif
