/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the merchant of what has changed: a claim by a callback, an order by pushes; and decides what befalls them.
 * Simulator: on the loop, through the sender.
 */
#ifndef CLAIMD_SIM_TELLER_H
#define CLAIMD_SIM_TELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/sender.h"
#include "sim/world.h"

struct teller;

struct teller_rules {
	uint64_t seed;
	const struct faults *faults; /* kept, not copied */
	bool journal_reader;    /* a shipment's first callback or push may be lost like any other */
	int64_t delay_max_us;   /* of what FAULT_DELAY befalls */
	int64_t behind_max_us;  /* how long what goes behind waits for the next one to go before it */
	struct sender_rules sender;
};

struct teller_stats {
	size_t callbacks_lost; /* never sent */
	size_t pushes_lost;
	struct sender_stats sent[ERRAND_MAX];
};

/* ON_IDLE as sender_new(). */
int teller_new(struct loop *loop, const struct teller_rules *rules, void (*on_idle)(void *cls), void *cls, struct teller **ret);
struct teller *teller_free(struct teller *teller); /* takes NULL, returns NULL */

/* Where callbacks and pushes go from now on; NULL, as at first: none is sent. ERR_NOMEM. */
int teller_set_callback(struct teller *teller, const char *url);
int teller_set_push(struct teller *teller, const char *url);

/* Of the shipment's newest transition; of an edit that it has just had. */
void teller_tell_step(struct teller *teller, const struct world_shipment *shipment);
void teller_tell_edit(struct teller *teller, const struct world_shipment *shipment, const struct plan_edit *edit);

/* Asks the merchant for a sign of life. */
int teller_ping(struct teller *teller);

bool teller_is_idle(const struct teller *teller);
void teller_stats(const struct teller *teller, struct teller_stats *ret);

DEFINE_CLEANUP(teller, struct teller *, teller_free)

#endif
