/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * getopt_long() over one table of options.
 * Ctl layer.
 */
#include "ctl/options.h"

#include <getopt.h>

#define OPTION_LONG 256 /* values below are short options' characters */

struct option_row {
	const char *name;       /* as it is written */
	const char *value_name; /* NULL: takes none */
};

static const struct option_row rows[] = {
	[OPTION_CONFIG] = { "-c", "FILE" },
	[OPTION_DB] = { "--db", "FILE" },
	[OPTION_JSON] = { "--json", NULL },
	[OPTION_STATUS] = { "--status", "STATUS" },
	[OPTION_SOURCE] = { "--source", "NAME" },
	[OPTION_OPEN] = { "--open", NULL },
	[OPTION_HELD] = { "--held", NULL },
	[OPTION_DUE] = { "--due", "DURATION" },
	[OPTION_DOT] = { "--dot", NULL },
	[OPTION_SVG] = { "--svg", NULL },
	[OPTION_COUNTS] = { "--counts", NULL },
	[OPTION_SINCE] = { "--since", "TIME" },
	[OPTION_FORMAT] = { "--format", "FORMAT" },
	[OPTION_RETRY] = { "--retry", NULL },
	[OPTION_YES] = { "--yes", NULL },
	[OPTION_FREE] = { "--free", NULL },
	[OPTION_PAID] = { "--paid", NULL },
	[OPTION_ACCEPT] = { "--accept", NULL },
	[OPTION_REJECT] = { "--reject", "REASON" },
	[OPTION_ADOPT] = { "--adopt", NULL },
	[OPTION_DISMISS] = { "--dismiss", NULL },
	[OPTION_NOTE] = { "--note", "TEXT" },
	[OPTION_HELP] = { "--help", NULL },
	[OPTION_VERSION] = { "--version", NULL },
};

_Static_assert(ARRAY_SIZE(rows) == OPTION_MAX, "a row for each");

const char *option_name(enum option_id id)
{
	return rows[id].name;
}

const char *option_value_name(enum option_id id)
{
	return rows[id].value_name;
}

/* -c, which is --config too, is the one short option; the others are written --NAME. One more row ends them. */
static void long_options(struct option ret[static OPTION_MAX + 1])
{
	size_t n = 0;

	ret[n++] = (struct option){ .name = "config", .has_arg = required_argument, .val = 'c' };
	for (int id = OPTION_DB; id < OPTION_MAX; id++)
		ret[n++] = (struct option){
			.name = rows[id].name + 2,
			.has_arg = rows[id].value_name ? required_argument : no_argument,
			.val = OPTION_LONG + id,
		};
	ret[n] = (struct option){ 0 };
}

static int fail_option(const struct console *console, int found, const char *written)
{
	if (found == ':')
		return console_fail(console, EX_USAGE, "%s wants a value", written);
	if (optopt >= OPTION_LONG)
		return console_fail(console, EX_USAGE, "%s takes no value", rows[optopt - OPTION_LONG].name);
	/* A letter, and getopt may not have left its word yet. */
	if (optopt != 0)
		return console_fail(console, EX_USAGE, "no option -%c: \"claimctl --help\" lists them", optopt);
	return console_fail(console, EX_USAGE, "no option %s: \"claimctl --help\" lists them", written);
}

int options_parse(const struct console *console, int argc, char **argv, struct options *ret)
{
	struct options options = { 0 };
	struct option longs[OPTION_MAX + 1];
	int found;

	long_options(longs);
	opterr = 0;
	optind = 0; /* glibc's way to start anew */
	while ((found = getopt_long(argc, argv, ":c:", longs, NULL)) != -1) {
		if (found == ':' || found == '?')
			return fail_option(console, found, argv[optind - 1]);
		enum option_id id = found == 'c' ? OPTION_CONFIG : (enum option_id)(found - OPTION_LONG);

		options.values[id] = optarg ? optarg : "";
	}
	options.words = argv + optind;
	options.n_words = argc - optind;
	*ret = options;
	return EX_OK;
}
