/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heart: what one observation of a shipment does to what is known of it.
 * Model layer, pure and total: every observation has a defined result, and nothing here reads a clock or a file.
 * Read timeline.h first.
 */
#ifndef CLAIMD_MODEL_RECONCILE_H
#define CLAIMD_MODEL_RECONCILE_H

#include "model/timeline.h"

/* What a shipment's row keeps of the newest observation and of what is current. */
struct shipment {
	int64_t id;
	int64_t source_id;
	const struct model *model; /* NULL: an order whose program claimd doesn't follow, or has not seen yet */
	char external_id[EXTERNAL_ID_SIZE];
	char status[STATUS_TEXT_SIZE]; /* current: last applied; "" before any */
	struct wall entered;
	char reported[STATUS_TEXT_SIZE]; /* seen last; "" before any. Held when it differs from status */
	struct order_key newest;         /* of the newest observation; updated is WALL_NONE before any */
	int64_t version;
	int64_t point_id;
	char resolution[16];
	char class[CLASS_SIZE]; /* of vehicle, of a claim; "" when not known */
	char suspect[STATUS_TEXT_SIZE]; /* an illegal snapshot that a second read must confirm; "" for none */
	struct wall asked;       /* when, as the newest push about it says, the buyer asked to cancel; it dates what a snapshot
	                          * then confirms, and is of no effect by itself */
};

/* Whether nothing is left to happen: its end was reached, and nothing that was seen says otherwise. Not known without
 * a model. */
bool shipment_is_closed(const struct shipment *shipment);

/* What reconcile made of an observation. */
enum decision {
	DECISION_STALE,   /* older than what is known: nothing changed */
	DECISION_SUSPECT, /* illegal, read once: a second read must say the same; only `suspect` changed */
	DECISION_SAME,    /* the status did not move; price, point, version or window may have */
	DECISION_CHANGED, /* the history has a new or a re-judged step */
};

/* How many steps may stand from the last applied one before an observation to the end of the history. A courier
 * with 300 stops makes about 900 steps (claims/create allows 300 points), and late journal pages are put in from
 * the front. */
#define TIMELINE_MAX 2048

/* The part of a history that an observation can change, oldest first. */
struct timeline {
	struct step *steps; /* room for `size`: the stored ones and two more */
	size_t n;
	size_t size;
	bool anchored; /* steps[0] is the last applied step of a revision lower than an event's, or of all for a snapshot;
	                * else steps[0] is the very first */
};

/* Takes SEEN into SHIPMENT, whose model must be known, and TIMELINE; both are changed in place. NOW is the time by the
 * upstream's clock, since windows run on it.
 * - stale, same, first, legal, gap, illegal, unknown and late as the table of DESIGN section 4;
 * - an illegal snapshot is only noted as suspect, unless SHIPMENT already suspects that very status;
 * - a repeat that tells of a buyer's wish to cancel, or no longer does, is a step of its own, verdict same;
 * - an event older than the newest known is put in its place, and the steps behind it are judged again.
 *
 * Unless it is stale, all of TIMELINE is judged afterwards, and the caller stores what differs. There must be room for
 * two more steps: size is at least n + 2. */
enum decision reconcile(enum policy policy, struct wall now, struct shipment *shipment, struct timeline *timeline,
                        const struct seen *seen);

/* Judges TIMELINE again after a ruling on one of its steps, and what of SHIPMENT follows from it: TIMELINE is the part that an event
 * at that step's key could change. An adopted status is applied, and what came after it is judged from there. */
void reconcile_again(enum policy policy, struct wall now, struct shipment *shipment, struct timeline *timeline);

#endif
