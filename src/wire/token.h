/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * POST /v2/auth/token: what an Api-Key of Market's is good for (upstream/market.md sections 4.1 and 4.2).
 * Wire layer. Input is hostile: any bytes give a result or an error code. The key's name is passed over.
 */
#ifndef CLAIMD_WIRE_TOKEN_H
#define CLAIMD_WIRE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

struct wire_token {
	bool reads_orders;   /* one of its scopes is among those that the method needs */
	bool changes_orders;
};

/* ERR_INVALID when the text is not one JSON object with an array result.apiKey.authScopes; ERR_NOMEM. */
int wire_token_parse(const char *text, size_t len, struct wire_token *ret);

#endif
