/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One log line is one write to standard error.
 * Base layer.
 * Holds the only mutable state at file scope that the project allows: a program has one log.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* "<7>" and "claimd: " come before a line; nothing else does. */
static const char *log_name = "claimd";
static enum log_level log_max = LOG_LEVEL_INFO;
static bool log_to_journal;

/* Whether standard error is the very stream that the service manager connected: a child whose output was redirected
 * inherits the variable, but not the stream. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	int end = 0;
	struct stat st;

	if (!stream || sscanf(stream, "%ju:%ju%n", &device, &inode, &end) != 2 || stream[end] != '\0')
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *name, enum log_level level)
{
	log_name = name;
	log_max = level;
	log_to_journal = is_journal();
}

void log_set_level(enum log_level level)
{
	log_max = level;
}

/* Texts from a peer may be in the message: a line break would forge a line, an escape would drive the terminal. The
 * second control block of Unicode (U+0080 to U+009F) does so too. */
static void replace_controls(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			c[0] = c[1] = '?';
	}
}

static void write_line(enum log_level level, const char *text)
{
	char prefix[] = "<0>";
	const char *separator = log_to_journal ? "" : ": ";
	const char *first = log_to_journal ? prefix : log_name;

	prefix[1] = (char)('0' + (int)level);

	struct iovec parts[] = {
		{ .iov_base = (void *)(uintptr_t)first, .iov_len = strlen(first) },
		{ .iov_base = (void *)(uintptr_t)separator, .iov_len = strlen(separator) },
		{ .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) },
		{ .iov_base = (void *)(uintptr_t)"\n", .iov_len = 1 },
	};

	/* There is nobody left to tell when this fails. */
	ssize_t n = writev(STDERR_FILENO, parts, ARRAY_SIZE(parts));

	(void)n;
}

static void ATTR_PRINTF(2, 0) log_line(enum log_level level, const char *fmt, va_list args)
{
	int saved_errno = errno;
	char *text;

	if (level > log_max)
		return;
	if (vasprintf(&text, fmt, args) < 0) {
		write_line(level, fmt);
	} else {
		replace_controls(text);
		write_line(level, text);
		free(text);
	}
	errno = saved_errno;
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_ERROR, fmt, args);
	va_end(args);
}

void log_warning(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_WARNING, fmt, args);
	va_end(args);
}

void log_notice(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_NOTICE, fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_INFO, fmt, args);
	va_end(args);
}

void log_debug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_DEBUG, fmt, args);
	va_end(args);
}
