/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder with configuration files, for the tests of the conf layer.
 * Component ring: helper.
 */
#ifndef CLAIMD_TESTS_COMPONENT_CONF_BED_H
#define CLAIMD_TESTS_COMPONENT_CONF_BED_H

#include <stddef.h>

#include "conf/conf-parts.h"

#define CONF_BED_MAIN "claimd.conf"

extern const char *conf_bed_dir;
extern struct conf_error conf_bed_error;

/* A fixture: a fresh folder, and no CREDENTIALS_DIRECTORY. */
void conf_bed_make(void);

/* The path of a file in the folder; the caller frees it. */
char *conf_bed_path(const char *name);

void conf_bed_write_bytes(const char *name, const char *bytes, size_t len);
void conf_bed_write(const char *name, const char *text);

int conf_bed_load(const char *name, struct conf **ret);

/* Writes the main file and loads it, which must succeed. */
struct conf *conf_bed_load_text(const char *text);

/* The last error's text is the folder, a slash, and WANTED. */
void conf_bed_assert_error(const char *wanted);

#endif
