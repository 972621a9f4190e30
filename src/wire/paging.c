/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Page tokens, read and written.
 * Wire layer. Knows nothing of what a page holds, nor of what a token means.
 */
#include "wire/paging.h"

#include "base/err.h"
#include "wire/doc.h"
#include "wire/orders.h"

#define TOKEN "nextPageToken"

int paging_token(struct json_object *doc, char **ret)
{
	struct json_object *paging = doc_member(doc, "paging", json_type_object);
	struct json_object *token = NULL;

	if (paging)
		(void)json_object_object_get_ex(paging, TOKEN, &token);
	if (!token || (json_object_is_type(token, json_type_string) && json_object_get_string_len(token) == 0)) {
		*ret = NULL;
		return ERR_OK;
	}
	return doc_text_copy(paging, TOKEN, WIRE_PAGE_TOKEN_MAX, ret);
}

void paging_add(struct json_object *doc, const char *next, int *io_err)
{
	struct json_object *paging = json_object_new_object();

	if (next)
		doc_add(paging, TOKEN, json_object_new_string(next), io_err);
	doc_add(doc, "paging", paging, io_err);
}
