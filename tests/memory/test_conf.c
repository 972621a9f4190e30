/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the configuration when memory gives out, at each allocation in turn: it is read whole or not at all, what stands stays, the
 * error says why, and nothing is lost.
 * Memory ring: real files.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "component/conf_bed.h"
#include "scarce.h"
#include "tests/suite.h"
#include "tests/tls_pair.h"

static const char everything[] =
	"[daemon]\n"
	"log_level = debug\n"
	"alert_url = https://${TEST_HOST}/alerts\n"
	"alert_secret_file = ${TEST_DIR}/alert\n"
	"[listen]\n"
	"trusted_proxies = 10.0.0.0/8, fd00::/8\n"
	"tls_certificate = ${TEST_DIR}/cert\n"
	"tls_key = ${TEST_DIR}/key\n"
	"[delivery main]\n"
	"token_file = ${TEST_DIR}/token\n"
	"callback_secret_file = ${TEST_DIR}/secret\n"
	"language = en\n"
	"[market shop]\n"
	"campaigns = 111:dbs, 112:laas\n"
	"business_id = 222\n"
	"api_key_file = ${TEST_DIR}/token\n"
	"notification_secret_file = ${TEST_DIR}/secret\n";

static char *path;
static struct conf *conf;
static bool is_whole; /* what was read last has all that is in the file: stdio can do without a buffer, so not every lack is felt */

static void setup(void)
{
	conf_bed_make();
	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);
	ck_assert_int_eq(setenv("TEST_HOST", "shop.example", 1), 0);
	conf_bed_write("cert", tls_certificate);
	conf_bed_write("key", tls_key);
	conf_bed_write("token", "y0_AgAAAAD-very-secret-token\n");
	conf_bed_write("alert", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n");
	conf_bed_write("secret", "s3cret-of-main_0123456789\n");
	conf = conf_bed_load_text(everything);
	path = conf_bed_path(CONF_BED_MAIN);
}

static void teardown(void)
{
	conf_free(conf);
	free(path);
}

static int load(void)
{
	struct conf *fresh = NULL;
	int r = conf_load(path, &fresh, &conf_bed_error);

	is_whole = r == ERR_OK && fresh->n_sources == 2 && fresh->sources[1]->market.campaigns.n == 2 &&
	           fresh->listen.trusted_proxies.n == 2 && strcmp(fresh->daemon.alert_url, "https://shop.example/alerts") == 0;
	conf_free(fresh);
	return r;
}

static int load_secrets(void)
{
	struct conf *fresh = NULL;
	int r = conf_load(path, &fresh, &conf_bed_error);

	if (r == ERR_OK)
		r = conf_load_secrets(fresh, &conf_bed_error);
	is_whole = r == ERR_OK && fresh->daemon.alert_secret.len > 0 && fresh->sources[0]->secret.len > 0 && fresh->listen.key.len > 0;
	conf_free(fresh);
	return r;
}

static const struct {
	const char *name;
	int (*run)(void);
	bool ours; /* GnuTLS, which certificates are shown to, is not fit to be tried */
} loads[] = { { "a file", load, false }, { "its secrets", load_secrets, true } };

#define LOADS ((int)ARRAY_SIZE(loads))

START_TEST(what_memory_does_not_suffice_for_is_refused_with_the_reason_and_nothing_is_lost)
{
	const struct scarcity scarcity = { .ours = loads[_i % LOADS].ours, .for_good = _i >= LOADS };
	const char *name = loads[_i % LOADS].name;
	bool failed = true;

	ck_assert_msg(loads[_i % LOADS].run() == ERR_OK, "%s", conf_bed_error.text);
	for (size_t nth = 1; failed; nth++) {
		conf_bed_error.text[0] = '\0';
		scarce_begin(scarcity, nth);

		int r = loads[_i % LOADS].run();

		failed = scarce_end();
		ck_assert_msg(r == ERR_OK ? is_whole : failed && strcasestr(conf_bed_error.text, "memory"), "%s, %s: %s: %s", name,
		              scarce_text(scarcity, nth), err_text(r), conf_bed_error.text);
		ck_assert_msg(scarce_kept() == 0, "%s, %s: %ld blocks are lost", name, scarce_text(scarcity, nth), scarce_kept());
	}
}
END_TEST

START_TEST(secrets_that_can_t_be_loaded_anew_stay_as_they_were)
{
	int r = ERR_NOMEM;

	ck_assert_msg(conf_load_secrets(conf, &conf_bed_error) == ERR_OK, "%s", conf_bed_error.text);
	for (size_t nth = 1; r != ERR_OK; nth++) {
		scarce_begin((struct scarcity){ .ours = true }, nth);
		r = conf_load_secrets(conf, &conf_bed_error);
		scarce_end();
		ck_assert_str_eq(conf->sources[0]->credential.text, "y0_AgAAAAD-very-secret-token");
		ck_assert_str_eq(conf->sources[1]->secret.text, "s3cret-of-main_0123456789");
		ck_assert_uint_gt(strlen(conf->listen.key.text), 0);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("conf");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, what_memory_does_not_suffice_for_is_refused_with_the_reason_and_nothing_is_lost, 0, 2 * LOADS);
	tcase_add_test(tcase, secrets_that_can_t_be_loaded_anew_stay_as_they_were);
	suite_add_tcase(suite, tcase);
	return suite;
}
