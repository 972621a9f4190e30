/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What changes under a running listener: sources that come and go, and limits.
 * Component ring: the real store, loop and server, and real sockets. Certificates are in test_server_renew.c.
 */
#include "listener/listener.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "listener_world.h"
#include "reading.h"
#include "suite.h"

#define OTHER "/delivery/other/" OTHER_SECRET "?claim_id=abc"

static struct listener_world w;

static void setup(void)
{
	listener_world_open(&w);
	listener_world_start(&w);
}

static void teardown(void)
{
	listener_world_close(&w);
}

/* From now on there is this one alone. */
static void keep_only(struct listener_source *source)
{
	listener_set_sources(w.listener, source, 1);
}

/* --- Sources --- */

START_TEST(a_source_that_is_gone_is_404_and_one_that_is_new_is_served)
{
	keep_only(&w.sources[SOURCE_OTHER]);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 404);
	ck_assert_uint_eq(listener_world_push(&w, "", "{\"notificationType\":\"PING\"}"), 404);
	ck_assert_uint_eq(listener_world_post(&w, OTHER), 200);
	keep_only(&w.sources[SOURCE_MAIN]);
	ck_assert_uint_eq(listener_world_post(&w, OTHER), 404);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	ck_assert_int_eq(listener_world_rows(&w), 2);
}
END_TEST

START_TEST(without_sources_all_is_404)
{
	listener_set_sources(w.listener, NULL, 0);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 404);
}
END_TEST

START_TEST(what_waits_for_its_commit_is_answered_though_its_source_is_gone)
{
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	listener_world_post_open(&w, &w.client);
	raw_quiet(&w.client);
	keep_only(&w.sources[SOURCE_OTHER]);
	memset(&w.sources[SOURCE_MAIN], 0xff, sizeof(w.sources[SOURCE_MAIN]));
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 200);
	ck_assert_int_eq(listener_world_rows(&w), 1);
}
END_TEST

START_TEST(a_body_that_comes_after_its_source_has_gone_is_404)
{
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, listener_world_request("POST", GOOD, "Content-Length: 2\r\n"));
	raw_quiet(&w.client);
	keep_only(&w.sources[SOURCE_OTHER]);
	memset(&w.sources[SOURCE_MAIN], 0xff, sizeof(w.sources[SOURCE_MAIN]));
	raw_send(&w.client, "{}");
	ck_assert_uint_eq(raw_status(&w.client), 404);
	ck_assert_int_eq(listener_world_rows(&w), 0);
}
END_TEST

START_TEST(what_is_told_of_a_source_is_remembered_while_it_stays)
{
	struct listener_source both[] = { w.sources[SOURCE_OTHER], w.sources[SOURCE_MAIN] };
	char log[4096] = "";
	int fd = listener_world_capture_log(LOG_LEVEL_NOTICE);

	ck_assert_uint_eq(listener_world_post(&w, "/delivery/main/wrong?claim_id=abc"), 404);
	listener_set_sources(w.listener, both, ARRAY_SIZE(both));
	ck_assert_uint_eq(listener_world_post(&w, "/delivery/main/wrong?claim_id=abc"), 404);
	ck_assert_uint_eq(listener_world_post(&w, "/delivery/other/wrong?claim_id=abc"), 404);
	ck_assert_int_gt(read(fd, log, sizeof(log) - 1), 0);
	ck_assert_str_eq(log, "test: delivery main: 1 with a wrong secret, the last from 127.0.0.1\n"
	                      "test: delivery other: 1 with a wrong secret, the last from 127.0.0.1\n");
	close(fd);
}
END_TEST

/* A request is counted when it is gone, which may be a turn after its answer. */
static void await_stored(const char *source, double n)
{
	char sample[128];

	snprintf(sample, sizeof(sample), "claimd_ingest_requests_total{kind=\"delivery\",source=\"%s\",outcome=\"stored\"}", source);
	while (reading(w.metrics, sample) < n)
		raw_turn(w.loop);
	ck_assert_double_eq(reading(w.metrics, sample), n);
}

START_TEST(what_is_counted_of_a_source_goes_on_when_it_comes_back)
{
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	keep_only(&w.sources[SOURCE_OTHER]);
	ck_assert_uint_eq(listener_world_post(&w, OTHER), 200);
	keep_only(&w.sources[SOURCE_MAIN]);
	ck_assert_uint_eq(listener_world_post(&w, GOOD), 200);
	await_stored("main", 2);
	await_stored("other", 1);
}
END_TEST

/* --- Limits --- */

START_TEST(limits_are_taken_at_a_reload)
{
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 0\r\n"), 200);
	w.listen.max_body_bytes = 1;
	ck_assert_int_eq(listener_reloaded(w.listener), ERR_OK);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 2\r\n"), 413);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", GOOD, "Content-Length: 0\r\n"), 200);
}
END_TEST

START_TEST(a_pair_that_is_none_leaves_all_as_it_was)
{
	log_open("test", (enum log_level)0);
	w.listen.certificate = (struct secret){ (char *)"nonsense", strlen("nonsense") };
	w.listen.key = w.listen.certificate;
	w.listen.max_body_bytes = 1;
	ck_assert_int_lt(listener_reloaded(w.listener), 0);
	raw_open(&w.client, w.loop, w.address);
	raw_send(&w.client, listener_world_request("POST", GOOD, "Content-Length: 2\r\n"));
	raw_send(&w.client, "{}");
	ck_assert_uint_eq(raw_status(&w.client), 200);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listener_reload");
	TCase *tc = tcase_create("listener_reload");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_source_that_is_gone_is_404_and_one_that_is_new_is_served);
	tcase_add_test(tc, without_sources_all_is_404);
	tcase_add_test(tc, what_waits_for_its_commit_is_answered_though_its_source_is_gone);
	tcase_add_test(tc, a_body_that_comes_after_its_source_has_gone_is_404);
	tcase_add_test(tc, what_is_told_of_a_source_is_remembered_while_it_stays);
	tcase_add_test(tc, what_is_counted_of_a_source_goes_on_when_it_comes_back);
	tcase_add_test(tc, limits_are_taken_at_a_reload);
	tcase_add_test(tc, a_pair_that_is_none_leaves_all_as_it_was);
	suite_add_tcase(s, tc);
	return s;
}
