/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client to test, and its upstream.
 * Component ring.
 */
#include "client_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw_client.h"

#define LONG_US (60 * USEC_PER_SEC)
#define TURNS 20

void client_world_open(struct client_world *w, enum conf_source_kind kind)
{
	static char credential[] = CLIENT_CREDENTIAL;
	static char language[] = "ru";

	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	*w = (struct client_world){ 0 };
	ck_assert_int_eq(loop_new(&w->clock, &w->loop), 0);
	ck_assert_int_eq(fetcher_new(w->loop, &w->fetcher), 0);
	canned_peer_open(&w->peer, w->loop);
	snprintf(w->base_url, sizeof w->base_url, "http://%s", w->peer.address);
	w->conf = (struct conf_source){
		.kind = kind,
		.name = "main",
		.base_url = w->base_url,
		.delivery.language = language,
		.market.business_id = CLIENT_BUSINESS_ID,
		.max_in_flight = 2,
		.requests_per_second = 5,
		.request_timeout_us = LONG_US,
		.connect_timeout_us = LONG_US,
		.credential = { credential, strlen(credential) },
	};
	ck_assert_int_eq(client_new(w->loop, w->fetcher, &w->conf, &w->client), 0);
}

void client_world_close(struct client_world *w)
{
	w->client = client_free(w->client);
	w->fetcher = fetcher_free(w->fetcher);
	canned_peer_close(&w->peer);
	w->loop = loop_free(w->loop);
	free(w->answer);
	for (char **answer = w->answers; *answer; answer++)
		free(*answer);
}

void client_world_answer(struct client_world *w, const char *status, const char *headers, const char *body)
{
	free(w->answer);
	w->answer = canned_answer(status, headers, body);
	w->peer.answer = w->answer;
}

void client_world_line_up(struct client_world *w, const char *status, const char *headers, const char *body)
{
	size_t n = 0;

	while (w->answers[n])
		n++;
	ck_assert_uint_lt(n, CLIENT_ANSWERS_MAX);
	w->answers[n] = canned_answer(status, headers, body);
	if (!w->peer.line)
		w->peer.line = (const char *const *)w->answers;
}

const char *client_world_request_body(const struct client_world *w)
{
	return strstr(w->peer.request.data, "\r\n\r\n") + 4;
}

void client_world_await(struct client_world *w, const unsigned *times)
{
	while (*times == 0)
		raw_turn(w->loop);
}

void client_world_await_requests(struct client_world *w, unsigned n)
{
	while (w->peer.n_requests < n)
		raw_turn(w->loop);
}

void client_world_turns(struct client_world *w)
{
	for (int i = 0; i < TURNS; i++)
		raw_turn(w->loop);
}

void client_world_assert_skew(int64_t skew_us, int64_t date_s)
{
	const struct clock clock = { 0 };
	int64_t want = date_s * USEC_PER_SEC - clock_wall(&clock).us;

	ck_assert_int_ge(skew_us, want - 60 * USEC_PER_SEC);
	ck_assert_int_le(skew_us, want + 60 * USEC_PER_SEC);
}
