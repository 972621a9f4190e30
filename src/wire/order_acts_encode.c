/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what a merchant asks for an order, and writes Market's answers.
 * Wire layer, for the simulator and the tests. Decides nothing about the order.
 */
#include "wire/order_acts_encode.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "wire/doc.h"

#define STATUS_UPDATE "ORDER_STATUS_UPDATE"

/* By Market's description. */
#define OPERATION_ID_MAX 1000

static int refuse(const char *why, const char **ret_why)
{
	*ret_why = why;
	return ERR_INVALID;
}

static int parse_object(const char *text, size_t len, struct json_object **ret, const char **ret_why)
{
	struct json_object *doc = NULL;
	int r = doc_parse(text, len, JSON_TOKENER_STRICT, &doc);

	if (r == ERR_NOMEM)
		return r;
	if (!json_object_is_type(doc, json_type_object)) {
		doc_free(doc);
		return refuse("the body must be one JSON object", ret_why);
	}
	*ret = doc;
	return ERR_OK;
}

/* Whether the member is there, and no text. */
static bool is_odd(struct json_object *doc, const char *name)
{
	struct json_object *member = NULL;

	(void)json_object_object_get_ex(doc, name, &member);
	return member && !json_object_is_type(member, json_type_string);
}

int wire_order_status_request_parse(const char *text, size_t len, char ret[static STATUS_TEXT_SIZE], const char **ret_why)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *order;
	char status[STATUS_TEXT_SIZE];
	int r = parse_object(text, len, &doc, ret_why);

	if (r < 0)
		return r;
	order = doc_member(doc, "order", json_type_object);
	if (!order || is_odd(order, "substatus") || !doc_pair(order, "status", "substatus", status))
		return refuse("order must have a status, and may have a substatus", ret_why);
	memcpy(ret, status, sizeof(status));
	return ERR_OK;
}

/* Whether the member is one of these texts. */
static bool is_one_of(struct json_object *doc, const char *name, const char *const *texts, size_t n)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	for (size_t i = 0; text && i < n; i++)
		if (len == strlen(texts[i]) && memcmp(text, texts[i], len) == 0)
			return true;
	return false;
}

int wire_order_cancellation_request_parse(const char *text, size_t len, bool *ret_accepted, const char **ret_why)
{
	static const char *const reasons[] = { "ORDER_DELIVERED", "ORDER_IN_DELIVERY" };
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *accepted;
	int r = parse_object(text, len, &doc, ret_why);

	if (r < 0)
		return r;
	accepted = doc_member(doc, "accepted", json_type_boolean);
	if (!accepted)
		return refuse("accepted must be a boolean", ret_why);
	if (!json_object_get_boolean(accepted) && !is_one_of(doc, "reason", reasons, ARRAY_SIZE(reasons)))
		return refuse("reason must be ORDER_DELIVERED or ORDER_IN_DELIVERY", ret_why);
	*ret_accepted = json_object_get_boolean(accepted);
	return ERR_OK;
}

static int copy_ids(struct json_object *list, char ***ret_ids, size_t *ret_n, const char **ret_why)
{
	static const char why[] = "operationIds must be 1 to 100 texts of 1 to 1000 characters";
	size_t n = list ? json_object_array_length(list) : 0;

	if (n == 0 || n > WIRE_OPERATIONS_MAX)
		return refuse(why, ret_why);
	for (size_t i = 0; i < n; i++) {
		int len = json_object_get_string_len(json_object_array_get_idx(list, i));

		if (len <= 0 || len > OPERATION_ID_MAX)
			return refuse(why, ret_why);
	}

	int r = doc_texts_copy(list, ret_ids);

	if (r == ERR_OK)
		*ret_n = n;
	return r == ERR_INVALID ? refuse(why, ret_why) : r;
}

int wire_operations_request_parse(const char *text, size_t len, char ***ret_ids, size_t *ret_n, const char **ret_why)
{
	static const char *const types[] = {
		STATUS_UPDATE, "ORDER_RECIPIENT_UPDATE", "ORDER_DELIVERY_INTERVAL_UPDATE", "RETURN_CANCELLATION",
	};
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	char **ids = NULL;
	size_t n = 0;
	int r = parse_object(text, len, &doc, ret_why);

	if (r < 0)
		return r;
	if (!is_one_of(doc, "operationType", types, ARRAY_SIZE(types)))
		return refuse("operationType must be one that there is", ret_why);
	r = copy_ids(doc_member(doc, "operationIds", json_type_array), &ids, &n, ret_why);
	if (r < 0)
		return r;
	if (!is_one_of(doc, "operationType", types, 1)) {
		free(ids);
		ids = NULL;
		n = 0;
	}
	*ret_ids = ids;
	*ret_n = n;
	return ERR_OK;
}

/* What is the same in every order of the older form. */
static const char goods[] =
	"{'currency':'RUR','itemsTotal':4981,'deliveryTotal':300,'buyerItemsTotalBeforeDiscount':4981,"
	"'items':[{'id':700000001,'offerId':'SKU-42','offerName':'Plumbus','count':2,"
	"'price':2490.5,'buyerPrice':2490.5,'buyerPriceBeforeDiscount':2490.5}],"
	"'delivery':{'type':'DELIVERY','serviceName':'Own courier','deliveryPartnerType':'SHOP','deliveryServiceId':99,"
	"'dates':{'fromDate':'22-09-2026','toDate':'23-09-2026'}},"
	"'buyer':{'type':'PERSON'},'taxSystem':'OSN'}";

/* The older form: Moscow's clock, without a zone. */
static void add_old_time(struct json_object *doc, const char *name, struct wall time, int *io_err)
{
	time_t seconds = (time_t)(wall_add(time, TIMEFMT_MOSCOW_US).us / USEC_PER_SEC);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		(void)strftime(text, sizeof(text), "%d-%m-%Y %H:%M:%S", &tm);
	doc_add_text(doc, name, text, io_err);
}

static struct json_object *old_order_new(const struct wire_order *order, int *io_err)
{
	struct json_object *doc = json_object_new_object();
	const struct seen *seen = order->seen;

	doc_add_integer(doc, "id", doc_number_id_text(seen->external_id, strlen(seen->external_id)), io_err);
	doc_add_pair(doc, "status", "substatus", seen->status, io_err);
	add_old_time(doc, "creationDate", order->created, io_err);
	add_old_time(doc, "updatedAt", seen->key.updated, io_err);
	doc_add_text(doc, "paymentType", seen->prepaid ? "PREPAID" : "POSTPAID", io_err);
	doc_add_text(doc, "paymentMethod", seen->prepaid ? "YANDEX" : "CASH_ON_DELIVERY", io_err);
	doc_add(doc, "fake", json_object_new_boolean(order->fake), io_err);
	doc_add(doc, "cancelRequested", json_object_new_boolean(wall_is_set(seen->asked)), io_err);
	doc_add_fixed(doc, goods, io_err);
	return doc;
}

int wire_order_changed_encode(const struct wire_order *order, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = ERR_OK;

	doc_add(doc, "order", old_order_new(order, &err), &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static struct json_object *operation_new(const char *id, int *io_err)
{
	struct json_object *doc = json_object_new_object();

	doc_add_text(doc, "id", id, io_err);
	doc_add_text(doc, "type", STATUS_UPDATE, io_err);
	return doc;
}

int wire_operation_encode(const char *id, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = ERR_OK;

	doc_add(doc, "operation", operation_new(id, &err), &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static struct json_object *ok_new(int *io_err)
{
	struct json_object *doc = json_object_new_object();

	doc_add_text(doc, "status", "OK", io_err);
	return doc;
}

int wire_operations_encode(const struct wire_operation *operations, size_t n, char **ret)
{
	int err = ERR_OK;
	CLEANUP(doc_cleanup) struct json_object *doc = ok_new(&err);
	struct json_object *result = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json_object *operation = operation_new(operations[i].id, &err);

		doc_add_text(operation, "status", operations[i].status, &err);
		doc_append(list, operation, &err);
	}
	doc_add(result, "operations", list, &err);
	doc_add(doc, "result", result, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_ok_encode(char **ret)
{
	int err = ERR_OK;
	CLEANUP(doc_cleanup) struct json_object *doc = ok_new(&err);

	return err < 0 ? err : doc_print(doc, ret);
}

int wire_token_encode(bool changes, char **ret)
{
	int err = ERR_OK;
	CLEANUP(doc_cleanup) struct json_object *doc = ok_new(&err);

	doc_add_fixed(doc, changes ? "{'result':{'apiKey':{'name':'claimsim','authScopes':['INVENTORY_AND_ORDER_PROCESSING']}}}"
	                           : "{'result':{'apiKey':{'name':'claimsim','authScopes':['INVENTORY_AND_ORDER_PROCESSING_READ_ONLY']}}}",
	              &err);
	return err < 0 ? err : doc_print(doc, ret);
}
