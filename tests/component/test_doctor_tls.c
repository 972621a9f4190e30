/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl doctor on the certificate, with certificates that are made here.
 * Component tests.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "doctor_world.h"
#include "suite.h"
#include "tls_pair.h"

#define DAY_S 86400

/* When doctor_world_run() looks. */
#define NOW_S ((time_t)(ctl_world_time(600).us / USEC_PER_SEC))

struct wish {
	const char *name; /* NULL: only a common name */
	time_t begin;
	time_t end;
};

static void write_pem(const char *file, const gnutls_datum_t *pem)
{
	char *text = strndup((const char *)pem->data, pem->size);

	doctor_world_write(file, text);
	free(text);
}

static gnutls_x509_privkey_t make_key(void)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem;

	ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_eq(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
	ck_assert_int_eq(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
	write_pem("key", &pem);
	gnutls_free(pem.data);
	return key;
}

/* Signed by itself, with its key, as the files cert and key. */
static void make_pair(const struct wish *wish)
{
	gnutls_x509_privkey_t key = make_key();
	gnutls_x509_crt_t certificate;
	gnutls_datum_t pem;

	ck_assert_int_eq(gnutls_x509_crt_init(&certificate), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_version(certificate, 3), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_serial(certificate, "1", 1), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_dn(certificate, "CN=shop.example", NULL), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_activation_time(certificate, wish->begin), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_expiration_time(certificate, wish->end), 0);
	if (wish->name)
		ck_assert_int_eq(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, wish->name,
		                                                      (unsigned)strlen(wish->name), GNUTLS_FSAN_SET), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_key(certificate, key), 0);
	ck_assert_int_eq(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
	ck_assert_int_eq(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem), 0);
	write_pem("cert", &pem);
	gnutls_free(pem.data);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

static void setup(void)
{
	char *lines = NULL;
	char *folder = NULL;

	doctor_world_setup();
	folder = strdup(doctor_world_file(""));
	ck_assert_int_gt(asprintf(&lines, "[listen]\ntls_certificate = %scert\ntls_key = %skey", folder, folder), 0);
	doctor_world_configure(lines);
	free(folder);
	free(lines);
	make_pair(&(struct wish){ "shop.example", NOW_S - DAY_S, NOW_S + 90 * DAY_S });
}

START_TEST(a_good_pair_is_told)
{
	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "ok", "[listen] tls_certificate", "it is good until 2026-12-22");
	doctor_world_expect(&run, "ok", "[listen] tls_certificate", "it is for shop.example");
	doctor_world_expect(&run, "ok", "[listen] tls_key", "it is the key of the certificate");
	ctl_world_expect_not_in(run.out, "PRIVATE");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(one_that_only_itself_vouches_for_is_worth_a_look)
{
	doctor_world_expect_run("", 0, "look", "[listen] tls_certificate", "Get one from an authority: Yandex calls no other");
}
END_TEST

START_TEST(one_that_ends_soon_is_worth_a_look)
{
	make_pair(&(struct wish){ "shop.example", NOW_S - DAY_S, NOW_S + 13 * DAY_S + 1 });
	doctor_world_expect_run("", 0, "look", "[listen] tls_certificate", "it is good until 2026-10-06, in 13 days. Renew it, and reload");
	make_pair(&(struct wish){ "shop.example", NOW_S - DAY_S, NOW_S + 15 * DAY_S });
	doctor_world_expect_run("", 0, "ok", "[listen] tls_certificate", "it is good until 2026-10-08");
}
END_TEST

START_TEST(one_whose_time_is_over_or_has_not_begun_is_bad)
{
	make_pair(&(struct wish){ "shop.example", NOW_S - 9 * DAY_S, NOW_S - DAY_S });
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_certificate", "it was good until 2026-09-22");
	make_pair(&(struct wish){ "shop.example", NOW_S + DAY_S, NOW_S + 90 * DAY_S });
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_certificate", "it is not good before 2026-09-24");
}
END_TEST

START_TEST(one_without_a_name_is_bad)
{
	make_pair(&(struct wish){ NULL, NOW_S - DAY_S, NOW_S + 90 * DAY_S });
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_certificate", "it is for no name");
}
END_TEST

START_TEST(the_key_of_another_one_is_bad)
{
	doctor_world_write("key", tls_key);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_key", "it is the key of another certificate");
}
END_TEST

START_TEST(what_is_none_is_bad)
{
	doctor_world_write("cert", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_certificate", "it holds no certificates in PEM");
	doctor_world_write("cert", "");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_certificate", "it holds no certificates in PEM");
	doctor_world_write("cert", tls_certificate);
	doctor_world_write("key", "nothing\n");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[listen] tls_key", "it holds no private key in PEM");
}
END_TEST

#define CALLBACK(host) "https://" host "/delivery/main/SECRET?"

START_TEST(a_url_must_name_a_host_that_it_is_for)
{
	doctor_world_expect_run(CALLBACK("shop.example"), 0, "ok", "callback_url", "the certificate is for its host");
	doctor_world_expect_run(CALLBACK("Shop.Example:8443"), 0, "ok", "callback_url", "the certificate is for its host");
	doctor_world_expect_run(CALLBACK("www.shop.example"), EX_UNAVAILABLE, "bad", "callback_url",
	                        "Get a certificate for www.shop.example, or");
	doctor_world_expect_run(CALLBACK("[2001:db8::1]:443"), EX_UNAVAILABLE, "bad", "callback_url",
	                        "Get a certificate for 2001:db8::1, or");
	doctor_world_write("cert", "");
	doctor_world_expect_run(CALLBACK("shop.example"), 0, "look", "callback_url", "its host can't be compared");
}
END_TEST

START_TEST(a_wildcard_is_for_all_below_it)
{
	make_pair(&(struct wish){ "*.shop.example", NOW_S - DAY_S, NOW_S + 90 * DAY_S });
	doctor_world_expect_run(CALLBACK("www.shop.example"), 0, "ok", "callback_url", "the certificate is for its host");
	doctor_world_expect_run(CALLBACK("shop.example"), EX_UNAVAILABLE, "bad", "callback_url", "Get a certificate for shop.example");
}
END_TEST

START_TEST(behind_a_proxy_the_certificate_is_the_proxys)
{
	doctor_world_configure("");

	struct ctl_world_run run = doctor_world_run(CALLBACK("www.shop.example"));

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_not_in(run.out, "its host");
	ctl_world_run_done(&run);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("doctor tls");
	TCase *tcase = tcase_create("tls");

	tcase_add_checked_fixture(tcase, setup, doctor_world_teardown);
	tcase_add_test(tcase, a_good_pair_is_told);
	tcase_add_test(tcase, one_that_only_itself_vouches_for_is_worth_a_look);
	tcase_add_test(tcase, one_that_ends_soon_is_worth_a_look);
	tcase_add_test(tcase, one_whose_time_is_over_or_has_not_begun_is_bad);
	tcase_add_test(tcase, one_without_a_name_is_bad);
	tcase_add_test(tcase, the_key_of_another_one_is_bad);
	tcase_add_test(tcase, what_is_none_is_bad);
	tcase_add_test(tcase, a_url_must_name_a_host_that_it_is_for);
	tcase_add_test(tcase, a_wildcard_is_for_all_below_it);
	tcase_add_test(tcase, behind_a_proxy_the_certificate_is_the_proxys);
	suite_add_tcase(suite, tcase);
	return suite;
}
