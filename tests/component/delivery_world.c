/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Delivery client to test, and its upstream.
 * Component ring.
 */
#include "delivery_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw_client.h"

#define LONG_US (60 * USEC_PER_SEC)
#define TURNS 20

void delivery_world_open(struct delivery_world *w)
{
	static char token[] = DELIVERY_TOKEN;
	static char language[] = "ru";

	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	*w = (struct delivery_world){ 0 };
	ck_assert_int_eq(loop_new(&w->clock, &w->loop), 0);
	ck_assert_int_eq(fetcher_new(w->loop, &w->fetcher), 0);
	canned_peer_open(&w->peer, w->loop);
	snprintf(w->base_url, sizeof w->base_url, "http://%s", w->peer.address);
	w->conf = (struct conf_delivery){
		.name = "main",
		.base_url = w->base_url,
		.language = language,
		.max_in_flight = 2,
		.requests_per_second = 5,
		.request_timeout_us = LONG_US,
		.connect_timeout_us = LONG_US,
		.token = { token, strlen(token) },
	};
	ck_assert_int_eq(delivery_new(w->loop, w->fetcher, &w->conf, &w->client), 0);
}

void delivery_world_close(struct delivery_world *w)
{
	w->client = delivery_free(w->client);
	w->fetcher = fetcher_free(w->fetcher);
	canned_peer_close(&w->peer);
	w->loop = loop_free(w->loop);
	free(w->answer);
}

void delivery_world_answer(struct delivery_world *w, const char *status, const char *headers, const char *body)
{
	free(w->answer);
	ck_assert_int_gt(asprintf(&w->answer, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
	                          strlen(body), body), 0);
	w->peer.answer = w->answer;
}

void delivery_world_await(struct delivery_world *w, const unsigned *times)
{
	while (*times == 0)
		raw_turn(w->loop);
}

void delivery_world_await_requests(struct delivery_world *w, unsigned n)
{
	while (w->peer.n_requests < n)
		raw_turn(w->loop);
}

void delivery_world_turns(struct delivery_world *w)
{
	for (int i = 0; i < TURNS; i++)
		raw_turn(w->loop);
}

void delivery_world_assert_skew(int64_t skew_us, int64_t date_s)
{
	const struct clock clock = { 0 };
	int64_t want = date_s * USEC_PER_SEC - clock_wall(&clock).us;

	ck_assert_int_ge(skew_us, want - 60 * USEC_PER_SEC);
	ck_assert_int_le(skew_us, want + 60 * USEC_PER_SEC);
}
