/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines of the worker.
 * Worker layer.
 */
#include "worker/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct entry tell_about_source(const struct conf_source *source)
{
	return (struct entry){ .source = source->name, .kind = conf_source_kind_text(source->kind) };
}

struct entry tell_about_shipment(const struct conf_source *source, const char *external_id)
{
	struct entry entry = tell_about_source(source);

	if (source->kind == CONF_MARKET)
		entry.order = external_id;
	else
		entry.claim = external_id;
	return entry;
}

static void ATTR_PRINTF(3, 0) tell(enum log_level level, const struct entry *entry, const char *fmt, va_list args)
{
	char *words = NULL;

	if (!log_is_told(level))
		return;
	if (vasprintf(&words, fmt, args) < 0)
		words = NULL;

	/* Without memory the format still says what it is about. */
	const char *text = words ? words : fmt;

	if (entry->claim)
		entry_tell(level, entry, "%s: claim %s: %s", entry->source, entry->claim, text);
	else if (entry->order)
		entry_tell(level, entry, "%s: order %s: %s", entry->source, entry->order, text);
	else
		entry_tell(level, entry, "%s: %s", entry->source, text);
	free(words);
}

void tell_entry(enum log_level level, const struct entry *entry, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(level, entry, fmt, args);
	va_end(args);
}

void tell_source(enum log_level level, const struct conf_source *source, const char *fmt, ...)
{
	const struct entry entry = tell_about_source(source);
	va_list args;

	va_start(args, fmt);
	tell(level, &entry, fmt, args);
	va_end(args);
}

void tell_shipment(enum log_level level, const struct conf_source *source, const char *external_id, const char *fmt, ...)
{
	const struct entry entry = tell_about_shipment(source, external_id);
	va_list args;

	va_start(args, fmt);
	tell(level, &entry, fmt, args);
	va_end(args);
}

void tell_changes(const struct kit *kit, const char *external_id, const struct step *last, const struct changes *changes,
                  bool quiet)
{
	struct entry entry = tell_about_shipment(kit->conf, external_id);

	if (changes->violations > 0 || changes->transitions == 0)
		return;
	entry.event = EVENT_TRANSITION;
	entry.from = last->from;
	entry.to = last->status;
	entry.verdict = verdict_text(last->verdict);
	entry.via = via_text(last->via);
	tell_entry(quiet ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, &entry, "%s -> %s (%s)", last->from[0] ? last->from : "(nothing)",
	           last->status, verdict_text(last->verdict));
}
