/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The certificate that callbacks are taken in with, and its key: whole files as texts, which the TLS library has looked at.
 * Conf layer; the only user of libgnutls in it.
 * No key gets into an error text.
 */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

/* A long chain is a tenth of it. */
#define PEM_MAX 262144

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static int read_file(const char *path, struct secret *ret)
{
	CLEANUP(close_file) FILE *file = fopen(path, "re");

	if (!file)
		return err_from_errno(errno);
	/* No stdio buffer, which nobody would wipe. */
	setvbuf(file, NULL, _IONBF, 0);
	CLEANUP(secret_done) struct secret text = { .text = calloc(1, PEM_MAX + 1) };
	if (!text.text)
		return ERR_NOMEM;
	text.len = fread(text.text, 1, PEM_MAX + 1, file);
	if (ferror(file))
		return ERR_IO;
	if (text.len == 0 || text.len > PEM_MAX || memchr(text.text, '\0', text.len))
		return ERR_INVALID;
	text.text[text.len] = '\0';
	*ret = text;
	text = (struct secret){ 0 };
	return 0;
}

static int load_text(const char *path, struct secret *ret, struct conf_error *ret_error)
{
	int r = read_file(path, ret);

	if (r == ERR_NOT_FOUND)
		return conf_fail(ret_error, r, "there is no file %s", path);
	if (r == ERR_INVALID)
		return conf_fail(ret_error, r, "%s is empty, or not a file in PEM", path);
	if (r == ERR_NOMEM)
		return conf_fail_nomem(ret_error);
	if (r < 0)
		return conf_fail(ret_error, r, "%s can't be read; let claimd's user read it", path);
	return 0;
}

static gnutls_datum_t datum_of(const struct secret *text)
{
	return (gnutls_datum_t){ .data = (unsigned char *)text->text, .size = (unsigned)text->len };
}

static int check_chain(const char *path, const struct secret *text, struct conf_error *ret_error)
{
	const gnutls_datum_t datum = datum_of(text);
	gnutls_x509_crt_t *list = NULL;
	unsigned n = 0;
	int r = gnutls_x509_crt_list_import2(&list, &n, &datum, GNUTLS_X509_FMT_PEM, 0);

	for (unsigned i = 0; r >= 0 && i < n; i++)
		gnutls_x509_crt_deinit(list[i]);
	gnutls_free(list);
	if (r >= 0 && n > 0)
		return 0;
	return conf_fail(ret_error, ERR_INVALID,
		"%s holds no certificate in PEM: %s; put it there, and those that vouch for it behind it", path,
		gnutls_strerror(r < 0 ? r : GNUTLS_E_NO_CERTIFICATE_FOUND));
}

/* 0 or an error of GnuTLS's. */
static int try_pair(const gnutls_datum_t *certificate, const gnutls_datum_t *key)
{
	gnutls_certificate_credentials_t credentials;
	int r = gnutls_certificate_allocate_credentials(&credentials);

	if (r < 0)
		return r;
	r = gnutls_certificate_set_x509_key_mem(credentials, certificate, key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(credentials);
	return r;
}

static int check_key(const char *path, const struct secret *text, const struct secret *certificate, struct conf_error *ret_error)
{
	const gnutls_datum_t certificate_datum = datum_of(certificate), key_datum = datum_of(text);
	int r = try_pair(&certificate_datum, &key_datum);

	if (r >= 0)
		return 0;
	if (r == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return conf_fail(ret_error, ERR_INVALID,
			"%s is the key of another certificate; put the key there that the one in tls_certificate was made for", path);
	return conf_fail(ret_error, ERR_INVALID, "%s holds no private key in PEM: %s; put it there, without a pass phrase", path,
		gnutls_strerror(r));
}

int conf_pem_load(const char *path, const struct secret *certificate, struct secret *ret, struct conf_error *ret_error)
{
	CLEANUP(secret_done) struct secret text = { 0 };
	int r = load_text(path, &text, ret_error);

	if (r == 0)
		r = certificate ? check_key(path, &text, certificate, ret_error) : check_chain(path, &text, ret_error);
	if (r < 0)
		return r;
	*ret = text;
	text = (struct secret){ 0 };
	return 0;
}
