/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's side of what a merchant does with an order, for the simulator (upstream/market.md section 4.2).
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_ORDER_ACTS_ENCODE_H
#define CLAIMD_WIRE_ORDER_ACTS_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/seen.h"
#include "wire/orders_encode.h"

/* What is asked for, as bodies: ERR_INVALID for what Market would answer 400 to, with RET_WHY, a static phrase; ERR_NOMEM. */

/* {"order":{"status":...,"substatus":...}} as "STATUS/SUBSTATUS"; "STATUS/" without the second. */
int wire_order_status_request_parse(const char *text, size_t len, char ret[static STATUS_TEXT_SIZE], const char **ret_why);

/* {"accepted":true} or {"accepted":false,"reason":...} with one of the two reasons that there are. */
int wire_order_cancellation_request_parse(const char *text, size_t len, bool *ret_accepted, const char **ret_why);

/* Market takes no more at a time. */
#define WIRE_OPERATIONS_MAX 100

/* {"operationType":"ORDER_STATUS_UPDATE","operationIds":[...]}: 1 to 100 ids; the array and its strings are one block, free().
 * What is asked of another type has none: *ret_n is 0, *ret_ids NULL. */
int wire_operations_request_parse(const char *text, size_t len, char ***ret_ids, size_t *ret_n, const char **ret_why);

/* The answers: *ret is owned by the caller, free(). ERR_NOMEM. */

/* {"order":{...}} in the older form, with the fields that Market's description requires. */
int wire_order_changed_encode(const struct wire_order *order, char **ret);

/* {"operation":{"id":ID,"type":"ORDER_STATUS_UPDATE"}} */
int wire_operation_encode(const char *id, char **ret);

struct wire_operation {
	const char *id;
	const char *status; /* "IN_PROGRESS", "DONE", "FAILED" */
};

/* {"status":"OK","result":{"operations":[...]}} */
int wire_operations_encode(const struct wire_operation *operations, size_t n, char **ret);

/* {"status":"OK"} */
int wire_ok_encode(char **ret);

/* {"status":"OK","result":{"apiKey":{...}}} for a key that may read orders, and with CHANGES change them. */
int wire_token_encode(bool changes, char **ret);

#endif
