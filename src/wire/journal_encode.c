/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what the journal is asked, and writes its pages as the upstream does.
 * Wire layer, for the simulator and the tests. Knows nothing of what a cursor means.
 */
#include "wire/journal_encode.h"

#include "base/err.h"
#include "wire/doc.h"

int wire_journal_request_parse(const char *text, size_t len, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	int r = len > 0 ? doc_parse(text, len, JSON_TOKENER_STRICT, &doc) : ERR_OK;

	if (r < 0)
		return r;
	if (doc && !json_object_is_type(doc, json_type_object))
		return ERR_INVALID;
	if (doc && json_object_object_get_ex(doc, "cursor", NULL))
		return doc_text_copy(doc, "cursor", WIRE_CURSOR_MAX, ret);
	*ret = NULL;
	return ERR_OK;
}

static struct json_object *event_new(const struct wire_event *event, int *io_err)
{
	struct json_object *doc = json_object_new_object();
	const struct seen *seen = &event->seen;

	doc_add_integer(doc, "operation_id", seen->operation_id, io_err);
	doc_add_text(doc, "claim_id", seen->external_id, io_err);
	doc_add_text(doc, "change_type", event->change_type, io_err);
	doc_add_time(doc, "updated_ts", seen->key.updated, seen->key.revision, io_err);
	doc_add_text(doc, "new_status", seen->status, io_err);
	doc_add_text(doc, "new_price", seen->price, io_err);
	doc_add_text(doc, "new_currency", seen->currency, io_err);
	doc_add_text(doc, "resolution", seen->resolution, io_err);
	doc_add_integer(doc, "revision", seen->key.revision, io_err);
	doc_add_integer(doc, "current_point_id", seen->point_id, io_err);
	return doc;
}

int wire_journal_encode(const char *cursor, const struct wire_event *events, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	doc_add(doc, "cursor", json_object_new_string(cursor), &err);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		doc_append(list, event_new(&events[i], &err), &err);
	doc_add(doc, "events", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}
