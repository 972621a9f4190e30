/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sends to the merchant what upstream tells by itself, Delivery's callbacks and Market's pushes, and repeats each until it is answered
 * 200.
 * Simulator: on the loop, through its fetcher. What becomes of a callback is the caller's decision.
 */
#ifndef CLAIMD_SIM_SENDER_H
#define CLAIMD_SIM_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/fetch.h"
#include "loop/loop.h"

struct sender;

/* What is sent, and so how it is repeated. */
enum errand_kind {
	ERRAND_CALLBACK, /* Delivery's: repeated after retry_us, then after twice as long, ... */
	ERRAND_PUSH,     /* Market's: by its schedule, but never when it is answered 400 */
	ERRAND_PING,     /* Market's: within a second, and once only */
	ERRAND_MAX,
};

struct sender_rules {
	int64_t retry_us;       /* before a callback's first repeat; doubles with each, up to 32 times as much */
	int64_t timeout_us;     /* for a callback's answer */
	unsigned max_tries;     /* then it is given up */
	double push_speedup;    /* Market's schedule passes so many times faster; the 10 s that it waits for an answer don't */
	unsigned max_in_flight; /* of all kinds; more wait their turn */
	/* Told of each errand that is acked, with its shipment and time; NULL: nobody is. */
	void (*on_acked)(enum errand_kind kind, const char *id, struct wall updated, void *cls);
	void *cls;
};

struct sender_stats {
	size_t sent;      /* requests, repeats included */
	size_t acked;     /* answered 200, with what Market wants to read in it */
	size_t refused;   /* pushes answered 400 */
	size_t given_up;
};

/* ON_IDLE runs when the last errand is acked, refused or given up. */
int sender_new(struct loop *loop, const struct sender_rules *rules, void (*on_idle)(void *cls), void *cls, struct sender **ret);
struct sender *sender_free(struct sender *sender); /* takes NULL, returns NULL */

struct errand {
	enum errand_kind kind;
	const char *url;   /* the merchant's, used as it is */
	const char *id;    /* of the shipment; "" for a PING */
	struct wall updated; /* when what it tells of happened */
	const char *body;  /* of a push or PING, JSON; copied */
	int64_t delay_us;
	bool behind;       /* goes out at sender_release() for the shipment, or after delay_us */
};

/* POSTs: a callback to URL with "updated_ts=...&claim_id=..." appended, with no separator, anything else to URL with
 * "/notification", exactly as the upstreams do it. */
int sender_send(struct sender *sender, const struct errand *errand);
/* Sends what waits behind another and is about the shipment. */
void sender_release(struct sender *sender, const char *id);

bool sender_is_idle(const struct sender *sender);
const struct sender_stats *sender_stats(const struct sender *sender, enum errand_kind kind);

DEFINE_CLEANUP(sender, struct sender *, sender_free)

#endif
