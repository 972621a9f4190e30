/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of claimctl, split into options and words.
 * Ctl layer: knows the options, not which verb takes which.
 */
#ifndef CLAIMD_CTL_OPTIONS_H
#define CLAIMD_CTL_OPTIONS_H

#include <stdbool.h>

#include "ctl/console.h"

enum option_id {
	OPTION_CONFIG,
	OPTION_DB,
	OPTION_JSON,
	OPTION_STATUS,
	OPTION_SOURCE,
	OPTION_OPEN,
	OPTION_HELD,
	OPTION_DUE,
	OPTION_DOT,
	OPTION_SVG,
	OPTION_COUNTS,
	OPTION_SINCE,
	OPTION_FORMAT,
	OPTION_RETRY,
	OPTION_YES,
	OPTION_FREE,
	OPTION_PAID,
	OPTION_ACCEPT,
	OPTION_REJECT,
	OPTION_ADOPT,
	OPTION_DISMISS,
	OPTION_NOTE,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_MAX,
};

/* A set of options, one bit each. */
#define OPTION_BIT(id) (1u << (id))

struct options {
	const char *values[OPTION_MAX]; /* NULL: not given; "" for an option that takes no value */
	char **words;                   /* the rest: the verb and its arguments; into argv */
	int n_words;
};

/* Sorts ARGV in place. 0, or an exit status after an error line. */
int options_parse(const struct console *console, int argc, char **argv, struct options *ret);

static inline bool options_has(const struct options *options, enum option_id id)
{
	return options->values[id] != NULL;
}

/* "-c", "--status"; and the name of its value, NULL when it takes none. */
const char *option_name(enum option_id id);
const char *option_value_name(enum option_id id);

#endif
