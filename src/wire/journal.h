/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Yandex Delivery's journal: the request for a page, and the page (upstream/delivery.md section 3.3).
 * Wire layer. Input is hostile: any bytes give a result or an error code.
 */
#ifndef CLAIMD_WIRE_JOURNAL_H
#define CLAIMD_WIRE_JOURNAL_H

#include <stddef.h>

#include "model/seen.h"

/* The largest page that upstream gives, and its own default. */
#define WIRE_JOURNAL_LIMIT_MAX 1000

/* A cursor is opaque. Upstream's is a token of some hundred bytes that grows with its holes; a longer one is refused. */
#define WIRE_CURSOR_MAX 65536

#define WIRE_CHANGE_TYPE_SIZE 64

/* What an event tells. Status and price stand in its seen only where it is about them, whatever else upstream wrote. */
enum wire_change {
	WIRE_CHANGE_STATUS, /* seen.status is the new one; seen.price and seen.currency are "" */
	WIRE_CHANGE_PRICE,  /* seen.price and, if given, seen.currency are the new ones; seen.status is "" */
	WIRE_CHANGE_OTHER,  /* a change type that we do not know: seen tells of whom and when */
};

struct wire_event {
	enum wire_change change;
	char change_type[WIRE_CHANGE_TYPE_SIZE]; /* as upstream wrote it, cut at a character boundary */
	struct seen seen;                        /* via VIA_JOURNAL, snapshot false, entered = key.updated */
};

struct wire_journal {
	char *cursor; /* owned; what to send for the next page; never NULL */
	struct wire_event *events; /* owned; in the page's order */
	size_t n;
	size_t n_unreadable; /* array members that are no event: no usable operation_id, claim_id, updated_ts, revision or
	                      * change_type, or a status_changed without new_status, a price_changed without a readable new_price */
};

/* {"cursor":"..."}, or {} when CURSOR is NULL; *ret is owned by the caller, free(). */
int wire_journal_request(const char *cursor, char **ret);

/* Reads a page. ERR_INVALID when it is not one JSON object with a string "cursor" of at most WIRE_CURSOR_MAX bytes, no NUL among
 * them, and an array "events"; ERR_NOMEM. Integers are int64, never double; members that are not required and of the wrong type
 * are not given. A page of more events than were asked for is read whole. */
int wire_journal_parse(const char *text, size_t len, struct wire_journal *ret);
void wire_journal_done(struct wire_journal *journal);

#endif
