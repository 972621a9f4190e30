/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of the configuration by kind: what is read, how it is written, what is refused with which words.
 * Unit ring.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

/* One key's value read into a section of its own. */
union section {
	struct conf_daemon daemon;
	struct conf_listen listen;
	struct conf_admin admin;
	struct conf_source source;
};

static const struct conf_key *find_key(enum conf_section section, const char *name)
{
	const struct conf_key *key = conf_key_find(section, name);

	ck_assert_msg(key != NULL, "%s", name);
	return key;
}

#define DAEMON CONF_SECTION_daemon
#define LISTEN CONF_SECTION_listen
#define ADMIN CONF_SECTION_admin
#define DELIVERY CONF_SECTION_delivery
#define MARKET CONF_SECTION_market

static const struct good {
	enum conf_section section;
	const char *key;
	const char *text;
	const char *written;
} goods[] = {
	{ DAEMON, "database", "/srv/a b.db", "/srv/a b.db" },
	{ DAEMON, "database", "/srv/a$b{c};d#e", "/srv/a$b{c};d#e" },
	{ DAEMON, "log_level", "error", "error" },
	{ DAEMON, "log_level", "warning", "warning" },
	{ DAEMON, "log_level", "notice", "notice" },
	{ DAEMON, "log_level", "Info", "info" },
	{ DAEMON, "log_level", "debug", "debug" },
	{ DAEMON, "on_illegal", "hold", "hold" },
	{ DAEMON, "on_illegal", "flag", "flag" },
	{ DAEMON, "retention_days", "1", "1" },
	{ DAEMON, "retention_days", "036500", "36500" },
	{ DAEMON, "alert_url", "", "" },
	{ DELIVERY, "approve", "operator", "operator" },
	{ DELIVERY, "approve", "AUTO", "auto" },
	{ DELIVERY, "auto_max_price", "", "" },
	{ DELIVERY, "auto_max_price", "1738.80", "1738.80" },
	{ DAEMON, "alert_url", "https://example.org/alerts/", "https://example.org/alerts/" },
	{ LISTEN, "address", "[::1]:8080", "[::1]:8080" },
	{ LISTEN, "address", "unix:/run/claimd/http.sock", "unix:/run/claimd/http.sock" },
	{ LISTEN, "tls_key", "", "" },
	{ LISTEN, "trusted_proxies", "", "" },
	{ LISTEN, "trusted_proxies", "10.0.0.0/8 ,fd00::/8", "10.0.0.0/8,fd00::/8" },
	{ LISTEN, "trusted_proxies", "127.0.0.1, ::1, 0.0.0.0/0, ::/0", "127.0.0.1,::1,0.0.0.0/0,::/0" },
	{ LISTEN, "trusted_proxies", "::ffff:10.0.0.0/104", "10.0.0.0/8" },
	{ LISTEN, "max_body", "1B", "1B" },
	{ LISTEN, "max_body", "64KiB", "64KiB" },
	{ LISTEN, "max_body", "1.5 KiB", "1536B" },
	{ LISTEN, "max_body", "1024KiB", "1MiB" },
	{ LISTEN, "max_body", "16MiB", "16MiB" },
	{ DELIVERY, "base_url", "http://127.0.0.1:8090///", "http://127.0.0.1:8090" },
	{ DELIVERY, "base_url", "HTTPS://[2001:db8::1]:443/a/b/", "HTTPS://[2001:db8::1]:443/a/b" },
	{ DELIVERY, "base_url", "https://b2b.taxi.yandex.net/path@x", "https://b2b.taxi.yandex.net/path@x" },
	{ DELIVERY, "callbacks", "yes", "yes" },
	{ DELIVERY, "callbacks", "TRUE", "yes" },
	{ DELIVERY, "callbacks", "on", "yes" },
	{ DELIVERY, "callbacks", "1", "yes" },
	{ DELIVERY, "callbacks", "No", "no" },
	{ DELIVERY, "callbacks", "false", "no" },
	{ DELIVERY, "callbacks", "off", "no" },
	{ DELIVERY, "callbacks", "0", "no" },
	{ DELIVERY, "language", "ru, en;q=0.5", "ru, en;q=0.5" },
	{ DELIVERY, "journal_interval", "1ms", "1ms" },
	{ DELIVERY, "journal_interval", "1.5ms", "1.5ms" },
	{ DELIVERY, "journal_interval", "1.050ms", "1.05ms" },
	{ DELIVERY, "journal_interval", "1.000001s", "1000.001ms" },
	{ DELIVERY, "journal_interval", "1500ms", "1500ms" },
	{ DELIVERY, "journal_interval", "1.5s", "1500ms" },
	{ DELIVERY, "journal_interval", "90s", "90s" },
	{ DELIVERY, "journal_interval", "120 s", "2min" },
	{ DELIVERY, "journal_interval", "1.5min", "90s" },
	{ DELIVERY, "journal_interval", "60min", "1h" },
	{ DELIVERY, "journal_interval", "24h", "1d" },
	{ DELIVERY, "sweep_after", "30d", "30d" },
	{ DELIVERY, "approval_warning", "0ms", "0s" },
	{ DELIVERY, "approval_warning", "600s", "10min" },
	{ DELIVERY, "stale_retry", "5s..30s", "5s..30s" },
	{ DELIVERY, "stale_retry", "1ms .. 0.5h", "1ms..30min" },
	{ DELIVERY, "stale_retry", "1.5s..3s", "1500ms..3s" },
	{ DELIVERY, "stale_retry", "7s", "7s" },
	{ DELIVERY, "stale_retry", "7s..7s", "7s" },
	{ MARKET, "business_id", "", "" },
	{ MARKET, "business_id", "1", "1" },
	{ MARKET, "business_id", "9223372036854775807", "9223372036854775807" },
	{ MARKET, "campaigns", "", "" },
	{ MARKET, "campaigns", "111:dbs", "111:dbs" },
	{ MARKET, "campaigns", "112:laas ,\t111:dbs", "112:laas,111:dbs" },
	{ MARKET, "campaigns", "9223372036854775807:dbs, 9223372036854775806:laas",
	  "9223372036854775807:dbs,9223372036854775806:laas" },
	{ MARKET, "allow_from", "0.0.0.0/0, ::/0", "0.0.0.0/0,::/0" },
	{ MARKET, "window_warning", "2d", "2d" },
};

#define NO_CAMPAIGN(text) "\"" text "\" is no campaign; write its number, a colon, and dbs or laas, as in 111:dbs"

static const struct bad {
	enum conf_section section;
	const char *key;
	const char *text;
	const char *error;
} bads[] = {
	{ DAEMON, "database", "", "the value is empty; leave the line out for the default, /var/lib/claimd/claimd.db" },
	{ DAEMON, "database", "claimd.db", "the value is not an absolute path; begin it with a slash" },
	{ DAEMON, "database", "\"/srv/x\"", "the value is in quotes; leave them out" },
	{ DAEMON, "database", "/srv/x # here", "there is a '#' in the value; a comment behind a value begins with ';'" },
	{ DAEMON, "database", "/srv/x\ny", "there is a control character in the value" },
	{ DAEMON, "database", "${CLAIMD_TEST_UNSET}/x",
	  "the variable ${CLAIMD_TEST_UNSET} is not set; set it, or write out what it stands for" },
	{ DAEMON, "database", "/${}", "a variable is not well-formed; write it as ${NAME}" },
	{ DAEMON, "database", "/${1A}", "a variable is not well-formed; write it as ${NAME}" },
	{ DAEMON, "database", "/${HOME", "a variable is not well-formed; write it as ${NAME}" },
	{ DAEMON, "control_socket",
	  "/123456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789/1234567",
	  "it is 108 bytes long; at most 107 are possible" },
	{ DAEMON, "log_level", "warn", "\"warn\" is none of error, warning, notice, info and debug" },
	{ DELIVERY, "approve", "yes", "\"yes\" is neither operator nor auto" },
	{ DELIVERY, "auto_max_price", "1 500",
	  "\"1 500\" is not an amount; write digits and at most four more behind a point, like 1500 or 1738.80" },
	{ DELIVERY, "auto_max_price", "-1",
	  "\"-1\" is not an amount; write digits and at most four more behind a point, like 1500 or 1738.80" },
	{ DAEMON, "on_illegal", "drop", "\"drop\" is neither hold nor flag" },
	{ DAEMON, "retention_days", "0", "\"0\" is not a whole number from 1 to 36500" },
	{ DAEMON, "retention_days", "36501", "\"36501\" is not a whole number from 1 to 36500" },
	{ DAEMON, "retention_days", "-1", "\"-1\" is not a whole number from 1 to 36500" },
	{ DAEMON, "retention_days", "+1", "\"+1\" is not a whole number from 1 to 36500" },
	{ DAEMON, "retention_days", "1d", "\"1d\" is not a whole number from 1 to 36500" },
	{ DAEMON, "retention_days", "99999999999999999999", "\"99999999999999999999\" is not a whole number from 1 to 36500" },
	{ DAEMON, "alert_url", "example.org", "\"example.org\" is not a URL; begin it with https:// or http://" },
	{ DAEMON, "alert_url", "ftp://example.org", "\"ftp://example.org\" is not a URL; begin it with https:// or http://" },
	{ DELIVERY, "base_url", "https://",
	  "\"https://\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https:///x",
	  "\"https:///x\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https://a:0",
	  "\"https://a:0\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https://a:65536",
	  "\"https://a:65536\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https://a b/",
	  "\"https://a b/\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https://a/b c",
	  "\"https://a/b c\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https://[::1",
	  "\"https://[::1\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH" },
	{ DELIVERY, "base_url", "https://a/?x=1", "\"https://a/?x=1\" has a query or a fragment; end it before the ? or #" },
	{ DELIVERY, "base_url", "https://a#b", "\"https://a#b\" has a query or a fragment; end it before the ? or #" },
	{ DELIVERY, "base_url", "https://user:pw@a/", "the URL holds a user name or a password; take it out" },
	{ DELIVERY, "base_url", "https://user:pw@a/?x", "the URL holds a user name or a password; take it out" },
	{ DAEMON, "alert_url", "https://user@[::1", "the URL holds a user name or a password; take it out" },
	{ LISTEN, "address", "8080",
	  "\"8080\" is not an address; the port is a number from 0 to 65535 after the last colon, like 127.0.0.1:8080" },
	{ LISTEN, "address", "", "the value is empty; leave the line out for the default, 127.0.0.1:8080" },
	{ LISTEN, "tls_key", "key.pem", "the value is not an absolute path; begin it with a slash" },
	{ LISTEN, "trusted_proxies", "10.0.0.1/8", "\"10.0.0.1/8\" has bits set behind its prefix; the network is 10.0.0.0/8" },
	{ LISTEN, "trusted_proxies", "1.1.1.1, 192.168.255.255/17",
	  "\"192.168.255.255/17\" has bits set behind its prefix; the network is 192.168.128.0/17" },
	{ LISTEN, "trusted_proxies", "fd00::1/8", "\"fd00::1/8\" has bits set behind its prefix; the network is fd00::/8" },
	{ LISTEN, "trusted_proxies", "10.0.0.0/33",
	  "\"10.0.0.0/33\" has no good prefix; after the slash stands a number from 0 to 32" },
	{ LISTEN, "trusted_proxies", "fd00::/129", "\"fd00::/129\" has no good prefix; after the slash stands a number from 0 to 128" },
	{ LISTEN, "trusted_proxies", "10.0.0.0/", "\"10.0.0.0/\" has no good prefix; after the slash stands a number from 0 to 32" },
	{ LISTEN, "trusted_proxies", "10.0.0.0/8x", "\"10.0.0.0/8x\" has no good prefix; after the slash stands a number from 0 to 32" },
	{ LISTEN, "trusted_proxies", "10.0.0.0/8 junk",
	  "\"10.0.0.0/8 junk\" has no good prefix; after the slash stands a number from 0 to 32" },
	{ LISTEN, "trusted_proxies", "10.0.0.0/8,", "\"\" is not a network; write ADDRESS/PREFIX, as in 10.0.0.0/8 or fd00::/8" },
	{ LISTEN, "trusted_proxies", "proxy", "\"proxy\" is not a network; write ADDRESS/PREFIX, as in 10.0.0.0/8 or fd00::/8" },
	{ LISTEN, "max_body", "64", "\"64\" has no unit; write B, KiB or MiB after the number, as in 64KiB" },
	{ LISTEN, "max_body", "64kb", "\"64kb\" has the unknown unit 'kb'; write B, KiB or MiB, as in 64KiB" },
	{ LISTEN, "max_body", "0B", "\"0B\" is out of range; it goes from 1B to 16MiB" },
	{ LISTEN, "max_body", "17MiB", "\"17MiB\" is out of range; it goes from 1B to 16MiB" },
	{ LISTEN, "max_body", "0.5B", "\"0.5B\" is too fine; write it with fewer digits or a smaller unit" },
	{ DELIVERY, "callbacks", "maybe", "\"maybe\" is neither yes nor no" },
	{ DELIVERY, "language", "12345678901234567890123456789012345678901234567890123456789012345",
	  "it is 65 bytes long; at most 64 are possible" },
	{ DELIVERY, "journal_interval", "30", "\"30\" has no unit; write ms, s, min, h or d after the number, as in 30s" },
	{ DELIVERY, "journal_interval", "30sec", "\"30sec\" has the unknown unit 'sec'; write ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", "1.1234567s",
	  "\"1.1234567s\" has the unknown unit '7s'; write ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", "soon", "\"soon\" is not a duration; write a number and ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", ".5s", "\".5s\" is not a duration; write a number and ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", "5.s", "\"5.s\" is not a duration; write a number and ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", "-5s", "\"-5s\" is not a duration; write a number and ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", "9223372036854775807s", "\"9223372036854775807s\" is too large" },
	{ DELIVERY, "journal_interval", "9223372036854775808s",
	  "\"9223372036854775808s\" is not a duration; write a number and ms, s, min, h or d, as in 30s" },
	{ DELIVERY, "journal_interval", "0.0001ms", "\"0.0001ms\" is too fine; write it with fewer digits or a smaller unit" },
	{ DELIVERY, "journal_interval", "0s", "\"0s\" is out of range; it goes from 1ms to 1d" },
	{ DELIVERY, "approval_warning", "601s", "\"601s\" is out of range; it goes from 0s to 10min" },
	{ DELIVERY, "stale_retry", "0s..5s", "\"0s\" is out of range; it goes from 1ms to 1h" },
	{ DELIVERY, "stale_retry", "5s..2h", "\"2h\" is out of range; it goes from 1ms to 1h" },
	{ DELIVERY, "stale_retry", "30s..5s", "\"30s..5s\" ends before it begins; write 5s..30s" },
	{ DELIVERY, "stale_retry", "5..30s", "\"5\" has no unit; write ms, s, min, h or d after the number, as in 30s" },
	{ DELIVERY, "stale_retry", "5s..", "\"\" is not a duration; write a number and ms, s, min, h or d, as in 30s" },
	{ MARKET, "business_id", "0", "\"0\" is not a whole number from 1 to 9223372036854775807" },
	{ MARKET, "business_id", "-222", "\"-222\" is not a whole number from 1 to 9223372036854775807" },
	{ MARKET, "business_id", "9223372036854775808",
	  "\"9223372036854775808\" is not a whole number from 1 to 9223372036854775807" },
	{ MARKET, "business_id", "222 shop", "\"222 shop\" is not a whole number from 1 to 9223372036854775807" },
	{ MARKET, "campaigns", "111", NO_CAMPAIGN("111") },
	{ MARKET, "campaigns", "111:", NO_CAMPAIGN("111:") },
	{ MARKET, "campaigns", ":dbs", NO_CAMPAIGN(":dbs") },
	{ MARKET, "campaigns", "shop:dbs", NO_CAMPAIGN("shop:dbs") },
	{ MARKET, "campaigns", "111:fbs", NO_CAMPAIGN("111:fbs") },
	{ MARKET, "campaigns", "111:DBS", NO_CAMPAIGN("111:DBS") },
	{ MARKET, "campaigns", "111:dbss", NO_CAMPAIGN("111:dbss") },
	{ MARKET, "campaigns", "111 : dbs", NO_CAMPAIGN("111 : dbs") },
	{ MARKET, "campaigns", "111x:dbs", NO_CAMPAIGN("111x:dbs") },
	{ MARKET, "campaigns", "0:dbs", NO_CAMPAIGN("0:dbs") },
	{ MARKET, "campaigns", "-1:dbs", NO_CAMPAIGN("-1:dbs") },
	{ MARKET, "campaigns", "+1:dbs", NO_CAMPAIGN("+1:dbs") },
	{ MARKET, "campaigns", "9223372036854775808:dbs", NO_CAMPAIGN("9223372036854775808:dbs") },
	{ MARKET, "campaigns", "111:dbs 112:laas", NO_CAMPAIGN("111:dbs 112:laas") },
	{ MARKET, "campaigns", "111:dbs; 112:laas", NO_CAMPAIGN("111:dbs; 112:laas") },
	{ MARKET, "campaigns", "111:dbs,", NO_CAMPAIGN("") },
	{ MARKET, "campaigns", ",111:dbs", NO_CAMPAIGN("") },
	{ MARKET, "campaigns", "111:dbs,,112:laas", NO_CAMPAIGN("") },
	{ MARKET, "campaigns", ",", NO_CAMPAIGN("") },
	{ MARKET, "campaigns", "111:dbs, 112:laas, 111:laas", "campaign 111 stands twice; keep one of the two" },
	{ MARKET, "allow_from", "",
	  "the value is empty; leave the line out for the default, 5.45.207.0/25, 141.8.142.0/25, 5.255.253.0/25" },
};

/* What is written for the field; the caller frees it. */
static char *write_value(const struct conf_key *key, const void *field)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	conf_value_write(key, field, out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void assert_reads(const struct good *good, const char *text)
{
	const struct conf_key *key = find_key(good->section, good->key);
	union section section = { 0 };
	void *field = conf_key_field(key, &section);
	struct conf_error error;

	ck_assert_msg(conf_value_read(key, text, field, &error) == 0, "%s: %s", text, error.text);

	CLEANUP(text_cleanup) char *written = write_value(key, field);

	ck_assert_str_eq(written, good->written);
	conf_value_done(key, field);
}

START_TEST(a_good_value_is_read_and_written)
{
	const struct good *good = &goods[_i];

	assert_reads(good, good->text);
	assert_reads(good, good->written);
}
END_TEST

START_TEST(a_bad_value_is_told_what_would_be_right)
{
	const struct bad *bad = &bads[_i];
	const struct conf_key *key = find_key(bad->section, bad->key);
	union section section;
	union section before;
	struct conf_error error = { "" };

	memset(&section, 0x5a, sizeof(section));
	before = section;
	ck_assert_msg(conf_value_read(key, bad->text, conf_key_field(key, &section), &error) == ERR_INVALID, "%s", bad->text);
	ck_assert_str_eq(error.text, bad->error);
	ck_assert_mem_eq(&section, &before, sizeof(section));
}
END_TEST

START_TEST(each_default_is_a_good_value)
{
	const struct conf_key *key = &conf_keys[_i];
	union section section = { 0 };
	CLEANUP(text_cleanup) char *text = NULL;
	struct conf_error error;

	ck_assert_int_eq(conf_key_fallback(key, "main", &text), 0);
	ck_assert_msg(conf_value_read(key, text, conf_key_field(key, &section), &error) == 0, "%s: %s", key->name, error.text);
	conf_value_done(key, conf_key_field(key, &section));
}
END_TEST

START_TEST(each_explanation_is_one_to_three_sentences)
{
	const char *text = conf_keys[_i].explanation;
	int sentences = 1;

	ck_assert_int_eq(text[strlen(text) - 1], '.');
	for (const char *stop = text; (stop = strstr(stop, ". ")) != NULL; stop++)
		sentences++;
	ck_assert_int_le(sentences, 3);
}
END_TEST

START_TEST(a_new_value_replaces_the_old_one)
{
	const struct conf_key *key = find_key(LISTEN, "trusted_proxies");
	struct conf_listen listen = { 0 };
	struct conf_error error;

	ck_assert_int_eq(conf_value_read(key, "10.0.0.0/8, fd00::/8", &listen.trusted_proxies, &error), 0);
	ck_assert_int_eq(conf_value_read(key, "bad", &listen.trusted_proxies, &error), ERR_INVALID);
	ck_assert_uint_eq(listen.trusted_proxies.n, 2);
	ck_assert_int_eq(conf_value_read(key, "", &listen.trusted_proxies, &error), 0);
	ck_assert_uint_eq(listen.trusted_proxies.n, 0);
	conf_value_done(key, &listen.trusted_proxies);
}
END_TEST

START_TEST(variables_are_replaced_wherever_they_stand)
{
	const struct conf_key *key = find_key(DAEMON, "database");
	struct conf_daemon conf = { 0 };
	struct conf_error error;

	ck_assert_int_eq(setenv("CLAIMD_TEST_A", "aa", 1), 0);
	ck_assert_int_eq(setenv("CLAIMD_TEST_B", "${CLAIMD_TEST_A}", 1), 0);
	ck_assert_int_eq(setenv("CLAIMD_TEST_EMPTY", "", 1), 0);
	ck_assert_int_eq(conf_value_read(key, "/${CLAIMD_TEST_A}/${CLAIMD_TEST_B}${CLAIMD_TEST_EMPTY}$x", &conf.database, &error), 0);
	ck_assert_str_eq(conf.database, "/aa/${CLAIMD_TEST_A}$x");
	ck_assert_int_eq(conf_value_read(key, "${CLAIMD_TEST_EMPTY}", &conf.database, &error), ERR_INVALID);
	ck_assert_str_eq(error.text, "the value is empty; leave the line out for the default, /var/lib/claimd/claimd.db");
	conf_value_done(key, &conf.database);
}
END_TEST

START_TEST(a_late_path_keeps_a_variable_that_is_not_set)
{
	const struct conf_key *key = find_key(DELIVERY, "token_file");
	struct conf_source conf = { 0 };
	struct conf_error error;

	ck_assert_int_eq(conf_value_read(key, "${CLAIMD_TEST_UNSET}/token", &conf.credential_file, &error), 0);
	ck_assert_str_eq(conf.credential_file, "${CLAIMD_TEST_UNSET}/token");
	ck_assert_int_eq(setenv("CLAIMD_TEST_UNSET", "/set", 1), 0);
	ck_assert_int_eq(conf_value_read(key, "${CLAIMD_TEST_UNSET}/token", &conf.credential_file, &error), 0);
	ck_assert_str_eq(conf.credential_file, "/set/token");
	conf_value_done(key, &conf.credential_file);
}
END_TEST

START_TEST(a_path_that_may_be_a_secret_is_not_repeated)
{
	const struct conf_key *key = find_key(DELIVERY, "token_file");
	struct conf_source conf = { 0 };
	struct conf_error error;

	ck_assert_int_eq(conf_value_read(key, "y0_AgAAAAD", &conf.credential_file, &error), ERR_INVALID);
	ck_assert_ptr_null(strstr(error.text, "y0_"));
}
END_TEST

START_TEST(an_error_that_is_too_long_is_cut)
{
	struct conf_error error;
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(conf_fail(&error, ERR_INVALID, "%s", text), ERR_INVALID);
	conf_error_prefix(&error, "%s", "place: ");
	ck_assert_uint_eq(strlen(error.text), CONF_ERROR_SIZE - 1);
	ck_assert_int_eq(strncmp(error.text, "place: xxx", 10), 0);
	conf_error_prefix(&error, "%s", text);
	ck_assert_uint_eq(strlen(error.text), CONF_ERROR_SIZE - 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf-value");
	TCase *tc = tcase_create("conf-value");

	tcase_add_loop_test(tc, a_good_value_is_read_and_written, 0, (int)ARRAY_SIZE(goods));
	tcase_add_loop_test(tc, a_bad_value_is_told_what_would_be_right, 0, (int)ARRAY_SIZE(bads));
	tcase_add_loop_test(tc, each_default_is_a_good_value, 0, (int)conf_n_keys);
	tcase_add_loop_test(tc, each_explanation_is_one_to_three_sentences, 0, (int)conf_n_keys);
	tcase_add_test(tc, a_new_value_replaces_the_old_one);
	tcase_add_test(tc, variables_are_replaced_wherever_they_stand);
	tcase_add_test(tc, a_late_path_keeps_a_variable_that_is_not_set);
	tcase_add_test(tc, a_path_that_may_be_a_secret_is_not_repeated);
	tcase_add_test(tc, an_error_that_is_too_long_is_cut);
	suite_add_tcase(s, tc);
	return s;
}
