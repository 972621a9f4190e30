/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Yandex Market's order documents: requests that we send, answers that we read.
 * Wire layer. Input is hostile: any bytes give a result or an error code. Of an order only what struct seen lists is taken.
 * The formats: upstream/market.md section 4, POST /v1/businesses/{businessId}/orders.
 */
#ifndef CLAIMD_WIRE_ORDERS_H
#define CLAIMD_WIRE_ORDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/snapshots.h"

/* A request asks for 1 to 50 orders; a page has at most 50 (section 4.2). */
#define WIRE_ORDERS_MAX 50

/* A page token is opaque; a longer one is none that Market gives. */
#define WIRE_PAGE_TOKEN_MAX 4096

/* No more time than this lies between the bounds of one request. */
#define WIRE_ORDERS_SPAN_US (INT64_C(30) * 24 * 3600 * USEC_PER_SEC)

/* {"orderIds":[...]}, with "fake":true when FAKE: test orders are told of only then. IDS are decimal numbers of int64, which
 * stand in the body as numbers, each once. ERR_INVALID for another id or number of them; *ret is owned by the caller,
 * free(). ERR_NOMEM. */
int wire_orders_request(const char *const *ids, size_t n, bool fake, char **ret);

/* {"dates":{"updateDateFrom":...,"updateDateTo":...}}, with "fake":true when FAKE: orders updated from FROM on and before TO,
 * at most 30 days later. Written as UTC, in whole seconds: FROM rounded down, TO up; it is what is written that must keep to the
 * 30 days, so slices are cut at whole seconds. ERR_INVALID for bounds that are no such interval; ERR_NOMEM. */
int wire_orders_updated_request(struct wall from, struct wall to, bool fake, char **ret);

struct wire_orders {
	struct wire_snapshots orders;
	char *next_page_token; /* owned; NULL on the last page, which says so by none or an empty one */
};

/* Reads a page. Each order: external_id is orderId (a number of int64, above 0, or a string of its digits); status is
 * "STATUS/SUBSTATUS", with an empty SUBSTATUS when none is given, and no order has a STATUS with a slash in it, since it would
 * read as another; key.revision is NUMBER_NONE and key.updated the updateDate, or the creationDate where there is none;
 * model by programType (DBS, LAAS), any other value makes it foreign; campaign_id; prepaid when paymentType is PREPAID;
 * asked is key.updated when cancelRequested is true. `entered` is creationDate for what an order is born in (PLACING,
 * RESERVED, UNPAID), as Market counts reservation and payment from there, where it is given and not after key.updated;
 * else key.updated. Dates are RFC 3339, or Moscow time without a zone as the older methods write it
 * ("20-09-2026 09:12:41", section 5). No price, version, point or revision. ERR_INVALID when the text is not one JSON
 * object with an array "orders", or its page token is none that can be given back (no string, too long): to end there
 * in silence would lose the rest. ERR_NOMEM. */
int wire_orders_parse(const char *text, size_t len, struct wire_orders *ret);
void wire_orders_done(struct wire_orders *orders);

/* Market's error document {"status":"ERROR","errors":[{"code","message"},...]}: the first error of it, in the form of
 * claims.h; a text that is none gives two empty strings. */
struct wire_error;
void wire_orders_error_parse(const char *text, size_t len, struct wire_error *ret);

#endif
