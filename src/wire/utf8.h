/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes bytes from outside fit to be kept, logged and written as JSON.
 * Wire layer, pure but for utf8_repair()'s allocation. Knows no format.
 */
#ifndef CLAIMD_WIRE_UTF8_H
#define CLAIMD_WIRE_UTF8_H

#include <stddef.h>

/* Length in bytes, 1 to 4, of the character at the start of TEXT; 0 when no valid character stands there (or LEN is
 * 0). */
size_t utf8_char_len(const char *text, size_t len);

/* Copies as many whole characters as fit SIZE with the NUL. Control characters, and bytes that are no UTF-8, become
 * SUBSTITUTE. */
void utf8_clean(const char *text, size_t len, char substitute, char *ret, size_t size);

/* A copy in which NULs, and bytes that are no UTF-8, are U+FFFD; *ret is owned by the caller, free(). ERR_NOMEM. */
int utf8_repair(const char *text, size_t len, char **ret);

#endif
