/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a configuration file: it is refused with a reason, or printed as a file that says the same.
 * Tests: conf layer. Opens no file that the configuration names.
 * Covers: conf/conf-campaigns.c, conf/conf-cidr.c, conf/conf-expand.c, conf/conf-file.c, conf/conf-list.c, conf/conf-origin.c.
 * Covers: conf/conf-print.c, conf/conf-quantity.c, conf/conf-table.c, conf/conf-url.c, conf/conf-value.c, conf/conf.c.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

/* conf_load() of a file with these bytes. */
static int load(const void *bytes, size_t size, struct conf **ret, struct conf_error *ret_error)
{
	char path[INPUT_PATH_SIZE];
	int fd = input_file(bytes, size, path);
	int r = conf_load(path, ret, ret_error);

	(void)close(fd);
	return r;
}

static char *print(const struct conf *conf)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	FUZZ_REQUIRE(out);
	conf_print(conf, out);
	FUZZ_REQUIRE(fclose(out) == 0 && strlen(text) == size);
	return text;
}

static void require_round_trip(const struct conf *conf)
{
	char *text = print(conf);
	struct conf *again = NULL;
	struct conf_error error;
	char *text_again;

	FUZZ_REQUIRE(load(text, strlen(text), &again, &error) == ERR_OK);
	text_again = print(again);
	FUZZ_REQUIRE(strcmp(text, text_again) == 0);
	free(text);
	free(text_again);
	conf_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *conf = NULL;
	struct conf_error error;
	int r;

	/* the one variable that files use, so that a result does not hang on who runs this */
	FUZZ_REQUIRE(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/claimd.service", 1) == 0);
	memset(&error, 'X', sizeof(error));
	r = load(data, size, &conf, &error);
	if (r < 0) {
		FUZZ_REQUIRE(!conf && memchr(error.text, '\0', sizeof(error.text)) && error.text[0] != '\0');
		return 0;
	}
	require_round_trip(conf);
	conf_free(conf);
	return 0;
}
