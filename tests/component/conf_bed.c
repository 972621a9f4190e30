/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder with configuration files, for the tests of the conf layer. Component ring: linked to each test program
 * there; Check runs each test in its own process, so one folder at file scope will do.
 */
#include "conf_bed.h"

#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *conf_bed_dir;
struct conf_error conf_bed_error;

void conf_bed_make(void)
{
	conf_bed_dir = suite_tmpdir();
	conf_bed_error.text[0] = '\0';
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

char *conf_bed_path(const char *name)
{
	char *path;

	ck_assert_int_gt(asprintf(&path, "%s/%s", conf_bed_dir, name), 0);
	return path;
}

void conf_bed_write_bytes(const char *name, const char *bytes, size_t len)
{
	CLEANUP(text_cleanup) char *path = conf_bed_path(name);
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

void conf_bed_write(const char *name, const char *text)
{
	conf_bed_write_bytes(name, text, strlen(text));
}

int conf_bed_load(const char *name, struct conf **ret)
{
	CLEANUP(text_cleanup) char *path = conf_bed_path(name);

	return conf_load(path, ret, &conf_bed_error);
}

struct conf *conf_bed_load_text(const char *text)
{
	struct conf *conf = NULL;

	conf_bed_write(CONF_BED_MAIN, text);
	ck_assert_msg(conf_bed_load(CONF_BED_MAIN, &conf) == 0, "%s", conf_bed_error.text);
	return conf;
}

void conf_bed_assert_error(const char *wanted)
{
	CLEANUP(text_cleanup) char *whole = conf_bed_path(wanted);

	ck_assert_str_eq(conf_bed_error.text, whole);
}
