/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what an Api-Key is good for.
 * Wire layer. Takes of it only what struct wire_token lists.
 */
#include "wire/token.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "wire/doc.h"

/* Those that the methods for orders list; finance and accounting have no form for changing anything. */
static const struct {
	const char *name;
	bool changes;
} scopes[] = {
	{ "ALL_METHODS", true },
	{ "INVENTORY_AND_ORDER_PROCESSING", true },
	{ "ALL_METHODS_READ_ONLY", false },
	{ "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY", false },
	{ "FINANCE_AND_ACCOUNTING", false },
};

static bool is_scope(struct json_object *scope, const char *name)
{
	return json_object_is_type(scope, json_type_string) && (size_t)json_object_get_string_len(scope) == strlen(name) &&
	       strcmp(json_object_get_string(scope), name) == 0;
}

static void add_scope(struct json_object *scope, struct wire_token *io_token)
{
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		if (is_scope(scope, scopes[i].name)) {
			io_token->reads_orders = true;
			io_token->changes_orders |= scopes[i].changes;
		}
	}
}

int wire_token_parse(const char *text, size_t len, struct wire_token *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *list;
	struct wire_token token = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	list = doc_member(doc_member(doc_member(doc, "result", json_type_object), "apiKey", json_type_object), "authScopes",
	                  json_type_array);
	if (!list)
		return ERR_INVALID;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		add_scope(json_object_array_get_idx(list, i), &token);
	*ret = token;
	return ERR_OK;
}
