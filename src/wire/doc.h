/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the wire modules share over json-c: total parsing, typed members, writing with one error check at the end.
 * Wire layer, for its own modules only: nobody else includes this header, nor json-c.
 */
#ifndef CLAIMD_WIRE_DOC_H
#define CLAIMD_WIRE_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "model/seen.h"

/* No document of the upstream is nested deeper than 8; the parser's memory and the stack stay bounded. */
#define DOC_DEPTH_MAX 32

/* Parses TEXT, all of it, as one JSON object or array; *ret is owned by the caller, json_object_put().
 * FLAGS: 0, or JSON_TOKENER_STRICT. ERR_INVALID, ERR_NOMEM. */
int doc_parse(const char *text, size_t len, int flags, struct json_object **ret);

/* The member of that name and type, borrowed; NULL when absent, null or of another type, or when DOC is no object. */
struct json_object *doc_member(struct json_object *doc, const char *name, enum json_type type);

/* A string member's bytes, borrowed; NULL when it is not given. They may hold NULs: RET_LEN is the truth. */
const char *doc_text(struct json_object *doc, const char *name, size_t *ret_len);

/* A copy of a string member, owned by the caller, free(). ERR_INVALID when it is not given, has more than MAX bytes
 * or a NUL in it; ERR_NOMEM. */
int doc_text_copy(struct json_object *doc, const char *name, size_t max, char **ret);

/* Copies of all strings of a list that is not empty; the array and its strings are one block, free(). ERR_INVALID when one of
 * its members is no string or has a NUL in it; ERR_NOMEM. */
int doc_texts_copy(struct json_object *list, char ***ret);

/* A string member as one line of visible characters, each other one being SUBSTITUTE, cut to SIZE; "" when it is not
 * given. */
void doc_line(struct json_object *doc, const char *name, char substitute, char *ret, size_t size);

/* Two string members as one line "FIRST/SECOND", as doc_line() takes them, the second being "" when it is not given. False, and
 * "", when the first is not given or has a slash itself. */
bool doc_pair(struct json_object *doc, const char *first, const char *second, char ret[static STATUS_TEXT_SIZE]);

/* An integer member within int64's range, else NUMBER_NONE: a double never counts, whole as its value may be. */
int64_t doc_integer(struct json_object *doc, const char *name);

/* The same of a value. */
int64_t doc_integer_value(struct json_object *value);

/* A number that names something, above 0: an integer member, or a string of its digits. Else NUMBER_NONE. */
int64_t doc_number_id(struct json_object *doc, const char *name);

/* The same of LEN bytes of text. */
int64_t doc_number_id_text(const char *text, size_t len);

/* WALL_NONE when it is not given, or is no time. */
struct wall doc_time(struct json_object *doc, const char *name);

/* The same, Moscow's time where no zone is given. */
struct wall doc_time_moscow(struct json_object *doc, const char *name);

/* These write RET only when they return true: the member is given, and is what it must be. */
bool doc_external_id(struct json_object *doc, const char *name, char ret[static EXTERNAL_ID_SIZE]);
bool doc_external_number(struct json_object *doc, const char *name, char ret[static EXTERNAL_ID_SIZE]); /* doc_number_id()'s */
bool doc_decimal(struct json_object *doc, const char *name, char ret[static DECIMAL_SIZE]); /* a string or an integer */
bool doc_currency(struct json_object *doc, const char *name, char ret[static CURRENCY_SIZE]);

/* What an array's members were read to. */
struct doc_items {
	void *items; /* owned, free() */
	size_t n;
	size_t n_unreadable;
};

/* Reads one member of an array into an item, which is zeroed; false when it can't be one. */
typedef bool (*doc_item_fn)(struct json_object *member, void *ret);

/* Reads each member of LIST. ERR_NOMEM. */
int doc_items_read(struct json_object *list, size_t item_size, doc_item_fn read, struct doc_items *ret);

/* Adds VALUE, which it takes over. A NULL VALUE, or no memory, sets *io_err, which is never cleared: so callers
 * write straight and look once. */
void doc_add(struct json_object *doc, const char *name, struct json_object *value, int *io_err);
void doc_append(struct json_object *list, struct json_object *value, int *io_err);

/* The same for what may not be given: "", NUMBER_NONE and WALL_NONE add nothing. */
void doc_add_text(struct json_object *doc, const char *name, const char *text, int *io_err);
void doc_add_integer(struct json_object *doc, const char *name, int64_t number, int *io_err);

/* The two members that doc_pair() reads as TEXT; nothing stands for an empty second one. */
void doc_add_pair(struct json_object *doc, const char *first, const char *second, const char *text, int *io_err);

/* As the upstream writes times: no needless digits of a fraction, and either form of UTC, by the revision's parity. A time that
 * no text has (timefmt_format) sets *io_err to ERR_INVALID. */
void doc_add_time(struct json_object *doc, const char *name, struct wall time, int64_t revision, int *io_err);

/* Market's form of the same: Moscow's zone. */
void doc_add_time_moscow(struct json_object *doc, const char *name, struct wall time, int *io_err);

/* The members of the object that TEXT is: a document of ours, in which ' may stand for ". */
void doc_add_fixed(struct json_object *doc, const char *text, int *io_err);

/* Compact JSON text; *ret is owned by the caller, free(). ERR_NOMEM. */
int doc_print(struct json_object *doc, char **ret);

static inline void doc_free(struct json_object *doc)
{
	json_object_put(doc);
}

DEFINE_CLEANUP(doc, struct json_object *, doc_free)

#endif
