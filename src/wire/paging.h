/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How Market's answers tell where they go on: "paging":{"nextPageToken":...}.
 * Wire layer, for its own modules only.
 */
#ifndef CLAIMD_WIRE_PAGING_H
#define CLAIMD_WIRE_PAGING_H

#include <json-c/json.h>

/* The token of the page behind DOC, owned by the caller, free(). NULL for none, null and an empty one, which stand for
 * the last page. ERR_INVALID for one that can't be given back: no string, too long, or with a NUL in it. ERR_NOMEM. */
int paging_token(struct json_object *doc, char **ret);

/* Adds "paging" to DOC, empty when NEXT is NULL; *io_err as with doc_add(). */
void paging_add(struct json_object *doc, const char *next, int *io_err);

#endif
