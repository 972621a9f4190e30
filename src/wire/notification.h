/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Yandex Market's push notifications, and the answers that it wants (upstream/market.md section 1).
 * Wire layer. Input is hostile: any bytes give a result or an error code.
 */
#ifndef CLAIMD_WIRE_NOTIFICATION_H
#define CLAIMD_WIRE_NOTIFICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/seen.h"

/* The longest notificationType that is kept, with its NUL. The 18 that are known are at most 33 characters. */
#define NOTIFICATION_TYPE_SIZE 64

enum notification_kind {
	NOTIFICATION_PING,    /* answered at once, never stored */
	NOTIFICATION_ORDER,   /* of a known type that is about one order's state, its returns included, so it is to be read */
	NOTIFICATION_OTHER,   /* known (chats, feedback, services), or of a type that is new: kept as it is */
};

struct notification {
	enum notification_kind kind;
	char type[NOTIFICATION_TYPE_SIZE];   /* as Market wrote it, one line */
	char order_id[EXTERNAL_ID_SIZE];     /* of orderId; "" when not given or none that can be */
	int64_t campaign_id;                 /* NUMBER_NONE when not given, as the next */
	int64_t business_id;
	char status[STATUS_TEXT_SIZE];       /* "STATUS/SUBSTATUS" of ORDER_STATUS_UPDATED; "" for others */
	struct wall at;                      /* the event's time, of whichever field its type has; WALL_NONE when unreadable;
	                                      * of a type that is new, the first readable of the fields that known types have */
	bool asks_to_cancel;                 /* ORDER_CANCELLATION_REQUEST: `at` is when the buyer asked */
};

/* Reads a push. ERR_INVALID for what is no notification at all: no JSON object, or one without a string
 * notificationType that is not empty; RET_WHY then says what would be right, in one static phrase. Everything else is
 * one: unknown types and fields, and fields that are missing or of the wrong type, cost nothing but themselves. An order type
 * without a usable orderId is NOTIFICATION_OTHER. ERR_NOMEM. */
int wire_notification_parse(const char *text, size_t len, struct notification *ret, const char **ret_why);

/* {"version":...,"name":"claimd","time":...}: what Market must be answered with 200. TIME is the start of processing.
 * *ret is owned by the caller, free(). ERR_NOMEM. */
int wire_notification_answer(const char *version, struct wall time, char **ret);
/* {"error":{"type":TYPE,"message":MESSAGE}}: with 400 and 500. */
int wire_notification_error(const char *type, const char *message, char **ret);

/* How many notification types are known, and each: for the manual and for tests. */
#define NOTIFICATION_TYPES 18
extern const char *const notification_types[NOTIFICATION_TYPES];

/* The member that holds the event's time in a push of that type; "updatedAt" for one that is not known. */
const char *notification_time_member(const char *type);

#endif
