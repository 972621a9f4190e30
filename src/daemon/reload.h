/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGHUP: a configuration that is read again, and what may change of it while running.
 * Daemon layer: knows the configuration alone; the parts are told by app.c.
 */
#ifndef CLAIMD_DAEMON_RELOAD_H
#define CLAIMD_DAEMON_RELOAD_H

#include "conf/conf.h"

/* Reads FILE (NULL: the default files), its secrets and its certificate. A bad one is told in the log. */
int reload_read(const char *file, struct conf **ret);

/* Says that the old configuration stays, and why. */
void reload_tell_refused(const char *why);

/* RUNNING takes over from FRESH, as conf_take() does; the log says what comes, what goes, and which keys need a restart. */
void reload_take(struct conf *running, struct conf *fresh);

#endif
