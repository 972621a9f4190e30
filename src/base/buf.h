/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing byte buffer with a hard cap.
 * Base layer. Bytes are owned by the buffer and followed by a NUL that len does not count.
 */
#ifndef CLAIMD_BASE_BUF_H
#define CLAIMD_BASE_BUF_H

#include <stddef.h>

#include "base/attr.h"

struct buf {
	char *data;     /* NULL while empty */
	size_t len;
	size_t size;
	size_t cap;     /* len never exceeds this; 0: no cap */
};

/* ERR_FULL (nothing added) past the cap, ERR_NOMEM. */
int buf_add(struct buf *buf, const void *bytes, size_t len);
int buf_addf(struct buf *buf, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Forgets the bytes, keeps the room. */
void buf_clear(struct buf *buf);

/* Frees; the buffer is then empty and may be used again. */
void buf_done(struct buf *buf);

#endif
