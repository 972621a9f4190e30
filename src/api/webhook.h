/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages to a merchant's own receivers: POST, signed as Standard Webhooks (standardwebhooks.com), version v1.
 * API layer: never sees the store. When to send, and what a failure means, is the worker's.
 */
#ifndef CLAIMD_API_WEBHOOK_H
#define CLAIMD_API_WEBHOOK_H

#include <stdbool.h>

#include "api/outcome.h"
#include "base/secret.h"
#include "loop/fetch.h"

/* "v1,", 32 bytes in base64, and a NUL. */
#define WEBHOOK_SIGNATURE_SIZE 48

/* How long a receiver may take. */
#define WEBHOOK_TIMEOUT_US (15 * USEC_PER_SEC)

struct webhook;

struct webhook_request {
	const char *url;
	const struct secret *secret; /* "whsec_" and the key in base64 */
	const char *id;              /* of the message: the same at each try, so that the receiver knows a repeat */
	const char *body;            /* JSON */
	struct wall at;              /* the time of this try */
	int64_t timeout_us;          /* the whole exchange: WEBHOOK_TIMEOUT_US, but for tests */
};

/* The signature of REQUEST: HMAC-SHA256 over "ID.SECONDS.BODY". ERR_INVALID when its secret is none. */
int webhook_sign(const struct webhook_request *request, char ret[static WEBHOOK_SIGNATURE_SIZE]);

struct webhook_end {
	bool delivered;                   /* the receiver answered 2xx; what else it said does not matter */
	char reason[OUTCOME_REASON_SIZE]; /* why not, for people: "HTTP 500" */
};
typedef void (*webhook_fn)(const struct webhook_end *end, void *cls);

/* Sends it; all texts are copied. Redirects are not followed. FN runs exactly once, later, unless it is cancelled first; the
 * handle is dead when FN runs. */
int webhook_post(struct fetcher *fetcher, const struct webhook_request *request, webhook_fn fn, void *cls, struct webhook **ret);
struct webhook *webhook_cancel(struct webhook *webhook); /* takes NULL, returns NULL */

#endif
