/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text has no NUL, so it goes as far as the first one.
 */
#include "text_file.h"

#include <stdio.h>
#include <stdlib.h>

char *text_file_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}
