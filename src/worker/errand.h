/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One action whose request is under way, or whose answer is still to be stored.
 * Worker layer. It lives in memory only: after a crash the action's row says all that a next run needs.
 */
#ifndef CLAIMD_WORKER_ERRAND_H
#define CLAIMD_WORKER_ERRAND_H

#include "api/act.h"
#include "worker/look.h"

struct errand {
	struct errand *next; /* the actor's */
	const struct kit *kit;
	struct action action;
	char external_id[EXTERNAL_ID_SIZE]; /* once it is sent */
	struct upshot upshot;      /* what the answer came to; UPSHOT_NONE while it is awaited */
	bool unrecorded;           /* nothing was sent, since storing that it is has failed, or is said to have */
	bool paid;                 /* the cancellation that may be sent costs money, as was agreed to */
	struct act_answer refusal; /* one that is told once the shipment has been read */
	struct wall refused;       /* when it came; WALL_NONE: there is none */
	loop_fn on_end;            /* a request has ended, and `upshot` is set */
	void *cls;
};

/* These start a request, whatever the gate and the client say: manners are the caller's. When they fail nothing was begun, and the
 * same may succeed later. They may find that none is to be made: then `upshot` says why. */

/* What changes nothing upstream: what a cancellation costs, a probe, how far an operation is. */
int errand_ask(struct errand *errand);

/* The act itself: judged anew, recorded as sent, and once that is safely stored, sent. Otherwise it may be `unrecorded`. */
int errand_send(struct errand *errand);

/* Whether what is unrecorded stands as sent all the same, as after a commit that fails when the file has it: then `upshot` ends it.
 * If not, it is still wanted. */
int errand_find_record(struct errand *errand);

/* What was refused waits until its shipment was read, so that people can be told what it is now, or for a few seconds:
 * UPSHOT_NONE, until `due`. */
int errand_tell_refusal(struct errand *errand);

#endif
