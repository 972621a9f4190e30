/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an upstream can be asked for.
 * API layer, pure.
 */
#include "api/endpoint.h"

static const struct {
	const char *text;
	enum conf_source_kind kind;
} endpoints[] = {
	[ENDPOINT_NONE] = { "none", CONF_SOURCE_KIND_MAX },
	[ENDPOINT_BULK_INFO] = { "bulk_info", CONF_DELIVERY },
	[ENDPOINT_JOURNAL] = { "journal", CONF_DELIVERY },
	[ENDPOINT_ACCEPT] = { "accept", CONF_DELIVERY },
	[ENDPOINT_CANCEL] = { "cancel", CONF_DELIVERY },
	[ENDPOINT_CANCEL_INFO] = { "cancel_info", CONF_DELIVERY },
	[ENDPOINT_ORDERS] = { "orders", CONF_MARKET },
	[ENDPOINT_UPDATED] = { "updated", CONF_MARKET },
	[ENDPOINT_CAMPAIGNS] = { "campaigns", CONF_MARKET },
	[ENDPOINT_ORDER_STATUS] = { "order_status", CONF_MARKET },
	[ENDPOINT_CANCELLATION] = { "cancellation", CONF_MARKET },
	[ENDPOINT_OPERATION] = { "operation", CONF_MARKET },
	[ENDPOINT_TOKEN] = { "token", CONF_MARKET },
};
_Static_assert(ARRAY_SIZE(endpoints) == ENDPOINT_MAX, "a row for each");

const char *endpoint_text(enum endpoint endpoint)
{
	return endpoints[endpoint].text;
}

bool endpoint_is_of(enum endpoint endpoint, enum conf_source_kind kind)
{
	return endpoints[endpoint].kind == kind;
}
