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

struct entry tell_about_action(const struct conf_source *source, const char *external_id, const struct action *action)
{
	struct entry entry = { .event = EVENT_NONE };

	if (source)
		entry = external_id ? tell_about_shipment(source, external_id) : tell_about_source(source);
	entry.action = act_kind_text(action->kind);
	entry.action_id = action->id;
	entry.requested_by = action->requested_by;
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
	else if (entry->source)
		entry_tell(level, entry, "%s: %s", entry->source, text);
	else
		entry_tell(level, entry, "%s", text);
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

static bool is_given(const char *text)
{
	return text && text[0];
}

void tell_action_end(const struct conf_source *source, const char *external_id, const struct action *action,
                     const struct action_end *end)
{
	struct entry entry = tell_about_action(source, external_id, action);

	entry.event = EVENT_ACTION_ENDED;
	entry.result = action_result_text(end->result);
	entry.code = end->code;
	tell_entry(LOG_LEVEL_NOTICE, &entry, "action %lld, %s%s%s by %s: %s%s%s%s%s", (long long)action->id, entry.action,
	           action->argument[0] ? " " : "", action->argument, action->requested_by, entry.result,
	           is_given(end->code) ? ", " : "", is_given(end->code) ? end->code : "",
	           is_given(end->message) ? ": " : "", is_given(end->message) ? end->message : "");
}
