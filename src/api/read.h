/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads shipments by their ids, whatever the upstream is: claims of Delivery, orders of Market.
 * API layer.
 */
#ifndef CLAIMD_API_READ_H
#define CLAIMD_API_READ_H

#include "api/client.h"

/* How many shipments one question may be about. */
size_t read_max(const struct client *client);

/* As delivery_bulk_info() and market_orders(): 1 to read_max() ids. */
int read_shipments(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls);

#endif
