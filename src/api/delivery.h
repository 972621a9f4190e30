/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Yandex Delivery client of one source: requests, their outcomes, and manners (token bucket, requests in flight).
 * API layer: never sees the store. Endpoints: upstream/delivery.md section 3.
 */
#ifndef CLAIMD_API_DELIVERY_H
#define CLAIMD_API_DELIVERY_H

#include <stddef.h>

#include "api/outcome.h"
#include "conf/conf.h"
#include "loop/fetch.h"
#include "wire/claims.h"
#include "wire/journal.h"

struct delivery;

/* CONF is kept, not copied, and outlives the client, as FETCHER does; all its values, the token included, are read at
 * each request, so a reload takes effect at once. */
int delivery_new(struct loop *loop, struct fetcher *fetcher, const struct conf_delivery *conf, struct delivery **ret);
struct delivery *delivery_free(struct delivery *delivery); /* calls under way are cancelled; takes NULL, returns NULL */

/* When the next request, of whatever kind, may start: 0 for now, else microseconds to wait for the token bucket
 * (requests_per_second, with a burst of as many); -1 while max_in_flight requests are under way: the end of one
 * will tell. */
int64_t delivery_delay_us(struct delivery *delivery);

/* How a request ended, whatever it asked for. */
struct delivery_end {
	enum outcome_kind outcome;
	bool answered;                    /* by HTTP, whatever it said; false: cut off, timed out, unreachable */
	int64_t retry_after_s;            /* -1 when not given */
	int64_t skew_us;                  /* the upstream's clock minus ours, as far as its Date proves; NUMBER_NONE without one */
	char reason[OUTCOME_REASON_SIZE]; /* for people: "HTTP 429 too_many_requests: ..." */
};

struct delivery_answer {
	struct delivery_end end;
	struct wire_claims claims; /* when OUTCOME_OK; owned by the caller's side from now: wire_claims_done() */
};

struct delivery_page {
	struct delivery_end end;
	bool bad_cursor;          /* upstream refuses the cursor that was sent: OUTCOME_PROTOCOL */
	struct wire_journal page; /* when OUTCOME_OK; owned by the caller's side from now: wire_journal_done() */
};

typedef void (*delivery_fn)(struct delivery_answer *answer, void *cls);
typedef void (*delivery_page_fn)(struct delivery_page *page, void *cls);

/* Both start a request, whatever delivery_delay_us() says: manners are the caller's. FN runs exactly once, later,
 * unless the call is cancelled (delivery_free()); it may start others or free the client. On failure it never runs. */

/* claims/bulk_info for 1 to WIRE_BULK_IDS_MAX ids. */
int delivery_bulk_info(struct delivery *delivery, const char *const *ids, size_t n, delivery_fn fn, void *cls);

/* The page of claims/journal behind CURSOR, as large as upstream gives it; NULL asks for the oldest that is
 * retained. */
int delivery_journal(struct delivery *delivery, const char *cursor, delivery_page_fn fn, void *cls);

DEFINE_CLEANUP(delivery, struct delivery *, delivery_free)

#endif
