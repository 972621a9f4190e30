/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the service manager is told, by sd_notify(3): readiness, reloads, the end, and how the work stands.
 * Daemon layer. Without a manager that listens, nothing here costs anything.
 */
#ifndef CLAIMD_DAEMON_NOTIFY_H
#define CLAIMD_DAEMON_NOTIFY_H

#include <stdbool.h>

#include "base/attr.h"
#include "daemon/sources.h"
#include "loop/loop.h"
#include "store/store.h"

struct notify;

/* SOURCES outlive it, and may change. */
int notify_new(struct loop *loop, struct store *store, const struct sources *sources, struct notify **ret);
struct notify *notify_free(struct notify *notify); /* takes NULL, returns NULL */

/* All is open, and what is committed is durable. From now on a line about the work is kept up to date. */
void notify_ready(struct notify *notify);

/* Before a reload, and after it; TAKEN: the configuration was good. */
void notify_reloading(struct notify *notify);
void notify_reloaded(struct notify *notify, bool taken);

/* The end begins; nothing more is told of the work. */
void notify_stopping(struct notify *notify);

/* How far the first reading of a source's journal has come. */
void notify_progress(struct notify *notify, const char *source, size_t n_events, bool caught_up);

DEFINE_CLEANUP(notify, struct notify *, notify_free)

#endif
