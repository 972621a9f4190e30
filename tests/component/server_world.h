/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server to test, whose handler does what the request's target says.
 * Component ring: the real loop and sockets.
 */
#ifndef CLAIMD_TESTS_COMPONENT_SERVER_WORLD_H
#define CLAIMD_TESTS_COMPONENT_SERVER_WORLD_H

#include "base/address.h"
#include "loop/server.h"
#include "raw_client.h"

#define MAX_BODY 1000
#define MAX_CONNECTIONS 3
/* Nobody waits for it; tests of the time limit use the short one. */
#define LONG_TIMEOUT_US (60 * USEC_PER_SEC)
#define SHORT_TIMEOUT_US (200 * USEC_PER_MS)

/* The peer for which max_per_address, which is 0 at first, is not. */
#define EXEMPT "127.0.0.9"

#define SUSPENDED_MAX 8

struct server_world {
	struct clock clock;
	struct loop *loop;
	struct server_limits limits;
	const char *certificate;
	const char *key;
	struct server *server;
	char address[ADDRESS_SIZE];

	/* How often the handler was called. */
	unsigned heads, requests, gone;
	unsigned faults[SERVER_FAULT_MAX];
	/* Requests for /suspend, in the order of their coming. */
	struct request *suspended[SUSPENDED_MAX];
	unsigned n_suspended;
	struct raw_client *to_reset; /* by its peer, as soon as one waits; NULL: none */
	struct raw_client *to_end;   /* likewise, with one more request and its end */
	const char *last_words;
};

/* A loop, and limits as above; no server yet. */
void server_world_open(struct server_world *w);
void server_world_start(struct server_world *w, const char *where);
/* Asserts that each request that on_head was told of has ended. */
void server_world_close(struct server_world *w);

/*
 * What the handler does with a target:
 *   /refuse   404 at the head        /method  405 with Allow, at the head
 *   /suspend  waits in `suspended`   /both    suspends and replies at once
 *   /empty    200                    /later   503 with Retry-After: 7
 *   /close    200, and closes        /family  200, "unix" or "inet"
 *   /huge     200, 8 MiB                /uid     200, the peer's user id or "unknown"
 * and any other: 200, "METHOD|TARGET|X-Test header|body".
 */

/* Answers a suspended request. */
void server_world_resume(struct server_world *w, unsigned i, unsigned status);

/* A peer that asks for TARGET with GET. */
void server_world_get(struct server_world *w, struct raw_client *client, const char *target);
/* Opens a connection, sends TEXT, waits for the answer and asserts its status; the connection stays open. */
void server_world_expect(struct server_world *w, struct raw_client *client, const char *text, unsigned status);

#endif
