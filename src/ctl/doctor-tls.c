/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The certificate that callbacks are taken in with: whether callers will believe it, how long, for which names, and whether the key
 * is its own.
 * Ctl layer: libgnutls lives here and nowhere else in it. The key is looked at and told to nobody.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf-value.h"
#include "ctl/doctor.h"

#define SECONDS_PER_DAY 86400

/* Whoever renews certificates by a timer does it a month before the end. */
#define EXPIRY_LOOK_DAYS 14

#define NAME_SIZE 256
#define DATE_SIZE 16

#define WHAT_CERTIFICATE "[listen] tls_certificate"
#define WHAT_KEY "[listen] tls_key"

DEFINE_CLEANUP(text, char *, free)

/* A chain: the certificate itself, then those that vouch for it. */
struct chain {
	gnutls_x509_crt_t *list;
	unsigned n;
};

static void chain_done(struct chain *chain)
{
	for (unsigned i = 0; i < chain->n; i++)
		gnutls_x509_crt_deinit(chain->list[i]);
	gnutls_free(chain->list);
}

static void datum_done(gnutls_datum_t *datum)
{
	if (datum->data)
		explicit_bzero(datum->data, datum->size);
	gnutls_free(datum->data);
}

/* 0 or an error of GnuTLS's. */
static int load_chain(const char *path, struct chain *ret)
{
	gnutls_datum_t text CLEANUP(datum_done) = { 0 };
	int r = gnutls_load_file(path, &text);

	if (r >= 0)
		r = gnutls_x509_crt_list_import2(&ret->list, &ret->n, &text, GNUTLS_X509_FMT_PEM, 0);
	return r >= 0 && ret->n == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : r;
}

/* --- How long --- */

static const char *date_text(time_t at, char buf[static DATE_SIZE])
{
	struct tm tm;

	if (!gmtime_r(&at, &tm) || strftime(buf, DATE_SIZE, "%Y-%m-%d", &tm) == 0)
		snprintf(buf, DATE_SIZE, "-");
	return buf;
}

static void advise_renewal(struct findings *findings)
{
	findings_advise(findings, "Renew it, and reload claimd: systemctl reload claimd");
}

static void check_time(struct findings *findings, struct wall now, gnutls_x509_crt_t certificate)
{
	time_t begin = gnutls_x509_crt_get_activation_time(certificate);
	time_t end = gnutls_x509_crt_get_expiration_time(certificate);
	time_t at = (time_t)(now.us / USEC_PER_SEC);
	char date[DATE_SIZE];

	if (at < begin) {
		findings_add(findings, FINDING_BAD, "it is not good before %s", date_text(begin, date));
		findings_advise(findings, "See whether the clock here is right, or use the one before it until then");
	} else if (at >= end) {
		findings_add(findings, FINDING_BAD, "it was good until %s: nobody calls any more", date_text(end, date));
		advise_renewal(findings);
	} else if (end - at < EXPIRY_LOOK_DAYS * SECONDS_PER_DAY) {
		findings_add(findings, FINDING_LOOK, "it is good until %s, in %" PRId64 " days", date_text(end, date),
		             (int64_t)(end - at) / SECONDS_PER_DAY);
		advise_renewal(findings);
	} else {
		findings_add(findings, FINDING_OK, "it is good until %s", date_text(end, date));
	}
}

/* --- For whom --- */

/* The DNS names of the certificate, with commas between; those alone count, the subject's common name does not. */
static int list_names(gnutls_x509_crt_t certificate, struct buf *ret)
{
	int r = ERR_OK;

	for (unsigned i = 0; r == ERR_OK; i++) {
		char name[NAME_SIZE];
		size_t size = sizeof(name);
		int kind = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &size, NULL);

		if (kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (kind == GNUTLS_SAN_DNSNAME)
			r = buf_addf(ret, "%s%s", ret->len > 0 ? ", " : "", name);
	}
	return r;
}

static void check_names(struct findings *findings, gnutls_x509_crt_t certificate)
{
	struct buf names CLEANUP(buf_done) = { 0 };

	if (list_names(certificate, &names) == ERR_OK && names.len > 0) {
		findings_add(findings, FINDING_OK, "it is for %s", names.data);
		return;
	}
	findings_add(findings, FINDING_BAD, "it is for no name: a caller finds no host in it");
	findings_advise(findings, "Get one with the host of the callback_url, or of the push URL, as its subject alternative name");
}

/* --- By whom --- */

static bool is_trusted(const struct chain *chain)
{
	gnutls_x509_trust_list_t authorities;
	unsigned status = GNUTLS_CERT_INVALID;

	if (gnutls_x509_trust_list_init(&authorities, 0) < 0)
		return false;
	if (gnutls_x509_trust_list_add_system_trust(authorities, 0, 0) > 0 &&
	    gnutls_x509_trust_list_verify_crt(authorities, chain->list, chain->n, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status, NULL) < 0)
		status = GNUTLS_CERT_INVALID;
	gnutls_x509_trust_list_deinit(authorities, 1);
	return status == 0;
}

static void check_trust(struct findings *findings, const struct chain *chain)
{
	bool self_signed = gnutls_x509_crt_check_issuer(chain->list[0], chain->list[0]) != 0;

	if (is_trusted(chain)) {
		findings_add(findings, FINDING_OK, "an authority that this machine trusts vouches for it");
		return;
	}
	findings_add(findings, FINDING_LOOK, self_signed ? "only itself vouches for it: nobody else has reason to believe it" :
	             "no authority that this machine trusts vouches for it");
	findings_advise(findings, self_signed ? "Get one from an authority: Yandex calls no other" :
	                "Put the intermediate certificates behind it, in the same file");
}

/* --- With what --- */

static void check_key(struct findings *findings, const char *certificate, const char *key)
{
	gnutls_certificate_credentials_t credentials;
	int r = gnutls_certificate_allocate_credentials(&credentials);

	findings_about(findings, WHAT_KEY);
	if (r >= 0) {
		r = gnutls_certificate_set_x509_key_file(credentials, certificate, key, GNUTLS_X509_FMT_PEM);
		gnutls_certificate_free_credentials(credentials);
	}
	if (r >= 0) {
		findings_add(findings, FINDING_OK, "it is the key of the certificate");
		return;
	}
	findings_add(findings, FINDING_BAD, r == GNUTLS_E_CERTIFICATE_KEY_MISMATCH ? "it is the key of another certificate" :
	             "it holds no private key in PEM: %s", gnutls_strerror(r));
	findings_advise(findings, "Put the key there that was made for this certificate");
}

static void check_pair(struct findings *findings, struct wall now, const char *certificate, const char *key)
{
	struct chain chain CLEANUP(chain_done) = { 0 };
	int r = load_chain(certificate, &chain);

	findings_about(findings, WHAT_CERTIFICATE);
	if (r < 0) {
		findings_add(findings, FINDING_BAD, "it holds no certificates in PEM: %s", gnutls_strerror(r));
		findings_advise(findings, "Put the certificate there, and behind it in the same file those that vouch for it");
		return;
	}
	check_time(findings, now, chain.list[0]);
	check_names(findings, chain.list[0]);
	check_trust(findings, &chain);
	check_key(findings, certificate, key);
}

void doctor_check_tls(struct findings *findings, struct wall now, const struct conf_listen *listen)
{
	char *certificate CLEANUP(text_cleanup) = NULL;
	char *key CLEANUP(text_cleanup) = NULL;
	struct conf_error error;

	if (conf_expand(listen->tls_certificate, &certificate, &error) == ERR_OK && conf_expand(listen->tls_key, &key, &error) == ERR_OK)
		check_pair(findings, now, certificate, key);
}

/* HOST is as a URL has it: a port may follow, and an IPv6 address stands in brackets. */
static char *host_name(const char *host, size_t len)
{
	const char *end = memchr(host, *host == '[' ? ']' : ':', len);
	size_t skip = *host == '[';

	return strndup(host + skip, (end ? (size_t)(end - host) : len) - skip);
}

void doctor_check_tls_host(struct findings *findings, const struct conf_listen *listen, const char *host, size_t len)
{
	struct chain chain CLEANUP(chain_done) = { 0 };
	char *path CLEANUP(text_cleanup) = NULL;
	char *name CLEANUP(text_cleanup) = host_name(host, len);
	struct conf_error error;

	if (!name || conf_expand(listen->tls_certificate, &path, &error) < 0 || load_chain(path, &chain) < 0) {
		findings_add(findings, FINDING_LOOK, "its host can't be compared with the certificate: %s can't be read here",
		             listen->tls_certificate);
		findings_advise(findings, "Run this where the file can be read");
	} else if (gnutls_x509_crt_check_hostname(chain.list[0], name) == 0) {
		findings_add(findings, FINDING_BAD, "its host is not one that the certificate in %s is for", path);
		findings_advise(findings, "Get a certificate for %s, or write a host that it is for", name);
	} else {
		findings_add(findings, FINDING_OK, "the certificate is for its host");
	}
}
