/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client to test, of whatever upstream, and an upstream for it that answers with whatever bytes it is given.
 * Component ring.
 */
#ifndef CLAIMD_TESTS_COMPONENT_CLIENT_WORLD_H
#define CLAIMD_TESTS_COMPONENT_CLIENT_WORLD_H

#include "api/client.h"
#include "canned_peer.h"

#define CLIENT_CREDENTIAL "y0_AgAAAAD-very-secret-token"
#define CLIENT_BUSINESS_ID 222
#define CLIENT_ANSWERS_MAX 4

struct client_world {
	struct clock clock; /* the system's */
	struct loop *loop;
	struct fetcher *fetcher;
	struct metrics *metrics;
	struct canned_peer peer;
	struct conf_source conf; /* two requests in flight, five a second, generous limits of time */
	struct client *client;
	char base_url[ADDRESS_SIZE + 16];
	char *answer;
	char *answers[CLIENT_ANSWERS_MAX + 1]; /* those in line, NULL-terminated */
};

void client_world_open(struct client_world *w, enum conf_source_kind kind);
/* Fails unless each request that ended was counted, once, by what it came to. */
void client_world_close(struct client_world *w);

/* How many requests to [main]'s ENDPOINT came to OUTCOME. */
double client_world_count(const struct client_world *w, enum endpoint endpoint, enum outcome_kind outcome);

/* What the upstream answers from now on: "404 Not Found", header lines, a body. */
void client_world_answer(struct client_world *w, const char *status, const char *headers, const char *body);

/* The next requests get one of these each, in their order; those after them get client_world_answer()'s. */
void client_world_line_up(struct client_world *w, const char *status, const char *headers, const char *body);

/* The body of the last request. */
const char *client_world_request_body(const struct client_world *w);

/* Waits until *TIMES is no longer 0. */
void client_world_await(struct client_world *w, const unsigned *times);
/* Waits until so many requests have come. */
void client_world_await_requests(struct client_world *w, unsigned n);
/* Time enough for what must not happen. */
void client_world_turns(struct client_world *w);

/* Fails unless SKEW_US is that of a clock which stands at DATE_S, give or take what a test takes. */
void client_world_assert_skew(int64_t skew_us, int64_t date_s);

#endif
