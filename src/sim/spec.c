/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Splits a list of name=number pairs.
 * Simulator, pure.
 * Knows no name.
 */
#include "sim/spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* Longer than every name there is. */
#define NAME_SIZE 40

static int parse_pair(const char *text, const char **ret_end, spec_fn fn, void *cls)
{
	size_t len = strcspn(text, "=,");
	char name[NAME_SIZE];
	char *end;

	if (text[len] != '=' || len >= sizeof(name))
		return ERR_INVALID;
	memcpy(name, text, len);
	name[len] = '\0';

	double number = strtod(text + len + 1, &end);

	if (end == text + len + 1 || (*end != ',' && *end != '\0'))
		return ERR_INVALID;
	*ret_end = end;
	return fn(name, number, cls);
}

int spec_parse(const char *text, spec_fn fn, void *cls)
{
	for (;;) {
		const char *end;
		int r = parse_pair(text, &end, fn, cls);

		if (r < 0 || *end == '\0')
			return r;
		text = end + 1;
	}
}
