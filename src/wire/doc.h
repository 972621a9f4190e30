/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the wire modules share over json-c: total parsing, typed members, writing with one error check at the end.
 * Wire layer, for its own modules only: nobody else includes this header, nor json-c.
 */
#ifndef CLAIMD_WIRE_DOC_H
#define CLAIMD_WIRE_DOC_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/attr.h"

/* No document of the upstream is nested deeper than 8; the parser's memory and the stack stay bounded. */
#define DOC_DEPTH_MAX 32

/* Parses TEXT, all of it, as one JSON object or array; *ret is owned by the caller, json_object_put().
 * FLAGS: 0, or JSON_TOKENER_STRICT. ERR_INVALID, ERR_NOMEM. */
int doc_parse(const char *text, size_t len, int flags, struct json_object **ret);

/* The member of that name and type, borrowed; NULL when absent, null or of another type, or when DOC is no object. */
struct json_object *doc_member(struct json_object *doc, const char *name, enum json_type type);

/* An integer member within int64's range, else NUMBER_NONE: a double never counts, whole as its value may be. */
int64_t doc_integer(struct json_object *doc, const char *name);

/* Adds VALUE, which it takes over. A NULL VALUE, or no memory, sets *io_err, which is never cleared: so callers
 * write straight and look once. */
void doc_add(struct json_object *doc, const char *name, struct json_object *value, int *io_err);
void doc_append(struct json_object *list, struct json_object *value, int *io_err);

/* Compact JSON text; *ret is owned by the caller, free(). ERR_NOMEM. */
int doc_print(struct json_object *doc, char **ret);

static inline void doc_free(struct json_object *doc)
{
	json_object_put(doc);
}

DEFINE_CLEANUP(doc, struct json_object *, doc_free)

#endif
