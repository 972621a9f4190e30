/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock of one source's windows: warns before a deadline, closes the window when it passes, and has the claim
 * read again.
 * Worker layer. The windows are rows; memory holds one timer to the earliest, so restarts and clock steps lose
 * nothing.
 */
#ifndef CLAIMD_WORKER_DEADLINE_H
#define CLAIMD_WORKER_DEADLINE_H

#include "worker/kit.h"

struct deadline_clock;

/* Windows run on the upstream's clock, which GATE knows. CONF and GATE outlive it. FN is called when a window has
 * expired: a read is due. */
int deadline_clock_new(const struct kit *kit, struct deadline_clock **ret);
void deadline_clock_on_expired(struct deadline_clock *clock, loop_fn fn, void *cls);
struct deadline_clock *deadline_clock_free(struct deadline_clock *clock); /* takes NULL, returns NULL */

/* Windows have opened, closed or moved: looks again when the next deadline is. */
void deadline_clock_wake(struct deadline_clock *clock);

/* A window has passed long before NOW, which is still open, and nobody is about to close it. */
bool deadline_clock_is_stuck(const struct deadline_clock *clock, struct wall now);

DEFINE_CLEANUP(deadline_clock, struct deadline_clock *, deadline_clock_free)

#endif
