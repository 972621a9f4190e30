/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a SIGHUP changes of a running claimd, while it goes on answering: limits, certificates, sources; and what it does not change.
 * System tests. Secrets, the log level and broken configurations are in test_signals.c.
 */
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "http.h"
#include "load.h"
#include "site.h"
#include "suite.h"
#include "tls_pair.h"
#include "upstream.h"

#define OTHER_SECRET "s3cret-of-other_0123456789"
#define OTHER_PATH "/delivery/other/" OTHER_SECRET "?claim_id="

static struct site site;
static struct upstream upstream;
static struct http_answer answer;
static struct load *load;
static char *certificate_file, *key_file;

static char *in_folder(const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site.folder, name), 0);
	return path;
}

static void setup(void)
{
	site_open(&site);
	certificate_file = in_folder("certificate.pem");
	key_file = in_folder("key.pem");
}

static void teardown(void)
{
	load_free(load);
	http_answer_done(&answer);
	upstream_close(&upstream);
	site_close(&site);
	free(certificate_file);
	free(key_file);
}

/* As the configuration is on disk. */
static void reload(void)
{
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
}

static void reload_refused(const char *why)
{
	process_signal(&site.claimd, SIGHUP);
	const char *line = process_await_line(&site.claimd, "not reloaded");
	ck_assert_msg(strstr(line, why), "no \"%s\" in: %s", why, line);
}

static void reload_with(const char *listen_keys)
{
	site.listen_keys = listen_keys;
	site_configure(&site);
	reload();
}

static unsigned post_on(int fd)
{
	http_request(fd, "POST", SITE_CALLBACK "abc", "");
	http_answer_done(&answer);
	return http_receive(fd, &answer);
}

static long long count_rows(void)
{
	return site_number(&site, "SELECT count(*) FROM report_notifications");
}

/* --- Limits --- */

/* Each request is answered 200; only those in flight when the load stops have no answer yet. */
START_TEST(no_request_is_lost_to_many_reloads)
{
	enum { RELOADS = 40 };
	static const char *const keys[] = { "max_connections = 20\n", "max_body = 1KiB\nmax_connections = 500\n" };
	char *claim = (char *)"abc";

	site.log_level = "notice";
	site_start(&site);
	load = load_new(site.address, load_post_callback, &claim, 1);
	load_run(load, 50);
	for (int i = 0; i < RELOADS; i++) {
		site.listen_keys = keys[i % 2];
		site_configure(&site);
		process_signal(&site.claimd, SIGHUP);
		load_run(load, 50);
		process_await_line(&site.claimd, "the configuration was reloaded");
	}
	ck_assert_int_le(load->next - load->n_acked, LOAD_CLIENTS);
	ck_assert_int_ge(count_rows(), load->n_acked);
}
END_TEST

START_TEST(an_idle_connection_is_answered_after_a_reload_and_then_closed)
{
	site_start(&site);
	int fd = http_connect(site.address);
	ck_assert_uint_eq(post_on(fd), 200);
	reload_with("max_connections = 5\n");
	ck_assert_uint_eq(post_on(fd), 200);
	ck_assert(http_has(&answer, "\r\nConnection: close\r\n"));
	http_await_close(fd);
	close(fd);
}
END_TEST

START_TEST(a_callback_that_waits_for_the_lock_outlives_a_reload)
{
	site_start(&site);
	site_lock(&site);
	int fd = http_connect(site.address);
	http_request(fd, "POST", SITE_CALLBACK "abc", "");
	process_await_line(&site.claimd, "callback for abc");
	reload_with("max_connections = 5\n");
	site_unlock(&site);
	ck_assert_uint_eq(http_receive_status(fd), 200);
	ck_assert_int_eq(count_rows(), 1);
	close(fd);
}
END_TEST

static unsigned post_with(const char *headers, const char *body)
{
	int fd = http_connect(site.address);

	http_request(fd, "POST", SITE_CALLBACK "abc", headers);
	http_send(fd, body);
	unsigned status = http_receive_status(fd);
	close(fd);
	return status;
}

START_TEST(the_limits_follow_a_reload)
{
	int fds[3];

	site_start(&site);
	ck_assert_uint_eq(post_with("Content-Length: 2\r\n", "{}"), 200);
	reload_with("max_body = 1B\n");
	ck_assert_uint_eq(post_with("Content-Length: 2\r\n", "{}"), 413);

	reload_with("max_connections = 2\n");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = http_connect(site.address);
		ck_assert_uint_eq(post_on(fds[i]), i < 2 ? 200 : 503);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);

	reload_with("max_connections_per_address = 1\n");
	fds[0] = http_connect(site.address);
	while (post_on(fds[0]) != 200) {
		/* The others are not known to be gone yet. */
		close(fds[0]);
		fds[0] = http_connect(site.address);
	}
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 503);
	close(fds[0]);
}
END_TEST

START_TEST(trusted_proxies_follow_a_reload)
{
	site_start(&site);
	ck_assert_uint_eq(post_with("X-Forwarded-For: 192.0.2.7\r\n", ""), 200);
	reload_with("trusted_proxies = 127.0.0.1\n");
	ck_assert_uint_eq(post_with("X-Forwarded-For: 192.0.2.8\r\n", ""), 200);
	ck_assert_str_eq(site_ask(&site, "SELECT group_concat(remote_addr) FROM report_notifications"), "127.0.0.1,192.0.2.8");
}
END_TEST

START_TEST(a_shorter_time_limit_closes_who_is_waited_for_too_long)
{
	site_start(&site);
	int fd = http_connect(site.address);
	http_send(fd, "POST " SITE_CALLBACK);
	reload_with("request_timeout = 100ms\n");
	http_await_close(fd);
	close(fd);
}
END_TEST

/* --- TLS --- */

static void write_pair(const char *certificate, const char *key)
{
	site_write_file(certificate_file, certificate);
	site_write_file(key_file, key);
}

/* A connection that is kept outlives the handshakes of others, however long they take. */
static const char *tls_keys(void)
{
	static char keys[4096];

	snprintf(keys, sizeof(keys), "tls_certificate = %s\ntls_key = %s\nrequest_timeout = 10min\n", certificate_file, key_file);
	return keys;
}

static void start_with_tls(void)
{
	write_pair(tls_certificate, tls_key);
	site.listen_keys = tls_keys();
	site_start(&site);
}

static CURL *tls_client(const char *trusted)
{
	CURL *easy = curl_easy_init();
	struct curl_blob ca = { (void *)trusted, strlen(trusted), CURL_BLOB_COPY };
	char url[1024];

	ck_assert_ptr_nonnull(easy);
	snprintf(url, sizeof(url), "https://localhost:%s%s", strrchr(site.address, ':') + 1, SITE_CALLBACK "abc");
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)suite_patience_ms());
	return easy;
}

/* On a connection of its own: the status, or 0 for who does not believe the certificate. */
static long ask_trusting(const char *trusted)
{
	CURL *easy = tls_client(trusted);
	long status = 0;
	CURLcode code = curl_easy_perform(easy);

	ck_assert_msg(code == CURLE_OK || code == CURLE_PEER_FAILED_VERIFICATION, "%s", curl_easy_strerror(code));
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(easy);
	return status;
}

START_TEST(a_renewed_certificate_is_served_to_whoever_connects_next)
{
	long n_connects = 0;

	start_with_tls();
	CURL *kept = tls_client(tls_certificate);
	ck_assert_int_eq(curl_easy_perform(kept), CURLE_OK);
	ck_assert_int_eq(ask_trusting(tls_other_certificate), 0);

	write_pair(tls_other_certificate, tls_other_key);
	reload();
	ck_assert_int_eq(ask_trusting(tls_other_certificate), 200);
	ck_assert_int_eq(ask_trusting(tls_certificate), 0);
	/* Who is connected goes on with the one that he has seen. */
	ck_assert_int_eq(curl_easy_perform(kept), CURLE_OK);
	curl_easy_getinfo(kept, CURLINFO_NUM_CONNECTS, &n_connects);
	ck_assert_int_eq(n_connects, 0);
	curl_easy_cleanup(kept);
	ck_assert_int_eq(count_rows(), 3);
}
END_TEST

START_TEST(a_pair_that_is_none_keeps_the_old_one)
{
	start_with_tls();
	write_pair(tls_other_certificate, tls_key);
	reload_refused("key.pem is the key of another certificate");
	write_pair("nonsense\n", tls_key);
	reload_refused("certificate.pem holds no certificate in PEM");
	ck_assert_int_eq(unlink(key_file), 0);
	write_pair(tls_other_certificate, "");
	reload_refused("key.pem is empty, or not a file in PEM");
	ck_assert_int_eq(ask_trusting(tls_certificate), 200);

	/* Once it is right, it is taken. */
	write_pair(tls_other_certificate, tls_other_key);
	reload();
	ck_assert_int_eq(ask_trusting(tls_other_certificate), 200);
}
END_TEST

START_TEST(a_pair_that_is_none_is_a_mistake_of_the_configuration_at_start)
{
	const char *const argv[] = { "claimd", "-c", site.conf, NULL };
	const char *const check[] = { "claimd", "-c", site.conf, "--check-config", NULL };

	write_pair(tls_certificate, tls_other_key);
	site.listen_keys = tls_keys();
	site_configure(&site);
	ck_assert_int_eq(process_run(&site.claimd, argv), 78);
	ck_assert_ptr_nonnull(strstr(process_errors(&site.claimd), "key.pem is the key of another certificate"));
	ck_assert_int_eq(access(site.database, F_OK), -1);
	process_done(&site.claimd);
	ck_assert_int_eq(process_run(&site.claimd, check), 78);
}
END_TEST

START_TEST(tls_can_be_switched_on_and_off)
{
	site_start(&site);
	int fd = http_connect(site.address);
	ck_assert_uint_eq(post_on(fd), 200);
	write_pair(tls_certificate, tls_key);
	reload_with(tls_keys());
	ck_assert_int_eq(ask_trusting(tls_certificate), 200);
	ck_assert_uint_eq(post_on(fd), 200);
	reload_with("");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	close(fd);
}
END_TEST

/* --- Sources --- */

/* Adds [delivery other], whose claims UPSTREAM has. */
static void configure_other(void)
{
	char *token = in_folder("other.token"), *secret = in_folder("other.secret"), *lines = NULL;

	site_write_file(token, "token-of-other\n");
	site_write_file(secret, OTHER_SECRET "\n");
	ck_assert_int_gt(asprintf(&lines, "[delivery other]\nbase_url = %s\ntoken_file = %s\ncallback_secret_file = %s\n"
	                                  "journal_interval = 20ms\n", upstream.url, token, secret), 0);
	site_configure(&site);
	site_configure_more(&site, lines);
	free(token);
	free(secret);
	free(lines);
}

static void start_upstream(void)
{
	upstream_start(&upstream, (const char *const[]){ "--claims", "5", "--lives", "happy=1", "--step", "1ms..2ms", NULL });
}

START_TEST(a_source_that_is_new_is_served_and_one_that_is_gone_is_404)
{
	start_upstream();
	site_start(&site);
	ck_assert_uint_eq(http_post(site.address, OTHER_PATH "abc"), 404);
	configure_other();
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "[delivery other] is new in the configuration; it is served from now on");
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_post(site.address, OTHER_PATH "abc"), 200);
	/* Its journal is read, too. */
	site_await(&site, "SELECT count(*) FROM report_claims WHERE source = 'other' AND terminal", "5");

	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "[delivery other] is gone from the configuration; it is not served any more");
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_post(site.address, OTHER_PATH "abc"), 404);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	/* What is known of it stays. */
	ck_assert_int_eq(site_number(&site, "SELECT count(*) FROM report_claims WHERE source = 'other' AND terminal"), 5);
	site_stop(&site);
}
END_TEST

START_TEST(a_source_of_another_kind_comes_and_goes_likewise)
{
	site_start(&site);
	site.market_keys = "";
	site_configure(&site);
	reload();
	ck_assert_uint_eq(http_ask_json(site.address, SITE_PUSH, "{\"notificationType\":\"PING\"}", &answer), 200);
	site.market_keys = NULL;
	site_configure(&site);
	reload();
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask_json(site.address, SITE_PUSH, "{\"notificationType\":\"PING\"}", &answer), 404);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
}
END_TEST

START_TEST(a_new_source_needs_its_row_and_nothing_else_needs_the_file)
{
	start_upstream();
	site_start(&site);
	configure_other();
	site_lock(&site);
	reload_refused("locked");
	ck_assert_uint_eq(http_post(site.address, OTHER_PATH "abc"), 404);
	site_configure(&site);
	reload();
	configure_other();
	site_unlock(&site);
	reload();
	ck_assert_uint_eq(http_post(site.address, OTHER_PATH "abc"), 200);
}
END_TEST

/* --- What needs a restart --- */

START_TEST(what_needs_a_restart_is_named_and_stays)
{
	static const char *const named[] = {
		"[daemon] database has changed; that takes effect at a restart",
		"[daemon] control_socket has changed",
		"[daemon] on_illegal has changed",
		"[listen] address has changed",
	};
	char *database = site.database, *control_socket = site.control_socket;

	site_start(&site);
	site.listen_address = "127.0.0.1:1";
	site.daemon_keys = "on_illegal = flag\n";
	site.database = in_folder("elsewhere.db");
	site.control_socket = in_folder("elsewhere.sock");
	site_configure(&site);
	process_signal(&site.claimd, SIGHUP);
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		process_await_line(&site.claimd, named[i]);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_int_eq(access(site.database, F_OK), -1);
	free(site.database);
	free(site.control_socket);
	site.database = database;
	site.control_socket = control_socket;
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 200);
	ck_assert_int_eq(count_rows(), 1);
}
END_TEST

static TCase *tcase_limits(void)
{
	TCase *tcase = tcase_create("limits");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, no_request_is_lost_to_many_reloads);
	tcase_add_test(tcase, an_idle_connection_is_answered_after_a_reload_and_then_closed);
	tcase_add_test(tcase, a_callback_that_waits_for_the_lock_outlives_a_reload);
	tcase_add_test(tcase, the_limits_follow_a_reload);
	tcase_add_test(tcase, trusted_proxies_follow_a_reload);
	tcase_add_test(tcase, a_shorter_time_limit_closes_who_is_waited_for_too_long);
	return tcase;
}

static TCase *tcase_tls(void)
{
	TCase *tcase = tcase_create("tls");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_renewed_certificate_is_served_to_whoever_connects_next);
	tcase_add_test(tcase, a_pair_that_is_none_keeps_the_old_one);
	tcase_add_test(tcase, a_pair_that_is_none_is_a_mistake_of_the_configuration_at_start);
	tcase_add_test(tcase, tls_can_be_switched_on_and_off);
	return tcase;
}

static TCase *tcase_sources(void)
{
	TCase *tcase = tcase_create("sources");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_source_that_is_new_is_served_and_one_that_is_gone_is_404);
	tcase_add_test(tcase, a_source_of_another_kind_comes_and_goes_likewise);
	tcase_add_test(tcase, a_new_source_needs_its_row_and_nothing_else_needs_the_file);
	tcase_add_test(tcase, what_needs_a_restart_is_named_and_stays);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("reload");

	suite_add_tcase(suite, tcase_limits());
	suite_add_tcase(suite, tcase_tls());
	suite_add_tcase(suite, tcase_sources());
	return suite;
}
