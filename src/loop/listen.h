/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening sockets from an address text, and those that systemd passed in.
 * Loop layer.
 */
#ifndef CLAIMD_LOOP_LISTEN_H
#define CLAIMD_LOOP_LISTEN_H

#include "base/address.h"

/* A listening, non-blocking, close-on-exec socket for an address as address_parse() reads it. Of a Unix socket the
 * file gets mode 0660, and a stale one, which nobody listens on, is replaced. The caller closes the socket; the file
 * stays. RET_ACTUAL gets the bound address with the real port. ERR_INVALID when TEXT is no address, ERR_BUSY when it
 * is taken (also by a file that is no socket), ERR_NOT_FOUND when this machine has no such address or folder, ERR_REFUSED when
 * it is not for this user, ERR_IO otherwise. */
int listen_open(const char *text, int *ret_fd, char ret_actual[static ADDRESS_SIZE]);

/* What such an error is, and what would be right, for people. */
const char *listen_error_text(int error);

/* The listening stream socket that was passed in under this name (sd_listen_fds_with_names(3)), the first of several,
 * made non-blocking. ERR_NOT_FOUND when there is none, ERR_INVALID when it is another kind of descriptor. */
int listen_passed(const char *name, int *ret_fd);

#endif
