/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose callback a request is: from method and target to a source and the rest of the target.
 * Listener layer, pure: answers nothing, stores nothing, logs nothing.
 */
#ifndef CLAIMD_LISTENER_ROUTE_H
#define CLAIMD_LISTENER_ROUTE_H

#include <stddef.h>

#include "listener/listener.h"

enum route_verdict {
	ROUTE_DELIVERY,     /* a callback for route.source */
	ROUTE_BAD_METHOD,   /* the same path by another method than POST */
	ROUTE_WRONG_SECRET, /* route.source exists, the secret is not its own */
	ROUTE_UNKNOWN,      /* no such path, no such source, or a source that takes no callbacks */
};

struct route {
	const struct listener_source *source; /* NULL when unknown */
	const char *tail;                     /* what follows the secret, borrowed from the target; set when the secret is right */
	size_t tail_len;
};

/* Every secret is compared whatever the name is, so the time that it takes tells nobody which names exist. */
enum route_verdict route_find(const struct listener_source *sources, size_t n, const char *method, const char *target, struct route *ret);

#endif
