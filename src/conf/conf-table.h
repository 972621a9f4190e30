/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of keys and sections, made from conf.def, and questions about it.
 * Conf layer, for its own files (and tests) only.
 */
#ifndef CLAIMD_CONF_CONF_TABLE_H
#define CLAIMD_CONF_CONF_TABLE_H

#include "base/clock.h"
#include "conf/conf.h"

#define USEC_PER_MIN (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MIN)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)

#define BYTES_PER_KIB INT64_C(1024)
#define BYTES_PER_MIB (1024 * BYTES_PER_KIB)

enum conf_section {
#define SECTION(id, name, named, explanation) CONF_SECTION_##id,
#include "conf/conf.def"
	CONF_SECTION_MAX,
};

enum conf_kind {
	CONF_KIND_TEXT,
	CONF_KIND_PATH,
	CONF_KIND_LATE_PATH, /* a variable in it need not be set before conf_load_secrets() */
	CONF_KIND_URL,
	CONF_KIND_BASE_URL, /* loses its trailing slashes */
	CONF_KIND_ADDRESS,
	CONF_KIND_BOOLEAN,
	CONF_KIND_INTEGER,
	CONF_KIND_DURATION,
	CONF_KIND_RANGE,
	CONF_KIND_SIZE,
	CONF_KIND_LOG_LEVEL,
	CONF_KIND_ON_ILLEGAL,
	CONF_KIND_APPROVE,
	CONF_KIND_DECIMAL,
	CONF_KIND_CIDRS,
	CONF_KIND_ID, /* a number of the upstream's; 0 while it is empty, which conf_check() refuses */
	CONF_KIND_CAMPAIGNS,
	CONF_KIND_MAX,
};

struct conf_key {
	enum conf_section section;
	enum conf_kind kind;
	const char *name;
	size_t offset; /* of the field in the section's struct */
	size_t size;
	const char *fallback;
	int64_t min;
	int64_t max;
	const char *explanation;
};

struct conf_section_type {
	const char *name;
	bool named;
	const char *explanation;
};

extern const struct conf_key conf_keys[];
extern const size_t conf_n_keys;
extern const struct conf_section_type conf_section_types[CONF_SECTION_MAX];

/* NULL when the section has no such key. */
const struct conf_key *conf_key_find(enum conf_section section, const char *name);

/* Whether the key is looked at only at the start (conf-take.c). */
bool conf_key_is_fixed(const struct conf_key *key);

/* Says that the key, or the section, is not known, and which one was perhaps meant. Both return ERR_INVALID. */
int conf_key_fail_unknown(enum conf_section section, const char *name, struct conf_error *ret_error);
int conf_section_fail_unknown(const char *name, struct conf_error *ret_error);

/* The default with NAME replaced; *ret is the caller's. */
int conf_key_fallback(const struct conf_key *key, const char *section_name, char **ret);

static inline void *conf_key_field(const struct conf_key *key, void *section)
{
	return (char *)section + key->offset;
}

static inline const void *conf_key_field_const(const struct conf_key *key, const void *section)
{
	return (const char *)section + key->offset;
}

#endif
