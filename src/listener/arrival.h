/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an admitted request to a hint, and from the commit's result to the answer, for each kind of source its own way.
 * Listener layer: refuses nobody; who may come in was decided before.
 */
#ifndef CLAIMD_LISTENER_ARRIVAL_H
#define CLAIMD_LISTENER_ARRIVAL_H

#include "base/clock.h"
#include "base/metrics.h"
#include "listener/ingest.h"
#include "listener/peer.h"
#include "listener/route.h"
#include "loop/server.h"

/* What becomes of a request, for metrics. */
enum arrival_outcome {
	ARRIVAL_CUT_OFF,    /* its peer is gone, was too slow, or sent too much; until anything else is known */
	ARRIVAL_STORED,
	ARRIVAL_REJECTED,   /* stored, but of no use */
	ARRIVAL_PING,
	ARRIVAL_MALFORMED,
	ARRIVAL_FORBIDDEN,
	ARRIVAL_NOT_FOUND,
	ARRIVAL_BAD_METHOD,
	ARRIVAL_NOT_STORED,
	ARRIVAL_OUTCOME_MAX,
};

/* "cut_off", "stored" ... */
const char *arrival_outcome_text(enum arrival_outcome outcome);

/* Where the outcomes of a source's requests are counted; all zero: nowhere. */
struct arrival_tally {
	struct counter *outcomes[ARRIVAL_OUTCOME_MAX];
};

/* A request, from its head to its end; also the ticket of its hint. */
struct arrival {
	struct request *request;
	union peer sender;
	char remote[PEER_SIZE]; /* the sender as text */
	struct route route;     /* borrows from the request and the sources; good in the call that found it */
	enum conf_source_kind kind; /* its source's */
	const char *rejected;   /* why it is of no use, static; NULL while it is of some */
	struct wall received;   /* when the whole of it had come; not set before */
	enum arrival_outcome outcome;
	struct arrival_tally tally;
};

/* Each returns ERR_OK when the request has been answered or waits, suspended, for the result of its hint. With an error
 * neither is so: it is to be answered as a result that failed. */
int arrival_take_callback(struct ingest *ingest, struct arrival *arrival) ATTR_MUST_USE;
int arrival_take_push(struct ingest *ingest, struct arrival *arrival) ATTR_MUST_USE;

/* Each answers by what became of the hint, ERR_OK: it is durable. */
void arrival_answer_callback(const struct arrival *arrival, int result);
void arrival_answer_push(const struct arrival *arrival, int result);
/* The same as an outcome. */
enum arrival_outcome arrival_outcome_of(const struct arrival *arrival, int result);

#endif
