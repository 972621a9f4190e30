/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes the messages of one queue of the outbox to their receiver: a few at a time, at least once each, and never gives up.
 * Worker layer. Each receiver has a courier of its own, so that one that is slow or dead delays nobody else.
 */
#ifndef CLAIMD_WORKER_COURIER_H
#define CLAIMD_WORKER_COURIER_H

#include "base/secret.h"
#include "entry/entry.h"
#include "loop/fetch.h"
#include "loop/loop.h"
#include "store/outbox.h"

struct courier;

/* URL and SECRET are read at each try, so that a reload takes effect at once; what they point to outlives the courier. */
struct courier_config {
	struct loop *loop;
	struct fetcher *fetcher;
	struct store *store;
	struct outbox_queue queue;
	const char *name;     /* of the receiver, for the log: "main: forward_url" */
	struct entry about;   /* the source that it belongs to, if it does; likewise */
	char *const *url;     /* "": there is no receiver, and the messages wait for one */
	const struct secret *secret;
	int64_t timeout_us;   /* of one try */
};

/* It begins with its first waking. */
int courier_new(const struct courier_config *config, struct courier **ret);
/* What is under way is given up, to be sent again. Takes NULL, returns NULL. */
struct courier *courier_free(struct courier *courier);

/* Messages may be due that were not. */
void courier_wake(struct courier *courier);

/* Somebody expects that the receiver is well again, or has another one: no pause is waited for. */
void courier_retry(struct courier *courier);

DEFINE_CLEANUP(courier, struct courier *, courier_free)

#endif
