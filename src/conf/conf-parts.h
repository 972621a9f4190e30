/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of conf share: errors, where each value came from, and the steps of loading.
 * Conf layer, for its own files (and tests) only.
 */
#ifndef CLAIMD_CONF_CONF_PARTS_H
#define CLAIMD_CONF_CONF_PARTS_H

#include <stdlib.h>

#include "conf/conf-table.h"

DEFINE_CLEANUP(text, char *, free)

/* Errors (conf.c). */

/* Sets the text and returns CODE. */
int conf_fail(struct conf_error *ret_error, int code, const char *fmt, ...) ATTR_PRINTF(3, 4);
int conf_fail_nomem(struct conf_error *ret_error);

/* Puts a text before the one that is there. */
void conf_error_prefix(struct conf_error *error, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Where values came from (conf-origin.c). */

struct conf_origin {
	const void *section;        /* the struct that it belongs to */
	const struct conf_key *key; /* NULL: the section's header */
	size_t file;                /* index into files */
	unsigned line;
};

struct conf_origins {
	char **files; /* as the user named them */
	size_t n_files;
	struct conf_origin *list; /* in the order of reading */
	size_t n;
};

int conf_origins_add_file(struct conf_origins *origins, const char *path);
int conf_origins_add(struct conf_origins *origins, const struct conf_origin *origin);

/* The latest of this key, or of this section's header with KEY NULL; NULL when it was never set. */
const struct conf_origin *conf_origins_find(
	const struct conf_origins *origins, const void *section, const struct conf_key *key);
struct conf_origins *conf_origins_free(struct conf_origins *origins);

/* Life (conf.c). */

/* All sections that stand only once, with their defaults. */
int conf_new(struct conf **ret, struct conf_error *ret_error);

/* What must hold between keys, once all is read. */
int conf_check(const struct conf *conf, struct conf_error *ret_error);

/* A section that may stand only once; NULL for a named one. */
void *conf_section_single(struct conf *conf, enum conf_section section);

/* The section of this name of one of the sources' types, made with its defaults if it isn't there yet. */
int conf_source_take(
	struct conf *conf, enum conf_section type, const char *name, struct conf_source **ret, struct conf_error *ret_error);

/* The section type of a source. */
enum conf_section conf_source_section(const struct conf_source *source);

/* Files (conf-file.c). */

/* Reads one file over what is there. */
int conf_file_read(struct conf *conf, const char *path, struct conf_error *ret_error);

/* Folders (conf-dir.c). */

/* Reads DIR/claimd.conf and DIR/claimd.conf.d: what conf_load(NULL) does, with another folder. */
int conf_load_dir(const char *dir, struct conf **ret, struct conf_error *ret_error);

#endif
