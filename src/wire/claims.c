/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what Yandex Delivery answers, and writes what it is asked.
 * Wire layer. Takes from an answer only what struct seen lists: all else, personal data above all, is passed over.
 */
#include "wire/claims.h"

#include <string.h>

#include "base/err.h"
#include "wire/doc.h"

/* A claim without a change has the epoch as last_status_change_ts, in whatever zone: nothing before 1971 is meant. */
#define YEAR_1971_US (INT64_C(365) * 24 * 3600 * USEC_PER_SEC)

int wire_bulk_request(const char *const *ids, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	if (n == 0 || n > WIRE_BULK_IDS_MAX)
		err = ERR_INVALID;
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		doc_append(list, json_object_new_string(ids[i]), &err);
	doc_add(doc, "claim_ids", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static void take_pricing(struct json_object *pricing, struct seen *seen)
{
	struct json_object *offer = doc_member(pricing, "offer", json_type_object);

	(void)doc_decimal(offer, "price", seen->offer);
	if (!doc_decimal(pricing, "final_price", seen->price))
		memcpy(seen->price, seen->offer, sizeof(seen->price));
	(void)doc_currency(pricing, "currency", seen->currency);
	seen->valid_until = doc_time(offer, "valid_until");
}

/* The class that was asked for; else that of the one car that was matched (S003: the list has always one). */
static void take_class(struct json_object *doc, struct seen *seen)
{
	struct json_object *cars = doc_member(doc, "matched_cars", json_type_array);

	doc_line(doc_member(doc, "client_requirements", json_type_object), "taxi_class", '?', seen->class, sizeof(seen->class));
	if (seen->class[0] == '\0' && cars)
		doc_line(json_object_array_get_idx(cars, 0), "taxi_class", '?', seen->class, sizeof(seen->class));
}

/* When the status was entered: what the upstream says, where it can be true. */
static struct wall take_entered(struct json_object *doc, struct wall updated)
{
	struct wall changed = doc_time(doc, "last_status_change_ts");

	return changed.us >= YEAR_1971_US && wall_cmp(changed, updated) <= 0 ? changed : updated;
}

/* Whether DOC is a claim: with an id, a status and an updated_ts. */
static bool claim_read(struct json_object *doc, void *ret)
{
	struct seen *seen = ret;

	doc_line(doc, "status", '?', seen->status, sizeof(seen->status));
	seen->key.updated = doc_time(doc, "updated_ts");
	if (!doc_external_id(doc, "id", seen->external_id) || seen->status[0] == '\0' || !wall_is_set(seen->key.updated))
		return false;

	seen->via = VIA_SWEEP;
	seen->snapshot = true;
	seen->operation_id = NUMBER_NONE;
	seen->key.revision = doc_integer(doc, "revision");
	seen->entered = take_entered(doc, seen->key.updated);
	seen->version = doc_integer(doc, "version");
	seen->point_id = doc_integer(doc, "current_point_id");
	take_pricing(doc_member(doc, "pricing", json_type_object), seen);
	doc_line(doc, "resolution", '?', seen->resolution, sizeof(seen->resolution));
	take_class(doc, seen);
	seen->campaign_id = NUMBER_NONE;
	seen->asked = WALL_NONE;
	return true;
}

static int claims_read(struct json_object *list, struct wire_snapshots *ret)
{
	struct doc_items items;
	int r = doc_items_read(list, sizeof(*ret->seen), claim_read, &items);

	if (r < 0)
		return r;
	*ret = (struct wire_snapshots){ .seen = items.items, .n = items.n, .n_unreadable = items.n_unreadable };
	return ERR_OK;
}

/* Strict mode is left off on purpose: newer json-c refuses there a whole document for one number beyond 64 bits, and
 * one odd number in a field that we pass over must not cost the other 999 claims. */
int wire_claims_parse(const char *text, size_t len, struct wire_snapshots *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *list;
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	list = doc_member(doc, "claims", json_type_array);
	return list ? claims_read(list, ret) : ERR_INVALID;
}

void wire_error_parse(const char *text, size_t len, struct wire_error *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;

	(void)doc_parse(text, len, 0, &doc);
	doc_line(doc, "code", ' ', ret->code, sizeof(ret->code));
	doc_line(doc, "message", ' ', ret->message, sizeof(ret->message));
}
