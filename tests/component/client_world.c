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

#include "meter/meter.h"
#include "raw_client.h"
#include "reading.h"

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
	ck_assert_int_eq(meter_new(&w->metrics), 0);
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
	ck_assert_int_eq(client_new(w->loop, w->fetcher, &w->conf, w->metrics, &w->client), 0);
}

double client_world_count(const struct client_world *w, enum endpoint endpoint, enum outcome_kind outcome)
{
	char sample[160];

	snprintf(sample, sizeof sample, "claimd_upstream_requests_total{kind=\"%s\",source=\"main\",endpoint=\"%s\",outcome=\"%s\"}",
	         conf_source_kind_text(w->conf.kind), endpoint_text(endpoint), outcome_kind_text(outcome));
	return reading(w->metrics, sample);
}

static void assert_counted(const struct client_world *w, enum endpoint endpoint)
{
	double n = 0;
	char sample[160];

	snprintf(sample, sizeof sample, "claimd_upstream_request_seconds_count{kind=\"%s\",source=\"main\",endpoint=\"%s\"}",
	         conf_source_kind_text(w->conf.kind), endpoint_text(endpoint));
	for (enum outcome_kind outcome = 0; outcome < OUTCOME_KIND_MAX; outcome++)
		n += client_world_count(w, endpoint, outcome);
	ck_assert_double_eq(n, reading(w->metrics, sample));
}

static void assert_all_counted(const struct client_world *w)
{
	char sample[160];

	for (enum endpoint endpoint = 0; endpoint < ENDPOINT_MAX; endpoint++)
		if (endpoint_is_of(endpoint, w->conf.kind))
			assert_counted(w, endpoint);
	snprintf(sample, sizeof sample, "claimd_upstream_requests_in_flight{kind=\"%s\",source=\"main\"}",
	         conf_source_kind_text(w->conf.kind));
	ck_assert_double_eq(reading(w->metrics, sample), 0);
}

void client_world_close(struct client_world *w)
{
	w->client = client_free(w->client);
	assert_all_counted(w);
	w->metrics = metrics_free(w->metrics);
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
