/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that the worker has running for one source: gate, client, actor, reader, the windows' clock, and
 * journal or catch-up, each woken when another has made work for it.
 * Worker layer. Composition only.
 */
#ifndef CLAIMD_WORKER_DESK_H
#define CLAIMD_WORKER_DESK_H

#include "worker/worker.h"

struct desk;

int desk_new(const struct worker_config *config, const struct worker_source *source, struct desk **ret);
struct desk *desk_free(struct desk *desk); /* takes NULL, returns NULL */

/* Hints of some source have been folded. */
void desk_wake(struct desk *desk);

/* Actions have been added. */
void desk_act(struct desk *desk);

/* The configuration was read again: credentials and times may have changed. */
void desk_reloaded(struct desk *desk);

/* What has stuck, in words for the log: there is work, and nothing is left that would do it. NULL: nothing has. */
const char *desk_find_stuck(const struct desk *desk);

const struct conf_source *desk_conf(const struct desk *desk);

DEFINE_CLEANUP(desk, struct desk *, desk_free)

#endif
