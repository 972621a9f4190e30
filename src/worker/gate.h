/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one gate through which all requests to a source go: open, paused, or locked out, for reads and journal alike.
 * Worker layer. What an outcome means for it is pace.c's; here it is kept, stored and told.
 */
#ifndef CLAIMD_WORKER_GATE_H
#define CLAIMD_WORKER_GATE_H

#include "api/client.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "store/store.h"

struct gate;

struct gate_config {
	struct loop *loop;
	struct store *store;
	const struct conf_source *conf; /* outlives the gate */
	struct source source;             /* its row, as read at start */
};

/* A source that was locked out starts afresh: its token may be another one now. */
int gate_new(const struct gate_config *config, struct gate **ret);
struct gate *gate_free(struct gate *gate); /* takes NULL, returns NULL */

int64_t gate_source_id(const struct gate *gate);

/* Whether a request may go out now; if not, *ret_until is when to ask again. */
bool gate_is_open(const struct gate *gate, struct wall *ret_until);

/* A request has ended; SEVERAL: it asked for more than one shipment. Stores what that means for the source;
 * while all goes well, when that was the case last once a second. */
void gate_end(struct gate *gate, const struct client_end *end, bool several);

/* A request for the journal has ended. What only says that the journal is not to be had there (404, 5xx, an
 * unreadable page) is no reason to slow the reads down; what says something of the upstream as a whole is as with
 * gate_end(). Returns whether it was that. */
bool gate_end_page(struct gate *gate, const struct client_end *end);

/* A request that does something to one shipment has ended. As gate_end_page(); nor is it a lockout when the credentials, which may
 * be good for reading, are not for this. */
void gate_end_act(struct gate *gate, const struct client_end *end);

/* The upstream refuses our credentials. */
bool gate_is_locked_out(const struct gate *gate);

/* The credentials may have changed: a lockout is lifted. Returns whether there was one. */
bool gate_unlock(struct gate *gate);

/* The upstream's clock minus ours, by the Date headers of its answers; 0 while the two agree as well as such a header
 * can tell. */
int64_t gate_skew_us(const struct gate *gate);

DEFINE_CLEANUP(gate, struct gate *, gate_free)

#endif
