/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every answer that the listener, the admin side and the control socket give.
 * Listener layer: the only place of it that speaks HTTP; decides nothing.
 */
#ifndef CLAIMD_LISTENER_REPLY_H
#define CLAIMD_LISTENER_REPLY_H

#include <stdint.h>

#include "base/clock.h"
#include "loop/server.h"

/* What a 503 asks the sender to wait: long enough for a lock to pass, short enough that one of its few repeats is
 * let in. */
#define REPLY_RETRY_AFTER_S 5

/* 200, empty: what was sent is durable. */
void reply_accepted(struct request *request);
/* 503 with Retry-After: nothing is durable, send it again. */
void reply_try_later(struct request *request);
/* 404, one and the same for an unknown path, an unknown name and a wrong secret. */
void reply_not_found(struct request *request);
/* 403, for a sender that knows the secret and is outside of allow_from. */
void reply_forbidden(struct request *request);
/* 405. */
void reply_bad_method(struct request *request, const char *allow);

/* Market's own forms of 200, 503 and 400: a JSON document each. Without memory for it, a 200 becomes a 503. BEGAN is when
 * the push had come. A push that was answered 400 is lost. */
void reply_push_accepted(struct request *request, struct wall began);
void reply_push_try_later(struct request *request);
void reply_push_invalid(struct request *request, const char *why);

/* 200 or 503 with lines of text. */
void reply_status(struct request *request, bool good, const char *text);
/* 200 with metrics in Prometheus' text format. */
void reply_metrics(struct request *request, const char *text, size_t len);

/* 202 with the ids of actions that are durable, for the control socket. */
void reply_acts(struct request *request, const int64_t *ids, size_t n);

/* Why nothing was recorded, in its form. */
enum act_fault {
	ACT_FAULT_BAD_REQUEST,
	ACT_FAULT_FORBIDDEN,
	ACT_FAULT_NOT_FOUND,
	ACT_FAULT_BAD_METHOD, /* with Allow: POST */
	ACT_FAULT_AMBIGUOUS,
	ACT_FAULT_BAD_TYPE,
	ACT_FAULT_TRY_LATER,  /* with Retry-After */
	ACT_FAULT_MAX,
};
void reply_act_fault(struct request *request, enum act_fault fault, const char *message);

#endif
