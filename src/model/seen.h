/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one answer of an upstream says about one shipment: plain data between wire, model and store.
 * Model layer. Only the fields listed here are ever kept: no name, phone, address or code of a person.
 */
#ifndef CLAIMD_MODEL_SEEN_H
#define CLAIMD_MODEL_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/graph.h"

/* Claim ids are 1 to 64 characters of [0-9A-Za-z_-] (CONTRACT section 3); an order's is its number. */
#define EXTERNAL_ID_SIZE 65

/* A decimal such as "1738.8" or "372036854775807.0001", as text: money is never a double. */
#define DECIMAL_SIZE 32
#define CURRENCY_SIZE 8

/* A class of vehicle, such as "courier", "express", "cargo"; the list is open. */
#define CLASS_SIZE 32

/* An integer that the upstream did not give. */
#define NUMBER_NONE INT64_MIN

/* What brought an observation about; the reports' `via`. */
enum via {
	VIA_CALLBACK,
	VIA_JOURNAL,
	VIA_SWEEP,
	VIA_ACTION,
	VIA_MANUAL,
	VIA_MAX,
};

/* The order of what is seen of one claim: by revision, the one number that info and journal share,
 * then by updated (upstream/delivery.md section 3.8). An order has no revision: its updateDate alone orders
 * (upstream/market.md section 5). */
struct order_key {
	int64_t revision; /* from 1; NUMBER_NONE when the upstream gave none: see reconcile() */
	struct wall updated; /* never WALL_NONE */
};

struct seen {
	enum via via;
	bool snapshot; /* true: a state that may be many steps on (info); false: a single step (journal) */
	char external_id[EXTERNAL_ID_SIZE];
	char status[STATUS_TEXT_SIZE]; /* as the upstream wrote it */
	struct order_key key;
	struct wall seen_at;       /* when we learned of it, by our clock */
	struct wall entered;       /* when the status was entered, as the upstream tells; never WALL_NONE */
	int64_t version;           /* NUMBER_NONE when not given, as all numbers below */
	int64_t operation_id;      /* of an event; a snapshot has none */
	int64_t point_id;          /* current_point_id, past 2^32 in the field */
	struct wall valid_until;   /* of the offer; WALL_NONE: unlimited */
	char price[DECIMAL_SIZE];  /* "" when not given, as all texts */
	char offer[DECIMAL_SIZE];  /* what the offer is to cost; price may be a final one instead */
	char currency[CURRENCY_SIZE];
	char resolution[16];
	char class[CLASS_SIZE];    /* of vehicle, of a claim */

	/* Of an order only; else NULL, NUMBER_NONE, WALL_NONE and false. */
	const struct model *model; /* the graph of its program; NULL when it is not given */
	bool foreign;              /* of a program that claimd doesn't follow, such as FBS */
	int64_t campaign_id;
	struct wall asked;         /* the buyer wants to cancel, and did so at the latest by then; WALL_NONE: does not */
	bool prepaid;              /* paid in advance (paymentType PREPAID) */
	bool may_skip;             /* contact was lost: statuses between the last one and this may have gone by unseen, and
	                            * `entered` may be long after it; set by the worker */
};

/* Whether these LEN bytes, which need no NUL behind them, are an id that we keep. */
bool external_id_is_valid(const char *text, size_t len);

/* -1, 0, 1 as A is before, at, or after B. */
int order_key_cmp(const struct order_key *a, const struct order_key *b);

/* "callback", "journal", "sweep", "action", "manual". */
const char *via_text(enum via via);

#endif
