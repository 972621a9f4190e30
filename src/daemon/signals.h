/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGTERM, SIGINT and SIGHUP as events of the loop.
 * Daemon layer.
 */
#ifndef CLAIMD_DAEMON_SIGNALS_H
#define CLAIMD_DAEMON_SIGNALS_H

#include "loop/loop.h"

struct signals;

/* Blocks the three signals and calls ON_STOP for SIGTERM and SIGINT, ON_RELOAD for SIGHUP. */
int signals_new(struct loop *loop, loop_fn on_stop, loop_fn on_reload, void *cls, struct signals **ret);
struct signals *signals_free(struct signals *signals); /* takes NULL, returns NULL */

#endif
