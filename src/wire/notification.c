/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads Market's pushes, and writes the answers.
 * Wire layer. Takes only what struct notification lists; refuses as little as can be, since Market never repeats what was refused.
 */
#include "wire/notification.h"

#include <string.h>

#include "base/err.h"
#include "wire/doc.h"

/* The types of upstream/market.md section 1.4: what each leads to, and the member that holds its event's time. A return can move
 * its order to RETURNED, so it is about the order's state. */
#define TYPES(TYPE) \
	TYPE("PING", PING, "time") \
	TYPE("ORDER_CREATED", ORDER, "createdAt") \
	TYPE("ORDER_STATUS_UPDATED", ORDER, "updatedAt") \
	TYPE("ORDER_CANCELLED", ORDER, "cancelledAt") \
	TYPE("ORDER_CANCELLATION_REQUEST", ORDER, "requestedAt") \
	TYPE("ORDER_UPDATED", ORDER, "updatedAt") \
	TYPE("ORDER_RETURN_CREATED", ORDER, "createdAt") \
	TYPE("ORDER_RETURN_STATUS_UPDATED", ORDER, "updatedAt") \
	TYPE("ORDER_LINE_SERVICE_STATUS_UPDATED", OTHER, "updatedAt") \
	TYPE("GOODS_FEEDBACK_CREATED", OTHER, "createdAt") \
	TYPE("GOODS_FEEDBACK_COMMENT_CREATED", OTHER, "createdAt") \
	TYPE("CHAT_CREATED", OTHER, "createdAt") \
	TYPE("CHAT_MESSAGE_SENT", OTHER, "sentAt") \
	TYPE("CHAT_ARBITRAGE_STARTED", OTHER, "startedAt") \
	TYPE("CHAT_ARBITRAGE_FINISHED", OTHER, "finishedAt") \
	TYPE("QUESTION_CREATED", OTHER, "createdAt") \
	TYPE("QUESTION_ANSWER_CREATED", OTHER, "createdAt") \
	TYPE("QUESTION_COMMENT_CREATED", OTHER, "createdAt")

struct known {
	enum notification_kind kind;
	const char *time;
};

#define TYPE_NAME(name, kind, time) name,
#define TYPE_KNOWN(name, kind, time) { NOTIFICATION_##kind, time },

const char *const notification_types[NOTIFICATION_TYPES] = { TYPES(TYPE_NAME) };
static const struct known knowns[] = { TYPES(TYPE_KNOWN) };

_Static_assert(ARRAY_SIZE(knowns) == NOTIFICATION_TYPES, "each type is known");

/* Where a type that is new may have its time, the likeliest first. */
static const char *const times[] = {
	"updatedAt", "createdAt", "cancelledAt", "requestedAt", "sentAt", "startedAt", "finishedAt", "publishedAt", "time",
};

static const struct known *find(const char *type)
{
	for (size_t i = 0; i < NOTIFICATION_TYPES; i++) {
		if (strcmp(notification_types[i], type) == 0)
			return &knowns[i];
	}
	return NULL;
}

const char *notification_time_member(const char *type)
{
	const struct known *known = find(type);

	return known ? known->time : times[0];
}

static struct wall take_time(struct json_object *doc, const struct known *known)
{
	struct wall at = WALL_NONE;

	if (known)
		return doc_time_moscow(doc, known->time);
	for (size_t i = 0; i < ARRAY_SIZE(times) && !wall_is_set(at); i++)
		at = doc_time_moscow(doc, times[i]);
	return at;
}

/* What became of an order stands in the order, so one that names none leads nowhere. */
static enum notification_kind kind_of(const struct known *known, const char *order_id)
{
	if (!known || (known->kind == NOTIFICATION_ORDER && order_id[0] == '\0'))
		return NOTIFICATION_OTHER;
	return known->kind;
}

static void take_members(struct json_object *doc, struct notification *io_notification)
{
	struct notification *n = io_notification;
	const struct known *known = find(n->type);

	(void)doc_external_number(doc, "orderId", n->order_id);
	n->campaign_id = doc_number_id(doc, "campaignId");
	n->business_id = doc_number_id(doc, "businessId");
	n->kind = kind_of(known, n->order_id);
	n->at = take_time(doc, known);
	n->asks_to_cancel = strcmp(n->type, "ORDER_CANCELLATION_REQUEST") == 0;
	if (strcmp(n->type, "ORDER_STATUS_UPDATED") == 0)
		(void)doc_pair(doc, "status", "substatus", n->status);
}

/* Not strict: what can be read is taken, however odd its form. */
int wire_notification_parse(const char *text, size_t len, struct notification *ret, const char **ret_why)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct notification notification = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r == ERR_NOMEM)
		return r;
	if (!json_object_is_type(doc, json_type_object)) {
		*ret_why = "the body must be one JSON object";
		return ERR_INVALID;
	}
	doc_line(doc, "notificationType", '?', notification.type, sizeof(notification.type));
	if (notification.type[0] == '\0') {
		*ret_why = "notificationType must be a string that is not empty";
		return ERR_INVALID;
	}
	take_members(doc, &notification);
	*ret = notification;
	return ERR_OK;
}

int wire_notification_answer(const char *version, struct wall time, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = ERR_OK;

	doc_add(doc, "version", json_object_new_string(version), &err);
	doc_add(doc, "name", json_object_new_string("claimd"), &err);
	doc_add_time(doc, "time", time, 0, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_notification_error(const char *type, const char *message, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *error = json_object_new_object();
	int err = ERR_OK;

	doc_add(error, "type", json_object_new_string(type), &err);
	doc_add(error, "message", json_object_new_string(message), &err);
	doc_add(doc, "error", error, &err);
	return err < 0 ? err : doc_print(doc, ret);
}
