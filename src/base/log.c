/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One log line is one write to standard error, or, with fields, one entry of the journal.
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

/* Where in our source an entry is from concerns nobody. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

/* Where the journal takes entries with fields; a service that was shut off from it has only the stream for lines. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Beside its fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER. */
#define ENTRY_PARTS (LOG_FIELDS_MAX + 3)

/* "<7>" and "claimd: " come before a line; nothing else does. */
static const char *log_name = "claimd";
static enum log_level log_max = LOG_LEVEL_INFO;
static bool log_to_journal;
static bool log_has_entries;

/* An entry as it is sent: "NAME=value" each, owned. */
struct entry {
	struct iovec parts[ENTRY_PARTS];
	int n;
	bool failed;
};

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
	log_has_entries = log_to_journal && access(JOURNAL_SOCKET, W_OK) == 0;
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

static void entry_add(struct entry *entry, const char *name, const char *value)
{
	char *part;

	if (!value || !value[0] || entry->n == ENTRY_PARTS)
		return;
	if (asprintf(&part, "%s=%s", name, value) < 0) {
		entry->failed = true;
		return;
	}
	replace_controls(part);
	entry->parts[entry->n++] = (struct iovec){ .iov_base = part, .iov_len = strlen(part) };
}

/* Whether the journal has taken it. */
static bool send_entry(enum log_level level, const char *text, const struct log_field *fields)
{
	const char priority[] = { (char)('0' + (int)level), '\0' };
	struct entry entry = { .n = 0 };

	entry_add(&entry, "MESSAGE", text);
	entry_add(&entry, "PRIORITY", priority);
	entry_add(&entry, "SYSLOG_IDENTIFIER", log_name);
	for (; fields->name; fields++)
		entry_add(&entry, fields->name, fields->value);

	bool taken = !entry.failed && sd_journal_sendv(entry.parts, entry.n) >= 0;

	for (int i = 0; i < entry.n; i++)
		free(entry.parts[i].iov_base);
	return taken;
}

bool log_is_told(enum log_level level)
{
	return level <= log_max;
}

void log_entry(enum log_level level, const struct log_field *fields, const char *fmt, va_list args)
{
	int saved_errno = errno;
	char *text;

	if (vasprintf(&text, fmt, args) < 0) {
		write_line(level, fmt);
	} else {
		replace_controls(text);
		if (!fields || !log_has_entries || !send_entry(level, text, fields))
			write_line(level, text);
		free(text);
	}
	errno = saved_errno;
}

/* What has no fields is written to the stream: of that the journal knows whose it is even if the program ends right behind it, as
 * with an error at start. */
static void ATTR_PRINTF(2, 0) log_line(enum log_level level, const char *fmt, va_list args)
{
	if (log_is_told(level))
		log_entry(level, NULL, fmt, args);
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
