/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a request comes from, behind reverse proxies too.
 * Listener layer, pure: an address and a header in, a text out; grants nothing to anybody.
 */
#ifndef CLAIMD_LISTENER_PEER_H
#define CLAIMD_LISTENER_PEER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "conf/conf.h"

/* An address without its port, and the NUL. */
#define PEER_SIZE INET6_ADDRSTRLEN

/* Writes the address that sent the request: PEER itself, or, when that is one of the TRUSTED proxies, the
 * right-most hop of X-Forwarded-For that is none of them. A hop is taken as ADDR4, ADDR4:PORT, ADDR6, [ADDR6] or
 * [ADDR6]:PORT; at one that can't be read the walk stops, with the last proxy as the sender. A Unix socket's peer
 * can only be a local proxy, so it is trusted; alone it is "unix". IPv4 in IPv6 is written, and compared with
 * TRUSTED, as IPv4. FORWARDED may be NULL. */
void peer_format(const struct sockaddr *peer, const char *forwarded, const struct conf_cidrs *trusted, char ret[static PEER_SIZE]);

#endif
