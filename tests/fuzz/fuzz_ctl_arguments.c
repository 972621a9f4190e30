/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes claimctl's command line, an argument a line, and the values of --since among them: an option is given or not, what is no
 * option is left in its order, and what is refused is refused in words.
 * Tests: ctl layer. No verb is run.
 * Covers: ctl/options.c, ctl/since.c.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/options.h"
#include "ctl/since.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#define ARGUMENTS_MAX 32

/* A console whose words are kept. */
struct words {
	struct console console;
	char *text;
	size_t size;
};

static void words_open(struct words *words)
{
	*words = (struct words){ 0 };
	words->console.err = open_memstream(&words->text, &words->size);
	FUZZ_REQUIRE(words->console.err);
}

/* Whether anything was said, as it is when STATUS is not 0. */
static void words_close(struct words *words, int status)
{
	FUZZ_REQUIRE(fclose(words->console.err) == 0);
	FUZZ_REQUIRE(status == EX_OK || status == EX_USAGE);
	FUZZ_REQUIRE((status == EX_OK) == (words->size == 0));
	free(words->text);
}

static void try_since(const char *text)
{
	struct wall since = { 42 };
	struct words words;
	int status;

	words_open(&words);
	status = since_parse(&words.console, text, &since);
	FUZZ_REQUIRE(status == EX_OK ? wall_is_set(since) : since.us == 42);
	words_close(&words, status);
}

static void require_options(const struct options *options, char *const *argv, int argc)
{
	FUZZ_REQUIRE(options->words >= argv && options->words + options->n_words == argv + argc);
	for (enum option_id id = 0; id < OPTION_MAX; id++)
		if (options_has(options, id) && !option_value_name(id))
			FUZZ_REQUIRE(options->values[id][0] == '\0');
}

static void try_options(char **argv, int argc)
{
	struct options options = { .n_words = 42 };
	struct words words;
	int status;

	words_open(&words);
	status = options_parse(&words.console, argc, argv, &options);
	if (status == EX_OK)
		require_options(&options, argv, argc);
	else
		FUZZ_REQUIRE(options.n_words == 42);
	words_close(&words, status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char program[] = "claimctl";
	char *text = input_text(data, size);
	char *argv[ARGUMENTS_MAX + 2] = { program };
	char *rest = text;
	char *line;
	int argc = 1;

	FUZZ_REQUIRE(setenv("TZ", "Europe/Moscow", 1) == 0);
	while (argc <= ARGUMENTS_MAX && (line = input_line(&rest)) != NULL) {
		try_since(line);
		argv[argc++] = line;
	}
	try_options(argv, argc);
	free(text);
	return 0;
}
