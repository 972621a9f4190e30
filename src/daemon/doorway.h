/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of the control socket, from its folder to its end.
 * Daemon layer: opens the socket; who serves it is listener/control.
 */
#ifndef CLAIMD_DAEMON_DOORWAY_H
#define CLAIMD_DAEMON_DOORWAY_H

#include "base/attr.h"

/* Listens at PATH, in a folder that is made if it is missing. On failure the reason is in the log, with what claimctl is then good
 * for. */
int doorway_open(const char *path, int *ret_fd) ATTR_MUST_USE;

/* Gives up a socket that can't be served after all, which is told likewise. */
void doorway_close(const char *path, int fd);

/* Nobody can come in any more; who came in already is not touched. */
void doorway_remove(const char *path);

#endif
