/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts what peers do wrong, and tells the log about it now and then: anybody can do it as often as he likes.
 * Listener layer: refuses nothing itself.
 */
#ifndef CLAIMD_LISTENER_REFUSALS_H
#define CLAIMD_LISTENER_REFUSALS_H

#include <stddef.h>

#include "listener/listener.h"

struct refusals;

enum refusal {
	/* Of a source's: */
	REFUSAL_SECRET,   /* the secret is wrong; without a source: there is none of that name */
	REFUSAL_SENDER,   /* not in allow_from, the secret was right */
	REFUSAL_CALLBACK, /* no usable claim id; stored as rejected */
	REFUSAL_PUSH,     /* no push; answered 400 */
	/* Of nobody's: */
	REFUSAL_FULL,     /* above max_connections */
	REFUSAL_CROWD,    /* above max_connections_per_address */
	REFUSAL_SLOW,     /* longer than request_timeout */
	REFUSAL_REQUEST,  /* no whole request, or too large a one */
	REFUSAL_TLS,      /* a connection of TLS without a request */
	REFUSAL_MAX,
};

int refusals_new(struct loop *loop, struct refusals **ret);
struct refusals *refusals_free(struct refusals *refusals); /* takes NULL, returns NULL */

/* The sources that there are from now on; those that stay keep their counts. Without memory for it nothing of sources is told. */
void refusals_set_sources(struct refusals *refusals, const struct listener_source *sources, size_t n);

/* CONF is one of theirs, or NULL. DETAIL, which may be NULL, says more. Nothing is logged before the end of the turn, when the answer
 * is out: the time of an answer must not tell whether the name exists. */
void refusals_add(struct refusals *refusals, const struct conf_source *conf, enum refusal why, const char *remote_addr, const char *detail);

DEFINE_CLEANUP(refusals, struct refusals *, refusals_free)

#endif
