/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets in memory.
 * Base layer.
 * No secret leaves here by a copy, a log line or an error text.
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"

/* The longest file: a secret, its CRLF, and one byte more that tells a longer one. */
#define FILE_MAX (SECRET_MAX + 3)

static void close_cleanup(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* Reads at most SIZE bytes; *ret_len is less only at the end of the file. */
static int read_all(int fd, char *bytes, size_t size, size_t *ret_len)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, bytes + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

static size_t cut_newline(const char *text, size_t len)
{
	if (len > 0 && text[len - 1] == '\n') {
		len--;
		if (len > 0 && text[len - 1] == '\r')
			len--;
	}
	return len;
}

static bool is_acceptable(const char *text, size_t len)
{
	if (len == 0 || len > SECRET_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c == 0x7f)
			return false;
	}
	return true;
}

/* Takes what FD holds into TEXT, which has room for FILE_MAX bytes and a NUL. */
static int take_file(int fd, char *text, size_t *ret_len)
{
	size_t len;
	int r = read_all(fd, text, FILE_MAX, &len);

	if (r < 0)
		return r;
	len = cut_newline(text, len);
	if (!is_acceptable(text, len))
		return ERR_INVALID;
	text[len] = '\0';
	*ret_len = len;
	return 0;
}

int secret_load(const char *path, struct secret *ret)
{
	CLEANUP(close_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;

	/* One block from the start: growing it would leave copies behind in freed memory. */
	char *text = malloc(FILE_MAX + 1);

	if (!text)
		return ERR_NOMEM;

	size_t len;
	int r = take_file(fd, text, &len);

	if (r < 0) {
		explicit_bzero(text, FILE_MAX + 1);
		free(text);
		return r;
	}
	*ret = (struct secret){ .text = text, .len = len };
	return 0;
}

void secret_done(struct secret *secret)
{
	if (secret->text)
		explicit_bzero(secret->text, secret->len);
	free(secret->text);
	*secret = (struct secret){ 0 };
}

bool secret_matches_prefix(const struct secret *secret, const char *text, size_t len)
{
	if (!secret->text || secret->len == 0)
		return false;

	/* Past the end of TEXT its first byte is looked at again: the loop neither ends early nor reads beyond, and
	 * the shortness is already counted as a difference. volatile keeps the compiler from finding a short cut. */
	const char *bytes = len > 0 ? text : secret->text;
	volatile unsigned char difference = len < secret->len;

	for (size_t i = 0; i < secret->len; i++) {
		size_t inside = 0 - (size_t)(i < len);

		difference |= (unsigned char)(bytes[i & inside] ^ secret->text[i]);
	}
	return difference == 0;
}
