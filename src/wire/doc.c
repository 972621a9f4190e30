/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thin floor over json-c.
 * Wire layer. Knows kinds of members, but no document of any upstream: that is its callers' part.
 */
#include "wire/doc.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "wire/utf8.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

#define CURRENCY_LEN 3

#define ITEMS_FIRST_SIZE 16

/* json-c passes over failed allocations of its own and goes on with what it has, be it a member less or a text with a gap: all
 * that tells is errno. */
static void memory_watch(void)
{
	errno = 0;
}

static bool memory_gave_out(void)
{
	return errno == ENOMEM;
}

int doc_parse(const char *text, size_t len, int flags, struct json_object **ret)
{
	struct json_tokener *tokener;
	struct json_object *doc;
	bool scarce;
	bool whole;
	bool nested;

	if (len == 0 || len > INT_MAX)
		return ERR_INVALID;
	tokener = json_tokener_new_ex(DOC_DEPTH_MAX);
	if (!tokener)
		return ERR_NOMEM;
	json_tokener_set_flags(tokener, flags);
	memory_watch();
	doc = json_tokener_parse_ex(tokener, text, (int)len);
	scarce = memory_gave_out();
	whole = json_tokener_get_error(tokener) == json_tokener_success && json_tokener_get_parse_end(tokener) == len;
	json_tokener_free(tokener);
	nested = json_object_is_type(doc, json_type_object) || json_object_is_type(doc, json_type_array);
	if (scarce || !whole || !nested) {
		json_object_put(doc);
		return scarce ? ERR_NOMEM : ERR_INVALID;
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

const char *doc_text(struct json_object *doc, const char *name, size_t *ret_len)
{
	struct json_object *value = doc_member(doc, name, json_type_string);

	if (!value)
		return NULL;
	*ret_len = (size_t)json_object_get_string_len(value);
	return json_object_get_string(value);
}

int doc_text_copy(struct json_object *doc, const char *name, size_t max, char **ret)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);
	char *copy;

	if (!text || len > max || strlen(text) != len)
		return ERR_INVALID;
	copy = strdup(text);
	if (!copy)
		return ERR_NOMEM;
	*ret = copy;
	return ERR_OK;
}

/* The bytes that the strings take with their NULs; 0 when one of them is no text that C can hold. */
static size_t texts_size(struct json_object *list, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *text = json_object_array_get_idx(list, i);
		size_t len;

		if (!json_object_is_type(text, json_type_string))
			return 0;
		len = (size_t)json_object_get_string_len(text);
		if (strlen(json_object_get_string(text)) != len)
			return 0;
		size += len + 1;
	}
	return size;
}

int doc_texts_copy(struct json_object *list, char ***ret)
{
	size_t n = json_object_array_length(list);
	size_t size = texts_size(list, n);
	char **texts;
	char *at;

	if (size == 0)
		return ERR_INVALID;
	texts = malloc(n * sizeof(*texts) + size);
	if (!texts)
		return ERR_NOMEM;
	at = (char *)(texts + n);
	for (size_t i = 0; i < n; i++) {
		texts[i] = at;
		at = stpcpy(at, json_object_get_string(json_object_array_get_idx(list, i))) + 1;
	}
	*ret = texts;
	return ERR_OK;
}

void doc_line(struct json_object *doc, const char *name, char substitute, char *ret, size_t size)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	utf8_clean(text, len, substitute, ret, size);
}

bool doc_pair(struct json_object *doc, const char *first, const char *second, char ret[static STATUS_TEXT_SIZE])
{
	size_t len;

	/* Room is left for the slash. */
	doc_line(doc, first, '?', ret, STATUS_TEXT_SIZE - 1);
	len = strlen(ret);
	if (len == 0 || strchr(ret, '/')) {
		ret[0] = '\0';
		return false;
	}
	ret[len] = '/';
	doc_line(doc, second, '?', ret + len + 1, STATUS_TEXT_SIZE - len - 1);
	return true;
}

int64_t doc_integer_value(struct json_object *value)
{
	/* json-c saturates: above it shows in the unsigned value; below it gives INT64_MIN, which is NUMBER_NONE. */
	if (!json_object_is_type(value, json_type_int) || json_object_get_uint64(value) > INT64_MAX)
		return NUMBER_NONE;
	return json_object_get_int64(value);
}

int64_t doc_integer(struct json_object *doc, const char *name)
{
	return doc_integer_value(doc_member(doc, name, json_type_int));
}

int64_t doc_number_id_text(const char *text, size_t len)
{
	int64_t number = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, text[i] - '0', &number))
			return NUMBER_NONE;
	}
	return number > 0 ? number : NUMBER_NONE;
}

int64_t doc_number_id(struct json_object *doc, const char *name)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);
	int64_t number = text ? doc_number_id_text(text, len) : doc_integer(doc, name);

	return number > 0 ? number : NUMBER_NONE;
}

struct wall doc_time(struct json_object *doc, const char *name)
{
	struct wall time = WALL_NONE;
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	if (!text || timefmt_parse(text, len, &time, NULL) < 0)
		return WALL_NONE;
	return time;
}

struct wall doc_time_moscow(struct json_object *doc, const char *name)
{
	struct wall time = WALL_NONE;
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	if (!text || timefmt_parse_moscow(text, len, &time) < 0)
		return WALL_NONE;
	return time;
}

bool doc_external_id(struct json_object *doc, const char *name, char ret[static EXTERNAL_ID_SIZE])
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	if (!text || !external_id_is_valid(text, len))
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

bool doc_external_number(struct json_object *doc, const char *name, char ret[static EXTERNAL_ID_SIZE])
{
	int64_t number = doc_number_id(doc, name);

	if (number == NUMBER_NONE)
		return false;
	(void)snprintf(ret, EXTERNAL_ID_SIZE, "%" PRId64, number);
	return true;
}

/* An optional '-', digits, and optionally a point and digits. */
static bool is_decimal(const char *text, size_t len)
{
	const char *at = text[0] == '-' ? text + 1 : text;
	size_t digits = strspn(at, DIGITS);

	if (digits == 0)
		return false;
	at += digits;
	if (at[0] == '.') {
		digits = strspn(at + 1, DIGITS);
		if (digits == 0)
			return false;
		at += 1 + digits;
	}
	return at == text + len;
}

/* Money is kept whole or not at all: never cut, never through a double. A number was never documented, but has been
 * seen. */
bool doc_decimal(struct json_object *doc, const char *name, char ret[static DECIMAL_SIZE])
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);
	int64_t number = doc_integer(doc, name);

	if (text && len < DECIMAL_SIZE && is_decimal(text, len)) {
		memcpy(ret, text, len + 1);
		return true;
	}
	if (number == NUMBER_NONE)
		return false;
	(void)snprintf(ret, DECIMAL_SIZE, "%" PRId64, number);
	return true;
}

bool doc_currency(struct json_object *doc, const char *name, char ret[static CURRENCY_SIZE])
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	if (!text || len != CURRENCY_LEN || strspn(text, LETTERS) != len)
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

/* Room for one item more. */
static int items_reserve(struct doc_items *items, size_t item_size, size_t *io_size)
{
	size_t size = *io_size ? *io_size * 2 : ITEMS_FIRST_SIZE;
	void *grown;

	if (items->n < *io_size)
		return ERR_OK;
	grown = reallocarray(items->items, size, item_size);
	if (!grown)
		return ERR_NOMEM;
	items->items = grown;
	*io_size = size;
	return ERR_OK;
}

/* Room grows with the members that are readable, not with the array's length: an answer of a million zeros costs
 * nothing. */
int doc_items_read(struct json_object *list, size_t item_size, doc_item_fn read, struct doc_items *ret)
{
	struct doc_items items = { 0 };
	size_t size = 0;
	size_t n = json_object_array_length(list);

	for (size_t i = 0; i < n; i++) {
		void *item;

		if (items_reserve(&items, item_size, &size) < 0) {
			free(items.items);
			return ERR_NOMEM;
		}
		item = memset((char *)items.items + items.n * item_size, 0, item_size);
		if (read(json_object_array_get_idx(list, i), item))
			items.n++;
		else
			items.n_unreadable++;
	}
	*ret = items;
	return ERR_OK;
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

void doc_add_text(struct json_object *doc, const char *name, const char *text, int *io_err)
{
	if (text[0] != '\0')
		doc_add(doc, name, json_object_new_string(text), io_err);
}

void doc_add_integer(struct json_object *doc, const char *name, int64_t number, int *io_err)
{
	if (number != NUMBER_NONE)
		doc_add(doc, name, json_object_new_int64(number), io_err);
}

void doc_add_pair(struct json_object *doc, const char *first, const char *second, const char *text, int *io_err)
{
	size_t len = strcspn(text, "/");

	doc_add(doc, first, json_object_new_string_len(text, (int)len), io_err);
	if (text[len] == '/')
		doc_add_text(doc, second, text + len + 1, io_err);
}

/* The clock's face at T with ZONE behind it. There are always six digits of a fraction to begin with. */
static void add_face(struct json_object *doc, const char *name, struct wall t, const char *zone, int *io_err)
{
	char text[TIMEFMT_SIZE];
	char form[TIMEFMT_SIZE + sizeof("+00:00")];
	size_t len;

	timefmt_format(t, text);
	if (text[0] == '-') {
		*io_err = ERR_INVALID;
		return;
	}
	len = strcspn(text, "Z");
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	(void)snprintf(form, sizeof(form), "%.*s%s", (int)len, text, zone);
	doc_add_text(doc, name, form, io_err);
}

void doc_add_time(struct json_object *doc, const char *name, struct wall time, int64_t revision, int *io_err)
{
	if (wall_is_set(time))
		add_face(doc, name, time, revision % 2 == 0 ? "Z" : "+00:00", io_err);
}

void doc_add_time_moscow(struct json_object *doc, const char *name, struct wall time, int *io_err)
{
	if (wall_is_set(time))
		add_face(doc, name, wall_add(time, TIMEFMT_MOSCOW_US), "+03:00", io_err);
}

void doc_add_fixed(struct json_object *doc, const char *text, int *io_err)
{
	CLEANUP(doc_cleanup) struct json_object *fixed = NULL;
	int r = doc_parse(text, strlen(text), 0, &fixed);

	if (r < 0) {
		*io_err = r;
		return;
	}
	json_object_object_foreach(fixed, name, value)
	{
		doc_add(doc, name, json_object_get(value), io_err);
	}
}

int doc_print(struct json_object *doc, char **ret)
{
	const char *text;
	char *copy;

	memory_watch();
	text = json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	copy = text && !memory_gave_out() ? strdup(text) : NULL;
	if (!copy)
		return ERR_NOMEM;
	*ret = copy;
	return ERR_OK;
}
