/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of Yandex Market: orders by their ids, orders by when they were updated, and the campaigns; what is done to an
 * order: its status set, a buyer's wish to cancel answered.
 * API layer: never sees the store. Endpoints: upstream/market.md section 4; the GET methods for orders are being shut down and
 * are not used.
 */
#ifndef CLAIMD_API_MARKET_H
#define CLAIMD_API_MARKET_H

#include <stdbool.h>
#include <stddef.h>

#include "api/act.h"
#include "api/client.h"
#include "wire/campaigns.h"
#include "wire/order_acts.h"
#include "wire/orders.h"

/* All start a request as client_start() does; FN runs exactly once, later, unless the client is freed. */

/* Orders for 1 to WIRE_ORDERS_MAX ids, decimal numbers of int64. What is not among the answer is asked for once more among the
 * test orders ("fake"), so one call may take two requests; they keep one place in flight. When the second fails, the call ends
 * as it did, with what the first one found: the rest is then counted as unreadable, for nobody knows that it is missing.
 * ERR_INVALID for an id that is none. */
int market_orders(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls);

/* A slice of the orders' updates, at most 30 days long. */
struct market_slice {
	struct wall from;       /* included */
	struct wall to;         /* not included */
	bool fake;              /* test orders instead of real ones */
	const char *page_token; /* NULL: the first page */
};

struct market_page {
	struct client_end end;
	bool bad_token;          /* Market refuses the page token that was sent: OUTCOME_PROTOCOL; begin the slice anew */
	struct wire_orders page; /* when OUTCOME_OK; owned by the caller's side from now: wire_orders_done() */
};
typedef void (*market_page_fn)(struct market_page *page, void *cls);

/* One page. ERR_INVALID when the slice is none. */
int market_updated(struct client *client, const struct market_slice *slice, market_page_fn fn, void *cls);

struct market_campaigns {
	struct client_end end;
	struct wire_campaigns campaigns; /* when OUTCOME_OK, of all pages; owned by the caller's side from now */
};
typedef void (*market_campaigns_fn)(struct market_campaigns *campaigns, void *cls);

/* GET /v2/campaigns, page by page; a list that has no end, or more campaigns than any business, is OUTCOME_PROTOCOL. */
int market_campaigns(struct client *client, market_campaigns_fn fn, void *cls);

/* Which order an act is about. */
struct market_order {
	int64_t campaign_id;
	const char *id;
};

/* Acts, see act.h. ERR_INVALID for a campaign or an order id that is none, and for a status that the request can't hold:
 * wire_order_status_request(), wire_order_cancellation_request(). */
int market_set_status(struct client *client, const struct market_order *order, const char *status, act_answer_fn fn, void *cls);
/* REASON: why the order is not cancelled; NULL: it is. */
int market_answer_cancellation(struct client *client, const struct market_order *order, const char *reason, act_answer_fn fn,
                               void *cls);

struct market_operation {
	struct client_end end;
	enum wire_operation_state state; /* when OUTCOME_OK */
};
typedef void (*market_operation_fn)(struct market_operation *operation, void *cls);

/* How far Market is with what an act's answer named an operation for. */
int market_operation(struct client *client, const char *operation_id, market_operation_fn fn, void *cls);

#endif
