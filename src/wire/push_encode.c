/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes pushes as Market does (upstream/market.md section 1.4).
 * Wire layer, for the simulator and the tests.
 */
#include <string.h>

#include "base/err.h"
#include "wire/doc.h"
#include "wire/notification.h"
#include "wire/orders_encode.h"

/* A push of ours has six at most. */
#define MEMBERS_MAX 8

static void add_time(struct json_object *doc, const struct wire_push *push, int *io_err)
{
	const char *name = notification_time_member(push->type);

	if (push->shuffle % 2 == 0)
		doc_add_time(doc, name, push->at, 0, io_err);
	else
		doc_add_time_moscow(doc, name, push->at, io_err);
}

static bool is(const struct wire_push *push, const char *type)
{
	return strcmp(push->type, type) == 0;
}

static void add_order(struct json_object *doc, const struct wire_push *push, int *io_err)
{
	doc_add_integer(doc, "orderId", push->order_id, io_err);
	doc_add_integer(doc, "campaignId", push->campaign_id, io_err);
	if (is(push, "ORDER_CREATED") || is(push, "ORDER_CANCELLED"))
		doc_add_fixed(doc, "{'items':[{'offerId':'SKU-42','count':2}]}", io_err);
	if (is(push, "ORDER_STATUS_UPDATED"))
		doc_add_pair(doc, "status", "substatus", push->status, io_err);
	if (is(push, "ORDER_UPDATED"))
		doc_add_text(doc, "updateType", "DELIVERY_DATE_UPDATED", io_err);
}

static struct json_object *push_new(const struct wire_push *push, int *io_err)
{
	struct json_object *doc = json_object_new_object();

	doc_add_text(doc, "notificationType", push->type, io_err);
	if (!is(push, "PING"))
		add_order(doc, push, io_err);
	add_time(doc, push, io_err);
	return doc;
}

/* SHUFFLE's digits, each to one base less than the last, say which of the members that are left comes next. */
static struct json_object *shuffled_new(struct json_object *doc, uint64_t shuffle, int *io_err)
{
	struct json_object *shuffled = json_object_new_object();
	const char *names[MEMBERS_MAX];
	size_t n = 0;

	json_object_object_foreach(doc, name, value)
	{
		(void)value;
		names[n++] = name;
	}
	for (; n > 0; n--) {
		size_t pick = shuffle % n;

		shuffle /= n;
		doc_add(shuffled, names[pick], json_object_get(json_object_object_get(doc, names[pick])), io_err);
		memmove(&names[pick], &names[pick + 1], (n - pick - 1) * sizeof(names[0]));
	}
	return shuffled;
}

int wire_push_encode(const struct wire_push *push, char **ret)
{
	int err = ERR_OK;
	CLEANUP(doc_cleanup) struct json_object *doc = push_new(push, &err);
	CLEANUP(doc_cleanup) struct json_object *shuffled = NULL;

	if (err < 0)
		return err;
	shuffled = shuffled_new(doc, push->shuffle, &err);
	return err < 0 ? err : doc_print(shuffled, ret);
}
