/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets: read from files, compared in constant time, wiped when done, never formatted.
 * Base layer.
 */
#ifndef CLAIMD_BASE_SECRET_H
#define CLAIMD_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* The longest secret that is read; a token is well below. */
#define SECRET_MAX 4096

struct secret {
	char *text;     /* owned, NUL-terminated; NULL when not loaded */
	size_t len;
};

/* Reads PATH and cuts one trailing newline (LF or CRLF). ERR_NOT_FOUND or ERR_IO when it can't be read, ERR_INVALID
 * when it is empty, longer than SECRET_MAX or holds a control character or a space. */
int secret_load(const char *path, struct secret *ret);

/* Wipes and frees; the struct is then empty and may be loaded again. Takes an empty secret. */
void secret_done(struct secret *secret);

/* Whether the first bytes of TEXT are the secret. The time depends on the secret's length only, not on where the
 * texts differ nor on LEN; an empty secret matches nothing. */
bool secret_matches_prefix(const struct secret *secret, const char *text, size_t len);

#endif
