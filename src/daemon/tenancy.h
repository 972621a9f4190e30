/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One daemon for one database: two would each do what operators want done.
 * Daemon layer. Readers, claimctl and backups are not concerned.
 */
#ifndef CLAIMD_DAEMON_TENANCY_H
#define CLAIMD_DAEMON_TENANCY_H

#include "base/attr.h"

/* Takes the database at PATH, which is made empty if it is missing, for this process, however that ends. ERR_BUSY: another one has
 * it. What else may be wrong with the file is left to the store to tell: *ret_fd is -1 then. */
int tenancy_take(const char *path, int *ret_fd) ATTR_MUST_USE;

/* Takes -1. The store must be closed before: closing any descriptor of a file gives up SQLite's own locks on it. */
void tenancy_end(int fd);

#endif
