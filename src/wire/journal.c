/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks for a page of the journal, and reads it.
 * Wire layer. Takes from an event only what struct wire_event lists; what follows what is the model's.
 */
#include "wire/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "wire/doc.h"

int wire_journal_request(const char *cursor, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = doc ? ERR_OK : ERR_NOMEM;

	if (cursor)
		doc_add(doc, "cursor", json_object_new_string(cursor), &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static enum wire_change change_of(const char *change_type)
{
	if (strcmp(change_type, "status_changed") == 0)
		return WIRE_CHANGE_STATUS;
	if (strcmp(change_type, "price_changed") == 0)
		return WIRE_CHANGE_PRICE;
	return WIRE_CHANGE_OTHER;
}

/* What the event is about; false when it does not say. */
static bool take_change(struct json_object *doc, enum wire_change change, struct seen *seen)
{
	switch (change) {
	case WIRE_CHANGE_STATUS:
		doc_line(doc, "new_status", '?', seen->status, sizeof(seen->status));
		return seen->status[0] != '\0';
	case WIRE_CHANGE_PRICE:
		(void)doc_currency(doc, "new_currency", seen->currency);
		return doc_decimal(doc, "new_price", seen->price);
	case WIRE_CHANGE_OTHER:
		return true;
	}
	return false;
}

/* Of which claim, and where in the order of its events. */
static bool take_place(struct json_object *doc, struct seen *seen)
{
	seen->operation_id = doc_integer(doc, "operation_id");
	seen->key.revision = doc_integer(doc, "revision");
	seen->key.updated = doc_time(doc, "updated_ts");
	return doc_external_id(doc, "claim_id", seen->external_id) && seen->operation_id != NUMBER_NONE &&
	       seen->key.revision != NUMBER_NONE && wall_is_set(seen->key.updated);
}

static bool event_read(struct json_object *doc, void *ret)
{
	struct wire_event *event = ret;
	struct seen *seen = &event->seen;

	doc_line(doc, "change_type", '?', event->change_type, sizeof(event->change_type));
	event->change = change_of(event->change_type);
	if (event->change_type[0] == '\0' || !take_place(doc, seen) || !take_change(doc, event->change, seen))
		return false;

	seen->via = VIA_JOURNAL;
	seen->snapshot = false;
	seen->entered = seen->key.updated;
	seen->version = NUMBER_NONE;
	seen->valid_until = WALL_NONE;
	seen->point_id = doc_integer(doc, "current_point_id");
	doc_line(doc, "resolution", '?', seen->resolution, sizeof(seen->resolution));
	seen->campaign_id = NUMBER_NONE;
	seen->asked = WALL_NONE;
	return true;
}

static int events_read(struct json_object *doc, struct wire_journal *io_journal)
{
	struct json_object *list = doc_member(doc, "events", json_type_array);
	struct doc_items items;
	int r = list ? doc_items_read(list, sizeof(*io_journal->events), event_read, &items) : ERR_INVALID;

	if (r < 0)
		return r;
	io_journal->events = items.items;
	io_journal->n = items.n;
	io_journal->n_unreadable = items.n_unreadable;
	return ERR_OK;
}

/* Not strict, for wire_claims_parse()'s reason: one odd number must not cost the whole page. */
int wire_journal_parse(const char *text, size_t len, struct wire_journal *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_journal journal = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r == ERR_OK)
		r = doc_text_copy(doc, "cursor", WIRE_CURSOR_MAX, &journal.cursor);
	if (r == ERR_OK)
		r = events_read(doc, &journal);
	if (r < 0) {
		free(journal.cursor);
		return r;
	}
	*ret = journal;
	return ERR_OK;
}

void wire_journal_done(struct wire_journal *journal)
{
	free(journal->cursor);
	free(journal->events);
	*journal = (struct wire_journal){ 0 };
}
