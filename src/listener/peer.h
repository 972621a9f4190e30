/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a request comes from, behind reverse proxies too.
 * Listener layer, pure: an address and a header in, an address out; grants nothing to anybody.
 */
#ifndef CLAIMD_LISTENER_PEER_H
#define CLAIMD_LISTENER_PEER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "conf/conf.h"

/* An address without its port, and the NUL. */
#define PEER_SIZE INET6_ADDRSTRLEN

/* A sender's address; its family says which. IPv4 in IPv6 is IPv4 here. */
union peer {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage storage;
};

/* The address that sent the request: SA itself, the connection's peer, or, when that is one of the TRUSTED proxies, the
 * right-most hop of X-Forwarded-For that is none of them. A hop is taken as ADDR4, ADDR4:PORT, ADDR6, [ADDR6] or
 * [ADDR6]:PORT; at one that can't be read the walk stops, with the last proxy as the sender. A Unix socket's peer
 * can only be a local proxy, so it is trusted; alone it remains AF_UNIX. FORWARDED is all that the request's header
 * lines of that name say, and may be NULL. */
void peer_find(const struct sockaddr *sa, const char *forwarded, const struct conf_cidrs *trusted, union peer *ret);

/* "unix" for a Unix socket's peer. */
void peer_format(const union peer *peer, char ret[static PEER_SIZE]);

#endif
