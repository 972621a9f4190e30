/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds one Market source's configured campaigns against what Market says of them: at start, and when a push names one that is
 * not known.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_CAMPAIGNS_H
#define CLAIMD_WORKER_CAMPAIGNS_H

#include "worker/kit.h"

struct campaigns;

/* Stores what is configured, as soon as the file is not locked; asks Market when the loop runs. FN is called when a request has
 * ended: the client has room for another. */
int campaigns_new(const struct kit *kit, loop_fn fn, void *cls, struct campaigns **ret);

/* The client must have been freed before, and its calls with it. Takes NULL, returns NULL. */
struct campaigns *campaigns_free(struct campaigns *campaigns);

/* Pushes were folded, the gate has opened, or the client has room again. */
void campaigns_wake(struct campaigns *campaigns);

/* The configuration was read again. */
void campaigns_reloaded(struct campaigns *campaigns);

DEFINE_CLEANUP(campaigns, struct campaigns *, campaigns_free)

#endif
