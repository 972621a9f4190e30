/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message to the service manager, as sd_notify(3) sends it, but without waiting for a manager that does not read: the loop
 * must not stand still for that.
 * Daemon layer.
 */
#ifndef CLAIMD_DAEMON_SDNOTIFY_H
#define CLAIMD_DAEMON_SDNOTIFY_H

#include <stdbool.h>

#include "base/attr.h"

/* Whether there is a manager to tell. */
bool sdnotify_is_wanted(void);

/* Assignments, a line each. ERR_OK also when nobody wants to be told; ERR_BUSY: the manager's queue is full, and it was not told;
 * ERR_IO. */
int sdnotify_send(const char *fmt, ...) ATTR_PRINTF(1, 2);

#endif
