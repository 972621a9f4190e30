/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines that know what they are about: on a terminal the line alone; in the journal an entry with its subject as fields, and,
 * where it is one of the events in events.def, with its MESSAGE_ID.
 * Entry layer. Words only: what an event means to claimd, and when it has happened, is known by who tells it.
 */
#ifndef CLAIMD_ENTRY_ENTRY_H
#define CLAIMD_ENTRY_ENTRY_H

#include <stdint.h>

#include "base/attr.h"
#include "base/log.h"

enum event {
	EVENT_NONE,
#define ALERT(id, ...) EVENT_##id,
#define EVENT(id, ...) EVENT_##id,
#include "entry/events.def"
#undef ALERT
#undef EVENT
	EVENT_MAX,
};

/* What a line is about. A text that is NULL or "" and a number that is 0 are left out. Filled in are alert or name, from the event,
 * and external_id, where there is a claim or an order. */
struct entry {
	enum event event;
#define TEXT(member, name, meaning) const char *member;
#define NUMBER(member, name, meaning) int64_t member;
#include "entry/fields.def"
#undef TEXT
#undef NUMBER
};

/* Tells a line if LEVEL is told; an alert, which has an alert_id, always. */
void entry_tell(enum log_level level, const struct entry *entry, const char *fmt, ...) ATTR_PRINTF(3, 4);

#endif
