/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON that a C test can be read with.
 * Tests, unit ring: knows no layer.
 */
#include "tests/unit/quoted.h"

#include <string.h>

char *quoted(const char *text)
{
	char *copy = strdup(text);

	for (char *at = copy; *at; at++) {
		if (*at == '\'')
			*at = '"';
	}
	return copy;
}
