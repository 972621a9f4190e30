/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server that answers whatever it is asked with the bytes it was given, right or wrong.
 * Component ring: what an upstream may do to us and no HTTP server library would.
 */
#ifndef CLAIMD_TESTS_COMPONENT_CANNED_PEER_H
#define CLAIMD_TESTS_COMPONENT_CANNED_PEER_H

#include "base/address.h"
#include "base/buf.h"
#include "loop/loop.h"

struct canned_connection;

struct canned_peer {
	struct loop *loop;
	int fd;
	sd_event_source *source;
	char address[ADDRESS_SIZE];
	struct canned_connection *connections;

	const char *answer; /* sent after each whole request; NULL: silence */
	bool close;         /* close after the answer; at once when there is none */
	unsigned n_connections;
	unsigned n_requests;
	struct buf request; /* the last one, head and body */
};

void canned_peer_open(struct canned_peer *peer, struct loop *loop);
void canned_peer_close(struct canned_peer *peer);

#endif
