/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request's target asks for: whose side, which operation, which parameters.
 * Simulator, pure. Parameters are read as they stand: what we look for needs no decoding.
 */
#ifndef CLAIMD_SIM_TARGET_H
#define CLAIMD_SIM_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What can be out on its own. */
enum side {
	SIDE_CLAIMS,  /* Delivery's info, bulk_info, acts, and whatever else is asked for */
	SIDE_JOURNAL, /* and its journal */
	SIDE_MARKET,
	SIDE_MAX,
};

enum route {
	ROUTE_INFO,
	ROUTE_BULK_INFO,
	ROUTE_JOURNAL,
	ROUTE_ACCEPT,
	ROUTE_CANCEL_INFO,
	ROUTE_CANCEL,
	ROUTE_ORDERS,
	ROUTE_CAMPAIGNS,
	ROUTE_ORDER_STATUS,
	ROUTE_ORDER_CANCELLATION,
	ROUTE_OPERATIONS,
	ROUTE_TOKEN,
	ROUTE_NONE, /* no operation that there is */
	ROUTE_MAX,
};

struct target {
	const char *text;
	enum side side;
	enum route route;
	int64_t business_id;  /* -1, as the next: none is named */
	int64_t campaign_id;
	const char *order_id; /* of an act with an order: digits, as they stand there */
	size_t order_id_len;
};

/* TEXT is kept. */
struct target target_parse(const char *text);

/* Whether it asks that something be done to a claim or order. */
bool target_is_act(const struct target *target);

/* The first parameter of that name in the query, of LEN bytes; NULL when there is none. */
const char *target_parameter(const struct target *target, const char *name, size_t *ret_len);

/* One that is a whole number; a higher one than MAX counts as MAX. False, and nothing written, when it is none. */
bool target_number(const struct target *target, const char *name, size_t max, size_t *ret);

#endif
