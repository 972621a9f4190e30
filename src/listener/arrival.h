/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an admitted request to a hint, and from the commit's result to the answer, for each kind of source its own way.
 * Listener layer: refuses nobody; who may come in was decided before.
 */
#ifndef CLAIMD_LISTENER_ARRIVAL_H
#define CLAIMD_LISTENER_ARRIVAL_H

#include "base/clock.h"
#include "listener/ingest.h"
#include "listener/peer.h"
#include "listener/route.h"
#include "loop/server.h"

/* A request, from its head to its end; also the ticket of its hint. */
struct arrival {
	struct request *request;
	union peer sender;
	char remote[PEER_SIZE]; /* the sender as text */
	struct route route;     /* borrows from the request */
	struct wall received;   /* when the whole of it had come; not set before */
};

/* Each returns ERR_OK when the request has been answered or waits, suspended, for the result of its hint. With an error
 * neither is so: it is to be answered as a result that failed. */
int arrival_take_callback(struct ingest *ingest, struct arrival *arrival) ATTR_MUST_USE;
int arrival_take_push(struct ingest *ingest, struct arrival *arrival) ATTR_MUST_USE;

/* Each answers by what became of the hint, ERR_OK: it is durable. */
void arrival_answer_callback(const struct arrival *arrival, int result);
void arrival_answer_push(const struct arrival *arrival, int result);

#endif
