/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificate and key files as texts.
 * Listener layer: does not look into them; that is the TLS library's work.
 */
#include "listener/pem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* A long chain is a tenth of it. */
#define PEM_MAX 262144

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

int pem_load(const char *path, char **ret)
{
	CLEANUP(close_file) FILE *file = fopen(path, "re");

	if (!file)
		return err_from_errno(errno);
	/* No stdio buffer, which nobody would wipe. */
	setvbuf(file, NULL, _IONBF, 0);
	CLEANUP(pem_cleanup) char *text = calloc(1, PEM_MAX + 1);
	if (!text)
		return ERR_NOMEM;
	size_t len = fread(text, 1, PEM_MAX + 1, file);
	if (ferror(file))
		return ERR_IO;
	if (len == 0 || len > PEM_MAX || memchr(text, '\0', len))
		return ERR_INVALID;
	text[len] = '\0';
	*ret = text;
	text = NULL;
	return ERR_OK;
}

char *pem_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	return NULL;
}
