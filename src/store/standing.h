/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipment that somebody wants to act on: found by the id that people know, and how it stands.
 * Store layer. Only reads, so in a transaction or outside. What the shipment itself says is store_shipment()'s.
 */
#ifndef CLAIMD_STORE_STANDING_H
#define CLAIMD_STORE_STANDING_H

#include "store/store.h"

/* The window that governs what stands, open or expired; its rule is NULL when there is none: for struct act_standing. */
int store_standing_window(struct store *store, const struct shipment *shipment, struct window *ret);
/* Whether the newest status that is held beside what stands was dismissed: likewise. */
int store_standing_dismissed(struct store *store, int64_t shipment_id, bool *ret);
/* The status that stood at AT, by what had been seen by then; "" for none: what an action that was sent then was sent in. */
int store_status_at(struct store *store, int64_t shipment_id, struct wall at, char ret[STATUS_TEXT_SIZE]);

/* A shipment by the id that people know. */
struct shipment_found {
	int64_t shipment_id;
	int64_t source_id;
	char source_kind[16]; /* "delivery", "market" */
	int64_t version;      /* NUMBER_NONE: none, or not known */
};

/* Looks for EXTERNAL_ID, in the source of that name or in all (NULL). *ret_n is how many there are: *ret is written when there is
 * just one. */
int store_shipment_find(struct store *store, const char *source, const char *external_id, struct shipment_found *ret, size_t *ret_n);

#endif
