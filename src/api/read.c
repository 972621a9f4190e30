/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads shipments, whatever the upstream is: see read.h.
 * API layer.
 */
#include "api/read.h"

#include "api/delivery.h"
#include "api/market.h"
#include "base/err.h"
#include "wire/claims.h"

size_t read_max(const struct client *client)
{
	switch (client_conf(client)->kind) {
	case CONF_DELIVERY:
		return WIRE_BULK_IDS_MAX;
	case CONF_MARKET:
		return WIRE_ORDERS_MAX;
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return 0;
}

int read_shipments(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls)
{
	switch (client_conf(client)->kind) {
	case CONF_DELIVERY:
		return delivery_bulk_info(client, ids, n, fn, cls);
	case CONF_MARKET:
		return market_orders(client, ids, n, fn, cls);
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return ERR_INVALID;
}
