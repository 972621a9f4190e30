/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The growing byte buffer.
 * Base layer.
 * Never shrinks by itself and never grows past its cap.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define FIRST_SIZE 64 /* small bodies and lines come in one step */

/* Makes room for LEN more bytes and their NUL. */
static int make_room(struct buf *buf, size_t len)
{
	size_t limit = buf->cap > 0 ? buf->cap : SIZE_MAX / 4;

	if (len > limit || buf->len > limit - len)
		return ERR_FULL;

	size_t need = buf->len + len + 1;

	if (need <= buf->size)
		return 0;

	size_t size = buf->size > 0 ? buf->size : FIRST_SIZE;

	while (size < need)
		size *= 2;
	if (buf->cap > 0 && size > buf->cap + 1)
		size = buf->cap + 1;

	char *data = realloc(buf->data, size);

	if (!data)
		return ERR_NOMEM;
	buf->data = data;
	buf->size = size;
	return 0;
}

int buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (len == 0)
		return 0;

	int r = make_room(buf, len);

	if (r < 0)
		return r;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return 0;
}

int buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);

	int len = vsnprintf(NULL, 0, fmt, args);
	int r = len < 0 ? ERR_INVALID : len == 0 ? 0 : make_room(buf, (size_t)len);

	if (r == 0 && len > 0) {
		(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
		buf->len += (size_t)len;
	}
	va_end(again);
	va_end(args);
	return r;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void buf_done(struct buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->size = 0;
}
