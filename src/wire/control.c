/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests and answers of the control socket.
 * Wire layer. Which member goes with which kind stands in one table, by which requests are read and written.
 */
#include "wire/control.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/decimal.h"
#include "base/err.h"
#include "wire/doc.h"
#include "wire/utf8.h"

enum member {
	MEMBER_ID,
	MEMBER_SOURCE,
	MEMBER_ARGUMENT,
	MEMBER_VERSION,
	MEMBER_PRICE,
	MEMBER_VIOLATION,
	MEMBER_MESSAGE,
	MEMBER_NOTE,
	MEMBER_MAX,
};

#define BIT(member) (1u << MEMBER_##member)

/* What a kind wants, and what it takes besides. */
struct rule {
	unsigned wants;
	unsigned takes;
	const char *argument; /* its form, for people */
};

static const struct rule rules[] = {
	[ACT_ACCEPT] = { BIT(ID), BIT(SOURCE) | BIT(VERSION), NULL },
	[ACT_CANCEL] = { BIT(ID) | BIT(ARGUMENT), BIT(SOURCE) | BIT(VERSION) | BIT(PRICE), "free or paid" },
	[ACT_CANCEL_INFO] = { BIT(ID), BIT(SOURCE), NULL },
	[ACT_ORDER_STATUS] = { BIT(ID) | BIT(ARGUMENT), BIT(SOURCE), "STATUS or STATUS/SUBSTATUS, in Market's own words" },
	[ACT_CANCELLATION] = { BIT(ID) | BIT(ARGUMENT), BIT(SOURCE), "accept, reject ORDER_DELIVERED or reject ORDER_IN_DELIVERY" },
	[ACT_REFETCH] = { BIT(ID), BIT(SOURCE), NULL },
	[ACT_RESOLVE] = { BIT(VIOLATION) | BIT(ARGUMENT), BIT(NOTE), "adopt or dismiss" },
	[ACT_PROBE] = { 0, BIT(SOURCE), NULL },
	[ACT_PRUNE] = { 0, 0, NULL },
	[ACT_RETRY] = { 0, BIT(MESSAGE), NULL },
};

_Static_assert(ARRAY_SIZE(rules) == ACT_MAX, "a rule for each");

ATTR_PRINTF(2, 3) static int refuse(char ret_why[static WIRE_WHY_SIZE], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret_why, WIRE_WHY_SIZE, fmt, args);
	va_end(args);
	return ERR_INVALID;
}

/* Whether a member is a string that is one line of less than SIZE bytes; it is copied then. */
static bool take_line(struct json_object *doc, const char *name, char *ret, size_t size)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	if (!text || len == 0 || len >= size)
		return false;
	utf8_clean(text, len, '?', ret, size);
	return strlen(ret) == len && memcmp(ret, text, len) == 0;
}

static bool take_id(struct json_object *doc, const char *name, struct wire_act *act)
{
	return doc_external_id(doc, name, act->id);
}

/* The same characters as an id has, and fewer of them. */
static bool take_source(struct json_object *doc, const char *name, struct wire_act *act)
{
	return take_line(doc, name, act->source, sizeof(act->source)) && external_id_is_valid(act->source, strlen(act->source));
}

static bool take_argument(struct json_object *doc, const char *name, struct wire_act *act)
{
	return take_line(doc, name, act->argument, sizeof(act->argument));
}

static bool take_version(struct json_object *doc, const char *name, struct wire_act *act)
{
	act->version = doc_integer(doc, name);
	return act->version >= 0;
}

static bool take_price(struct json_object *doc, const char *name, struct wire_act *act)
{
	int64_t amount;

	return take_line(doc, name, act->price, sizeof(act->price)) && decimal_parse(act->price, &amount) == ERR_OK;
}

static bool take_target(struct json_object *doc, const char *name, struct wire_act *act)
{
	act->target_id = doc_integer(doc, name);
	return act->target_id > 0;
}

static bool take_note(struct json_object *doc, const char *name, struct wire_act *act)
{
	return take_line(doc, name, act->note, sizeof(act->note));
}

static const struct {
	const char *name;
	const char *form; /* what it must be */
	bool (*take)(struct json_object *doc, const char *name, struct wire_act *act);
} members[] = {
	[MEMBER_ID] = { "id", "1 to 64 letters, digits, \"_\" and \"-\"", take_id },
	[MEMBER_SOURCE] = { "source", "the name of a configured source", take_source },
	[MEMBER_ARGUMENT] = { "argument", "a text", take_argument },
	[MEMBER_VERSION] = { "version", "a whole number, 0 or above", take_version },
	[MEMBER_PRICE] = { "price", "a decimal in a string, such as \"12.50\"", take_price },
	[MEMBER_VIOLATION] = { "violation", "a whole number above 0", take_target },
	[MEMBER_MESSAGE] = { "message", "a whole number above 0", take_target },
	[MEMBER_NOTE] = { "note", "one line of at most 399 bytes", take_note },
};

_Static_assert(ARRAY_SIZE(members) == MEMBER_MAX, "a row for each");
_Static_assert(WIRE_NOTE_SIZE == 400, "as its form says");

/* MEMBER_MAX for a name that is none. */
static enum member find_member(const char *name)
{
	enum member member = 0;

	while (member < MEMBER_MAX && strcmp(members[member].name, name) != 0)
		member++;
	return member;
}

static int refuse_name(const char *kind, const char *name, char ret_why[static WIRE_WHY_SIZE])
{
	char line[64];

	utf8_clean(name, strlen(name), '?', line, sizeof(line));
	return refuse(ret_why, "\"%s\" is no member of a request of kind %s", line, kind);
}

static int check_names(struct json_object *doc, const struct wire_act *act, char ret_why[static WIRE_WHY_SIZE])
{
	const struct rule *rule = &rules[act->kind];

	json_object_object_foreach(doc, name, value)
	{
		enum member member = find_member(name);

		(void)value;
		if (strcmp(name, "kind") == 0)
			continue;
		if (member == MEMBER_MAX || !((rule->wants | rule->takes) & (1u << member)))
			return refuse_name(act_kind_text(act->kind), name, ret_why);
	}
	return ERR_OK;
}

static int take_members(struct json_object *doc, struct wire_act *act, char ret_why[static WIRE_WHY_SIZE])
{
	const struct rule *rule = &rules[act->kind];

	for (enum member member = 0; member < MEMBER_MAX; member++) {
		const char *name = members[member].name;

		if (!((rule->wants | rule->takes) & (1u << member)))
			continue;
		if (json_object_object_get_ex(doc, name, NULL)) {
			if (!members[member].take(doc, name, act))
				return refuse(ret_why, "%s must be %s", name, members[member].form);
		} else if (rule->wants & (1u << member)) {
			return refuse(ret_why, "a request of kind %s must have the member %s", act_kind_text(act->kind), name);
		}
	}
	return ERR_OK;
}

static int check_argument(const struct wire_act *act, char ret_why[static WIRE_WHY_SIZE])
{
	if (act_argument_is_valid(act->kind, act->argument))
		return ERR_OK;
	return refuse(ret_why, "argument must be %s", rules[act->kind].argument);
}

static int check_price(const struct wire_act *act, char ret_why[static WIRE_WHY_SIZE])
{
	bool pays = act->kind == ACT_CANCEL && strcmp(act->argument, "paid") == 0;

	if (pays == (act->price[0] != '\0'))
		return ERR_OK;
	return refuse(ret_why, pays ? "argument paid must have the member price: the fee that was agreed to"
	                            : "price goes with the argument paid alone");
}

static int take_kind(struct json_object *doc, enum act_kind *ret, char ret_why[static WIRE_WHY_SIZE])
{
	size_t len = 0;
	const char *text = doc_text(doc, "kind", &len);

	if (text && strlen(text) == len && act_kind_parse(text, ret))
		return ERR_OK;
	len = (size_t)snprintf(ret_why, WIRE_WHY_SIZE, "kind must be one of");
	for (enum act_kind kind = 0; kind < ACT_MAX && len < WIRE_WHY_SIZE; kind++)
		len += (size_t)snprintf(ret_why + len, WIRE_WHY_SIZE - len, "%s %s", kind > 0 ? "," : "", act_kind_text(kind));
	return ERR_INVALID;
}

int wire_act_parse(const char *text, size_t len, struct wire_act *ret, char ret_why[static WIRE_WHY_SIZE])
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_act act = { .version = NUMBER_NONE, .target_id = NUMBER_NONE };
	int r = doc_parse(text, len, JSON_TOKENER_STRICT, &doc);

	if (r == ERR_NOMEM)
		return r;
	if (!json_object_is_type(doc, json_type_object))
		return refuse(ret_why, "the body must be one JSON object");
	r = take_kind(doc, &act.kind, ret_why);
	if (r == ERR_OK)
		r = check_names(doc, &act, ret_why);
	if (r == ERR_OK)
		r = take_members(doc, &act, ret_why);
	if (r == ERR_OK)
		r = check_argument(&act, ret_why);
	if (r == ERR_OK)
		r = check_price(&act, ret_why);
	if (r == ERR_OK)
		*ret = act;
	return r;
}

int wire_act_encode(const struct wire_act *act, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	enum member target = act->kind == ACT_RESOLVE ? MEMBER_VIOLATION : MEMBER_MESSAGE;
	int err = doc ? ERR_OK : ERR_NOMEM;

	doc_add_text(doc, "kind", act_kind_text(act->kind), &err);
	doc_add_text(doc, members[MEMBER_ID].name, act->id, &err);
	doc_add_text(doc, members[MEMBER_SOURCE].name, act->source, &err);
	doc_add_text(doc, members[MEMBER_ARGUMENT].name, act->argument, &err);
	doc_add_integer(doc, members[MEMBER_VERSION].name, act->version, &err);
	doc_add_text(doc, members[MEMBER_PRICE].name, act->price, &err);
	doc_add_integer(doc, members[target].name, act->target_id, &err);
	doc_add_text(doc, members[MEMBER_NOTE].name, act->note, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static bool action_read(struct json_object *doc, void *ret)
{
	int64_t *id = ret;

	*id = doc_integer_value(doc);
	return *id > 0;
}

static int actions_read(struct json_object *list, struct wire_acts *ret)
{
	struct doc_items items;
	int r = doc_items_read(list, sizeof(*ret->ids), action_read, &items);

	if (r < 0)
		return r;
	if (items.n == 0 || items.n_unreadable > 0) {
		free(items.items);
		return ERR_INVALID;
	}
	*ret = (struct wire_acts){ .ids = items.items, .n = items.n };
	return ERR_OK;
}

int wire_acts_parse(const char *text, size_t len, struct wire_acts *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_acts acts = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	struct json_object *list = doc_member(doc, "actions", json_type_array);

	if (list)
		return actions_read(list, ret);
	struct json_object *error = doc_member(doc, "error", json_type_object);

	doc_line(error, "code", '?', acts.code, sizeof(acts.code));
	doc_line(error, "message", '?', acts.message, sizeof(acts.message));
	if (acts.code[0] == '\0')
		return ERR_INVALID;
	*ret = acts;
	return ERR_OK;
}

void wire_acts_done(struct wire_acts *acts)
{
	free(acts->ids);
	*acts = (struct wire_acts){ 0 };
}

int wire_acts_encode(const int64_t *ids, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	for (size_t i = 0; i < n; i++)
		doc_append(list, json_object_new_int64(ids[i]), &err);
	doc_add(doc, "actions", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_acts_error_encode(const char *code, const char *message, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *error = json_object_new_object();
	int err = ERR_OK;

	doc_add(error, "code", json_object_new_string(code), &err);
	doc_add(error, "message", json_object_new_string(message), &err);
	doc_add(doc, "error", error, &err);
	return err < 0 ? err : doc_print(doc, ret);
}
