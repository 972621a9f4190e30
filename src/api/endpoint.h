/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an upstream can be asked for, by the names that metrics have for it.
 * API layer.
 */
#ifndef CLAIMD_API_ENDPOINT_H
#define CLAIMD_API_ENDPOINT_H

#include "conf/conf.h"

enum endpoint {
	ENDPOINT_NONE,
	ENDPOINT_BULK_INFO, /* of Delivery, up to the next comment */
	ENDPOINT_JOURNAL,
	ENDPOINT_ACCEPT,
	ENDPOINT_CANCEL,
	ENDPOINT_CANCEL_INFO,
	ENDPOINT_ORDERS, /* of Market */
	ENDPOINT_UPDATED,
	ENDPOINT_CAMPAIGNS,
	ENDPOINT_ORDER_STATUS,
	ENDPOINT_CANCELLATION,
	ENDPOINT_OPERATION,
	ENDPOINT_TOKEN,
	ENDPOINT_MAX,
};

/* "bulk_info" ... */
const char *endpoint_text(enum endpoint endpoint);

/* Whether upstreams of that kind have it. */
bool endpoint_is_of(enum endpoint endpoint, enum conf_source_kind kind);

#endif
