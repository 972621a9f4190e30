/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes what is to be done with an order, and reads what became of it.
 * Wire layer. Takes from an answer only what the structs of order_acts.h list: all else, personal data above all, is passed over.
 */
#include "wire/order_acts.h"

#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "wire/doc.h"

/* Market's description knows a substatus only as a stage of PROCESSING, or as the reason for CANCELLED: these are the shop's to
 * choose. In DELIVERY, PICKUP and DELIVERED it is Market that names it. */
static bool has_substatus(const char *status, size_t len)
{
	static const char *const statuses[] = { "PROCESSING", "CANCELLED" };

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (len == strlen(statuses[i]) && memcmp(status, statuses[i], len) == 0)
			return true;
	}
	return false;
}

int wire_order_status_request(const char *status, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *order = json_object_new_object();
	size_t len = strcspn(status, "/");
	bool chosen = has_substatus(status, len);
	int err = len == 0 || (chosen && (status[len] == '\0' || status[len + 1] == '\0')) ? ERR_INVALID : ERR_OK;

	doc_add(order, "status", json_object_new_string_len(status, (int)len), &err);
	if (chosen && err == ERR_OK)
		doc_add_text(order, "substatus", status + len + 1, &err);
	doc_add(doc, "order", order, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_order_cancellation_request(const char *reason, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = ERR_OK;

	if (reason && strcmp(reason, "ORDER_DELIVERED") != 0 && strcmp(reason, "ORDER_IN_DELIVERY") != 0)
		err = ERR_INVALID;
	doc_add(doc, "accepted", json_object_new_boolean(!reason), &err);
	if (reason)
		doc_add_text(doc, "reason", reason, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

/* Opaque, to be given back as it is: nothing in it is replaced or cut. */
static void take_operation(struct json_object *operation, char ret[static WIRE_OPERATION_ID_SIZE])
{
	size_t len = 0;
	const char *text = doc_text(operation, "id", &len);

	if (text && len < WIRE_OPERATION_ID_SIZE && strlen(text) == len)
		memcpy(ret, text, len + 1);
}

/* Not strict, for wire_claims_parse()'s reason: one odd number must not make a doubt of what was done. */
int wire_order_taken_parse(const char *text, size_t len, struct wire_order_taken *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_order_taken taken = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;

	struct json_object *order = doc_member(doc, "order", json_type_object);
	struct json_object *operation = doc_member(doc, "operation", json_type_object);

	if (!order && !operation)
		return ERR_INVALID;
	(void)doc_external_number(order, "id", taken.external_id);
	(void)doc_pair(order, "status", "substatus", taken.status);
	take_operation(operation, taken.operation_id);
	*ret = taken;
	return ERR_OK;
}

int wire_order_ok_parse(const char *text, size_t len)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	char status[8];
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	doc_line(doc, "status", '?', status, sizeof(status));
	return strcmp(status, "OK") == 0 ? ERR_OK : ERR_INVALID;
}

int wire_operation_request(const char *id, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = id[0] == '\0' ? ERR_INVALID : ERR_OK;

	/* "To cancel an order", says its description, but what confirms a LaaS order has an operation too, and there is no
	 * other type for it (upstream/market.md section 3.4). */
	doc_add_text(doc, "operationType", "ORDER_STATUS_UPDATE", &err);
	doc_append(list, json_object_new_string(id), &err);
	doc_add(doc, "operationIds", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static enum wire_operation_state state_of(struct json_object *operation)
{
	static const struct {
		const char *text;
		enum wire_operation_state state;
	} states[] = {
		{ "IN_PROGRESS", WIRE_OPERATION_IN_PROGRESS },
		{ "DONE", WIRE_OPERATION_DONE },
		{ "FAILED", WIRE_OPERATION_FAILED },
	};
	char status[16];

	/* What is cut is none of them. */
	doc_line(operation, "status", '?', status, sizeof(status));
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (strcmp(states[i].text, status) == 0)
			return states[i].state;
	}
	return WIRE_OPERATION_UNKNOWN;
}

static bool is_operation(struct json_object *operation, const char *id)
{
	size_t len = 0;
	const char *text = doc_text(operation, "id", &len);

	return text && len == strlen(id) && memcmp(text, id, len) == 0;
}

int wire_operation_parse(const char *text, size_t len, const char *id, enum wire_operation_state *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	enum wire_operation_state state = WIRE_OPERATION_UNKNOWN;
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;

	struct json_object *list = doc_member(doc_member(doc, "result", json_type_object), "operations", json_type_array);

	if (!list)
		return ERR_INVALID;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (is_operation(json_object_array_get_idx(list, i), id))
			state = state_of(json_object_array_get_idx(list, i));
	}
	*ret = state;
	return ERR_OK;
}
