/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thin floor over json-c.
 * Wire layer. Knows no document of any upstream: that is its callers' part.
 */
#include "wire/doc.h"

#include <limits.h>
#include <string.h>

#include "base/err.h"
#include "model/seen.h"

int doc_parse(const char *text, size_t len, int flags, struct json_object **ret)
{
	struct json_tokener *tokener;
	struct json_object *doc;
	bool whole;
	bool nested;

	if (len == 0 || len > INT_MAX)
		return ERR_INVALID;
	tokener = json_tokener_new_ex(DOC_DEPTH_MAX);
	if (!tokener)
		return ERR_NOMEM;
	json_tokener_set_flags(tokener, flags);
	doc = json_tokener_parse_ex(tokener, text, (int)len);
	whole = json_tokener_get_error(tokener) == json_tokener_success && json_tokener_get_parse_end(tokener) == len;
	json_tokener_free(tokener);
	nested = json_object_is_type(doc, json_type_object) || json_object_is_type(doc, json_type_array);
	if (!whole || !nested) {
		json_object_put(doc);
		return ERR_INVALID;
	}
	*ret = doc;
	return ERR_OK;
}

struct json_object *doc_member(struct json_object *doc, const char *name, enum json_type type)
{
	struct json_object *member = NULL;

	if (!json_object_is_type(doc, json_type_object) || !json_object_object_get_ex(doc, name, &member))
		return NULL;
	return json_object_is_type(member, type) ? member : NULL;
}

int64_t doc_integer(struct json_object *doc, const char *name)
{
	struct json_object *value = doc_member(doc, name, json_type_int);

	/* json-c saturates: above it shows in the unsigned value; below it gives INT64_MIN, which is NUMBER_NONE. */
	if (!value || json_object_get_uint64(value) > INT64_MAX)
		return NUMBER_NONE;
	return json_object_get_int64(value);
}

void doc_add(struct json_object *doc, const char *name, struct json_object *value, int *io_err)
{
	if (doc && value && json_object_object_add(doc, name, value) == 0)
		return;
	json_object_put(value);
	*io_err = ERR_NOMEM;
}

void doc_append(struct json_object *list, struct json_object *value, int *io_err)
{
	if (list && value && json_object_array_add(list, value) == 0)
		return;
	json_object_put(value);
	*io_err = ERR_NOMEM;
}

int doc_print(struct json_object *doc, char **ret)
{
	const char *text = json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *copy = text ? strdup(text) : NULL;

	if (!copy)
		return ERR_NOMEM;
	*ret = copy;
	return ERR_OK;
}
