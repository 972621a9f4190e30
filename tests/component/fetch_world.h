/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fetcher to test, and two peers for it: our own server, and one that answers with whatever bytes it is given.
 * Component ring.
 */
#ifndef CLAIMD_TESTS_COMPONENT_FETCH_WORLD_H
#define CLAIMD_TESTS_COMPONENT_FETCH_WORLD_H

#include "canned_peer.h"
#include "loop/fetch.h"
#include "server_world.h"

#define FETCH_URL_SIZE (ADDRESS_SIZE + 64)

/* An answer with a status that asks for no more thought. */
#define OK(headers, body) "HTTP/1.1 200 OK\r\n" headers "\r\n" body

struct fetch_world {
	struct server_world server;
	struct canned_peer peer;
	struct fetcher *fetcher;
	char url[FETCH_URL_SIZE]; /* of the last fetch_request_to() */
};

/* What a callback was given, kept, and what it is to do. */
struct fetched {
	struct fetch_world *world;
	unsigned times;
	struct fetch_result result;
	char *body;
	char *reason;
	struct fetch *victim;       /* cancelled from the callback */
	struct fetch_request *next; /* started from the callback, for `follower` */
	struct fetched *follower;
	bool frees_fetcher;
};

void fetch_world_open(struct fetch_world *w);
void fetch_world_close(struct fetch_world *w);
void fetch_world_turns(struct fetch_world *w, int n);

/* A POST without body, with generous limits; good until the next call. */
struct fetch_request fetch_request_to(struct fetch_world *w, const char *scheme, const char *address, const char *target);

struct fetch *fetched_start(struct fetch_world *w, const struct fetch_request *request, struct fetched *fetched);
void fetched_await(struct fetched *fetched);
void fetched_done(struct fetched *fetched);

/* The end of a request to our server. */
struct fetched fetch_from_server(struct fetch_world *w, const char *target);
/* The end of a request that is answered with these bytes, and the connection then closed. */
struct fetched fetch_canned(struct fetch_world *w, const char *answer);

#endif
