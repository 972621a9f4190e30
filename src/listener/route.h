/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose callback or push a request is: from method and target to a source and the rest of the target.
 * Listener layer, pure: answers nothing, stores nothing, logs nothing.
 */
#ifndef CLAIMD_LISTENER_ROUTE_H
#define CLAIMD_LISTENER_ROUTE_H

#include <stddef.h>

#include "listener/listener.h"

/* "/KIND/NAME/REST": the pieces of a target, borrowed from it. */
struct route_path {
	enum conf_source_kind kind;
	const char *name;
	size_t name_len;
	const char *rest; /* begins with the secret */
	size_t rest_len;
};

/* ERR_NOT_FOUND when the target is of another form. */
int route_split(const char *target, struct route_path *ret);

enum route_verdict {
	ROUTE_FOUND,        /* a callback or push for route.source */
	ROUTE_BAD_METHOD,   /* the same path by another method than POST */
	ROUTE_WRONG_SECRET, /* route.source exists, the secret is not its own, or what follows it can't */
	ROUTE_UNKNOWN,      /* no such path, no such source, or a source that takes nothing in */
};

struct route {
	const struct listener_source *source; /* NULL when unknown */
	const char *tail;                     /* what follows the secret, borrowed from the target; set when the secret is right */
	size_t tail_len;
};

/* Every secret of the kind is compared whatever the name is, so the time that it takes tells nobody which names exist.
 * Behind a Delivery secret may stand what callback_tail_fits() takes, behind a Market one "/notification", as Market
 * makes of the URL that was registered: that one may have ended in "/" or in "/notification" itself. */
enum route_verdict route_find(const struct listener_source *sources, size_t n, const char *method, const char *target, struct route *ret);

#endif
