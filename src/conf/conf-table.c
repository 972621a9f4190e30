/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of keys, made from conf.def, and questions about it.
 * Conf layer.
 * Reads no values: conf-value.c knows what a kind is.
 */
#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"

#ifndef LOCALSTATEDIR
#define LOCALSTATEDIR "/var"
#endif

/* The longest name for which a suggestion is looked for. */
#define NAME_MAX_LEN 40

/* The type that the field of each kind has; checked for every row below. */
#define TYPE_TEXT char *
#define TYPE_PATH char *
#define TYPE_LATE_PATH char *
#define TYPE_URL char *
#define TYPE_BASE_URL char *
#define TYPE_ADDRESS char *
#define TYPE_BOOLEAN bool
#define TYPE_INTEGER int64_t
#define TYPE_DURATION int64_t
#define TYPE_RANGE struct conf_range
#define TYPE_SIZE int64_t
#define TYPE_LOG_LEVEL enum log_level
#define TYPE_ON_ILLEGAL enum conf_on_illegal
#define TYPE_APPROVE enum conf_approve
#define TYPE_DECIMAL char *
#define TYPE_CIDRS struct conf_cidrs
#define TYPE_ID int64_t
#define TYPE_CAMPAIGNS struct conf_campaigns

/* The struct that holds a section's values: those of all sources are one. */
#define STRUCT_daemon struct conf_daemon
#define STRUCT_listen struct conf_listen
#define STRUCT_admin struct conf_admin
#define STRUCT_delivery struct conf_source
#define STRUCT_market struct conf_source

#define KEY(section, kind, name, field, fallback, min, max, explanation)                            \
	_Static_assert(_Generic(((STRUCT_##section *)0)->field, TYPE_##kind: 1, default: 0),   \
		"the field's type is not that of the key's kind");
#include "conf/conf.def"

const struct conf_section_type conf_section_types[CONF_SECTION_MAX] = {
#define SECTION(id, name_, named_, explanation_) \
	[CONF_SECTION_##id] = { .name = (name_), .named = (named_), .explanation = (explanation_) },
#include "conf/conf.def"
};

const struct conf_key conf_keys[] = {
#define KEY(section_, kind_, name_, field_, fallback_, min_, max_, explanation_) \
	{ .section = CONF_SECTION_##section_,                                    \
	  .kind = CONF_KIND_##kind_,                                             \
	  .name = (name_),                                                       \
	  .offset = offsetof(STRUCT_##section_, field_),                         \
	  .size = sizeof(((STRUCT_##section_ *)0)->field_),                      \
	  .fallback = (fallback_),                                               \
	  .min = (min_),                                                         \
	  .max = (max_),                                                         \
	  .explanation = (explanation_) },
#include "conf/conf.def"
};

const size_t conf_n_keys = ARRAY_SIZE(conf_keys);

const struct conf_key *conf_key_find(enum conf_section section, const char *name)
{
	for (size_t i = 0; i < conf_n_keys; i++)
		if (conf_keys[i].section == section && strcmp(conf_keys[i].name, name) == 0)
			return &conf_keys[i];
	return NULL;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be put in, taken out or changed to make A from B, whatever their case. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1];
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			bool differs = tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]);
			size_t changed = diagonal + differs;

			diagonal = row[j + 1];
			row[j + 1] = least(changed, least(row[j], diagonal) + 1);
		}
	}
	return row[n];
}

/* Whether CANDIDATE is nearer to NAME than *BEST, which it then replaces, and near enough to be meant. */
static bool is_nearer(const char *name, const char *candidate, size_t *best)
{
	size_t d = distance(candidate, name);

	if (d >= *best || d > 1 + strlen(candidate) / 4)
		return false;
	*best = d;
	return true;
}

static const char *nearest_key(enum conf_section section, const char *name)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	if (strlen(name) > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < conf_n_keys; i++)
		if (conf_keys[i].section == section && is_nearer(name, conf_keys[i].name, &best))
			nearest = conf_keys[i].name;
	return nearest;
}

static const struct conf_key *find_elsewhere(const char *name)
{
	for (size_t i = 0; i < conf_n_keys; i++)
		if (strcmp(conf_keys[i].name, name) == 0)
			return &conf_keys[i];
	return NULL;
}

int conf_key_fail_unknown(enum conf_section section, const char *name, struct conf_error *ret_error)
{
	const char *here = conf_section_types[section].name;
	const struct conf_key *elsewhere = find_elsewhere(name);
	const char *nearest = nearest_key(section, name);

	if (elsewhere)
		return conf_fail(ret_error, ERR_INVALID, "unknown key '%s' in [%s]; it belongs in [%s]", name, here,
			conf_section_types[elsewhere->section].name);
	if (nearest)
		return conf_fail(ret_error, ERR_INVALID, "unknown key '%s'; did you mean '%s'?", name, nearest);
	return conf_fail(
		ret_error, ERR_INVALID, "unknown key '%s' in [%s]; claimd.conf(5) lists the known ones", name, here);
}

int conf_section_fail_unknown(const char *name, struct conf_error *ret_error)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < CONF_SECTION_MAX && strlen(name) <= NAME_MAX_LEN; i++)
		if (is_nearer(name, conf_section_types[i].name, &best))
			nearest = conf_section_types[i].name;
	if (nearest)
		return conf_fail(ret_error, ERR_INVALID, "unknown section [%s]; did you mean [%s]?", name, nearest);
	return conf_fail(ret_error, ERR_INVALID, "unknown section [%s]; claimd.conf(5) lists the known ones", name);
}

int conf_key_fallback(const struct conf_key *key, const char *section_name, char **ret)
{
	const char *place = strstr(key->fallback, "NAME");
	char *text;
	int n;

	if (place)
		n = asprintf(&text, "%.*s%s%s", (int)(place - key->fallback), key->fallback, section_name,
			place + strlen("NAME"));
	else
		n = asprintf(&text, "%s", key->fallback);
	if (n < 0)
		return ERR_NOMEM;
	*ret = text;
	return 0;
}
