/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGHUP: takes what may change while running from a configuration that is read again.
 * Daemon layer.
 */
#ifndef CLAIMD_DAEMON_RELOAD_H
#define CLAIMD_DAEMON_RELOAD_H

#include "conf/conf.h"

/* Reads FILE (NULL: the default files) and takes from it the log level, alert_url and its key, and, for each source that RUNNING
 * knows by name, all its keys and secrets. A bad configuration changes nothing and is told in the log; so is what needs a
 * restart. */
int reload_conf(struct conf *running, const char *file);

#endif
