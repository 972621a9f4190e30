/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fetcher to test, and two peers for it.
 * Component ring.
 */
#include "fetch_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_US (60 * USEC_PER_SEC)

static void on_result(const struct fetch_result *result, void *cls)
{
	struct fetched *fetched = cls;
	struct fetch_world *w = fetched->world;

	ck_assert_uint_eq(result->body_len, strlen(result->body));
	ck_assert_ptr_null(fetched->body);
	fetched->times++;
	fetched->result = *result;
	fetched->body = strdup(result->body);
	fetched->reason = result->reason ? strdup(result->reason) : NULL;
	fetched->victim = fetch_cancel(fetched->victim);
	if (fetched->next)
		fetched_start(w, fetched->next, fetched->follower);
	if (fetched->frees_fetcher)
		w->fetcher = fetcher_free(w->fetcher);
}

void fetch_world_open(struct fetch_world *w)
{
	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	*w = (struct fetch_world){ 0 };
	server_world_open(&w->server);
	server_world_start(&w->server, "127.0.0.1:0");
	canned_peer_open(&w->peer, w->server.loop);
	ck_assert_int_eq(fetcher_new(w->server.loop, &w->fetcher), 0);
}

void fetch_world_close(struct fetch_world *w)
{
	w->fetcher = fetcher_free(w->fetcher);
	canned_peer_close(&w->peer);
	server_world_close(&w->server);
}

void fetch_world_turns(struct fetch_world *w, int n)
{
	for (int i = 0; i < n; i++)
		raw_turn(w->server.loop);
}

struct fetch_request fetch_request_to(struct fetch_world *w, const char *scheme, const char *address, const char *target)
{
	snprintf(w->url, sizeof w->url, "%s://%s%s", scheme, address, target);
	return (struct fetch_request){
		.url = w->url,
		.max_answer = 100000,
		.timeout_us = LONG_US,
		.connect_timeout_us = LONG_US,
	};
}

struct fetch *fetched_start(struct fetch_world *w, const struct fetch_request *request, struct fetched *fetched)
{
	struct fetch *fetch = NULL;

	fetched->world = w;
	ck_assert_int_eq(fetch_start(w->fetcher, request, on_result, fetched, &fetch), 0);
	ck_assert_ptr_nonnull(fetch);
	ck_assert_uint_eq(fetched->times, 0);
	return fetch;
}

void fetched_await(struct fetched *fetched)
{
	while (fetched->times == 0)
		raw_turn(fetched->world->server.loop);
}

void fetched_done(struct fetched *fetched)
{
	free(fetched->body);
	free(fetched->reason);
	fetched->body = NULL;
	fetched->reason = NULL;
}

struct fetched fetch_from_server(struct fetch_world *w, const char *target)
{
	struct fetch_request request = fetch_request_to(w, "http", w->server.address, target);
	struct fetched fetched = { 0 };

	fetched_start(w, &request, &fetched);
	fetched_await(&fetched);
	return fetched;
}

struct fetched fetch_canned(struct fetch_world *w, const char *answer)
{
	struct fetch_request request = fetch_request_to(w, "http", w->peer.address, "/");
	struct fetched fetched = { 0 };

	w->peer.answer = answer;
	w->peer.close = true;
	fetched_start(w, &request, &fetched);
	fetched_await(&fetched);
	return fetched;
}
