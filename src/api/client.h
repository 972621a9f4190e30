/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One upstream account's client: requests, how they end, and manners (token bucket, requests in flight).
 * API layer: never sees the store. What is asked for stands in delivery.h and market.h.
 */
#ifndef CLAIMD_API_CLIENT_H
#define CLAIMD_API_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "api/endpoint.h"
#include "api/outcome.h"
#include "base/metrics.h"
#include "conf/conf.h"
#include "loop/fetch.h"
#include "wire/claims.h"
#include "wire/snapshots.h"

struct client;

/* CONF is kept, not copied, and outlives the client, as FETCHER and METRICS do; all its values, the credential included, are read
 * at each request, so a reload takes effect at once. METRICS may be NULL: nothing is counted. */
int client_new(struct loop *loop, struct fetcher *fetcher, const struct conf_source *conf, struct metrics *metrics, struct client **ret);
struct client *client_free(struct client *client); /* calls under way are cancelled; takes NULL, returns NULL */

const struct conf_source *client_conf(const struct client *client);

/* When the next request, of whatever kind, may start: 0 for now, else microseconds to wait for the token bucket
 * (requests_per_second, with a burst of as many); -1 while max_in_flight requests are under way: the end of one
 * will tell. */
int64_t client_delay_us(struct client *client);

/* No request is under way. */
bool client_is_idle(const struct client *client);

/* A request is under way that should have ended long ago, whatever the upstream does: its end was lost, and with it the room
 * that it takes among those in flight. */
bool client_is_stuck(const struct client *client, struct mono now);

struct client_tally;

/* How a request ended, whatever it asked for. */
struct client_end {
	enum outcome_kind outcome;
	bool answered;                    /* by HTTP, whatever it said; false: cut off, timed out, unreachable */
	bool unsent;                      /* not even the request has left, nor any part of it: there was no connection */
	int64_t took_us;                  /* from the request's start */
	int64_t retry_after_s;            /* -1 when not given; also from Market's X-RateLimit-Resource-Until */
	int64_t skew_us;                  /* the upstream's clock minus ours, as far as its Date proves; NUMBER_NONE without one */
	char reason[OUTCOME_REASON_SIZE]; /* for people: "HTTP 429 too_many_requests: ..." */
	const struct client_tally *tally; /* not counted yet: client_end_read() will; else NULL */
};

/* What an answer to a question for shipments by their ids says. */
struct client_answer {
	struct client_end end;
	/* Of OUTCOME_OK; of another one, what was found before it, with what was not counted as unreadable. Owned by the caller's
	 * side from now: wire_snapshots_done(). */
	struct wire_snapshots snapshots;
};
typedef void (*client_answer_fn)(struct client_answer *answer, void *cls);

/* --- For the modules of this layer ------------------------------------------------------------------------------------ */

/* RESULT's body is to be read when END is OUTCOME_OK; it may then become another outcome: client_end_read(). DETAIL is that
 * of the request and FN's from now: to be dropped, or handed on to a further request. */
typedef void (*client_end_fn)(const struct client_end *end, const struct fetch_result *result, void *detail);

/* Of headers beside the credential's and Content-Type. */
#define CLIENT_HEADERS_MAX 4

struct client_request {
	enum endpoint endpoint;
	const char *path;            /* behind base_url */
	enum fetch_method method;
	const char *const *headers;  /* "Name: value", CLIENT_HEADERS_MAX at most, NULL-terminated list; NULL for none */
	const char *body;            /* JSON; NULL: none */
	bool once;                   /* as in fetch.h: it is never sent again */
	size_t max_answer;
	client_end_fn fn;
	void *detail;                /* the client's once client_start() has succeeded, until FN runs */
	void (*drop)(void *detail);  /* what becomes of it when the call is cancelled */
};

/* Starts a request, whatever client_delay_us() says: manners are the caller's. FN runs exactly once, later, unless the call is
 * cancelled (client_free()); it may start others or free the client. On failure neither FN nor drop ever runs. */
int client_start(struct client *client, const struct client_request *request);

/* The same with a copy of DETAIL, of SIZE bytes, from which FN makes its own: what FN then calls may do anything. */
int client_start_with(struct client *client, const struct client_request *request, const void *detail, size_t size);
void client_take_detail(void *detail, void *ret, size_t size);

/* What the error document of an answer says, each text "" where it gives none or repeats the credential. */
struct wire_error client_error(const struct client *client, const struct fetch_result *result);

/* A 200 is only as good as its body: R is what reading it came to. To be called for each, since that is when it is counted; a
 * second call only changes END. */
void client_end_read(struct client_end *end, int r);

/* Whether RESULT is a 400 whose error document speaks of one of these WORDS, in whatever case: the codes that are documented
 * don't always come. */
bool client_refuses(const struct client *client, const struct fetch_result *result, const char *const *words);

DEFINE_CLEANUP(client, struct client *, client_free)

#endif
