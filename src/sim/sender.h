/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sends callbacks to the merchant, and repeats each until it is answered 200.
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

struct sender_rules {
	int64_t retry_us;       /* before the first repeat; doubles with each, up to 32 times as much */
	int64_t timeout_us;     /* for an answer */
	unsigned max_tries;     /* then it is given up */
	unsigned max_in_flight; /* more wait their turn */
};

struct sender_stats {
	size_t sent;      /* requests, repeats included */
	size_t acked;     /* callbacks answered 200 */
	size_t given_up;
};

/* ON_IDLE runs when the last callback is acked or given up. */
int sender_new(struct loop *loop, const struct sender_rules *rules, void (*on_idle)(void *cls), void *cls, struct sender **ret);
struct sender *sender_free(struct sender *sender); /* takes NULL, returns NULL */

struct errand {
	const char *url;   /* the merchant's, used as it is */
	const char *claim_id;
	struct wall updated;
	int64_t delay_us;
	bool behind;       /* goes out at sender_release() for the claim, or after delay_us */
};

/* POSTs to URL with "updated_ts=...&claim_id=..." appended, with no separator, exactly as upstream does. */
int sender_send(struct sender *sender, const struct errand *errand);
/* Sends the claim's callbacks that wait behind another. */
void sender_release(struct sender *sender, const char *claim_id);

bool sender_is_idle(const struct sender *sender);
const struct sender_stats *sender_stats(const struct sender *sender);

DEFINE_CLEANUP(sender, struct sender *, sender_free)

#endif
