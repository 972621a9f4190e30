/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal: every change of every claim as an event, told in pages.
 * Simulator. Knows neither HTTP nor the loop; what an answer does with a page is the caller's.
 */
#ifndef CLAIMD_SIM_JOURNAL_H
#define CLAIMD_SIM_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "sim/faults.h"
#include "sim/world.h"
#include "wire/journal.h"

struct journal;

struct journal_rules {
	uint64_t seed;
	const struct faults *faults; /* kept, not copied */
	size_t page_max;             /* pages are no longer, whatever is asked for */
	int64_t keep_us;             /* events are kept so long; 0: for ever */
	size_t keep_events;          /* so many of them; 0: all */
};

int journal_new(const struct journal_rules *rules, struct journal **ret);
struct journal *journal_free(struct journal *journal); /* takes NULL, returns NULL */

/* Adds the event of CLAIM's transition (TELLING_STATUS) or price (TELLING_PRICE) at PLACE. ERR_NOMEM. */
int journal_add(struct journal *journal, struct world_shipment *claim, enum telling telling, size_t place, struct wall now);

/* One event of a page. */
struct tiding {
	struct world_shipment *claim;
	enum telling telling;
	size_t place;
	int64_t operation_id;
};

struct journal_page {
	char *cursor;           /* owned */
	struct tiding *tidings; /* owned */
	size_t n;
};

struct journal_ask {
	const char *cursor; /* NULL: from the oldest event that is kept */
	size_t limit;       /* from 1 */
	uint64_t number;    /* of the request, for what chance decides about a page */
	struct wall now;
};

/* The page behind a cursor. A page passes by at most LIMIT operations: those that FAULT_LATE leaves out are told by the next one,
 * before anything else. At the end the page is empty and its cursor equals the one sent. ERR_INVALID for a cursor that this
 * journal did not give, or behind which events are kept no more. ERR_NOMEM. */
int journal_page(struct journal *journal, const struct journal_ask *ask, struct journal_page *ret);
void journal_page_done(struct journal_page *page);

/* The event as upstream tells it. */
void journal_event(const struct tiding *tiding, struct wire_event *ret);

/* Every cursor that was given so far is refused from now on. */
void journal_forget_cursors(struct journal *journal);

DEFINE_CLEANUP(journal, struct journal *, journal_free)

#endif
