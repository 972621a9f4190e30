/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Report rows to JSON text.
 * Wire layer. Whatever the row holds, what comes out is valid JSON.
 */
#include "wire/table.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_visit.h>

#include "base/err.h"
#include "wire/doc.h"
#include "wire/utf8.h"

/* Enough digits to read back any double. */
#define REAL_DIGITS 17

/* With fewer, 300 would be 3e+02. */
#define REAL_DIGITS_LEAST DBL_DIG

DEFINE_CLEANUP(text, char *, free)

static int made(struct json_object *value, struct json_object **ret)
{
	if (!value)
		return ERR_NOMEM;
	*ret = value;
	return ERR_OK;
}

/* The fewest digits that read back as the same double: 0.1, not 0.10000000000000001. JSON knows neither NaN nor
 * infinity. */
static int real_new(double real, struct json_object **ret)
{
	char text[32];
	int digits = REAL_DIGITS_LEAST;

	if (!isfinite(real)) {
		*ret = NULL;
		return ERR_OK;
	}
	do {
		(void)snprintf(text, sizeof(text), "%.*g", digits, real);
	} while (digits++ < REAL_DIGITS && strtod(text, NULL) != real);
	return made(json_object_new_double_s(real, text), ret);
}

static int text_new(const char *text, struct json_object **ret)
{
	CLEANUP(text_cleanup) char *repaired = NULL;
	int r = utf8_repair(text, strlen(text), &repaired);

	return r < 0 ? r : made(json_object_new_string(repaired), ret);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* json-c, even when strict, reads NaN, Infinity and "1.", and writes them again as they were. */
static int check_number(struct json_object *number)
{
	const char *text = json_object_get_string(number);
	const char *point;

	if (!text)
		return ERR_NOMEM;
	point = strchr(text, '.');
	return is_digit(text[text[0] == '-']) && (!point || is_digit(point[1])) ? ERR_OK : ERR_INVALID;
}

/* CLS: an int, which gets what is wrong with the first number that is. */
static int on_value(struct json_object *value, int flags ATTR_UNUSED, struct json_object *parent ATTR_UNUSED,
                    const char *name ATTR_UNUSED, size_t *index ATTR_UNUSED, void *cls)
{
	int *ret = cls;

	if (json_object_is_type(value, json_type_double))
		*ret = check_number(value);
	return *ret == ERR_OK ? JSON_C_VISIT_RETURN_CONTINUE : JSON_C_VISIT_RETURN_STOP;
}

/* ERR_INVALID, ERR_NOMEM. */
static int check_numbers(struct json_object *doc)
{
	int r = ERR_OK;

	(void)json_c_visit(doc, 0, on_value, &r);
	return r;
}

static int json_new(const char *text, struct json_object **ret)
{
	CLEANUP(text_cleanup) char *repaired = NULL;
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	int r = utf8_repair(text, strlen(text), &repaired);

	if (r == ERR_OK)
		r = doc_parse(repaired, strlen(repaired), JSON_TOKENER_STRICT, &doc);
	if (r == ERR_OK)
		r = check_numbers(doc);
	if (r == ERR_INVALID)
		return made(json_object_new_string(repaired), ret);
	if (r < 0)
		return r;
	*ret = json_object_get(doc);
	return ERR_OK;
}

/* NULL in *ret is JSON's null, as json-c has it. */
static int value_new(const struct wire_value *value, struct json_object **ret)
{
	switch (value->kind) {
	case WIRE_NULL:
		*ret = NULL;
		return ERR_OK;
	case WIRE_INTEGER:
		return made(json_object_new_int64(value->integer), ret);
	case WIRE_REAL:
		return real_new(value->real, ret);
	case WIRE_TEXT:
		return text_new(value->text, ret);
	case WIRE_BOOL:
		return made(json_object_new_boolean(value->integer != 0), ret);
	case WIRE_JSON:
		return json_new(value->text, ret);
	}
	return ERR_INVALID;
}

int wire_row_encode(const char *const *names, const struct wire_value *values, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();

	if (!doc)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct json_object *value;
		int r = value_new(&values[i], &value);

		if (r < 0)
			return r;
		if (json_object_object_add(doc, names[i], value) < 0) {
			json_object_put(value);
			return ERR_NOMEM;
		}
	}
	return doc_print(doc, ret);
}
