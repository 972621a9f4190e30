/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what a line is about to the fields of its entry.
 * Entry layer.
 */
#include "entry/entry.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Of a number, with its sign. */
#define NUMBER_SIZE 21

static const struct {
	const char *name;
	const char *message_id;
	bool is_alert;
} events[EVENT_MAX] = {
#define ALERT(id, name, level, message_id, ...) [EVENT_##id] = { name, message_id, true },
#define EVENT(id, name, message_id, ...) [EVENT_##id] = { name, message_id, false },
#include "entry/events.def"
#undef ALERT
#undef EVENT
};

enum {
#define TEXT(member, name, meaning) FIELD_##member,
#define NUMBER(member, name, meaning) FIELD_##member,
#include "entry/fields.def"
#undef TEXT
#undef NUMBER
	FIELD_MAX,
};

_Static_assert(FIELD_MAX + 1 <= LOG_FIELDS_MAX, "room for all fields, and MESSAGE_ID");

struct list {
	struct log_field fields[FIELD_MAX + 2];
	char numbers[FIELD_MAX][NUMBER_SIZE];
};

static const char *number_text(int64_t number, char ret[static NUMBER_SIZE])
{
	if (number == 0)
		return NULL;
	snprintf(ret, NUMBER_SIZE, "%" PRId64, number);
	return ret;
}

static void list_fields(const struct entry *entry, struct list *ret)
{
#define TEXT(member, name, meaning) ret->fields[FIELD_##member] = (struct log_field){ name, entry->member };
#define NUMBER(member, name, meaning) \
	ret->fields[FIELD_##member] = (struct log_field){ name, number_text(entry->member, ret->numbers[FIELD_##member]) };
#include "entry/fields.def"
#undef TEXT
#undef NUMBER
	ret->fields[FIELD_MAX] = (struct log_field){ "MESSAGE_ID", events[entry->event].message_id };
	ret->fields[FIELD_MAX + 1] = (struct log_field){ NULL, NULL };
}

void entry_tell(enum log_level level, const struct entry *entry, const char *fmt, ...)
{
	bool is_alert = events[entry->event].is_alert;
	struct entry whole = *entry;
	struct list list;
	va_list args;

	if (!log_is_told(level) && !entry->alert_id)
		return;
	*(is_alert ? &whole.alert : &whole.name) = events[entry->event].name;
	if (entry->claim || entry->order)
		whole.external_id = entry->claim ? entry->claim : entry->order;
	list_fields(&whole, &list);
	va_start(args, fmt);
	log_entry(level, list.fields, fmt, args);
	va_end(args);
}
