/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the public side counts: each request once, by what became of it, and what its commits cost.
 * Component ring: the real store, loop and server, and real sockets.
 */
#include "listener/listener.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "listener/admin.h"
#include "listener_world.h"
#include "loop/listen.h"
#include "reading.h"
#include "suite.h"

#define PING "{\"notificationType\":\"PING\",\"time\":\"2025-01-16T10:09:49Z\"}"
#define MAIN "{kind=\"delivery\",source=\"main\""
#define CREATED "{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":111}"

static struct listener_world w;

static void setup(void)
{
	listener_world_open(&w);
}

static void teardown(void)
{
	listener_world_close(&w);
}

static double count(const char *kind, const char *source, const char *outcome)
{
	char sample[160];

	snprintf(sample, sizeof(sample), "claimd_ingest_requests_total{kind=\"%s\",source=\"%s\",outcome=\"%s\"}", kind, source, outcome);
	return reading(w.metrics, sample);
}

/* A request is counted when it is gone, which may be a turn after its answer. */
static void await(const char *kind, const char *source, const char *outcome, double n)
{
	while (count(kind, source, outcome) < n)
		raw_turn(w.loop);
	ck_assert_double_eq(count(kind, source, outcome), n);
}

START_TEST(every_outcome_is_there_at_zero)
{
	static const char *const outcomes[] = {
		"cut_off", "stored", "rejected", "ping", "malformed", "forbidden", "not_found", "bad_method", "not_stored",
	};

	listener_world_start(&w);
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		ck_assert_double_eq(count("delivery", "other", outcomes[i]), 0);
		ck_assert_double_eq(count("market", "main", outcomes[i]), 0);
		ck_assert_double_eq(count("none", "none", outcomes[i]), 0);
	}
}
END_TEST

START_TEST(callbacks_are_counted_by_what_became_of_them)
{
	listener_world_start(&w);
	listener_world_post(&w, GOOD);
	listener_world_post(&w, GOOD);
	await("delivery", "main", "stored", 2);
	listener_world_post(&w, PATH "?claim_id=no%20id");
	await("delivery", "main", "rejected", 1);
	listener_world_ask(&w, "GET", GOOD, "");
	await("delivery", "main", "bad_method", 1);
	listener_world_post(&w, "/delivery/main/wrong?claim_id=abc");
	await("delivery", "main", "not_found", 1);
	listener_world_post(&w, "/elsewhere");
	await("none", "none", "not_found", 1);
	await("delivery", "main", "stored", 2);
	ck_assert_double_eq(count("delivery", "other", "stored"), 0);
}
END_TEST

START_TEST(pushes_are_counted_by_what_became_of_them)
{
	listener_world_start(&w);
	listener_world_push(&w, "", CREATED);
	await("market", "main", "stored", 1);
	listener_world_push(&w, "", PING);
	await("market", "main", "ping", 1);
	listener_world_push(&w, "", "[]");
	await("market", "main", "malformed", 1);
	w.listen.trusted_proxies = w.conf[SOURCE_SHOP].market.allow_from;
	listener_world_push(&w, "X-Forwarded-For: 192.0.2.1\r\n", CREATED);
	await("market", "main", "forbidden", 1);
	await("market", "main", "stored", 1);
	ck_assert_double_eq(count("delivery", "main", "stored"), 0);
}
END_TEST

START_TEST(what_cant_be_stored_is_counted_as_that)
{
	listener_world_start(&w);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 503);
	listener_world_sql(&w, "ROLLBACK");
	await("delivery", "main", "not_stored", 1);
	ck_assert_double_eq(count("delivery", "main", "stored"), 0);
	ck_assert_double_eq(reading(w.metrics, "claimd_ingest_commit_seconds_count"), 0);
}
END_TEST

START_TEST(a_client_that_breaks_off_is_counted_as_cut_off)
{
	listener_world_start(&w);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, "POST " GOOD " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
	raw_quiet(&w.client);
	ck_assert_double_eq(count("delivery", "main", "cut_off"), 0);
	raw_close(&w.client);
	await("delivery", "main", "cut_off", 1);
}
END_TEST

START_TEST(commits_and_what_they_store_are_measured)
{
	struct raw_client clients[3];

	listener_world_start(&w);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
		listener_world_post_open(&w, &clients[i]);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		ck_assert_uint_eq(raw_status(&clients[i]), 200);
		raw_close(&clients[i]);
	}

	double commits = reading(w.metrics, "claimd_ingest_commit_seconds_count");

	ck_assert(commits >= 1 && commits <= 3);
	ck_assert_double_gt(reading(w.metrics, "claimd_ingest_commit_seconds_sum"), 0);
	ck_assert_double_eq(reading(w.metrics, "claimd_ingest_batch_hints_count"), commits);
	ck_assert_double_eq(reading(w.metrics, "claimd_ingest_batch_hints_sum"), 3);
	ck_assert_double_eq(reading(w.metrics, "claimd_ingest_lag_seconds_count"), 3);
	ck_assert_double_ge(reading(w.metrics, "claimd_ingest_lag_seconds_sum"),
	                    reading(w.metrics, "claimd_ingest_commit_seconds_sum"));
}
END_TEST

START_TEST(the_admin_page_tells_what_came_in)
{
	CLEANUP(admin_cleanup) struct admin *admin = NULL;
	struct admin_config config = { .metrics = w.metrics, .sources = w.sources, .n_sources = SOURCES };
	char address[ADDRESS_SIZE];

	ck_assert_int_eq(listen_open("127.0.0.1:0", &config.fd, address), ERR_OK);
	ck_assert_int_eq(admin_new(w.loop, w.store, &config, &admin), ERR_OK);
	listener_world_start(&w);
	listener_world_post(&w, GOOD);
	await("delivery", "main", "stored", 1);
	raw_answer_done(&w.answer);
	raw_ask(w.loop, address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", &w.answer);
	ck_assert_uint_eq(w.answer.status, 200);
	ck_assert_ptr_nonnull(strstr(w.answer.body, "\nclaimd_ingest_requests_total" MAIN ",outcome=\"stored\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(w.answer.body, "\nclaimd_ingest_batch_hints_count 1\n"));
	ck_assert_ptr_nonnull(strstr(w.answer.body, "\nclaimd_source_pending" MAIN "} 1\n"));
}
END_TEST

/* A reload may make the public side anew. */
START_TEST(counts_go_on_in_the_next_listener)
{
	listener_world_start(&w);
	listener_world_post(&w, GOOD);
	w.listener = listener_free(w.listener);
	listener_world_start(&w);
	listener_world_post(&w, GOOD);
	await("delivery", "main", "stored", 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener_metrics");
	TCase *tc = tcase_create("metrics");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, every_outcome_is_there_at_zero);
	tcase_add_test(tc, callbacks_are_counted_by_what_became_of_them);
	tcase_add_test(tc, pushes_are_counted_by_what_became_of_them);
	tcase_add_test(tc, what_cant_be_stored_is_counted_as_that);
	tcase_add_test(tc, a_client_that_breaks_off_is_counted_as_cut_off);
	tcase_add_test(tc, commits_and_what_they_store_are_measured);
	tcase_add_test(tc, the_admin_page_tells_what_came_in);
	tcase_add_test(tc, counts_go_on_in_the_next_listener);
	suite_add_tcase(s, tc);
	return s;
}
