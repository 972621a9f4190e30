/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd behind a real nginx, which is configured as etc/proxy/nginx.conf says, by TCP and by a Unix socket.
 * System tests.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "http.h"
#include "site.h"
#include "suite.h"

#define SNIPPET "etc/proxy/nginx.conf"
/* What of it is different here. */
#define UPSTREAM "http://127.0.0.1:8080;"

#define CREATED \
	"{\"notificationType\":\"ORDER_CREATED\",\"orderId\":55000001,\"campaignId\":111,\"createdAt\":\"2026-09-20T06:12:41.213Z\"}"

/* Yandex Market, and somebody else. */
#define MARKET "127.0.0.2"
#define OTHER "127.0.0.3"

static const char *const places[] = { "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx" };

enum { BY_TCP, BY_UNIX_SOCKET, WAYS };

static struct site site;
static struct process nginx;
static int port_socket;
static char nginx_address[ADDRESS_SIZE];
static struct http_answer answer;

static const char *nginx_path(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static void setup(void)
{
	site_open(&site);
	site.market_keys = "";
	site.allow_from = MARKET;
}

static void teardown(void)
{
	http_answer_done(&answer);
	process_done(&nginx);
	site_close(&site);
	if (port_socket > 0)
		close(port_socket);
}

/* --- nginx --- */

static char *in_folder(const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site.folder, name), 0);
	return path;
}

static void read_file(const char *path, struct buf *ret)
{
	char part[4096];
	size_t n;
	FILE *file = fopen(path, "r");

	ck_assert_msg(file != NULL, "there is no %s", path);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		ck_assert_int_eq(buf_add(ret, part, n), 0);
	fclose(file);
	ck_assert_msg(ret->len > 0, "%s is empty", path);
}

/* The snippet with claimd's address in it. */
static void write_snippet(const char *path)
{
	struct buf snippet = { 0 }, text = { 0 };

	read_file(SNIPPET, &snippet);
	const char *place = strstr(snippet.data, "proxy_pass " UPSTREAM);
	ck_assert_ptr_nonnull(place);
	ck_assert_ptr_null(strstr(place + 1, "proxy_pass"));
	int before = (int)(place - snippet.data);
	ck_assert_int_eq(buf_addf(&text, "%.*sproxy_pass http://%s;%s", before, snippet.data, site.address,
	                          place + strlen("proxy_pass " UPSTREAM)), 0);
	site_write_file(path, text.data);
	buf_done(&snippet);
	buf_done(&text);
}

/* One process, all of whose files are below its own folder. What the snippet does not say is as Debian has it. */
static void write_conf(const char *path, const char *snippet)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text,
	                          "daemon off;\n"
	                          "master_process off;\n"
	                          "pid nginx.pid;\n"
	                          "error_log stderr notice;\n"
	                          "events { worker_connections 256; }\n"
	                          "http {\n"
	                          "	access_log access.log;\n"
	                          "	client_body_temp_path body;\n"
	                          "	proxy_temp_path proxy;\n"
	                          "	fastcgi_temp_path fastcgi;\n"
	                          "	uwsgi_temp_path uwsgi;\n"
	                          "	scgi_temp_path scgi;\n"
	                          "	server {\n"
	                          "		listen %s reuseport;\n"
	                          "		include %s;\n"
	                          "		location / { return 418; }\n"
	                          "	}\n"
	                          "}\n",
	                          nginx_address, snippet), 0);
	site_write_file(path, text);
	free(text);
}

/* A port that the system chooses: a socket that does not listen keeps it from everybody but nginx, which may share it. */
static void reserve_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int on = 1;

	port_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(port_socket, 0);
	ck_assert_int_eq(setsockopt(port_socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
	ck_assert_int_eq(bind(port_socket, (const struct sockaddr *)&in, len), 0);
	ck_assert_int_eq(getsockname(port_socket, (struct sockaddr *)&in, &len), 0);
	address_format((const struct sockaddr *)&in, len, nginx_address, sizeof(nginx_address));
}

static void start_nginx(void)
{
	char *conf = in_folder("nginx.conf"), *snippet = in_folder("claimd-snippet.conf");

	reserve_port();
	write_snippet(snippet);
	write_conf(conf, snippet);
	process_start(&nginx, (const char *const[]){ nginx_path(), "-p", site.folder, "-e", "stderr", "-c", conf, NULL });
	/* The first line that it writes when it listens. */
	process_await_line(&nginx, "nginx/");
	free(conf);
	free(snippet);
}

/* claimd, to be reached by TCP or by a Unix socket, and nginx before it. */
static void start(int way)
{
	char *address = NULL;

	ck_assert_int_gt(asprintf(&address, "unix:%s/public", site.folder), 0);
	if (way == BY_UNIX_SOCKET)
		site.listen_address = address;
	else
		site.listen_keys = "trusted_proxies = 127.0.0.1\n";
	site_start(&site);
	start_nginx();
	free(address);
}

/* --- Requests --- */

static unsigned post_from(const char *from, const char *target, const char *headers)
{
	int fd = http_connect_from(nginx_address, from);

	http_request(fd, "POST", target, headers);
	http_answer_done(&answer);
	http_receive(fd, &answer);
	close(fd);
	return answer.status;
}

static unsigned push_from(const char *from, const char *headers)
{
	int fd = http_connect_from(nginx_address, from);

	http_request_json(fd, SITE_PUSH, headers, CREATED);
	http_answer_done(&answer);
	http_receive(fd, &answer);
	close(fd);
	return answer.status;
}

static long long count_rows(void)
{
	return site_number(&site, "SELECT count(*) FROM report_notifications");
}

START_TEST(a_callback_comes_through_with_its_senders_address)
{
	start(_i);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", ""), 200);
	ck_assert_str_eq(answer.body, "");
	ck_assert_str_eq(site_ask(&site, "SELECT external_id || ' ' || upstream_at || ' ' || remote_addr FROM report_notifications"),
	                 "abc 2026-09-23T07:44:04.402413Z " OTHER);
}
END_TEST

/* What a merchant's URL may make of a callback: nginx must hand it on as it is. */
static const char *const forms[] = {
	SITE_PATH "updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc",
	SITE_PATH "/updated_ts=2026-09-23T07:44:04.402413+00:00&claim_id=abc",
	SITE_PATH "&updated_ts=2026-09-23T07%3A44%3A04.402413%2B00%3A00&claim_id=abc",
	SITE_PATH "?my=a//b/../c%2F&updated_ts=2026-09-23T07:44:04.402413%2000:00&claim_id=abc",
};

START_TEST(a_target_is_handed_on_as_it_is)
{
	start(_i);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		ck_assert_msg(post_from(OTHER, forms[i], "") == 200, "%s: %u", forms[i], answer.status);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(DISTINCT external_id || ' ' || upstream_at) FROM report_notifications"
	                                 " WHERE state <> 'rejected'"),
	                 "abc 2026-09-23T07:44:04.402413Z");
	ck_assert_int_eq(count_rows(), ARRAY_SIZE(forms));
}
END_TEST

START_TEST(a_push_is_held_against_allow_from)
{
	start(_i);
	ck_assert_uint_eq(push_from(MARKET, ""), 200);
	ck_assert_ptr_nonnull(strstr(answer.body, "\"name\":\"claimd\""));
	ck_assert_str_eq(site_ask(&site, "SELECT remote_addr FROM report_notifications"), MARKET);
	ck_assert_uint_eq(push_from(OTHER, ""), 403);
	ck_assert_int_eq(count_rows(), 1);
	process_await_line(&site.claimd, "from outside of allow_from, the last from " OTHER);
}
END_TEST

START_TEST(who_writes_the_header_himself_gains_nothing)
{
	start(_i);
	ck_assert_uint_eq(push_from(OTHER, "X-Forwarded-For: " MARKET "\r\n"), 403);
	ck_assert_uint_eq(push_from(OTHER, "X-Forwarded-For: " MARKET ", " MARKET "\r\nX-Forwarded-For: " MARKET "\r\n"), 403);
	ck_assert_uint_eq(push_from(MARKET, "X-Forwarded-For: " OTHER "\r\n"), 200);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(remote_addr) FROM report_notifications"), MARKET);
}
END_TEST

START_TEST(refusals_come_through)
{
	start(_i);
	ck_assert_uint_eq(post_from(OTHER, "/delivery/main/wrong?claim_id=abc", ""), 404);
	ck_assert_uint_eq(post_from(OTHER, "/delivery/nobody/" SITE_SECRET "?claim_id=abc", ""), 404);
	int fd = http_connect(nginx_address);
	http_request(fd, "GET", SITE_CALLBACK "abc", "");
	http_answer_done(&answer);
	ck_assert_uint_eq(http_receive(fd, &answer), 405);
	ck_assert(http_has(&answer, "\r\nAllow: POST\r\n"));
	close(fd);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", "Content-Length: 70000\r\n"), 413);
	ck_assert_int_eq(count_rows(), 0);
	/* Nothing but what is claimd's comes to claimd. */
	ck_assert_uint_eq(post_from(OTHER, "/healthz", ""), 418);
}
END_TEST

START_TEST(what_cant_be_stored_is_503_with_its_retry_after)
{
	start(_i);
	site_lock(&site);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", ""), 503);
	ck_assert(http_has(&answer, "\r\nRetry-After: "));
	site_unlock(&site);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", ""), 200);
}
END_TEST

static void assert_no_secret_in(const char *text)
{
	ck_assert_msg(!strstr(text, SITE_SECRET) && !strstr(text, SITE_SHOP_SECRET), "a secret is in:\n%s", text);
}

START_TEST(nginx_writes_no_secret_to_a_log)
{
	struct buf log = { 0 };
	char *path = in_folder("access.log");

	start(_i);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", ""), 200);
	ck_assert_uint_eq(push_from(OTHER, ""), 403);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", "Content-Length: 70000\r\n"), 413);
	site_stop(&site);
	ck_assert_uint_eq(post_from(OTHER, SITE_CALLBACK "abc", ""), 502);
	ck_assert_uint_eq(post_from(OTHER, "/elsewhere", ""), 418);
	/* It writes its log after the answer. */
	process_signal(&nginx, SIGTERM);
	ck_assert_int_eq(process_wait(&nginx), 0);
	read_file(path, &log);
	ck_assert_ptr_nonnull(strstr(log.data, "/elsewhere"));
	assert_no_secret_in(log.data);
	assert_no_secret_in(process_errors(&nginx));
	buf_done(&log);
	free(path);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("proxy");
	TCase *tcase = tcase_create("nginx");

	suite_add_tcase(suite, tcase);
	if (!nginx_path()) {
		printf("note: skipped, there is no nginx (Debian: nginx-light)\n");
		return suite;
	}
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_callback_comes_through_with_its_senders_address, 0, WAYS);
	tcase_add_loop_test(tcase, a_target_is_handed_on_as_it_is, 0, WAYS);
	tcase_add_loop_test(tcase, a_push_is_held_against_allow_from, 0, WAYS);
	tcase_add_loop_test(tcase, who_writes_the_header_himself_gains_nothing, 0, WAYS);
	tcase_add_loop_test(tcase, refusals_come_through, 0, WAYS);
	tcase_add_loop_test(tcase, what_cant_be_stored_is_503_with_its_retry_after, 0, WAYS);
	tcase_add_loop_test(tcase, nginx_writes_no_secret_to_a_log, 0, WAYS);
	return suite;
}
