/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's side of orders, campaigns and notifications, for the simulator: the formats of orders.h, campaigns.h and
 * notification.h, written and read the other way. What is written is valid by Market's own OpenAPI description.
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_ORDERS_ENCODE_H
#define CLAIMD_WIRE_ORDERS_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/seen.h"
#include "wire/campaigns.h"
#include "wire/orders.h"

/* The invented personal data that stands in each order, as a test greps for it; NULL ends the list. */
extern const char *const wire_invented_buyer[];

/* What a request for orders asks for. */
struct wire_orders_filter {
	int64_t ids[WIRE_ORDERS_MAX]; /* orderIds */
	size_t n_ids;                 /* 0: by time */
	struct wall from;             /* updateDateFrom, WALL_NONE: no bound */
	struct wall to;               /* updateDateTo, not included; WALL_NONE: no bound */
	bool fake;
};

/* ERR_INVALID for what Market would answer 400 to: no object, members of the wrong type, more than 50 or no ids in
 * orderIds, one of them twice, an interval of more than 30 days or that does not begin before it ends; RET_WHY says
 * why, a static phrase. Members that are null or unknown are passed over. ERR_NOMEM. */
int wire_orders_filter_parse(const char *text, size_t len, struct wire_orders_filter *ret, const char **ret_why);

/* One order with the fields that Market's description requires beside those of SEEN (one item, a delivery, prices). What SEEN
 * does not give is left out: an order of the simulator's gives id, campaign, model, status and substatus. */
struct wire_order {
	const struct seen *seen;
	struct wall created; /* written in Moscow's zone, as updateDate is */
	bool fake;
};

/* {"orders":[...],"paging":{"nextPageToken":...}}; NEXT may be NULL. *ret is owned by the caller, free(). ERR_NOMEM. */
int wire_orders_encode(const struct wire_order *orders, size_t n, const char *next, char **ret);

/* {"campaigns":[...],"paging":{}}; likewise. */
int wire_campaigns_encode(const struct wire_campaign *campaigns, size_t n, char **ret);

/* {"status":"ERROR","errors":[{"code","message"}]}; likewise. */
int wire_orders_error_encode(const char *code, const char *message, char **ret);

/* What a push tells of. SHUFFLE decides in which order its fields stand, since none is promised (0: as the documents list
 * them; each order has its number), and by its parity the time's zone: UTC, or Moscow's for odd ones. */
struct wire_push {
	const char *type;   /* notificationType */
	int64_t order_id;
	int64_t campaign_id;
	const char *status; /* "STATUS/SUBSTATUS"; used by ORDER_STATUS_UPDATED */
	struct wall at;
	uint64_t shuffle;
};

/* PING, ORDER_CREATED, ORDER_STATUS_UPDATED, ORDER_CANCELLED, ORDER_CANCELLATION_REQUEST and ORDER_UPDATED, each with the
 * fields that its description requires; any other type gets order, campaign and its time. *ret is owned by the caller,
 * free(). ERR_NOMEM. */
int wire_push_encode(const struct wire_push *push, char **ret);

#endif
