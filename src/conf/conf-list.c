/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists with commas between their entries.
 * Conf layer.
 */
#include <string.h>

#include "conf/conf-value.h"

char *conf_list_next(char **rest)
{
	char *entry = strsep(rest, ",");

	if (!entry)
		return NULL;
	entry += strspn(entry, " \t");

	size_t len = strlen(entry);

	while (len > 0 && (entry[len - 1] == ' ' || entry[len - 1] == '\t'))
		entry[--len] = '\0';
	return entry;
}
