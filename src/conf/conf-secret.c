/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The secrets that a configuration names.
 * Conf layer.
 * No secret gets into an error text, nor does a path's content.
 */
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

#define SIGNING_PREFIX "whsec_"
#define SIGNING_MIN 32 /* digits of base64, for 24 bytes */
#define SIGNING_MAX 86 /* for 64 */

/* A path that is needed now: the key, the section it stands in, and its value. */
struct need {
	const struct conf *conf;
	const struct conf_key *key;
	const void *section;
	char **path;
	bool in_url; /* the secret will stand in a URL's path */
};

/* Puts before the error where the path was set, or which section should set it. */
static void place_error(const struct need *need, struct conf_error *error)
{
	const struct conf_origins *origins = need->conf->origins;
	const struct conf_origin *origin = conf_origins_find(origins, need->section, need->key);

	if (origin) {
		conf_error_prefix(error, "%s:%u: %s: ", origins->files[origin->file], origin->line, need->key->name);
		return;
	}
	conf_error_prefix(error, "set %s, its default fails: ", need->key->name);
	origin = conf_origins_find(origins, need->section, NULL);
	if (origin)
		conf_error_prefix(error, "%s:%u: ", origins->files[origin->file], origin->line);
}

/* Replaces what variables are left in the path, now that it is needed. */
static int settle_path(const struct need *need, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *ignored = NULL;

	if (!strstr(*need->path, "${"))
		return 0;

	int r = conf_expand(*need->path, &ignored, ret_error);

	if (r < 0)
		return r == ERR_NOT_FOUND ? ERR_INVALID : r;
	return conf_value_read(need->key, *need->path, need->path, ret_error);
}

static int read_secret(const struct need *need, struct secret *ret, struct conf_error *ret_error)
{
	const char *path = *need->path;
	int r = secret_load(path, ret);

	switch ((enum err)r) {
	case ERR_OK:
		return 0;
	case ERR_NOT_FOUND:
		return conf_fail(ret_error, r, "there is no file %s", path);
	case ERR_INVALID:
		return conf_fail(ret_error, r,
			"%s does not hold one secret; write one line of at most %d bytes without blanks", path,
			SECRET_MAX);
	case ERR_NOMEM:
		return conf_fail_nomem(ret_error);
	case ERR_IO:
	case ERR_BUSY:
	case ERR_FULL:
	case ERR_CORRUPT:
	case ERR_TOO_NEW:
	case ERR_REFUSED:
		break;
	}
	return conf_fail(ret_error, r, "%s can't be read; let claimd's user read it", path);
}

/* What may stand in the path of a URL as it is, so that no proxy rewrites it. */
static bool is_url_safe(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")] == '\0';
}

static int read_url_secret(const struct need *need, struct secret *ret, struct conf_error *ret_error)
{
	int r = read_secret(need, ret, ret_error);

	if (r < 0 || is_url_safe(ret->text))
		return r;
	secret_done(ret);
	return conf_fail(ret_error, ERR_INVALID,
		"%s holds a character that can't stand in a URL's path; make it of A-Z a-z 0-9 . _ ~ and - only",
		*need->path);
}

static int load_secret(const struct need *need, struct secret *secret, struct conf_error *ret_error)
{
	struct secret fresh;
	int r = settle_path(need, ret_error);

	if (r == 0)
		r = need->in_url ? read_url_secret(need, &fresh, ret_error) : read_secret(need, &fresh, ret_error);
	if (r < 0) {
		place_error(need, ret_error);
		return r;
	}
	secret_done(secret);
	*secret = fresh;
	return 0;
}

/* Standard Webhooks: "whsec_" and 24 to 64 bytes in base64. */
static bool is_signing_key(const struct secret *secret)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *code = secret->text + strlen(SIGNING_PREFIX);
	size_t len;

	if (strncmp(secret->text, SIGNING_PREFIX, strlen(SIGNING_PREFIX)) != 0)
		return false;
	len = strspn(code, base64);
	return len >= SIGNING_MIN && len <= SIGNING_MAX && strlen(code) % 4 == 0 && strspn(code + len, "=") <= 2 &&
	       code[len + strspn(code + len, "=")] == '\0';
}

static int load_signing_key(const struct need *need, struct secret *secret, struct conf_error *ret_error)
{
	struct secret fresh = { 0 };
	int r = load_secret(need, &fresh, ret_error);

	if (r < 0)
		return r;
	if (!is_signing_key(&fresh)) {
		secret_done(&fresh);
		(void)conf_fail(ret_error, ERR_INVALID,
			"%s holds no key of Standard Webhooks; write whsec_ and 24 to 64 random bytes in base64, as from: "
			"echo whsec_$(openssl rand -base64 32)", *need->path);
		place_error(need, ret_error);
		return ERR_INVALID;
	}
	secret_done(secret);
	*secret = fresh;
	return 0;
}

/* The secret of a source whose file the key at OFFSET of struct conf_source names. */
static struct need source_need(const struct conf *conf, struct conf_source *source, size_t offset)
{
	return (struct need){
		.conf = conf,
		.key = conf_key_find(conf_source_section(source), conf_source_key(source->kind, offset)),
		.section = source,
		.path = (char **)(void *)((char *)source + offset),
	};
}

static int load_source(const struct conf *conf, struct conf_source *source, struct conf_error *ret_error)
{
	struct need credential = source_need(conf, source, offsetof(struct conf_source, credential_file));
	struct need secret = source_need(conf, source, offsetof(struct conf_source, secret_file));
	struct need forward = source_need(conf, source, offsetof(struct conf_source, forward_secret_file));
	int r = load_secret(&credential, &source->credential, ret_error);

	secret.in_url = true;
	if (r == 0 && source->callbacks)
		r = load_secret(&secret, &source->secret, ret_error);
	if (r == 0 && *source->forward_url)
		r = load_signing_key(&forward, &source->forward_secret, ret_error);
	return r;
}

static int load_alert(struct conf *conf, struct conf_error *ret_error)
{
	const struct need alert = {
		.conf = conf,
		.key = conf_key_find(CONF_SECTION_daemon, "alert_secret_file"),
		.section = &conf->daemon,
		.path = &conf->daemon.alert_secret_file,
	};

	return *conf->daemon.alert_url ? load_signing_key(&alert, &conf->daemon.alert_secret, ret_error) : 0;
}

static struct need listen_need(const struct conf *conf, const char *key, char **path)
{
	return (struct need){
		.conf = conf,
		.key = conf_key_find(CONF_SECTION_listen, key),
		.section = &conf->listen,
		.path = path,
	};
}

static int load_pem(const struct need *need, const struct secret *certificate, struct secret *ret, struct conf_error *ret_error)
{
	int r = settle_path(need, ret_error);

	if (r == 0)
		r = conf_pem_load(*need->path, certificate, ret, ret_error);
	if (r < 0)
		place_error(need, ret_error);
	return r;
}

/* Both or neither: each alone is of no use. */
static int load_tls(struct conf *conf, struct conf_error *ret_error)
{
	struct conf_listen *listen = &conf->listen;
	const struct need certificate_need = listen_need(conf, "tls_certificate", &listen->tls_certificate);
	const struct need key_need = listen_need(conf, "tls_key", &listen->tls_key);
	struct secret certificate = { 0 }, key;

	if (!*listen->tls_certificate)
		return 0;

	int r = load_pem(&certificate_need, NULL, &certificate, ret_error);

	if (r == 0)
		r = load_pem(&key_need, &certificate, &key, ret_error);
	if (r < 0) {
		secret_done(&certificate);
		return r;
	}
	secret_done(&listen->certificate);
	secret_done(&listen->key);
	listen->certificate = certificate;
	listen->key = key;
	return 0;
}

int conf_load_secrets(struct conf *conf, struct conf_error *ret_error)
{
	int r = load_tls(conf, ret_error);

	if (r == 0)
		r = load_alert(conf, ret_error);
	for (size_t i = 0; i < conf->n_sources && r == 0; i++)
		r = load_source(conf, conf->sources[i], ret_error);
	return r;
}
