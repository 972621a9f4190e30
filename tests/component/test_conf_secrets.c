/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The secrets that a configuration names.
 * Component ring: real files.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf_bed.h"
#include "tls_pair.h"

static struct conf *load_one_delivery(const char *keys)
{
	CLEANUP(text_cleanup) char *text = NULL;

	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);
	ck_assert_int_gt(asprintf(&text, "\n[delivery main]\n%s", keys), 0);
	return conf_bed_load_text(text);
}

START_TEST(secrets_are_read_from_the_credentials_folder_by_default)
{
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", conf_bed_dir, 1), 0);
	conf_bed_write("delivery-main.token", "y0_token\n");
	conf_bed_write("delivery-main.secret", "Ab-9._~\n");

	CLEANUP(conf_cleanup) struct conf *conf = load_one_delivery("");

	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_str_eq(conf->sources[0]->credential.text, "y0_token");
	ck_assert_str_eq(conf->sources[0]->secret.text, "Ab-9._~");
}
END_TEST

START_TEST(a_callback_secret_is_not_needed_without_callbacks)
{
	conf_bed_write("t", "token");

	CLEANUP(conf_cleanup) struct conf *conf = load_one_delivery("token_file = ${TEST_DIR}/t\ncallbacks = no\n");

	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_str_eq(conf->sources[0]->credential.text, "token");
	ck_assert_ptr_null(conf->sources[0]->secret.text);
}
END_TEST

#define SIGNING_KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

START_TEST(signing_keys_are_read_where_a_url_is_set)
{
	conf_bed_write("t", "token");
	conf_bed_write("w", SIGNING_KEY "\n");
	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);

	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text(
		"[daemon]\nalert_url = https://shop.example/alerts\nalert_secret_file = ${TEST_DIR}/w\n"
		"[delivery main]\ntoken_file = ${TEST_DIR}/t\ncallbacks = no\n"
		"forward_url = https://shop.example/hook\nforward_secret_file = ${TEST_DIR}/w\n"
		"[delivery other]\ntoken_file = ${TEST_DIR}/t\ncallbacks = no\n");

	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_str_eq(conf->daemon.alert_secret.text, SIGNING_KEY);
	ck_assert_str_eq(conf->sources[0]->forward_secret.text, SIGNING_KEY);
	ck_assert_ptr_null(conf->sources[1]->forward_secret.text);
}
END_TEST

static const char *const no_signing_keys[] = {
	"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	"whsec_",
	"whsec_c2hvcnQ=",
	"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
	"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
	"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8=Po2L",
};

START_TEST(a_signing_key_is_one_of_standard_webhooks)
{
	conf_bed_write("w", no_signing_keys[_i]);
	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);

	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text(
		"[daemon]\nalert_url = https://shop.example/alerts\nalert_secret_file = ${TEST_DIR}/w\n");

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(conf_bed_error.text, ":3: alert_secret_file: "));
	ck_assert_ptr_nonnull(strstr(conf_bed_error.text, "/w holds no key of Standard Webhooks; write whsec_"));
	ck_assert_ptr_null(strstr(conf_bed_error.text, "MfKQ"));
	ck_assert_ptr_null(conf->daemon.alert_secret.text);
}
END_TEST

static struct conf *load_one_market(const char *keys)
{
	CLEANUP(text_cleanup) char *text = NULL;

	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);
	ck_assert_int_gt(asprintf(&text, "\n[market main]\nbusiness_id = 222\n%s", keys), 0);
	return conf_bed_load_text(text);
}

START_TEST(a_market_section_has_a_key_and_a_secret_of_its_own)
{
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", conf_bed_dir, 1), 0);
	conf_bed_write("market-main.key", "ACMA:abc:def\n");
	conf_bed_write("market-main.secret", "Ab-9._~\n");

	CLEANUP(conf_cleanup) struct conf *conf = load_one_market("");

	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_str_eq(conf->sources[0]->credential.text, "ACMA:abc:def");
	ck_assert_str_eq(conf->sources[0]->secret.text, "Ab-9._~");
}
END_TEST

START_TEST(a_notification_secret_is_not_needed_without_notifications)
{
	conf_bed_write("k", "ACMA:abc:def");

	CLEANUP(conf_cleanup) struct conf *conf = load_one_market("api_key_file = ${TEST_DIR}/k\nnotifications = no\n");

	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_str_eq(conf->sources[0]->credential.text, "ACMA:abc:def");
	ck_assert_ptr_null(conf->sources[0]->secret.text);
}
END_TEST

START_TEST(a_market_secret_that_can_not_be_used_is_told_with_its_own_key)
{
	conf_bed_write("k", "ACMA:abc:def");
	conf_bed_write("unsafe", "abc/notification");

	CLEANUP(conf_cleanup) struct conf *conf = load_one_market("api_key_file = ${CLAIMD_TEST_UNSET}/k\n");

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	conf_bed_assert_error("claimd.conf:4: api_key_file: the variable ${CLAIMD_TEST_UNSET} is not set; "
			      "set it, or write out what it stands for");

	CLEANUP(conf_cleanup) struct conf *unsafe =
		load_one_market("api_key_file = ${TEST_DIR}/k\nnotification_secret_file = ${TEST_DIR}/unsafe\n");
	CLEANUP(text_cleanup) char *wanted = NULL;

	ck_assert_int_eq(conf_load_secrets(unsafe, &conf_bed_error), ERR_INVALID);
	ck_assert_int_gt(asprintf(&wanted,
				  CONF_BED_MAIN ":5: notification_secret_file: %s/unsafe holds a character that can't stand in a "
						"URL's path; make it of A-Z a-z 0-9 . _ ~ and - only",
				  conf_bed_dir),
			 0);
	conf_bed_assert_error(wanted);
}
END_TEST

START_TEST(the_variable_of_a_default_is_told_with_the_section)
{
	CLEANUP(conf_cleanup) struct conf *conf = load_one_delivery("");

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	conf_bed_assert_error("claimd.conf:2: set token_file, its default fails: the variable ${CREDENTIALS_DIRECTORY} is not set; "
		     "set it, or write out what it stands for");
}
END_TEST

START_TEST(the_variable_of_a_key_is_told_with_the_key)
{
	CLEANUP(conf_cleanup) struct conf *conf = load_one_delivery("\ntoken_file = ${CLAIMD_TEST_UNSET}/t\n");

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	conf_bed_assert_error("claimd.conf:4: token_file: the variable ${CLAIMD_TEST_UNSET} is not set; "
		     "set it, or write out what it stands for");
}
END_TEST

/* The error of loading secrets is "DIR/claimd.conf", the first text, "DIR/" and the second text. */
static void assert_secret_error(const char *keys, int code, const char *before, const char *after)
{
	CLEANUP(conf_cleanup) struct conf *conf = load_one_delivery(keys);
	CLEANUP(text_cleanup) char *wanted = NULL;

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), code);
	ck_assert_int_gt(asprintf(&wanted, CONF_BED_MAIN "%s%s/%s", before, conf_bed_dir, after), 0);
	conf_bed_assert_error(wanted);
}

START_TEST(a_missing_default_file_is_told_with_the_section)
{
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", conf_bed_dir, 1), 0);
	assert_secret_error("", ERR_NOT_FOUND, ":2: set token_file, its default fails: there is no file ", "delivery-main.token");
	conf_bed_write("delivery-main.token", "t");
	assert_secret_error("", ERR_NOT_FOUND, ":2: set callback_secret_file, its default fails: there is no file ",
			    "delivery-main.secret");
}
END_TEST

START_TEST(a_secret_that_can_not_be_used_is_told_with_the_key)
{
	conf_bed_write("t", "token");
	conf_bed_write("empty", "\n");
	conf_bed_write("unsafe", "abc/d");
	assert_secret_error("token_file = ${TEST_DIR}/none\n", ERR_NOT_FOUND, ":3: token_file: there is no file ", "none");
	assert_secret_error("token_file = ${TEST_DIR}/.\n", ERR_IO, ":3: token_file: ", ". can't be read; let claimd's user read it");
	assert_secret_error("token_file = ${TEST_DIR}/empty\n", ERR_INVALID, ":3: token_file: ",
			    "empty does not hold one secret; write one line of at most 4096 bytes without blanks");
	assert_secret_error("token_file = ${TEST_DIR}/t\n\ncallback_secret_file = ${TEST_DIR}/unsafe\n", ERR_INVALID,
			    ":5: callback_secret_file: ",
			    "unsafe holds a character that can't stand in a URL's path; make it of A-Z a-z 0-9 . _ ~ and - only");
}
END_TEST

START_TEST(a_secret_that_fails_to_load_leaves_the_old_one)
{
	conf_bed_write("t", "old");

	CLEANUP(conf_cleanup) struct conf *conf = load_one_delivery("token_file = ${TEST_DIR}/t\ncallbacks = no\n");

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), 0);
	conf_bed_write("t", "");
	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	ck_assert_str_eq(conf->sources[0]->credential.text, "old");
	conf_bed_write("t", "new");
	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), 0);
	ck_assert_str_eq(conf->sources[0]->credential.text, "new");
}
END_TEST

static struct conf *load_tls(const char *keys)
{
	CLEANUP(text_cleanup) char *text = NULL;

	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);
	ck_assert_int_gt(asprintf(&text, "[listen]\n%s", keys), 0);
	return conf_bed_load_text(text);
}

START_TEST(the_variable_of_a_tls_path_is_needed_with_the_secrets)
{
	conf_bed_write("cert", tls_certificate);
	conf_bed_write("key", tls_key);

	CLEANUP(conf_cleanup) struct conf *conf =
		load_tls("tls_certificate = ${TEST_DIR}/cert\ntls_key = ${CREDENTIALS_DIRECTORY}/key\n");

	ck_assert_str_eq(conf->listen.tls_key, "${CREDENTIALS_DIRECTORY}/key");
	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	conf_bed_assert_error("claimd.conf:3: tls_key: the variable ${CREDENTIALS_DIRECTORY} is not set; "
			      "set it, or write out what it stands for");
	ck_assert_ptr_null(conf->listen.certificate.text);
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", conf_bed_dir, 1), 0);
	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_str_eq(conf->listen.certificate.text, tls_certificate);
	ck_assert_str_eq(conf->listen.key.text, tls_key);
}
END_TEST

/* What stands in cert and key, and what is said of it. */
static const struct {
	const char *certificate, *key;
	const char *error;
} bad_pairs[] = {
	{ tls_certificate, tls_other_key, ":3: tls_key: *key is the key of another certificate; put the key there that" },
	{ tls_certificate, tls_certificate, ":3: tls_key: *key holds no private key in PEM: " },
	{ tls_certificate, "", ":3: tls_key: *key is empty, or not a file in PEM" },
	{ tls_certificate, NULL, ":3: tls_key: there is no file *key" },
	{ tls_key, tls_key, ":2: tls_certificate: *cert holds no certificate in PEM: " },
	{ "nonsense", tls_key, ":2: tls_certificate: *cert holds no certificate in PEM: " },
	{ NULL, tls_key, ":2: tls_certificate: there is no file *cert" },
};

static void write_or_not(const char *name, const char *text)
{
	if (text)
		conf_bed_write(name, text);
}

/* A star stands for the folder and a slash. */
static void assert_error_has(const char *pattern)
{
	CLEANUP(text_cleanup) char *wanted = NULL;
	int before = (int)strcspn(pattern, "*");

	ck_assert_int_gt(asprintf(&wanted, "%.*s%s/%s", before, pattern, conf_bed_dir, pattern + before + 1), 0);
	ck_assert_msg(strstr(conf_bed_error.text, wanted), "no \"%s\" in: %s", wanted, conf_bed_error.text);
}

START_TEST(a_certificate_and_its_key_must_be_a_pair)
{
	write_or_not("cert", bad_pairs[_i].certificate);
	write_or_not("key", bad_pairs[_i].key);

	CLEANUP(conf_cleanup) struct conf *conf = load_tls("tls_certificate = ${TEST_DIR}/cert\ntls_key = ${TEST_DIR}/key\n");

	ck_assert_int_lt(conf_load_secrets(conf, &conf_bed_error), 0);
	assert_error_has(bad_pairs[_i].error);
	ck_assert_ptr_null(strstr(conf_bed_error.text, "BEGIN"));
	ck_assert_ptr_null(conf->listen.certificate.text);
	ck_assert_ptr_null(conf->listen.key.text);
}
END_TEST

START_TEST(a_bad_pair_leaves_the_old_one)
{
	conf_bed_write("cert", tls_certificate);
	conf_bed_write("key", tls_key);

	CLEANUP(conf_cleanup) struct conf *conf = load_tls("tls_certificate = ${TEST_DIR}/cert\ntls_key = ${TEST_DIR}/key\n");

	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), 0);
	conf_bed_write("cert", tls_other_certificate);
	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), ERR_INVALID);
	ck_assert_str_eq(conf->listen.certificate.text, tls_certificate);
	ck_assert_str_eq(conf->listen.key.text, tls_key);
	conf_bed_write("key", tls_other_key);
	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), 0);
	ck_assert_str_eq(conf->listen.certificate.text, tls_other_certificate);
	ck_assert_str_eq(conf->listen.key.text, tls_other_key);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf-secrets");
	TCase *tc = tcase_create("conf-secrets");

	tcase_add_checked_fixture(tc, conf_bed_make, NULL);
	tcase_add_test(tc, signing_keys_are_read_where_a_url_is_set);
	tcase_add_loop_test(tc, a_signing_key_is_one_of_standard_webhooks, 0, (int)ARRAY_SIZE(no_signing_keys));
	tcase_add_test(tc, secrets_are_read_from_the_credentials_folder_by_default);
	tcase_add_test(tc, a_callback_secret_is_not_needed_without_callbacks);
	tcase_add_test(tc, a_market_section_has_a_key_and_a_secret_of_its_own);
	tcase_add_test(tc, a_notification_secret_is_not_needed_without_notifications);
	tcase_add_test(tc, a_market_secret_that_can_not_be_used_is_told_with_its_own_key);
	tcase_add_test(tc, the_variable_of_a_default_is_told_with_the_section);
	tcase_add_test(tc, the_variable_of_a_key_is_told_with_the_key);
	tcase_add_test(tc, a_missing_default_file_is_told_with_the_section);
	tcase_add_test(tc, a_secret_that_can_not_be_used_is_told_with_the_key);
	tcase_add_test(tc, a_secret_that_fails_to_load_leaves_the_old_one);
	tcase_add_test(tc, the_variable_of_a_tls_path_is_needed_with_the_secrets);
	tcase_add_loop_test(tc, a_certificate_and_its_key_must_be_a_pair, 0, (int)ARRAY_SIZE(bad_pairs));
	tcase_add_test(tc, a_bad_pair_leaves_the_old_one);
	suite_add_tcase(s, tc);
	return s;
}
