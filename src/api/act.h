/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of a request that changes something upstream: it leaves once at most, and its end tells what is known of it.
 * API layer: never sees the store. The acts themselves stand in delivery.h and market.h; whether one is allowed is the model's.
 */
#ifndef CLAIMD_API_ACT_H
#define CLAIMD_API_ACT_H

#include "api/client.h"
#include "model/graph.h"
#include "wire/claims.h"
#include "wire/order_acts.h"

enum act_fate {
	ACT_FATE_UNKNOWN, /* nobody knows whether it was done: no answer, 5xx, an answer that can't be read or says neither */
	ACT_FATE_TAKEN,   /* the upstream says that it is done, or will be */
	ACT_FATE_REFUSED, /* the upstream says that it did nothing, and by `code` why */
	ACT_FATE_UNSENT,  /* nothing of it has left: there was no connection */
};

struct act_answer {
	struct client_end end;                     /* for the gate; what it means for the act is the fate */
	enum act_fate fate;
	char code[WIRE_CODE_SIZE];                 /* as the upstream wrote it; of a refusal "http_409" where it gave none */
	char message[WIRE_MESSAGE_SIZE];           /* likewise, one line; "" where it gave none */
	char status[STATUS_TEXT_SIZE];             /* when taken, what the answer shows of the shipment; "" when not given. The
	                                            * documents' examples show an old one: only what is read afterwards counts. */
	char operation_id[WIRE_OPERATION_ID_SIZE]; /* when taken and Market goes on by itself; "" else */
};
typedef void (*act_answer_fn)(struct act_answer *answer, void *cls);

/* --- For the modules of this layer ------------------------------------------------------------------------------------ */

/* Reads the body of a 200 into what is "" so far. ERR_INVALID where it tells of another shipment than EXTERNAL_ID, or of none. */
typedef int (*act_read_fn)(const struct fetch_result *result, const char *external_id, struct act_answer *io_answer);

struct act_form {
	enum endpoint endpoint;     /* these five as in struct client_request */
	const char *path;
	enum fetch_method method;
	const char *body;
	const char *const *headers;
	const char *external_id;    /* of the shipment; copied */
	act_read_fn read;
};

/* Starts it as client_start() does; FN runs exactly once, later, unless the client is freed: then nobody knows. */
int act_start(struct client *client, const struct act_form *form, act_answer_fn fn, void *cls);

/* What an answer that is no good says: as in struct act_answer. */
struct wire_error act_error(const struct client *client, const struct fetch_result *result);

#endif
