/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts requests that were refused for a wrong name, secret or sender, and tells the log about them now and then.
 * Listener layer: refuses nothing itself.
 */
#ifndef CLAIMD_LISTENER_REFUSALS_H
#define CLAIMD_LISTENER_REFUSALS_H

#include <stddef.h>

#include "listener/listener.h"

struct refusals;

enum refusal {
	REFUSAL_SECRET, /* of the source, or of none that there is */
	REFUSAL_SENDER, /* not in allow_from, the secret was right */
	REFUSAL_MAX,
};

/* SOURCES outlive it. */
int refusals_new(struct loop *loop, const struct listener_source *sources, size_t n, struct refusals **ret);
struct refusals *refusals_free(struct refusals *refusals); /* takes NULL, returns NULL */

/* SOURCE is one of those given, or NULL: it was none of them. Nothing is logged before the end of the turn, when the
 * answer is out: the time of an answer must not tell whether the name exists. */
void refusals_add(struct refusals *refusals, const struct listener_source *source, enum refusal why, const char *remote_addr);

DEFINE_CLEANUP(refusals, struct refusals *, refusals_free)

#endif
