/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market from outside: what a push is answered, over real sockets, and what becomes of orders that claimsim plays.
 * System tests.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/timefmt.h"
#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define IN_A_HURRY "stale_retry = 5ms..15ms\ncatch_up = 50ms\nrequests_per_second = 1000\n"

#define PING "{\"notificationType\":\"PING\",\"time\":\"2025-01-16T10:09:49.759084017Z\"}"
#define CREATED \
	"{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":111," \
	"\"items\":[{\"offerId\":\"SKU-42\",\"count\":1}],\"createdAt\":\"2026-09-20T06:12:41.213Z\"}"

static struct site site;
static struct upstream upstream;
static struct http_answer answer;

static void setup(void)
{
	site_open(&site);
	site.market_keys = "";
}

static void teardown(void)
{
	http_answer_done(&answer);
	upstream_close(&upstream);
	site_close(&site);
}

static unsigned push(const char *body)
{
	http_answer_done(&answer);
	return http_ask_json(site.address, SITE_PUSH, body, &answer);
}

static unsigned push_with(const char *headers, const char *body)
{
	int fd = http_connect(site.address);

	http_request_json(fd, SITE_PUSH, headers, body);
	http_answer_done(&answer);
	http_receive(fd, &answer);
	close(fd);
	return answer.status;
}

/* What the answer's JSON has at PATH. */
static const char *member(const char *path)
{
	ck_assert(http_has(&answer, "\r\nContent-Type: application/json\r\n"));
	char *sql = sqlite3_mprintf("SELECT json_extract(%Q, %Q)", answer.body, path);
	const char *value = site_ask(&site, sql);
	sqlite3_free(sql);
	return value;
}

/* Market counts a 200 without these as a failure. */
static void assert_accepted(void)
{
	struct wall time;

	ck_assert_uint_eq(answer.status, 200);
	ck_assert_str_eq(member("$.version"), VERSION);
	ck_assert_str_eq(member("$.name"), "claimd");
	const char *text = member("$.time");
	ck_assert_int_eq(timefmt_parse(text, strlen(text), &time, NULL), 0);
	ck_assert_int_eq(text[strlen(text) - 1], 'Z');
}

static long long count_rows(void)
{
	return site_number(&site, "SELECT count(*) FROM report_notifications");
}

/* --- Answers */

START_TEST(a_push_is_answered_when_its_row_is_there)
{
	enum { PUSHES = 50 };

	site_start(&site);
	for (int i = 1; i <= PUSHES; i++) {
		push(CREATED);
		/* Asked over a connection of our own, at once: the answer came after the commit, or this fails soon. */
		ck_assert_int_eq(count_rows(), i);
		assert_accepted();
	}
	ck_assert_str_eq(site_ask(&site, "SELECT printf('%s %s %s %s %d %s', source, kind, external_id, upstream_at, campaign_id,"
	                                 " remote_addr) FROM report_notifications"),
	                 "main ORDER_CREATED 55000001 2026-09-20T06:12:41.213000Z 111 127.0.0.1");
}
END_TEST

static const char *const no_pushes[] = { "{}", "[]", "", "{\"notificationType\":7}", "{\"notificationType\":\"ORDER_CREATED\"" };

START_TEST(what_is_no_push_is_400_with_its_reason)
{
	site_start(&site);
	for (size_t i = 0; i < ARRAY_SIZE(no_pushes); i++) {
		ck_assert_msg(push(no_pushes[i]) == 400, "%s: %u", no_pushes[i], answer.status);
		ck_assert_str_eq(member("$.error.type"), "WRONG_EVENT_FORMAT");
		ck_assert_str_ne(member("$.error.message"), "");
	}
	ck_assert_int_eq(count_rows(), 0);
}
END_TEST

START_TEST(an_unknown_type_is_stored_and_answered_200)
{
	site_start(&site);
	push("{\"notificationType\":\"ORDER_TELEPORTED\",\"to\":{\"planet\":[4]},\"orderId\":9223372036854775807}");
	assert_accepted();
	ck_assert_str_eq(site_ask(&site, "SELECT kind || ' ' || external_id || ' ' || state FROM report_notifications"),
	                 "ORDER_TELEPORTED 9223372036854775807 done");
}
END_TEST

START_TEST(a_push_to_elsewhere_is_refused)
{
	site_start(&site);
	ck_assert_uint_eq(http_ask_json(site.address, "/market/main/wrong/notification", CREATED, &answer), 404);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask_json(site.address, "/market/main/" SITE_SECRET "/notification", CREATED, &answer), 404);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask_json(site.address, "/market/other/" SITE_SHOP_SECRET "/notification", CREATED, &answer), 404);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask(site.address, "GET", SITE_PUSH, &answer), 405);
	ck_assert(http_has(&answer, "\r\nAllow: POST\r\n"));
	ck_assert_int_eq(count_rows(), 0);
}
END_TEST

START_TEST(a_push_from_elsewhere_is_403)
{
	site.allow_from = "5.45.207.0/25, ::/0";
	site_start(&site);
	ck_assert_uint_eq(push(CREATED), 403);
	/* Anybody may say so. */
	ck_assert_uint_eq(push_with("X-Forwarded-For: 5.45.207.1\r\n", CREATED), 403);
	ck_assert_int_eq(count_rows(), 0);
	process_await_line(&site.claimd, "from outside of allow_from, the last from 127.0.0.1");
}
END_TEST

START_TEST(behind_a_trusted_proxy_the_right_most_hop_counts)
{
	site.listen_keys = "trusted_proxies = 127.0.0.1, 10.0.0.0/8\n";
	site.allow_from = "5.45.207.0/25";
	site_start(&site);
	ck_assert_uint_eq(push_with("X-Forwarded-For: 5.45.207.1, 198.51.100.1\r\n", CREATED), 403);
	ck_assert_uint_eq(push_with("X-Forwarded-For: 198.51.100.1, ::ffff:5.45.207.127, 10.1.2.3\r\n", CREATED), 200);
	assert_accepted();
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(remote_addr) FROM report_notifications"), "5.45.207.127");
}
END_TEST

/* --- The store */

/* A push is answered 503 when it can't be stored for three seconds. This one gets its 200, so that four PINGs one after
 * another took less than that, and none of them waited for what it waits for. */
START_TEST(a_ping_is_answered_while_a_push_waits_for_the_lock)
{
	site_start(&site);
	site_lock(&site);
	int fd = http_connect(site.address);
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	http_request_json(fd, SITE_PUSH, "", CREATED);
	process_await_line(&site.claimd, "ORDER_CREATED for 55000001");
	for (int i = 0; i < 4; i++) {
		push(PING);
		assert_accepted();
		ck_assert_int_eq(poll(&waiting, 1, 0), 0);
	}
	site_unlock(&site);

	http_answer_done(&answer);
	http_receive(fd, &answer);
	assert_accepted();
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(kind) FROM report_notifications"), "ORDER_CREATED");
	close(fd);
}
END_TEST

START_TEST(a_push_that_cant_be_stored_is_503_and_may_come_again)
{
	site_start(&site);
	site_lock(&site);
	ck_assert_uint_eq(push(CREATED), 503);
	ck_assert_str_eq(member("$.error.type"), "UNKNOWN");
	ck_assert_int_eq(count_rows(), 0);
	site_unlock(&site);
	push(CREATED);
	assert_accepted();
	ck_assert_int_eq(count_rows(), 1);
}
END_TEST

/* --- Orders */

static char *push_url;

static void setup_play(void)
{
	setup();
	site.market_keys = IN_A_HURRY;
	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&push_url, "http://%s" SITE_SHOP, site.address), 0);
}

static void teardown_play(void)
{
	teardown();
	free(push_url);
}

static void assert_no_secret_is_told(void)
{
	static const char *const secrets[] = { SITE_SHOP_SECRET, SITE_API_KEY };

	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		ck_assert_ptr_null(strstr(process_errors(&site.claimd), secrets[i]));
}

/* Where no push told of a jump in DBS, it may be a gap: of its illegal lives only those are played that lead to where no
 * gap can. All orders are born before claimd starts, since no push tells of a draft, and no later list goes back an hour. */
START_TEST(what_claimd_knows_of_orders_is_what_claimsim_did)
{
	static const char lives[] = "dbs_courier=3,dbs_pickup=2,dbs_yandex=2,dbs_updated=1,dbs_prepaid=2,dbs_unpaid=1,dbs_cancel_asked=2,"
	                            "dbs_reason=1,dbs_dispute_lost=1,dbs_return=1,dbs_revival=1,dbs_word_of_laas=1,"
	                            "laas_courier=3,laas_courier_too=2,laas_normalised=1,laas_pickup=2,laas_draft=2,"
	                            "laas_draft_expired=2,laas_late=1,laas_back=1,laas_new_status=1";

	upstream_start(&upstream, (const char *const[]){
		"--orders", "dbs=40,laas=40", "--rate", "1000000", "--seed", "7", "--step", "1ms..5ms", "--window", "300ms", "--wait-read",
		"--fake", "0.1", "--lives", lives, "--faults", "stale=0.1,duplicate=0.2,reorder=0.1,lost=0.1",
		"--push", push_url, "--push-speedup", "1000", NULL });
	upstream_await_stat(&upstream, "transitions", 80);
	site.base_url = upstream.url;
	site_start(&site);
	upstream_await_stat(&upstream, "done", 80);
	upstream_tell_truth(&upstream, &site);
	site_await(&site, "SELECT (SELECT count(*) FROM report_transitions) = (SELECT count(*) FROM truth)", "1");
	site_await(&site, "SELECT sum(pending) FROM report_sources", "0");
	upstream_assert_truth(&upstream, &site);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(model || ' ' || n, '; ') FROM (SELECT model, count(*) AS n FROM report_orders"
	                                 " GROUP BY model ORDER BY model)"), "dbs 40; laas 40");
	ck_assert_int_eq(site_number(&site, "SELECT (SELECT count(*) FROM report_violations) - (SELECT count(*)"
	                                    " FROM report_transitions WHERE verdict IN ('illegal', 'late', 'unknown'))"), 0);
	ck_assert_int_gt(site_number(&site, "SELECT count(*) FROM report_violations"), 0);
	ck_assert_str_eq(site_ask(&site, "PRAGMA integrity_check"), "ok");
	assert_no_secret_is_told();
}
END_TEST

START_TEST(a_new_api_key_brings_a_locked_out_source_back)
{
	char *right = NULL;

	ck_assert_int_gt(asprintf(&right, "%s/right.key", site.folder), 0);
	site_write_file(right, "ACMA:the-new-key:89abcdef\n");
	upstream_start(&upstream, (const char *const[]){
		"--orders", "dbs=1", "--lives", "dbs_courier=1", "--step", "1ms..5ms", "--wait-read", "--push", push_url,
		"--api-key-file", right, NULL });
	free(right);
	site.base_url = upstream.url;
	site_start(&site);
	process_await_line(&site.claimd, "main: locked out");
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 503);
	/* The simulator repeats a push that is not answered soon. */
	site_await(&site, "SELECT count(*) > 0 FROM report_notifications WHERE state = 'pending'", "1");

	site_write_file(site.api_key_file, "ACMA:the-new-key:89abcdef\n");
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	site_await(&site, "SELECT status FROM report_orders", "DELIVERED");
	site_await(&site, "SELECT state FROM report_sources WHERE kind = 'market'", "ok");
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 200);
	assert_no_secret_is_told();
	ck_assert_ptr_null(strstr(process_errors(&site.claimd), "the-new-key"));
	site_stop(&site);
}
END_TEST

START_TEST(a_new_secret_replaces_the_old_one)
{
	site_start(&site);
	site_write_file(site.shop_secret_file, "fresh\n");
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(push(CREATED), 404);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask_json(site.address, "/market/main/fresh/notification", CREATED, &answer), 200);
}
END_TEST

static TCase *tcase_pushes(void)
{
	TCase *tcase = tcase_create("pushes");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_push_is_answered_when_its_row_is_there);
	tcase_add_test(tcase, what_is_no_push_is_400_with_its_reason);
	tcase_add_test(tcase, an_unknown_type_is_stored_and_answered_200);
	tcase_add_test(tcase, a_push_to_elsewhere_is_refused);
	tcase_add_test(tcase, a_push_from_elsewhere_is_403);
	tcase_add_test(tcase, behind_a_trusted_proxy_the_right_most_hop_counts);
	tcase_add_test(tcase, a_ping_is_answered_while_a_push_waits_for_the_lock);
	tcase_add_test(tcase, a_push_that_cant_be_stored_is_503_and_may_come_again);
	tcase_add_test(tcase, a_new_secret_replaces_the_old_one);
	return tcase;
}

static TCase *tcase_orders(void)
{
	TCase *tcase = tcase_create("orders");

	tcase_add_checked_fixture(tcase, setup_play, teardown_play);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, what_claimd_knows_of_orders_is_what_claimsim_did);
	tcase_add_test(tcase, a_new_api_key_brings_a_locked_out_source_back);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("market");

	suite_add_tcase(suite, tcase_pushes());
	suite_add_tcase(suite, tcase_orders());
	return suite;
}
