/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration's life, and what must hold between its keys.
 * Conf layer.
 * Changes nothing outside: a reload may load a new one and throw it away.
 */
#include "conf/conf.h"

#include <stdarg.h>
#include <string.h>

#include "base/address.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif

int conf_fail(struct conf_error *ret_error, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret_error->text, sizeof(ret_error->text), fmt, args);
	va_end(args);
	return code;
}

int conf_fail_nomem(struct conf_error *ret_error)
{
	return conf_fail(ret_error, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

void conf_error_prefix(struct conf_error *error, const char *fmt, ...)
{
	struct conf_error tail = *error;
	va_list args;

	va_start(args, fmt);

	int n = vsnprintf(error->text, sizeof(error->text), fmt, args);

	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(error->text))
		(void)snprintf(error->text + n, sizeof(error->text) - (size_t)n, "%s", tail.text);
}

void *conf_section_single(struct conf *conf, enum conf_section section)
{
	switch (section) {
	case CONF_SECTION_daemon:
		return &conf->daemon;
	case CONF_SECTION_listen:
		return &conf->listen;
	case CONF_SECTION_admin:
		return &conf->admin;
	case CONF_SECTION_delivery:
	case CONF_SECTION_market:
	case CONF_SECTION_MAX:
		return NULL;
	}
	return NULL;
}

static int set_default(const struct conf_key *key, const char *name, void *section, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *text = NULL;

	if (conf_key_fallback(key, name, &text) < 0)
		return conf_fail_nomem(ret_error);
	return conf_value_read(key, text, conf_key_field(key, section), ret_error);
}

static int set_defaults(enum conf_section type, const char *name, void *section, struct conf_error *ret_error)
{
	int r = 0;

	for (size_t i = 0; i < conf_n_keys && r == 0; i++)
		if (conf_keys[i].section == type)
			r = set_default(&conf_keys[i], name, section, ret_error);
	return r;
}

static void free_values(enum conf_section type, void *section)
{
	for (size_t i = 0; i < conf_n_keys; i++)
		if (conf_keys[i].section == type)
			conf_value_done(&conf_keys[i], conf_key_field(&conf_keys[i], section));
}

static const enum conf_section source_sections[CONF_SOURCE_KIND_MAX] = {
	[CONF_DELIVERY] = CONF_SECTION_delivery,
	[CONF_MARKET] = CONF_SECTION_market,
};

enum conf_section conf_source_section(const struct conf_source *source)
{
	return source_sections[source->kind];
}

const char *conf_source_kind_text(enum conf_source_kind kind)
{
	return conf_section_types[source_sections[kind]].name;
}

const char *conf_source_key(enum conf_source_kind kind, size_t offset)
{
	for (size_t i = 0; i < conf_n_keys; i++)
		if (conf_keys[i].section == source_sections[kind] && conf_keys[i].offset == offset)
			return conf_keys[i].name;
	return NULL;
}

struct conf_source *conf_source_find(const struct conf *conf, enum conf_source_kind kind, const char *name)
{
	for (size_t i = 0; i < conf->n_sources; i++)
		if (conf->sources[i]->kind == kind && strcmp(conf->sources[i]->name, name) == 0)
			return conf->sources[i];
	return NULL;
}

static void source_free(struct conf_source *source)
{
	if (!source)
		return;
	secret_done(&source->credential);
	secret_done(&source->secret);
	secret_done(&source->forward_secret);
	free_values(conf_source_section(source), source);
	free(source);
}

DEFINE_CLEANUP(source, struct conf_source *, source_free)

int conf_source_take(
	struct conf *conf, enum conf_section type, const char *name, struct conf_source **ret, struct conf_error *ret_error)
{
	enum conf_source_kind kind = type == CONF_SECTION_market ? CONF_MARKET : CONF_DELIVERY;
	struct conf_source *known = conf_source_find(conf, kind, name);

	if (known) {
		*ret = known;
		return 0;
	}

	CLEANUP(source_cleanup) struct conf_source *source = calloc(1, sizeof(*source));

	if (!source)
		return conf_fail_nomem(ret_error);
	source->kind = kind;
	(void)snprintf(source->name, sizeof(source->name), "%s", name);

	int r = set_defaults(type, name, source, ret_error);

	if (r < 0)
		return r;

	struct conf_source **list = reallocarray(conf->sources, conf->n_sources + 1, sizeof(struct conf_source *));

	if (!list)
		return conf_fail_nomem(ret_error);
	conf->sources = list;
	list[conf->n_sources++] = source;
	*ret = source;
	source = NULL;
	return 0;
}

int conf_new(struct conf **ret, struct conf_error *ret_error)
{
	CLEANUP(conf_cleanup) struct conf *conf = calloc(1, sizeof(*conf));

	if (!conf || !(conf->origins = calloc(1, sizeof(*conf->origins))))
		return conf_fail_nomem(ret_error);
	for (enum conf_section type = 0; type < CONF_SECTION_MAX; type++) {
		void *section = conf_section_single(conf, type);
		int r = section ? set_defaults(type, "", section, ret_error) : 0;

		if (r < 0)
			return r;
	}
	*ret = conf;
	conf = NULL;
	return 0;
}

struct conf *conf_free(struct conf *conf)
{
	if (!conf)
		return NULL;
	for (enum conf_section type = 0; type < CONF_SECTION_MAX; type++)
		if (conf_section_single(conf, type))
			free_values(type, conf_section_single(conf, type));
	for (size_t i = 0; i < conf->n_sources; i++)
		source_free(conf->sources[i]);
	free(conf->sources);
	secret_done(&conf->daemon.alert_secret);
	secret_done(&conf->listen.certificate);
	secret_done(&conf->listen.key);
	conf_origins_free(conf->origins);
	free(conf);
	return NULL;
}

/* Puts before the error where the key was set. */
static int fail_at(const struct conf *conf, const struct conf_origin *origin, struct conf_error *error)
{
	if (origin)
		conf_error_prefix(error, "%s:%u: ", conf->origins->files[origin->file], origin->line);
	return ERR_INVALID;
}

static const struct conf_origin *listen_origin(const struct conf *conf, const char *key)
{
	return conf_origins_find(conf->origins, &conf->listen, conf_key_find(CONF_SECTION_listen, key));
}

static int check_tls(const struct conf *conf, struct conf_error *ret_error)
{
	bool certificate = *conf->listen.tls_certificate != '\0', key = *conf->listen.tls_key != '\0';

	if (certificate == key)
		return 0;
	(void)conf_fail(ret_error, ERR_INVALID, "%s is set, but %s is not; set both, or neither for plain HTTP",
		certificate ? "tls_certificate" : "tls_key", certificate ? "tls_key" : "tls_certificate");
	return fail_at(conf, listen_origin(conf, certificate ? "tls_certificate" : "tls_key"), ret_error);
}

/* The admin side must never be where the public is. */
static int check_addresses(const struct conf *conf, struct conf_error *ret_error)
{
	struct address public, admin;

	if (address_parse(conf->listen.address, &public, NULL) < 0 || address_parse(conf->admin.address, &admin, NULL) < 0)
		return conf_fail(ret_error, ERR_INVALID, "%s", err_text(ERR_INVALID));
	if (!address_is_same(&public, &admin))
		return 0;

	const struct conf_origin *origin =
		conf_origins_find(conf->origins, &conf->admin, conf_key_find(CONF_SECTION_admin, "address"));

	(void)conf_fail(ret_error, ERR_INVALID, "[listen] and [admin] have the same address, %s; give each its own",
		conf->admin.address);
	return fail_at(conf, origin ? origin : listen_origin(conf, "address"), ret_error);
}

static int check_business(const struct conf *conf, const struct conf_source *source, struct conf_error *ret_error)
{
	if (source->kind != CONF_MARKET || source->market.business_id != 0)
		return 0;

	const struct conf_key *key = conf_key_find(CONF_SECTION_market, "business_id");
	const struct conf_origin *origin = conf_origins_find(conf->origins, source, key);

	(void)conf_fail(ret_error, ERR_INVALID,
		"[market %s] has no business_id; set it to the number of the business, business.id in Market's GET /v2/campaigns",
		source->name);
	return fail_at(conf, origin ? origin : conf_origins_find(conf->origins, source, NULL), ret_error);
}

/* Without a limit a policy would pay whatever is asked. */
static int check_approve(const struct conf *conf, const struct conf_source *source, struct conf_error *ret_error)
{
	if (source->kind != CONF_DELIVERY || source->delivery.approve != CONF_APPROVE_AUTO || *source->delivery.auto_max_price)
		return 0;
	(void)conf_fail(ret_error, ERR_INVALID,
		"[delivery %s] has approve = auto, but no auto_max_price; set it to the dearest offer that may be accepted",
		source->name);
	return fail_at(conf, conf_origins_find(conf->origins, source, conf_key_find(CONF_SECTION_delivery, "approve")), ret_error);
}

int conf_check(const struct conf *conf, struct conf_error *ret_error)
{
	int r = check_tls(conf, ret_error);

	if (r == 0)
		r = check_addresses(conf, ret_error);
	for (size_t i = 0; i < conf->n_sources && r == 0; i++)
		r = check_business(conf, conf->sources[i], ret_error);
	for (size_t i = 0; i < conf->n_sources && r == 0; i++)
		r = check_approve(conf, conf->sources[i], ret_error);
	return r;
}

int conf_load(const char *file, struct conf **ret, struct conf_error *ret_error)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;

	if (!file)
		return conf_load_dir(SYSCONFDIR "/claimd", ret, ret_error);

	int r = conf_new(&conf, ret_error);

	if (r == 0)
		r = conf_file_read(conf, file, ret_error);
	if (r == 0)
		r = conf_check(conf, ret_error);
	if (r < 0)
		return r;
	*ret = conf;
	conf = NULL;
	return 0;
}
