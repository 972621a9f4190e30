/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From one configuration to the next while the program runs.
 * Conf layer.
 * Tells nobody: who points into the configuration is the caller's affair.
 */
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

/* What a running program can't change any more: open files and sockets, and what was decided by it. */
static const struct {
	enum conf_section section;
	const char *name;
} fixed_keys[] = {
	{ CONF_SECTION_daemon, "database" },
	{ CONF_SECTION_daemon, "control_socket" },
	{ CONF_SECTION_daemon, "on_illegal" },
	{ CONF_SECTION_listen, "address" },
	{ CONF_SECTION_admin, "address" },
};

bool conf_key_is_fixed(const struct conf_key *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixed_keys); i++)
		if (fixed_keys[i].section == key->section && strcmp(fixed_keys[i].name, key->name) == 0)
			return true;
	return false;
}

/* --- What has changed --- */

static char *write_value(const struct conf_key *key, const void *section)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	conf_value_write(key, conf_key_field_const(key, section), out);
	fclose(out);
	return text;
}

static bool is_changed(const struct conf_key *key, const void *section, const void *fresh)
{
	CLEANUP(text_cleanup) char *before = write_value(key, section);
	CLEANUP(text_cleanup) char *after = write_value(key, fresh);

	return before && after && strcmp(before, after) != 0;
}

void conf_each_fixed_change(struct conf *conf, struct conf *fresh, conf_change_fn fn, void *cls)
{
	for (size_t i = 0; i < conf_n_keys; i++) {
		const struct conf_key *key = &conf_keys[i];
		enum conf_section type = key->section;

		if (conf_key_is_fixed(key) && is_changed(key, conf_section_single(conf, type), conf_section_single(fresh, type)))
			fn(conf_section_types[type].name, key->name, cls);
	}
}

/* --- Taking over --- */

static void swap(void *a, void *b, size_t size)
{
	unsigned char *left = a, *right = b;

	for (size_t i = 0; i < size; i++) {
		unsigned char byte = left[i];

		left[i] = right[i];
		right[i] = byte;
	}
}

static void swap_fixed(struct conf *conf, struct conf *fresh)
{
	for (size_t i = 0; i < conf_n_keys; i++) {
		const struct conf_key *key = &conf_keys[i];
		enum conf_section type = key->section;

		if (conf_key_is_fixed(key))
			swap(conf_key_field(key, conf_section_single(conf, type)), conf_key_field(key, conf_section_single(fresh, type)),
			     key->size);
	}
}

/* FRESH gets the block that CONF has for the same source, with the values that were its own; CONF is left with the old ones. */
static void keep_block(struct conf *conf, struct conf_source **fresh)
{
	for (size_t i = 0; i < conf->n_sources; i++) {
		struct conf_source **known = &conf->sources[i];

		if ((*known)->kind != (*fresh)->kind || strcmp((*known)->name, (*fresh)->name) != 0)
			continue;
		swap(*known, *fresh, sizeof(**known));
		swap(known, fresh, sizeof(*known));
		return;
	}
}

static void take_sources(struct conf *conf, struct conf *fresh)
{
	for (size_t i = 0; i < fresh->n_sources; i++)
		keep_block(conf, &fresh->sources[i]);
	swap(&conf->sources, &fresh->sources, sizeof(conf->sources));
	swap(&conf->n_sources, &fresh->n_sources, sizeof(conf->n_sources));
}

void conf_take(struct conf *conf, struct conf *fresh)
{
	swap(&conf->daemon, &fresh->daemon, sizeof(conf->daemon));
	swap(&conf->listen, &fresh->listen, sizeof(conf->listen));
	swap(&conf->admin, &fresh->admin, sizeof(conf->admin));
	swap_fixed(conf, fresh);
	take_sources(conf, fresh);
}
