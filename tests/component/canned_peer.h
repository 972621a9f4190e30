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

/* How long to wait for a silent one whose connections or requests are counted: they come to it before that, on a busy machine too. */
#define CANNED_SILENCE_US (500 * USEC_PER_MS)

struct canned_connection;

struct canned_peer {
	struct loop *loop;
	int fd;
	sd_event_source *source;
	char address[ADDRESS_SIZE];
	struct canned_connection *connections;

	/* Chooses what the request that has come, the last one, is answered with, in place of what follows; NULL: silence. */
	const char *(*choose)(struct canned_peer *peer, void *cls);
	void *cls;
	const char *const *line; /* the next requests' answers, one each, NULL-terminated; NULL: none */
	const char *answer; /* sent after each other whole request; NULL: silence */
	bool close;         /* close after the answer; at once when there is none */
	unsigned n_connections;
	unsigned n_requests;
	struct buf request; /* the last one, head and body */
	struct buf all;     /* all of them, one behind the other */
};

void canned_peer_open(struct canned_peer *peer, struct loop *loop);
void canned_peer_close(struct canned_peer *peer);

/* Sends TEXT to each connection whose last request was met with silence. */
void canned_peer_break_silence(struct canned_peer *peer, const char *text);

/* A whole answer, to be free()d: "404 Not Found", header lines, a body. */
char *canned_answer(const char *status, const char *headers, const char *body);

#endif
