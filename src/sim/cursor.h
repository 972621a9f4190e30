/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's cursor: how far a reader has come, and what it still lacks of that, as a signed text that only we can read.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_CURSOR_H
#define CLAIMD_SIM_CURSOR_H

#include <stddef.h>
#include <stdint.h>

struct cursor {
	int64_t last;   /* the operation that it has come to */
	int64_t *holes; /* owned; operations before it that were left out, ascending */
	size_t n;
};

/* Texts are signed with KEY: one made with another key is refused. *ret is owned by the caller, free(). ERR_NOMEM. */
int cursor_print(const struct cursor *cursor, uint64_t key, char **ret);

/* ERR_INVALID for a text that cursor_print() did not make, to the last bit. ERR_NOMEM. */
int cursor_parse(const char *text, uint64_t key, struct cursor *ret);

/* Takes an empty one. */
void cursor_done(struct cursor *cursor);

#endif
