/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what Yandex Market answers about orders, and writes what it is asked.
 * Wire layer. Takes from an answer only what struct seen lists: all else, personal data above all, is passed over.
 */
#include "wire/orders.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "wire/claims.h"
#include "wire/doc.h"
#include "wire/paging.h"

static bool has_number(struct json_object *list, int64_t number)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (json_object_get_int64(json_object_array_get_idx(list, i)) == number)
			return true;
	}
	return false;
}

/* Each id once: Market's description wants them to differ. */
static void add_ids(struct json_object *list, const char *const *ids, size_t n, int *io_err)
{
	for (size_t i = 0; i < n && *io_err == ERR_OK; i++) {
		int64_t number = doc_number_id_text(ids[i], strlen(ids[i]));

		if (number == NUMBER_NONE)
			*io_err = ERR_INVALID;
		else if (!has_number(list, number))
			doc_append(list, json_object_new_int64(number), io_err);
	}
}

static void add_fake(struct json_object *doc, bool fake, int *io_err)
{
	if (fake)
		doc_add(doc, "fake", json_object_new_boolean(true), io_err);
}

int wire_orders_request(const char *const *ids, size_t n, bool fake, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = !list ? ERR_NOMEM : n == 0 || n > WIRE_ORDERS_MAX ? ERR_INVALID : ERR_OK;

	if (err == ERR_OK)
		add_ids(list, ids, n, &err);
	doc_add(doc, "orderIds", list, &err);
	add_fake(doc, fake, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static struct wall whole_second(struct wall t)
{
	return (struct wall){ t.us - t.us % USEC_PER_SEC };
}

int wire_orders_updated_request(struct wall from, struct wall to, bool fake, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *dates;
	int err = ERR_OK;

	if (from.us < 0 || wall_cmp(from, to) >= 0)
		return ERR_INVALID;
	from = whole_second(from);
	to = whole_second(wall_add(to, USEC_PER_SEC - 1));
	if (to.us - from.us > WIRE_ORDERS_SPAN_US)
		return ERR_INVALID;
	dates = json_object_new_object();
	doc_add_time(dates, "updateDateFrom", from, 0, &err);
	doc_add_time(dates, "updateDateTo", to, 0, &err);
	doc_add(doc, "dates", dates, &err);
	add_fake(doc, fake, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

/* Whether a string member is given, and is WANTED from its first byte to its last. */
static bool text_is(struct json_object *doc, const char *name, const char *wanted)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	return text && len == strlen(wanted) && memcmp(text, wanted, len) == 0;
}

static void take_program(struct json_object *doc, struct seen *seen)
{
	size_t len = 0;

	if (text_is(doc, "programType", "DBS"))
		seen->model = &model_dbs;
	else if (text_is(doc, "programType", "LAAS"))
		seen->model = &model_laas;
	else
		seen->foreign = doc_text(doc, "programType", &len) && len > 0;
}

/* Whether an order begins its life in this status, so that Market counts from its creation. */
static bool is_born_in(const char *status)
{
	static const char *const births[] = { "PLACING/", "RESERVED/", "UNPAID/" };

	for (size_t i = 0; i < ARRAY_SIZE(births); i++) {
		if (strncmp(status, births[i], strlen(births[i])) == 0)
			return true;
	}
	return false;
}

/* False when the order gives no time at all. */
static bool take_times(struct json_object *doc, struct seen *seen)
{
	struct wall created = doc_time_moscow(doc, "creationDate");
	struct wall updated = doc_time_moscow(doc, "updateDate");

	if (!wall_is_set(updated))
		updated = created;
	seen->key.updated = updated;
	seen->entered = updated;
	if (is_born_in(seen->status) && wall_is_set(created) && wall_cmp(created, updated) <= 0)
		seen->entered = created;
	return wall_is_set(updated);
}

static bool wants_cancel(struct json_object *doc)
{
	return json_object_get_boolean(doc_member(doc, "cancelRequested", json_type_boolean));
}

/* Whether DOC is an order: with an id, a status and a time. */
static bool order_read(struct json_object *doc, void *ret)
{
	struct seen *seen = ret;

	if (!doc_external_number(doc, "orderId", seen->external_id) || !doc_pair(doc, "status", "substatus", seen->status) ||
	    !take_times(doc, seen))
		return false;

	seen->via = VIA_SWEEP;
	seen->snapshot = true;
	seen->key.revision = NUMBER_NONE;
	seen->version = NUMBER_NONE;
	seen->operation_id = NUMBER_NONE;
	seen->point_id = NUMBER_NONE;
	seen->valid_until = WALL_NONE;
	take_program(doc, seen);
	seen->campaign_id = doc_number_id(doc, "campaignId");
	seen->asked = wants_cancel(doc) ? seen->key.updated : WALL_NONE;
	seen->prepaid = text_is(doc, "paymentType", "PREPAID");
	return true;
}

static int orders_read(struct json_object *doc, struct wire_snapshots *ret)
{
	struct json_object *list = doc_member(doc, "orders", json_type_array);
	struct doc_items items;
	int r = list ? doc_items_read(list, sizeof(*ret->seen), order_read, &items) : ERR_INVALID;

	if (r < 0)
		return r;
	*ret = (struct wire_snapshots){ .seen = items.items, .n = items.n, .n_unreadable = items.n_unreadable };
	return ERR_OK;
}

/* Not strict, for wire_claims_parse()'s reason: one odd number must not cost the whole page. */
int wire_orders_parse(const char *text, size_t len, struct wire_orders *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	CLEANUP(wire_orders_done) struct wire_orders orders = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r == ERR_OK)
		r = paging_token(doc, &orders.next_page_token);
	if (r == ERR_OK)
		r = orders_read(doc, &orders.orders);
	if (r < 0)
		return r;
	*ret = orders;
	orders = (struct wire_orders){ 0 };
	return ERR_OK;
}

void wire_orders_done(struct wire_orders *orders)
{
	wire_snapshots_done(&orders->orders);
	free(orders->next_page_token);
	*orders = (struct wire_orders){ 0 };
}

void wire_orders_error_parse(const char *text, size_t len, struct wire_error *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *errors;
	struct json_object *first;

	(void)doc_parse(text, len, 0, &doc);
	errors = doc_member(doc, "errors", json_type_array);
	first = errors ? json_object_array_get_idx(errors, 0) : NULL;
	doc_line(first, "code", ' ', ret->code, sizeof(ret->code));
	doc_line(first, "message", ' ', ret->message, sizeof(ret->message));
}
