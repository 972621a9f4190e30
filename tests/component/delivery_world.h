/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Delivery client to test, and an upstream for it that answers with whatever bytes it is given.
 * Component ring.
 */
#ifndef CLAIMD_TESTS_COMPONENT_DELIVERY_WORLD_H
#define CLAIMD_TESTS_COMPONENT_DELIVERY_WORLD_H

#include "api/delivery.h"
#include "canned_peer.h"

#define DELIVERY_TOKEN "y0_AgAAAAD-very-secret-token"

struct delivery_world {
	struct clock clock; /* the system's */
	struct loop *loop;
	struct fetcher *fetcher;
	struct canned_peer peer;
	struct conf_delivery conf; /* two requests in flight, five a second, generous limits of time */
	struct delivery *client;
	char base_url[ADDRESS_SIZE + 16];
	char *answer;
};

void delivery_world_open(struct delivery_world *w);
void delivery_world_close(struct delivery_world *w);

/* What the upstream answers from now on: "404 Not Found", header lines, a body. */
void delivery_world_answer(struct delivery_world *w, const char *status, const char *headers, const char *body);

/* Waits until *TIMES is no longer 0. */
void delivery_world_await(struct delivery_world *w, const unsigned *times);
/* Waits until so many requests have come. */
void delivery_world_await_requests(struct delivery_world *w, unsigned n);
/* Time enough for what must not happen. */
void delivery_world_turns(struct delivery_world *w);

/* Fails unless SKEW_US is that of a clock which stands at DATE_S, give or take what a test takes. */
void delivery_world_assert_skew(int64_t skew_us, int64_t date_s);

#endif
