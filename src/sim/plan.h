/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one claim or order will go through: a list of steps, written as text.
 * Simulator, pure. The text is the language of scenario files and of the built-in lives; claimsim(1) describes it.
 */
#ifndef CLAIMD_SIM_PLAN_H
#define CLAIMD_SIM_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/graph.h"
#include "model/seen.h"

enum plan_when {
	PLAN_PACED, /* after the simulation's usual pause */
	PLAN_AFTER, /* us after the step before it */
	PLAN_ENTRY, /* us after a status with a window was last entered, to the microsecond, in the shipment's own time */
};

/* What is bound to happen to what tells the merchant of a step, on top of what chance does. */
enum plan_fate {
	PLAN_LOST = 1 << 0,
	PLAN_TWICE = 1 << 1,
	PLAN_BEHIND = 1 << 2, /* sent behind the next one */
};

struct plan_step {
	char status[STATUS_TEXT_SIZE];
	enum plan_when when;
	int64_t us;
	unsigned fate;        /* enum plan_fate */
	unsigned times;       /* told so often; 0: once, or as fate and chance have it */
	unsigned stale_reads; /* so many reads still get the status before it; 0: chance decides */
	bool waits;           /* for an act of the merchant's that leads to it; `us` counts from that */
	bool acted;           /* such an act has come */
};

/* A change between two steps that leaves the status as it is. */
enum plan_edit_kind {
	EDIT_PRICE,  /* of a claim */
	EDIT_UPDATE, /* of an order, as the rest: it was updated */
	EDIT_ASK,    /* the buyer asks to cancel it */
	EDIT_UNASK,  /* and is answered no, or asks no more */
};

struct plan_edit {
	size_t behind; /* so many steps come before it */
	enum plan_edit_kind kind;
	enum plan_when when;
	int64_t us;
	unsigned fate; /* as of a step, with the next */
	unsigned times;
	bool waits; /* as of a step */
	char price[DECIMAL_SIZE];
};

struct plan {
	const struct model *model; /* whose statuses the steps are; NULL: model_claims */
	struct plan_step *steps;   /* owned */
	size_t n;
	size_t size;
	struct plan_edit *edits;   /* owned; by `behind` */
	size_t n_edits;
	int64_t backdate_us; /* the shipment's clock runs so much behind until it has entered a status with a window */
};

const struct model *plan_model(const struct plan *plan);

/* Adds the steps of LEN bytes of text: steps between commas, each "[+SPAN | at SPAN] STATUS" or, behind a status only,
 * "[+SPAN | at SPAN] EDIT". Behind either may stand [lost] [twice] [times N] [behind], behind a status also [stale N]. A
 * claim's STATUS is any other name of [a-z_], an order's any STATUS/SUBSTATUS of [A-Z0-9_], so that unknown ones can be
 * played. A claim's EDIT is "price AMOUNT" with nothing behind it, an order's "update", "ask" or "unask". "act [+SPAN] STATUS"
 * and "act [+SPAN] unask", behind a status only, wait for the merchant. ERR_INVALID (nothing added) with RET_WHY, a static
 * phrase. */
int plan_add(struct plan *plan, const char *text, size_t len, const char **ret_why);

/* What a merchant's act makes of a shipment. */
struct plan_act {
	const char *status; /* "": nothing but that the buyer's wish to cancel is withdrawn */
	const char *price;  /* that is charged in the same moment; NULL: none */
	bool ends;          /* nothing comes after it */
	bool takes_time;    /* it is made after the usual pause, not at once */
};

/* How much of a plan has been made. */
struct plan_place {
	size_t n;
	size_t n_edits;
};

/* Whether what comes next at PLACE waits for an act. */
bool plan_waits(const struct plan *plan, const struct plan_place *place);

/* Makes ACT what comes next at PLACE: the plan's own next step of that status, as it stands there, and what came before it is
 * left out; or else a new one, behind which the plan goes on with the first of its steps that may follow by the graph and
 * is not appointed by "at". ERR_NOMEM, with the plan as it was. */
int plan_turn(struct plan *plan, const struct plan_place *place, const struct plan_act *act);

/* ERR_NOMEM. */
int plan_copy(const struct plan *plan, struct plan *ret);

void plan_done(struct plan *plan);

#endif
