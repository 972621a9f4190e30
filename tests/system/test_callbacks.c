/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public side and the admin side of a running claimd, over real sockets: what callers are promised, line by line.
 * System tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

static struct site site;
static struct upstream upstream;
static struct http_answer answer;

static void setup(void)
{
	site_open(&site);
}

static void teardown(void)
{
	http_answer_done(&answer);
	upstream_close(&upstream);
	site_close(&site);
}

static long long count_rows(void)
{
	return site_number(&site, "SELECT count(*) FROM report_notifications");
}

static unsigned ask(const char *method, const char *target)
{
	http_answer_done(&answer);
	return http_ask(site.address, method, target, &answer);
}

static unsigned probe(const char *target)
{
	http_answer_done(&answer);
	return http_ask(site.admin, "GET", target, &answer);
}

static void assert_retry_after(void)
{
	const char *line = strcasestr(answer.head, "\r\nRetry-After:");

	ck_assert_ptr_nonnull(line);
	ck_assert_int_gt(strtol(strchr(line, ':') + 1, NULL, 10), 0);
}

/* --- Taken in */

START_TEST(a_200_is_empty_and_its_row_is_there_for_everybody)
{
	enum { CALLBACKS = 50 };

	site_start(&site);
	for (int i = 1; i <= CALLBACKS; i++) {
		ck_assert_uint_eq(ask("POST", SITE_CALLBACK "abc"), 200);
		/* Asked over a connection of our own, at once: the answer came after the commit, or this fails soon. */
		ck_assert_int_eq(count_rows(), i);
	}
	ck_assert_str_eq(answer.body, "");
	ck_assert(http_has(&answer, "\r\nContent-Length: 0\r\n"));
	ck_assert_str_eq(site_ask(&site, "SELECT printf('%s %s %s %s %s', source, kind, external_id, upstream_at, remote_addr)"
	                                 " FROM report_notifications"),
	                 "main callback abc 2026-09-23T07:44:04.402413Z 127.0.0.1");
}
END_TEST

START_TEST(a_connection_serves_many_callbacks)
{
	site_start(&site);
	int fd = http_connect(site.address);
	for (int i = 1; i <= 5; i++) {
		http_request(fd, "POST", SITE_CALLBACK "abc", "Content-Length: 2\r\n");
		http_send(fd, "{}");
		ck_assert_uint_eq(http_receive_status(fd), 200);
	}
	ck_assert_int_eq(count_rows(), 5);
	close(fd);
}
END_TEST

#define ID_OF_64 "0123456789abcdef0123456789ABCDEF0123456789_-_-_-0123456789abcdef"

/* What follows the secret, and what is kept: claim id, time, own parameters. */
static const struct {
	const char *tail;
	const char *kept;
} forms[] = {
	{ "?updated_ts=2026-09-23T07:44:04.402413+00:00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "?updated_ts=2026-09-23T07%3A44%3A04.402413%2B00%3A00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "/updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "&updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "?updated_ts=2026-09-23T07:44:04.402413%2000:00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "?updated_ts=2026-09-23T07:44:04Z&claim_id=abc", "abc 2026-09-23T07:44:04.000000Z -" },
	{ "?updated_ts=2026-09-23T07:44:04.4%2B00:00&claim_id=abc", "abc 2026-09-23T07:44:04.400000Z -" },
	{ "?updated_ts=2026-09-23T07:44:04.402413999Z&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "?updated_ts=2026-09-23T10:44:04.402413%2B03:00&claim_id=abc", "abc 2026-09-23T07:44:04.402413Z -" },
	{ "?my_order_id=123&updated_ts=2026-09-23T07:44:04Z&claim_id=abc", "abc 2026-09-23T07:44:04.000000Z {\"my_order_id\":\"123\"}" },
	{ "?claim_id=abc", "abc - -" },
	{ "?claim_id=abc&updated_ts=yesterday", "abc - -" },
	{ "?claim_id=x", "x - -" },
	{ "?claim_id=" ID_OF_64, ID_OF_64 " - -" },
};

START_TEST(forms_that_real_merchants_produce_are_understood)
{
	char target[512];

	snprintf(target, sizeof(target), SITE_PATH "%s", forms[_i].tail);
	site_start(&site);
	ck_assert_uint_eq(ask("POST", target), 200);
	ck_assert_str_eq(site_ask(&site, "SELECT external_id || ' ' || ifnull(upstream_at, '-') || ' ' || ifnull(own_params, '-')"
	                                 " FROM report_notifications WHERE state <> 'rejected'"),
	                 forms[_i].kept);
}
END_TEST

static const char *const unusable[] = {
	"", "?", "?updated_ts=2026-09-23T07:44:04Z", "?claim_id=", "?claim_id=a.b", "?claim_id=" ID_OF_64 "x", "?claim_id=%D1%8F",
};

START_TEST(a_hint_without_a_usable_claim_id_is_acked_and_kept_as_rejected)
{
	site_start(&site);
	for (size_t i = 0; i < ARRAY_SIZE(unusable); i++) {
		char target[256];

		snprintf(target, sizeof(target), SITE_PATH "%s", unusable[i]);
		ck_assert_msg(ask("POST", target) == 200, "%s: %u", target, answer.status);
		ck_assert_str_eq(answer.body, "");
	}
	ck_assert_int_eq(count_rows(), ARRAY_SIZE(unusable));
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_notifications"
	                                    " WHERE state = 'rejected' AND reason <> '' AND external_id IS NULL"),
	                 ARRAY_SIZE(unusable));
}
END_TEST

/* --- Refused */

/* The head but for the one line that may differ. */
static char *head_without_date(void)
{
	char *copy = strdup(answer.head);
	char *date = strcasestr(copy, "\r\nDate:");

	if (date) {
		char *end = strstr(date + 2, "\r\n");
		memmove(date, end, strlen(end) + 1);
	}
	return copy;
}

START_TEST(a_wrong_name_and_a_wrong_secret_look_the_same)
{
	static const char *const targets[] = {
		"/delivery/main/" "wrong" "?claim_id=abc",
		"/delivery/nobody/" SITE_SECRET "?claim_id=abc",
		"/delivery/main/" SITE_SECRET "x?claim_id=abc",
		"/delivery/main/?claim_id=abc",
		"/delivery/main",
		"/market/main/" SITE_SECRET "/notification",
		"/healthz",
		"/",
	};

	site_start(&site);
	ck_assert_uint_eq(ask("POST", targets[0]), 404);
	char *body = strdup(answer.body);
	char *head = head_without_date();
	for (size_t i = 1; i < ARRAY_SIZE(targets); i++) {
		ck_assert_msg(ask("POST", targets[i]) == 404, "%s: %u", targets[i], answer.status);
		char *other = head_without_date();
		ck_assert_str_eq(answer.body, body);
		ck_assert_str_eq(other, head);
		free(other);
	}
	ck_assert_int_eq(count_rows(), 0);
	free(body);
	free(head);
}
END_TEST

START_TEST(another_method_is_told_to_post)
{
	static const char *const methods[] = { "GET", "PUT", "DELETE" };

	site_start(&site);
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		ck_assert_uint_eq(ask(methods[i], SITE_CALLBACK "abc"), 405);
		ck_assert(http_has(&answer, "\r\nAllow: POST\r\n"));
		ck_assert_uint_eq(ask(methods[i], "/delivery/main/wrong?claim_id=abc"), 404);
	}
	ck_assert_int_eq(count_rows(), 0);
}
END_TEST

static unsigned ask_with_body(const char *headers, const char *body)
{
	int fd = http_connect(site.address);

	http_request(fd, "POST", SITE_CALLBACK "abc", headers);
	http_send(fd, body);
	http_answer_done(&answer);
	http_receive(fd, &answer);
	close(fd);
	return answer.status;
}

START_TEST(a_body_over_the_limit_is_413_unread)
{
	site.listen_keys = "max_body = 1KiB\n";
	site_start(&site);
	ck_assert_uint_eq(ask_with_body("Content-Length: 1025\r\n", ""), 413);
	ck_assert_uint_eq(ask_with_body("Content-Length: 99999999999\r\n", ""), 413);
	ck_assert_int_eq(count_rows(), 0);
}
END_TEST

START_TEST(a_chunked_body_over_the_limit_is_413)
{
	struct buf body = { 0 };

	site.listen_keys = "max_body = 1KiB\n";
	site_start(&site);
	for (int i = 0; i < 129; i++)
		ck_assert_int_eq(buf_addf(&body, "8\r\n12345678\r\n"), 0);
	ck_assert_int_eq(buf_addf(&body, "0\r\n\r\n"), 0);
	ck_assert_uint_eq(ask_with_body("Transfer-Encoding: chunked\r\n", body.data), 413);
	ck_assert_int_eq(count_rows(), 0);
	buf_done(&body);
	ck_assert_uint_eq(ask_with_body("Transfer-Encoding: chunked\r\n", "4\r\nabcd\r\n0\r\n\r\n"), 200);
	ck_assert_int_eq(count_rows(), 1);
}
END_TEST

/* Sends BEFORE, a hundred thousand letters, and AFTER. */
static unsigned ask_long(const char *before, const char *after)
{
	static char letters[100001];
	int fd = http_connect(site.address);

	memset(letters, 'x', sizeof(letters) - 1);
	http_send(fd, before);
	http_send(fd, letters);
	http_send(fd, after);
	unsigned status = http_receive_status(fd);
	close(fd);
	return status;
}

START_TEST(a_line_too_long_is_414_and_headers_too_long_are_431)
{
	site_start(&site);
	ck_assert_uint_eq(ask_long("POST " SITE_PATH "?my=", "&claim_id=abc HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
	ck_assert_uint_eq(ask_long("POST " SITE_CALLBACK "abc HTTP/1.1\r\nHost: x\r\nX-Long: ", "\r\n\r\n"), 431);
	ck_assert_int_eq(count_rows(), 0);
	ck_assert_uint_eq(ask("POST", SITE_CALLBACK "abc"), 200);
}
END_TEST

START_TEST(a_request_that_is_too_slow_is_closed)
{
	static const char *const parts[] = {
		"",
		"POST " SITE_PATH,
		"POST " SITE_CALLBACK "abc HTTP/1.1\r\nHost: x\r\n",
		"POST " SITE_CALLBACK "abc HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345",
	};
	int fds[ARRAY_SIZE(parts)];
	unsigned status;

	site.listen_keys = "request_timeout = 200ms\n";
	site_start(&site);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		fds[i] = http_connect(site.address);
		http_send(fds[i], parts[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		http_await_close(fds[i]);
		close(fds[i]);
	}
	ck_assert_int_eq(count_rows(), 0);
	/* Whole requests are too slow only on a machine that is. */
	do
		status = ask("POST", SITE_CALLBACK "abc");
	while (status == 0);
	ck_assert_uint_eq(status, 200);
}
END_TEST

START_TEST(too_many_connections_are_told_to_come_back)
{
	enum { MAX = 3 };
	int fds[MAX];

	site.listen_keys = "max_connections = 3\n";
	site_start(&site);
	for (size_t i = 0; i < MAX; i++) {
		fds[i] = http_connect(site.address);
		http_request(fds[i], "POST", SITE_CALLBACK "abc", "");
		ck_assert_uint_eq(http_receive_status(fds[i]), 200);
	}
	ck_assert_uint_eq(ask("POST", SITE_CALLBACK "one-more"), 503);
	assert_retry_after();
	ck_assert_int_eq(count_rows(), MAX);
	close(fds[0]);
	/* When it notices the end of a connection is not ours to say; that it does is. */
	while (ask("POST", SITE_CALLBACK "again") != 200)
		ck_assert_uint_eq(answer.status, 503);
	close(fds[1]);
	close(fds[2]);
}
END_TEST

/* --- The store */

START_TEST(what_cant_be_stored_is_503_while_health_answers)
{
	site_start(&site);
	site_lock(&site);
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "locked", "");
	/* It is held, and nobody else is: */
	process_await_line(&site.claimd, "callback for locked");
	ck_assert_uint_eq(probe("/healthz"), 200);
	ck_assert_uint_eq(probe("/readyz"), 503);
	ck_assert_ptr_nonnull(strstr(answer.body, "store: can't commit"));
	ck_assert_uint_eq(ask("POST", "/delivery/main/wrong?claim_id=abc"), 404);

	http_answer_done(&answer);
	ck_assert_uint_eq(http_receive(fd, &answer), 503);
	assert_retry_after();
	ck_assert_int_eq(count_rows(), 0);
	process_await_line(&site.claimd, "can't be stored");
	site_unlock(&site);

	http_request(fd, "POST", SITE_CALLBACK "free", "");
	ck_assert_uint_eq(http_receive_status(fd), 200);
	close(fd);
	ck_assert_uint_eq(probe("/readyz"), 200);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(external_id) FROM report_notifications"), "free");
	process_await_line(&site.claimd, "stored again");
}
END_TEST

START_TEST(a_short_lock_only_delays_the_200)
{
	site_start(&site);
	site_lock(&site);
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "delayed", "");
	process_await_line(&site.claimd, "callback for delayed");
	site_unlock(&site);
	ck_assert_uint_eq(http_receive_status(fd), 200);
	ck_assert_int_eq(count_rows(), 1);
	close(fd);
}
END_TEST

/* --- Probes */

START_TEST(probes_answer_on_the_admin_side_alone)
{
	site_start(&site);
	ck_assert_uint_eq(probe("/healthz"), 200);
	ck_assert_uint_eq(probe("/readyz"), 200);
	ck_assert_str_eq(answer.body, "ready\n");
	ck_assert_uint_eq(probe("/nowhere"), 404);
	ck_assert_uint_eq(http_post(site.admin, "/healthz"), 405);
	ck_assert_uint_eq(http_post(site.admin, SITE_CALLBACK "abc"), 404);
	ck_assert_uint_eq(http_get(site.address, "/healthz"), 404);
}
END_TEST

START_TEST(readyz_names_the_source_that_is_locked_out_and_its_hints_are_kept)
{
	char *other = NULL;

	ck_assert_int_gt(asprintf(&other, "%s/other.token", site.folder), 0);
	site_write_file(other, "another-token\n");
	upstream_start(&upstream, (const char *const[]){ "--claims", "1", "--token", other, NULL });
	free(other);
	site.base_url = upstream.url;
	site_start(&site);
	ck_assert_uint_eq(probe("/readyz"), 200);
	ck_assert_uint_eq(ask("POST", SITE_CALLBACK "abc"), 200);
	process_await_line(&site.claimd, "main: locked out");
	ck_assert_uint_eq(probe("/readyz"), 503);
	ck_assert_str_eq(answer.body, "delivery main: locked_out\n");
	ck_assert_uint_eq(probe("/healthz"), 200);
	ck_assert_uint_eq(ask("POST", SITE_CALLBACK "def"), 200);
	site_await(&site, "SELECT state || ' ' || pending FROM report_sources", "locked_out 2");
	ck_assert_ptr_null(strstr(process_errors(&site.claimd), SITE_TOKEN));
	ck_assert_ptr_null(strstr(process_errors(&site.claimd), SITE_SECRET));
}
END_TEST

static TCase *tcase_public(void)
{
	TCase *tcase = tcase_create("public");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_200_is_empty_and_its_row_is_there_for_everybody);
	tcase_add_test(tcase, a_connection_serves_many_callbacks);
	tcase_add_loop_test(tcase, forms_that_real_merchants_produce_are_understood, 0, (int)ARRAY_SIZE(forms));
	tcase_add_test(tcase, a_hint_without_a_usable_claim_id_is_acked_and_kept_as_rejected);
	tcase_add_test(tcase, a_wrong_name_and_a_wrong_secret_look_the_same);
	tcase_add_test(tcase, another_method_is_told_to_post);
	tcase_add_test(tcase, a_body_over_the_limit_is_413_unread);
	tcase_add_test(tcase, a_chunked_body_over_the_limit_is_413);
	tcase_add_test(tcase, a_line_too_long_is_414_and_headers_too_long_are_431);
	tcase_add_test(tcase, a_request_that_is_too_slow_is_closed);
	tcase_add_test(tcase, too_many_connections_are_told_to_come_back);
	tcase_add_test(tcase, what_cant_be_stored_is_503_while_health_answers);
	tcase_add_test(tcase, a_short_lock_only_delays_the_200);
	return tcase;
}

static TCase *tcase_admin(void)
{
	TCase *tcase = tcase_create("admin");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, probes_answer_on_the_admin_side_alone);
	tcase_add_test(tcase, readyz_names_the_source_that_is_locked_out_and_its_hints_are_kept);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("callbacks");

	suite_add_tcase(suite, tcase_public());
	suite_add_tcase(suite, tcase_admin());
	return suite;
}
