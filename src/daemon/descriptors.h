/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many files the process may have open, of which each connection is one.
 * Daemon layer.
 */
#ifndef CLAIMD_DAEMON_DESCRIPTORS_H
#define CLAIMD_DAEMON_DESCRIPTORS_H

#include <stdint.h>

/* As many as the system lets us have: a server that runs out of them can't even refuse. */
void descriptors_raise(void);

/* The log tells when that many connections can't be had. */
void descriptors_check(int64_t max_connections);

#endif
