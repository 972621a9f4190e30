/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The error codes that every layer returns.
 * Base layer. A function returns 0 or one of these; data comes back through ret_ parameters,
 * which are written only on success. errno is never a channel between our own functions.
 */
#ifndef CLAIMD_BASE_ERR_H
#define CLAIMD_BASE_ERR_H

#include <stdbool.h>

enum err {
	ERR_OK = 0,
	ERR_NOMEM = -1,     /* memory is exhausted */
	ERR_IO = -2,        /* the system refused: disk, socket, permission */
	ERR_BUSY = -3,      /* held by somebody else now; the same call may succeed later */
	ERR_FULL = -4,      /* no room: disk full, queue full, size cap reached */
	ERR_INVALID = -5,   /* the input breaks its format; a repeat fails the same way */
	ERR_NOT_FOUND = -6, /* the thing that was named does not exist */
	ERR_CORRUPT = -7,   /* what was stored can't be what we stored */
	ERR_TOO_NEW = -8,   /* written by a newer claimd */
	ERR_REFUSED = -9,   /* a rule forbids it: the graph, a constraint, a trigger */
};

/* A short English phrase for an error code ("no space left"); never NULL. */
const char *err_text(int code);

/* Whether the same call may succeed later: what comes from the disk, from memory or from other programs passes, what comes
 * from the input does not. */
bool err_may_pass(int code);

/* The nearest of our codes for an errno value. */
int err_from_errno(int errnum);

#endif
