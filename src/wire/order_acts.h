/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Yandex Market is asked to do with an order, and what it answers: its status set, a buyer's wish to cancel answered, and how
 * far an operation is.
 * Wire layer. Input is hostile: any bytes give a result or an error code. The formats: upstream/market.md section 4.2.
 */
#ifndef CLAIMD_WIRE_ORDER_ACTS_H
#define CLAIMD_WIRE_ORDER_ACTS_H

#include <stddef.h>

#include "model/seen.h"

/* An operation's id is opaque, of 1 to 1000 characters by Market's description. */
#define WIRE_OPERATION_ID_SIZE 1001

/* {"order":{"status":...}}, of STATUS or STATUS/SUBSTATUS, with "substatus" for PROCESSING and CANCELLED only, which must have
 * one; *ret is owned by the caller, free(). ERR_INVALID, ERR_NOMEM. */
int wire_order_status_request(const char *status, char **ret);

/* {"accepted":true}, or {"accepted":false,"reason":REASON}: ORDER_DELIVERED or ORDER_IN_DELIVERY, else ERR_INVALID. */
int wire_order_cancellation_request(const char *reason, char **ret);

/* What setting a status is answered with. */
struct wire_order_taken {
	char external_id[EXTERNAL_ID_SIZE];        /* as all of it, "" when not given */
	char status[STATUS_TEXT_SIZE];             /* "STATUS/SUBSTATUS" */
	char operation_id[WIRE_OPERATION_ID_SIZE]; /* Market goes on by itself: LaaS; also "" when it can't be given back */
};

/* ERR_INVALID when the text is not one JSON object with an object "order", or one "operation", or both; ERR_NOMEM. */
int wire_order_taken_parse(const char *text, size_t len, struct wire_order_taken *ret);

/* Whether the text says {"status":"OK"}, with which the answer to a wish to cancel is taken: ERR_INVALID when not; ERR_NOMEM. */
int wire_order_ok_parse(const char *text, size_t len);

enum wire_operation_state {
	WIRE_OPERATION_UNKNOWN, /* not told of, or in a state that is new */
	WIRE_OPERATION_IN_PROGRESS,
	WIRE_OPERATION_DONE,
	WIRE_OPERATION_FAILED,
	WIRE_OPERATION_MAX,
};

/* {"operationType":"ORDER_STATUS_UPDATE","operationIds":[ID]}. ERR_INVALID for an empty ID; ERR_NOMEM. */
int wire_operation_request(const char *id, char **ret);

/* The state of the operation ID among {"result":{"operations":[...]}}. ERR_INVALID when the text is not one JSON object with such
 * an array; ERR_NOMEM. */
int wire_operation_parse(const char *text, size_t len, const char *id, enum wire_operation_state *ret);

#endif
